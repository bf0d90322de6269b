#pragma once
/* Counting votes for releases. Of all a member does in a question's thread the first vote alone
 * counts, in the month it was cast; what is cast or changed later counts nowhere, so no two
 * releases can be subtracted from each other. And of a member at most TALLY_CAP votes in one topic
 * and quarter count at all: who answers fifty questions in one field always the same way could be
 * known by the sum, however noisy each answer is. Which ones is chosen by a secret key, never by
 * how they were cast.
 *
 * The first TALLY_CAP_FEW of them count everywhere; the rest only in questions that are large by
 * their released figure (measure.h), so both kinds are counted apart. */
#include "core/arena.h"
#include "insight/group.h"
#include "insight/table.h"

enum { TALLY_CAP_FEW = 3, TALLY_CAP = 5, TALLY_TOPICS_MAX = 8, TALLY_KEY_SIZE = 32 };
enum side { SIDE_CORROBORATE, SIDE_DISPUTE, SIDE_CANNOT_SAY, SIDES };
enum tier { TIER_FIRST, TIER_FURTHER, TIERS };

struct counts {
    int32_t of[TIERS][GROUPS][SIDES];
    int32_t parts[MARGINS][PARTS][SIDES]; /* both tiers: they are measured together or not at all */
};

struct tally_row {
    int64_t question;
    const struct counts *counts; /* NULL: nobody voted */
};

struct tally_question {
    int64_t id, at_ms;
    int32_t topics[TALLY_TOPICS_MAX]; /* numbers from 1; 0: no further one */
    bool is_dropped;
};
struct tally_vote {
    uint64_t order;        /* by the secret key */
    int64_t member, place; /* of the question */
    uint8_t side;
};

struct tally {
    uint8_t key[TALLY_KEY_SIZE];
    struct tally_question *questions; /* in order of id */
    size_t question_count, question_room;
    struct tally_vote *votes; /* of the month so far */
    size_t vote_count, vote_room;
    struct table places; /* question -> place + 1 */
    struct table topics; /* digest of a topic's name -> its number */
    struct table seen;   /* (member, place + 1) -> 1 */
    struct table used;   /* (member, topic) -> votes counted this quarter */
    struct table groups; /* member -> group + 1 */
    struct table told;   /* member -> margin * PARTS + part + 1 */
};

void tally_open(struct tally *tally, const uint8_t key[TALLY_KEY_SIZE]);
void tally_close(struct tally *tally);
/* Questions in order of their ids; topics: names by blanks. */
void tally_question(struct tally *tally, int64_t question, int64_t at_ms, struct text topics);
/* The question is withheld, or back again: its votes of the month count nowhere; those cast from
 * then on count. */
void tally_drop(struct tally *tally, int64_t question, bool is_dropped);
void tally_member(struct tally *tally, int64_t member, int group);
/* What the member told as it now stands: part from 0; -1: nothing. What stands when a month is over
 * holds for all of its votes. */
void tally_told(struct tally *tally, int64_t member, enum margin margin, int part);
/* stance as in the event: 1 corroborate, 2 dispute, 3 cannot say. A thread that is not a question
 * of a member's counts nowhere. */
void tally_vote(struct tally *tally, int64_t question, int64_t member, int64_t stance);
/* The month is over: every question asked since `since_ms` and not dropped, in order of id, with
 * what was counted. All of them, voted on or not: what stands in the list tells nothing. */
struct tally_row *tally_take(struct tally *tally, struct arena *arena, int64_t since_ms,
                             size_t *count);
/* A new quarter begins. */
void tally_quarter(struct tally *tally);
