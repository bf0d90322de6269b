#pragma once
/* What two admins granted of acts that a month held back (ledger/reward/held.h), worked out and
 * paid with a later close. Private to ledger/.
 *
 * A closed month is judged once more: each member who is granted something as if nothing had been
 * held against him alone, so that it does not matter who else is. What an earmark gives him more
 * than it gave comes within what is left of the sponsor's signed cap and number of payees: where
 * the earmark went on into later months, that of the one that closes now or closed last, with all
 * earlier corrections counted. Out of one that closes now it takes from what is reserved for it,
 * and less is carried on; else from what is free in the campaign. While that is too little, all
 * that the member is to get of that month waits for a later close. */
#include "ledger/desk/paymaster.h"

/* What an earmark would have given a member more than it did, in a month that is closed. */
struct correct_want {
    char corrects[PERIOD_NAME_SIZE];
    uint8_t campaign[16];
    int64_t member, earmark, cents;
    bool fresh; /* it gave him nothing */
};
/* What of it is paid. `tail`: of the earmark's months, the one whose cap it comes out of. */
struct correct_part {
    size_t want;
    int64_t tail, cents;
    bool reserved; /* it closes now: its cap is reserved */
};
struct correct_objection {
    char period[PERIOD_NAME_SIZE];
    int64_t member;
    bool paid;
};
/* One payout. */
struct correction {
    char corrects[PERIOD_NAME_SIZE];
    uint8_t campaign[16];
    int64_t member, cents;
    int64_t free_cents; /* so much of it comes out of what is free */
};
struct corrections { /* by malloc */
    struct correct_want *wants;
    struct correct_part *parts;
    struct correct_objection *objections;
    struct correction *list;
    size_t want_count, part_count, objection_count, count;
    size_t want_room, part_room, objection_room, room;
};
void corrections_close(struct corrections *corrections);

/* Judge what is due (`paid` absent), or what was paid with the close of the month `paid`. Evaluates
 * a month for each that it is about. */
MUST_USE enum result corrections_judge(struct paymaster *paymaster, struct corrections *corrections,
                                       struct text paid);
/* Fill `list` with what the close of `period` pays of it. `evaluation`: of that close, NULL when it
 * is planned or paid already. `again`: of one that was paid, where the campaigns had enough. */
MUST_USE enum result corrections_fit(struct paymaster *paymaster, struct corrections *corrections,
                                     struct text period, const struct evaluation *evaluation,
                                     bool again);
/* As payouts of the month that is being closed, in a transaction of the caller's. */
MUST_USE enum result corrections_plan(struct paymaster *paymaster,
                                      const struct corrections *corrections, struct text period);
