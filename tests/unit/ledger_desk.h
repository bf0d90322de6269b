#pragma once
/* A ledger without the house around it: log, book and writer, and transfers made by number, so that
 * who finds one in a ledger knows what it must say. Included by one test file each. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "ledger/log/account.h"
#include "ledger/audit/audit_fold.h"
#include "ledger/log/writer.h"
#include "schema/book.h"
#include "tests/support/chance.h"
#include "tests/support/scratch.h"

enum { DESK_ACCOUNTS = 5 }; /* number 0 is a bank */

struct desk {
    struct log *log;
    struct db *book;
    struct writer writer;
};

/* The arena is the book's alone; it stays the caller's. */
static UNUSED enum result desk_open(struct desk *desk, struct arena *arena)
{
    *desk = (struct desk){0};
    enum result result = log_open(&desk->log, "ledger", LOG_APPEND, 0);
    if (result == OK)
        result = db_open(&desk->book, &book_store, conf_store("book"), ROLE_PAYMASTER, DB_FOLD, 0);
    if (result == OK)
        result = writer_open(&desk->writer, desk->log, desk->book, NULL, 600, arena);
    return result;
}

static UNUSED void desk_close(struct desk *desk)
{
    book_close(&desk->writer.book);
    db_close(desk->book);
    log_close(desk->log);
}

/* With any first byte, as derived ids have: the book goes by it (schema/book/190-id.sql). */
static UNUSED void desk_id(uint8_t id[16], uint8_t kind, uint64_t number)
{
    memset(id, 0, 16);
    id[0] = (uint8_t)number;
    id[1] = kind;
    for (int i = 0; i < 8; i++)
        id[15 - i] = (uint8_t)(number >> (8 * i));
}

/* Transfer `number`, from 1: from the bank to a member; of seven, one is a hold that the next but
 * one posts, and one is a hold that the next but one voids. */
static UNUSED struct leaf_transfer desk_transfer(uint64_t number, uint8_t *flags)
{
    static const uint8_t turns[7] = {
        0, TRANSFER_PENDING, TRANSFER_PENDING, TRANSFER_POST, TRANSFER_VOID, 0, 0};
    *flags = turns[number % 7];
    bool resolves = *flags == TRANSFER_POST || *flags == TRANSFER_VOID;
    uint64_t of = resolves ? number - 2 : number;
    struct leaf_transfer transfer = {.amount = 1 + of % 11, .exponent = 2, .code = 2};
    desk_id(transfer.id, 1, number);
    desk_id(transfer.debit, 9, 0);
    desk_id(transfer.credit, 9, 1 + of % (DESK_ACCOUNTS - 1));
    if (resolves)
        desk_id(transfer.pending, 1, of);
    memcpy(transfer.currency, "USD", 3);
    return transfer;
}

static UNUSED enum result desk_accounts(struct desk *desk)
{
    enum result result = writer_begin(&desk->writer);
    for (uint64_t i = 0; i < DESK_ACCOUNTS && result == OK; i++) {
        uint8_t id[16];
        desk_id(id, 9, i);
        struct leaf_account account = account_leaf(i == 0 ? ACCOUNT_BANK : ACCOUNT_MEMBER, id);
        result = writer_account(&desk->writer, &account);
    }
    return result == OK ? writer_commit(&desk->writer) : result;
}

/* `count` transfers from `number` on, in one commit. Those that are there already are left. */
static UNUSED enum result desk_make(struct desk *desk, uint64_t number, uint64_t count)
{
    enum result result = writer_begin(&desk->writer);
    for (uint64_t i = number; i < number + count && result == OK; i++) {
        enum book_answer answer;
        uint64_t seq;
        uint8_t flags;
        struct leaf_transfer transfer = desk_transfer(i, &flags);
        result = writer_transfer(&desk->writer, flags, &transfer, &answer, &seq);
        if (result == OK && answer != BOOK_CREATED && answer != BOOK_EXISTS)
            result = BROKEN;
    }
    return result == OK ? writer_commit(&desk->writer) : result;
}

/* What a reader of the leaves alone has gathered so far. */
struct desk_leaves {
    struct audit_fold fold;
    uint64_t count;
    uint8_t prev[32];
};

/* Read on: every leaf stands at its place, follows the one before, has the hash that is stored
 * beside it, and is allowed by the auditor's rules. */
static UNUSED bool desk_follow(struct log *log, struct arena *arena, struct desk_leaves *leaves)
{
    struct log_entry *entries;
    size_t count;
    uint8_t hash[32];
    do {
        arena_reset(arena, 0);
        if (log_read(log, arena, (int64_t)leaves->count, 1000, &entries, &count) != OK)
            return false;
        for (size_t i = 0; i < count; i++, leaves->count++) {
            struct leaf leaf;
            if (leaf_decode(entries[i].body, &leaf, NULL) != OK || leaf.seq != leaves->count ||
                memcmp(leaf.prev, leaves->prev, 32) != 0 ||
                audit_fold_take(&leaves->fold, &leaf) != NULL)
                return false;
            leaf_hash(entries[i].body, hash);
            if (memcmp(hash, entries[i].digest, 32) != 0)
                return false;
            memcpy(leaves->prev, hash, 32);
        }
    } while (count > 0);
    return audit_fold_balance(&leaves->fold) == NULL;
}

/* Whether the book says of each account what its leaves come to. */
static UNUSED bool desk_book_agrees(struct desk *desk, const struct desk_leaves *leaves)
{
    for (size_t i = 0; i < leaves->fold.account_ids.count; i++) {
        const struct audit_account *account = &leaves->fold.accounts[i];
        struct book_account have;
        arena_reset(desk->writer.book.arena, 0);
        if (book_account(&desk->writer.book, account->id, &have) != OK ||
            have.debits_pending != account->sums[0] || have.debits_posted != account->sums[1] ||
            have.credits_pending != account->sums[2] || have.credits_posted != account->sums[3])
            return false;
    }
    return writer_size(&desk->writer) == leaves->count;
}
