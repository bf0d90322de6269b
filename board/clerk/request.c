#include "board/clerk/clerk.h"

#include "schema/desk.h"

#include <string.h>

/* The command as JSON without what travels beside it (token and form change with the session; the
 * request id stays in). */
static struct text command_fields(struct work *work)
{
    struct command bare = *work->command;
    struct buf buf;
    bare.token = TEXT("");
    bare.form = TEXT("");
    buf_open(&buf, work->arena, 1024);
    command_write(&buf, &bare);
    return buf_done(&buf);
}

enum result request_find(struct work *work, int64_t *seq)
{
    const struct bytes key = bytes_of(work->clerk->keys.request_key, KEY_SIZE);
    struct desk_request_find_row row;
    uint8_t member[8];
    for (size_t i = 0; i < sizeof(member); i++)
        member[i] = (uint8_t)((uint64_t)work->actor.member >> (8 * i));
    const struct bytes parts[] = {bytes_of(member, sizeof(member)),
                                  text_bytes(command_fields(work))};
    seal_id(work->request, &key, parts, 2);
    enum result result =
        desk_request_find(work->clerk->desk, work->arena, bytes_of(work->request, ID_SIZE), &row);
    *seq = result == OK ? row.seq : 0;
    return result;
}

enum result request_again(struct work *work, enum command_again again)
{
    int64_t before = 0;
    enum result result = again == AGAIN_RUNS ? NOT_FOUND : request_find(work, &before);
    if (result == OK && again == AGAIN_CREATED)
        reply_created(work, before);
    return result;
}

void request_put(const struct work *work, uint8_t id[ID_SIZE])
{
    memcpy(id, work->request, ID_SIZE);
}

void reply_created(struct work *work, int64_t id)
{
    const struct reply_created reply = {.id = id};
    reply_created_write(&work->reply, &reply);
}
