#pragma once
/* The books' rules once more, as plainly as they can be said: arrays, no store, no bytes, no code
 * of the ledger. Answers are the names of ledger/log/book.h's refusals, in its order. Included by
 * one test file each. */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Accounts are numbered; 0 and those above MODEL_ACCOUNTS do not exist. Currencies: 0 USD with 2
 * decimal places, 1 EUR with 2, 2 USD with none, 3 and more are none. */
enum { MODEL_ACCOUNTS = 10, MODEL_CURRENCIES = 3 };

struct operation {
    uint64_t id, debit, credit, pending; /* 0: none */
    uint64_t amount;
    uint32_t code, timeout;
    uint8_t flags; /* 0, 2 pending, 4 post, 8 void */
    uint8_t currency, ref, meta;
};

enum bound { FREE, DEBITS, CREDITS }; /* which side may not exceed the other */
struct model_account {
    enum bound bound;
    uint8_t currency;
    int64_t debits_pending, debits_posted, credits_pending, credits_posted;
};
enum fate { UNUSED_ID, MADE, POSTED, VOIDED };

/* A rule that a model may get wrong, for controls. */
enum mistake {
    NO_MISTAKE,
    FORGETS_FAILED,
    ALLOWS_OVERDRAFT,
    HOLD_COUNTS_FOR_NOTHING,
    RESOLVES_TWICE,
    POSTS_MORE,
    VOID_PAYS,
    PENDING_BEFORE_CURRENCY,
    AMOUNT_BEFORE_CREDIT,
    LOSES_A_CENT,
    MISTAKES
};

struct model {
    struct model_account accounts[MODEL_ACCOUNTS + 1];
    struct operation *made; /* by id */
    uint8_t *fate;          /* by id: enum fate */
    uint64_t *seq;          /* by id */
    bool *failed;           /* by id */
    uint64_t size;          /* leaves */
    enum mistake mistake;
};

static const struct model_account model_chart[MODEL_ACCOUNTS + 1] = {
    {0},
    {CREDITS, .currency = 0},
    {DEBITS, .currency = 0},
    {DEBITS, .currency = 0},
    {DEBITS, .currency = 0},
    {DEBITS, .currency = 0},
    {FREE, .currency = 0},
    {FREE, .currency = 0},
    {FREE, .currency = 1},
    {DEBITS, .currency = 1},
    {FREE, .currency = 2},
};

static void model_open(struct model *model, uint64_t ids, enum mistake mistake)
{
    *model = (struct model){.size = MODEL_ACCOUNTS, .mistake = mistake};
    memcpy(model->accounts, model_chart, sizeof model_chart);
    model->made = calloc(ids, sizeof *model->made);
    model->fate = calloc(ids, sizeof *model->fate);
    model->seq = calloc(ids, sizeof *model->seq);
    model->failed = calloc(ids, sizeof *model->failed);
    assert(model->made && model->fate && model->seq && model->failed);
}

static void model_close(struct model *model)
{
    free(model->made);
    free(model->fate);
    free(model->seq);
    free(model->failed);
}

static bool model_malformed(const struct operation *o)
{
    bool resolves = o->flags == 4 || o->flags == 8;
    if (o->flags != 0 && o->flags != 2 && !resolves)
        return true;
    return o->id == 0 || o->amount == 0 || o->amount > 9007199254740991 ||
           o->currency >= MODEL_CURRENCIES || resolves != (o->pending != 0) ||
           (o->timeout != 0 && o->flags != 2);
}

static const char *model_same_id(const struct model *model, const struct operation *o)
{
    const struct operation *m = &model->made[o->id];
    if (o->flags != m->flags)
        return "exists_with_other_flags";
    if (o->pending != m->pending)
        return "exists_with_other_pending_id";
    if (o->timeout != m->timeout)
        return "exists_with_other_timeout";
    if (o->debit != m->debit)
        return "exists_with_other_debit_account";
    if (model->mistake == AMOUNT_BEFORE_CREDIT && o->amount != m->amount)
        return "exists_with_other_amount";
    if (o->credit != m->credit)
        return "exists_with_other_credit_account";
    if (o->amount != m->amount)
        return "exists_with_other_amount";
    if (o->currency != m->currency)
        return "exists_with_other_currency";
    if (o->code != m->code)
        return "exists_with_other_code";
    if (o->ref != m->ref)
        return "exists_with_other_ref";
    return o->meta != m->meta ? "exists_with_other_meta" : "exists";
}

static const char *model_hold(const struct model *model, const struct operation *o)
{
    if (model->fate[o->pending] == UNUSED_ID)
        return "no_pending_transfer";
    const struct operation *hold = &model->made[o->pending];
    if (hold->flags != 2)
        return "not_pending";
    if (hold->debit != o->debit || hold->credit != o->credit)
        return "pending_has_other_accounts";
    bool fits = o->flags == 4 ? o->amount <= hold->amount : o->amount == hold->amount;
    if (!fits && !(model->mistake == POSTS_MORE && o->flags == 4))
        return "pending_amount_differs";
    if (model->fate[o->pending] == POSTED && model->mistake != RESOLVES_TWICE)
        return "pending_was_posted";
    return model->fate[o->pending] == VOIDED ? "pending_was_voided" : NULL;
}

/* The two accounts as they would be afterwards; why that may not be, or NULL. */
static const char *model_move(const struct model *model, const struct operation *o,
                              struct model_account *debit, struct model_account *credit)
{
    const int64_t limit = (int64_t)1 << 62, amount = (int64_t)o->amount;
    if (o->flags == 4 || o->flags == 8) {
        debit->debits_pending -= (int64_t)model->made[o->pending].amount;
        credit->credits_pending -= (int64_t)model->made[o->pending].amount;
    }
    if (o->flags == 2) {
        debit->debits_pending += amount;
        credit->credits_pending += amount;
        if (debit->debits_pending >= limit || credit->credits_pending >= limit)
            return "overflows";
    } else {
        bool moves = o->flags != 8 || model->mistake == VOID_PAYS;
        debit->debits_posted += moves ? amount : 0;
        credit->credits_posted += moves ? amount - (model->mistake == LOSES_A_CENT) : 0;
        if (debit->debits_posted >= limit || credit->credits_posted >= limit)
            return "overflows";
    }
    int64_t held = model->mistake == HOLD_COUNTS_FOR_NOTHING ? 0 : debit->debits_pending;
    if (debit->bound == DEBITS && held + debit->debits_posted > debit->credits_posted &&
        model->mistake != ALLOWS_OVERDRAFT)
        return "exceeds_credits";
    if (credit->bound == CREDITS &&
        credit->credits_pending + credit->credits_posted > credit->debits_posted)
        return "exceeds_debits";
    return NULL;
}

static const char *model_judge(struct model *model, const struct operation *o,
                               struct model_account *debit, struct model_account *credit)
{
    bool resolves = o->flags == 4 || o->flags == 8;
    if (o->debit == 0 || o->debit > MODEL_ACCOUNTS)
        return "no_debit_account";
    if (o->credit == 0 || o->credit > MODEL_ACCOUNTS)
        return "no_credit_account";
    *debit = model->accounts[o->debit];
    *credit = model->accounts[o->credit];
    const char *why = resolves ? model_hold(model, o) : NULL;
    if (model->mistake == PENDING_BEFORE_CURRENCY && why != NULL)
        return why;
    if (debit->currency != credit->currency || debit->currency != o->currency)
        return "currencies_differ";
    return why != NULL ? why : model_move(model, o, debit, credit);
}

/* Do it, and say what came of it. */
static const char *model_do(struct model *model, const struct operation *o)
{
    struct model_account debit, credit;
    if (model_malformed(o))
        return "malformed";
    if (model->fate[o->id] != UNUSED_ID)
        return model_same_id(model, o);
    if (model->failed[o->id] && model->mistake != FORGETS_FAILED)
        return "failed_before";
    if (o->debit == o->credit)
        return "same_accounts";
    const char *why = model_judge(model, o, &debit, &credit);
    if (why != NULL) {
        model->failed[o->id] = true;
        return why;
    }
    model->accounts[o->debit] = debit;
    model->accounts[o->credit] = credit;
    model->made[o->id] = *o;
    model->fate[o->id] = MADE;
    model->seq[o->id] = model->size++;
    if (o->pending != 0)
        model->fate[o->pending] = o->flags == 4 ? POSTED : VOIDED;
    return "created";
}
