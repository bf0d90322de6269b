/* The door: signing in and out. Why a sign-in
 * failed is never told: a wrong name and a wrong password look the same. */
#include "fcgi/login/page_second.h"

#include "core/clock.h"
#include "fcgi/guard.h"
#include "schema/board.h"

enum { NEXT_SIZE_MAX = 200, NAME_MAX_SIZE = 40, PASSWORD_MAX_SIZE = 200 };

const struct field fields_login_form[] = {
    {.name = "next",
     .type = FIELD_LINE,
     .high = NEXT_SIZE_MAX,
     .optional = true,
     .label = "The page to go on to"},
    {.name = "joined", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = "out", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = "reset", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = "late", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = "left", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = NULL},
};
const struct field fields_login[] = {
    {.name = "name", .type = FIELD_LINE, .low = 1, .high = NAME_MAX_SIZE, .label = "The pseudonym"},
    {.name = "password",
     .type = FIELD_SECRET,
     .low = 1,
     .high = PASSWORD_MAX_SIZE,
     .label = "The password"},
    {.name = "next",
     .type = FIELD_LINE,
     .high = NEXT_SIZE_MAX,
     .optional = true,
     .label = "The page to go on to"},
    {.name = NULL},
};

static bool path_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '-';
}

/* A page of this site that somebody of this role may open; else absent. */
static struct text next_for(struct text next, int64_t role, int64_t level)
{
    bool good = next.size > 0 && next.data[0] == '/' && !text_starts(next, "//") &&
                !text_starts(next, "/log") && level >= BOARD_LEVEL_OPEN;
    for (size_t i = 0; good && i < next.size; i++)
        good = path_char(next.data[i]);
    bool sponsors = good && text_starts(next, "/sponsor");
    bool admins = good && text_starts(next, "/admin");
    if (role == BOARD_PHYSICIAN)
        good = good && !sponsors && !admins;
    else
        good = role == BOARD_SPONSOR ? sponsors : admins;
    return good ? next : NO_TEXT;
}

enum result page_go_on(struct request *r, struct reply *out, struct text next, int64_t role,
                       int64_t level)
{
    struct text to = next_for(next, role, level);
    if (!to.data)
        to = text_of(page_home(role, level));
    return reply_redirect(r, out, "%.*s", (int)to.size, to.data);
}

static enum result login_show(struct request *r, struct reply *out, struct view_login *v)
{
    v->head = page_head(r, TEXT("Sign in"));
    v->form = guard_form(r, out, "/login");
    page_problems(r, &v->problems, &v->problems_count);
    return reply_view(r, out, login, v);
}

enum result page_login(struct request *r, struct reply *out)
{
    struct text next = request_text(r, "next");
    if (r->reader.signed_in)
        return page_go_on(r, out, next, r->reader.role, r->reader.level);
    struct view_login v = {.name = TEXT(""), .next = next, .notice = TEXT("")};
    if (request_flag(r, "joined"))
        v.notice = TEXT("Your application is in. Sign in to see how it stands.");
    else if (request_flag(r, "out"))
        v.notice = TEXT("You are signed out.");
    else if (request_flag(r, "reset"))
        v.notice = TEXT("Your new password is set, and all sessions have ended. Sign in with it.");
    else if (request_flag(r, "late"))
        v.notice = TEXT("That took too long. Please sign in once more.");
    else if (request_flag(r, "left"))
        v.notice = TEXT("You have left. Your account is gone; thank you for what you gave.");
    return login_show(r, out, &v);
}

enum result page_login_again(struct request *r, struct reply *out)
{
    struct view_login v = {
        .name = request_typed(r, "name"), .next = request_typed(r, "next"), .notice = TEXT("")};
    return login_show(r, out, &v);
}

/* The level of one who has just signed in decides where he goes; reading it is no more than a help.
 */
static int64_t level_of(struct request *r, int64_t member)
{
    struct board_member_profile_row row;
    request_fresh(r);
    enum result result = board_member_profile(request_store(r, WEB_BOARD), r->arena, member, &row);
    return result == OK ? row.level : BOARD_LEVEL_OPEN;
}

enum result page_login_post(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_signed_in in;
    struct command command = {.kind = COMMAND_SIGN_IN};
    command.sign_in.name = request_text(r, "name");
    command.sign_in.password = request_text(r, "password");
    command.sign_in.device = page_device(r);
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == INVALID || result == REFUSED || result == NOT_FOUND || result == STALE) {
        r->fault_count = 0;
        request_fault_add(r, "",
                          "The pseudonym and the password do not belong together. Check both, and "
                          "whether Caps Lock is on.");
        return INVALID;
    }
    if (result != OK) /* signing in twice does no harm, so nobody need know whether it was done */
        return result == UNKNOWN ? BUSY : result;
    result = root != NULL ? reply_signed_in_read(root, r->arena, &in) : UNKNOWN;
    json_close(root);
    if (result != OK)
        return UNKNOWN;
    if (in.token.size == 0)
        return page_second(r, out, &in, request_text(r, "next"));
    return page_signed_in(r, out, &in, request_text(r, "next"));
}

enum result page_signed_in(struct request *r, struct reply *out, const struct reply_signed_in *in,
                           struct text next)
{
    reply_session(out, in->token);
    return page_go_on(r, out, next, in->role, level_of(r, in->member));
}

enum result page_logout_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_SIGN_OUT};
    if (r->reader.signed_in) {
        enum result result = page_program_done(r, "clerk", &command);
        /* STALE: the session was over already, which is what was asked for. */
        if (result != OK && result != STALE)
            return result;
    }
    reply_session(out, NO_TEXT);
    return reply_redirect(r, out, "/login?out=1");
}

enum result page_logout_again(struct request *r, struct reply *out)
{
    struct view_message v = {.head = page_head(r, TEXT("Signing out"))};
    bool over = !r->reader.signed_in;
    v.title = over ? TEXT("You are signed out") : TEXT("You are still signed in");
    v.words = over ? TEXT("Your session was over already.")
              : r->why == BUSY
                  ? TEXT("It cannot be done just now. Try again in a few seconds, or "
                         "close the browser if this is not your own device.")
                  : TEXT("The page you came from was no longer current. Press Sign out "
                         "at the top once more.");
    v.link = over ? TEXT("/login") : text_of(page_home(r->reader.role, r->reader.level));
    v.link_words = over ? TEXT("Sign in") : TEXT("Back");
    return reply_view(r, out, message, &v);
}
