#pragma once
/* The fold: events of the journal into counters, counters through the rules into scores, scores
 * into rank.db. Driven by the events' own times, so that a replay gives the same bytes. Without a
 * database it only counts: that is how trials run. */
#include "core/follow.h"
#include "ranking/counters.h"
#include "ranking/policy.h"

struct step {
    int64_t due_ms;
    int32_t number; /* of a posting, or of a member */
    bool is_member;
};

/* What guardrails watch (ranking/gauge.h), of one day since 1970; answers and observations alone.
 */
struct gauge_day {
    int64_t day;
    int32_t settled, covered; /* postings; of them, those that whole independent votes judged */
    int32_t votes;            /* that took a side, on them */
    int32_t audited, agreed;
    double linked; /* of the votes, how far they depended on a link, as a sum */
};
struct gauge_audit {
    int32_t posting;
    uint8_t outcome; /* enum gauge_outcome */
    int64_t drawn_ms;
    double probability; /* that it is right, when it settled */
};
struct gauge {
    GROWING(struct gauge_day) days;
    GROWING(struct gauge_audit) drawn;
    int32_t days_from, drawn_from; /* from here on not written yet */
};

struct ranking {
    struct db *db;       /* NULL: nothing is written */
    struct log *journal; /* for the scripts of approved proposals */
    struct counters counters;
    struct policy policy;
    char *first_script;  /* of the set it began with */
    bool is_fixed;       /* the first rule set holds whatever is approved (trials) */
    int64_t written_seq; /* events up to here are in the database already: a replay only counts */
    int64_t seq;
    int64_t now_ms;      /* latest event time so far: never goes back */
    int32_t review_next; /* first posting not yet looked at a second time */
    int32_t settle_next; /* first posting not yet looked at for settlement */
    GROWING(int32_t) dirty_members;
    GROWING(int32_t) dirty_postings;
    GROWING(int32_t) dirty_questions;
    GROWING(int64_t) proposals;     /* of RANKING_RULE_NAME */
    GROWING(int64_t) pay_proposals; /* of rules of pay, not decided yet (pay_kind.h) */
    GROWING(struct step) steps;     /* begun, in the order they become due */
    int32_t step_next;              /* first of them that is not due yet */
    struct gauge gauge;
    /* Told of a posting as it settles, before its votes teach about their voters; NULL: nobody. */
    void (*settled)(void *self, int32_t posting, double odds);
    void *settled_self;
};

/* `script`: the rule set to begin with. With a database it also writes that set there if it is the
 * first time. INVALID with *why when the script does not load. Then apply what is in the database
 * already by ranking_replay. */
MUST_USE enum result ranking_open(struct ranking *ranking, struct db *db, struct log *journal,
                                  struct arena *arena, struct text script, struct text *why);
MUST_USE enum result ranking_replay(struct ranking *ranking, struct arena *arena, int64_t upto,
                                    void (*progress)(int64_t seq));
void ranking_close(struct ranking *ranking);
/* For struct fold: one event. BROKEN when no rule set is left that works. */
MUST_USE enum result ranking_apply(void *self, const struct journal_entry *entry,
                                   struct arena *arena);

static inline bool ranking_writes(const struct ranking *ranking)
{
    return ranking->db && ranking->seq > ranking->written_seq;
}

/* Append to a list of GROWING(type). */
#define LIST_ADD(list, value)                                                         \
    do {                                                                              \
        if ((list).count == (list).room) {                                            \
            (list).room = (list).room ? (list).room * 2 : 64;                         \
            (list).at = realloc((list).at, (size_t)(list).room * sizeof(*(list).at)); \
            assert((list).at);                                                        \
        }                                                                             \
        (list).at[(list).count++] = (value);                                          \
    } while (0)

/* --- in score.c --- */
double member_standing(struct ranking *ranking, int32_t member); /* as of now */
void touch_question(struct ranking *ranking, int32_t question);

/* --- in step.c: what is shown of scores, and when --- */
/* A vote was cast: what it moves is held back until its step. */
void step_vote(struct ranking *ranking, int32_t posting, int32_t voter, bool is_first);
/* Show what is due, before the event that has just come is applied. */
MUST_USE enum result step_due(struct ranking *ranking, struct arena *arena);
/* Show the exact row as it is now. */
MUST_USE enum result step_show_posting(struct ranking *ranking, int32_t posting);
MUST_USE enum result step_show_member(struct ranking *ranking, int32_t member, struct arena *arena);

/* --- in sets.c: rule sets come and go by events --- */
MUST_USE enum result sets_proposed(struct ranking *ranking, const struct event *event);
MUST_USE enum result sets_approved(struct ranking *ranking, const struct event *event,
                                   struct arena *arena);
/* An older set is made to hold again (event rule_rolled_back). */
MUST_USE enum result sets_rolled_back(struct ranking *ranking, const struct event *event,
                                      struct arena *arena);
/* A passed proposal runs in the shadow of the set in force (event rule_shadowed). */
MUST_USE enum result sets_shadowed(struct ranking *ranking, const struct event *event);
/* A proposal was withdrawn: neither tried nor looked at any more. */
MUST_USE enum result sets_withdrawn(struct ranking *ranking, const struct event *event);
/* Trials of rules of pay that wait since before they were tried at all. */
MUST_USE enum result sets_waiting_try(struct ranking *ranking, struct arena *arena);
/* The script in force, read from the journal; `first` when none was ever approved. */
struct text sets_live_script(struct db *db, struct log *journal, struct arena *arena,
                             struct text first);
/* A set that failed on the way has been put aside by policy_call: say so where the admins read it.
 */
MUST_USE enum result sets_failures_note(struct ranking *ranking);
MUST_USE enum result sets_first_write(struct ranking *ranking, struct arena *arena,
                                      struct text script);

/* --- in reason.c: what is stored beside a score --- */
/* What a posting's score is made of, and the probability that it is right. */
struct posting_parts {
    double votes, author, probability;
};
struct text posting_facts_json(struct arena *arena, const struct ranking *ranking, int32_t posting,
                               const struct posting_parts *parts);
struct text member_facts_json(struct arena *arena, const struct ranking *ranking, int32_t member);
/* One reason a line, "+0.31: corroborated by 7 colleagues independent of the author". Names nobody.
 */
struct text posting_reasons(struct arena *arena, const struct ranking *ranking, int32_t posting,
                            const struct posting_parts *parts);
struct text member_reasons(struct arena *arena, const struct ranking *ranking, int32_t member);
/* The verb `why`: a posting's, or else a member's exact score with its reasons, for the operator.
 */
MUST_USE enum result reasons_print(struct db *db, struct arena *arena, int64_t id);
