#pragma once
/* Counting for releases: each member counts once per question, ever, with the first vote cast in
 * its thread; what is cast or changed later counts nowhere. So one vote is in one release at most,
 * and no two releases can be subtracted from each other. */
#include "core/arena.h"

enum tally_side { TALLY_CORROBORATE, TALLY_DISPUTE, TALLY_CANNOT_SAY, TALLY_SIDES };

struct tally_row {
    int64_t question;
    int64_t counted; /* the sides together */
    int64_t sides[TALLY_SIDES];
};

struct tally {
    struct tally_row *rows; /* of the period so far, in order of first vote */
    size_t row_count, row_room;
    uint64_t *seen; /* (member, question): open addressing over digests of 64 bits */
    size_t seen_count, seen_room;
    uint64_t *row_keys; /* question -> row, the same way */
    size_t *row_places;
    size_t map_room;
};

void tally_open(struct tally *tally);
void tally_close(struct tally *tally);
/* stance as in the event: 1 corroborate, 2 dispute, 3 cannot say. */
void tally_vote(struct tally *tally, int64_t question, int64_t member, int64_t stance);
/* The question was withheld: what was counted of it in this period is in no release. */
void tally_drop(struct tally *tally, int64_t question);
/* The period's rows, most counted first, then by question; the next period begins empty. */
struct tally_row *tally_take(struct tally *tally, struct arena *arena, size_t *count);

/* Which figures of a row may leave the house. False: the row as a whole may not. Else counted may,
 * and the sides marked in `shown`: a side with 1 to k-1 members is withheld, and then further ones
 * (the smallest first) until what is withheld is at least two sides and at least k members, so that
 * no small figure is the rest of a subtraction. */
bool tally_row_shown(const struct tally_row *row, int64_t k, bool shown[TALLY_SIDES]);
