#include "ranking/replay.h"
#include "core/clock.h"
#include "ranking/community.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CHECKPOINT_DAYS = 7, NUMBERS_MAX = 1 << 28, SHOWN_EVERY = 1 << 16, COLUMNS_MAX = 6 };
enum { DIGITS_MAX = 15 };
enum { VOTE_COLUMNS = 4, VOTE_COLUMNS_ALL = 6, PATIENTS_MAX = 3 };
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
struct replay {
    struct community community;
    struct table answers, votes;
    FILE *snapshots, *payouts;
    int64_t shown; /* seq at which progress is next shown */
    int day;       /* next checkpoint */
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

/* As strtod. What has at most fifteen digits and no exponent is one division of two numbers that
 * are exact, which gives the same bits in a tenth of the time. */
static double number_read(char *text, char **end)
{
    static const double tens[DIGITS_MAX + 1] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    char *at = text + (*text == '-');
    int64_t digits = 0;
    int count = 0, decimals = 0;
    bool point = false;
    for (; count <= DIGITS_MAX; at++) {
        if (*at >= '0' && *at <= '9') {
            digits = digits * 10 + (*at - '0');
            decimals += point;
            count++;
        } else if (*at == '.' && !point) {
            point = true;
        } else {
            break;
        }
    }
    if (count == 0 || count > DIGITS_MAX || (*at != '\t' && *at != '\n' && *at != '\0'))
        return strtod(text, end);
    *end = at;
    const double value = (double)digits / tens[decimals];
    return *text == '-' ? -value : value;
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
        table->cell[i] = number_read(at, &end);
        if (end == at || !isfinite(table->cell[i]) || (i + 1 < table->columns && *end != '\t'))
            return fail(replay, table->name, table->number, "a number is missing");
        at = end + 1;
    }
    return table->more = true;
}

/* With at least `columns`, and as many more of those known as its headings name. */
static void table_open(struct replay *replay, struct table *table, const char *folder,
                       const char *name, int columns, int columns_all)
{
    *table = (struct table){.name = name, .columns = 1, .number = 1};
    table->file = file_open(replay, folder, name, "r");
    if (table->file && getline(&table->line, &table->room, table->file) < 0)
        fail(replay, name, 1, "the headings are missing");
    for (const char *at = table->line; at && *at && table->columns < columns_all; at++)
        table->columns += *at == '\t';
    table->columns = table->columns < columns ? columns : table->columns;
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

static void told(struct replay *replay, enum result result)
{
    if (result != OK && !replay->failed)
        fail(replay, "rules", 0, replay->community.why);
}

static void in_order(struct replay *replay, struct table *table, int cell, double day)
{
    (void)table_next(replay, table);
    if (table->more && table->cell[cell] < day)
        fail(replay, table->name, table->number, "earlier than the line before");
}

static void answer_event(struct replay *replay)
{
    struct table *table = &replay->answers;
    const struct community_told answer = {.day = table->cell[4],
                                          .answer = cell_number(replay, table, 0),
                                          .question = cell_number(replay, table, 1),
                                          .author = cell_number(replay, table, 2),
                                          .field = cell_number(replay, table, 3),
                                          .product = cell_number(replay, table, 5)};
    if (replay->failed)
        return;
    if (answer.answer != replay->community.told) {
        fail(replay, table->name, table->number, "answers are not numbered one after the other");
        return;
    }
    told(replay, community_answer(&replay->community, answer));
    in_order(replay, table, 4, answer.day);
}

static void vote_event(struct replay *replay)
{
    struct table *table = &replay->votes;
    const double value = table->cell[3], patients = table->cell[4], informed = table->cell[5];
    const struct community_vote vote = {.day = table->cell[0],
                                        .voter = cell_number(replay, table, 1),
                                        .answer = cell_number(replay, table, 2),
                                        .sign = value > 0 ? 1 : -1,
                                        .patients = (uint8_t)fmin(PATIENTS_MAX, fmax(0, patients)),
                                        .informed = informed > 0};
    if (replay->failed)
        return;
    if (vote.answer >= replay->community.told || (value != 1 && value != -1)) {
        fail(replay, table->name, table->number,
             vote.answer >= replay->community.told ? "its answer has not come yet"
                                                   : "neither 1 nor -1");
        return;
    }
    told(replay, community_vote(&replay->community, vote));
    in_order(replay, table, 0, vote.day);
}

/* --- money --- */

static void payout_write(void *self, int32_t answer, int32_t member, bool is_author, int64_t micro)
{
    struct replay *replay = self;
    fprintf(replay->payouts, "%d\t%d\t%c\t%lld.%06lld\n", (int)answer, (int)member,
            is_author ? 'a' : 'v', (long long)(micro / (int64_t)MICRO),
            (long long)(micro % (int64_t)MICRO));
}

static void earmarks_read(struct replay *replay, const char *folder)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/earmarks.tsv", folder);
    if (access(path, R_OK) != 0)
        return;
    struct table table;
    for (table_open(replay, &table, folder, "earmarks.tsv", 3, 3); table.more;
         (void)table_next(replay, &table)) {
        const int32_t number = cell_number(replay, &table, 0);
        const double author = table.cell[1], voters = table.cell[2];
        if (number < 0 || !(author >= 0 && author <= POT_MAX && voters >= 0 && voters <= POT_MAX)) {
            fail(replay, table.name, table.number, "not an answer and two pots");
            break;
        }
        community_pots(&replay->community, number, llround(author * MICRO),
                       llround(voters * MICRO));
    }
    table_close(&table);
}

/* --- the run --- */

static void checkpoint(struct replay *replay)
{
    const struct counters *counters = &replay->community.ranking.counters;
    told(replay, community_time(&replay->community, replay->day));
    for (int32_t i = 0; i < counters->members.count; i++)
        fprintf(replay->snapshots, "%d\t%lld\t%.12g\n", replay->day,
                (long long)(counters->members.at[i].id - 1), counters->members.at[i].score);
    replay->day += CHECKPOINT_DAYS;
}

static void show(struct replay *replay)
{
    const struct community *community = &replay->community;
    fprintf(stderr, "\rreplay: day %d, %d answers, %d votes, %zu MiB ", replay->day,
            (int)community->told, (int)community->ranking.counters.votes.count,
            counters_memory(&community->ranking.counters) >> 20);
    replay->shown = community->seq + SHOWN_EVERY;
}

static void play(struct replay *replay)
{
    while (!replay->failed && (replay->answers.more || replay->votes.more)) {
        double answer = replay->answers.more ? replay->answers.cell[4] : INFINITY;
        double vote = replay->votes.more ? replay->votes.cell[0] : INFINITY;
        if (fmin(answer, vote) > replay->day)
            checkpoint(replay);
        else if (answer <= vote)
            answer_event(replay);
        else
            vote_event(replay);
        if (replay->shows && replay->community.seq >= replay->shown)
            show(replay);
    }
    if (!replay->failed)
        checkpoint(replay);
    if (replay->shows)
        fputc('\n', stderr);
}

static void scores_write(struct replay *replay, const char *folder)
{
    FILE *file = replay->failed ? NULL : file_open(replay, folder, "answer_scores.tsv", "w");
    if (!file)
        return;
    fputs("answer\tscore\n", file);
    for (int32_t i = 0; i < replay->community.told; i++)
        fprintf(file, "%d\t%.12g\n", (int)i, community_score(&replay->community, i));
    replay->failed |= fclose(file) != 0;
}

static double cpu_us(void)
{
    struct rusage used;
    int failed = getrusage(RUSAGE_SELF, &used);
    assert(!failed);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static void costs_print(const struct replay *replay, int64_t start_us)
{
    const struct ranking *ranking = &replay->community.ranking;
    double votes = ranking->counters.votes.count > 0 ? ranking->counters.votes.count : 1;
    printf("replay_votes %d votes\n", (int)ranking->counters.votes.count);
    printf("replay_us_per_vote %.2f us\n", (double)(clock_steady_us() - start_us) / votes);
    printf("replay_cpu_us_per_vote %.2f us\n", cpu_us() / votes);
    printf("replay_calls_per_vote %.1f calls\n", (double)ranking->policy.calls / votes);
    printf("replay_memory_mib %zu MiB\n", counters_memory(&ranking->counters) >> 20);
    printf("replay_lua_heap_kib %zu KiB\n",
           rule_memory(policy_holds(&ranking->policy)->rules) >> 10);
}

int replay_folder(const char *folder, struct text rules, struct text pay_rules)
{
    static struct replay replay;
    int64_t start_us = clock_steady_us();
    struct text why = NO_TEXT;
    replay = (struct replay){.day = CHECKPOINT_DAYS, .shows = isatty(STDERR_FILENO) == 1};
    if (community_open(&replay.community, rules, pay_rules, &why) != OK) {
        fprintf(stderr, "replay: the rules do not load: %.*s\n", (int)why.size, why.data);
        replay.failed = true;
        goto done;
    }
    replay.community.paid = payout_write;
    replay.community.self = &replay;
    earmarks_read(&replay, folder);
    table_open(&replay, &replay.answers, folder, "answers.tsv", 6, 6);
    table_open(&replay, &replay.votes, folder, "votes.tsv", VOTE_COLUMNS, VOTE_COLUMNS_ALL);
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
    community_close(&replay.community);
    return replay.failed ? 1 : 0;
}
