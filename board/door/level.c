#include "board/door/door.h"

enum result level_move(struct work *work, int64_t member, int64_t level, const char *why,
                       int64_t by)
{
    struct clerk *clerk = work->clerk;
    struct event event = {.kind = EVENT_MEMBER_LEVEL_SET};
    struct desk_member_get_row row;
    struct application application;
    int64_t at_ms = 0;
    enum result result = desk_member_get(clerk->desk, work->arena, member, &row);
    if (result != OK || row.level == level)
        return result;
    bool enters = row.state == MEMBER_WAITING && level == BOARD_LEVEL_OPEN;
    if (enters)
        result = keyring_application_get(&clerk->keys, work->arena, member, &application, &at_ms);
    if (result == OK && enters)
        result = person_free(work, &application, member);
    if (result != OK)
        return result;
    event.member_level_set = (struct event_member_level_set){
        .member = member, .by = by, .level = level, .was = row.level, .why = text_of(why)};
    result = clerk_record(clerk, &event, NULL, 0);
    if (result == OK && enters)
        result = keyring_decided(&clerk->keys, work->arena, member, &application, true);
    if (result != OK)
        clerk->fatal = result;
    return result;
}

enum result level_by_lists(struct work *work, int64_t member, bool *raised)
{
    struct clerk *clerk = work->clerk;
    struct desk_member_get_row row;
    struct application application;
    struct judgement judgement;
    int64_t at_ms = 0;
    *raised = false;
    enum result result = desk_member_get(clerk->desk, work->arena, member, &row);
    if (result != OK || row.state != MEMBER_WAITING || row.level != 1)
        return result;
    result = keyring_application_get(&clerk->keys, work->arena, member, &application, &at_ms);
    if (result == OK)
        result = application_judge(work, member, &application, &judgement);
    if (result != OK || judgement.advice != ADVICE_ACCEPT)
        return result;
    *raised = true;
    return level_move(work, member, 2, "roster", 0);
}

enum result level_by_proof(struct work *work, int64_t member, const char *why)
{
    struct desk_member_get_row row;
    enum result result = desk_member_get(work->clerk->desk, work->arena, member, &row);
    if (result != OK || row.state != MEMBER_WAITING || row.level != 2)
        return result;
    return level_move(work, member, BOARD_LEVEL_OPEN, why, 0);
}
