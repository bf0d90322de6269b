#include "ledger/sign/cosigned.h"

#include <string.h>

#include "core/conf.h"
#include "core/trace.h"
#include "ledger/log/file.h"
#include "ledger/sign/http.h"
#include "ledger/log/tile.h"

enum { POLICY_SIZE_MAX = 64 * 1024, TRIES = 3 };

enum result cosigned_policy(struct arena *arena, struct quorum *policy)
{
    struct bytes content;
    const char *why;
    int line;
    enum result result = file_read(arena, conf_path("witness.policy"), POLICY_SIZE_MAX, &content);
    if (result != OK)
        return result;
    result = quorum_read(arena, (struct text){(const char *)content.data, content.size}, policy,
                         &line, &why);
    if (result != OK)
        trace_fail("policy", "witness.policy line %d: %s", line, why);
    return result;
}

struct asking {
    struct arena *arena;
    struct text note;
    struct checkpoint checkpoint;
};

static enum result public_read(struct asking *asking)
{
    struct bytes vkey, note;
    struct note_key key;
    enum result result = file_read(asking->arena, conf_path("public/vkey"), 1024, &vkey);
    if (result == OK)
        result =
            file_read(asking->arena, conf_path("public/checkpoint"), CHECKPOINT_SIZE_MAX, &note);
    if (result == OK)
        result =
            note_key_read(asking->arena, (struct text){(const char *)vkey.data, vkey.size}, &key);
    if (result != OK)
        return result;
    asking->note = (struct text){(const char *)note.data, note.size};
    return checkpoint_open(asking->arena, asking->note, &key, &asking->checkpoint);
}

static const char *size_path(struct arena *arena, const struct cosigner *cosigner)
{
    struct buf hex;
    buf_open(&hex, arena, 80);
    buf_hex(&hex, bytes_of(cosigner->public_key, 32));
    buf_char(&hex, '\0');
    return conf_path("cosigned/%s", hex.data);
}

/* The size this witness saw last, as far as we know: it says so itself when we are wrong. */
static uint64_t size_known(struct asking *asking, const struct cosigner *cosigner)
{
    struct bytes content;
    int64_t size = 0;
    if (file_read(asking->arena, size_path(asking->arena, cosigner), 32, &content) == OK)
        (void)text_int(text_trim((struct text){(const char *)content.data, content.size}), 0,
                       INT64_MAX, &size);
    return (uint64_t)size <= asking->checkpoint.size ? (uint64_t)size : 0;
}

static enum result request_write(struct asking *asking, uint64_t old, struct buf *request)
{
    struct tile_files files = {conf_path("public"), asking->checkpoint.size, asking->arena};
    struct tree_source source = tile_source(&files);
    struct tree_proof proof = {.count = 0};
    enum result result =
        old == 0 ? OK : tree_consistency(&source, old, asking->checkpoint.size, &proof);
    buf_format(request, "old %llu\n", (unsigned long long)old);
    for (size_t i = 0; i < proof.count; i++) {
        buf_base64(request, bytes_of(proof.hashes[i], TREE_HASH));
        buf_char(request, '\n');
    }
    buf_char(request, '\n');
    buf_add(request, asking->note.data, asking->note.size);
    return result;
}

/* The note with the witness's line; only a line that holds is taken. */
static enum result line_take(struct asking *asking, const struct quorum_part *part,
                             struct text reply, struct buf *lines)
{
    struct buf whole;
    int64_t time_s;
    buf_open(&whole, asking->arena, asking->note.size + reply.size);
    buf_add(&whole, asking->note.data, asking->note.size);
    buf_add(&whole, reply.data, reply.size);
    if (cosignature_find(asking->arena, buf_done(&whole), &part->cosigner, &time_s) != OK)
        return INVALID;
    buf_add(lines, reply.data, reply.size);
    return OK;
}

static enum result witness_ask(struct asking *asking, const struct quorum_part *part,
                               struct buf *lines)
{
    uint64_t old = size_known(asking, &part->cosigner);
    for (int i = 0; i < TRIES; i++) {
        struct buf request, url, size;
        struct text reply;
        int64_t seen;
        int status = 0;
        buf_open(&request, asking->arena, 4096);
        buf_open(&url, asking->arena, 512);
        buf_add(&url, part->url.data, part->url.size);
        buf_format(&url, "/add-checkpoint");
        enum result result = request_write(asking, old, &request);
        if (result == OK)
            result = http_post(asking->arena, buf_done(&url), buf_done(&request), &status, &reply);
        if (result != OK)
            return result;
        if (status == 409 && text_int(text_trim(reply), 0, INT64_MAX, &seen) &&
            (uint64_t)seen <= asking->checkpoint.size && (uint64_t)seen != old) {
            old = (uint64_t)seen;
            continue;
        }
        if (status != 200)
            return REFUSED;
        buf_open(&size, asking->arena, 32);
        buf_format(&size, "%llu\n", (unsigned long long)asking->checkpoint.size);
        result = line_take(asking, part, reply, lines);
        return result == OK
                   ? file_write(size_path(asking->arena, &part->cosigner), buf_bytes(&size))
                   : result;
    }
    return REFUSED;
}

enum result cosigned_ask(struct arena *arena, const struct quorum *policy, size_t *count)
{
    struct asking asking = {.arena = arena};
    struct buf whole;
    *count = 0;
    enum result result = public_read(&asking);
    if (result != OK)
        return result;
    buf_open(&whole, arena, 4096);
    buf_add(&whole, asking.note.data, asking.note.size);
    for (size_t i = 0; i < policy->count; i++) {
        const struct quorum_part *part = &policy->parts[i];
        if (part->member_count > 0 || part->url.size == 0)
            continue;
        enum result asked = witness_ask(&asking, part, &whole);
        if (asked != OK)
            trace_warn("witness", "name=%.*s result=%s", (int)part->name.size, part->name.data,
                       result_name(asked));
    }
    if (!quorum_holds(arena, policy, buf_done(&whole), count))
        return REFUSED;
    return *count > 0 ? file_write(conf_path("cosigned/checkpoint"), buf_bytes(&whole)) : OK;
}
