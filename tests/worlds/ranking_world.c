/* The ranker's fold over a simulated community with a known truth (a folder written by `sim.py
 * gen`): answers.tsv and votes.tsv in, snapshots.tsv and answer_scores.tsv out, for `sim.py eval`;
 * prints the cost. Usage: ranking_world FOLDER */
#include "core/clock.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ranking/score.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS = 182, STEP = 7, MEMBERS_MAX = 4096, ANSWERS_MAX = 65536, QUESTIONS_MAX = 65536 };
/* The world's numbers as ids: none may meet, and events go up. */
static const int64_t member_base = 1, first_seq = 1000000;

struct answer {
    int64_t id;
    int question, author, product;
    double day;
};

static struct answer answers[ANSWERS_MAX];
static int64_t questions[QUESTIONS_MAX];
static int answer_count;
static struct ranking ranking;
static struct arena arena;
static int64_t seq = 1000000;

static FILE *table_open(const char *folder, const char *name, const char *mode)
{
    char path[4096], line[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, mode);
    if (!file || (*mode == 'r' && !fgets(line, sizeof(line), file))) {
        perror(path);
        exit(1);
    }
    return file;
}

static struct text script_read(const char *path)
{
    static char script[RULE_TEXT_MAX + 1];
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    size_t size = fread(script, 1, sizeof(script), file);
    fclose(file);
    return (struct text){script, size};
}

static int64_t apply(struct event event, double day)
{
    struct journal_entry entry = {.event = event};
    entry.event.seq = ++seq;
    entry.event.at_ms = (int64_t)((20000 + day) * DAY_MS);
    if (ranking_apply(&ranking, &entry, &arena) != OK) {
        fprintf(stderr, "the fold stopped: %s\n", ranking.policy.why);
        exit(1);
    }
    return seq;
}

static void answer_add(struct answer *answer)
{
    struct event event = {.kind = EVENT_POSTING_ADDED};
    if (!questions[answer->question]) {
        event.posting_added.kind = 1;
        event.posting_added.member = 0; /* who asked is not part of the world */
        questions[answer->question] = apply(event, answer->day);
    }
    event.posting_added.kind = 4;
    event.posting_added.member = member_base + answer->author;
    event.posting_added.question = questions[answer->question];
    answer->id = apply(event, answer->day);
}

static void snapshot_write(FILE *out, int day)
{
    for (int32_t i = 0; i < ranking.counters.members.count; i++)
        fprintf(out, "%d\t%lld\t%.9f\n", day,
                (long long)(ranking.counters.members.at[i].id - member_base),
                ranking.counters.members.at[i].score);
}

static void answers_read(const char *folder)
{
    struct answer a;
    int number, specialty;
    FILE *file = table_open(folder, "answers.tsv", "r");
    while (answer_count < ANSWERS_MAX && fscanf(file, "%d %d %d %d %lf %d", &number, &a.question,
                                                &a.author, &specialty, &a.day, &a.product) == 6) {
        a.id = 0;
        if (number != answer_count || a.question >= QUESTIONS_MAX)
            exit(1);
        answers[answer_count++] = a;
    }
    fclose(file);
}

/* One pass in the order of time. Gives the number of votes. */
static int world_play(const char *folder)
{
    FILE *votes = table_open(folder, "votes.tsv", "r");
    FILE *snapshots = table_open(folder, "snapshots.tsv", "w");
    fprintf(snapshots, "day\tmember\tscore\n");
    int next = 0, count = 0, shown = 0, voter, answer, sign;
    double day;
    while (fscanf(votes, "%lf %d %d %d", &day, &voter, &answer, &sign) == 4 && day <= DAYS) {
        for (; shown + STEP < day; snapshot_write(snapshots, shown))
            shown += STEP;
        while (next < answer_count && answers[next].day <= day)
            answer_add(&answers[next++]);
        struct event event = {.kind = EVENT_VOTE_CAST};
        event.vote_cast.posting = answers[answer].id;
        event.vote_cast.question = questions[answers[answer].question];
        event.vote_cast.author = member_base + answers[answer].author;
        event.vote_cast.member = member_base + voter;
        event.vote_cast.stance = sign > 0 ? 1 : 2;
        (void)apply(event, day);
        count++;
    }
    while (next < answer_count)
        answer_add(&answers[next++]);
    for (; shown + STEP <= DAYS; snapshot_write(snapshots, shown))
        shown += STEP;
    fclose(votes);
    fclose(snapshots);
    return count;
}

int main(int argc, char **argv)
{
    struct text why;
    if (argc != 2 && argc != 3)
        return 2;
    trace_open("ranking_world");
    seal_open();
    arena_open(&arena, 1u << 20);
    struct text script = argc == 3 ? script_read(argv[2]) : policy_first_script();
    if (ranking_open(&ranking, NULL, NULL, &arena, script, &why) != OK) {
        fprintf(stderr, "%.*s\n", (int)why.size, why.data);
        return 1;
    }
    ranking.seq = first_seq;
    answers_read(argv[1]);
    int64_t start_us = clock_steady_us();
    int votes = world_play(argv[1]);
    double took_us = (double)(clock_steady_us() - start_us);
    FILE *scores = table_open(argv[1], "answer_scores.tsv", "w");
    fprintf(scores, "answer\tscore\n");
    for (int i = 0; i < answer_count; i++) {
        const struct counters *counters = &ranking.counters;
        int32_t posting = counters_posting_find(counters, answers[i].id);
        fprintf(scores, "%d\t%.9f\n", i, counters->postings.at[posting].score);
    }
    fclose(scores);
    FILE *payouts = table_open(argv[1], "payouts.tsv", "w"); /* pay is not the ranker's business */
    fprintf(payouts, "answer\tmember\trole\tamount\n");
    fclose(payouts);
    printf("ranking_world_us_per_vote %.2f us\n", took_us / (votes ? votes : 1));
    printf("ranking_world_calls_per_vote %.1f calls\n",
           (double)ranking.policy.calls / (votes ? votes : 1));
    printf("ranking_world_memory_kib %zu KiB\n", counters_memory(&ranking.counters) / 1024);
    ranking_close(&ranking);
    return 0;
}
