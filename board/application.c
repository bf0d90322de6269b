#include "board/clerk.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/desk.h"
#include "schema/roster.h"

enum { APPLICATIONS_MOST = 100 };

/* Findings of the lists, and whether somebody else already stands under this NPI or licence. */
static enum result application_judge(struct work *work, int64_t member,
                                     const struct application *application,
                                     struct record_application *record)
{
    struct clerk *clerk = work->clerk;
    struct match match;
    int64_t holder = 0;
    struct text today = clock_iso(work->arena, clerk->now_ms);
    today.size = 10; /* 2026-03-14 */
    enum result result = match_application(clerk->roster, work->arena, application, today, &match);
    if (result == OK)
        result = keyring_person_holder(&clerk->keys, application, &holder);
    if (result != OK)
        return result;
    bool twice = holder != 0 && holder != member;
    enum advice advice = twice && match.advice == ADVICE_ACCEPT ? ADVICE_REVIEW : match.advice;
    record->advice = text_of(advice_name(advice));
    record->roster =
        twice ? text_cut(
                    arena_format(work->arena,
                                 "Another application or member holds this NPI or licence.\n%.*s",
                                 (int)match.findings.size, match.findings.data),
                    400)
              : match.findings;
    return OK;
}

static enum result application_show(struct work *work, const struct desk_members_waiting_row *row,
                                    struct record_application *record)
{
    struct application a;
    int64_t at_ms = 0;
    enum result result =
        keyring_application_get(&work->clerk->keys, work->arena, row->id, &a, &at_ms);
    if (result != OK)
        return result;
    *record = (struct record_application){
        .member = row->id,
        .pseudonym = row->pseudonym,
        .name = text_cut(arena_format(work->arena, "%.*s %.*s", (int)a.first_name.size,
                                      a.first_name.data, (int)a.last_name.size, a.last_name.data),
                         141),
        .npi = a.npi,
        .licence = a.licence,
        .state = a.state,
        .specialty = a.specialty,
        .applied_ms = at_ms};
    return application_judge(work, row->id, &a, record);
}

enum result applications_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct reply_applications reply = {0};
    struct desk_members_waiting_row *rows;
    struct desk_waiting_count_row waiting;
    size_t count = 0;
    if (clerk->roster == NULL && /* imported since we started? */
        db_open(&clerk->roster, &roster_store, conf_store("roster"), ROLE_CLERK, DB_READ, 0) != OK)
        clerk->roster = NULL;
    enum result result = desk_waiting_count(clerk->desk, work->arena, &waiting);
    if (result == OK)
        result =
            desk_members_waiting(clerk->desk, work->arena, 0, APPLICATIONS_MOST, &rows, &count);
    if (result != OK)
        return result;
    reply.waiting = waiting.waiting;
    reply.applications = arena_array(work->arena, struct record_application, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        result = application_show(work, &rows[i], &reply.applications[reply.applications_count]);
        if (result == OK)
            reply.applications_count++;
        else if (result == NOT_FOUND)
            result = OK; /* its box is gone: nothing to decide on */
    }
    if (result == OK)
        reply_applications_write(&work->reply, &reply);
    return result;
}

/* One person, one membership: nobody else who is in may hold the NPI or licence. */
static enum result person_free(struct work *work, const struct application *application,
                               int64_t member)
{
    struct desk_member_get_row row;
    int64_t holder = 0;
    enum result result = keyring_person_holder(&work->clerk->keys, application, &holder);
    if (result != OK || holder == 0 || holder == member)
        return result;
    result = desk_member_get(work->clerk->desk, work->arena, holder, &row);
    if (result == OK && row.state == MEMBER_IN)
        return problem(work, CONFLICT, "accepted",
                       "A member with this NPI or licence has been let in already.");
    return result == NOT_FOUND ? OK : result;
}

enum result member_decide_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_member_decide *c = &work->command->member_decide;
    struct event event = {.kind = EVENT_MEMBER_DECIDED};
    struct event_member_decided *e = &event.member_decided;
    struct desk_member_get_row row;
    struct application application;
    int64_t before = 0, at_ms = 0;
    enum result result = request_find(work, e->request, &before);
    if (result != NOT_FOUND)
        return result;
    result = desk_member_get(clerk->desk, work->arena, c->member, &row);
    if (result != OK)
        return result;
    if (row.state != MEMBER_WAITING)
        return problem(work, CONFLICT, "member", "This application has been decided already.");
    result = keyring_application_get(&clerk->keys, work->arena, c->member, &application, &at_ms);
    if (result == OK && c->accepted)
        result = person_free(work, &application, c->member);
    if (result != OK)
        return result;
    e->member = c->member;
    e->by = work->actor.member;
    e->accepted = c->accepted;
    e->level = c->accepted ? BOARD_LEVEL_OPEN : 0;
    e->reason = c->reason;
    result = clerk_record(clerk, &event, NULL, 0);
    if (result == OK)
        result = keyring_decided(&clerk->keys, work->arena, c->member, &application, c->accepted);
    if (result != OK)
        clerk->fatal = result;
    return result;
}
