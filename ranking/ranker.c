/* curbside-ranker: follows the journal, keeps rank.db. `curbside-ranker help` lists its verbs. */
#include "core/alive.h"
#include "core/check.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/sandbox.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ranking/facts.h"
#include "ranking/gauge.h"
#include "ranking/trial.h"
#include "ranking/verdict.h"
#include "ranking/verbs.h"
#include "schema/command.h"
#include "schema/common.h"
#include "schema/rank.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ARENA_SIZE = 64 * 1024 * 1024,
    WAIT_JOURNAL_MS = 10000,
    BATCH = 256,
    COMMANDS_MOST = 8,
    RETRY_MS = 1000,
    WAIT_MS = 1000
};

/* What every verb that touches the stores holds. */
struct ranker {
    struct arena arena;
    struct db *db;
    struct log *journal;
    struct ranking ranking;
    struct fold fold;
    struct trial_job job;
    struct verdict verdict;
    struct check check;
    struct server server;
};

static volatile sig_atomic_t stop_asked;

static void on_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

static void beat_progress(int64_t seq)
{
    (void)seq;
    alive_beat();
}

/* --- opening and closing --- */

static void journal_open(struct ranker *ranker)
{
    enum result result = log_open(&ranker->journal, "journal", LOG_READ, WAIT_JOURNAL_MS);
    if (result != OK)
        trace_die("journal", "cannot be opened: %s", result_name(result));
}

static void rank_open(struct ranker *ranker, enum db_mode mode)
{
    enum result result =
        db_open(&ranker->db, &rank_store, conf_store("rank"), ROLE_RANKER, mode, 2000);
    if (result != OK)
        trace_die("rank.db", "cannot be opened: %s", result_name(result));
}

/* The script to begin with: the one rank.db began with, so that a newer program does not rewrite
 * the past. */
static struct text first_script(struct db *db, struct arena *arena)
{
    struct rank_rule_set_first_row row;
    if (db && rank_rule_set_first(db, arena, &row) == OK && row.script.size > 0)
        return row.script;
    return policy_first_script();
}

static enum result state_open(struct ranker *ranker, struct text script, void (*progress)(int64_t))
{
    struct text why;
    int64_t cursor = 0;
    enum result result =
        ranking_open(&ranker->ranking, ranker->db, ranker->journal, &ranker->arena, script, &why);
    if (result == INVALID)
        trace_fail("first_rule_set", "%.*s", (int)why.size, why.data);
    ranker->fold = (struct fold){
        .name = "journal", .db = ranker->db, .apply = ranking_apply, .self = &ranker->ranking};
    if (result == OK)
        result = fold_cursor(&ranker->fold, &cursor);
    if (result == OK)
        result = ranking_replay(&ranker->ranking, &ranker->arena, cursor, progress);
    if (result == OK)
        result = sets_waiting_try(&ranker->ranking, &ranker->arena);
    return result;
}

static void state_close(struct ranker *ranker)
{
    ranking_close(&ranker->ranking);
    db_close(ranker->db);
    log_close(ranker->journal);
}

/* --- serve --- */

/* After a transaction that was not committed the counters are ahead of the database: begin again
 * from what is stored. */
static void state_again(struct ranker *ranker, enum result result)
{
    trace_warn("fold_again", "result=%s", result_name(result));
    ranking_close(&ranker->ranking);
    arena_reset(&ranker->arena, 0);
    poll(NULL, 0, RETRY_MS);
    result = state_open(ranker, first_script(ranker->db, &ranker->arena), beat_progress);
    if (result != OK)
        trace_die("fold", "cannot be taken up: %s", result_name(result));
}

static void fold_all(struct ranker *ranker)
{
    size_t done = 1;
    while (done > 0 && !stop_asked) {
        arena_reset(&ranker->arena, 0);
        enum result result =
            fold_step(&ranker->fold, ranker->journal, &ranker->arena, BATCH, &done);
        if (result == BROKEN)
            trace_die("fold", "stopped after event %lld", (long long)ranker->ranking.seq);
        if (result != OK)
            state_again(ranker, result);
        alive_beat();
    }
}

static void trials_step(struct ranker *ranker)
{
    arena_reset(&ranker->arena, 0);
    trial_job_drop(&ranker->job, ranker->db, &ranker->arena);
    enum result result = trial_job_step(&ranker->job, ranker->db);
    bool idle = ranker->job.proposal == 0;
    if (result == OK)
        result = trial_job_start(&ranker->job, ranker->db, &ranker->arena);
    if (idle && ranker->job.proposal != 0)
        server_watch(&ranker->server, ranker->job.fd);
    if (result != OK)
        trace_warn("trial", "result=%s", result_name(result));
}

/* Commands: only that a script be looked over. Nothing of the house is in the answer, so who asks
 * does not matter beyond whom the socket lets in. */
static void commands_take(struct ranker *ranker)
{
    struct server_message messages[COMMANDS_MOST];
    bool other;
    arena_reset(&ranker->arena, 0);
    size_t count =
        server_wait(&ranker->server, &ranker->arena, WAIT_MS, messages, COMMANDS_MOST, &other);
    for (size_t i = 0; i < count; i++) {
        struct command command;
        enum result result = command_read(messages[i].body, &ranker->arena, &command);
        if (messages[i].descriptor >= 0)
            close(messages[i].descriptor);
        if (result == OK && command.kind != COMMAND_RULE_CHECK)
            result = REFUSED;
        if (result == OK && !text_is(command.rule_check.name, RANKING_RULE_NAME))
            result = NOT_FOUND;
        if (result == OK)
            result =
                check_start(&ranker->check, &ranker->server, messages[i].client, "curbside-ranker",
                            command.rule_check.name, command.rule_check.script);
        if (result != OK)
            server_answer(&ranker->server, messages[i].client, result, TEXT(""));
    }
    check_step(&ranker->check, &ranker->server);
    if (count == 0 && !other)
        db_checkpoint(ranker->db, false); /* idle */
}

static int rebuild(struct ranker *ranker);

/* Takes the fold up where it stands. A newer program's rules may take other facts than the stored
 * first script was written for; it cannot go on then, and the past is counted anew. */
static void take_up(struct ranker *ranker)
{
    journal_open(ranker);
    rank_open(ranker, DB_FOLD);
    enum result result =
        state_open(ranker, first_script(ranker->db, &ranker->arena), beat_progress);
    if (result == INVALID) {
        trace_warn("first_rule_set", "ranks are made anew by the program's own rules");
        state_close(ranker);
        if (rebuild(ranker) != 0)
            trace_die("fold", "cannot be made anew");
        journal_open(ranker);
        rank_open(ranker, DB_FOLD);
        result = state_open(ranker, first_script(ranker->db, &ranker->arena), beat_progress);
    }
    if (result != OK)
        trace_die("fold", "cannot be taken up: %s", result_name(result));
}

static int serve(struct ranker *ranker)
{
    struct sigaction action = {.sa_handler = on_stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    alive_open("ranker");
    trial_job_open(&ranker->job);
    check_open(&ranker->check);
    verdict_open(&ranker->verdict);
    int wake_fd = wake_listen("ranker");
    if (wake_fd < 0 || server_open(&ranker->server, "ranker") != OK)
        return 1;
    server_watch(&ranker->server, wake_fd);
    take_up(ranker);
    trace_info("serve", "cursor=%lld memory_kib=%zu", (long long)ranker->ranking.seq,
               counters_memory(&ranker->ranking.counters) / 1024);
    while (!stop_asked) {
        fold_all(ranker);
        trials_step(ranker);
        verdict_tell(&ranker->verdict, ranker->db, &ranker->arena);
        commands_take(ranker);
        wake_drain(wake_fd);
        alive_beat();
    }
    trial_job_close(&ranker->job);
    check_close(&ranker->check);
    verdict_close(&ranker->verdict);
    server_close(&ranker->server);
    state_close(ranker);
    return 0;
}

/* --- rebuild, digest --- */

static void rebuild_progress(int64_t cursor)
{
    alive_beat();
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rrank: event %lld   ", (long long)cursor);
}

static enum result trials_run_all(struct ranker *ranker)
{
    trial_job_open(&ranker->job);
    enum result result = trial_job_start(&ranker->job, ranker->db, &ranker->arena);
    while (result == OK && ranker->job.proposal) {
        struct pollfd wait = {.fd = ranker->job.fd, .events = POLLIN};
        poll(&wait, 1, 1000);
        result = trial_job_step(&ranker->job, ranker->db);
        if (result == OK)
            result = trial_job_start(&ranker->job, ranker->db, &ranker->arena);
    }
    trial_job_close(&ranker->job);
    return result;
}

/* The old file's WAL must be gone before the new file has its name, or its pages would be taken for
 * the new file's. */
static bool file_replace(const char *path, const char *fresh)
{
    static const char *const extras[] = {"-wal", "-shm"};
    char name[4200];
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof(name), "%s%s", path, extras[i]);
        if (unlink(name) != 0 && errno != ENOENT)
            return false;
    }
    if (rename(fresh, path) != 0)
        return false;
    for (size_t i = 0; i < 2; i++) { /* empty after the last checkpoint */
        snprintf(name, sizeof(name), "%s%s", fresh, extras[i]);
        if (unlink(name) != 0 && errno != ENOENT)
            return false;
    }
    return true;
}

static void remove_fresh(const char *fresh)
{
    static const char *const extras[] = {"", "-wal", "-shm"};
    char name[4200];
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "%s%s", fresh, extras[i]);
        unlink(name);
    }
}

/* A program whose rules take other arguments cannot go on with the stored script: then the past is
 * counted by its own. */
static struct text script_that_loads(struct ranker *ranker, struct text script)
{
    struct policy policy = {.failed_seq = -1};
    struct text reason;
    if (policy_push(&policy, &ranker->arena, script, 0, &reason) != OK) {
        fprintf(stderr, "rank: the stored first script no longer loads (%.*s): using the new one\n",
                (int)reason.size, reason.data);
        script = policy_first_script();
    }
    policy_close(&policy);
    return script;
}

static int rebuild(struct ranker *ranker)
{
    char path[4000], fresh[4100];
    snprintf(path, sizeof(path), "%s", conf_store("rank"));
    snprintf(fresh, sizeof(fresh), "%s.new", path);
    struct text script = policy_first_script();
    if (access(path, R_OK) ==
        0) { /* it says which script the past began with; its pages go into the file */
        rank_open(ranker, DB_FOLD);
        script = script_that_loads(ranker, first_script(ranker->db, &ranker->arena));
        db_checkpoint(ranker->db, true);
        db_close(ranker->db);
    }
    remove_fresh(fresh);
    journal_open(ranker);
    enum result result = db_open(&ranker->db, &rank_store, fresh, ROLE_RANKER, DB_FOLD, 0);
    if (result == OK)
        result = state_open(ranker, script, NULL);
    if (result == OK)
        result = fold_catch_up(&ranker->fold, ranker->journal, &ranker->arena, rebuild_progress);
    if (result == OK)
        result = trials_run_all(ranker);
    if (result != OK) {
        fprintf(stderr, "rank: rebuild failed: %s\n", result_name(result));
        return 1;
    }
    int64_t seq = ranker->ranking.seq;
    db_checkpoint(ranker->db, true);
    state_close(ranker);
    if (!file_replace(path, fresh)) {
        fprintf(stderr, "rank: %s: %s\n", path, strerror(errno));
        return 1;
    }
    printf("rank\trebuilt\t%lld events\n", (long long)seq);
    return 0;
}

/* Without the trials: one may be under way, and starts over after a rebuild. */
static const char *const digest_skips[] = {
    "cursor",      "trial",        "trial_move", "trial_world", "trial_top",
    "trial_month", "trial_reason", "shadow",     "shadow_day",  NULL};

static int digest(struct ranker *ranker)
{
    rank_open(ranker, DB_READ);
    uint8_t sum[DIGEST_SIZE];
    int64_t rows = 0;
    enum result result = db_content_digest(ranker->db, digest_skips, sum, &rows);
    if (result != OK) {
        fprintf(stderr, "rank: %s\n", result_name(result));
        return 1;
    }
    struct buf hex;
    buf_open(&hex, &ranker->arena, 80);
    buf_hex(&hex, bytes_of(sum, sizeof(sum)));
    printf("rank\t%lld\t%.*s\n", (long long)rows, (int)buf_done(&hex).size, buf_done(&hex).data);
    db_close(ranker->db);
    return 0;
}

/* --- why --- */

static int why(struct ranker *ranker, const char *argument)
{
    int64_t id;
    if (!text_int(text_of(argument), 1, INT64_MAX, &id))
        return 2;
    rank_open(ranker, DB_READ);
    enum result result = reasons_print(ranker->db, &ranker->arena, id);
    if (result != OK)
        fprintf(stderr, "why: %s has no rank (%s)\n", argument, result_name(result));
    db_close(ranker->db);
    return result == OK ? 0 : 1;
}

static int figures(struct ranker *ranker)
{
    rank_open(ranker, DB_READ);
    enum result result = gauge_print(ranker->db, &ranker->arena);
    if (result != OK)
        fprintf(stderr, "figures: %s\n", result_name(result));
    db_close(ranker->db);
    return result == OK ? 0 : 1;
}

/* --- lint, trial, trial-run, facts, bench --- */

static int lint(struct ranker *ranker, const char *path)
{
    struct text script = verbs_file_read(&ranker->arena, path), why_not = NO_TEXT;
    struct policy policy = {.failed_seq = -1};
    if (!script.data)
        return 1;
    enum result result = policy_push(&policy, &ranker->arena, script, 0, &why_not);
    policy_close(&policy);
    if (result != OK)
        fprintf(stderr, "%s: %.*s\n", path, (int)why_not.size, why_not.data);
    else
        printf("%s: sound\n", path);
    return result == OK ? 0 : 1;
}

static struct text first_script_of_state(struct ranker *ranker)
{
    if (access(conf_store("rank"), R_OK) != 0)
        return policy_first_script();
    rank_open(ranker, DB_READ);
    struct text script = first_script(ranker->db, &ranker->arena);
    db_close(ranker->db);
    return script;
}

static int trial_file(struct ranker *ranker, const char *path)
{
    struct text script = verbs_file_read(&ranker->arena, path), why_not = NO_TEXT;
    if (!script.data)
        return 1;
    struct text first = first_script_of_state(ranker);
    journal_open(ranker);
    static struct trial_result out;
    enum result result =
        trial_run(ranker->journal, &ranker->arena, first, script, 0, NULL, &out, &why_not);
    log_close(ranker->journal);
    if (result == OK)
        trial_show(&out);
    else
        fprintf(stderr, "%s: %.*s\n", path, (int)why_not.size, why_not.data ? why_not.data : "");
    return result == OK ? 0 : 1;
}

/* The child of a trial: speaks in lines to its parent (ranking/trial_job.c). */
static int trial_child(struct ranker *ranker, const char *argument)
{
    int64_t proposal;
    if (!text_int(text_of(argument), -INT64_MAX, INT64_MAX, &proposal) || proposal == 0)
        return 2;
    const char *folder;
    struct text first = first_script_of_state(ranker), live = first;
    journal_open(ranker);
    if (access(conf_store("rank"), R_OK) == 0) {
        rank_open(ranker, DB_READ);
        live = sets_live_script(ranker->db, ranker->journal, &ranker->arena, first);
        db_close(ranker->db);
    }
    folder = arena_text(&ranker->arena, text_of(conf_path("journal"))).data;
    /* What it needs is open; from here on it reads the journal and speaks, and nothing else. */
    sandbox_enter(&(struct sandbox){.kind = SANDBOX_WEB, .folders = &folder, .folder_count = 1});
    trial_child_run(ranker->journal, &ranker->arena, first, live, llabs(proposal), proposal < 0);
    log_close(ranker->journal);
    return 0;
}

/* A child of the paymaster at a month's close: reads the journal and the rule sets, and nothing
 * else. */
static int facts(struct arena *arena, int count, char **words)
{
    static struct ranker ranker;
    int64_t upto, start_ms, end_ms;
    if (count != 3 || !text_int(text_of(words[0]), 0, INT64_MAX, &upto) ||
        !text_int(text_of(words[1]), 0, INT64_MAX, &start_ms) ||
        !text_int(text_of(words[2]), 0, INT64_MAX, &end_ms))
        return 2;
    ranker.arena = *arena;
    struct text first = first_script_of_state(&ranker);
    journal_open(&ranker);
    const char *folder = arena_text(&ranker.arena, text_of(conf_path("journal"))).data;
    sandbox_enter(&(struct sandbox){.kind = SANDBOX_WEB, .folders = &folder, .folder_count = 1});
    enum result result = facts_print(ranker.journal, &ranker.arena, first, upto, start_ms, end_ms);
    if (result != OK)
        fprintf(stderr, "facts: %s\n", result_name(result));
    log_close(ranker.journal);
    return result == OK && fflush(stdout) == 0 ? 0 : 1;
}

static int bench(struct ranker *ranker)
{
    struct text script = first_script_of_state(ranker);
    journal_open(ranker);
    int status = verbs_bench(&ranker->arena, ranker->journal, script);
    log_close(ranker->journal);
    return status;
}

/* --- verbs --- */

/* The child of a check (core/check.c). */
static int check_run(struct ranker *ranker, const char *name)
{
    (void)ranker;
    return strcmp(name, RANKING_RULE_NAME) == 0 ? check_child(policy_functions, POLICY_FUNCTIONS)
                                                : 2;
}

static int help(struct ranker *ranker)
{
    (void)ranker;
    fputs("serve\tfollow the journal and keep rank.db until told to stop\n"
          "rebuild\tfold the whole journal into a fresh rank.db and put it in place\n"
          "digest\tprint the content digest of rank.db\n"
          "figures\tprint what guardrails watch, by day (ranking/gauge.h)\n"
          "facts UPTO START_MS END_MS\tprint what a rule of pay may know of a month's acts "
          "(ranking/facts.h)\n"
          "why ID\tsay why a posting or member stands where it stands\n"
          "lint FILE\tload a rule script and run its examples\n"
          "trial FILE\tshow who would move if the script had held from the beginning\n"
          "replay DIR [--rules FILE] [--pay FILE]\tplay a community's public tables (members, "
          "answers, votes, earmarks) and write snapshots, scores and payouts beside them\n"
          "world PRESET SEED DIR [--members N] [--votes N]\tinvent a community with a known truth "
          "and write its tables; world list names the presets\n"
          "simulate PRESET,...|all SEEDS [--rules FILE] [--pay FILE [--kind posting|answer|vote]]"
          "\twhat the rules and two baselines make of such communities (seeds as 1-5)\n"
          "bench\treplay the journal in memory and print the cost of a vote\n",
          stdout);
    return 0;
}

struct verb {
    const char *name;
    int (*run)(struct ranker *ranker);
    int (*run_with)(struct ranker *ranker, const char *argument);
    int (*run_words)(struct arena *arena, int count, char **words);
};

static const struct verb verbs[] = {
    {"serve", serve, NULL, NULL},         {"rebuild", rebuild, NULL, NULL},
    {"digest", digest, NULL, NULL},       {"why", NULL, why, NULL},
    {"figures", figures, NULL, NULL},     {"lint", NULL, lint, NULL},
    {"trial", NULL, trial_file, NULL},    {"trial-run", NULL, trial_child, NULL},
    {"check-run", NULL, check_run, NULL}, {"replay", NULL, NULL, verbs_replay},
    {"world", NULL, NULL, verbs_world},   {"simulate", NULL, NULL, verbs_simulate},
    {"bench", bench, NULL, NULL},         {"facts", NULL, NULL, facts},
    {"help", help, NULL, NULL},
};

int main(int argc, char **argv)
{
    static struct ranker ranker;
    const char *state = NULL;
    int at = 1;
    trace_open("ranker");
    if (argc > 2 && strcmp(argv[1], "--state") == 0) {
        state = argv[2];
        at = 3;
    }
    for (size_t i = 0; at < argc && i < sizeof(verbs) / sizeof(*verbs); i++) {
        int words = argc - at - 1;
        if (strcmp(argv[at], verbs[i].name) != 0 ||
            (verbs[i].run_words ? words < 1 : words != (verbs[i].run_with ? 1 : 0)))
            continue;
        if (verbs[i].run != help && verbs[i].run_with != lint &&
            (!verbs[i].run_words || verbs[i].run_words == facts))
            conf_open(state);
        clock_open();
        seal_open();
        arena_open(&ranker.arena, ARENA_SIZE);
        int status = verbs[i].run_words  ? verbs[i].run_words(&ranker.arena, words, argv + at + 1)
                     : verbs[i].run_with ? verbs[i].run_with(&ranker, argv[at + 1])
                                         : verbs[i].run(&ranker);
        if (status != 2)
            return status;
    }
    fputs("usage: curbside-ranker [--state DIR] VERB; help names the verbs\n", stderr);
    return 2;
}
