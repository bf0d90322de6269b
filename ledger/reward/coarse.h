#pragma once
/* What an admin may read of how a proposed rule would have paid closed months' earmarks, out of
 * what it would have paid each member, which nobody may read.
 *
 * An earmark that paid nobody stays secret, and one that is carried on goes on earning. An admin
 * writes the rule that is tried, so he could ask by it: a rule that differs only where one act of
 * one colleague stands apart differs in what is paid just when an earmark is on that act. Exact
 * figures above a floor of ledger.k members do not help: he adds ledger.k - 1 of whom he knows that
 * they are paid, or takes one trial's figures from another's. Therefore
 *   - every count gets noise (Laplace of COARSE_SCALE members) before it is held against the floor,
 *     and is told as a multiple of the floor; none and fewer than the floor are told alike;
 *   - every sum gets noise of twice the largest single member's part in it, and two figures;
 *   - noise is a keyed hash of the figures it hides: the same outcome gives the same answer however
 *     often it is asked for, and another outcome noise that has nothing to do with it, so that a
 *     difference of two trials holds the noise of both;
 *   - what was paid gets noise that no rule can draw anew;
 *   - so many trials a month and no more are begun (setting rule.month_trials), which bounds what
 *     many of them, each another outcome, add up to. `tests/unit/coarse_test.c` measures it, for an
 *     admin who knows all other payees.
 * Refusals of a rule go by these figures too, so that they tell no more. That a rule erred is told
 * without where: a yes or no a trial. Private to ledger/. */
#include "core/arena.h"

enum { COARSE_SCALE = 4 };
enum coarse_change {
    COARSE_NEWLY,
    COARSE_MORE,
    COARSE_SAME,
    COARSE_LESS,
    COARSE_NO_LONGER,
    COARSE_CHANGES
};
struct coarse_member {
    int64_t member, before, after; /* cents */
};
/* members: at least so many; 0: fewer than the floor, and no sums. */
struct coarse_figures {
    int64_t members, before, after;
};

/* Who would be paid otherwise, each member once. `what`: which members these are of; `floor`: the
 * fewest to be told, > 0. */
void coarse_changes(const uint8_t key[32], const char *what, const struct coarse_member *rows,
                    size_t count, int64_t floor, struct coarse_figures out[COARSE_CHANGES]);
/* What was paid and would have been, and to how many: each told when these are enough. */
struct coarse_paid {
    int64_t payees_before, before, payees_after, after;
};
void coarse_paid(const uint8_t key[32], const char *what, const struct coarse_member *rows,
                 size_t count, int64_t floor, struct coarse_paid *out);
