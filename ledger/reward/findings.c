#include "ledger/reward/findings.h"

#include <assert.h>
#include <stdlib.h>

void findings_close(struct findings *findings)
{
    table_close(&findings->vote_of);
    table_close(&findings->posting_of);
    free(findings->votes);
    free(findings->postings);
    *findings = (struct findings){.votes = NULL};
}

void findings_vote_put(struct findings *findings, const struct vote_finding *finding)
{
    uint8_t key[16];
    table_key(key, finding->posting, finding->member);
    size_t index = table_put(&findings->vote_of, key, NULL);
    findings->votes =
        table_room(findings->votes, &findings->vote_room, index + 1, sizeof *findings->votes);
    findings->votes[index] = *finding;
}

void findings_posting_put(struct findings *findings, const struct posting_finding *finding)
{
    uint8_t key[16];
    table_key(key, finding->posting, 0);
    size_t index = table_put(&findings->posting_of, key, NULL);
    findings->postings = table_room(findings->postings, &findings->posting_room, index + 1,
                                    sizeof *findings->postings);
    findings->postings[index] = *finding;
}

const struct vote_finding *findings_vote(const struct findings *findings, int64_t posting,
                                         int64_t member)
{
    uint8_t key[16];
    table_key(key, posting, member);
    size_t index = table_find(&findings->vote_of, key);
    return index == SIZE_MAX ? NULL : &findings->votes[index];
}

const struct posting_finding *findings_posting(const struct findings *findings, int64_t posting)
{
    uint8_t key[16];
    table_key(key, posting, 0);
    size_t index = table_find(&findings->posting_of, key);
    return index == SIZE_MAX ? NULL : &findings->postings[index];
}

bool findings_vote_low(const struct vote_finding *found)
{
    return found->apart < LINKED_BELOW || found->trust < LINKED_BELOW;
}

bool findings_posting_low(const struct posting_finding *found)
{
    return found->trust < LINKED_BELOW || found->support < LINKED_BELOW;
}
