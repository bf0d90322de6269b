#include "board/account/account.h"

#include "core/conf.h"
#include "schema/desk.h"

/* Mails about an account: said at once, to the address it concerns. No pseudonym in them: mail is
 * read on other people's screens. */

static const struct words {
    const char *subject, *body;
} words[MAIL_ACCOUNT_LAST - MAIL_ACCOUNT] = {
    [MAIL_RESET - MAIL_ACCOUNT] = {"a new password",
                                   "Somebody, you we hope, asked for a new password. This code "
                                   "is good once, for half an hour:\n\n    "},
    [MAIL_EMAIL_OLD - MAIL_ACCOUNT] =
        {"your e-mail address",
         "Your account asked for its mail to go to another address from now on. If that was not "
         "you, sign in, change your password and end all other sessions:\n"},
    [MAIL_EMAIL_NEW - MAIL_ACCOUNT] = {"confirm this address",
                                       "A member wants mail to come to this address. If that is "
                                       "you, type this code on the page of your account:\n\n    "},
    [MAIL_EMAIL_DONE -
        MAIL_ACCOUNT] = {"your e-mail address",
                         "Mail of your account goes to another address from now on, as was "
                         "confirmed there. If that was not you, answer this mail.\n"},
    [MAIL_PASSWORD - MAIL_ACCOUNT] = {"your password",
                                      "Your password was changed, and all other sessions have "
                                      "ended. If that was not you, ask for a new one at once:\n"},
    [MAIL_FACTOR_ADDED -
        MAIL_ACCOUNT] = {"signing in",
                         "A second step of signing in was added to your account. If that was not "
                         "you, look at it now:\n"},
    [MAIL_FACTOR_REMOVED -
        MAIL_ACCOUNT] = {"signing in",
                         "A second step of signing in was taken from your account. If that was not "
                         "you, look at it now:\n"},
    [MAIL_RECOVERY_USED - MAIL_ACCOUNT] =
        {"signing in", "A recovery code of your account was used to sign in. If that was not you, "
                       "change your password at once:\n"},
    [MAIL_TOKEN_MADE - MAIL_ACCOUNT] = {"a token for programs",
                                        "A token was made with which a program can act for your "
                                        "account. If that was not you, change your password at "
                                        "once, which ends it:\n"},
    [MAIL_PAYEE_SET - MAIL_ACCOUNT] = {"where your money goes",
                                       "Where your rewards are paid to was changed. If that was "
                                       "not you, change your password at once, and then say anew "
                                       "where they are to go:\n"},
};

static const char *link_of(int64_t kind)
{
    return kind == MAIL_RESET       ? "/reset/new#"
           : kind == MAIL_PASSWORD  ? "/reset"
           : kind == MAIL_EMAIL_NEW ? "/account"
                                    : "/account";
}

/* The box of a change of address: which line of it (0 old, 1 new, 2 code). */
static enum result change_line(struct work *work, int64_t change, int line, struct text *out)
{
    struct desk_email_change_get_row row;
    struct bytes plain;
    enum result result = desk_email_change_get(work->clerk->desk, work->arena, change, &row);
    if (result == OK)
        result = factor_open(work, row.member, row.box, &plain);
    if (result != OK)
        return result;
    struct text rest = {(const char *)plain.data, plain.size};
    for (int i = 0; i <= line; i++) {
        if (!text_next(&rest, '\n', out))
            return BROKEN;
    }
    return OK;
}

static enum result reset_code(struct work *work, int64_t id, struct text *code)
{
    struct desk_reset_get_row row;
    struct bytes plain;
    enum result result = desk_reset_get(work->clerk->desk, work->arena, id, &row);
    if (result == OK && (row.used != 0 || row.expires_ms <= work->clerk->now_ms))
        return NOT_FOUND;
    if (result == OK)
        result = factor_open(work, row.member, row.box, &plain);
    if (result == OK)
        *code = (struct text){(const char *)plain.data, plain.size};
    return result;
}

static enum result address_of(struct work *work, const struct desk_mail_due_row *row,
                              struct text *to)
{
    struct credential credential;
    int64_t cause = row->id / NOTICES_PER_EVENT;
    enum result result;
    if (row->kind == MAIL_EMAIL_OLD || row->kind == MAIL_EMAIL_NEW)
        result = change_line(work, cause, row->kind == MAIL_EMAIL_NEW, to);
    else if (row->kind == MAIL_EMAIL_DONE)
        result = change_line(work, row->question, 0, to);
    else {
        result = own_credential(work, row->member, &credential);
        if (result == OK)
            *to = credential.email;
    }
    return result == OK && to->size == 0 ? NOT_FOUND : result;
}

enum result account_mail_write(struct work *work, const struct desk_mail_due_row *row,
                               struct record_mail *mail)
{
    struct text site = conf_text("site.name"), url = conf_text("site.url"), code = TEXT("");
    struct text to;
    if (row->kind < MAIL_ACCOUNT || row->kind >= MAIL_ACCOUNT_LAST)
        return BROKEN;
    const struct words *w = &words[row->kind - MAIL_ACCOUNT];
    int64_t cause = row->id / NOTICES_PER_EVENT;
    enum result result = address_of(work, row, &to);
    if (result == OK && row->kind == MAIL_RESET)
        result = reset_code(work, cause, &code);
    if (result == OK && row->kind == MAIL_EMAIL_NEW)
        result = change_line(work, cause, 2, &code);
    if (result != OK)
        return result;
    mail->id = row->id;
    mail->to = to;
    mail->subject = arena_format(work->arena, "%.*s: %s", (int)site.size, site.data, w->subject);
    bool follows = row->kind == MAIL_RESET; /* the link carries the code behind its #, which stays
                                               in the browser */
    mail->body = arena_format(work->arena, "%s%.*s%s%.*s%s%.*s\n", w->body, (int)code.size,
                              code.data, code.size > 0 ? "\n\n" : "", (int)url.size, url.data,
                              link_of(row->kind), follows ? (int)code.size : 0, code.data);
    return OK;
}
