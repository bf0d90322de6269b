#include "ranking/replay.h"
#include "core/clock.h"
#include "ranking/pay.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHECKPOINT_DAYS = 7, FIRST_DAY = 20000, NUMBERS_MAX = 1 << 28, SHOWN_EVERY = 1 << 16 };
enum { KIND_QUESTION = 1, KIND_ANSWER = 4, STANCE_UP = 1, STANCE_DOWN = 2, COLUMNS_MAX = 6 };
#define POT_MAX 1e9
#define MICRO 1e6

struct table {
    FILE *file;
    char *line;
    size_t room;
    const char *name;
    int columns;
    int64_t number; /* of the line */
    double cell[COLUMNS_MAX];
    bool more;
};
struct answer {
    int64_t id;                     /* of its event; 0: not yet */
    int64_t author_pot, voters_pot; /* millionths */
    int32_t question;
};
struct replay {
    struct ranking ranking;
    struct pay pay;
    struct arena arena;
    struct table answers, votes;
    FILE *snapshots, *payouts;
    GROWING(struct answer) answer;
    GROWING(int64_t) question; /* id of its event, by number */
    int32_t answers_in;        /* of `answer`, those that have come */
    int64_t seq;
    int day; /* next checkpoint */
    bool failed, shows;
};

/* --- tables --- */

static bool fail(struct replay *replay, const char *name, int64_t line, const char *why)
{
    if (!replay->failed)
        fprintf(stderr, "%sreplay: %s line %lld: %s\n", replay->shows ? "\n" : "", name,
                (long long)line, why);
    replay->failed = true;
    return false;
}

static FILE *file_open(struct replay *replay, const char *folder, const char *name,
                       const char *mode)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, mode);
    if (!file && !replay->failed)
        fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
    replay->failed |= !file;
    return file;
}

/* The next line into the cells; false at the end and on a fault. */
static bool table_next(struct replay *replay, struct table *table)
{
    table->more = false;
    if (replay->failed || getline(&table->line, &table->room, table->file) < 0)
        return false;
    table->number++;
    char *at = table->line;
    for (int i = 0; i < table->columns; i++) {
        char *end;
        table->cell[i] = strtod(at, &end);
        if (end == at || !isfinite(table->cell[i]) || (i + 1 < table->columns && *end != '\t'))
            return fail(replay, table->name, table->number, "a number is missing");
        at = end + 1;
    }
    return table->more = true;
}

static void table_open(struct replay *replay, struct table *table, const char *folder,
                       const char *name, int columns)
{
    *table = (struct table){.name = name, .columns = columns, .number = 1};
    table->file = file_open(replay, folder, name, "r");
    if (table->file && getline(&table->line, &table->room, table->file) < 0)
        fail(replay, name, 1, "the headings are missing");
    (void)table_next(replay, table);
}

static void table_close(struct table *table)
{
    if (table->file)
        fclose(table->file);
    free(table->line);
}

/* A cell as a number that counts things; -1 and a word about it when it is none. */
static int32_t cell_number(struct replay *replay, const struct table *table, int cell)
{
    double value = table->cell[cell];
    if (value >= 0 && value < NUMBERS_MAX && value == floor(value))
        return (int32_t)value;
    fail(replay, table->name, table->number, "not a number that counts");
    return -1;
}

/* --- events --- */

static int64_t apply(struct replay *replay, struct event event, double day)
{
    size_t mark = replay->arena.used;
    struct journal_entry entry = {.event = event};
    entry.event.seq = ++replay->seq;
    entry.event.at_ms = (int64_t)((FIRST_DAY + day) * DAY_MS);
    if (!replay->failed && ranking_apply(&replay->ranking, &entry, &replay->arena) != OK)
        fail(replay, "rules", 0, replay->ranking.policy.why);
    arena_reset(&replay->arena, mark);
    return replay->seq;
}

static void answer_event(struct replay *replay)
{
    struct table *table = &replay->answers;
    const int32_t number = cell_number(replay, table, 0), question = cell_number(replay, table, 1);
    const int32_t author = cell_number(replay, table, 2), field = cell_number(replay, table, 3);
    const int32_t product = cell_number(replay, table, 5);
    const double day = table->cell[4];
    if (number < 0 || question < 0 || author < 0 || field < 0 || product < 0)
        return;
    if (number != replay->answers_in) {
        fail(replay, table->name, table->number, "answers are not numbered one after the other");
        return;
    }
    while (replay->question.count <= question)
        LIST_ADD(replay->question, 0);
    struct event event = {.kind = EVENT_POSTING_ADDED};
    char name[40];
    if (!replay->question.at[question]) {
        event.posting_added.kind = KIND_QUESTION; /* who asked is not known */
        snprintf(name, sizeof(name), "field-%d", (int)field);
        event.posting_added.topics = text_of(name);
        replay->question.at[question] = apply(replay, event, day);
    }
    snprintf(name, sizeof(name), PRODUCT_TOPIC "%d", (int)product);
    event.posting_added.kind = KIND_ANSWER;
    event.posting_added.topics = product ? text_of(name) : NO_TEXT;
    event.posting_added.member = 1 + (int64_t)author;
    event.posting_added.question = replay->question.at[question];
    if (replay->answer.count <= number)
        LIST_ADD(replay->answer, (struct answer){.id = 0});
    replay->answer.at[number].question = question;
    replay->answer.at[number].id = apply(replay, event, day);
    replay->answers_in++;
    (void)table_next(replay, table);
    if (table->more && table->cell[4] < day)
        fail(replay, table->name, table->number, "earlier than the line before");
}

static void vote_event(struct replay *replay)
{
    struct table *table = &replay->votes;
    const int32_t voter = cell_number(replay, table, 1), number = cell_number(replay, table, 2);
    const double day = table->cell[0], value = table->cell[3];
    if (voter < 0 || number < 0)
        return;
    if (number >= replay->answers_in || (value != 1 && value != -1)) {
        fail(replay, table->name, table->number,
             number >= replay->answers_in ? "its answer has not come yet" : "neither 1 nor -1");
        return;
    }
    struct event event = {.kind = EVENT_VOTE_CAST};
    event.vote_cast.posting = replay->answer.at[number].id;
    event.vote_cast.question = replay->question.at[replay->answer.at[number].question];
    event.vote_cast.member = 1 + (int64_t)voter;
    event.vote_cast.stance = value > 0 ? STANCE_UP : STANCE_DOWN;
    (void)apply(replay, event, day);
    (void)table_next(replay, table);
    if (table->more && table->cell[0] < day)
        fail(replay, table->name, table->number, "earlier than the line before");
}

/* --- money --- */

static int32_t answer_of(const struct replay *replay, int64_t id)
{
    int32_t low = 0, high = replay->answers_in;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (replay->answer.at[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < replay->answers_in && replay->answer.at[low].id == id ? low : -1;
}

static void payout_write(void *self, int32_t posting, int32_t member, bool is_author, int64_t micro)
{
    struct replay *replay = self;
    const struct counters *counters = &replay->ranking.counters;
    fprintf(replay->payouts, "%d\t%lld\t%c\t%lld.%06lld\n",
            (int)answer_of(replay, counters->postings.at[posting].id),
            (long long)(counters->members.at[member].id - 1), is_author ? 'a' : 'v',
            (long long)(micro / (int64_t)MICRO), (long long)(micro % (int64_t)MICRO));
}

static void on_settled(void *self, int32_t posting, double odds)
{
    struct replay *replay = self;
    int32_t number = answer_of(replay, replay->ranking.counters.postings.at[posting].id);
    const char *why = "";
    if (number < 0 || replay->failed)
        return;
    const struct answer *answer = &replay->answer.at[number];
    if (answer->author_pot + answer->voters_pot > 0 &&
        pay_settled(&replay->pay, &replay->ranking, posting, odds, answer->author_pot,
                    answer->voters_pot, payout_write, self, &why) != OK)
        fail(replay, "pay rules", 0, why);
}

static void earmarks_read(struct replay *replay, const char *folder)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/earmarks.tsv", folder);
    if (access(path, R_OK) != 0)
        return;
    struct table table;
    for (table_open(replay, &table, folder, "earmarks.tsv", 3); table.more;
         (void)table_next(replay, &table)) {
        const int32_t number = cell_number(replay, &table, 0);
        const double author = table.cell[1], voters = table.cell[2];
        if (number < 0 || !(author >= 0 && author <= POT_MAX && voters >= 0 && voters <= POT_MAX)) {
            fail(replay, table.name, table.number, "not an answer and two pots");
            break;
        }
        while (replay->answer.count <= number)
            LIST_ADD(replay->answer, (struct answer){.id = 0});
        replay->answer.at[number].author_pot = llround(author * MICRO);
        replay->answer.at[number].voters_pot = llround(voters * MICRO);
    }
    table_close(&table);
}

/* --- the run --- */

static void checkpoint(struct replay *replay)
{
    const struct counters *counters = &replay->ranking.counters;
    /* Of no interest to the ranker but for its time: what is due settles. */
    (void)apply(replay, (struct event){.kind = EVENT_TOPIC_FOLLOWED}, replay->day);
    for (int32_t i = 0; i < counters->members.count; i++)
        fprintf(replay->snapshots, "%d\t%lld\t%.12g\n", replay->day,
                (long long)(counters->members.at[i].id - 1), counters->members.at[i].score);
    replay->day += CHECKPOINT_DAYS;
}

static void play(struct replay *replay)
{
    int64_t shown = SHOWN_EVERY;
    while (!replay->failed && (replay->answers.more || replay->votes.more)) {
        double answer = replay->answers.more ? replay->answers.cell[4] : INFINITY;
        double vote = replay->votes.more ? replay->votes.cell[0] : INFINITY;
        if (fmin(answer, vote) > replay->day)
            checkpoint(replay);
        else if (answer <= vote)
            answer_event(replay);
        else
            vote_event(replay);
        if (replay->shows && replay->seq >= shown) {
            fprintf(stderr, "\rreplay: day %d, %d answers, %d votes, %zu MiB ", replay->day,
                    (int)replay->answers_in, (int)replay->ranking.counters.votes.count,
                    counters_memory(&replay->ranking.counters) >> 20);
            shown = replay->seq + SHOWN_EVERY;
        }
    }
    if (!replay->failed)
        checkpoint(replay);
    if (replay->shows)
        fputc('\n', stderr);
}

static void scores_write(struct replay *replay, const char *folder)
{
    const struct counters *counters = &replay->ranking.counters;
    FILE *file = replay->failed ? NULL : file_open(replay, folder, "answer_scores.tsv", "w");
    if (!file)
        return;
    fputs("answer\tscore\n", file);
    for (int32_t i = 0; i < replay->answers_in; i++) {
        int32_t posting = counters_posting_find(counters, replay->answer.at[i].id);
        fprintf(file, "%d\t%.12g\n", (int)i, counters->postings.at[posting].score);
    }
    replay->failed |= fclose(file) != 0;
}

static bool rules_open(struct replay *replay, struct text rules, struct text pay_rules)
{
    struct text why = NO_TEXT;
    enum result result = ranking_open(&replay->ranking, NULL, NULL, &replay->arena, rules, &why);
    if (result == OK)
        result = pay_open(&replay->pay, &replay->arena, pay_rules, &why);
    if (result != OK)
        fprintf(stderr, "replay: the rules do not load: %.*s\n", (int)why.size, why.data);
    replay->ranking.settled = on_settled;
    replay->ranking.settled_self = replay;
    return result == OK;
}

static void costs_print(const struct replay *replay, int64_t start_us)
{
    const struct counters *counters = &replay->ranking.counters;
    double votes = counters->votes.count > 0 ? counters->votes.count : 1;
    printf("replay_votes %d votes\n", (int)counters->votes.count);
    printf("replay_us_per_vote %.2f us\n", (double)(clock_steady_us() - start_us) / votes);
    printf("replay_calls_per_vote %.1f calls\n", (double)replay->ranking.policy.calls / votes);
    printf("replay_memory_mib %zu MiB\n", counters_memory(counters) >> 20);
    printf("replay_lua_heap_kib %zu KiB\n",
           rule_memory(policy_holds(&replay->ranking.policy)->rules) >> 10);
}

int replay_folder(const char *folder, struct text rules, struct text pay_rules)
{
    static struct replay replay;
    int64_t start_us = clock_steady_us();
    replay = (struct replay){.day = CHECKPOINT_DAYS, .shows = isatty(STDERR_FILENO) == 1};
    arena_open(&replay.arena, 1u << 20);
    if (!rules_open(&replay, rules, pay_rules)) {
        replay.failed = true;
        goto done;
    }
    earmarks_read(&replay, folder);
    table_open(&replay, &replay.answers, folder, "answers.tsv", 6);
    table_open(&replay, &replay.votes, folder, "votes.tsv", 4);
    replay.snapshots = file_open(&replay, folder, "snapshots.tsv", "w");
    replay.payouts = file_open(&replay, folder, "payouts.tsv", "w");
    if (!replay.failed) {
        fputs("day\tmember\tscore\n", replay.snapshots);
        fputs("answer\tmember\trole\tamount\n", replay.payouts);
        play(&replay);
        scores_write(&replay, folder);
        costs_print(&replay, start_us);
    }
done:
    table_close(&replay.answers);
    table_close(&replay.votes);
    if (replay.snapshots)
        replay.failed |= fclose(replay.snapshots) != 0;
    if (replay.payouts)
        replay.failed |= fclose(replay.payouts) != 0;
    free(replay.answer.at);
    free(replay.question.at);
    pay_close(&replay.pay);
    ranking_close(&replay.ranking);
    arena_close(&replay.arena);
    return replay.failed ? 1 : 0;
}
