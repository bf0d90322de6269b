/* One's own account: how to sign in, where mail goes, what colleagues see, where one is signed in.
 * What only the clerk may know (address, second factors) is asked of it each time. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "core/session.h"
#include "fcgi/guard.h"
#include "schema/board.h"

enum { SESSIONS_SHOWN = 100, KEY_SIZE_SHOWN = 16, FACTOR_TOTP = 1, FACTOR_RECOVERY = 2 };

#define DONE(name_)                                                                     \
    {                                                                                   \
        .name = name_, .type = FIELD_FLAG, .optional = true, .label = "What was before" \
    }
const struct field fields_account[] = {
    DONE("needed"), DONE("password"),  DONE("asked"),  DONE("email"),
    DONE("ended"),  DONE("specialty"), DONE("added"),  DONE("removed"),
    DONE("told"),   DONE("untold"),    {.name = NULL},
};
const struct field fields_password[] = {
    {.name = "old", .type = FIELD_SECRET, .low = 1, .high = 200, .label = "The present password"},
    {.name = "password",
     .type = FIELD_SECRET,
     .low = PASSWORD_SIZE_MIN,
     .high = 200,
     .label = "The new password"},
    {.name = NULL},
};
const struct field fields_email[] = {
    {.name = "email", .type = FIELD_LINE, .low = 3, .high = 254, .label = "The new address"},
    {.name = "email_password",
     .type = FIELD_SECRET,
     .low = 1,
     .high = 200,
     .label = "The password"},
    {.name = NULL},
};
const struct field fields_email_confirm[] = {
    {.name = "code", .type = FIELD_LINE, .low = 1, .high = 20, .label = "The code"},
    {.name = NULL},
};
const struct field fields_specialty[] = {
    {.name = "shown", .type = FIELD_FLAG, .optional = true, .label = "Your choice"},
    {.name = NULL},
};

static struct text factor_used(struct request *r, const struct record_factor *factor)
{
    if (factor->used_ms == 0)
        return TEXT("not used yet");
    struct text ago = clock_ago(r->arena, factor->used_ms, r->now_ms);
    return arena_format(r->arena, "used %.*s", (int)ago.size, ago.data);
}

static void factors_load(struct request *r, const struct reply_account *reply,
                         struct view_account *v)
{
    v->factors = arena_array(r->arena, struct view_factor, reply->factors_count + 1);
    for (size_t i = 0; i < reply->factors_count; i++) {
        const struct record_factor *factor = &reply->factors[i];
        if (factor->kind == FACTOR_RECOVERY) {
            v->codes = true;
            continue;
        }
        v->totp = v->totp || factor->kind == FACTOR_TOTP;
        v->factors[v->factors_count++] = (struct view_factor){
            .id = factor->id,
            .kind = factor->kind == FACTOR_TOTP ? TEXT("Authenticator app") : TEXT("Passkey"),
            .label = factor->label,
            .added = clock_day(r->arena, factor->added_ms),
            .added_iso = clock_iso(r->arena, factor->added_ms),
            .used = factor_used(r, factor),
        };
    }
    v->codes_left = reply->codes_left;
}

enum result page_account_ask(struct request *r, struct reply_account *reply)
{
    struct command command = {.kind = COMMAND_ACCOUNT};
    struct json *root;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return result == UNKNOWN ? BUSY : result;
    result = root != NULL ? reply_account_read(root, r->arena, reply) : BUSY;
    json_close(root);
    return result == OK ? OK : BUSY;
}

static enum result clerk_load(struct request *r, struct view_account *v)
{
    struct reply_account reply;
    enum result result = page_account_ask(r, &reply);
    if (result != OK)
        return result;
    v->email = reply.email;
    v->changing = reply.changing;
    v->specialty = reply.specialty;
    v->shown = reply.shown;
    v->fresh = reply.fresh;
    v->can_show = r->reader.role == BOARD_PHYSICIAN && reply.specialty.size > 0;
    factors_load(r, &reply, v);
    return OK;
}

static struct text device_words(struct text device)
{
    return device.size == 0 || text_is(device, "other") ? TEXT("A device") : device;
}

static enum result sessions_load(struct request *r, struct view_account *v)
{
    struct board_account_sessions_row *rows;
    size_t count;
    uint8_t own[DIGEST_SIZE];
    session_digest(own, r->reader.token);
    enum result result =
        board_account_sessions(request_store(r, WEB_BOARD), r->arena, r->reader.member, r->now_ms,
                               SESSIONS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v->sessions = arena_array(r->arena, struct view_session, count + 1);
    for (size_t i = 0; i < count; i++)
        v->sessions[v->sessions_count++] = (struct view_session){
            .key = page_hex(r->arena, bytes_of(rows[i].digest.data, KEY_SIZE_SHOWN)),
            .device = device_words(rows[i].device),
            .opened = clock_ago(r->arena, rows[i].opened_ms, r->now_ms),
            .opened_iso = clock_iso(r->arena, rows[i].opened_ms),
            .seen = clock_ago(r->arena, rows[i].seen_ms, r->now_ms),
            .seen_iso = clock_iso(r->arena, rows[i].seen_ms),
            .here = rows[i].digest.size == DIGEST_SIZE &&
                    seal_equal(rows[i].digest.data, own, DIGEST_SIZE),
        };
    return OK;
}

static void forms_load(struct request *r, struct reply *out, struct view_account *v)
{
    v->request = guard_request_id(r);
    v->password_form = guard_form(r, out, "/account/password");
    v->email_form = guard_form(r, out, "/account/email");
    v->confirm_form = guard_form(r, out, "/account/email/confirm");
    v->specialty_form = guard_form(r, out, "/account/specialty");
    v->session_form = guard_form(r, out, "/account/session/:key/end");
    v->sessions_form = guard_form(r, out, "/account/sessions/end");
    v->remove_form = guard_form(r, out, "/account/factor/:id/remove");
    v->codes_form = guard_form(r, out, "/account/codes");
}

static enum result account_show(struct request *r, struct reply *out, struct view_account *v)
{
    v->head = page_head(r, TEXT("Your account"));
    v->who = r->reader.pseudonym;
    v->role = text_of(board_role_name(r->reader.role));
    v->missing = r->reader.second_missing;
    v->needed = r->reader.role == BOARD_PHYSICIAN
                    ? TEXT("Add a passkey or an authenticator app to go on.")
                    : TEXT("Add a passkey to go on.");
    v->programs = r->reader.role == BOARD_PHYSICIAN && r->reader.level >= BOARD_LEVEL_OPEN;
    v->can_leave = r->reader.role == BOARD_PHYSICIAN;
    page_form_problems(r, "old password email email_password code", &v->problems,
                       &v->problems_count);
    if (!page_may_ask(r))
        return r->why;
    enum result result = clerk_load(r, v);
    if (result == OK)
        result = sessions_load(r, v);
    if (result != OK)
        return result;
    forms_load(r, out, v);
    return reply_view(r, out, account, v);
}

enum result page_account(struct request *r, struct reply *out)
{
    static const struct {
        const char *name;
        struct text words;
    } done[] = {
        {"password", TEXT("Your password is changed, and all other sessions have ended.")},
        {"asked", TEXT("A code is on its way to the new address.")},
        {"email", TEXT("Your new address is confirmed.")},
        {"ended", TEXT("Ended.")},
        {"specialty", TEXT("That is how colleagues see you from now on.")},
        {"added", TEXT("Added. It will be asked for when you sign in.")},
        {"removed", TEXT("Removed.")},
        {"told", TEXT("Thank you. It counts from this month’s reports on.")},
        {"untold", TEXT("What you had told is erased; nothing of it counts from now on.")},
    };
    struct view_account v = {.notice = TEXT(""), .new_email = TEXT("")};
    for (size_t i = 0; i < sizeof done / sizeof done[0]; i++)
        if (request_flag(r, done[i].name))
            v.notice = done[i].words;
    return account_show(r, out, &v);
}

enum result page_account_again(struct request *r, struct reply *out)
{
    struct view_account v = {.notice = TEXT(""), .new_email = TEXT("")};
    if (r->fields == fields_email)
        v.new_email = request_typed(r, "email");
    return account_show(r, out, &v);
}

static enum result done(struct request *r, struct reply *out, struct command *command,
                        const char *what)
{
    enum result result = page_program_done(r, "clerk", command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/account?%s=1", what);
}

enum result page_password_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_PASSWORD_CHANGE};
    command.password_change.old = request_text(r, "old");
    command.password_change.password = request_text(r, "password");
    return done(r, out, &command, "password");
}

enum result page_email_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_EMAIL_ASK};
    command.email_ask.email = request_text(r, "email");
    command.email_ask.password = request_text(r, "email_password");
    return done(r, out, &command, "asked");
}

enum result page_email_confirm_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_EMAIL_CONFIRM};
    command.email_confirm.code = request_text(r, "code");
    return done(r, out, &command, "email");
}

enum result page_specialty_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_SPECIALTY_SHOW};
    command.specialty_show.shown = request_flag(r, "shown");
    return done(r, out, &command, "specialty");
}

enum result page_session_end_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_SESSION_END};
    command.session_end.key = r->name;
    return done(r, out, &command, "ended");
}

enum result page_sessions_end_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_SESSIONS_END};
    return done(r, out, &command, "ended");
}

enum result page_factor_remove_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_FACTOR_REMOVE};
    command.factor_remove.factor = r->id;
    return done(r, out, &command, "removed");
}
