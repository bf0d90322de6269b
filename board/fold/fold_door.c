#include "board/fold/fold.h"

#include "board/board.h"
#include "board/door/door.h"
#include "schema/desk.h"

static enum result decision_proposed(struct db *db, const struct event *event)
{
    const struct event_decision_proposed *e = &event->decision_proposed;
    int64_t kind = text_is(e->preset, "restored") ? PROPOSAL_RESTORE : PROPOSAL_LET_IN;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result,
         desk_proposal_put(db, event->seq, kind, e->member, e->by, e->reason, event->at_ms));
    return result;
}

static enum result code_asked(struct db *db, const struct event *event)
{
    const struct event_code_asked *e = &event->code_asked;
    struct bytes address = e->address.data == NULL ? bytes_of("", 0) : e->address;
    enum result result = desk_code_add(db, event->seq, e->member, e->kind, event->at_ms, address);
    if (e->kind != CODE_MAIL)
        return result;
    /* The postman takes it within seconds, so it counts from now on. */
    THEN(result, desk_code_sent_set(db, event->seq, event->at_ms));
    THEN(result, desk_mail_add(db, event->seq * NOTICES_PER_EVENT, e->member, MAIL_CODE, event->seq,
                               event->at_ms));
    return result;
}

static enum result pioneer_set(struct db *db, const struct event *event)
{
    const struct event_pioneer_set *e = &event->pioneer_set;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, e->pioneer ? desk_pioneer_add(db, e->member, event->at_ms)
                            : desk_pioneer_remove(db, e->member));
    return result;
}

static enum result vouch_asked(struct db *db, const struct event *event)
{
    const struct event_vouch_asked *e = &event->vouch_asked;
    enum result result =
        desk_vouch_add(db, event->seq, e->member, e->voucher, e->facts, event->at_ms);
    if (e->invitation > 0)
        THEN(result, desk_invitation_used(db, e->invitation, event->seq));
    if (e->voucher > 0)
        THEN(result, desk_mail_add(db, event->seq * NOTICES_PER_EVENT, e->voucher, NOTICE_VOUCH, 0,
                                   event->at_ms));
    return result;
}

static enum result vouch_answered(struct db *db, const struct event *event)
{
    const struct event_vouch_answered *e = &event->vouch_answered;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_vouch_answer_set(db, e->ask, e->vouched ? 1 : 2, event->at_ms));
    return result;
}

static enum result invitation_made(struct db *db, const struct event *event)
{
    const struct event_invitation_made *e = &event->invitation_made;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_invitation_add(db, event->seq, e->member, event->at_ms));
    return result;
}

static enum result branch_proposed(struct db *db, const struct event *event)
{
    const struct event_branch_proposed *e = &event->branch_proposed;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_proposal_put(db, event->seq, PROPOSAL_BRANCH, e->root, e->by, e->reason,
                                   event->at_ms));
    return result;
}

static enum result branch_withdrawn(struct db *db, const struct event *event)
{
    const struct event_branch_withdrawn *e = &event->branch_withdrawn;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_proposal_remove(db, PROPOSAL_BRANCH, e->root));
    return result;
}

/* Whoever is withdrawn vouches no more, and nobody's word for him holds. */
enum result fold_door_level(struct db *db, const struct event *event)
{
    const struct event_member_level_set *e = &event->member_level_set;
    enum result result = desk_proposal_remove(db, PROPOSAL_RESTORE, e->member);
    if (e->level >= BOARD_LEVEL_OPEN)
        THEN(result, desk_proposal_remove(db, PROPOSAL_LET_IN, e->member));
    if (!text_is(e->why, "withdrawn"))
        return result;
    THEN(result, desk_vouch_withdraw_by(db, e->member, event->at_ms));
    THEN(result, desk_vouch_withdraw_of(db, e->member, event->at_ms));
    THEN(result, desk_pioneer_remove(db, e->member));
    return result;
}

enum result fold_door_apply(struct db *db, const struct event *event)
{
    switch ((int)event->kind) {
    case EVENT_DECISION_PROPOSED:
        return decision_proposed(db, event);
    case EVENT_CODE_ASKED:
        return code_asked(db, event);
    case EVENT_CODE_SENT:
        return desk_code_sent_set(db, event->code_sent.code, event->at_ms);
    case EVENT_CODE_MISSED:
        return desk_code_missed(db, event->code_missed.code);
    case EVENT_CODE_USED:
        return desk_code_used(db, event->code_used.code);
    case EVENT_DOMAIN_SET:
        return request_keep(db, event->domain_set.request, event->seq);
    case EVENT_PIONEER_SET:
        return pioneer_set(db, event);
    case EVENT_INVITATION_MADE:
        return invitation_made(db, event);
    case EVENT_VOUCH_ASKED:
        return vouch_asked(db, event);
    case EVENT_VOUCH_ANSWERED:
        return vouch_answered(db, event);
    case EVENT_BRANCH_PROPOSED:
        return branch_proposed(db, event);
    case EVENT_BRANCH_WITHDRAWN:
        return branch_withdrawn(db, event);
    }
    return INVALID;
}
