#pragma once
/* What rules make of an invented community (world.h), where the truth is known: the fold, the
 * policy and the pay rules are the house's own. */
#include "core/arena.h"
#include "core/result.h"
#include "ranking/pay_kind.h"

struct simulate_figures {
    int32_t members, answers, votes;
    double rank_agreement; /* of honest members' standing and skill, who wrote three or more:
                              Spearman's rank correlation, higher is better */
    double
        answers_apart; /* a good answer's score is above a bad one's: AUC, 0.5 chance, 1 always */
    double bad_on_top; /* share of questions with a good answer that show a bad one first */
    double crooked_on_top; /* share of the first tenth of members that cheat */
    double steady;         /* rank correlation of one week's standing with the next */
    double newcomer_days;  /* until half of the able newcomers stood in the first quarter (at most
                              60); -1: there are none */
    double paid;           /* share of the pots */
    double leak;           /* of the money paid, share for crooked acts */
    double ring_leak;      /* of the money paid, share for crooked acts of those who trade votes */
    double cover;          /* of what honest, right acts deserve, share that was paid */
    double cheat_answer, cheat_vote; /* mean pay of a cheat's act, as a part of an honest one's */
};

enum simulate_by {
    SIMULATE_RULES,  /* the scripts given */
    SIMULATE_POINTS, /* baseline: points for everything, three corroborations are paid */
    SIMULATE_WILSON, /* baseline: Wilson's lower bound, the majority is paid */
    SIMULATE_BY
};

/* Play the world `preset`, `seed` (world.h). NOT_FOUND: no such preset. INVALID and *why: a script
 * does not load or failed on the way. `progress` (NULL: none) is told the share that is done, each
 * simulated week, and says whether to go on; if not: BUSY. A world of 600 members has 35,000 votes.
 */
MUST_USE enum result simulate(const char *preset, uint64_t seed, struct text rules, struct text pay,
                              struct arena *arena, bool (*progress)(void *self, double share),
                              void *self, struct simulate_figures out[SIMULATE_BY],
                              struct text *why);

/* The same with `pay` a rule of one kind (pay_kind.h), which pays the answers' authors or the votes
 * on them alone. The baselines pay for everything, and with the majority. */
MUST_USE enum result simulate_kind(const char *preset, uint64_t seed, struct text rules,
                                   enum pay_kind kind, struct text pay, struct arena *arena,
                                   bool (*progress)(void *self, double share), void *self,
                                   struct simulate_figures out[SIMULATE_BY], struct text *why);

/* The verb: PRESET,... SEEDS [--rules FILE] [--pay FILE [--kind posting|answer|vote]]; seeds as
 * 1-5. Prints a table. */
int simulate_verb(struct arena *arena, const char *presets, const char *seeds, struct text rules,
                  enum pay_kind kind, struct text pay);
