/* The rule host against scripts that mean harm (tests/rules/hostile), and mutants of the shipped
 * rules. MUTANTS=N tries so many (`make torture`: a million). */
#include "core/buf.h"
#include "core/clock.h"
#include "core/rule.h"
#include "core/seal.h"
#include <dirent.h>
#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define FOLDER "tests/rules/hostile"
enum { SCRIPTS_MAX = 500, SCRIPTS_LEAST = 60, CPU_MS_MAX = 60, BATCH_CPU_MS = 5000 };
enum { CONTROL_CPU_US = 61000, CONTROL_STEPS = 1000000, CONTROL_MEMORY = 64 << 20 };
enum {
    MUTANTS = 50000,
    MANY = 100,
    PROCESSES = 2,
    SOUND = 0,
    UNSOUND = 1,
    BROKEN_OUT = 1,
    CONTAINED = 0
};

static struct arena arena;
static char names[SCRIPTS_MAX][80];
static size_t name_count;

static int name_order(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int names_read(void **state)
{
    (void)state;
    seal_open();
    arena_open(&arena, 1u << 20);
    DIR *folder = opendir(FOLDER);
    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;)
        if (strstr(entry->d_name, ".lua") && name_count < SCRIPTS_MAX)
            snprintf(names[name_count++], sizeof(names[0]), "%.79s", entry->d_name);
    closedir(folder);
    qsort(names, name_count, sizeof(names[0]), name_order);
    return name_count >= SCRIPTS_LEAST ? 0 : -1;
}

static struct text file_read(const char *folder, const char *name)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *data = arena_take(&arena, RULE_TEXT_MAX + 1);
    size_t size = fread(data, 1, RULE_TEXT_MAX, file);
    fclose(file);
    data[size] = 0;
    return (struct text){data, size};
}

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Load it and call it twice. Whether it got what it was after: 1, or another answer the second
 * time. */
static bool attack(struct text script, struct arena *words, size_t *memory, double *took_ms)
{
    static const struct rule_function needed[] = {{"attack", 0, 1, 0}};
    struct rule_set *set;
    struct text why;
    const char *reason;
    double first = 0, second = 0, start = cpu_ms();
    enum result loaded = rule_load(&set, words, TEXT("hostile"), script, TEXT(""), needed, 1, &why);
    *took_ms = cpu_ms() - start;
    if (loaded != OK) {
        assert_true(why.size > 0);
        for (size_t i = 0; i < why.size; i++)
            assert_true((unsigned char)why.data[i] >= 0x20);
        return false;
    }
    rule_budget(set, BATCH_CPU_MS);
    start = cpu_ms();
    bool gave = rule_call(set, 0, NULL, &first, &reason) == OK;
    *took_ms = fmax(*took_ms, cpu_ms() - start);
    *memory = rule_memory(set);
    bool again = rule_call(set, 0, NULL, &second, &reason) == OK;
    assert_true((!gave || isfinite(first)) && (!again || isfinite(second)));
    rule_close(set);
    return (gave && first == 1) || (gave && again && first != second);
}

static void every_hostile_script_is_contained_in_60_ms_and_1_MiB(void **state)
{
    (void)state;
    for (size_t i = 0; i < name_count; i++) {
        size_t memory = 0, mark = arena.used;
        struct text script = file_read(FOLDER, names[i]);
        double took = 0;
        if (attack(script, &arena, &memory, &took))
            fail_msg("%s got what it was after", names[i]);
        if (took > CPU_MS_MAX || memory > RULE_MEMORY_MAX)
            fail_msg("%s took %.1f ms and %zu bytes", names[i], took, memory);
        arena_reset(&arena, mark);
    }
}

/* --- the control: the usual sandbox, names taken away from a full library --- */

static void *control_memory(void *self, void *old, size_t old_size, size_t size)
{
    size_t *used = self;
    old_size = old ? old_size : 0;
    if (size == 0) {
        free(old);
        *used -= old_size;
        return NULL;
    }
    if (size > old_size && *used + size - old_size > CONTROL_MEMORY)
        return NULL;
    *used += size - old_size;
    return realloc(old, size);
}

static int control_steps;

static void control_hook(lua_State *lua, lua_Debug *activation)
{
    (void)activation;
    control_steps += 1000;
    if (control_steps > CONTROL_STEPS)
        luaL_error(lua, "takes too many steps");
}

static double control_call(lua_State *lua)
{
    control_steps = 0;
    lua_getglobal(lua, "attack");
    double got = lua_pcall(lua, 0, 1, 0) == LUA_OK ? lua_tonumber(lua, -1) : 0;
    lua_settop(lua, 0);
    return got;
}

static int control_play(struct text script)
{
    static const char *const taken[] = {"os",     "io",       "package", "require",
                                        "dofile", "loadfile", "debug"};
    size_t used = 0;
    lua_State *lua = lua_newstate(control_memory, &used);
    luaL_openlibs(lua);
    for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
        lua_pushnil(lua);
        lua_setglobal(lua, taken[i]);
    }
    lua_sethook(lua, control_hook, LUA_MASKCOUNT, 1000);
    if (luaL_loadbuffer(lua, script.data, script.size, "=rule") != LUA_OK ||
        lua_pcall(lua, 0, 0, 0) != LUA_OK)
        return CONTAINED;
    double first = control_call(lua), second = control_call(lua);
    lua_close(lua);
    return first == 1 || first != second ? BROKEN_OUT : CONTAINED;
}

static pid_t control_start(struct text script)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct itimerval limit = {.it_value = {.tv_usec = CONTROL_CPU_US}};
        signal(SIGSEGV, SIG_DFL);
        signal(SIGPROF, SIG_DFL);
        setitimer(ITIMER_PROF, &limit, NULL);
        _exit(control_play(script));
    }
    return child;
}

static bool breaks_out(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) || WEXITSTATUS(status) == BROKEN_OUT;
}

static void control_under_the_usual_sandbox_many_break_out(void **state)
{
    (void)state;
    static const char *const least[] = {
        "pattern_backtrack.lua", "loop_xpcall.lua", "table_insert_front.lua", "meta_gc_loop.lua",
        "meta_strings.lua",      "random.lua",      "address_leak.lua",       "state_global.lua"};
    size_t out = 0, found = 0, mark = arena.used;
    pid_t children[SCRIPTS_MAX];
    for (size_t i = 0; i < name_count + PROCESSES; i++) { /* so many at a time */
        if (i < name_count)
            children[i] = control_start(file_read(FOLDER, names[i]));
        arena_reset(&arena, mark);
        if (i < PROCESSES)
            continue;
        const char *name = names[i - PROCESSES];
        bool breaks = breaks_out(children[i - PROCESSES]);
        out += breaks;
        for (size_t j = 0; j < sizeof(least) / sizeof(*least); j++)
            found += breaks && strcmp(name, least[j]) == 0;
        if (breaks && getenv("VERBOSE"))
            fprintf(stderr, "breaks out: %s\n", name);
    }
    assert_int_equal(found, sizeof(least) / sizeof(*least));
    assert_true(out >= 20);
}

/* --- mutants --- */

static uint64_t seed = 20260101;

static size_t draw(size_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)((seed >> 11) % below);
}

/* Where the word or sign at `at` ends. */
static size_t token_end(struct text text, size_t at)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
    size_t size = strspn(text.data + at, word);
    return at + (size ? size : 1);
}

/* The script with a token or two left out, doubled, or put in another's place. */
static struct text mutant(struct text script)
{
    struct text now = script;
    for (size_t i = 1 + draw(3); i > 0; i--) {
        size_t from = draw(now.size), to = token_end(now, from);
        size_t other = draw(now.size), other_to = token_end(now, other);
        struct buf out;
        buf_open(&out, &arena, now.size + 80);
        buf_add(&out, now.data, draw(2) ? to : from);
        if (draw(3) > 0)
            buf_add(&out, now.data + other, other_to - other);
        buf_add(&out, now.data + to, now.size - to);
        buf_char(&out, 0);
        now = buf_done(&out);
        now.size--;
    }
    return now;
}

/* Without comments, examples and indentation, and with each meaning in one letter, so that most
 * changes hit code and most mutants load. */
static struct text code_of(struct text script)
{
    struct buf out;
    buf_open(&out, &arena, script.size + 1);
    script.size = (size_t)(strstr(script.data, "\nexamples") - script.data);
    for (size_t at = 0; at < script.size;) {
        if (script.data[at] == '-' && script.data[at + 1] == '-')
            at += strcspn(script.data + at, "\n");
        else if (script.data[at] == '"') {
            buf_add(&out, "\"w\"", 3);
            at += strcspn(script.data + at + 1, "\"") + 2;
        } else if (script.data[at] == ' ' && (at == 0 || script.data[at - 1] == '\n'))
            at += strspn(script.data + at, " ");
        else
            buf_char(&out, script.data[at++]);
    }
    buf_char(&out, 0);
    struct text code = buf_done(&out);
    code.size--;
    return code;
}

/* Whether all it gives is finite. */
static bool call_all(struct rule_set *set, const struct rule_function *needed, size_t count)
{
    static const double values[RULE_VALUES_MAX] = {1,  0.5, 3, -1,  40, 7, 0,
                                                   12, 1,   2, 0.1, 30, 5, 2};
    double results[RULE_VALUES_MAX];
    const char *why;
    bool sound = true;
    rule_budget(set, BATCH_CPU_MS);
    for (size_t i = 0; i < count; i++)
        if (rule_call(set, i, values, results, &why) == OK)
            for (int j = 0; j < needed[i].results; j++)
                sound = sound && isfinite(results[j]);
    return sound;
}

/* Load and call so many; SOUND when nothing was wrong and some loaded. In a child: who crashes says
 * so by his end. */
static int mutants_play(struct text script, long mutants, uint64_t first)
{
    static const struct rule_function needed[] = {{"link", 6, 1, 0},   {"independence", 4, 1, 0},
                                                  {"trust", 2, 1, 0},  {"vote", 17, 3, 14},
                                                  {"settle", 7, 4, 0}, {"rising", 4, 1, 0}};
    const size_t count = sizeof(needed) / sizeof(*needed);
    long loaded = 0;
    seed += first;
    for (long i = 0; i < mutants; i++) {
        size_t mark = arena.used;
        struct rule_set *set;
        struct text why;
        if (rule_load(&set, &arena, TEXT("mutant"), mutant(script), TEXT(""), needed, count,
                      &why) == OK) {
            bool sound =
                call_all(set, needed, count) && rule_memory(set) <= (size_t)RULE_MEMORY_MAX;
            rule_close(set);
            if (!sound)
                return UNSOUND;
            loaded++;
        }
        arena_reset(&arena, mark);
    }
    if (getenv("MUTANTS"))
        fprintf(stderr, "%ld mutants, %ld loaded\n", mutants, loaded);
    /* Of many some live: it is not all syntax. */
    return loaded > 0 || mutants < MANY ? SOUND : UNSOUND;
}

static void mutants_of_the_shipped_rules_crash_nothing(void **state)
{
    (void)state;
    struct text script = code_of(file_read("scripts/rank", "policy.lua"));
    const char *asked = getenv("MUTANTS");
    long mutants = asked ? strtol(asked, NULL, 10) : getenv("SANITIZED") ? MUTANTS / 50 : MUTANTS;
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            _exit(
                mutants_play(script, mutants / PROCESSES + (i < mutants % PROCESSES), (uint64_t)i));
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == SOUND);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_hostile_script_is_contained_in_60_ms_and_1_MiB),
        cmocka_unit_test(control_under_the_usual_sandbox_many_break_out),
        cmocka_unit_test(mutants_of_the_shipped_rules_crash_nothing),
    };
    return cmocka_run_group_tests(tests, names_read, NULL);
}
