#include "board/fold/fold.h"

#include "board/account/background.h"
#include "board/door/door.h"
#include "board/desk/held.h"
#include "board/account/pseudonym.h"
#include "core/clock.h"
#include "schema/desk.h"

#include <string.h>

enum result request_keep(struct db *desk, const uint8_t request[ID_SIZE], int64_t seq)
{
    static const uint8_t none[ID_SIZE];
    /* An event that does not say which command it was could be made twice. */
    if (memcmp(request, none, ID_SIZE) == 0)
        return BROKEN;
    return desk_request_add(desk, bytes_of(request, ID_SIZE), seq);
}

/* What a reader takes for the same: case, and the signs that look alike in some font. */
struct text pseudonym_key(struct arena *arena, struct text pseudonym)
{
    char *out = arena_take(arena, pseudonym.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < pseudonym.size; i++) {
        char c = pseudonym.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c == ' ' || c == '.' || c == '-' || c == '_')
            continue;
        c = (char)(c == '0' ? 'o' : c == '1' || c == 'i' ? 'l' : c == '5' ? 's' : c);
        if (c == 'n' && size > 0 && out[size - 1] == 'r')
            out[size - 1] = 'm'; /* rn looks like m */
        else if (c == 'v' && size > 0 && out[size - 1] == 'v')
            out[size - 1] = 'w';
        else
            out[size++] = c;
    }
    return (struct text){out, size};
}

static enum result member_applied(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_member_applied *e = &event->member_applied;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_member_add(db, event->seq, pseudonym_key(arena, e->pseudonym), e->pseudonym,
                                 BOARD_PHYSICIAN, 0, MEMBER_WAITING, e->credential));
    THEN(result, desk_member_look_set(db, event->seq, pseudonym_look(arena, e->pseudonym),
                                      e->specialty, e->show_specialty ? 1 : 0));
    return result;
}

static enum result staff_added(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_staff_added *e = &event->staff_added;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_member_add(db, event->seq, pseudonym_key(arena, e->pseudonym), e->pseudonym,
                                 e->role, BOARD_LEVEL_OPEN, MEMBER_IN, e->credential));
    THEN(result,
         desk_member_look_set(db, event->seq, pseudonym_look(arena, e->pseudonym), TEXT(""), 0));
    return result;
}

static enum result member_decided(struct db *db, const struct event *event)
{
    const struct event_member_decided *e = &event->member_decided;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_member_decide(db, e->member, e->level,
                                    e->accepted ? MEMBER_IN : MEMBER_REFUSED, event->at_ms));
    THEN(result, desk_proposal_remove(db, PROPOSAL_LET_IN, e->member));
    THEN(result, desk_mail_add(db, event->seq * NOTICES_PER_EVENT, e->member, NOTICE_DECIDED, 0,
                               event->at_ms));
    return result;
}

static enum result member_level_set(struct db *db, const struct event *event)
{
    const struct event_member_level_set *e = &event->member_level_set;
    struct text why = e->why.data == NULL ? TEXT("") : e->why;
    enum result result = desk_member_level_set(db, e->member, e->level, why, e->was, event->at_ms);
    THEN(result, fold_door_level(db, event));
    THEN(result, desk_mail_add(db, event->seq * NOTICES_PER_EVENT, e->member, NOTICE_LEVEL, 0,
                               event->at_ms));
    return result;
}

static enum result session_opened(struct db *db, const struct event *event)
{
    const struct event_session_opened *e = &event->session_opened;
    enum result result = desk_session_prune(db, e->member, event->at_ms);
    THEN(result, desk_session_add(db, bytes_of(e->digest, DIGEST_SIZE), e->member, e->role,
                                  event->at_ms, e->expires_ms));
    THEN(result, desk_session_opened_set(db, bytes_of(e->digest, DIGEST_SIZE), event->at_ms));
    return result;
}

static enum result posting_added(struct db *db, const struct journal_entry *entry,
                                 struct arena *arena)
{
    const struct event *event = &entry->event;
    const struct event_posting_added *e = &event->posting_added;
    struct desk_posting_get_row thread;
    struct arena none = {0}; /* numbers only */
    int64_t question = e->question == 0 ? event->seq : e->question;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_posting_add(db, event->seq, question, e->member, e->kind, event->at_ms));
    THEN(result, fold_telling_posting(db, entry, arena));
    if (e->has_sponsor)
        THEN(result, desk_sponsored_add(db, event->seq, e->sponsor, e->source, event->at_ms));
    if (e->has_options)
        THEN(result, desk_poll_add(db, event->seq, e->options));
    if (e->held)
        THEN(result, fold_desk_held(db, event));
    if (e->held || e->question == 0)
        return result;
    THEN(result, desk_posting_get(db, &none, e->question, &thread));
    if (result == OK && thread.member > 0 && thread.member != e->member)
        result = fold_telling_answer(db, event->seq * NOTICES_PER_EVENT, thread.member, e->question,
                                     event->at_ms);
    return result;
}

static enum result vote_cast(struct db *db, const struct event *event)
{
    const struct event_vote_cast *e = &event->vote_cast;
    enum result result = (e->was_stance == STANCE_NONE ? desk_vote_add : desk_vote_change)(
        db, e->posting, e->member, e->stance, e->patients, e->has_informed && e->informed,
        event->at_ms);
    THEN(result,
         desk_member_voted(db, e->member, event->at_ms / DAY_MS, e->was_stance == STANCE_NONE));
    return result;
}

static enum result topic_followed(struct db *db, const struct event *event)
{
    const struct event_topic_followed *e = &event->topic_followed;
    enum result result = fold_telling_topic(db, event);
    THEN(result, (e->follows ? desk_interest_add : desk_interest_remove)(db, e->topic, e->member));
    return result;
}

static enum result mail_sent(struct db *db, const struct event *event)
{
    enum result result = desk_mail_sent_set(db, event->mail_sent.mail, event->at_ms);
    THEN(result, desk_digest_remove(db, event->mail_sent.mail));
    THEN(result, desk_report_mail_remove(db, event->mail_sent.mail));
    return result;
}

static enum result rule_proposed(struct db *db, const struct event *event)
{
    const struct event_rule_proposed *e = &event->rule_proposed;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_rule_add(db, event->seq, e->name, e->by));
    return result;
}

static enum result rule_approved(struct db *db, const struct event *event)
{
    const struct event_rule_approved *e = &event->rule_approved;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_rule_supersede(db, e->proposal));
    THEN(result, desk_rule_state_set(db, e->proposal, RULE_ACTIVE));
    return result;
}

static enum result rule_withdrawn(struct db *db, const struct event *event)
{
    const struct event_rule_withdrawn *e = &event->rule_withdrawn;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_rule_state_set(db, e->proposal, RULE_WITHDRAWN));
    return result;
}

static enum result rule_shadowed(struct db *db, const struct event *event)
{
    const struct event_rule_shadowed *e = &event->rule_shadowed;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_rule_shadow_set(db, e->proposal, event->at_ms));
    return result;
}

static enum result rule_tried(struct db *db, const struct event *event)
{
    const struct event_rule_tried *e = &event->rule_tried;
    int64_t trial = e->passed ? RULE_TRIAL_PASSED : RULE_TRIAL_FAILED;
    return e->has_months && e->months ? desk_rule_months_set(db, e->proposal, trial)
                                      : desk_rule_trial_set(db, e->proposal, trial);
}

static enum result rule_rolled_back(struct db *db, const struct event *event)
{
    const struct event_rule_rolled_back *e = &event->rule_rolled_back;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_rule_back(db, e->name, e->proposal));
    return result;
}

static enum result rule_apply(struct db *db, const struct event *event)
{
    switch (event->kind) {
    case EVENT_RULE_PROPOSED:
        return rule_proposed(db, event);
    case EVENT_RULE_APPROVED:
        return rule_approved(db, event);
    case EVENT_RULE_WITHDRAWN:
        return rule_withdrawn(db, event);
    case EVENT_RULE_SHADOWED:
        return rule_shadowed(db, event);
    case EVENT_RULE_TRIED:
        return rule_tried(db, event);
    default:
        return rule_rolled_back(db, event);
    }
}

/* Events that have a file of their own, asked one after another. */
static enum result others_apply(struct db *db, const struct journal_entry *entry,
                                struct arena *arena)
{
    const struct event *event = &entry->event;
    bool known = false;
    enum result result = fold_desk_telling(db, entry, arena, &known);
    if (!known)
        result = fold_desk_account(db, event, arena, &known);
    if (!known)
        result = fold_desk_texts(db, entry, arena, &known);
    if (!known)
        result = fold_desk_topic(db, event, &known);
    if (!known)
        result = fold_desk_round(db, event, &known);
    if (!known)
        result = fold_desk_kinds(db, event, &known);
    if (!known)
        result = fold_desk_moderation(db, entry, &known);
    if (!known)
        result = fold_desk_safety(db, event, &known);
    if (!known)
        result = fold_desk_released(db, event, &known);
    return known ? result : BROKEN; /* an event of a kind this program does not know */
}

/* Without its text it was taken back since; which of the two was asked stays. */
static enum result background_told(struct db *db, const struct journal_entry *entry)
{
    const struct event_background_told *e = &entry->event.background_told;
    int64_t part = 0;
    enum result result = request_keep(db, e->request, entry->event.seq);
    if (entry->texts[0].data && !text_int(entry->texts[0], 1, BACKGROUND_REGIONS, &part))
        return BROKEN;
    THEN(result, desk_background_set(db, e->member, entry->event.seq, e->asked, part));
    return result;
}

enum result fold_desk_apply(void *self, const struct journal_entry *entry, struct arena *arena)
{
    struct db *db = self;
    const struct event *event = &entry->event;
    switch (event->kind) {
    case EVENT_MEMBER_APPLIED:
        return member_applied(db, event, arena);
    case EVENT_STAFF_ADDED:
        return staff_added(db, event, arena);
    case EVENT_MEMBER_DECIDED:
        return member_decided(db, event);
    case EVENT_MEMBER_LEVEL_SET:
        return member_level_set(db, event);
    case EVENT_SESSION_OPENED:
        return session_opened(db, event);
    case EVENT_SESSION_SEEN:
        return desk_session_seen_set(db, bytes_of(event->session_seen.digest, DIGEST_SIZE),
                                     event->at_ms);
    case EVENT_SESSION_CLOSED:
        return desk_session_remove(db, bytes_of(event->session_closed.digest, DIGEST_SIZE));
    case EVENT_POSTING_ADDED:
        return posting_added(db, entry, arena);
    case EVENT_VOTE_CAST:
        return vote_cast(db, event);
    case EVENT_TOTALS_SHOWN:
        return desk_looked_add(db, event->totals_shown.member, event->totals_shown.question);
    case EVENT_TOPIC_FOLLOWED:
        return topic_followed(db, event);
    case EVENT_NOTICES_SEEN:
        return desk_reader_seen_set(db, event->notices_seen.member,
                                    event->notices_seen.upto / NOTICES_PER_EVENT);
    case EVENT_BACKGROUND_TOLD:
        return background_told(db, entry);
    case EVENT_TEXT_BLANKED:
        return fold_desk_words_blanked(db, event->text_blanked.seq);
    case EVENT_HELD_OBJECTED:
        return fold_desk_held_objected(db, entry);
    case EVENT_MAIL_SENT:
        return mail_sent(db, event);
    case EVENT_RULE_PROPOSED:
    case EVENT_RULE_APPROVED:
    case EVENT_RULE_WITHDRAWN:
    case EVENT_RULE_SHADOWED:
    case EVENT_RULE_ROLLED_BACK:
    case EVENT_RULE_TRIED:
        return rule_apply(db, event);
    case EVENT_OPERATION_CONFIRMED:
        return request_keep(db, event->operation_confirmed.request, event->seq);
    case EVENT_DECISION_PROPOSED:
    case EVENT_CODE_ASKED:
    case EVENT_CODE_SENT:
    case EVENT_CODE_MISSED:
    case EVENT_CODE_USED:
    case EVENT_DOMAIN_SET:
    case EVENT_PIONEER_SET:
    case EVENT_INVITATION_MADE:
    case EVENT_VOUCH_ASKED:
    case EVENT_VOUCH_ANSWERED:
    case EVENT_BRANCH_PROPOSED:
    case EVENT_BRANCH_WITHDRAWN:
        return fold_door_apply(db, event);
    default:
        return others_apply(db, entry, arena);
    }
}
