/* Votes are most of what happens, and many come at once to one thread. So what they add to totals
 * is held back until another event or the transaction's end needs it in the store, and the voters'
 * own rows are remembered as they were last written: one row of each posting is touched for a whole
 * batch of votes, and no row is read and opened again to add the next vote to it.
 *
 * What is shown of totals moves in steps (schema/board/040-steps.sql). Within one quarter of an
 * hour it makes no difference whether votes are added one by one or together, so only votes of one
 * quarter are held together. No vote touches its thread: pages change with steps alone. */
#include "board/fold/fold.h"

#include "board/board.h"
#include "core/session.h"
#include "core/step.h"
#include "core/trace.h"
#include "schema/board.h"

#include <stdlib.h>
#include <string.h>

enum { HELD_MAX = 128, OWN_SLOTS = 1024, OWN_ROW_MAX = 64 * OWN_VOTE_SIZE };

struct held_tally {
    int64_t posting;
    int64_t more[4]; /* by stance */
    int64_t patients;
    int64_t voters; /* members new to the posting */
};
/* A voter's own row for one thread, opened. */
struct own_slot {
    int64_t member, question; /* member 0: empty */
    size_t size;
    uint8_t tag[SESSION_TAG_SIZE];
    uint8_t plain[OWN_ROW_MAX];
};
struct fold_votes {
    struct held_tally tallies[HELD_MAX];
    size_t tally_count;
    int64_t step; /* the quarter they all fall into, counted from 1970 */
    struct own_slot own[OWN_SLOTS];
};

void fold_board_open(struct fold_board *fold, struct db *db, struct keyring *keys)
{
    *fold = (struct fold_board){db, keys, calloc(1, sizeof(struct fold_votes))};
    if (fold->votes == NULL)
        trace_die("fold_board_open", "reason=memory");
}

void fold_board_close(struct fold_board *fold)
{
    if (fold->votes != NULL)
        seal_wipe(fold->votes, sizeof(*fold->votes));
    free(fold->votes);
    *fold = (struct fold_board){0};
}

void fold_board_forget(void *self)
{
    const struct fold_board *fold = self;
    seal_wipe(fold->votes, sizeof(*fold->votes));
}

enum result fold_board_settle(void *self)
{
    const struct fold_board *fold = self;
    struct fold_votes *votes = fold->votes;
    enum result result = OK;
    int64_t at_ms = votes->step * STEP_MS;
    for (size_t i = 0; i < votes->tally_count && result == OK; i++) {
        const struct held_tally *t = &votes->tallies[i];
        result = board_tally_add(fold->db, t->posting, t->more[STANCE_CORROBORATE],
                                 t->more[STANCE_DISPUTE], t->more[STANCE_CANNOT_SAY], t->patients,
                                 t->voters, STEP_VOTERS, at_ms, step_end_ms(at_ms));
    }
    votes->tally_count = 0;
    return result;
}

static struct held_tally *tally_of(struct fold_votes *votes, int64_t posting)
{
    for (size_t i = votes->tally_count; i-- > 0;)
        if (votes->tallies[i].posting == posting)
            return &votes->tallies[i];
    votes->tallies[votes->tally_count] = (struct held_tally){.posting = posting};
    return &votes->tallies[votes->tally_count++];
}

static int64_t vote_patients(int64_t stance, int64_t patients)
{
    bool saw = stance == STANCE_CORROBORATE || stance == STANCE_DISPUTE;
    return saw ? patients_least(patients) : 0;
}

static void totals_hold(struct fold_votes *votes, const struct event *event)
{
    const struct event_vote_cast *e = &event->vote_cast;
    struct held_tally *tally = tally_of(votes, e->posting);
    tally->more[e->stance]++;
    tally->more[e->was_stance]--;
    tally->patients +=
        vote_patients(e->stance, e->patients) - vote_patients(e->was_stance, e->was_patients);
    tally->voters += e->was_stance == STANCE_NONE;
}

static struct own_slot *slot_of(struct fold_votes *votes, int64_t member, int64_t question)
{
    uint64_t mixed = ((uint64_t)member * 31 + (uint64_t)question) * 0x9e3779b97f4a7c15u;
    return &votes->own[mixed >> 32 & (OWN_SLOTS - 1)];
}

enum result fold_own_read(const struct fold_board *fold, struct arena *arena,
                          const uint8_t key[KEY_SIZE], const uint8_t *tag, struct bytes *plain)
{
    struct board_own_get_row row = {NO_BYTES};
    enum result result = board_own_get(fold->db, arena, bytes_of(tag, SESSION_TAG_SIZE), &row);
    *plain = NO_BYTES;
    if (result == NOT_FOUND)
        return OK;
    if (result == OK && session_own_unbox(arena, key, row.box, plain) != OK)
        result = BROKEN;
    return result;
}

enum result fold_own_write(const struct fold_board *fold, struct arena *arena,
                           const uint8_t key[KEY_SIZE], const uint8_t *tag, int64_t seq,
                           struct bytes plain)
{
    return board_own_set(fold->db, bytes_of(tag, SESSION_TAG_SIZE),
                         session_own_box(arena, key, tag, seq, plain));
}

/* A member's own row for a thread, with `own` put into it. A member whose key is gone has no own
 * rows. */
static enum result own_put(const struct fold_board *fold, int64_t seq, int64_t member,
                           int64_t question, struct own_vote own, struct arena *arena)
{
    struct own_slot *slot = slot_of(fold->votes, member, question);
    uint8_t key[KEY_SIZE];
    struct bytes plain = bytes_of(slot->plain, slot->size);
    enum result result = keyring_view_key(fold->keys, arena, member, key);
    if (result == NOT_FOUND)
        return OK;
    if (result == OK && (slot->member != member || slot->question != question)) {
        slot->member = 0;
        session_votes_tag(slot->tag, key, question);
        result = fold_own_read(fold, arena, key, slot->tag, &plain);
    }
    if (result == OK) {
        bool there = plain.size > 0;
        plain = session_votes_put(arena, plain, own);
        result = (there ? board_own_change
                        : board_own_set)(fold->db, bytes_of(slot->tag, SESSION_TAG_SIZE),
                                         session_own_box(arena, key, slot->tag, seq, plain));
    }
    seal_wipe(key, sizeof(key));
    slot->member = result == OK && plain.size <= OWN_ROW_MAX ? member : 0;
    if (slot->member == 0)
        return result;
    slot->question = question;
    slot->size = plain.size;
    memcpy(slot->plain, plain.data, plain.size);
    return OK;
}

enum result fold_vote_cast(const struct fold_board *fold, const struct event *event,
                           struct arena *arena)
{
    const struct event_vote_cast *e = &event->vote_cast;
    struct fold_votes *votes = fold->votes;
    enum result result = OK;
    int64_t step = step_of(event->at_ms);
    if (votes->tally_count == HELD_MAX || (votes->tally_count > 0 && votes->step != step))
        result = fold_board_settle((void *)(uintptr_t)fold);
    if (result != OK)
        return result;
    votes->step = step;
    totals_hold(votes, event);
    return own_put(fold, event->seq, e->member, e->question,
                   (struct own_vote){e->posting, (uint8_t)e->stance, (uint8_t)e->patients}, arena);
}

enum result fold_totals_shown(const struct fold_board *fold, const struct event *event,
                              struct arena *arena)
{
    const struct event_totals_shown *e = &event->totals_shown;
    enum result result = board_looked_add(fold->db, e->question);
    THEN(result, own_put(fold, event->seq, e->member, e->question,
                         (struct own_vote){.posting = OWN_VOTE_LOOKED}, arena));
    return result;
}
