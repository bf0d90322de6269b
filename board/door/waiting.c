#include "board/door/door.h"

#include "core/clock.h"
#include "core/conf.h"

/* What only the application can tell, and it is there as long as somebody waits. What the lists say
 * of him is shown once the quiz is passed, so that nobody learns here which licences they have. */
static enum result standing_application(struct work *work, struct reply_standing *reply)
{
    struct application a;
    struct judgement judgement;
    enum result result = keyring_application_get(&work->clerk->keys, work->arena,
                                                 work->actor.member, &a, &reply->applied_ms);
    if (result == OK)
        result = quiz_offered(work, a.state, &reply->quiz);
    if (result == OK)
        result = quiz_tries_left(work, &a, &reply->tries_left, &reply->tries_from_ms);
    if (result != OK || work->actor.level < 1)
        return result;
    result = application_judge(work, work->actor.member, &a, &judgement);
    if (result != OK)
        return result;
    reply->advice = text_of(advice_name(judgement.advice));
    reply->no_list = text_is(text_of(judgement.reason), "no_list");
    return lists_place(work, a.npi, &reply->place);
}

static enum result standing_codes(struct work *work, struct reply_standing *reply)
{
    struct desk_code_latest_row letter, mail;
    enum result result =
        code_standing(work, work->actor.member, CODE_LETTER, &reply->letter, &letter);
    if (result == OK)
        result = code_standing(work, work->actor.member, CODE_MAIL, &reply->mail, &mail);
    if (result != OK)
        return result;
    reply->letter_ms = letter.sent_ms > 0 ? letter.sent_ms : letter.asked_ms;
    reply->letter_again_ms =
        reply->letter > 1 ? letter.asked_ms + conf_int("letter.again_days") * DAY_MS : 0;
    reply->mail_ms = mail.asked_ms;
    return OK;
}

enum result standing_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct reply_standing reply = {
        .advice = TEXT(""), .place = TEXT(""), .why = TEXT(""), .level = work->actor.level};
    struct desk_member_standing_row row;
    struct desk_vouch_counts_row vouches;
    if (work->actor.role != BOARD_PHYSICIAN)
        return REFUSED;
    reply.in = work->actor.state == MEMBER_IN;
    enum result result = desk_member_standing(clerk->desk, work->arena, work->actor.member, &row);
    if (result != OK)
        return result;
    reply.why = row.level_why;
    reply.why_ms = row.level_ms;
    result = desk_vouch_counts(clerk->desk, work->arena, work->actor.member, &vouches);
    if (result == OK && !reply.in)
        result = standing_application(work, &reply);
    if (result == OK)
        result = standing_codes(work, &reply);
    if (result != OK)
        return result;
    reply.vouches = vouches.vouched;
    reply.vouches_open = vouches.open;
    reply_standing_write(&work->reply, &reply);
    return OK;
}
