#include "ledger/desk/paymaster.h"
#include "ledger/close/reverse.h"
#include "ledger/payout/unblind.h"

#include <string.h>
#include <sys/prctl.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/log/file.h"
#include "ledger/reward/month_trial.h"
#include "ledger/close/preview.h"
#include "schema/book.h"
#include "schema/statement.h"

enum {
    ARENA_SIZE = 256 * 1024 * 1024, /* address space; touched only as far as it is used */
    BOOK_ARENA_SIZE = 1024 * 1024,
    STORE_WAIT_MS = 10 * 1000,
};

void paymaster_sponsor_key(const struct paymaster *paymaster, int64_t member,
                           uint8_t public_key[32], uint8_t secret_key[64])
{
    uint8_t number[8], seed[32];
    for (size_t i = 0; i < 8; i++)
        number[i] = (uint8_t)((uint64_t)member >> (8 * i));
    struct bytes key = bytes_of(paymaster->key.id_key, KEY_SIZE);
    struct bytes parts[] = {text_bytes(TEXT("sponsor signing key")), bytes_of(number, 8)};
    seal_digest(seed, &key, parts, 2);
    seal_sign_keypair(public_key, secret_key, seed);
    seal_wipe(seed, sizeof seed);
}

/* A key that was lost or damaged must not be taken for a new one. */
static enum result key_check(struct paymaster *paymaster, const char *name, const uint8_t *key,
                             bool make)
{
    struct vault_key_digest_get_row row;
    struct bytes parts[] = {text_bytes(text_of(name)), bytes_of(key, KEY_SIZE)};
    uint8_t digest[DIGEST_SIZE];
    seal_digest(digest, NULL, parts, 2);
    size_t mark = paymaster->arena.used;
    enum result result =
        vault_key_digest_get(paymaster->vault, &paymaster->arena, text_of(name), &row);
    if (result == OK &&
        (row.digest.size != DIGEST_SIZE || memcmp(row.digest.data, digest, DIGEST_SIZE) != 0)) {
        trace_fail("key", "program=paymaster name=%s is not the one this vault was kept with",
                   name);
        result = BROKEN;
    } else if (result == NOT_FOUND) {
        result = make ? vault_key_digest_add(paymaster->vault, text_of(name),
                                             bytes_of(digest, DIGEST_SIZE))
                      : OK;
    }
    arena_reset(&paymaster->arena, mark);
    return result;
}

enum result paymaster_keys(struct paymaster *paymaster, bool make)
{
    enum result result = seal_key_load("paymaster", "id", KEY_SIZE, make, &paymaster->key.id_key);
    if (result == OK)
        result = seal_key_load("paymaster", "box", KEY_SIZE, make, &paymaster->box_secret);
    if (result == OK)
        result = key_check(paymaster, "id", paymaster->key.id_key, make);
    if (result == OK)
        result = key_check(paymaster, "box", paymaster->box_secret, make);
    if (result == OK)
        seal_box_public(paymaster->box_public, paymaster->box_secret);
    return result;
}

/* The public key beside the tiles, in the form verifiers take; and the log's first leaves: its key
 * and the bank's account. */
static enum result first_leaves(struct paymaster *paymaster)
{
    struct buf vkey;
    buf_open(&vkey, &paymaster->arena, 256);
    note_key_write(&vkey, &paymaster->signer.key);
    buf_char(&vkey, '\n');
    enum result result = file_write(conf_path("public/vkey"), buf_bytes(&vkey));
    if (result != OK || writer_size(&paymaster->writer) > 0)
        return result;
    struct leaf leaf = {.kind = LEAF_KEY, .key = {.type = KEY_LOG}};
    memcpy(leaf.key.public_key, paymaster->signer.key.public_key, 32);
    result = signer_key(&paymaster->signer, KEY_LOG, leaf.key.public_key, leaf.key.signature);
    if (result == OK)
        result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    uint8_t bank[16];
    account_bank(&paymaster->key, bank);
    struct leaf_account account = account_leaf(ACCOUNT_BANK, bank);
    result = writer_add(&paymaster->writer, &leaf);
    if (result == OK)
        result = writer_account(&paymaster->writer, &account);
    if (result == OK)
        return writer_commit(&paymaster->writer);
    writer_rollback(&paymaster->writer);
    return result;
}

void paymaster_arenas_open(struct paymaster *paymaster)
{
    arena_open(&paymaster->arena, ARENA_SIZE);
    arena_open(&paymaster->book_arena, BOOK_ARENA_SIZE);
    paymaster->fold = (struct fold){
        .name = "journal", .db = paymaster->vault, .apply = vault_apply, .self = paymaster};
}

static enum result stores_open(struct paymaster *paymaster)
{
    enum result result = log_open(&paymaster->ledger, "ledger", LOG_APPEND, STORE_WAIT_MS);
    if (result == OK)
        result = db_open(&paymaster->book, &book_store, conf_store("book"), ROLE_PAYMASTER, DB_FOLD,
                         STORE_WAIT_MS);
    if (result == OK)
        result = db_open(&paymaster->vault, &vault_store, conf_store("vault"), ROLE_PAYMASTER,
                         DB_VAULT, STORE_WAIT_MS);
    if (result == OK)
        result = db_open(&paymaster->statement, &statement_store, conf_store("statement"),
                         ROLE_PAYMASTER, DB_FOLD, STORE_WAIT_MS);
    return result;
}

enum result paymaster_open(struct paymaster *paymaster)
{
    *paymaster = (struct paymaster){.signer = {.fd = -1}};
    /* Nothing of the vault may be in a core dump; the signer is forked before any of it is opened.
     */
    (void)prctl(PR_SET_DUMPABLE, 0);
    enum result result = signer_start(&paymaster->signer, conf_text("ledger.origin"));
    paymaster->has_signer = result == OK;
    if (result == OK)
        result = stores_open(paymaster);
    paymaster_arenas_open(paymaster);
    if (result == OK)
        result = paymaster_keys(paymaster, true);
    if (result == OK)
        result = log_open(&paymaster->journal, "journal", LOG_READ, STORE_WAIT_MS);
    if (result == OK)
        result =
            writer_open(&paymaster->writer, paymaster->ledger, paymaster->book, paymaster->vault,
                        conf_int("earmark.tick_minutes") * 60, &paymaster->book_arena);
    if (result == OK)
        result = book_catch_up(&paymaster->writer.book, NULL);
    if (result == OK)
        result = vault_rules_start(paymaster);
    if (result == OK)
        result = first_leaves(paymaster);
    if (result == OK)
        result = commit_recover(paymaster);
    if (result == OK)
        result = vault_follow(paymaster);
    if (result == OK)
        result = close_resume(paymaster);
    if (result == OK)
        result = reward_reverse_recover(paymaster);
    if (result == OK)
        result = unblind_recover(paymaster);
    if (result == OK)
        result = statement_catch_up(paymaster);
    paymaster->confirmed = true; /* perhaps: the first round looks */
    paymaster->last_tick = paymaster->writer.book.tick;
    arena_reset(&paymaster->arena, 0);
    return result;
}

enum result paymaster_open_reading(struct paymaster *paymaster, bool vault)
{
    *paymaster = (struct paymaster){.signer = {.fd = -1}};
    enum result result = log_open(&paymaster->ledger, "ledger", LOG_READ, 0);
    if (result == OK)
        result =
            db_open(&paymaster->book, &book_store, conf_store("book"), ROLE_PAYMASTER, DB_READ, 0);
    if (result == OK && vault)
        result = db_open(&paymaster->vault, &vault_store, conf_store("vault"), ROLE_PAYMASTER,
                         DB_READ, 0);
    if (result == OK && vault)
        result = log_open(&paymaster->journal, "journal", LOG_READ, 0);
    paymaster_arenas_open(paymaster);
    if (result == OK && vault)
        result = paymaster_keys(paymaster, false);
    if (result == OK)
        result = book_open(&paymaster->writer.book, paymaster->book, paymaster->ledger,
                           paymaster->vault, &paymaster->book_arena);
    return result;
}

void paymaster_close(struct paymaster *paymaster)
{
    close_drop(paymaster);
    preview_drop(paymaster);
    month_trial_close(paymaster);
    book_close(&paymaster->writer.book);
    db_close(paymaster->statement);
    db_close(paymaster->vault);
    db_close(paymaster->book);
    log_close(paymaster->ledger);
    log_close(paymaster->journal);
    if (paymaster->has_signer)
        signer_stop(&paymaster->signer);
    arena_close(&paymaster->arena);
    arena_close(&paymaster->book_arena);
}
