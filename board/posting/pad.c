#include "board/posting/pad.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"
#include "schema/pad.h"

#include <string.h>

enum result pad_open(struct pad *pad)
{
    *pad = (struct pad){.pruned_ms = -HOUR_MS};
    return db_open(&pad->db, &pad_store, conf_store("pad"), ROLE_CLERK, DB_VAULT, 0);
}

void pad_close(struct pad *pad)
{
    if (pad->db != NULL)
        db_close(pad->db);
    pad->db = NULL;
}

enum result pad_write(struct pad *pad)
{
    if (pad->writing)
        return OK;
    enum result result = db_begin(pad->db);
    pad->writing = result == OK;
    return result;
}

enum result pad_commit(struct pad *pad)
{
    if (!pad->writing)
        return OK;
    pad->writing = false;
    return db_commit(pad->db);
}

void pad_rollback(struct pad *pad)
{
    if (pad->writing)
        db_rollback(pad->db);
    pad->writing = false;
    pad->done_count = 0;
}

static enum result done_write(struct pad *pad, const struct pad_done *done, int64_t now_ms)
{
    const struct bytes owner = bytes_of(done->owner, ID_SIZE);
    if (!done->all)
        return pad_draft_posted(pad->db, owner, bytes_of(done->tag, ID_SIZE),
                                bytes_of(done->request, ID_SIZE), now_ms);
    enum result result = pad_drafts_remove(pad->db, owner);
    return result == OK ? pad_images_remove(pad->db, owner) : result;
}

void pad_after(struct pad *pad, int64_t now_ms)
{
    if (pad->done_count == 0)
        return;
    enum result result = pad_write(pad);
    for (size_t i = 0; i < pad->done_count && result == OK; i++)
        result = done_write(pad, &pad->done[i], now_ms);
    pad->done_count = 0;
    if (result == OK)
        result = pad_commit(pad);
    if (result == OK)
        return;
    pad_rollback(pad);
    trace_warn("pad_after", "result=%s", result_name(result));
}

void pad_prune(struct pad *pad, int64_t now_ms)
{
    int64_t before_ms = now_ms - conf_int("draft.days") * DAY_MS;
    if (pad->writing || now_ms < pad->pruned_ms + HOUR_MS)
        return;
    pad->pruned_ms = now_ms;
    enum result result = pad_write(pad);
    if (result == OK)
        result = pad_drafts_prune(pad->db, before_ms);
    if (result == OK)
        result = pad_images_prune(pad->db, before_ms);
    if (result == OK)
        result = pad_commit(pad);
    if (result == OK)
        return;
    pad_rollback(pad);
    trace_warn("pad_prune", "result=%s", result_name(result));
}
