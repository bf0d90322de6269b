/* curbside-analyst: follows the journal, makes reports when a week, month or quarter is over.
 * `curbside-analyst help` lists its verbs. */
#include "core/alive.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/follow.h"
#include "core/seal.h"
#include "core/trace.h"
#include "insight/close.h"
#include "insight/pairs_verb.h"
#include "insight/vocabulary.h"
#include "schema/release.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_JOURNAL_MS = 10000, SLICE = 32, OBJECTS_MAX = 4 * 1024 * 1024 };
/* Mapped, not filled: the largest part is what one month counts of each question with votes. */
#define ARENA_SIZE ((size_t)1 << 30)
#define KEPT_SIZE ((size_t)8 << 20)

/* Following, in memory: a restart counts the whole journal again, and passes the ends of the
 * periods that are closed already. */
struct analyst {
    struct arena arena, kept; /* kept: the public words */
    struct db *db;
    struct log *journal;
    struct count count;
    struct close close;
    struct calendar calendar;
    bool has_begun; /* something has happened, so periods are open */
    int64_t seq;
    int64_t first_ms;                      /* of the first event */
    int64_t now_ms;                        /* latest event time so far: never goes back */
    int64_t last_id;                       /* of the closings passed so far */
    struct release_closing_after_row next; /* the next stored closing, while there is one */
    char next_name[PERIOD_SIZE_MAX + 1];
    int64_t week_seq; /* the last week that was closed at start covers the journal up to here */
    bool has_next;
    bool is_serving;
    bool is_checking; /* compare what was measured with what is counted now */
    char fault[120];  /* of that comparison; empty: none */
};

static volatile sig_atomic_t stop_asked;

static void on_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

/* --- passing what is closed --- */

static enum result next_load(struct analyst *analyst, struct arena *arena)
{
    enum result result =
        release_closing_after(analyst->db, arena, analyst->last_id, &analyst->next);
    analyst->has_next = result == OK;
    if (analyst->has_next) /* outlives the arena */
        snprintf(analyst->next_name, sizeof(analyst->next_name), "%.*s",
                 (int)analyst->next.period.size, analyst->next.period.data);
    return result == NOT_FOUND ? OK : result;
}

static void fault_set(struct analyst *analyst, const char *why)
{
    if (!*analyst->fault)
        snprintf(analyst->fault, sizeof(analyst->fault), "%s: %s", analyst->next_name, why);
}

/* Everything that could be measured was, and nothing else: the list is public, so it must not
 * follow from what was counted. */
static enum result measured_check(struct analyst *analyst, struct arena *arena,
                                  const struct taken *taken)
{
    struct release_spent_objects_row *rows;
    size_t count;
    enum result result =
        release_spent_objects(analyst->db, arena, INSIGHT_RESULT, text_of(analyst->next_name), 0,
                              OBJECTS_MAX, &rows, &count);
    if (result != OK || taken->period.kind != PERIOD_MONTH)
        return result;
    if (count != taken->row_count)
        fault_set(analyst, "the journal gives other questions");
    for (size_t i = 0; i < count && i < taken->row_count; i++)
        if (rows[i].object != taken->rows[i].question)
            fault_set(analyst, "the journal gives other questions");
    return OK;
}

/* A released number is the true one and noise: beyond this it is something else. The chance that
 * noise alone goes so far is below exp(-35). */
static enum result results_check(struct analyst *analyst, struct arena *arena,
                                 const struct taken *taken)
{
    enum { NOISE_MOST = 300 };
    enum result result = OK;
    for (size_t i = 0; i < taken->row_count && result == OK; i++) {
        struct release_report_of_row row;
        struct insight_report report;
        const struct counts *counts = taken->rows[i].counts;
        const size_t mark = arena->used;
        int64_t n = 0;
        result = release_report_of(analyst->db, arena, INSIGHT_RESULT, taken->rows[i].question,
                                   text_of(analyst->next_name), &row);
        if (result == OK)
            result = insight_read(arena, row.body, &report);
        for (int k = 0; result == OK && counts && k < TIERS * GROUPS * SIDES; k++)
            if (report.is_large || k < GROUPS * SIDES)
                n += (&counts->of[0][0][0])[k];
        if (result == OK && llabs(report.whole.n - n) > NOISE_MOST)
            fault_set(analyst, "the journal gives other figures");
        result = result == NOT_FOUND ? OK : result;
        arena_reset(arena, mark);
    }
    return result;
}

/* The journal has come behind a closed period: what it counted is spent. */
static enum result stored_pass(struct analyst *analyst, struct arena *arena)
{
    const size_t mark = arena->used;
    const struct period period = calendar_next(&analyst->calendar);
    if (!text_is(period_name(arena, period), analyst->next_name))
        return BROKEN; /* periods end in their order, so another one is a fault of the store */
    const struct taken taken = count_take(&analyst->count, arena, period);
    enum result result = OK;
    if (analyst->is_checking)
        result = measured_check(analyst, arena, &taken);
    if (analyst->is_checking && result == OK)
        result = results_check(analyst, arena, &taken);
    analyst->last_id = analyst->next.id;
    calendar_pass(&analyst->calendar, period.kind);
    arena_reset(arena, mark);
    return result == OK ? next_load(analyst, arena) : result;
}

/* --- closing a period --- */

/* Close the period that ends next; it covers the journal up to `journal_seq`. */
static enum result next_close(struct analyst *analyst, struct arena *arena, int64_t journal_seq)
{
    const size_t mark = arena->used;
    const struct period period = calendar_next(&analyst->calendar);
    const struct taken taken = count_take(&analyst->count, arena, period);
    struct release release = {.db = analyst->db,
                              .arena = arena,
                              .period = period,
                              .journal_seq = journal_seq,
                              .at_ms = clock_now_ms()};
    enum result result = db_begin(analyst->db);
    if (result != OK)
        return result;
    result = close_period(&analyst->close, &release, &taken, analyst->count.words,
                          analyst->count.word_count);
    if (result == OK)
        result = db_commit(analyst->db);
    if (result != OK) {
        db_rollback(analyst->db);
        return result;
    }
    trace_info("release", "period=%.*s measured=%lld reports=%lld", (int)release.name.size,
               release.name.data, (long long)release.measured,
               (long long)(release.id - release.first));
    analyst->last_id = release.id;
    calendar_pass(&analyst->calendar, period.kind);
    arena_reset(arena, mark);
    return OK;
}

/* --- one event --- */

static enum result boundaries_pass(struct analyst *analyst, const struct event *event,
                                   struct arena *arena)
{
    enum result result = OK;
    if (!analyst->has_begun) {
        analyst->first_ms = analyst->now_ms;
        analyst->calendar = calendar_of(analyst->now_ms);
        analyst->has_begun = true;
    }
    while (result == OK && analyst->has_next && event->seq > analyst->next.journal_seq)
        result = stored_pass(analyst, arena);
    while (result == OK && !analyst->has_next && !analyst->is_checking &&
           period_end_ms(calendar_next(&analyst->calendar)) <= analyst->now_ms)
        result = next_close(analyst, arena, event->seq - 1);
    return result;
}

/* Words are counted for the week that is open. */
static bool wants_terms(const struct analyst *analyst, int64_t seq)
{
    return analyst->count.word_count > 0 && seq > analyst->week_seq && !analyst->is_checking;
}

/* A text nobody sees any more: sponsors do not read its title either. Figures that were released
 * stay. */
static enum result title_follow(struct analyst *analyst, const struct event *event)
{
    enum { KEPT = 1 };
    const struct event_posting_decided *decided = &event->posting_decided;
    if (analyst->is_checking)
        return OK;
    if (event->kind == EVENT_POSTING_DECIDED && decided->posting == decided->question &&
        decided->outcome != KEPT)
        return release_title_blank(analyst->db, decided->question);
    if (event->kind == EVENT_TEXT_BLANKED && event->text_blanked.part == 0)
        return release_title_blank(analyst->db, event->text_blanked.seq);
    return OK;
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
    count_event(&analyst->count, entry, wants_terms(analyst, event->seq));
    return title_follow(analyst, event);
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
        analyst->count.words[rows[i].id] = (struct word){rows[i].word, rows[i].added_ms};
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
        result = next_load(analyst, &analyst->arena);
    if (result != OK)
        trace_die("journal", "cannot be opened: %s", result_name(result));
    analyst->close.journal = analyst->journal;
}

static void stores_close(struct analyst *analyst)
{
    count_close(&analyst->count);
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
    enum result begun = vocabulary_begin(analyst->db, &analyst->arena);
    if (begun != OK)
        trace_die("vocabulary", "cannot be loaded: %s", result_name(begun));
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
    enum result result = follow(analyst);
    while (result == OK && analyst->has_next) /* those that end where the journal does now */
        result = stored_pass(analyst, &analyst->arena);
    if (result == OK && (!analyst->has_begun ||
                         end_ms <= calendar_of(analyst->first_ms).open[period.kind].start_ms))
        return say(name, "lies before the first event");
    const bool is_new =
        result == OK && period_end_ms(analyst->calendar.open[period.kind]) <= end_ms;
    while (result == OK && period_end_ms(analyst->calendar.open[period.kind]) <= end_ms)
        result = next_close(analyst, &analyst->arena, analyst->seq);
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
    return buf_done(&hex);
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
            result = analyst->next.journal_seq <= analyst->seq && analyst->has_begun
                         ? stored_pass(analyst, &analyst->arena)
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
        "rebuild\tcheck only: reports are a store, not a fold\n",
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
    {"close", 1, close_named},
    {"list", 0, list},
    {"show", 1, show},
    {"verify", 0, verify},
    {"digest", 0, digest},
    {"rebuild", 0, rebuild},
    {"help", 0, help},
    {"disproportionality", 0, disproportionality},
    {"vocabulary", 1, vocabulary},
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
        arena_open(&analyst.kept, KEPT_SIZE);
        return verbs[i].run(&analyst, argv[at + 1]);
    }
    fputs("usage: curbside-analyst [--state DIR] VERB\n"
          "verbs: serve, close PERIOD, list, show NUMBER, vocabulary FILE, verify, digest, "
          "rebuild, disproportionality, help\n",
          stderr);
    return 2;
}
