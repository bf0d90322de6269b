#include "board/account/account.h"

#include "core/session.h"
#include "schema/board.h"
#include "schema/desk.h"

/* What account events do to board.db and desk.db. As in the two folds that call this: no clock,
 * settings or chance. */

static const uint8_t no_digest[DIGEST_SIZE];

/* --- board.db --- */

enum { VOTED_THREADS_MOST = 1 << 24 };

/* A member's own rows: found with his view key while it is there. When the journal is folded anew
 * after he left it is gone, and no such rows were made. */
static enum result own_remove(struct fold_board *fold, int64_t member, struct arena *arena)
{
    struct board_threads_voted_row *rows;
    uint8_t key[KEY_SIZE], tag[SESSION_TAG_SIZE];
    size_t count = 0;
    enum result result = keyring_view_key(fold->keys, arena, member, key);
    if (result == NOT_FOUND)
        return OK;
    session_topics_tag(tag, key);
    THEN(result, board_own_remove(fold->db, bytes_of(tag, sizeof(tag))));
    session_follows_tag(tag, key);
    THEN(result, board_own_remove(fold->db, bytes_of(tag, sizeof(tag))));
    THEN(result, board_threads_voted(fold->db, arena, 0, VOTED_THREADS_MOST, &rows, &count));
    for (size_t i = 0; i < count && result == OK; i++) {
        session_votes_tag(tag, key, rows[i].question);
        result = board_own_remove(fold->db, bytes_of(tag, sizeof(tag)));
    }
    THEN(result, fold_kinds_left(fold, key, arena));
    seal_wipe(key, sizeof(key));
    return result;
}

static enum result board_left(struct fold_board *fold, const struct event *event,
                              struct arena *arena)
{
    const struct event_member_left *e = &event->member_left;
    enum result result = own_remove(fold, e->member, arena);
    THEN(result, board_member_left(fold->db, e->member));
    THEN(result, board_member_threads_touch(fold->db, e->member, event->seq));
    THEN(result, board_notices_remove(fold->db, e->member));
    THEN(result, board_sessions_end(fold->db, e->member, bytes_of(no_digest, DIGEST_SIZE)));
    THEN(result, board_tokens_remove(fold->db, e->member));
    if (e->was >= BOARD_LEVEL_OPEN)
        THEN(result, board_total_add(fold->db, TEXT("members"), -1));
    return result;
}

enum result fold_board_account(struct fold_board *fold, const struct event *event,
                               struct arena *arena, bool *known)
{
    struct db *db = fold->db;
    *known = true;
    switch (event->kind) {
    case EVENT_FACTOR_ADDED:
        return board_member_second_set(db, event->factor_added.member, event->factor_added.second);
    case EVENT_FACTOR_REMOVED:
        return board_member_second_set(db, event->factor_removed.member,
                                       event->factor_removed.second);
    case EVENT_CREDENTIAL_SET: /* a new password ends what was made under the old one */
        return event->credential_set.has_change
                   ? OK
                   : board_tokens_remove(db, event->credential_set.member);
    case EVENT_FACTOR_USED:
    case EVENT_RESET_ASKED:
    case EVENT_EMAIL_ASKED:
    case EVENT_PAYEE_SET:
    case EVENT_TAX_FORM_SET:
    case EVENT_PAYOUT_ASKED:
    case EVENT_HELD_OBJECTED:
        return OK; /* the desk's business */
    case EVENT_SESSIONS_ENDED:
        return board_sessions_end(db, event->sessions_ended.member,
                                  bytes_of(event->sessions_ended.but, DIGEST_SIZE));
    case EVENT_SPECIALTY_SHOWN:
        return board_member_specialty_set(db, event->specialty_shown.member,
                                          event->specialty_shown.specialty);
    case EVENT_MEMBER_LEFT:
        return board_left(fold, event, arena);
    default:
        return fold_board_token(db, event, known);
    }
}

/* --- desk.db --- */

static enum result mail(struct db *db, const struct event *event, int64_t number, int64_t member,
                        int64_t kind, int64_t question)
{
    return desk_mail_put(db, event->seq * NOTICES_PER_EVENT + number, member, kind, question,
                         event->at_ms, 0);
}

static enum result factor_added(struct db *db, const struct event *event)
{
    const struct event_factor_added *e = &event->factor_added;
    struct bytes handle = e->has_handle ? bytes_of(e->handle, DIGEST_SIZE) : NO_BYTES;
    enum result result = request_keep(db, e->request, event->seq);
    if (e->kind != FACTOR_PASSKEY)
        THEN(result, desk_factor_replace(db, e->member, e->kind));
    THEN(result, desk_factor_add(db, event->seq, e->member, e->kind, handle, e->box, event->at_ms));
    THEN(result, desk_member_second_set(db, e->member, e->second));
    if (e->kind != FACTOR_RECOVERY)
        THEN(result, mail(db, event, 0, e->member, MAIL_FACTOR_ADDED, 0));
    return result;
}

static enum result factor_used(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_factor_used *e = &event->factor_used;
    struct desk_factor_get_row row;
    enum result result = desk_factor_get(db, arena, e->factor, &row);
    THEN(result, desk_factor_used_set(db, e->factor, e->mark, event->at_ms));
    if (result == OK && row.kind == FACTOR_RECOVERY)
        result = mail(db, event, 0, e->member, MAIL_RECOVERY_USED, 0);
    return result;
}

static enum result factor_removed(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_factor_removed *e = &event->factor_removed;
    struct desk_factor_get_row row;
    enum result result = desk_factor_get(db, arena, e->factor, &row);
    THEN(result, desk_factor_remove(db, e->factor));
    THEN(result, desk_member_second_set(db, e->member, e->second));
    if (result == OK && row.kind != FACTOR_RECOVERY)
        result = mail(db, event, 0, e->member, MAIL_FACTOR_REMOVED, 0);
    return result;
}

static enum result credential_set(struct db *db, const struct event *event)
{
    const struct event_credential_set *e = &event->credential_set;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_member_credential_set(db, e->member, e->credential));
    if (e->has_change) {
        THEN(result, desk_email_change_done(db, e->change));
        THEN(result, mail(db, event, 0, e->member, MAIL_EMAIL_DONE, e->change));
    } else {
        THEN(result, desk_resets_used(db, e->member));   /* older codes are no good any more */
        THEN(result, desk_tokens_remove(db, e->member)); /* nor what was made before */
        THEN(result, mail(db, event, 0, e->member, MAIL_PASSWORD, 0));
    }
    return result;
}

/* For a name nobody has the same rows are made, and the mail counts as sent. */
static enum result reset_asked(struct db *db, const struct event *event)
{
    const struct event_reset_asked *e = &event->reset_asked;
    enum result result = desk_resets_over(db, event->at_ms);
    THEN(result, desk_reset_add(db, event->seq, bytes_of(e->digest, DIGEST_SIZE), e->member,
                                e->expires_ms, e->box));
    THEN(result, desk_mail_put(db, event->seq * NOTICES_PER_EVENT, e->member, MAIL_RESET, 0,
                               event->at_ms, e->member == 0));
    return result;
}

static enum result email_asked(struct db *db, const struct event *event)
{
    const struct event_email_asked *e = &event->email_asked;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_email_changes_over(db, e->member));
    THEN(result, desk_email_change_add(db, event->seq, e->member, e->expires_ms, e->box));
    THEN(result, mail(db, event, 0, e->member, MAIL_EMAIL_OLD, 0));
    THEN(result, mail(db, event, 1, e->member, MAIL_EMAIL_NEW, 0));
    return result;
}

static enum result specialty_shown(struct db *db, const struct event *event)
{
    const struct event_specialty_shown *e = &event->specialty_shown;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_member_shown_set(db, e->member, e->shown ? 1 : 0));
    return result;
}

static enum result desk_left(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_member_left *e = &event->member_left;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_member_left(db, e->member));
    THEN(result, desk_sessions_end(db, e->member, bytes_of(no_digest, DIGEST_SIZE)));
    THEN(result, desk_factors_remove(db, e->member));
    THEN(result, desk_tokens_remove(db, e->member));
    THEN(result, desk_resets_remove(db, e->member));
    THEN(result, desk_email_changes_remove(db, e->member));
    THEN(result, fold_telling_left(db, e->member, arena));
    THEN(result, desk_interests_remove(db, e->member));
    THEN(result, desk_looked_remove(db, e->member));
    THEN(result, desk_background_remove(db, e->member));
    THEN(result, desk_mails_remove(db, e->member));
    return result;
}

enum result fold_desk_account(struct db *db, const struct event *event, struct arena *arena,
                              bool *known)
{
    *known = true;
    switch (event->kind) {
    case EVENT_FACTOR_ADDED:
        return factor_added(db, event);
    case EVENT_FACTOR_USED:
        return factor_used(db, event, arena);
    case EVENT_FACTOR_REMOVED:
        return factor_removed(db, event, arena);
    case EVENT_CREDENTIAL_SET:
        return credential_set(db, event);
    case EVENT_RESET_ASKED:
        return reset_asked(db, event);
    case EVENT_EMAIL_ASKED:
        return email_asked(db, event);
    case EVENT_SESSIONS_ENDED:
        return desk_sessions_end(db, event->sessions_ended.member,
                                 bytes_of(event->sessions_ended.but, DIGEST_SIZE));
    case EVENT_SPECIALTY_SHOWN:
        return specialty_shown(db, event);
    case EVENT_MEMBER_LEFT:
        return desk_left(db, event, arena);
    default:
        return fold_desk_token(db, event, known);
    }
}
