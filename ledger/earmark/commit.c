#include <assert.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/sign/cosigned.h"
#include "ledger/log/file.h"
#include "ledger/desk/paymaster.h"
#include "ledger/log/tile.h"

/* Commitments leave in batches of one size at a fixed pace. Nothing outside the vault can tell a
 * real one from a dummy: same kind, same size, same tick, random places. A full queue waits; its
 * length shows nowhere. Each batch begins with the journal's head. */

enum { RULES_MOST = 16 };

static enum result rules_write(struct paymaster *paymaster, struct vault_rules_unwritten_row *rows,
                               size_t count, uint64_t *first)
{
    *first = writer_size(&paymaster->writer);
    for (size_t i = 0; i < count; i++) {
        struct leaf leaf = {.kind = LEAF_RULESET};
        memcpy(leaf.ruleset.sha256, rows[i].sha256.data, 32);
        leaf.ruleset.valid_from = (uint64_t)(rows[i].active_ms / 1000);
        if (rows[i].approved_by != 0) {
            account_admin_id(&paymaster->key, rows[i].proposed_by, leaf.ruleset.admins);
            account_admin_id(&paymaster->key, rows[i].approved_by, leaf.ruleset.admins + 4);
        }
        enum result result = writer_add(&paymaster->writer, &leaf);
        if (result != OK)
            return result;
    }
    return OK;
}

/* The journal's head as it is now: votes cannot be rewritten afterwards without this leaf telling.
 * Written whether anything happened or not, so that the ledger grows alike on a quiet day. */
static enum result anchor_write(struct paymaster *paymaster)
{
    struct leaf leaf = {.kind = LEAF_ANCHOR};
    int64_t head;
    enum result result = log_head(paymaster->journal, &head, leaf.anchor.digest);
    if (result != OK)
        return result;
    leaf.anchor.place = (uint64_t)head;
    return writer_add(&paymaster->writer, &leaf);
}

/* What waits for a place in this batch: sponsors' new keys first, then earmarks. */
struct queue {
    struct vault_own_keys_queue_row *keys;
    struct vault_earmark_queue_row *earmarks;
    size_t key_count, earmark_count;
};

static enum result queue_load(struct paymaster *paymaster, struct queue *queue)
{
    int64_t slots = conf_int("earmark.per_tick");
    enum result result = vault_own_keys_queue(paymaster->vault, &paymaster->arena, slots,
                                              &queue->keys, &queue->key_count);
    if (result == OK)
        result = vault_earmark_queue(paymaster->vault, &paymaster->arena,
                                     slots - (int64_t)queue->key_count, &queue->earmarks,
                                     &queue->earmark_count);
    return result;
}

static enum result key_write(struct paymaster *paymaster, struct bytes public_key)
{
    struct leaf leaf = {.kind = LEAF_KEY, .key = {.type = KEY_SPONSOR}};
    memcpy(leaf.key.public_key, public_key.data, 32);
    enum result result =
        signer_key(&paymaster->signer, KEY_SPONSOR, public_key.data, leaf.key.signature);
    if (result == OK)
        result = vault_own_key_writing(paymaster->vault, public_key,
                                       (int64_t)writer_size(&paymaster->writer));
    return result == OK ? writer_add(&paymaster->writer, &leaf) : result;
}

/* `which`: place in the queue; past its end, a dummy. */
static enum result slot_write(struct paymaster *paymaster, const struct queue *queue, size_t which)
{
    struct leaf leaf = {.kind = LEAF_COMMITMENT};
    uint8_t opening[EARMARK_OPENING_SIZE];
    uint64_t seq = writer_size(&paymaster->writer);
    enum result result = OK;
    if (which < queue->key_count)
        return key_write(paymaster, queue->keys[which].public_key);
    which -= queue->key_count;
    if (which < queue->earmark_count) {
        memcpy(leaf.commitment, queue->earmarks[which].commitment.data, 32);
        result =
            vault_earmark_committing(paymaster->vault, queue->earmarks[which].id, (int64_t)seq);
    } else {
        earmark_dummy(paymaster->key.id_key, seq, opening);
        earmark_commitment(opening, leaf.commitment);
    }
    return result == OK ? writer_add(&paymaster->writer, &leaf) : result;
}

/* The queue at random places among the slots. The vault learns the planned leaf before the ledger
 * is written: a crash between the two is seen at the next start, and nothing is ever committed
 * twice. */
static enum result slots_write(struct paymaster *paymaster, const struct queue *queue)
{
    size_t slots = (size_t)conf_int("earmark.per_tick"), order[QUEUE_MOST];
    assert(slots <= QUEUE_MOST && queue->key_count + queue->earmark_count <= slots);
    for (size_t i = 0; i < slots; i++) {
        size_t other = (size_t)seal_random_below(i + 1);
        order[i] = order[other];
        order[other] = i;
    }
    enum result result = OK;
    for (size_t i = 0; i < slots && result == OK; i++)
        result = slot_write(paymaster, queue, order[i]);
    return result;
}

static enum result batch_write(struct paymaster *paymaster)
{
    struct vault_rules_unwritten_row *rules;
    struct queue queue;
    size_t rule_count;
    uint64_t first;
    enum result result =
        vault_rules_unwritten(paymaster->vault, &paymaster->arena, RULES_MOST, &rules, &rule_count);
    if (result == OK)
        result = queue_load(paymaster, &queue);
    if (result == OK)
        result = anchor_write(paymaster);
    if (result == OK)
        result = rules_write(paymaster, rules, rule_count, &first);
    for (size_t i = 0; i < rule_count && result == OK; i++)
        result = vault_rule_written(paymaster->vault, rules[i].id, (int64_t)(first + i));
    if (result == OK)
        result = slots_write(paymaster, &queue);
    return result;
}

/* From here on acts can earn: the commitments are in the ledger and a checkpoint covers them. */
static enum result batch_note(struct paymaster *paymaster)
{
    int64_t head;
    uint8_t digest[32];
    enum result result = log_head(paymaster->journal, &head, digest);
    if (result == OK)
        result = vault_earmark_committed(paymaster->vault, head,
                                         (int64_t)writer_size(&paymaster->writer));
    return result;
}

static enum result not_written(struct paymaster *paymaster)
{
    int64_t size = (int64_t)writer_size(&paymaster->writer);
    enum result result = vault_earmark_uncommitted(paymaster->vault, size);
    if (result == OK)
        result = vault_rule_unwritten(paymaster->vault, size);
    if (result == OK)
        result = vault_own_key_unwritten(paymaster->vault, size);
    if (result == OK)
        result = vault_rail_batch_unexported(paymaster->vault, size);
    return result;
}

enum result commit_tick(struct paymaster *paymaster)
{
    assert(paymaster->close == NULL);
    enum result result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    result = db_begin(paymaster->vault);
    if (result == OK) {
        result = batch_write(paymaster);
        if (result == OK)
            result = db_commit(paymaster->vault);
        else
            db_rollback(paymaster->vault);
    }
    if (result == OK)
        result = writer_commit(&paymaster->writer);
    else
        writer_rollback(&paymaster->writer);
    if (result != OK) {
        enum result again = not_written(paymaster);
        return again == OK ? result : again;
    }
    paymaster->last_tick = paymaster->writer.book.tick;
    result = commit_publish(paymaster);
    return result == OK ? batch_note(paymaster) : result;
}

enum result commit_recover(struct paymaster *paymaster)
{
    struct vault_period_open_row closing;
    enum result result = not_written(paymaster);
    if (result == OK)
        result = vault_period_open(paymaster->vault, &paymaster->arena, &closing);
    /* A period's close shows only as a whole: it publishes at its end. */
    if (result == NOT_FOUND)
        result = commit_publish(paymaster);
    return result == OK ? batch_note(paymaster) : result;
}

enum result commit_publish(struct paymaster *paymaster)
{
    struct tree_source source = book_source(&paymaster->writer.book);
    struct vault_checkpoint_last_row last;
    struct tree_proof proof;
    struct buf note;
    uint64_t size = writer_size(&paymaster->writer), signed_size;
    uint8_t root[32];
    size_t mark = paymaster->arena.used;
    enum result result = vault_checkpoint_last(paymaster->vault, &paymaster->arena, &last);
    uint64_t published = result == OK ? (uint64_t)last.size : 0;
    if (result == NOT_FOUND)
        result = OK;
    if (result == OK && published > size)
        result = BROKEN; /* the ledger lost leaves it has shown */
    if (result == OK)
        result = signer_last(&paymaster->signer, &signed_size);
    if (result == OK && signed_size > size)
        result = BROKEN;
    if (result == OK)
        result = tile_write(conf_path("public"), &source, published, size);
    if (result == OK)
        result = tree_consistency(&source, signed_size, size, &proof);
    tree_root(&paymaster->writer.book.tree, root);
    buf_open(&note, &paymaster->arena, 512);
    if (result == OK)
        result = signer_sign(&paymaster->signer, size, root, &proof, &note);
    if (result == OK)
        result =
            vault_checkpoint_add(paymaster->vault, (int64_t)size, buf_done(&note), clock_now_ms());
    if (result == OK)
        result = file_write(conf_path("public/checkpoint"), buf_bytes(&note));
    if (result != OK)
        trace_fail("publish", "size=%llu result=%s", (unsigned long long)size, result_name(result));
    arena_reset(&paymaster->arena, mark);
    return result;
}

/* What the witnesses said, once it is there: kept with the checkpoint, so that receipts carry a
 * time that is not ours, and published. Nothing is believed that does not hold under the policy. */
enum result commit_cosigned(struct paymaster *paymaster)
{
    static struct quorum policy;
    struct vault_checkpoint_at_row row;
    struct checkpoint checkpoint;
    struct bytes content;
    struct text text, mine;
    size_t count = 0, mark = paymaster->arena.used;
    enum result result = file_read(&paymaster->arena, conf_path("cosigned/checkpoint"),
                                   CHECKPOINT_SIZE_MAX, &content);
    if (result == NOT_FOUND)
        return OK;
    if (result == OK)
        result = cosigned_policy(&paymaster->arena, &policy);
    struct text note = {(const char *)content.data, content.size};
    if (result == OK)
        result = checkpoint_open(&paymaster->arena, note, &paymaster->signer.key, &checkpoint);
    if (result == OK)
        result = vault_checkpoint_at(paymaster->vault, &paymaster->arena, (int64_t)checkpoint.size,
                                     &row);
    if (result == OK &&
        (note_read(&paymaster->arena, note, &paymaster->signer.key, &text) != OK ||
         note_read(&paymaster->arena, row.note, &paymaster->signer.key, &mine) != OK ||
         !text_equal(text, mine)))
        result = INVALID;
    if (result == OK && !quorum_holds(&paymaster->arena, &policy, note, &count))
        result = INVALID;
    if (result == OK && (int64_t)count > row.cosigned)
        result = vault_checkpoint_cosign(paymaster->vault, (int64_t)checkpoint.size, note,
                                         (int64_t)count);
    if (result == OK)
        result = file_write(conf_path("public/cosigned"), content);
    if (result != OK)
        trace_warn("cosigned", "left out: %s", result_name(result));
    arena_reset(&paymaster->arena, mark);
    return OK;
}
