#include "ledger/audit/audit_promise.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "ledger/log/account.h"
#include "ledger/log/table.h"

struct promise {
    size_t campaign;
    int64_t amount, cap, payees_max, from_ms, to_ms;
    int64_t payees, least; /* least: cents that nothing else explains */
    bool closed;
};
struct campaign {
    int64_t balance; /* of its escrow */
    int64_t open;    /* sum of its open promises' caps */
};
struct reward {
    int64_t cents, amounts; /* amounts: of all promises it is revealed with */
    bool unknown;           /* one of them is not opened */
};
/* A promise paid in the close that is being read. */
struct share {
    size_t promise, reward;
    uint64_t seq;
};
struct batch {
    uint64_t first;
    int64_t places, commitments;
    bool anchored, key_last;
};
struct promise_audit {
    struct table campaigns, escrows, promises, rewards;
    struct campaign *campaign;
    size_t *of_escrow; /* campaign of an escrow account */
    struct promise *promise;
    struct reward *reward;
    size_t *open; /* promises of months not closed yet */
    struct share *shares;
    size_t campaign_room, escrow_room, promise_room, reward_room, open_room, share_room;
    size_t open_count, share_count;
    struct batch batch;   /* the run of places that is being read */
    int64_t places;       /* of every batch of this month; 0: none yet */
    int64_t places_maybe; /* of one that may have been one smaller; 0: none */
    int64_t month_ms;     /* start of the next month to be closed; -1 before the first leaf */
    int64_t batches;
    bool anchors; /* one was seen: from here on every batch has one */
    bool after_anchor;
};

struct promise_audit *promise_audit_open(void)
{
    struct promise_audit *audit = calloc(1, sizeof *audit);
    assert(audit != NULL);
    audit->month_ms = -1;
    return audit;
}

void promise_audit_close(struct promise_audit *audit)
{
    table_close(&audit->campaigns);
    table_close(&audit->escrows);
    table_close(&audit->promises);
    table_close(&audit->rewards);
    free(audit->campaign);
    free(audit->of_escrow);
    free(audit->promise);
    free(audit->reward);
    free(audit->open);
    free(audit->shares);
    free(audit);
}

int64_t promise_audit_batches(const struct promise_audit *audit)
{
    return audit->batches;
}

/* --- batches --- */

/* The run of places has ended; `next` is what stands behind it. The key the house makes for a new
 * sponsor stands outside of batches, before the campaign's account: directly behind a batch it
 * looks like one place more. */
static const char *batch_end(struct promise_audit *audit, enum leaf_kind next, uint64_t *seq)
{
    struct batch batch = audit->batch;
    audit->batch = (struct batch){0};
    *seq = batch.first;
    if (batch.places == 0 || (batch.commitments == 0 && !batch.anchored))
        return NULL;
    if (audit->anchors && !batch.anchored)
        return "a commitment stands outside of a batch";
    audit->batches++;
    bool maybe_more = batch.key_last && next == LEAF_ACCOUNT;
    if (audit->places == 0 && !maybe_more &&
        (audit->places_maybe == 0 || audit->places_maybe == batch.places ||
         audit->places_maybe - 1 == batch.places))
        audit->places = batch.places;
    else if (audit->places == 0 && !maybe_more)
        return "its batch has more or fewer places than the month's others";
    else if (audit->places == 0)
        audit->places_maybe = batch.places;
    if (audit->places == 0 || batch.places == audit->places ||
        (maybe_more && batch.places - 1 == audit->places))
        return NULL;
    return "its batch has more or fewer places than the month's others";
}

static const char *batch_take(struct promise_audit *audit, const struct leaf *leaf, uint64_t *seq)
{
    bool place = leaf->kind == LEAF_COMMITMENT || leaf->kind == LEAF_KEY;
    bool before = leaf->kind == LEAF_RULESET && audit->batch.places == 0;
    const char *why = NULL;
    if (!place && !before) {
        why = batch_end(audit, leaf->kind, seq);
        audit->after_anchor = leaf->kind == LEAF_ANCHOR;
        audit->anchors |= audit->after_anchor;
        return why;
    }
    if (before)
        return NULL;
    if (audit->batch.places == 0)
        audit->batch = (struct batch){.first = leaf->seq, .anchored = audit->after_anchor};
    audit->after_anchor = false;
    audit->batch.places++;
    audit->batch.commitments += leaf->kind == LEAF_COMMITMENT;
    audit->batch.key_last = leaf->kind == LEAF_KEY;
    return NULL;
}

/* --- money --- */

static size_t campaign_of(struct promise_audit *audit, const uint8_t id[16])
{
    size_t index = table_put(&audit->campaigns, id, NULL);
    audit->campaign =
        table_room(audit->campaign, &audit->campaign_room, index + 1, sizeof *audit->campaign);
    return index;
}

static void escrow_move(struct promise_audit *audit, const uint8_t account[16], int64_t cents)
{
    size_t index = table_find(&audit->escrows, account);
    if (index != SIZE_MAX)
        audit->campaign[audit->of_escrow[index]].balance += cents;
}

static void transfer_take(struct promise_audit *audit, const struct leaf *leaf)
{
    const struct leaf_transfer *transfer = &leaf->transfer;
    if (transfer->code == TRANSFER_FUND) {
        size_t index = table_put(&audit->escrows, transfer->credit, NULL);
        audit->of_escrow =
            table_room(audit->of_escrow, &audit->escrow_room, index + 1, sizeof *audit->of_escrow);
        audit->of_escrow[index] = campaign_of(audit, transfer->ref);
    }
    if (leaf->flags == TRANSFER_PENDING || leaf->flags == TRANSFER_VOID)
        return;
    escrow_move(audit, transfer->debit, -(int64_t)transfer->amount);
    escrow_move(audit, transfer->credit, (int64_t)transfer->amount);
    if (transfer->code != TRANSFER_REWARD)
        return;
    size_t index = table_put(&audit->rewards, transfer->id, NULL);
    audit->reward =
        table_room(audit->reward, &audit->reward_room, index + 1, sizeof *audit->reward);
    audit->reward[index].cents = (int64_t)transfer->amount;
}

static const char *promise_take(struct promise_audit *audit, const struct leaf *leaf,
                                const struct earmark *terms)
{
    uint8_t key[16];
    table_key(key, (int64_t)leaf->seq, 0);
    size_t index = table_put(&audit->promises, key, NULL);
    audit->promise =
        table_room(audit->promise, &audit->promise_room, index + 1, sizeof *audit->promise);
    audit->promise[index] = (struct promise){.campaign = campaign_of(audit, terms->campaign),
                                             .amount = terms->amount,
                                             .cap = terms->cap,
                                             .payees_max = terms->payees_max,
                                             .from_ms = terms->valid_from_s * 1000,
                                             .to_ms = terms->valid_to_s * 1000};
    audit->open =
        table_room(audit->open, &audit->open_room, audit->open_count + 1, sizeof *audit->open);
    audit->open[audit->open_count++] = index;
    struct campaign *campaign = &audit->campaign[audit->promise[index].campaign];
    campaign->open += terms->cap;
    return campaign->open > campaign->balance
               ? "with it more is promised than lies in its campaign's escrow"
               : NULL;
}

/* --- closes --- */

/* Which promise and reward a reveal joins; one of what is not opened makes the reward's shares
 * uncertain. */
static void reveal_take(struct promise_audit *audit, const struct leaf *leaf)
{
    uint8_t key[16];
    table_key(key, (int64_t)leaf->reveal.commitment, 0);
    size_t promise = table_find(&audit->promises, key);
    size_t reward = table_find(&audit->rewards, leaf->reveal.transfer);
    if (reward == SIZE_MAX)
        return;
    if (promise == SIZE_MAX) {
        audit->reward[reward].unknown = true;
        return;
    }
    audit->reward[reward].amounts += audit->promise[promise].amount;
    audit->shares = table_room(audit->shares, &audit->share_room, audit->share_count + 1,
                               sizeof *audit->shares);
    audit->shares[audit->share_count++] = (struct share){promise, reward, leaf->seq};
}

static const char *share_check(struct promise_audit *audit, const struct share *share)
{
    struct promise *promise = &audit->promise[share->promise];
    const struct reward *reward = &audit->reward[share->reward];
    int64_t least = reward->cents - (reward->amounts - promise->amount);
    if (promise->closed)
        return "its promise ended with an earlier close";
    if (promise->to_ms < audit->month_ms || promise->from_ms >= clock_month_next(audit->month_ms))
        return "its promise is of another month than the close";
    if (++promise->payees > promise->payees_max)
        return "its promise paid more members than it names";
    if (!reward->unknown && least > 0)
        promise->least += least;
    return promise->least > promise->cap ? "its promise paid more than its cap" : NULL;
}

static const char *close_take(struct promise_audit *audit, uint64_t *seq)
{
    int64_t end_ms = clock_month_next(audit->month_ms);
    size_t kept = 0;
    for (size_t i = 0; i < audit->share_count; i++) {
        const char *why = share_check(audit, &audit->shares[i]);
        if (why != NULL) {
            *seq = audit->shares[i].seq;
            return why;
        }
    }
    for (size_t i = 0; i < audit->open_count; i++) {
        struct promise *promise = &audit->promise[audit->open[i]];
        if (promise->from_ms >= end_ms) { /* of a later month */
            audit->open[kept++] = audit->open[i];
            continue;
        }
        promise->closed = true;
        audit->campaign[promise->campaign].open -= promise->cap;
    }
    audit->open_count = kept;
    audit->share_count = 0;
    audit->month_ms = end_ms;
    audit->places = audit->places_maybe = 0;
    return NULL;
}

const char *promise_audit_take(struct promise_audit *audit, const struct leaf *leaf,
                               const struct earmark *terms, uint64_t *seq)
{
    if (audit->month_ms < 0)
        audit->month_ms = clock_month_start((int64_t)leaf->tick * 1000);
    const char *why = batch_take(audit, leaf, seq);
    if (why != NULL)
        return why;
    *seq = leaf->seq;
    switch (leaf->kind) {
    case LEAF_TRANSFER:
        transfer_take(audit, leaf);
        return NULL;
    case LEAF_COMMITMENT:
        return terms != NULL && terms->kind != EARMARK_DUMMY ? promise_take(audit, leaf, terms)
                                                             : NULL;
    case LEAF_REVEAL:
        reveal_take(audit, leaf);
        return NULL;
    case LEAF_CLOSE:
        return leaf->close.rail == 0 ? close_take(audit, seq) : NULL;
    default:
        return NULL;
    }
}

const char *promise_audit_end(struct promise_audit *audit, uint64_t *seq)
{
    return batch_end(audit, LEAF_PAD, seq);
}
