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
#include "ledger/earmark/earmark.h"
#include "ledger/reward/findings.h"

struct reward; /* one evaluation */

struct reward_earmark {
    int64_t id; /* the vault's */
    struct earmark terms;
    int64_t after_seq; /* only acts after this place of the journal can earn: the commitment was
                          there first */
    int64_t start_ms, end_ms; /* and only acts within the period */
    int64_t sponsor;          /* whose campaign it is */
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
/* A rule takes either this scan's own counts (pay_posting, pay_answer, and pay_vote of seven
 * arguments) or the ranker's findings: pay_author(odds, support, trust, standing) for postings and
 * answers, pay_vote(apart, trust, worth) for votes. Those are the two functions that pay in
 * `curbside ranking replay` and `simulate`, so that scripts/reward/settled.lua is a rule of both,
 * and pays here as it was measured there. Which of them a version has says what it takes; without
 * findings, one that takes them pays nothing.
 *
 * Load the rule an earmark was committed under. INVALID and *why when it does not load. Each hash
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
/* By its own function or, if it has that instead, by the one that takes findings (*by_findings). */
MUST_USE enum result reward_rule_try(struct rule_set **set, struct arena *arena,
                                     enum earmark_kind kind, struct text name, struct text script,
                                     bool *by_findings, struct text *why);
/* How many votes of a member's day can earn by a script of votes: its day_most, rounded up; 0: it
 * sets no limit. INVALID when it does not load. */
MUST_USE enum result reward_rule_day_most(struct arena *arena, struct text name, struct text script,
                                          int64_t *votes);
MUST_USE enum result reward_rule_check(struct arena *arena, enum earmark_kind kind,
                                       struct text name, struct text script, struct text *why);
/* Its rule must be known. All earmarks before the first event. `selector`: the script of one that
 * is chosen by a script (ledger/earmark/select.h). It is on postings written in its time, on votes
 * in its time on whatever it selects; who earns is asked as of any other. */
void reward_earmark_add(struct reward *reward, struct arena *arena,
                        const struct reward_earmark *earmark, struct text selector);
/* Whether an earmark may be on this posting, or on this question. */
bool reward_concerns(const struct reward *reward, int64_t posting, int64_t question);
/* Where the ranker's findings go, after all earmarks and before the first event. By any rule, who
 * is linked with an author, or trades votes, earns nothing; nor does what only linked colleagues
 * corroborate. */
struct findings *reward_findings(struct reward *reward);
/* The same of what findings keep from earning, whether an earmark is on it or not: votes with who
 * cast them, postings. */
struct findings *reward_low(struct reward *reward);
/* Who wrote a posting the scan has met (0: a reference), whether it answers another, and whether
 * anybody corroborates it now. False: there is none. */
bool reward_posting_about(const struct reward *reward, int64_t posting, int64_t *author,
                          bool *answers, bool *corroborated);
/* Before the first event: what this member would have earned is found out too, had the findings
 * nothing against him, neither links nor traded votes. */
void reward_free(struct reward *reward, int64_t member);
/* Of freed members, in the order of items: what each would have earned by each earmark, as if he
 * alone had been freed. The items themselves are as without. */
size_t reward_freed_items(const struct reward *reward, const struct reward_item **items);
/* Before the first event: earmarks chosen by hand have no least audience, as in months that
 * programs of before began to close. */
void reward_hand_free(struct reward *reward);
/* Whom selectors were asked about. */
struct select *reward_select(struct reward *reward);
/* Acts of the period that a rule would have paid for, and these findings did not let it. */
int64_t reward_withheld(const struct reward *reward);
/* Before the first event: who is to hear of each act an earmark is on, in its time, whatever the
 * rule, the findings and the caps say of it. What a hidden posting would have earned is none. */
typedef void reward_watcher(void *self, size_t earmark, int64_t member);
void reward_watch(struct reward *reward, reward_watcher *watcher, void *self);
/* The next event, in order. INVALID and *why when a rule fails. */
MUST_USE enum result reward_event(struct reward *reward, const struct event *event,
                                  const char **why);
/* After the last event: judge postings and answers as they stand at `end_ms`, and take from the
 * items those of earmarks that are void. */
MUST_USE enum result reward_finish(struct reward *reward, int64_t end_ms, int64_t audience_least,
                                   const char **why);
/* Why one is void (ledger/earmark/select.h), or NULL. */
const char *reward_void(const struct reward *reward, size_t earmark);
size_t reward_items(const struct reward *reward, const struct reward_item **items);
size_t reward_earmarks(const struct reward *reward, const struct reward_earmark **earmarks);
