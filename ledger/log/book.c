#include "ledger/log/book.h"

#include <assert.h>
#include <string.h>

#include "core/trace.h"
#include "schema/book.h"
#include "schema/vault.h"

/* Totals stay below this: SQLite turns a larger integer into a REAL. */
#define TOTAL_MAX (((int64_t)1 << 62) - 1)

enum { CATCH_UP_BATCH = 2000 };

/* Each time the ledger has so many leaves more, the new ids with one of the 256 first bytes are
 * settled, so those of about half of 256 * BOOK_SETTLE_EACH leaves are in memory: ten megabytes.
 * Part of what a book says: another number needs a migration that folds anew. */
enum { BOOK_SETTLE_EACH = 2048, IDS_PAGE = 1000 };

const char *book_answer_name(enum book_answer answer)
{
    static const char *const names[BOOK_ANSWER_COUNT] = {
        [BOOK_CREATED] = "created",
        [BOOK_MALFORMED] = "malformed",
        [BOOK_EXISTS] = "exists",
        [BOOK_EXISTS_OTHER_FLAGS] = "exists_with_other_flags",
        [BOOK_EXISTS_OTHER_PENDING] = "exists_with_other_pending_id",
        [BOOK_EXISTS_OTHER_TIMEOUT] = "exists_with_other_timeout",
        [BOOK_EXISTS_OTHER_DEBIT] = "exists_with_other_debit_account",
        [BOOK_EXISTS_OTHER_CREDIT] = "exists_with_other_credit_account",
        [BOOK_EXISTS_OTHER_AMOUNT] = "exists_with_other_amount",
        [BOOK_EXISTS_OTHER_CURRENCY] = "exists_with_other_currency",
        [BOOK_EXISTS_OTHER_CODE] = "exists_with_other_code",
        [BOOK_EXISTS_OTHER_REF] = "exists_with_other_ref",
        [BOOK_EXISTS_OTHER_META] = "exists_with_other_meta",
        [BOOK_FAILED_BEFORE] = "failed_before",
        [BOOK_SAME_ACCOUNTS] = "same_accounts",
        [BOOK_NO_DEBIT] = "no_debit_account",
        [BOOK_NO_CREDIT] = "no_credit_account",
        [BOOK_CURRENCIES_DIFFER] = "currencies_differ",
        [BOOK_NO_PENDING] = "no_pending_transfer",
        [BOOK_NOT_PENDING] = "not_pending",
        [BOOK_PENDING_DIFFERS] = "pending_has_other_accounts",
        [BOOK_PENDING_TOO_SMALL] = "pending_amount_differs",
        [BOOK_PENDING_POSTED] = "pending_was_posted",
        [BOOK_PENDING_VOIDED] = "pending_was_voided",
        [BOOK_OVERFLOWS] = "overflows",
        [BOOK_EXCEEDS_CREDITS] = "exceeds_credits",
        [BOOK_EXCEEDS_DEBITS] = "exceeds_debits",
    };
    return answer >= 0 && answer < BOOK_ANSWER_COUNT ? names[answer] : "unknown";
}

bool book_answer_sticks(enum book_answer answer)
{
    return answer > BOOK_FAILED_BEFORE && answer != BOOK_SAME_ACCOUNTS &&
           answer < BOOK_ANSWER_COUNT;
}

enum result book_reload(struct book *book)
{
    struct book_head_get_row row;
    arena_reset(book->arena, 0);
    recent_close(book->recent);
    book->recent = NULL;
    memset(&book->tree, 0, sizeof book->tree);
    memset(book->prev, 0, sizeof book->prev);
    book->tick = 0;
    enum result result = book_head_get(book->db, book->arena, &row);
    if (result == NOT_FOUND)
        return OK;
    if (result != OK)
        return result;
    book->tree.size = (uint64_t)row.size;
    book->tick = (uint64_t)row.tick;
    if (row.prev.size != 32 || row.peaks.size != tree_peak_count(&book->tree) * TREE_HASH)
        return BROKEN;
    memcpy(book->prev, row.prev.data, 32);
    memcpy(book->tree.peaks, row.peaks.data, row.peaks.size);
    return OK;
}

enum result book_open(struct book *book, struct db *db, struct log *log, struct db *vault,
                      struct arena *arena)
{
    *book = (struct book){.db = db, .log = log, .vault = vault, .arena = arena};
    return book_reload(book);
}

void book_close(struct book *book)
{
    recent_close(book->recent);
    book->recent = NULL;
}

/* --- ids --- */

/* Of ids that begin with `first`, those of leaves below this one are settled, once the ledger has
 * `size` leaves. */
static int64_t settled_below(uint64_t size, uint8_t first)
{
    int64_t turns = (int64_t)(size / BOOK_SETTLE_EACH);
    int64_t turn = turns - (turns - first + RECENT_SLICES) % RECENT_SLICES;
    return turn > 0 ? turn * BOOK_SETTLE_EACH : 0;
}

/* The ids that are not settled yet, from the transfers; the first call after opening and after a
 * rollback. Resets the arena. */
static enum result recent_load(struct book *book)
{
    struct book_ids_from_row *rows;
    int64_t from = settled_below(book->tree.size, 0);
    size_t count = IDS_PAGE;
    enum result result = OK;
    if (book->recent != NULL)
        return OK;
    for (int first = 1; first < RECENT_SLICES; first++)
        if (settled_below(book->tree.size, (uint8_t)first) < from)
            from = settled_below(book->tree.size, (uint8_t)first);
    book->recent = recent_open();
    while (result == OK && count == IDS_PAGE) {
        arena_reset(book->arena, 0);
        result = book_ids_from(book->db, book->arena, from, IDS_PAGE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            from = rows[i].seq + 1;
            if (rows[i].id.size != 16)
                result = BROKEN;
            else if (rows[i].seq >= settled_below(book->tree.size, rows[i].id.data[0]) &&
                     !recent_add(book->recent, rows[i].id.data, rows[i].seq))
                result = BROKEN;
        }
    }
    arena_reset(book->arena, 0);
    if (result != OK)
        book_close(book);
    return result;
}

/* The leaf of the transfer with this id; recent_load was called. */
static enum result id_find(struct book *book, const uint8_t id[16], int64_t *seq)
{
    struct book_id_settled_find_row row;
    *seq = recent_find(book->recent, id);
    if (*seq >= 0)
        return OK;
    enum result result = book_id_settled_find(book->db, book->arena, bytes_of(id, 16), &row);
    if (result == OK)
        *seq = row.seq;
    return result;
}

static enum result transfer_find(struct book *book, const uint8_t id[16],
                                 struct book_transfer_at_row *row)
{
    int64_t seq;
    enum result result = id_find(book, id, &seq);
    if (result == OK)
        result = book_transfer_at(book->db, book->arena, seq, row);
    return result;
}

enum result book_transfer(struct book *book, const uint8_t id[16], uint64_t *seq)
{
    int64_t found;
    enum result result = recent_load(book);
    if (result == OK)
        result = id_find(book, id, &found);
    if (result == OK)
        *seq = (uint64_t)found;
    return result;
}

/* An id is used once, whether it is found among the new ones or the settled. */
static enum result id_take(struct book *book, const struct leaf *leaf)
{
    int64_t seq;
    enum result result = id_find(book, leaf->transfer.id, &seq);
    if (result != NOT_FOUND)
        return result == OK ? CONFLICT : result;
    return recent_add(book->recent, leaf->transfer.id, (int64_t)leaf->seq) ? OK : CONFLICT;
}

/* What 190-id.sql tells of, once the ledger has `size` leaves. */
static enum result ids_settle(struct book *book, uint64_t size)
{
    uint8_t first = (uint8_t)(size / BOOK_SETTLE_EACH % RECENT_SLICES);
    size_t count;
    enum result result = OK;
    if (size % BOOK_SETTLE_EACH != 0)
        return OK;
    const struct recent_id *ids = recent_take(book->recent, first, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        result = book_id_settle(book->db, bytes_of(ids[i].id, 16), ids[i].seq);
    recent_forget(book->recent, first);
    return result == CONFLICT ? BROKEN : result;
}

/* --- reading --- */

enum result book_account(struct book *book, const uint8_t id[16], struct book_account *account)
{
    struct book_account_find_row row;
    enum result result = book_account_find(book->db, book->arena, bytes_of(id, 16), &row);
    if (result != OK)
        return result;
    if (row.currency.size != 3)
        return BROKEN;
    *account = (struct book_account){
        .seq = row.seq,
        .code = (uint32_t)row.code,
        .flags = (uint16_t)row.flags,
        .exponent = (uint8_t)row.exponent,
        .debits_pending = row.debits_pending,
        .debits_posted = row.debits_posted,
        .credits_pending = row.credits_pending,
        .credits_posted = row.credits_posted,
    };
    memcpy(account->id, id, 16);
    memcpy(account->currency, row.currency.data, 3);
    return OK;
}

enum result book_leaf(struct book *book, struct arena *arena, uint64_t seq, struct bytes *leaf)
{
    struct log_entry *entries;
    size_t count;
    enum result result = log_read(book->log, arena, (int64_t)seq, 1, &entries, &count);
    if (result != OK)
        return result;
    if (count == 0)
        return NOT_FOUND;
    *leaf = entries[0].body;
    return OK;
}

static enum result source_hashes(void *self, int row, uint64_t first, size_t count,
                                 uint8_t (*out)[TREE_HASH])
{
    struct book *book = self;
    size_t got = 0;
    enum result result;
    arena_reset(book->arena, 0);
    if (row == 0) {
        struct log_entry *entries;
        result = log_read(book->log, book->arena, (int64_t)first, count, &entries, &got);
        for (size_t i = 0; result == OK && i < got; i++)
            memcpy(out[i], entries[i].digest, TREE_HASH);
    } else {
        struct book_nodes_row *rows;
        result =
            book_nodes(book->db, book->arena, row, (int64_t)first, (int64_t)count, &rows, &got);
        for (size_t i = 0; result == OK && i < got; i++) {
            if (rows[i].place != (int64_t)(first + i) || rows[i].hash.size != TREE_HASH)
                return BROKEN;
            memcpy(out[i], rows[i].hash.data, TREE_HASH);
        }
    }
    if (result == OK && got != count)
        result = NOT_FOUND;
    return result;
}

struct tree_source book_source(struct book *book)
{
    return (struct tree_source){source_hashes, book};
}

/* --- checking --- */

static bool currency_same(const char a[3], uint8_t a_exponent, const char b[3], uint8_t b_exponent)
{
    return memcmp(a, b, 3) == 0 && a_exponent == b_exponent;
}

/* How a transfer differs from the one that has its id, in the order of the enum. */
static enum book_answer transfer_compare(uint8_t flags, const struct leaf_transfer *a,
                                         const struct leaf *made)
{
    const struct leaf_transfer *b = &made->transfer;
    if (flags != made->flags)
        return BOOK_EXISTS_OTHER_FLAGS;
    if (memcmp(a->pending, b->pending, 16) != 0)
        return BOOK_EXISTS_OTHER_PENDING;
    if (a->timeout != b->timeout)
        return BOOK_EXISTS_OTHER_TIMEOUT;
    if (memcmp(a->debit, b->debit, 16) != 0)
        return BOOK_EXISTS_OTHER_DEBIT;
    if (memcmp(a->credit, b->credit, 16) != 0)
        return BOOK_EXISTS_OTHER_CREDIT;
    if (a->amount != b->amount)
        return BOOK_EXISTS_OTHER_AMOUNT;
    if (!currency_same(a->currency, a->exponent, b->currency, b->exponent))
        return BOOK_EXISTS_OTHER_CURRENCY;
    if (a->code != b->code)
        return BOOK_EXISTS_OTHER_CODE;
    if (memcmp(a->ref, b->ref, 16) != 0)
        return BOOK_EXISTS_OTHER_REF;
    if (memcmp(a->meta, b->meta, 32) != 0)
        return BOOK_EXISTS_OTHER_META;
    return BOOK_EXISTS;
}

/* Whether the id was used or failed before; BOOK_CREATED when neither. */
static enum result id_check(struct book *book, uint8_t flags, const struct leaf_transfer *transfer,
                            enum book_answer *answer, uint64_t *seq)
{
    struct book_transfer_at_row row;
    struct vault_failed_find_row failed;
    struct leaf made;
    struct bytes bytes;
    *answer = BOOK_CREATED;
    enum result result = transfer_find(book, transfer->id, &row);
    if (result == OK) {
        result = book_leaf(book, book->arena, (uint64_t)row.seq, &bytes);
        if (result == OK && leaf_decode(bytes, &made, NULL) != OK)
            result = BROKEN;
        if (result == OK) {
            *answer = transfer_compare(flags, transfer, &made);
            *seq = (uint64_t)row.seq;
        }
        return result;
    }
    if (result != NOT_FOUND || book->vault == NULL)
        return result == NOT_FOUND ? OK : result;
    result = vault_failed_find(book->vault, book->arena, bytes_of(transfer->id, 16), &failed);
    if (result == OK)
        *answer = BOOK_FAILED_BEFORE;
    return result == NOT_FOUND ? OK : result;
}

/* What a post or void resolves, and by how much the hold shrinks: its whole amount. */
static enum result pending_check(struct book *book, uint8_t flags,
                                 const struct leaf_transfer *transfer, enum book_answer *answer,
                                 int64_t *held)
{
    struct book_transfer_at_row row;
    struct book_transfer_resolved_row resolved;
    struct bytes pending = bytes_of(transfer->pending, 16);
    enum result result = transfer_find(book, transfer->pending, &row);
    if (result != OK) {
        *answer = BOOK_NO_PENDING;
        return result == NOT_FOUND ? OK : result;
    }
    *held = row.amount;
    if (row.flags != TRANSFER_PENDING)
        *answer = BOOK_NOT_PENDING;
    else if (memcmp(row.debit.data, transfer->debit, 16) != 0 ||
             memcmp(row.credit.data, transfer->credit, 16) != 0)
        *answer = BOOK_PENDING_DIFFERS;
    else if (flags == TRANSFER_POST ? (int64_t)transfer->amount > row.amount
                                    : (int64_t)transfer->amount != row.amount)
        *answer = BOOK_PENDING_TOO_SMALL;
    if (*answer != BOOK_CREATED)
        return OK;
    result = book_transfer_resolved(book->db, book->arena, pending, &resolved);
    if (result == OK)
        *answer = resolved.flags == TRANSFER_POST ? BOOK_PENDING_POSTED : BOOK_PENDING_VOIDED;
    return result == NOT_FOUND ? OK : result;
}

/* Move the four sums of the two accounts as the transfer would; the answer when they may not. */
static enum book_answer sums_move(uint8_t flags, int64_t amount, int64_t held,
                                  struct book_account *debit, struct book_account *credit)
{
    bool resolves = flags == TRANSFER_POST || flags == TRANSFER_VOID;
    if (resolves) {
        debit->debits_pending -= held;
        credit->credits_pending -= held;
    }
    int64_t *debits = flags == TRANSFER_PENDING ? &debit->debits_pending : &debit->debits_posted;
    int64_t *credits =
        flags == TRANSFER_PENDING ? &credit->credits_pending : &credit->credits_posted;
    if (flags != TRANSFER_VOID) {
        *debits += amount; /* sums are below 2^62 and amounts below 2^53: this cannot wrap */
        *credits += amount;
    }
    if (*debits > TOTAL_MAX || *credits > TOTAL_MAX)
        return BOOK_OVERFLOWS;
    if (debit->flags & ACCOUNT_DEBITS_BOUND &&
        debit->debits_pending + debit->debits_posted > debit->credits_posted)
        return BOOK_EXCEEDS_CREDITS;
    if (credit->flags & ACCOUNT_CREDITS_BOUND &&
        credit->credits_pending + credit->credits_posted > credit->debits_posted)
        return BOOK_EXCEEDS_DEBITS;
    return BOOK_CREATED;
}

/* All that hangs on the state of the books; fills the accounts as they would be afterwards. */
static enum result state_check(struct book *book, uint8_t flags,
                               const struct leaf_transfer *transfer, enum book_answer *answer,
                               struct book_account *debit, struct book_account *credit)
{
    int64_t held = 0;
    *answer = BOOK_SAME_ACCOUNTS;
    if (memcmp(transfer->debit, transfer->credit, 16) == 0)
        return OK;
    *answer = BOOK_NO_DEBIT;
    enum result result = book_account(book, transfer->debit, debit);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    *answer = BOOK_NO_CREDIT;
    result = book_account(book, transfer->credit, credit);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    *answer = BOOK_CURRENCIES_DIFFER;
    if (!currency_same(debit->currency, debit->exponent, credit->currency, credit->exponent) ||
        !currency_same(debit->currency, debit->exponent, transfer->currency, transfer->exponent))
        return OK;
    *answer = BOOK_CREATED;
    if (flags == TRANSFER_POST || flags == TRANSFER_VOID)
        result = pending_check(book, flags, transfer, answer, &held);
    if (result == OK && *answer == BOOK_CREATED)
        *answer = sums_move(flags, (int64_t)transfer->amount, held, debit, credit);
    return result;
}

enum result book_check(struct book *book, uint8_t flags, const struct leaf_transfer *transfer,
                       enum book_answer *answer, uint64_t *seq)
{
    struct book_account debit, credit;
    arena_reset(book->arena, 0);
    *answer = BOOK_MALFORMED;
    if (leaf_transfer_fault(flags, transfer) != NULL)
        return OK;
    enum result result = recent_load(book);
    if (result != OK)
        return result;
    result = id_check(book, flags, transfer, answer, seq);
    if (result != OK || *answer != BOOK_CREATED)
        return result;
    return state_check(book, flags, transfer, answer, &debit, &credit);
}

enum result book_fail(struct book *book, const uint8_t id[16], enum book_answer answer)
{
    assert(book_answer_sticks(answer));
    if (book->vault == NULL)
        return OK;
    return vault_failed_add(book->vault, bytes_of(id, 16), answer);
}

/* --- taking --- */

static enum result account_write(struct book *book, const struct book_account *account)
{
    return book_account_set(book->db, bytes_of(account->id, 16), account->debits_pending,
                            account->debits_posted, account->credits_pending,
                            account->credits_posted);
}

static enum result transfer_take(struct book *book, const struct leaf *leaf, const char **why)
{
    const struct leaf_transfer *transfer = &leaf->transfer;
    struct book_account debit, credit;
    enum book_answer answer;
    bool resolves = leaf->flags == TRANSFER_POST || leaf->flags == TRANSFER_VOID;
    enum result result = state_check(book, leaf->flags, transfer, &answer, &debit, &credit);
    if (result != OK)
        return result;
    *why = book_answer_name(answer);
    if (answer != BOOK_CREATED)
        return INVALID;
    result = account_write(book, &debit);
    if (result == OK)
        result = account_write(book, &credit);
    if (result == OK)
        result =
            book_transfer_add(book->db, (int64_t)leaf->seq, bytes_of(transfer->id, 16), leaf->flags,
                              bytes_of(transfer->debit, 16), bytes_of(transfer->credit, 16),
                              (int64_t)transfer->amount, (int64_t)transfer->code,
                              resolves ? bytes_of(transfer->pending, 16) : NO_BYTES,
                              transfer->timeout == 0 ? 0 : (int64_t)leaf->tick + transfer->timeout);
    if (result == OK)
        result = id_take(book, leaf);
    *why = "the transfer's id was used before";
    return result == CONFLICT ? INVALID : result;
}

static enum result account_take(struct book *book, const struct leaf *leaf, const char **why)
{
    const struct leaf_account *account = &leaf->account;
    enum result result = book_account_add(book->db, bytes_of(account->id, 16), (int64_t)leaf->seq,
                                          (int64_t)account->code, account->flags,
                                          (struct text){account->currency, 3}, account->exponent);
    *why = "the account's id was used before";
    return result == CONFLICT ? INVALID : result;
}

enum result book_take(struct book *book, const struct leaf *leaf, const uint8_t hash[32],
                      const char **why)
{
    struct tree_node nodes[TREE_ROWS_MAX];
    enum result result = OK;
    arena_reset(book->arena, 0);
    *why = "not at its place";
    if (leaf->seq != book->tree.size)
        return INVALID;
    *why = "prev is not the hash of the leaf before";
    if (memcmp(leaf->prev, book->prev, 32) != 0)
        return INVALID;
    *why = "tick before that of the leaf before";
    if (leaf->tick < book->tick)
        return INVALID;
    result = recent_load(book);
    if (result == OK && leaf->kind == LEAF_ACCOUNT)
        result = account_take(book, leaf, why);
    else if (result == OK && leaf->kind == LEAF_TRANSFER)
        result = transfer_take(book, leaf, why);
    if (result != OK)
        return result;
    size_t count = tree_push(&book->tree, hash, nodes);
    for (size_t i = 0; i < count && result == OK; i++)
        result = book_node_add(book->db, nodes[i].row, (int64_t)nodes[i].place,
                               bytes_of(nodes[i].hash, TREE_HASH));
    if (result == OK)
        result = ids_settle(book, book->tree.size);
    memcpy(book->prev, hash, 32);
    book->tick = leaf->tick;
    return result;
}

enum result book_save(struct book *book)
{
    return book_head_set(book->db, (int64_t)book->tree.size, (int64_t)book->tick,
                         bytes_of(book->prev, 32),
                         bytes_of(book->tree.peaks, tree_peak_count(&book->tree) * TREE_HASH));
}

/* One batch of entries in one transaction; *count 0 when there are none left. */
static enum result catch_up_batch(struct book *book, struct arena *arena, size_t *count)
{
    struct log_entry *entries;
    const char *why = NULL;
    arena_reset(arena, 0);
    enum result result =
        log_read(book->log, arena, (int64_t)book->tree.size, CATCH_UP_BATCH, &entries, count);
    if (result != OK || *count == 0)
        return result;
    result = db_begin(book->db);
    if (result != OK)
        return result;
    for (size_t i = 0; i < *count && result == OK; i++) {
        struct leaf leaf;
        uint8_t hash[32];
        result = leaf_decode(entries[i].body, &leaf, &why);
        if (result != OK)
            break;
        leaf_hash(entries[i].body, hash);
        result = book_take(book, &leaf, hash, &why);
        if (result != OK)
            break;
    }
    if (result == INVALID) {
        trace_fail("book", "leaf=%lld %s", (long long)book->tree.size, why);
        result = BROKEN;
    }
    if (result == OK)
        result = book_save(book);
    if (result == OK)
        return db_commit(book->db);
    db_rollback(book->db);
    enum result again = book_reload(book);
    return again == OK ? result : again;
}

enum result book_catch_up(struct book *book, void (*progress)(int64_t seq))
{
    struct arena arena;
    size_t count = 1;
    enum result result = OK;
    arena_open(&arena, (size_t)CATCH_UP_BATCH * 2048);
    while (result == OK && count > 0) {
        result = catch_up_batch(book, &arena, &count);
        if (result == OK && count > 0 && progress != NULL)
            progress((int64_t)book->tree.size);
    }
    arena_close(&arena);
    return result;
}
