#include "ledger/sign/witness.h"

#include <assert.h>
#include <string.h>

#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/log/file.h"
#include "ledger/log/tree.h"

enum { LOGS_MAX = 256, LOGS_FILE_MAX = 64 * 1024, PROOF_LINES_MAX = 63 };

static enum result logs_read(struct witness *witness)
{
    struct bytes content;
    enum result result = file_read(&witness->kept, conf_path("logs"), LOGS_FILE_MAX, &content);
    if (result != OK) {
        trace_fail("witness", "the file `logs` (the vkey of each log, a line each) cannot be read");
        return INVALID;
    }
    struct text rest = {(const char *)content.data, content.size}, line;
    witness->logs = arena_array(&witness->kept, struct note_key, LOGS_MAX);
    while (text_next(&rest, '\n', &line)) {
        line = text_trim(line);
        if (line.size == 0 || line.data[0] == '#')
            continue;
        if (witness->log_count == LOGS_MAX ||
            note_key_read(&witness->kept, line, &witness->logs[witness->log_count]) != OK) {
            trace_fail("witness", "log %zu is no vkey", witness->log_count + 1);
            return INVALID;
        }
        witness->log_count++;
    }
    return OK;
}

enum result witness_open(struct witness *witness)
{
    const uint8_t *seed;
    uint8_t public_key[32];
    struct text name = conf_text("witness.name");
    *witness = (struct witness){.log_count = 0};
    arena_open(&witness->kept, 1024 * 1024);
    if (!checkpoint_origin_ok(name)) {
        trace_fail("witness", "set witness.name: it stands beside every cosignature");
        return INVALID;
    }
    enum result result = seal_key_load("witness", "seed", KEY_SIZE, true, &seed);
    if (result != OK)
        return result;
    seal_sign_keypair(public_key, witness->secret_key, seed);
    cosigner_make(&witness->cosigner, name, public_key);
    return logs_read(witness);
}

void witness_close(struct witness *witness)
{
    seal_wipe(witness->secret_key, sizeof witness->secret_key);
    arena_close(&witness->kept);
}

/* Where the latest checkpoint of a log lies: a name nobody outside can choose. */
static const char *seen_path(struct arena *arena, const struct note_key *log)
{
    struct buf hex;
    uint8_t digest[DIGEST_SIZE];
    seal_sha256(digest, text_bytes(log->name), bytes_of(log->public_key, 32));
    buf_open(&hex, arena, 80);
    buf_hex(&hex, bytes_of(digest, sizeof digest));
    buf_char(&hex, '\0');
    return conf_path("seen/%s", hex.data);
}

static enum result seen_read(struct arena *arena, const struct note_key *log,
                             struct checkpoint *seen)
{
    struct bytes content;
    *seen = (struct checkpoint){.origin = log->name};
    enum result result = file_read(arena, seen_path(arena, log), CHECKPOINT_SIZE_MAX, &content);
    if (result == NOT_FOUND)
        return OK;
    if (result == OK)
        result = checkpoint_open(arena, (struct text){(const char *)content.data, content.size},
                                 log, seen);
    return result;
}

struct request {
    int64_t old;
    struct tree_proof proof;
    struct text note;
};

/* "old N\n", the proof's hashes a line each, an empty line, the checkpoint. */
static bool request_read(struct arena *arena, struct text text, struct request *request)
{
    struct text line;
    request->proof.count = 0;
    if (!text_next(&text, '\n', &line) || !text_starts(line, "old "))
        return false;
    line = (struct text){line.data + 4, line.size - 4};
    if (!text_int(line, 0, INT64_MAX, &request->old) || (line.size > 1 && line.data[0] == '0'))
        return false;
    while (text_next(&text, '\n', &line)) {
        if (line.size == 0) {
            request->note = text;
            return text.size > 0;
        }
        struct bytes hash = base64_read(arena, line);
        if (hash.data == NULL || hash.size != TREE_HASH || request->proof.count == PROOF_LINES_MAX)
            return false;
        memcpy(request->proof.hashes[request->proof.count++], hash.data, TREE_HASH);
    }
    return false;
}

/* The log a note says it is of: by the first line alone, which proves nothing yet. */
static const struct note_key *log_find(const struct witness *witness, struct text note)
{
    struct text origin;
    if (!text_next(&note, '\n', &origin))
        return NULL;
    for (size_t i = 0; i < witness->log_count; i++)
        if (text_equal(witness->logs[i].name, origin))
            return &witness->logs[i];
    return NULL;
}

/* Status 200 when the newer head may be cosigned. */
static int extension_judge(const struct request *request, const struct checkpoint *seen,
                           const struct checkpoint *newer, struct buf *body)
{
    if ((uint64_t)request->old > newer->size)
        return 400;
    if ((uint64_t)request->old != seen->size) {
        buf_int(body, (int64_t)seen->size);
        buf_char(body, '\n');
        return 409;
    }
    if (seen->size == newer->size && seen->size > 0 && memcmp(seen->root, newer->root, 32) != 0) {
        buf_int(body, (int64_t)seen->size);
        buf_char(body, '\n');
        return 409;
    }
    if (seen->size == 0)
        return request->proof.count == 0 ? 200 : 422;
    return tree_consistency_holds(seen->size, newer->size, seen->root, newer->root,
                                  (const uint8_t(*)[TREE_HASH])request->proof.hashes,
                                  request->proof.count)
               ? 200
               : 422;
}

int witness_answer(struct witness *witness, struct arena *arena, struct text request_text,
                   int64_t now_s, struct buf *body)
{
    struct request request;
    struct checkpoint seen, newer;
    struct text text;
    if (!text_is_utf8(text_bytes(request_text)) || !request_read(arena, request_text, &request))
        return 400;
    const struct note_key *log = log_find(witness, request.note);
    if (log == NULL)
        return 404;
    if (note_read(arena, request.note, log, &text) != OK)
        return 403;
    if (checkpoint_read(arena, text, &newer) != OK)
        return 400;
    if (seen_read(arena, log, &seen) != OK)
        return 500;
    int status = extension_judge(&request, &seen, &newer, body);
    if (status != 200)
        return status;
    if (file_write(seen_path(arena, log), text_bytes(request.note)) != OK)
        return 500;
    cosignature_write(arena, body, &witness->cosigner, witness->secret_key, now_s, text);
    return 200;
}
