#include "board/door/door.h"

#include <string.h>

/* Let in against the lists' word: kept until another admin says the same. */
static enum result decision_propose(struct work *work, const uint8_t request[ID_SIZE],
                                    const struct judgement *judgement)
{
    const struct command_member_decide *c = &work->command->member_decide;
    const struct reply_decided reply = {.waits = true};
    struct event event = {.kind = EVENT_DECISION_PROPOSED};
    struct event_decision_proposed *e = &event.decision_proposed;
    *e = (struct event_decision_proposed){.member = c->member,
                                          .by = work->actor.member,
                                          .preset = c->preset,
                                          .advice = text_of(advice_name(judgement->advice)),
                                          .reason = c->reason};
    memcpy(e->request, request, ID_SIZE);
    reply_decided_write(&work->reply, &reply);
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* Whether one admin is enough, or another has said so before: OK, and who it was (0: nobody had
 * to). NOT_FOUND: it takes another; CONFLICT with words: it was this one. */
static enum result decision_second(struct work *work, const struct judgement *judgement,
                                   int64_t *first)
{
    struct desk_proposal_get_row row;
    *first = 0;
    if (!work->command->member_decide.accepted || !judgement->hard)
        return OK;
    enum result result = desk_proposal_get(work->clerk->desk, work->arena, PROPOSAL_LET_IN,
                                           work->command->member_decide.member, &row);
    if (result == OK && row.by == work->actor.member)
        return problem(work, CONFLICT, "accepted",
                       "You have said so already; the lists speak against it, so another admin "
                       "must agree.");
    if (result == OK)
        *first = row.by;
    return result;
}

static enum result decision_record(struct work *work, struct event *event,
                                   const struct judgement *judgement, int64_t first,
                                   const struct application *application)
{
    const struct command_member_decide *c = &work->command->member_decide;
    const struct reply_decided reply = {.waits = false};
    struct event_member_decided *e = &event->member_decided;
    e->member = c->member;
    e->by = work->actor.member;
    e->accepted = c->accepted;
    e->level = c->accepted ? BOARD_LEVEL_OPEN : 0;
    e->reason = c->reason;
    e->preset = c->preset;
    e->advice = text_of(advice_name(judgement->advice));
    e->has_proposed_by = first != 0;
    e->proposed_by = first;
    enum result result = clerk_record(work->clerk, event, NULL, 0);
    if (result == OK)
        result =
            keyring_decided(&work->clerk->keys, work->arena, c->member, application, c->accepted);
    if (result != OK)
        work->clerk->fatal = result;
    else
        reply_decided_write(&work->reply, &reply);
    return result;
}

enum result member_decide_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_member_decide *c = &work->command->member_decide;
    const struct decision_preset *preset = decision_preset_find(c->preset);
    struct event event = {.kind = EVENT_MEMBER_DECIDED};
    struct desk_member_get_row row;
    struct application application;
    struct judgement judgement;
    int64_t at_ms = 0, first = 0;
    request_put(work, event.member_decided.request);
    if (c->preset.size > 0 && (preset == NULL || preset->accepted != c->accepted))
        return problem(work, INVALID, "preset", "This reason is none for that decision.");
    enum result result = desk_member_get(clerk->desk, work->arena, c->member, &row);
    if (result != OK)
        return result;
    if (row.state != MEMBER_WAITING)
        return problem(work, CONFLICT, "member", "This application has been decided already.");
    result = keyring_application_get(&clerk->keys, work->arena, c->member, &application, &at_ms);
    if (result == OK && c->accepted)
        result = person_free(work, &application, c->member);
    if (result == OK)
        result = application_judge(work, c->member, &application, &judgement);
    if (result != OK)
        return result;
    result = decision_second(work, &judgement, &first);
    if (result == NOT_FOUND)
        return decision_propose(work, event.member_decided.request, &judgement);
    return result == OK ? decision_record(work, &event, &judgement, first, &application) : result;
}

/* Look again at those who wait at level 1, some at a time: after an import the lists may know more.
 */
enum result applications_match_run(struct work *work)
{
    enum { LOOK_MOST = 50 };
    struct desk_members_waiting_row *rows;
    struct reply_applications_matched reply = {0};
    size_t count = 0;
    enum result result =
        desk_members_waiting(work->clerk->desk, work->arena,
                             work->command->applications_match.after, LOOK_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        bool raised = false;
        reply.last = rows[i].id;
        reply.looked++;
        result = level_by_lists(work, rows[i].id, &raised);
        reply.raised += raised;
    }
    if (result == OK)
        reply_applications_matched_write(&work->reply, &reply);
    return result;
}
