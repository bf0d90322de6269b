#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"
#include "ledger/desk/paymaster.h"
#include "ledger/log/receipt.h"
#include "ledger/log/file.h"
#include "ledger/ledger.h"
#include "ledger/desk/tools.h"

/* After the embargo every commitment is opened, dummies too: otherwise a house could commit to
 * every outcome and open only the convenient ones. A line each: LEAF <tab> COMMITMENT in hex <tab>
 * nonce and plaintext in base64. SHA-256("ldg/earmark/v1\n" || those bytes) is the commitment in
 * the leaf: anyone with the leaves can check it. */

enum { PAGE = 1000, PERIODS_MOST = 1200 };

enum result openings_limit(struct paymaster *paymaster, int64_t *limit)
{
    struct vault_periods_row *rows;
    size_t count;
    int64_t over_ms = clock_now_ms() - conf_int("ledger.embargo_days") * DAY_MS;
    enum result result =
        vault_periods(paymaster->vault, &paymaster->arena, PERIODS_MOST, &rows, &count);
    *limit = 0;
    for (size_t i = 0; i < count && result == OK; i++)
        if (rows[i].state == 3 && rows[i].closed_ms <= over_ms && rows[i].first_leaf > *limit)
            *limit = rows[i].first_leaf;
    return result;
}

static enum result opening_of(struct paymaster *paymaster, const struct leaf *leaf,
                              uint8_t opening[EARMARK_OPENING_SIZE])
{
    struct vault_earmark_at_leaf_row row;
    struct bytes opened;
    struct earmark terms;
    const char *why;
    uint8_t commitment[32];
    enum result result =
        vault_earmark_at_leaf(paymaster->vault, &paymaster->arena, (int64_t)leaf->seq, &row);
    if (result == OK && row.period.data == NULL)
        return BUSY; /* still open, though its period's embargo is over: not yet */
    if (result == OK) {
        result = earmark_open(paymaster, &paymaster->arena, row.sealed,
                              bytes_of(leaf->commitment, 32), &opened, &terms, &why);
        if (result == OK)
            memcpy(opening, opened.data, EARMARK_OPENING_SIZE);
    } else if (result == NOT_FOUND) {
        earmark_dummy(paymaster->key.id_key, leaf->seq, opening);
        result = OK;
    }
    if (result == OK) {
        earmark_commitment(opening, commitment);
        result = memcmp(commitment, leaf->commitment, 32) == 0 ? OK : INVALID;
    }
    return result;
}

static enum result entry_open(struct paymaster *paymaster, const struct log_entry *entry,
                              int64_t *failed)
{
    uint8_t opening[EARMARK_OPENING_SIZE];
    struct leaf leaf;
    struct buf line;
    if (leaf_decode(entry->body, &leaf, NULL) != OK)
        return BROKEN;
    if (leaf.kind != LEAF_COMMITMENT)
        return OK;
    enum result result = opening_of(paymaster, &leaf, opening);
    if (result == BUSY)
        return OK;
    if (result == INVALID) {
        trace_fail("openings", "leaf=%llu has no opening", (unsigned long long)leaf.seq);
        ++*failed;
        return OK;
    }
    buf_open(&line, &paymaster->arena, 1024);
    buf_format(&line, "%llu\t", (unsigned long long)leaf.seq);
    buf_hex(&line, bytes_of(leaf.commitment, 32));
    buf_char(&line, '\t');
    buf_base64(&line, bytes_of(opening, sizeof opening));
    printf("%.*s\n", (int)line.size, line.data);
    return result;
}

int tool_openings(void)
{
    static struct paymaster paymaster;
    int64_t limit = 0, after = 0, failed = 0;
    enum result result = paymaster_open_reading(&paymaster, true);
    if (result == OK)
        result = openings_limit(&paymaster, &limit);
    for (size_t count = 1; result == OK && count > 0 && after < limit;) {
        struct log_entry *entries;
        arena_reset(&paymaster.arena, 0);
        result = log_read(paymaster.ledger, &paymaster.arena, after, PAGE, &entries, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = entries[i].seq;
            if (after <= limit)
                result = entry_open(&paymaster, &entries[i], &failed);
        }
    }
    if (result != OK)
        trace_fail("openings", "result=%s", result_name(result));
    paymaster_close(&paymaster);
    return result == OK && failed == 0 ? 0 : 1;
}

/* --- receipts --- */

static enum result public_read(struct arena *arena, const char *path, struct note_key *key,
                               struct text *note, struct checkpoint *checkpoint)
{
    struct bytes vkey, content = NO_BYTES;
    enum result result =
        file_read(arena, path == NULL ? conf_path("public/vkey") : path, 1024, &vkey);
    if (result == OK)
        result = note_key_read(arena, (struct text){(const char *)vkey.data, vkey.size}, key);
    if (result == OK && note != NULL) {
        result = file_read(arena, conf_path("public/checkpoint"), CHECKPOINT_SIZE_MAX, &content);
        *note = (struct text){(const char *)content.data, content.size};
        if (result == OK)
            result = checkpoint_open(arena, *note, key, checkpoint);
    }
    return result;
}

int tool_receipt(const char *seq)
{
    static struct paymaster paymaster;
    struct note_key key;
    struct checkpoint checkpoint;
    struct tree_proof proof;
    struct text note;
    struct bytes leaf;
    struct buf out;
    int64_t index;
    if (!text_int(text_of(seq), 0, INT64_MAX, &index))
        return 2;
    enum result result = paymaster_open_reading(&paymaster, false);
    if (result == OK)
        result = public_read(&paymaster.arena, NULL, &key, &note, &checkpoint);
    if (result == OK && (uint64_t)index >= checkpoint.size)
        result = NOT_FOUND;
    struct tree_source source = book_source(&paymaster.writer.book);
    if (result == OK)
        result = tree_inclusion(&source, (uint64_t)index, checkpoint.size, &proof);
    if (result == OK)
        result = book_leaf(&paymaster.writer.book, &paymaster.arena, (uint64_t)index, &leaf);
    if (result == OK) {
        buf_open(&out, &paymaster.arena, 4096);
        receipt_write(&out, leaf, (uint64_t)index, &proof, note);
        fwrite(out.data, 1, out.size, stdout);
    } else {
        trace_fail("receipt", "leaf=%lld result=%s", (long long)index, result_name(result));
    }
    paymaster_close(&paymaster);
    return result == OK ? 0 : 1;
}

/* Until when the maker may not know who got a reward. */
static void blind_print(struct arena *arena, const struct leaf *leaf)
{
    if (leaf->kind != LEAF_TRANSFER || leaf->transfer.code != TRANSFER_REWARD)
        return;
    struct text day = clock_day(arena, ledger_blind_until_ms((int64_t)leaf->tick * 1000) - 1);
    printf("it is blinded until %.*s\n", (int)day.size, day.data);
}

int tool_check(const char *path, const char *vkey)
{
    struct arena arena;
    struct note_key key;
    struct checkpoint checkpoint;
    struct bytes content, bytes;
    struct leaf leaf;
    const char *why = "the key or the file cannot be read";
    uint64_t index = 0;
    arena_open(&arena, 1024 * 1024);
    enum result result = public_read(&arena, vkey, &key, NULL, NULL);
    if (result == OK)
        result = file_read(&arena, path, RECEIPT_SIZE_MAX, &content);
    if (result == OK)
        result = receipt_check(&arena, (struct text){(const char *)content.data, content.size},
                               &key, &bytes, &index, &checkpoint, &why);
    if (result == OK) {
        printf("leaf %llu is in the ledger %.*s of %llu leaves\n", (unsigned long long)index,
               (int)key.name.size, key.name.data, (unsigned long long)checkpoint.size);
        if (leaf_decode(bytes, &leaf, NULL) == OK) {
            struct text says = ledger_leaf_summary(&arena, &leaf);
            printf("it says: %.*s\n", (int)says.size, says.data);
            blind_print(&arena, &leaf);
        }
    } else {
        fprintf(stderr, "no proof: %s\n", why);
    }
    arena_close(&arena);
    return result == OK ? 0 : 1;
}
