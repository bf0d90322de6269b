#include "board/account/account.h"
#include "board/door/door.h"
#include "board/telling/released.h"
#include "board/telling/telling.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/desk.h"

enum { MAILS_MOST = 50, MAILS_SIZE_MAX = 64 * 1024 };

enum result notices_seen_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct event event = {.kind = EVENT_NOTICES_SEEN};
    struct board_member_unread_row row;
    struct desk_reader_get_row reader = {.seen = 0};
    int64_t upto = work->command->notices_seen.upto;
    enum result result = board_member_unread(clerk->board, work->arena, work->actor.member, &row);
    if (result == OK)
        result = desk_reader_get(clerk->desk, work->arena, work->actor.member, &reader);
    bool follows = result == OK;
    if (result == NOT_FOUND)
        result = OK;
    if (result != OK || (row.unread == 0 && !(follows && upto / NOTICES_PER_EVENT > reader.seen)))
        return result;
    if (upto / NOTICES_PER_EVENT > clerk->head) /* what is yet to come cannot be seen */
        upto = clerk->head * NOTICES_PER_EVENT + NOTICES_PER_EVENT - 1;
    event.notices_seen = (struct event_notices_seen){.member = work->actor.member, .upto = upto};
    return clerk_record(clerk, &event, NULL, 0);
}

/* What a mail says. Never a posting's words: mail is read on other people's screens. */
static void notice_write(struct work *work, const struct desk_mail_due_row *row,
                         struct record_mail *mail)
{
    struct text site = conf_text("site.name"), url = conf_text("site.url");
    if (row->kind == NOTICE_ANSWER) {
        mail->subject = arena_format(work->arena, "%.*s: a new answer", (int)site.size, site.data);
        mail->body =
            arena_format(work->arena, "A colleague has answered in your thread:\n%.*s/q/%lld\n",
                         (int)url.size, url.data, (long long)row->question);
    } else if (row->kind == NOTICE_OPINION) {
        mail->subject =
            arena_format(work->arena, "%.*s: your experience is sought", (int)site.size, site.data);
        mail->body = arena_format(work->arena,
                                  "A colleague asks those who know, and the house thought of you. "
                                  "Nobody is told that you were asked; answer it or not:\n"
                                  "%.*s/q/%lld\n",
                                  (int)url.size, url.data, (long long)row->question);
    } else if (row->kind == NOTICE_VOUCH) {
        mail->subject =
            arena_format(work->arena, "%.*s: will you vouch?", (int)site.size, site.data);
        mail->body = arena_format(work->arena,
                                  "A physician who waits at the door says that you know each "
                                  "other. Sign in to see, and decide freely:\n%.*s/vouch\n",
                                  (int)url.size, url.data);
    } else if (row->kind == NOTICE_CONTACT) {
        mail->subject = arena_format(work->arena, "%.*s: a question to you, which you may decline",
                                     (int)site.size, site.data);
        mail->body = arena_format(work->arena,
                                  "The maker of a product would like to ask you about a posting. "
                                  "Nobody is told who you are unless you say so. Sign in to "
                                  "read what it is and to decide:\n%.*s/contact\n",
                                  (int)url.size, url.data);
    } else if (row->kind == NOTICE_SPONSORED) {
        mail->subject =
            arena_format(work->arena, "%.*s: your question to members", (int)site.size, site.data);
        mail->body = arena_format(work->arena,
                                  "The medical desk has looked at a question of yours. Sign in to "
                                  "read what was decided, and why:\n%.*s/sponsor/question/%lld\n",
                                  (int)url.size, url.data, (long long)row->question);
    } else if (row->kind == NOTICE_MODERATED) {
        mail->subject = arena_format(work->arena, "%.*s: your posting", (int)site.size, site.data);
        mail->body =
            arena_format(work->arena,
                         "A colleague has looked at a posting of yours. Sign in to see what "
                         "was decided, why, and how to object:\n%.*s/q/%lld\n",
                         (int)url.size, url.data, (long long)row->question);
    } else if (row->kind == NOTICE_LEVEL) {
        mail->subject =
            arena_format(work->arena, "%.*s: your assurance level", (int)site.size, site.data);
        mail->body = arena_format(work->arena,
                                  "What we know of your licence has changed, and with it what is "
                                  "open to you. Sign in to see why:\n%.*s/\n",
                                  (int)url.size, url.data);
    } else {
        mail->subject =
            arena_format(work->arena, "%.*s: your application", (int)site.size, site.data);
        mail->body = arena_format(work->arena,
                                  "Your application has been decided. Sign in to see how:\n%.*s/\n"
                                  "If you think that it is wrong, answer this mail.\n",
                                  (int)url.size, url.data);
    }
}

/* A member's address, for the postman alone. NOT_FOUND: there is none (any more). */
static enum result address_find(struct work *work, int64_t member, struct text *address)
{
    struct clerk *clerk = work->clerk;
    struct desk_member_get_row row;
    struct credential credential;
    uint8_t key[KEY_SIZE];
    enum result result = desk_member_get(clerk->desk, work->arena, member, &row);
    if (result == OK)
        result = keyring_member_key(&clerk->keys, work->arena, member, key);
    if (result == OK)
        result = credential_unbox(work->arena, key, row.credential, &credential);
    seal_wipe(key, sizeof(key));
    if (result == OK && credential.email.size == 0)
        result = NOT_FOUND;
    if (result == OK)
        *address = credential.email;
    return result;
}

static enum result mail_write(struct work *work, const struct desk_mail_due_row *row,
                              struct record_mail *mail)
{
    struct text to = NO_TEXT;
    *mail = (struct record_mail){.id = row->id, .stop = NO_TEXT};
    if (row->kind == MAIL_CODE)
        return code_mail_write(work, row->question, mail);
    const bool is_news = row->kind == MAIL_DIGEST || row->kind == MAIL_REPORTS;
    if (row->kind >= MAIL_ACCOUNT && !is_news)
        return account_mail_write(work, row, mail);
    enum result result = address_find(work, row->member, &to);
    if (result == OK && row->kind == MAIL_DIGEST)
        result = digest_write(work, row, mail);
    else if (result == OK && row->kind == MAIL_REPORTS)
        result = report_mail_write(work, row, mail);
    else if (result == OK)
        result = notice_wanted(work, row->member, row->kind, mail);
    if (result == OK && !is_news)
        notice_write(work, row, mail);
    mail->to = to;
    return result;
}

static enum result mail_sent(struct clerk *clerk, int64_t mail)
{
    struct event event = {.kind = EVENT_MAIL_SENT};
    event.mail_sent.mail = mail;
    return clerk_record(clerk, &event, NULL, 0);
}

/* What the day's limit holds back. Codes, what concerns an account and somebody's place here are
 * waited for now; they have limits of their own. */
static bool may_wait(int64_t kind)
{
    return kind < MAIL_ACCOUNT && kind != NOTICE_DECIDED && kind != NOTICE_LEVEL &&
           kind != NOTICE_VOUCH && kind != NOTICE_MODERATED && kind != NOTICE_SPONSORED;
}

enum result mail_due_run(struct work *work)
{
    struct desk_mail_due_row *rows;
    struct reply_mails reply = {0};
    int64_t most = conf_int("smtp.per_day"); /* what is over it waits for the next day */
    int64_t today_ms = mail_day_ms(work->clerk->now_ms);
    size_t count = 0, size = 0;
    enum result result =
        desk_mail_due(work->clerk->desk, work->arena, work->command->mail_due.after, MAILS_MOST,
                      today_ms, most, &rows, &count);
    if (result != OK)
        return result;
    reply.mails = arena_array(work->arena, struct record_mail, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        bool at_once = false;
        reply.last = rows[i].id;
        if (most > 0 && rows[i].earlier >= most && may_wait(rows[i].kind)) {
            result = notice_at_once(work, &rows[i], &at_once);
            if (result == OK && !at_once)
                continue;
        }
        if (result == OK)
            result = mail_write(work, &rows[i], &reply.mails[reply.mails_count]);
        if (result == NOT_FOUND)
            result = mail_sent(work->clerk, rows[i].id); /* nowhere to send it: done with */
        else if (result == OK)
            size += reply.mails[reply.mails_count++].body.size;
        if (size > MAILS_SIZE_MAX)
            break; /* the rest is asked for next */
    }
    if (result == OK)
        reply_mails_write(&work->reply, &reply);
    return result;
}

enum result mail_done_run(struct work *work)
{
    struct desk_mail_get_row row;
    int64_t mail = work->command->mail_done.mail;
    enum result result = desk_mail_get(work->clerk->desk, work->arena, mail, &row);
    if (result != OK || row.sent != 0)
        return result;
    return mail_sent(work->clerk, mail);
}
