#include "board/account/background.h"

#include "board/account/account.h"
#include "core/seal.h"
#include "schema/desk.h"

static int64_t drawn(const struct keyring *keys, int64_t member)
{
    const struct bytes key = bytes_of(keys->door_key, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("background")),
                                  bytes_of(&member, sizeof(member))};
    uint8_t digest[ID_SIZE];
    seal_id(digest, &key, parts, 2);
    return digest[0] & 1 ? BACKGROUND_YEARS : BACKGROUND_REGION;
}

/* What stands of the member. `asked` outlasts what he told, and the key. */
static enum result stands(struct work *work, int64_t member, struct desk_background_of_row *row)
{
    enum result result = desk_background_of(work->clerk->desk, work->arena, member, row);
    if (result != NOT_FOUND)
        return result;
    *row = (struct desk_background_of_row){.asked = drawn(&work->clerk->keys, member)};
    return OK;
}

enum result background_run(struct work *work)
{
    struct desk_background_of_row row;
    struct reply_background reply;
    if (work->actor.role != BOARD_PHYSICIAN)
        return REFUSED;
    enum result result = stands(work, work->actor.member, &row);
    if (result != OK)
        return result;
    reply.asked = row.asked;
    reply.part = row.part;
    reply_background_write(&work->reply, &reply);
    return OK;
}

enum result background_tell_run(struct work *work)
{
    const int64_t part = work->command->background_tell.part;
    struct event event = {.kind = EVENT_BACKGROUND_TOLD};
    struct event_background_told *e = &event.background_told;
    struct desk_background_of_row row;
    request_put(work, e->request);
    if (work->actor.role != BOARD_PHYSICIAN)
        return REFUSED;
    enum result result = stands(work, work->actor.member, &row);
    if (result != OK || part == row.part)
        return result;
    if (part > (row.asked == BACKGROUND_REGION ? BACKGROUND_REGIONS : BACKGROUND_BANDS))
        return problem(work, INVALID, "part", "Choose one of these.");
    if (row.part > 0)
        result = text_erase(work, row.seq, 0);
    if (result != OK || part == 0)
        return result;
    e->member = work->actor.member;
    e->asked = row.asked;
    const struct text digit = arena_format(work->arena, "%lld", (long long)part);
    return clerk_record(work->clerk, &event, &digit, 1);
}

enum result background_erase(struct work *work)
{
    struct desk_background_of_row row;
    enum result result = stands(work, work->actor.member, &row);
    return result == OK && row.part > 0 ? text_erase(work, row.seq, 0) : result;
}
