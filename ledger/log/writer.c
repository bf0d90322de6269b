#include "ledger/log/writer.h"

#include <assert.h>
#include <string.h>

#include "core/clock.h"
#include "core/seal.h"
#include "core/trace.h"

enum result writer_open(struct writer *writer, struct log *log, struct db *book, struct db *vault,
                        int64_t tick_s, struct arena *arena)
{
    assert(tick_s > 0);
    *writer = (struct writer){.log = log, .tick_s = tick_s};
    return book_open(&writer->book, book, log, vault, arena);
}

/* Inside the log's transaction: the book must know every leaf before one is added to them. */
static enum result writer_catch_up(struct writer *writer)
{
    int64_t head;
    uint8_t digest[32];
    enum result result = log_head(writer->log, &head, digest);
    if (result == OK && (uint64_t)head != writer->book.tree.size)
        result = book_catch_up(&writer->book, NULL);
    if (result == OK &&
        ((uint64_t)head != writer->book.tree.size || memcmp(digest, writer->book.prev, 32) != 0)) {
        trace_fail("writer", "the book is not a fold of this ledger: leaves=%lld book=%llu",
                   (long long)head, (unsigned long long)writer->book.tree.size);
        result = BROKEN;
    }
    return result;
}

enum result writer_begin(struct writer *writer)
{
    assert(!writer->open);
    enum result result = log_begin(writer->log);
    if (result != OK)
        return result;
    result = writer_catch_up(writer);
    if (result == OK)
        result = db_begin(writer->book.db);
    if (result != OK) {
        log_rollback(writer->log);
        return result;
    }
    uint64_t now_s = (uint64_t)(clock_now_ms() / 1000);
    writer->tick = now_s - now_s % (uint64_t)writer->tick_s;
    /* A clock that was set back must not make the ledger's own time go back. */
    if (writer->tick < writer->book.tick)
        writer->tick = writer->book.tick;
    writer->open = true;
    return OK;
}

enum result writer_add(struct writer *writer, struct leaf *leaf)
{
    assert(writer->open);
    uint8_t bytes[LEAF_SIZE_MAX], hash[LEAF_HASH_SIZE];
    const char *why = NULL;
    int64_t place;
    leaf->seq = writer->book.tree.size;
    leaf->tick = writer->tick;
    memcpy(leaf->prev, writer->book.prev, 32);
    seal_random(leaf->blind, sizeof leaf->blind);
    size_t size = leaf_encode(leaf, bytes);
    leaf_hash(bytes_of(bytes, size), hash);
    enum result result = book_take(&writer->book, leaf, hash, &why);
    if (result == INVALID) {
        trace_fail("writer", "refused kind=%s why=%s", leaf_kind_name((int)leaf->kind), why);
        return BROKEN;
    }
    if (result == OK)
        result = log_append(writer->log, bytes_of(bytes, size), hash, &place);
    if (result == OK)
        assert((uint64_t)place == leaf->seq + 1);
    return result;
}

enum result writer_transfer(struct writer *writer, uint8_t flags,
                            const struct leaf_transfer *transfer, enum book_answer *answer,
                            uint64_t *seq)
{
    assert(writer->open);
    enum result result = book_check(&writer->book, flags, transfer, answer, seq);
    if (result != OK)
        return result;
    if (*answer != BOOK_CREATED)
        return book_answer_sticks(*answer) ? book_fail(&writer->book, transfer->id, *answer) : OK;
    struct leaf leaf = {.kind = LEAF_TRANSFER, .flags = flags, .transfer = *transfer};
    result = writer_add(writer, &leaf);
    *seq = leaf.seq;
    return result;
}

enum result writer_expire(struct writer *writer, const struct account_key *key, uint64_t seq,
                          enum book_answer *answer)
{
    struct leaf hold;
    struct bytes bytes;
    uint64_t made;
    assert(writer->open);
    arena_reset(writer->book.arena, 0);
    enum result result = book_leaf(&writer->book, writer->book.arena, seq, &bytes);
    if (result == OK && leaf_decode(bytes, &hold, NULL) != OK)
        result = BROKEN;
    if (result != OK)
        return result;
    if (hold.kind != LEAF_TRANSFER || hold.flags != TRANSFER_PENDING ||
        hold.transfer.timeout == 0 || hold.tick + hold.transfer.timeout > writer->tick)
        return NOT_FOUND;
    struct leaf_transfer end = hold.transfer;
    memcpy(end.pending, hold.transfer.id, 16);
    account_expiry_id(key, hold.transfer.id, end.id);
    end.code = TRANSFER_EXPIRED;
    end.timeout = 0;
    return writer_transfer(writer, TRANSFER_VOID, &end, answer, &made);
}

enum result writer_account(struct writer *writer, const struct leaf_account *account)
{
    struct book_account there;
    arena_reset(writer->book.arena, 0);
    enum result result = book_account(&writer->book, account->id, &there);
    if (result != NOT_FOUND)
        return result;
    struct leaf leaf = {.kind = LEAF_ACCOUNT, .account = *account};
    return writer_add(writer, &leaf);
}

enum result writer_commit(struct writer *writer)
{
    assert(writer->open);
    enum result result = book_save(&writer->book);
    writer->open = false;
    if (result == OK)
        result = log_commit(writer->log);
    else
        log_rollback(writer->log);
    if (result == OK && db_commit(writer->book.db) == OK)
        return OK;
    /* Either nothing was appended, or the book lags and will catch up at the next begin. */
    db_rollback(writer->book.db);
    enum result again = book_reload(&writer->book);
    return result != OK ? result : again;
}

void writer_rollback(struct writer *writer)
{
    if (!writer->open)
        return;
    writer->open = false;
    log_rollback(writer->log);
    db_rollback(writer->book.db);
    if (book_reload(&writer->book) != OK)
        trace_fail("writer", "the book cannot be read");
}

uint64_t writer_size(const struct writer *writer)
{
    return writer->book.tree.size;
}
