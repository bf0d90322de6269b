#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/journal.h"
#include "ledger/log/account.h"
#include "ledger/audit/audit.h"
#include "ledger/audit/audit_choice.h"
#include "ledger/audit/audit_promise.h"
#include "ledger/earmark/earmark.h"
#include "ledger/log/file.h"
#include "ledger/log/leaf.h"
#include "ledger/log/table.h"
#include "ledger/desk/tools.h"

/* What an auditor works out from leaves and openings alone: two walks of the ledger. The first
 * notes keys, rules, rewards and reveals; the second holds every commitment against its opening.
 * Then each reward must lead to a promise. */

enum { PAGE = 1000, FILE_MAX = 1 << 30, ARENA = 2000 << 20 };

struct paid {
    uint8_t campaign[16];
    int64_t cents, promised; /* promised: most that its revealed promises come to */
    uint64_t seq;
    bool revealed;
};
struct reveal {
    uint64_t commitment, seq;
    size_t paid; /* SIZE_MAX: no reward of that id */
};
struct opened {
    struct earmark terms;
    bool is;
};
struct month_end {
    uint64_t seq;
    int64_t at_ms;
};
struct auditor {
    struct arena page; /* what is read of the ledger at a time */
    struct log *log;
    struct table keys, rules, rewards, commitments, escrows;
    struct paid *paids;
    struct reveal *reveals;
    struct opened *openeds; /* by the index of their commitment */
    size_t paid_room, reveal_room, opened_room, reveal_count;
    uint64_t due_below; /* commitments below it must all be open */
    struct month_end *closes;
    size_t close_room, close_count;
    int64_t last_ms; /* when the last leaf was written */
    struct text file;
    struct promise_audit *promises;
    struct choice_audit *choices; /* NULL: without the journal */
    struct opening_report *report;
};

static bool fault(struct auditor *a, uint64_t leaf, const char *what)
{
    a->report->leaf = (int64_t)leaf;
    a->report->what = what;
    return false;
}

/* A hash as a key of a table; half of it is still 2^64 tries away from another. */
static bool note(struct table *table, const uint8_t *hash)
{
    bool fresh;
    (void)table_put(table, hash, &fresh);
    return fresh;
}

static bool walk(struct auditor *a, bool (*visit)(struct auditor *a, const struct leaf *leaf))
{
    int64_t after = 0;
    for (size_t count = 1; count > 0;) {
        struct log_entry *entries;
        arena_reset(&a->page, 0);
        if (log_read(a->log, &a->page, after, PAGE, &entries, &count) != OK)
            return fault(a, (uint64_t)after, "the ledger cannot be read");
        for (size_t i = 0; i < count; i++) {
            struct leaf leaf;
            after = entries[i].seq;
            if (leaf_decode(entries[i].body, &leaf, NULL) != OK)
                return fault(a, (uint64_t)after - 1, "it is no leaf");
            if (!visit(a, &leaf))
                return false;
        }
    }
    return true;
}

/* --- the first walk --- */

static bool facts_visit(struct auditor *a, const struct leaf *leaf)
{
    size_t index;
    a->last_ms = (int64_t)leaf->tick * 1000;
    switch (leaf->kind) {
    case LEAF_KEY:
        if (leaf->key.type == KEY_SPONSOR)
            (void)note(&a->keys, leaf->key.public_key);
        return true;
    case LEAF_ACCOUNT:
        if (leaf->account.code == ACCOUNT_ESCROW)
            (void)note(&a->escrows, leaf->account.id);
        return true;
    case LEAF_RULESET:
        (void)note(&a->rules, leaf->ruleset.sha256);
        return true;
    case LEAF_TRANSFER:
        a->report->corrections += leaf->transfer.code == TRANSFER_CORRECTION &&
                                  table_find(&a->escrows, leaf->transfer.debit) != SIZE_MAX;
        if (leaf->transfer.code != TRANSFER_REWARD)
            return true;
        index = table_put(&a->rewards, leaf->transfer.id, NULL);
        a->paids = table_room(a->paids, &a->paid_room, index + 1, sizeof *a->paids);
        a->paids[index] = (struct paid){.cents = (int64_t)leaf->transfer.amount, .seq = leaf->seq};
        memcpy(a->paids[index].campaign, leaf->transfer.ref, 16);
        return true;
    case LEAF_REVEAL:
        a->reveals =
            table_room(a->reveals, &a->reveal_room, a->reveal_count + 1, sizeof *a->reveals);
        a->reveals[a->reveal_count++] =
            (struct reveal){.commitment = leaf->reveal.commitment,
                            .seq = leaf->seq,
                            .paid = table_find(&a->rewards, leaf->reveal.transfer)};
        return true;
    case LEAF_CLOSE:
        if (leaf->close.rail != 0)
            return true;
        a->closes = table_room(a->closes, &a->close_room, a->close_count + 1, sizeof *a->closes);
        a->closes[a->close_count++] = (struct month_end){leaf->seq, a->last_ms};
        return true;
    default:
        return true;
    }
}

/* --- the second --- */

/* The opening of this leaf, which is the file's next line, or NO_BYTES. */
static struct bytes opening_next(struct auditor *a, uint64_t seq)
{
    struct text rest = a->file, line, number, commitment;
    int64_t at;
    if (!text_next(&rest, '\n', &line) || !text_next(&line, '\t', &number) ||
        !text_int(number, 0, INT64_MAX, &at) || (uint64_t)at != seq)
        return NO_BYTES;
    a->file = rest;
    return text_next(&line, '\t', &commitment) ? base64_read(&a->page, line) : NO_BYTES;
}

/* What it promises, next to what is there to be paid. */
static bool promise_visit(struct auditor *a, const struct leaf *leaf, const struct earmark *terms)
{
    uint64_t seq = leaf->seq;
    const char *why = promise_audit_take(a->promises, leaf, terms, &seq);
    if (why == NULL && a->choices != NULL)
        why = choice_audit_take(a->choices, leaf, terms, leaf->seq <= a->due_below, &seq);
    return why == NULL || fault(a, seq, why);
}

static bool commitments_visit(struct auditor *a, const struct leaf *leaf)
{
    uint8_t commitment[32], key[16];
    struct opened opened = {.is = true};
    const char *why = NULL;
    if (leaf->kind != LEAF_COMMITMENT)
        return promise_visit(a, leaf, NULL);
    a->report->commitments++;
    struct bytes opening = opening_next(a, leaf->seq);
    if (opening.data == NULL) {
        a->report->closed++;
        if (leaf->seq < a->due_below)
            return fault(a, leaf->seq, "its commitment was not opened");
        return promise_visit(a, leaf, NULL);
    }
    if (opening.size != EARMARK_OPENING_SIZE)
        return fault(a, leaf->seq, "its opening is of another size");
    earmark_commitment(opening.data, commitment);
    if (memcmp(commitment, leaf->commitment, 32) != 0)
        return fault(a, leaf->seq, "its opening is not what was committed to");
    if (earmark_read(opening, &opened.terms, &why) != OK)
        return fault(a, leaf->seq, why);
    a->report->dummies += opened.terms.kind == EARMARK_DUMMY;
    if (opened.terms.kind != EARMARK_DUMMY) {
        if (table_find(&a->keys, opened.terms.sponsor_key) == SIZE_MAX)
            return fault(a, leaf->seq, "its key is no sponsor's in the ledger");
        if (table_find(&a->rules, opened.terms.rule) == SIZE_MAX)
            return fault(a, leaf->seq, "its rule is none that stands in the ledger");
        if (opened.terms.by.script && table_find(&a->rules, opened.terms.by.sha256) == SIZE_MAX)
            return fault(a, leaf->seq, "its selector is none that stands in the ledger");
    }
    table_key(key, (int64_t)leaf->seq, 0);
    size_t index = table_put(&a->commitments, key, NULL);
    a->openeds = table_room(a->openeds, &a->opened_room, index + 1, sizeof *a->openeds);
    a->openeds[index] = opened;
    return promise_visit(a, leaf, &opened.terms);
}

/* --- every reward leads to a promise that was there before --- */

static bool reveal_check(struct auditor *a, const struct reveal *reveal)
{
    uint8_t key[16];
    table_key(key, (int64_t)reveal->commitment, 0);
    size_t index = table_find(&a->commitments, key);
    if (reveal->paid == SIZE_MAX)
        return fault(a, reveal->seq, "it names no reward");
    struct paid *paid = &a->paids[reveal->paid];
    paid->revealed = true;
    if (index == SIZE_MAX)
        return reveal->seq >= a->due_below || fault(a, reveal->seq, "what it names was not opened");
    const struct earmark *terms = &a->openeds[index].terms;
    if (reveal->commitment >= paid->seq)
        return fault(a, reveal->seq, "the promise came after the payment");
    if (terms->kind == EARMARK_DUMMY)
        return fault(a, reveal->seq, "a dummy cannot pay");
    if (memcmp(terms->campaign, paid->campaign, 16) != 0)
        return fault(a, reveal->seq, "the promise is of another campaign");
    paid->promised += terms->amount;
    return true;
}

static bool rewards_check(struct auditor *a)
{
    for (size_t i = 0; i < a->reveal_count; i++)
        if (!reveal_check(a, &a->reveals[i]))
            return false;
    for (size_t i = 0; i < a->rewards.count; i++) {
        const struct paid *paid = &a->paids[i];
        if (!paid->revealed)
            return fault(a, paid->seq, "it was paid for no promise");
        if (paid->promised > 0 && paid->cents > paid->promised)
            return fault(a, paid->seq, "more was paid than was promised");
        a->report->rewards++;
    }
    return true;
}

/* The last close after which all commitments before it had to be open when the ledger was copied:
 * its embargo was over, and the month that was open then is closed too. */
static uint64_t due_below(const struct auditor *a)
{
    int64_t over_ms = a->last_ms - conf_int("ledger.embargo_days") * DAY_MS;
    uint64_t due = 0;
    for (size_t i = 0; i + 1 < a->close_count; i++)
        if (a->closes[i].at_ms <= over_ms)
            due = a->closes[i].seq;
    return due;
}

/* Both walks, and then each reward. */
static void walks(struct auditor *a)
{
    uint64_t seq = 0;
    if (!walk(a, facts_visit))
        return;
    a->due_below = due_below(a);
    if (!walk(a, commitments_visit) || !rewards_check(a))
        return;
    const char *why = promise_audit_end(a->promises, &seq);
    if (why != NULL)
        (void)fault(a, seq, why);
    else if (a->file.size > 0)
        (void)fault(a, (uint64_t)a->report->commitments, "lines are left that open nothing");
    a->report->batches = promise_audit_batches(a->promises);
}

/* The journal, whole as it was chained; the anchors say that it is the right one. */
static enum result choices_open(struct auditor *a, struct log **journal, struct text selection)
{
    int64_t bad = 0;
    const char *why = NULL;
    enum result result = log_open(journal, "journal", LOG_READ, 0);
    if (result == OK)
        result = journal_verify(*journal, &a->page, NULL, &bad, &why);
    if (result == INVALID)
        (void)fault(a, 0, "the journal was changed: `verify` names the event");
    a->choices = choice_audit_open(*journal, selection);
    return result;
}

static void voids_tell(const struct auditor *a)
{
    const struct opening_void *voids;
    if (a->choices == NULL)
        return;
    a->report->chosen = choice_audit_payments(a->choices);
    a->report->voids = (int64_t)choice_audit_voids(a->choices, &voids);
    for (int64_t i = 0; i < a->report->voids && i < OPENING_VOIDS_MAX; i++)
        a->report->voided[i] = voids[i];
}

enum result audit_openings(struct text openings, struct text selection,
                           struct opening_report *report)
{
    static struct auditor a;
    struct log *journal = NULL;
    *report = (struct opening_report){.leaf = -1};
    a = (struct auditor){.file = openings, .report = report};
    arena_open(&a.page, 64 << 20);
    enum result result = log_open(&a.log, "ledger", LOG_READ, 0);
    a.promises = promise_audit_open();
    if (result == OK && selection.data != NULL)
        result = choices_open(&a, &journal, selection);
    if (result == OK)
        walks(&a);
    voids_tell(&a);
    promise_audit_close(a.promises);
    choice_audit_close(a.choices);
    if (journal != NULL)
        log_close(journal);
    if (a.log != NULL)
        log_close(a.log);
    table_close(&a.keys);
    table_close(&a.rules);
    table_close(&a.rewards);
    table_close(&a.commitments);
    table_close(&a.escrows);
    free(a.paids);
    free(a.reveals);
    free(a.openeds);
    free(a.closes);
    arena_close(&a.page);
    return result == OK && report->what != NULL ? INVALID : result;
}

int tool_audit(const char *path, const char *selection)
{
    struct arena arena;
    struct bytes content = NO_BYTES, said = NO_BYTES;
    static struct opening_report report;
    report = (struct opening_report){.what = "a file cannot be read", .leaf = -1};
    arena_open(&arena, ARENA);
    enum result result = file_read(&arena, path, FILE_MAX, &content);
    if (result == OK && selection != NULL)
        result = file_read(&arena, selection, FILE_MAX, &said);
    if (result == OK)
        result = audit_openings((struct text){(const char *)content.data, content.size},
                                (struct text){(const char *)said.data, said.size}, &report);
    arena_close(&arena);
    for (int64_t i = 0; i < report.voids && i < OPENING_VOIDS_MAX; i++)
        printf("void: the earmark of leaf %llu: %s\n", (unsigned long long)report.voided[i].leaf,
               report.voided[i].why);
    if (result == OK) {
        printf(
            "nothing was chosen afterwards: %lld commitments in %lld batches of one size, %lld of "
            "them dummies, %lld not due yet; %lld rewards, each promised before, within its cap "
            "and its campaign's escrow\n",
            (long long)report.commitments, (long long)report.batches, (long long)report.dummies,
            (long long)report.closed, (long long)report.rewards);
        if (report.corrections > 0)
            printf("beside them %lld corrections, which two admins granted and `replay` judges\n",
                   (long long)report.corrections);
        if (selection != NULL)
            printf("chosen again from the journal: %lld payments went to members who had done what "
                   "the earmark is on; %lld earmarks were void\n",
                   (long long)report.chosen, (long long)report.voids);
        return 0;
    }
    fprintf(stderr, "not proven: leaf %lld: %s\n", (long long)report.leaf,
            report.what == NULL ? result_name(result) : report.what);
    return 1;
}
