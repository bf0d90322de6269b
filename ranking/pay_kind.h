#pragma once
/* Rules of pay of one kind (scripts/README.md) as the paymaster asks them, where there are no
 * earmarks: beside an invented community, or the house's past as if every posting had
 * been earmarked when it was written and the earmark closed when it settled. What the paymaster
 * counts itself is counted here by the same definitions (ledger/reward/reward.c;
 * tests/unit/pay_kind_test.c holds both against each other), and what bars an act from pay by any
 * rule bars it here.
 *
 * One or two scripts are asked about the same acts: the proposed one and the one in force. **No
 * argument of a vote's rule holds a direction, and none may.** */
#include "ranking/score.h"

enum pay_kind { PAY_NO_KIND, PAY_POSTING, PAY_ANSWER, PAY_VOTE };
/* Which kind proposals of this name are of; PAY_NO_KIND: of none. */
enum pay_kind pay_kind_of(struct text name);
/* The script of this kind that the program was built with. */
struct text pay_kind_first_script(enum pay_kind kind);

/* Why an act earns nothing whatever the rule says. */
enum pay_bar { PAY_BAR_NONE, PAY_BAR_LINKED, PAY_BAR_INFORMED };
/* One act that could earn, and what each script gives for it, in millionths of the pot's unit. */
typedef void pay_act(void *self, int32_t posting, int32_t member, const int64_t micro[2],
                     enum pay_bar bar);

struct pay_script {
    struct rule_set *rules;
    bool by_findings; /* asks the ranker's findings, not the paymaster's counts */
    double day_most;  /* of a member's votes of one day so many may earn */
    bool failed;      /* it gives nothing from then on */
};
struct pay_person {
    int64_t in_ms, day; /* when let in; day of the latest votes since 1970 */
    int32_t votes, mutual, postings, day_votes;
};
struct pay_posting {
    int32_t order, answers, votes;
};
struct pay_kinds {
    enum pay_kind kind;
    size_t script_count;
    struct pay_script scripts[2];
    GROWING(struct pay_person) people;    /* by the counters' numbers */
    GROWING(struct pay_posting) postings; /* the same */
    struct map pairs;                     /* (member, author) -> votes */
    int64_t from_ms;                      /* acts before it are counted, and earn nothing */
    int32_t votes_seen, first_vote; /* votes of the counters: known; the first that may earn */
    struct pay_cast {
        int32_t share[2]; /* millionths; below 0: asked when its posting settles */
        bool over[2];     /* the member's day was used up by then */
    } * casts;            /* by number, from first_vote on */
    size_t cast_room;
    struct ranking *ranking;
    pay_act *act; /* told of every act as its posting settles */
    void *self;
    char why[200]; /* the first script failed */
};

/* INVALID and *why when the first script does not load; a second one that does not, or that fails
 * later, gives nothing. Close in any case. `ranking` outlives it. */
MUST_USE enum result pay_kinds_open(struct pay_kinds *kinds, struct arena *arena,
                                    struct ranking *ranking, enum pay_kind kind,
                                    const struct text *scripts, size_t count, struct text *why);
void pay_kinds_close(struct pay_kinds *kinds);
/* After each event that the ranking was given. INVALID when the first script failed (->why). */
MUST_USE enum result pay_kinds_event(struct pay_kinds *kinds, const struct event *event);
/* When a member was let in, where no event tells. */
void pay_kinds_let_in(struct pay_kinds *kinds, int64_t member, int64_t at_ms);
/* A posting settles with these odds (struct ranking: settled): its acts are paid out of a pot of so
 * many millionths; of the votes' pot each vote may earn an equal part. */
void pay_kinds_settled(struct pay_kinds *kinds, int32_t posting, double odds, int64_t pot_micro);
