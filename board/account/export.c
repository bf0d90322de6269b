#include "board/account/account.h"

#include "schema/desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the journal holds on a member: his own entries, stretch by stretch, so that no export keeps
 * the others waiting. Boxes and digests of secrets are left out: they say nothing to a person. */

enum { STRETCH = 4000, EVENTS_SIZE_MAX = 60000 };

/* The same of what becomes of postings. */
static int64_t texts_member(const struct event *event)
{
    switch ((int)event->kind) {
    case EVENT_POSTING_EDITED:
        return event->posting_edited.member;
    case EVENT_COMMENT_ADDED:
        return event->comment_added.member;
    case EVENT_THANKS_GIVEN:
        return event->thanks_given.member;
    case EVENT_ANSWER_CHOSEN:
        return event->answer_chosen.member;
    case EVENT_MARK_SET:
        return event->mark_set.member;
    case EVENT_SUMMARY_EDITED:
        return event->summary_edited.member;
    case EVENT_TOPIC_DESCRIBED:
        return event->topic_described.by;
    default:
        return 0;
    }
}

/* What he follows and is told of. */
static int64_t telling_member(const struct event *event)
{
    switch (event->kind) {
    case EVENT_SEARCH_SAVED:
        return event->search_saved.member;
    case EVENT_SEARCH_DROPPED:
        return event->search_dropped.member;
    case EVENT_THREAD_FOLLOWED:
        return event->thread_followed.member;
    case EVENT_TELLING_SET:
        return event->telling_set.member;
    case EVENT_DIGEST_MADE:
        return event->digest_made.member;
    case EVENT_FEED_MADE:
        return event->feed_made.member;
    case EVENT_FEED_DROPPED:
        return event->feed_dropped.member;
    case EVENT_OPINION_SOUGHT:
        return event->opinion_sought.member;
    case EVENT_OPINION_DECLINED:
        return event->opinion_declined.member;
    case EVENT_REPORTS_MAIL_SET:
        return event->reports_mail_set.member;
    case EVENT_REPORTS_MAIL_MADE:
        return event->reports_mail_made.member;
    case EVENT_SPONSOR_KIND_SET:
        return event->sponsor_kind_set.member;
    default:
        return texts_member(event);
    }
}

/* How he signs in, and what is said of him. */
static int64_t account_member(const struct event *event)
{
    switch (event->kind) {
    case EVENT_FACTOR_ADDED:
        return event->factor_added.member;
    case EVENT_FACTOR_USED:
        return event->factor_used.member;
    case EVENT_FACTOR_REMOVED:
        return event->factor_removed.member;
    case EVENT_CREDENTIAL_SET:
        return event->credential_set.member;
    case EVENT_RESET_ASKED:
        return event->reset_asked.member;
    case EVENT_EMAIL_ASKED:
        return event->email_asked.member;
    case EVENT_SESSIONS_ENDED:
        return event->sessions_ended.member;
    case EVENT_TOKEN_MADE:
        return event->token_made.member;
    case EVENT_TOKEN_USED:
        return event->token_used.member;
    case EVENT_TOKEN_ENDED:
        return event->token_ended.member;
    case EVENT_SPECIALTY_SHOWN:
        return event->specialty_shown.member;
    case EVENT_PAYEE_SET:
        return event->payee_set.member;
    case EVENT_TAX_FORM_SET:
        return event->tax_form_set.member;
    case EVENT_HELD_OBJECTED:
        return event->held_objected.member;
    case EVENT_PAYOUT_ASKED:
        return event->payout_asked.member;
    default:
        return telling_member(event);
    }
}

/* Whose doing it was, or whom it is about; 0: nobody's. */
static int64_t event_member(const struct event *event)
{
    switch (event->kind) {
    case EVENT_MEMBER_APPLIED:
    case EVENT_STAFF_ADDED:
        return event->seq;
    case EVENT_MEMBER_DECIDED:
        return event->member_decided.member;
    case EVENT_MEMBER_LEVEL_SET:
        return event->member_level_set.member;
    case EVENT_SESSION_OPENED:
        return event->session_opened.member;
    case EVENT_POSTING_ADDED:
        return event->posting_added.has_sponsor ? event->posting_added.sponsor
                                                : event->posting_added.member;
    case EVENT_QUESTION_SOLVED:
        return event->question_solved.member;
    case EVENT_ROUND_OPENED:
        return event->round_opened.member;
    case EVENT_ROUND_CLOSED:
        return event->round_closed.member;
    case EVENT_VOTE_CAST:
        return event->vote_cast.member;
    case EVENT_TOTALS_SHOWN:
        return event->totals_shown.member;
    case EVENT_TOPIC_FOLLOWED:
        return event->topic_followed.member;
    case EVENT_NOTICES_SEEN:
        return event->notices_seen.member;
    case EVENT_RULE_PROPOSED:
        return event->rule_proposed.by;
    case EVENT_RULE_APPROVED:
        return event->rule_approved.by;
    case EVENT_RULE_WITHDRAWN:
        return event->rule_withdrawn.by;
    case EVENT_RULE_SHADOWED:
        return event->rule_shadowed.by;
    case EVENT_RULE_ROLLED_BACK:
        return event->rule_rolled_back.by;
    case EVENT_OPERATION_CONFIRMED:
        return event->operation_confirmed.member;
    case EVENT_POLL_CHOSEN:
        return event->poll_chosen.member;
    case EVENT_QUESTION_RATED:
        return event->question_rated.member;
    case EVENT_SPECIALTIES_CHOSEN:
        return event->specialties_chosen.member;
    case EVENT_BACKGROUND_TOLD:
        return event->background_told.member;
    case EVENT_POSTING_FLAGGED:
        return event->posting_flagged.member;
    case EVENT_FLAG_WITHDRAWN:
        return event->flag_withdrawn.member;
    case EVENT_POSTING_DECIDED:
        return event->posting_decided.member;
    case EVENT_APPEAL_MADE:
        return event->appeal_made.member;
    case EVENT_PRODUCT_NAMED:
        return event->product_named.member;
    case EVENT_CONTACT_ASKED:
        return event->contact_asked.member;
    case EVENT_CONTACT_ANSWERED:
        return event->contact_answered.member;
    default:
        return account_member(event);
    }
}

/* What the member told by this event, while it stands (board/account/background.h); 0: no more. */
static enum result told_part(struct work *work, const struct event *event, int64_t *part)
{
    struct desk_background_of_row row;
    *part = 0;
    if (event->kind != EVENT_BACKGROUND_TOLD)
        return OK;
    enum result result =
        desk_background_of(work->clerk->desk, work->arena, work->actor.member, &row);
    if (result == OK && row.seq == event->seq)
        *part = row.part;
    return result == NOT_FOUND ? OK : result;
}

static void event_line(struct buf *out, const struct event *event, int64_t part)
{
    buf_format(out, "{\"seq\":%" PRId64 ",\"at_ms\":%" PRId64 ",\"kind\":\"%s\"", event->seq,
               event->at_ms, event_kind_name(event->kind));
    if (event->kind == EVENT_VOTE_CAST)
        buf_format(out, ",\"posting\":%" PRId64 ",\"stance\":%" PRId64 ",\"patients\":%" PRId64,
                   event->vote_cast.posting, event->vote_cast.stance, event->vote_cast.patients);
    if (event->kind == EVENT_VOTE_CAST && event->vote_cast.has_informed)
        buf_format(out, ",\"informed\":%s", event->vote_cast.informed ? "true" : "false");
    if (event->kind == EVENT_TOTALS_SHOWN)
        buf_format(out, ",\"question\":%" PRId64, event->totals_shown.question);
    if (event->kind == EVENT_MEMBER_LEVEL_SET)
        buf_format(out, ",\"level\":%" PRId64, event->member_level_set.level);
    if (event->kind == EVENT_QUESTION_SOLVED)
        buf_format(out, ",\"question\":%" PRId64, event->question_solved.question);
    if (event->kind == EVENT_ROUND_OPENED)
        buf_format(out, ",\"question\":%" PRId64, event->round_opened.question);
    if (event->kind == EVENT_ROUND_CLOSED)
        buf_format(out, ",\"question\":%" PRId64, event->round_closed.question);
    if (event->kind == EVENT_POLL_CHOSEN)
        buf_format(out, ",\"question\":%" PRId64 ",\"choice\":%" PRId64,
                   event->poll_chosen.question, event->poll_chosen.choice);
    if (event->kind == EVENT_QUESTION_RATED)
        buf_format(out,
                   ",\"question\":%" PRId64 ",\"importance\":%" PRId64 ",\"relevance\":%" PRId64,
                   event->question_rated.question, event->question_rated.importance,
                   event->question_rated.relevance);
    if (event->kind == EVENT_BACKGROUND_TOLD)
        buf_format(out, ",\"asked\":\"%s\",\"part\":%" PRId64,
                   event->background_told.asked == 1 ? "region" : "years", part);
    if (event->kind == EVENT_TOPIC_FOLLOWED) {
        buf_format(out,
                   ",\"follows\":%s,\"topic\":", event->topic_followed.follows ? "true" : "false");
        buf_json_text(out, event->topic_followed.topic);
    }
    buf_format(out, "}\n");
}

/* Entries that do not even name the number are not read. */
static bool names_number(struct bytes body, const char *digits)
{
    return memmem(body.data, body.size, digits, strlen(digits)) != NULL;
}

enum result account_events_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct reply_account_events reply = {.after = 0};
    struct log_entry *entries;
    struct buf out;
    char digits[24];
    size_t count = 0;
    int64_t after = work->command->account_events.after, me = work->actor.member;
    (void)snprintf(digits, sizeof(digits), ":%" PRId64, me);
    buf_open(&out, work->arena, 4096);
    enum result result = log_read(clerk->journal, work->arena, after, STRETCH, &entries, &count);
    for (size_t i = 0; i < count && result == OK && out.size < EVENTS_SIZE_MAX; i++) {
        struct event event;
        after = entries[i].seq;
        if (after != me && !names_number(entries[i].body, digits))
            continue;
        result = event_read(entries[i].body, work->arena, &event);
        event.seq = after;
        if (result != OK || event_member(&event) != me)
            continue;
        int64_t part;
        result = told_part(work, &event, &part);
        event_line(&out, &event, part);
    }
    reply.events = out.size > 0 ? buf_done(&out) : TEXT("");
    reply.after = count == 0 || (count < STRETCH && after == entries[count - 1].seq) ? 0 : after;
    if (result == OK)
        reply_account_events_write(&work->reply, &reply);
    return result;
}
