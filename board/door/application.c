#include "board/door/door.h"

#include "core/clock.h"
#include "core/conf.h"

enum { APPLICATIONS_MOST = 40 };

/* Against these words of the lists one admin is enough: they say only that nothing is known. */
static bool reason_soft(const char *reason)
{
    return text_is(text_of(reason), "no_list");
}

enum result application_judge(struct work *work, int64_t member,
                              const struct application *application, struct judgement *judgement)
{
    struct clerk *clerk = work->clerk;
    struct match match;
    int64_t holder = 0;
    struct text today = clock_iso(work->arena, clerk->now_ms);
    today.size = 10; /* 2026-03-14 */
    enum result result =
        match_application(clerk_roster(clerk), work->arena, application, today, &match);
    if (result == OK)
        result = keyring_person_holder(&clerk->keys, application, &holder);
    if (result != OK)
        return result;
    bool twice = holder != 0 && holder != member;
    *judgement = (struct judgement){
        .advice = match.advice, .reason = match.reason, .findings = match.findings};
    if (twice) {
        judgement->findings =
            text_cut(arena_format(work->arena,
                                  "Another application or member holds this NPI or licence.\n%.*s",
                                  (int)match.findings.size, match.findings.data),
                     400);
        if (match.advice == ADVICE_ACCEPT || reason_soft(match.reason))
            judgement->reason = "twice";
        if (match.advice == ADVICE_ACCEPT)
            judgement->advice = ADVICE_REVIEW;
    }
    judgement->hard = judgement->advice != ADVICE_ACCEPT && !reason_soft(judgement->reason);
    return OK;
}

/* What else the desk knows of him: tries at the quiz, vouches, and who would let him in already. */
static enum result application_desk(struct work *work, const struct application *a,
                                    struct record_application *record)
{
    struct clerk *clerk = work->clerk;
    struct desk_proposal_get_row proposal;
    struct desk_vouch_counts_row vouches;
    struct desk_member_get_row member;
    int64_t left = 0, from_ms = 0;
    enum result result = desk_member_get(clerk->desk, work->arena, record->member, &member);
    if (result == OK)
        result = desk_vouch_counts(clerk->desk, work->arena, record->member, &vouches);
    if (result == OK)
        result = quiz_tries_left(work, a, &left, &from_ms);
    if (result != OK)
        return result;
    record->level = member.level;
    record->vouches = vouches.vouched;
    record->tries = conf_int("quiz.tries") - left;
    result =
        desk_proposal_get(clerk->desk, work->arena, PROPOSAL_LET_IN, record->member, &proposal);
    if (result == OK) {
        record->proposed_by = proposal.pseudonym;
        record->proposed_reason = proposal.reason;
        record->own_proposal = proposal.by == work->actor.member;
    }
    return result == NOT_FOUND ? OK : result;
}

static enum result application_show(struct work *work, const struct desk_members_waiting_row *row,
                                    struct record_application *record)
{
    struct application a;
    struct judgement judgement;
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
        .applied_ms = at_ms,
        .proposed_by = TEXT(""),
        .proposed_reason = TEXT("")};
    result = application_judge(work, row->id, &a, &judgement);
    if (result != OK)
        return result;
    record->roster = judgement.findings;
    record->advice = text_of(advice_name(judgement.advice));
    record->reason = text_of(judgement.reason);
    record->hard = judgement.hard;
    result = application_desk(work, &a, record);
    return result == OK ? lists_evidence(work, &a, &record->evidence, &record->evidence_count)
                        : result;
}

enum result applications_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct reply_applications reply = {0};
    struct desk_members_waiting_row *rows;
    struct desk_waiting_count_row waiting;
    size_t count = 0;
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

enum result person_free(struct work *work, const struct application *application, int64_t member)
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
