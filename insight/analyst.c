/* curbside-analyst: follows the journal, makes reports when a week, month or quarter is over.
 * `curbside-analyst help` lists its verbs. */
#include "insight/analyst.h"
#include "core/alive.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/follow.h"
#include "core/seal.h"
#include "core/trace.h"
#include "insight/alarm_verb.h"
#include "insight/announce.h"
#include "insight/insight.h"
#include "insight/pairs_verb.h"
#include "insight/population.h"
#include "insight/signal.h"
#include "insight/vocabulary.h"
#include "schema/signal.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_JOURNAL_MS = 10000, SLICE = 32 };
/* Mapped, not filled: the largest part is what one month counts of each question with votes. */
#define ARENA_SIZE ((size_t)1 << 30)
#define KEPT_SIZE ((size_t)8 << 20)

static struct analyst analyst_now;

static void on_stop(int number)
{
    (void)number;
    analyst_now.stop_asked = 1;
}

/* --- opening --- */

static void stores_open(struct analyst *analyst, enum db_mode mode)
{
    enum result result =
        db_open(&analyst->db, &release_store, conf_store("release"), ROLE_ANALYST, mode, 2000);
    if (result != OK)
        trace_die("release.db", "cannot be opened: %s", result_name(result));
}

/* The public words, with the key that chooses which of an author's and of a member's count. */
static enum result count_begin(struct analyst *analyst)
{
    const uint8_t *key;
    struct release_terms_row *rows;
    size_t count;
    enum result result = seal_key_load("analyst", "choice", TALLY_KEY_SIZE, true, &key);
    if (result != OK)
        return result;
    count_open(&analyst->count, key);
    result = release_terms(analyst->db, &analyst->kept, 0, INSIGHT_TERMS_MAX, &rows, &count);
    if (result != OK || count == 0)
        return result;
    analyst->count.word_count = rows[count - 1].id;
    analyst->count.words =
        arena_array(&analyst->kept, struct word, (size_t)analyst->count.word_count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        analyst->count.words[rows[i].id] =
            (struct word){rows[i].word, rows[i].added_ms, (enum word_kind)rows[i].kind};
        result = terms_add(&analyst->count.terms, rows[i].id, rows[i].word);
    }
    return result;
}

static void journal_open(struct analyst *analyst)
{
    enum result result = log_open(&analyst->journal, "journal", LOG_READ, WAIT_JOURNAL_MS);
    if (result == OK)
        result = count_begin(analyst);
    struct release_closing_last_row week = {0};
    if (result == OK)
        result = release_closing_last(analyst->db, &analyst->arena, PERIOD_WEEK, &week);
    analyst->week_seq = week.journal_seq;
    if (result == OK || result == NOT_FOUND)
        result = analyst_next(analyst, &analyst->arena);
    if (result != OK)
        trace_die("journal", "cannot be opened: %s", result_name(result));
    analyst->close.journal = analyst->journal;
}

static bool desk_remove(void)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    bool fine = true;
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
        fine = (unlink(conf_path("signal/signal.db%s", ends[i])) == 0 || errno == ENOENT) && fine;
    return fine;
}

/* A word that is new has a past as well: all weeks are counted anew then, lest it rings for being
 * new. */
static void desk_open(struct analyst *analyst)
{
    const char *const path = conf_store("signal");
    int64_t words = 0;
    enum result result = db_open(&analyst->signal, &signal_store, path, ROLE_ANALYST, DB_FOLD, 0);
    if (result == OK)
        result = signal_seq(analyst->signal, &analyst->arena, &analyst->signal_seq, &words);
    if (result == OK && analyst->signal_seq > 0 && words != analyst->count.word_count) {
        db_close(analyst->signal);
        if (!desk_remove())
            trace_die("signal.db", "cannot be removed");
        analyst->signal_seq = 0;
        result = db_open(&analyst->signal, &signal_store, path, ROLE_ANALYST, DB_FOLD, 0);
    }
    if (result != OK)
        trace_die("signal.db", "cannot be opened: %s", result_name(result));
}

static void stores_close(struct analyst *analyst)
{
    count_close(&analyst->count);
    db_close(analyst->db);
    if (analyst->signal)
        db_close(analyst->signal);
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
    analyst->is_serving = analyst->may_close = true;
    int wake_fd = wake_listen("analyst");
    if (wake_fd < 0)
        return 1;
    stores_open(analyst, DB_LOG);
    enum result begun = vocabulary_begin(analyst->db, &analyst->arena);
    if (begun != OK)
        trace_die("vocabulary", "cannot be loaded: %s", result_name(begun));
    journal_open(analyst);
    desk_open(analyst);
    struct announce announce;
    announce_open(&announce);
    while (!analyst->stop_asked) {
        enum result result = analyst_follow(analyst);
        /* Counters may be ahead of the store now: begin anew. The supervisor starts us again. */
        if (result != OK)
            trace_die("follow", "seq=%lld result=%s", (long long)analyst->seq, result_name(result));
        arena_reset(&analyst->arena, 0);
        announce_run(&announce, analyst->db, &analyst->arena);
        struct pollfd wait = {.fd = wake_fd, .events = POLLIN};
        if (poll(&wait, 1, 1000) == 0)
            db_checkpoint(analyst->db, false);
        wake_drain(wake_fd);
        alive_beat();
    }
    caller_close(&announce.clerk);
    stores_close(analyst);
    return 0;
}

static int say(const char *period, const char *words)
{
    fprintf(stderr, "%s %s\n", period, words);
    return 1;
}

/* Everything that ends until then is closed too, in its order. */
static int close_named(struct analyst *analyst, const char *name)
{
    struct period period;
    struct release_report_of_row row;
    if (!period_read(text_of(name), &period))
        return say(name, "is no week, month or quarter like 2026-W11, 2026-03 or 2026-Q1") + 1;
    const int64_t end_ms = period_end_ms(period);
    if (end_ms > clock_now_ms())
        return say(name, "is not over yet");
    stores_open(analyst, DB_LOG);
    journal_open(analyst);
    desk_open(analyst);
    analyst->may_close = analyst->says_where = true;
    enum result result = analyst_follow(analyst);
    while (result == OK && analyst->has_next) /* those that end where the journal does now */
        result = analyst_pass(analyst, &analyst->arena);
    if (result == OK && (!analyst->has_begun ||
                         end_ms <= calendar_of(analyst->first_ms).open[period.kind].start_ms))
        return say(name, "lies before the first event");
    const bool is_new =
        result == OK && period_end_ms(analyst->calendar.open[period.kind]) <= end_ms;
    while (result == OK && period_end_ms(analyst->calendar.open[period.kind]) <= end_ms)
        result = analyst_close(analyst, &analyst->arena, analyst->seq);
    if (result == OK)
        result = release_report_of(analyst->db, &analyst->arena, INSIGHT_CLOSE, period.kind,
                                   text_of(name), &row);
    if (result == OK)
        printf("%s %s closed as report %lld\n", name, is_new ? "is" : "was", (long long)row.id);
    else
        fprintf(stderr, "%s could not be closed: %s\n", name, result_name(result));
    stores_close(analyst);
    return result == OK ? 0 : 1;
}

static struct text hex_of(struct arena *arena, struct bytes bytes)
{
    struct buf hex;
    buf_open(&hex, arena, 80);
    buf_hex(&hex, bytes);
    return arena_format(arena, "%.*s", (int)hex.size, hex.data); /* ends with a zero */
}

static int list(struct analyst *analyst, const char *none)
{
    (void)none;
    struct release_report_after_row *rows;
    size_t count = 1;
    int64_t last = 0;
    stores_open(analyst, DB_READ);
    enum result result = OK;
    while (result == OK && count > 0) {
        arena_reset(&analyst->arena, 0);
        result = release_report_after(analyst->db, &analyst->arena, last, SLICE, &rows, &count);
        for (size_t i = 0; result == OK && i < count; i++) {
            printf("%lld\t%s\t%lld\t%.*s\t%lld shown\t%lld withheld\t%s\n", (long long)rows[i].id,
                   insight_template_name(rows[i].template), (long long)rows[i].object,
                   (int)rows[i].period.size, rows[i].period.data, (long long)rows[i].shown,
                   (long long)rows[i].withheld, hex_of(&analyst->arena, rows[i].sha256).data);
            last = rows[i].id;
        }
    }
    db_close(analyst->db);
    return result == OK ? 0 : 1;
}

static int show(struct analyst *analyst, const char *number)
{
    int64_t id = 0;
    struct release_report_get_row row;
    if (!text_int(text_of(number), 1, INT64_MAX, &id))
        return say(number, "is no number of a report") + 1;
    stores_open(analyst, DB_READ);
    enum result result = release_report_get(analyst->db, &analyst->arena, id, &row);
    if (result == OK)
        printf("%.*s\n", (int)row.body.size, (const char *)row.body.data);
    else
        fprintf(stderr, "there is no report %s (%s)\n", number, result_name(result));
    db_close(analyst->db);
    return result == OK ? 0 : 1;
}

static int vocabulary(struct analyst *analyst, const char *path)
{
    struct text why, list;
    int64_t words;
    if (!vocabulary_file(&analyst->kept, path, &list))
        return say(path, "cannot be read");
    stores_open(analyst, DB_LOG);
    const enum result result = vocabulary_add(analyst->db, &analyst->arena, list, &words, &why);
    if (result == OK)
        printf("%lld words; new ones count from the next whole week on\n", (long long)words);
    else
        fprintf(stderr, "%s: %s\n", path, why.data ? why.data : result_name(result));
    db_close(analyst->db);
    return result == OK ? 0 : 1;
}

static int population(struct analyst *analyst, const char *path)
{
    struct text file, why = NO_TEXT;
    if (!vocabulary_file(&analyst->kept, path, &file))
        return say(path, "cannot be read");
    stores_open(analyst, DB_LOG);
    const enum result result = population_load(analyst->db, &analyst->arena, file, &why);
    if (result == OK)
        printf("loaded; results are weighted to it from the next month that is closed on\n");
    else
        fprintf(stderr, "%s: %s\n", path, why.data ? why.data : result_name(result));
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
        analyst->is_checking = analyst->says_where = true;
        journal_open(analyst);
        result = analyst_follow(analyst);
        while (result == OK && analyst->has_next) /* those that end where the journal does now */
            result = analyst->next.journal_seq <= analyst->seq && analyst->has_begun
                         ? analyst_pass(analyst, &analyst->arena)
                         : BROKEN;
    }
    if (result == OK && *analyst->fault)
        result = INVALID;
    if (result == OK)
        printf("%lld reports are sound\n", (long long)count);
    else
        fprintf(stderr, "%s\n",
                why.data          ? why.data
                : *analyst->fault ? analyst->fault
                                  : result_name(result));
    stores_close(analyst);
    return result == OK ? 0 : 1;
}

/* Reports are a store, not a fold: there is nothing to build them from again but themselves, so
 * they are checked. The desk's weeks are counted anew; a text that was blanked since counts no more
 * there. */
static int rebuild(struct analyst *analyst, const char *none)
{
    if (access(conf_store("release"), R_OK) != 0)
        return 0; /* nothing yet */
    const int code = verify(analyst, none);
    if (code != 0)
        return code;
    *analyst = (struct analyst){.arena = analyst->arena, .kept = analyst->kept, .says_where = true};
    arena_reset(&analyst->arena, 0);
    if (!desk_remove())
        trace_die("signal.db", "cannot be removed");
    stores_open(analyst, DB_READ);
    journal_open(analyst);
    desk_open(analyst);
    enum result result = analyst_follow(analyst);
    while (result == OK && analyst->has_next && analyst->has_begun)
        result = analyst_pass(analyst, &analyst->arena);
    if (result == OK)
        result = signal_look_back(analyst->signal, &analyst->arena);
    stores_close(analyst);
    return result == OK ? 0 : say("signal.db", result_name(result));
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
        "serve\tfollow the journal and make a release when a week, month or quarter is over\n"
        "close PERIOD\tmake the release of a period that is over, e.g. 2026-03\n"
        "list\tlist the releases\n"
        "show PERIOD\tprint the bytes of a release\n"
        "verify\tcheck every release against its digest, the chain and the journal\n"
        "disproportionality\tread report, product, event [, stratum] by tabs from standard input; "
        "print how far each pair is out of proportion\n"
        "alarms\tread Mondays and counts by tabs from standard input; print each detector's "
        "bounds\n"
        "vocabulary FILE\tadd words to the public list\n"
        "population FILE\tload how physicians are distributed over regions and years in practice, "
        "to which results are weighted\n"
        "digest\tprint the content digest of release.db\n"
        "rebuild\tcheck the reports, which are a store; count the desk's weeks anew\n",
        stdout);
    return 0;
}

static int disproportionality(struct analyst *analyst, const char *none)
{
    (void)analyst;
    (void)none;
    return pairs_verb();
}

static int alarms(struct analyst *analyst, const char *none)
{
    (void)analyst;
    (void)none;
    return alarm_verb();
}

struct verb {
    const char *name;
    int arguments;
    int (*run)(struct analyst *analyst, const char *argument);
};
static const struct verb verbs[] = {
    {"serve", 0, serve},
    {"close", 1, close_named},
    {"list", 0, list},
    {"show", 1, show},
    {"verify", 0, verify},
    {"digest", 0, digest},
    {"rebuild", 0, rebuild},
    {"help", 0, help},
    {"disproportionality", 0, disproportionality},
    {"alarms", 0, alarms},
    {"vocabulary", 1, vocabulary},
    {"population", 1, population},
};

int main(int argc, char **argv)
{
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
        if (verbs[i].run != help && verbs[i].run != disproportionality && verbs[i].run != alarms)
            conf_open(state);
        clock_open();
        seal_open();
        arena_open(&analyst_now.arena, ARENA_SIZE);
        arena_open(&analyst_now.kept, KEPT_SIZE);
        return verbs[i].run(&analyst_now, argv[at + 1]);
    }
    fputs("usage: curbside-analyst [--state DIR] VERB\n"
          "verbs: serve, close PERIOD, list, show NUMBER, vocabulary FILE, population FILE, "
          "verify, digest, rebuild, disproportionality, alarms, help\n",
          stderr);
    return 2;
}
