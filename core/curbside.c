/* curbside: one front door to all programs, as git has one. Its own verbs raise, stop, look at and
 * rebuild the house; every other word belongs to a program that lies beside this one. */
#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/program.h"
#include "core/rebuild.h"
#include "core/result.h"
#include "core/seal.h"
#include "core/status.h"
#include "core/supervise.h"
#include "core/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 60 };

/* A word of ours and the program behind it. `keep`: the program knows the word itself as a verb;
 * else it only names the program. */
struct door {
    const char *word;
    const char *binary;
    bool keep;
};
static const struct door doors[] = {
    {"board", "curbside-clerk", false},      {"roster", "curbside-clerk", true},
    {"import", "curbside-clerk", true},      {"member", "curbside-clerk", true},
    {"staff", "curbside-clerk", true},       {"journal", "curbside-clerk", true},
    {"search", "curbside-clerk", true},      {"vocab", "curbside-clerk", true},
    {"mail", "curbside-postman", false},     {"ranking", "curbside-ranker", false},
    {"ledger", "curbside-paymaster", false}, {"insight", "curbside-analyst", false},
    {"web", "curbside-web", false},          {"demo", "curbside-demo", false},
    {"letters", "curbside-letters", false},  {"identity", "curbside-clerk", true},
    {"guard", "curbside-clerk", true},       {"specialties", "curbside-clerk", true},
    {"pubmed", "curbside-clerk", true},      {"witness", "curbside-notary", false},
};
enum { DOORS = sizeof doors / sizeof doors[0] };

static const char usage[] = "usage: curbside [--state DIR] VERB [ARGUMENT...]\n"
                            "       curbside help lists every verb\n";

static int verb_up(int count, char **arguments)
{
    bool with_nginx = true;
    for (int i = 0; i < count; i++) {
        if (strcmp(arguments[i], "--no-nginx") != 0)
            return -1;
        with_nginx = false;
    }
    return supervise_up(with_nginx);
}

static int verb_stop(int count, char **arguments)
{
    (void)arguments;
    return count == 0 ? supervise_stop() : -1;
}

static int verb_status(int count, char **arguments)
{
    (void)arguments;
    return count == 0 ? status_print() : -1;
}

static int verb_rebuild(int count, char **arguments)
{
    const bool check = count == 1 && strcmp(arguments[0], "--check") == 0;
    return count == 0 || check ? rebuild_all(check) : -1;
}

static int verb_settings(int count, char **arguments)
{
    (void)arguments;
    if (count != 0)
        return -1;
    for (size_t i = 0; i < conf_setting_count; i++) {
        const struct setting *const setting = &conf_settings[i];
        if (setting->text_fallback == NULL) {
            (void)printf("%s = %lld%s%s\n", setting->name, (long long)conf_int(setting->name),
                         *setting->unit == 0 ? "" : " ", setting->unit);
            (void)printf("    %s %lld to %lld, else %lld.\n", setting->meaning,
                         (long long)setting->low, (long long)setting->high,
                         (long long)setting->fallback);
        } else {
            const struct text value = conf_text(setting->name);
            (void)printf("%s = %.*s\n    %s %lld to %lld bytes, else \"%s\".\n", setting->name,
                         (int)value.size, value.data, setting->meaning, (long long)setting->low,
                         (long long)setting->high, setting->text_fallback);
        }
    }
    return 0;
}

static int verb_help(int count, char **arguments);

static const struct verb {
    const char *name;
    int (*run)(int count, char **arguments); /* -1: not called so */
    const char *what;
} verbs[] = {
    {"up", verb_up, "start every program and nginx, and keep them up ([--no-nginx])"},
    {"stop", verb_stop, "stop what `up` started"},
    {"status", verb_status, "each program, its memory, and how far each fold is behind its log"},
    {"settings", verb_settings, "every setting with its value, range and meaning"},
    {"rebuild", verb_rebuild, "make every fold anew from the logs ([--check]: compare contents)"},
    {"help", verb_help, "this list"},
};
enum { VERBS = sizeof verbs / sizeof verbs[0] };

/* "verb<TAB>what" lines of one program, each under the word that leads to it. */
static void help_print(const char *binary, struct text lines)
{
    struct text line;
    while (text_next(&lines, '\n', &line)) {
        struct text rest = line, verb;
        if (!text_next(&rest, '\t', &verb) || verb.size == 0 || rest.size == 0 ||
            text_is(verb, "help") || text_is(verb, "serve"))
            continue; /* those two stand behind `help` and `up` */
        const char *word = NULL;
        for (size_t i = 0; i < DOORS; i++) {
            const size_t size = strlen(doors[i].word);
            if (strcmp(doors[i].binary, binary) != 0)
                continue;
            if (!doors[i].keep && word == NULL)
                word = doors[i].word;
            if (doors[i].keep && text_starts(verb, doors[i].word) &&
                (verb.size == size || verb.data[size] == ' ')) {
                word = ""; /* the verb itself is a word of ours */
                break;
            }
        }
        char whole[200];
        (void)snprintf(whole, sizeof whole, "%s%s%.*s", word == NULL ? "" : word,
                       word == NULL || *word == 0 ? "" : " ", (int)verb.size, verb.data);
        (void)printf("  %-28s %.*s\n", whole, (int)rest.size, rest.data);
    }
}

static int verb_help(int count, char **arguments)
{
    static const char *const ask[] = {"help", NULL};
    struct arena arena;
    (void)arguments;
    if (count != 0)
        return -1;
    (void)printf("%s\n", usage);
    for (size_t i = 0; i < VERBS; i++)
        (void)printf("  %-28s %s\n", verbs[i].name, verbs[i].what);
    arena_open(&arena, 8 * 1024 * 1024);
    for (size_t i = 0; i < DOORS; i++) {
        struct buf out;
        bool before = false;
        for (size_t j = 0; j < i; j++)
            before = before || strcmp(doors[j].binary, doors[i].binary) == 0;
        if (before || program_path(doors[i].binary) == NULL)
            continue;
        buf_open(&out, &arena, 4096);
        if (program_call(doors[i].binary, ask, &out) == 0) {
            (void)printf("\n");
            help_print(doors[i].binary, buf_done(&out));
        }
    }
    arena_close(&arena);
    return 0;
}

NORETURN static void usage_exit(void)
{
    (void)fputs(usage, stderr);
    exit(2);
}

/* Becomes the program behind the word: its exit code, signals and terminal are the caller's. */
static void door_open(const char *state, int count, char **arguments)
{
    for (size_t i = 0; i < DOORS; i++) {
        if (strcmp(doors[i].word, arguments[0]) != 0)
            continue;
        const char *list[ARGUMENTS_MAX + 4] = {program_path(doors[i].binary)};
        size_t at = 1;
        if (list[0] == NULL)
            trace_die("start", "%s is not there", doors[i].binary);
        if (state != NULL) {
            list[at++] = "--state";
            list[at++] = state;
        }
        for (int j = doors[i].keep ? 0 : 1; j < count && j < ARGUMENTS_MAX; j++)
            list[at++] = arguments[j];
        (void)execv(list[0], (char *const *)(uintptr_t)list);
        trace_die("start", "%s cannot be run", doors[i].binary);
    }
}

int main(int argc, char **argv)
{
    const char *state = NULL;
    int at = 1;
    trace_open("curbside");
    if (at + 1 < argc && strcmp(argv[at], "--state") == 0) {
        state = argv[at + 1];
        at += 2;
    }
    if (at >= argc || argc - at > ARGUMENTS_MAX)
        usage_exit();
    door_open(state, argc - at, argv + at);
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].name, argv[at]) != 0 &&
            !(strcmp(verbs[i].name, "help") == 0 && strcmp(argv[at], "--help") == 0))
            continue;
        clock_open();
        seal_open();
        conf_open(state);
        const int code = verbs[i].run(argc - at - 1, argv + at + 1);
        if (code < 0)
            usage_exit();
        return code;
    }
    usage_exit();
}
