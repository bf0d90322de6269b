/* curbside-demo: makes a state folder with a small community that has been at it for four months.
 * Everything happens through the running programs, as it would in life; only the clock is ours. The
 * state appears under its name when it is whole, or not at all. */
#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "demo/house.h"
#include "demo/play.h"
#include "demo/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_SIZE = 64 * 1024 * 1024 };

static const char usage[] = "usage: curbside-demo [--state DIR] build [COMMUNITY.jsonl]\n"
                            "       curbside-demo [--state DIR] logins\n"
                            "       curbside-demo help\n";
static const char password[] = "corridor after rounds";

/* What the sponsor sets aside, each right after the posting it is for: on the answers to a
 * question, or on the votes on an answer, whichever way they go. */
static const struct earmark {
    const char *key;
    int kind;
    int64_t cents, cap_cents;
} earmarks[] = {
    {"q1", 2, 8000, 24000},  {"a1", 3, 1500, 60000},   {"q9", 2, 6000, 24000},
    {"a30", 3, 1200, 40000}, {"q24", 2, 6000, 24000},  {"a90", 3, 1200, 40000},
    {"q38", 2, 8000, 24000}, {"a140", 3, 1000, 30000},
};
enum { EARMARKS = sizeof(earmarks) / sizeof(earmarks[0]) };

static void progress(size_t done, size_t all, int64_t at_ms, struct arena *arena)
{
    size_t mark = arena->used;
    struct text day = clock_day(arena, at_ms);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r  playing the past: %3zu %%  %.*s      ", done * 100 / all,
                (int)day.size, day.data);
    arena_reset(arena, mark);
}

static enum result earmark_on(struct play *play, const struct act *act, int64_t today_ms)
{
    enum result result = OK;
    for (size_t i = 0; i < EARMARKS && result == OK; i++) {
        if (!text_is(act->key, earmarks[i].key))
            continue;
        if (play->campaign.size == 0)
            result = play_campaign(play, today_ms + 200 * DAY_MS);
        if (result == OK)
            result = play_earmark(play, earmarks[i].key, earmarks[i].kind, earmarks[i].cents,
                                  earmarks[i].cap_cents, act->at_ms + 45 * DAY_MS);
        if (result == OK)
            result = play_tick(play);
    }
    return result;
}

/* Months end between the members' acts. Nothing of the arena is given back: who ends a month may
 * sign in for it, and goes on with that session. */
static enum result months_end(struct play *play, int64_t from_ms, int64_t to_ms)
{
    enum result result = OK;
    for (int64_t end = clock_month_next(from_ms); end <= to_ms && result == OK;
         end = clock_month_next(end)) {
        if (*play->clock_ms < end + HOUR_MS)
            *play->clock_ms = end + HOUR_MS;
        result = play_period_close(play, clock_month(play->arena, end - 1));
    }
    return result;
}

static enum result play_all(struct play *play, const struct community *community, int64_t today_ms,
                            int64_t now_ms)
{
    int64_t last_ms = *play->clock_ms;
    enum result result = OK;
    for (size_t i = 0; i < community->count && result == OK; i++) {
        const struct act *act = &community->acts[i];
        if (act->at_ms > now_ms)
            break;
        if (play->key_count > 0)
            result = months_end(play, last_ms, act->at_ms);
        if (result == OK)
            result = play_act(play, act);
        if (result == OK)
            result = earmark_on(play, act, today_ms);
        last_ms = act->at_ms;
        if (i % 20 == 0)
            progress(i, community->count, act->at_ms, play->arena);
    }
    if (isatty(STDERR_FILENO))
        fputs("\r                                                        \r", stderr);
    *play->clock_ms = now_ms;
    if (result == OK)
        result = play_sponsored(play);
    play_sign_out_all(play);
    return result;
}

static int build(const char *file)
{
    static struct play play;
    struct arena arena;
    struct community community;
    struct house house;
    int status = 1;
    arena_open(&arena, ARENA_SIZE);
    int64_t now_ms = clock_now_ms();
    int64_t today_ms = now_ms - now_ms % DAY_MS;
    if (community_read(&arena, file, today_ms, &community) != OK)
        return 1;
    if (house_open(&house, &arena, conf_state(), community.acts[0].at_ms) != OK)
        return 1;
    play_open(&play, &arena, house.clock_ms, text_of(password));
    if (roster_write(&arena, &community, house.state) == OK && house_start(&house) == OK &&
        house_import_rosters(&house) == OK && play_all(&play, &community, today_ms, now_ms) == OK) {
        fprintf(stderr, "  the community stands: %zu acts, %zu refused\n", community.count,
                play.refused);
        status = 0;
    }
    play_close(&play);
    if (!house_finish(&house, status == 0))
        status = 1;
    arena_close(&arena);
    return status;
}

/* Licence of the applicant whom the lists accept: his quiz can be tried. */
static const char quiz_licence[] = "2014011328";

static int logins(void)
{
    struct arena arena;
    arena_open(&arena, 64 * 1024);
    struct roster_facts facts = roster_facts_of(&arena, text_of(quiz_licence));
    printf("  physician  Kestrel       %s\n"
           "  physician  Larkspur      %s\n"
           "  applicant  Goldeneye     %s\n"
           "  applicant  brief_note    %s\n"
           "             (the quiz: %.*s, %d, %s, %.*s %.*s)\n"
           "  sponsor    Halden_Row    %s\n"
           "  admin      Switchboard   %s\n"
           "  admin      Fennimore     %s\n",
           password, password, password, password, (int)facts.school.size, facts.school.data,
           facts.year, quiz_licence, (int)facts.zip.size, facts.zip.data, (int)facts.place.size,
           facts.place.data, password, password, password);
    printf("In this demo a password is enough. In earnest physicians add a passkey or an "
           "authenticator\n"
           "app, sponsors and admins a passkey (settings second.physician, second.staff); try it "
           "under\n"
           "Account.\n");
    arena_close(&arena);
    return 0;
}

int main(int argc, char **argv)
{
    const char *state = NULL;
    int at = 1;
    trace_open("demo");
    if (at + 1 < argc && strcmp(argv[at], "--state") == 0) {
        state = argv[at + 1];
        at += 2;
    }
    const char *verb = at < argc ? argv[at] : "";
    if (strcmp(verb, "help") == 0) {
        fputs("build\tmake a state folder with the demo community\n"
              "logins\tprint the demo's logins\n",
              stdout);
        return 0;
    }
    if (strcmp(verb, "logins") == 0 && at + 1 == argc)
        return logins();
    if (strcmp(verb, "build") != 0 || at + 2 < argc) {
        fputs(usage, stderr);
        return 2;
    }
    conf_open(state);
    clock_open();
    seal_open();
    return build(at + 1 < argc ? argv[at + 1] : "demo/community.jsonl");
}
