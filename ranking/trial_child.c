/* The child of a trial: every step of it, told in lines to its parent (trial_job.c). */
#include "ranking/trial.h"

#include <stdio.h>

static void pipe_progress(int64_t done, int64_t total)
{
    printf("progress %lld %lld\n", (long long)done, (long long)total);
    fflush(stdout);
}

void trial_child_run(struct log *journal, struct arena *arena, struct text first, int64_t proposal)
{
    static struct trial_result out;
    struct journal_entry *entries;
    struct text why = NO_TEXT;
    size_t count = 0;
    enum result result = journal_read(journal, arena, proposal - 1, 1, &entries, &count);
    if (result == OK && (count == 0 || entries[0].event.kind != EVENT_RULE_PROPOSED))
        result = NOT_FOUND;
    if (result == OK)
        result = trial_run(journal, arena, first, entries[0].texts[0], proposal, pipe_progress,
                           &out, &why);
    if (result == OK)
        trial_print(&out);
    else if (why.size > 0)
        printf("failed %.*s\n", (int)why.size, why.data);
    else
        printf("failed the trial could not run: %s\n", result_name(result));
}
