#pragma once
/* What one evaluation holds: of ledger/reward/reward.c, which runs it, ledger/reward/reward_pay.c,
 * which says what an act earns, and ledger/reward/reward_rule.c, which keeps its rules. Private to
 * these three. */
#include "ledger/reward/reward.h"
#include "ledger/earmark/select.h"
#include "ledger/log/table.h"

enum { REWARD_RULES_MAX = 64 };

struct reward_posting {
    int64_t id, question, author, at_ms;
    int kind, order; /* order among the answers of its question */
    int64_t stance[4];
    int64_t patients, answers, voters;
    bool hidden; /* withheld: it earns nothing while it is */
};
struct reward_member {
    int64_t in_ms; /* when let in; 0: not */
    int64_t votes, mutual, postings;
    int64_t day, day_votes; /* votes cast on this day (UTC, days since 1970) */
};
struct reward_rule {
    bool by_findings;
    uint8_t sha256[32];
    enum earmark_kind kind;
    struct rule_set *set;
    double day_most; /* so many votes of a member's day may earn by it */
};
struct reward {
    struct findings findings, low;
    struct table freed, freed_paid; /* members; (earmark, member) */
    struct reward_item *freed_items;
    size_t freed_count, freed_room;
    struct select *select;
    reward_watcher *watcher; /* may be NULL */
    void *watcher_self;
    int64_t withheld;
    struct table postings, members, pairs, votes, earmarked, paid;
    struct reward_posting *posting;
    struct reward_member *member;
    int64_t *pair; /* votes of one member on another's postings */
    size_t posting_room, member_room, pair_room;
    struct reward_rule rules[REWARD_RULES_MAX];
    size_t rule_count;
    struct reward_earmark *earmarks;
    int64_t *fresh; /* votes and answers an earmark's target got in its time */
    size_t earmark_count;
    struct reward_item *items;
    size_t item_count, item_room;
    struct answer_due *answers;
    size_t answer_count, answer_room;
};
/* An answer or selected posting that came in an earmark's time: judged at the end. */
struct answer_due {
    size_t earmark;
    size_t posting;
};

/* Index of a rule that was added, or rule_count. */
size_t reward_rule_find(const struct reward *reward, enum earmark_kind kind,
                        const uint8_t sha256[32]);

/* By the rule and what it takes; a linked voter, or one who trades votes, earns nothing by any.
 * `counts`: what a rule that takes no findings is given. INVALID and *why when it fails. */
MUST_USE enum result reward_vote_earns(struct reward *reward, size_t earmark, int64_t posting,
                                       int64_t member, const double *counts, const char **why);
/* The same of a posting's author. What linked colleagues alone corroborate earns nothing either. */
MUST_USE enum result reward_author_earns(struct reward *reward, size_t earmark,
                                         const struct reward_posting *posting, const double *counts,
                                         const char **why);
