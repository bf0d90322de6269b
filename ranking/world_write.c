#include "ranking/world.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A world as tables: what everybody could see, and the truth in files of its own. */

enum { SHOWN_EVERY = 1 << 16 };

static FILE *table_open(const char *folder, const char *name, const char *headings)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file)
        fprintf(stderr, "world: %s: %s\n", path, strerror(errno));
    else
        fputs(headings, file);
    return file;
}

static bool table_close(FILE *file)
{
    if (!file)
        return false;
    bool failed = ferror(file) != 0;
    return fclose(file) == 0 && !failed;
}

static bool events_write(struct world *world, const char *folder)
{
    FILE *answers =
        table_open(folder, "answers.tsv", "answer\tquestion\tauthor\tspecialty\tday\tproduct\n");
    FILE *votes =
        table_open(folder, "votes.tsv", "day\tvoter\tanswer\tvalue\tpatients\tinformed\n");
    bool shows = isatty(STDERR_FILENO) == 1;
    int64_t told = 0;
    struct world_event event = {.kind = WORLD_END};
    while (answers && votes && (event = world_next(world)).kind != WORLD_END) {
        int32_t count;
        if (shows && ++told % SHOWN_EVERY == 0)
            fprintf(stderr, "\rworld: day %d, %lld events ", (int)event.day, (long long)told);
        if (event.kind == WORLD_VOTE) {
            fprintf(votes, "%.6f\t%d\t%d\t%d\t%d\t%d\n", event.day, (int)event.voter,
                    (int)event.answer, event.value, event.patients, event.informed);
            continue;
        }
        const struct world_answer *answer = &world_answers(world, &count)[event.answer];
        fprintf(answers, "%d\t%d\t%d\t%d\t%.6f\t%d\n", (int)event.answer, (int)answer->question,
                (int)answer->author, answer->field, event.day, (int)answer->product);
    }
    if (shows)
        fputc('\n', stderr);
    bool written = table_close(answers);
    return table_close(votes) && written;
}

static bool answers_truth_write(const struct world *world, const char *folder)
{
    int32_t count;
    const struct world_answer *answers = world_answers(world, &count);
    FILE *earmarks = table_open(folder, "earmarks.tsv", "answer\tauthor_pot\tvoter_pot\n");
    FILE *truth = table_open(folder, "truth_answers.tsv", "answer\tquality\ttricky\tcrooked\n");
    for (int32_t i = 0; i < count && earmarks && truth; i++) {
        if (answers[i].has_pot)
            fprintf(earmarks, "%d\t%d\t%d\n", (int)i, WORLD_POT, WORLD_POT);
        fprintf(truth, "%d\t%.6f\t%d\t%d\n", (int)i, (double)answers[i].quality, answers[i].tricky,
                answers[i].crooked);
    }
    bool written = table_close(earmarks);
    return table_close(truth) && written;
}

static bool members_write(const struct world *world, const char *folder)
{
    int32_t count;
    const struct world_member *members = world_members(world, &count);
    FILE *table = table_open(folder, "members.tsv", "member\tjoined\tspecialty\tfounder\n");
    FILE *truth = table_open(folder, "truth_members.tsv", "member\ttype\tring\texpertise\n");
    for (int32_t i = 0; i < count && table && truth; i++) {
        fprintf(table, "%d\t%.6f\t%d\t0\n", (int)i, members[i].joined, members[i].field);
        fprintf(truth, "%d\t%s\t%d\t%.6f\n", (int)i, world_type_name(members[i].type),
                (int)members[i].group_first, (double)members[i].skill[members[i].field]);
    }
    bool written = table_close(table);
    return table_close(truth) && written;
}

int world_write(const char *preset, uint64_t seed, int members, double votes, const char *folder)
{
    struct world *world = world_open(preset, seed, members, votes);
    if (!world) {
        fprintf(stderr, "world: no preset %s of that size\n", preset);
        return 1;
    }
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        fprintf(stderr, "world: %s: %s\n", folder, strerror(errno));
    bool written = events_write(world, folder) && answers_truth_write(world, folder) &&
                   members_write(world, folder);
    world_close(world);
    return written ? 0 : 1;
}
