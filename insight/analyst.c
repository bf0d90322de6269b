/* curbside-analyst: follows the journal, makes one release a month. `curbside-analyst help` lists
 * its verbs. */
#include "core/alive.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/follow.h"
#include "core/seal.h"
#include "core/trace.h"
#include "insight/insight.h"
#include "insight/pairs_verb.h"
#include "insight/release.h"
#include "schema/release.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_SIZE = 64 * 1024 * 1024, WAIT_JOURNAL_MS = 10000, SLICE = 32, LIST_MOST = 10000 };

/* Following, in memory: a restart counts the whole journal again, and passes the boundaries of the
 * releases that are stored. */
struct analyst {
    struct arena arena;
    struct db *db;
    struct log *journal;
    struct tally tally;
    int64_t seq;
    int64_t now_ms;  /* latest event time so far: never goes back */
    int64_t open_ms; /* start of the month that is counted now; 0: nothing has happened yet */
    int64_t last_id; /* of the releases passed so far */
    uint8_t last_sha256[32];
    struct release_all_after_row next; /* the next stored release, while there is one */
    bool has_next;
    bool is_serving;
    bool is_checking; /* compare each stored release with what is counted now */
    char fault[120];  /* of that comparison; empty: none */
};

static volatile sig_atomic_t stop_asked;

static void on_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

/* --- passing stored releases --- */

static enum result next_load(struct analyst *analyst, struct arena *arena)
{
    struct release_all_after_row *rows;
    size_t count;
    enum result result = release_all_after(analyst->db, arena, analyst->last_id, 1, &rows, &count);
    analyst->has_next = result == OK && count > 0;
    if (analyst->has_next) {
        analyst->next = rows[0];
        analyst->next.body = NO_BYTES; /* lies in an arena that is given back */
    }
    return result;
}

static struct release_draft draft_make(struct analyst *analyst, struct arena *arena,
                                       int64_t journal_seq)
{
    struct release_draft draft = {.period = clock_month(arena, analyst->open_ms),
                                  .id = analyst->last_id + 1,
                                  .journal_seq = journal_seq};
    memcpy(draft.previous, analyst->last_sha256, 32);
    draft.rows = tally_take(&analyst->tally, arena, &draft.row_count);
    return draft;
}

/* The journal has come behind a stored release: its votes are spent. */
static enum result stored_pass(struct analyst *analyst, struct arena *arena)
{
    struct release_all_after_row *rows;
    size_t count;
    enum result result = release_all_after(analyst->db, arena, analyst->last_id, 1, &rows, &count);
    if (result != OK || count == 0)
        return result == OK ? BROKEN : result;
    if (!period_read(rows[0].period, &analyst->open_ms) || rows[0].sha256.size != 32)
        return BROKEN;
    struct release_draft draft = draft_make(analyst, arena, rows[0].journal_seq);
    struct bytes body = release_body(arena, &draft);
    if (analyst->is_checking && !*analyst->fault &&
        (body.size != rows[0].body.size || memcmp(body.data, rows[0].body.data, body.size) != 0))
        snprintf(analyst->fault, sizeof(analyst->fault),
                 "release %lld: the journal gives other figures", (long long)rows[0].id);
    analyst->last_id = rows[0].id;
    memcpy(analyst->last_sha256, rows[0].sha256.data, 32);
    analyst->open_ms = clock_month_next(analyst->open_ms);
    return next_load(analyst, arena);
}

/* --- closing a month --- */

/* Titles of the questions that are shown: the journal has them, as long as nobody blanked them. */
static enum result titles_put(struct analyst *analyst, struct arena *arena,
                              const struct release_draft *draft)
{
    enum result result = OK;
    for (size_t i = 0; i < draft->row_count && result == OK; i++) {
        bool shown[TALLY_SIDES];
        struct journal_entry *entries;
        size_t count, mark = arena->used;
        if (!tally_row_shown(&draft->rows[i], INSIGHT_K, shown))
            continue;
        result =
            journal_read(analyst->journal, arena, draft->rows[i].question - 1, 1, &entries, &count);
        if (result == OK && count == 1 && entries[0].texts[0].data)
            result = release_title_put(analyst->db, draft->rows[i].question, entries[0].texts[0]);
        arena_reset(arena, mark);
    }
    return result;
}

/* Make the release of the month that is counted now; it covers the journal up to `journal_seq`. */
static enum result month_close(struct analyst *analyst, struct arena *arena, int64_t journal_seq)
{
    size_t mark = arena->used;
    uint8_t sha256[32];
    enum result result = db_begin(analyst->db);
    if (result != OK)
        return result;
    struct release_draft draft = draft_make(analyst, arena, journal_seq);
    struct bytes body = release_body(arena, &draft);
    result = release_write(analyst->db, &draft, body, clock_now_ms(), sha256);
    if (result == OK)
        result = titles_put(analyst, arena, &draft);
    if (result == OK)
        result = db_commit(analyst->db);
    if (result != OK) {
        db_rollback(analyst->db);
        return result;
    }
    trace_info("release", "id=%lld period=%.*s shown=%lld withheld=%lld", (long long)draft.id,
               (int)draft.period.size, draft.period.data, (long long)draft.shown,
               (long long)draft.withheld);
    analyst->last_id = draft.id;
    memcpy(analyst->last_sha256, sha256, 32);
    analyst->open_ms = clock_month_next(analyst->open_ms);
    arena_reset(arena, mark);
    return OK;
}

/* --- one event --- */

static enum result boundaries_pass(struct analyst *analyst, const struct event *event,
                                   struct arena *arena)
{
    enum result result = OK;
    while (result == OK && analyst->has_next && event->seq > analyst->next.journal_seq)
        result = stored_pass(analyst, arena);
    if (analyst->open_ms == 0)
        analyst->open_ms = clock_month_start(analyst->now_ms);
    while (result == OK && !analyst->has_next && !analyst->is_checking &&
           clock_month_start(analyst->now_ms) > analyst->open_ms)
        result = month_close(analyst, arena, event->seq - 1);
    return result;
}

/* A thread nobody sees any more: sponsors do not read its title either. Figures that were released
 * stay; what was counted since is dropped. */
static enum result thread_decided(struct analyst *analyst,
                                  const struct event_posting_decided *decided)
{
    enum { KEPT = 1 };
    if (decided->posting != decided->question || decided->outcome == KEPT)
        return OK;
    tally_drop(&analyst->tally, decided->question);
    return analyst->is_checking ? OK : release_title_blank(analyst->db, decided->question);
}

static enum result event_apply(struct analyst *analyst, const struct journal_entry *entry,
                               struct arena *arena)
{
    const struct event *event = &entry->event;
    if (event->at_ms > analyst->now_ms)
        analyst->now_ms = event->at_ms;
    enum result result = boundaries_pass(analyst, event, arena);
    if (result != OK)
        return result;
    analyst->seq = event->seq;
    if (event->kind == EVENT_VOTE_CAST && event->vote_cast.member > 0 &&
        event->vote_cast.question > 0)
        tally_vote(&analyst->tally, event->vote_cast.question, event->vote_cast.member,
                   event->vote_cast.stance);
    if (event->kind == EVENT_POSTING_DECIDED)
        return thread_decided(analyst, &event->posting_decided);
    if (event->kind == EVENT_TEXT_BLANKED && event->text_blanked.part == 0 && !analyst->is_checking)
        return release_title_blank(analyst->db, event->text_blanked.seq);
    return OK;
}

static enum result follow(struct analyst *analyst)
{
    enum result result = OK;
    size_t count = 1;
    while (result == OK && count > 0 && !stop_asked) {
        struct journal_entry *entries;
        arena_reset(&analyst->arena, 0);
        result =
            journal_read(analyst->journal, &analyst->arena, analyst->seq, SLICE, &entries, &count);
        for (size_t i = 0; i < count && result == OK; i++)
            result = event_apply(analyst, &entries[i], &analyst->arena);
        if (analyst->is_serving)
            alive_beat();
    }
    return result;
}

/* --- opening --- */

static void stores_open(struct analyst *analyst, enum db_mode mode)
{
    enum result result =
        db_open(&analyst->db, &release_store, conf_store("release"), ROLE_ANALYST, mode, 2000);
    if (result != OK)
        trace_die("release.db", "cannot be opened: %s", result_name(result));
}

static void journal_open(struct analyst *analyst)
{
    enum result result = log_open(&analyst->journal, "journal", LOG_READ, WAIT_JOURNAL_MS);
    if (result == OK)
        result = next_load(analyst, &analyst->arena);
    if (result != OK)
        trace_die("journal", "cannot be opened: %s", result_name(result));
}

static void stores_close(struct analyst *analyst)
{
    tally_close(&analyst->tally);
    db_close(analyst->db);
    if (analyst->journal)
        log_close(analyst->journal);
}

/* --- verbs --- */

static int serve(struct analyst *analyst, const char *none)
{
    (void)none;
    struct sigaction action = {.sa_handler = on_stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    alive_open("analyst");
    analyst->is_serving = true;
    int wake_fd = wake_listen("analyst");
    if (wake_fd < 0)
        return 1;
    stores_open(analyst, DB_LOG);
    journal_open(analyst);
    while (!stop_asked) {
        enum result result = follow(analyst);
        /* Counters may be ahead of the store now: begin anew. The supervisor starts us again. */
        if (result != OK)
            trace_die("follow", "seq=%lld result=%s", (long long)analyst->seq, result_name(result));
        struct pollfd wait = {.fd = wake_fd, .events = POLLIN};
        if (poll(&wait, 1, 1000) == 0)
            db_checkpoint(analyst->db, false);
        wake_drain(wake_fd);
        alive_beat();
    }
    stores_close(analyst);
    return 0;
}

static int say(const char *period, const char *words)
{
    fprintf(stderr, "%s %s\n", period, words);
    return 1;
}

static int close_period(struct analyst *analyst, const char *period)
{
    int64_t start_ms;
    struct release_of_period_row row;
    if (!period_read(text_of(period), &start_ms))
        return say(period, "is not a month like 2026-03") + 1;
    if (clock_month_next(start_ms) > clock_now_ms())
        return say(period, "is not over yet");
    stores_open(analyst, DB_LOG);
    journal_open(analyst);
    enum result result = follow(analyst);
    if (result == OK && release_of_period(analyst->db, &analyst->arena, TEXT(INSIGHT_TOTALS),
                                          text_of(period), &row) == OK) {
        printf("%s was closed as release %lld\n", period, (long long)row.id);
        stores_close(analyst);
        return 0;
    }
    if (result == OK && (analyst->open_ms == 0 || start_ms < analyst->open_ms))
        return say(period, "lies before the first event");
    while (result == OK && analyst->open_ms <= start_ms)
        result = month_close(analyst, &analyst->arena, analyst->seq);
    if (result == OK)
        printf("%s is closed as release %lld\n", period, (long long)analyst->last_id);
    else
        fprintf(stderr, "%s could not be closed: %s\n", period, result_name(result));
    stores_close(analyst);
    return result == OK ? 0 : 1;
}

static struct text hex_of(struct arena *arena, struct bytes bytes)
{
    struct buf hex;
    buf_open(&hex, arena, 80);
    buf_hex(&hex, bytes);
    return buf_done(&hex);
}

static int list(struct analyst *analyst, const char *none)
{
    (void)none;
    struct release_list_row *rows;
    size_t count;
    stores_open(analyst, DB_READ);
    enum result result = release_list(analyst->db, &analyst->arena, LIST_MOST, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++)
        printf("%lld\t%.*s\t%.*s\t%lld shown\t%lld withheld\t%s\n", (long long)rows[i].id,
               (int)rows[i].template.size, rows[i].template.data, (int)rows[i].period.size,
               rows[i].period.data, (long long)rows[i].shown, (long long)rows[i].withheld,
               hex_of(&analyst->arena, rows[i].sha256).data);
    db_close(analyst->db);
    return result == OK ? 0 : 1;
}

static int show(struct analyst *analyst, const char *period)
{
    struct release_of_period_row found;
    struct release_get_row row;
    stores_open(analyst, DB_READ);
    enum result result = release_of_period(analyst->db, &analyst->arena, TEXT(INSIGHT_TOTALS),
                                           text_of(period), &found);
    if (result == OK)
        result = release_get(analyst->db, &analyst->arena, found.id, &row);
    if (result == OK)
        printf("%.*s\n", (int)row.body.size, (const char *)row.body.data);
    else
        fprintf(stderr, "%s has no release (%s)\n", period, result_name(result));
    db_close(analyst->db);
    return result == OK ? 0 : 1;
}

/* Stored bytes among themselves, then against what the journal gives: the same counting once more.
 */
static int verify(struct analyst *analyst, const char *none)
{
    (void)none;
    struct text why;
    int64_t count;
    stores_open(analyst, DB_READ);
    enum result result = release_verify(analyst->db, &analyst->arena, &count, &why);
    if (result == OK && count > 0) {
        analyst->is_checking = true;
        journal_open(analyst);
        result = follow(analyst);
        while (result == OK && analyst->has_next) /* those that end where the journal does now */
            result = analyst->next.journal_seq <= analyst->seq
                         ? stored_pass(analyst, &analyst->arena)
                         : BROKEN;
    }
    if (result == OK && *analyst->fault)
        result = INVALID;
    if (result == OK)
        printf("%lld releases are sound\n", (long long)count);
    else
        fprintf(stderr, "%s\n",
                why.data          ? why.data
                : *analyst->fault ? analyst->fault
                                  : result_name(result));
    stores_close(analyst);
    return result == OK ? 0 : 1;
}

/* A store that is not a fold: there is nothing to build it from again but itself, so it is checked.
 */
static int rebuild(struct analyst *analyst, const char *none)
{
    if (access(conf_store("release"), R_OK) != 0)
        return 0; /* nothing yet */
    return verify(analyst, none);
}

static int digest(struct analyst *analyst, const char *none)
{
    (void)none;
    uint8_t sum[DIGEST_SIZE];
    int64_t rows = 0;
    stores_open(analyst, DB_READ);
    enum result result =
        db_content_digest(analyst->db, (const char *const[]){"cursor", NULL}, sum, &rows);
    if (result == OK)
        printf("release\t%lld\t%s\n", (long long)rows,
               hex_of(&analyst->arena, bytes_of(sum, sizeof(sum))).data);
    db_close(analyst->db);
    return result == OK ? 0 : 1;
}

static int help(struct analyst *analyst, const char *none)
{
    (void)analyst;
    (void)none;
    fputs(
        "serve\tfollow the journal and make a release when a month is over\n"
        "close PERIOD\tmake the release of a month that is over, e.g. 2026-03\n"
        "list\tlist the releases\n"
        "show PERIOD\tprint the bytes of a month's release\n"
        "verify\tcheck every release against its digest, the chain and the journal\n"
        "disproportionality\tread report, product, event [, stratum] by tabs from standard input; "
        "print how far each pair is out of proportion\n"
        "digest\tprint the content digest of release.db\n"
        "rebuild\tcheck only: releases are a store, not a fold\n",
        stdout);
    return 0;
}

static int disproportionality(struct analyst *analyst, const char *none)
{
    (void)analyst;
    (void)none;
    return pairs_verb();
}

struct verb {
    const char *name;
    int arguments;
    int (*run)(struct analyst *analyst, const char *argument);
};
static const struct verb verbs[] = {
    {"serve", 0, serve},
    {"close", 1, close_period},
    {"list", 0, list},
    {"show", 1, show},
    {"verify", 0, verify},
    {"digest", 0, digest},
    {"rebuild", 0, rebuild},
    {"help", 0, help},
    {"disproportionality", 0, disproportionality},
};

int main(int argc, char **argv)
{
    static struct analyst analyst;
    const char *state = NULL;
    int at = 1;
    trace_open("analyst");
    if (argc > 2 && strcmp(argv[1], "--state") == 0) {
        state = argv[2];
        at = 3;
    }
    for (size_t i = 0; at < argc && i < sizeof(verbs) / sizeof(*verbs); i++) {
        if (strcmp(argv[at], verbs[i].name) != 0 || argc - at - 1 != verbs[i].arguments)
            continue;
        if (verbs[i].run != help && verbs[i].run != disproportionality)
            conf_open(state);
        clock_open();
        seal_open();
        arena_open(&analyst.arena, ARENA_SIZE);
        tally_open(&analyst.tally);
        return verbs[i].run(&analyst, argv[at + 1]);
    }
    fputs("usage: curbside-analyst [--state DIR] VERB\n"
          "verbs: serve, close PERIOD, list, show PERIOD, verify, digest, rebuild, "
          "disproportionality, help\n",
          stderr);
    return 2;
}
