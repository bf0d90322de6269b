#pragma once
/* Who earned what: the journal's events of the past and the period, in order, through the reward
 * rules. Pure: no store, clock or randomness, so the same events and earmarks give the same items
 * whenever it is run again.
 *
 * Every event goes through the same door whatever it is about: nothing is looked up by target. Pay
 * for a vote never depends on its direction: what a vote's rule is given (struct vote_facts) has no
 * field that could hold one. Caps are checked here, in C, after the rule has spoken: a share
 * outside 0..1 is the rule's failure, never money. Of a member's votes of one day only as many may
 * earn as the rule's constant day_most says; a rule without one sets no such limit. */
#include "core/journal.h"
#include "core/rule.h"
#include "ledger/earmark.h"

struct reward; /* one evaluation */

struct reward_earmark {
    int64_t id; /* the vault's */
    struct earmark terms;
    int64_t after_seq; /* only acts after this place of the journal can earn: the commitment was
                          there first */
    int64_t start_ms, end_ms; /* and only acts within the period */
    int64_t spent, payees;    /* filled in */
};
/* One payee of one earmark; in order of earmark, then of member. */
struct reward_item {
    size_t earmark; /* index of reward_earmark_add */
    int64_t member;
    int64_t cents; /* > 0 */
};

/* What a rule may know of a vote. All counts are of what came before it. */
struct vote_facts {
    double given, given_of; /* voter's votes on the author's postings; how many such postings */
    double back, back_of;   /* the author's votes on the voter's; how many */
    double votes, mutual;   /* voter's votes in all; those to members who had voted on the voter */
    double days;            /* since the voter was let in */
};

struct reward *reward_open(void);
void reward_close(struct reward *reward);
/* Load the rule an earmark was committed under. INVALID and *why when it does not load. Each hash
 * once. */
MUST_USE enum result reward_rule_add(struct reward *reward, struct arena *arena,
                                     enum earmark_kind kind, const uint8_t sha256[32],
                                     struct text name, struct text script, struct text *why);
bool reward_rule_known(const struct reward *reward, enum earmark_kind kind,
                       const uint8_t sha256[32]);
/* Check that a script is a reward rule of this kind: loads, has its function, passes its examples.
 */
/* Everything that is wrong with it, as the reply rule_checked. */
void reward_rule_report(struct arena *arena, enum earmark_kind kind, struct text script,
                        struct buf *reply);
MUST_USE enum result reward_rule_check(struct arena *arena, enum earmark_kind kind,
                                       struct text name, struct text script, struct text *why);
/* Its rule must be known. All earmarks before the first event. */
void reward_earmark_add(struct reward *reward, const struct reward_earmark *earmark);
/* The next event, in order. INVALID and *why when a rule fails. */
MUST_USE enum result reward_event(struct reward *reward, const struct event *event,
                                  const char **why);
/* After the last event: judge postings and answers as they stand at `end_ms`. */
MUST_USE enum result reward_finish(struct reward *reward, int64_t end_ms, const char **why);
size_t reward_items(const struct reward *reward, const struct reward_item **items);
size_t reward_earmarks(const struct reward *reward, const struct reward_earmark **earmarks);
