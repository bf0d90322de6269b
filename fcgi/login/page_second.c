/* The second step of signing in, and signing in with a passkey alone. */
#include "fcgi/login/page_second.h"

#include "core/session.h"
#include "fcgi/guard.h"

enum { TICKET_SIZE = 400, CHALLENGE_SIZE = 64, ALLOW_SIZE = 4000, NEXT_SIZE = 200 };

#define HIDDEN(name_, size)                                                \
    {                                                                      \
        .name = name_, .type = FIELD_LINE, .high = size, .optional = true, \
        .label = "What the page sent"                                      \
    }
const struct field fields_second[] = {
    HIDDEN("ticket", TICKET_SIZE),
    HIDDEN("challenge", CHALLENGE_SIZE),
    HIDDEN("allow", ALLOW_SIZE),
    HIDDEN("next", NEXT_SIZE),
    HIDDEN("passkey", 1400),
    HIDDEN("client_data", 4000),
    HIDDEN("authenticator", 4000),
    HIDDEN("signature", 400),
    {.name = "methods",
     .type = FIELD_INT,
     .low = 0,
     .high = 7,
     .optional = true,
     .label = "What the page sent"},
    {.name = "code", .type = FIELD_SECRET, .high = 40, .optional = true, .label = "The code"},
    {.name = NULL},
};
const struct field fields_passkey_in[] = {HIDDEN("next", NEXT_SIZE), {.name = NULL}};

struct text page_device(const struct request *r)
{
    return r->device.size > 0 && r->device.size <= 20 ? r->device : NO_TEXT;
}

static enum result second_show(struct request *r, struct reply *out, struct view_second *v,
                               int64_t methods)
{
    v->head = page_head(r, TEXT("One more step"));
    v->form = guard_form(r, out, "/login/second");
    v->totp = (methods & SECOND_TOTP) != 0;
    v->recovery = (methods & SECOND_RECOVERY) != 0;
    v->passkey = (methods & SECOND_PASSKEY) != 0;
    page_problems(r, &v->problems, &v->problems_count);
    return reply_view(r, out, second, v);
}

enum result page_second(struct request *r, struct reply *out, const struct reply_signed_in *in,
                        struct text next)
{
    struct view_second v = {
        .ticket = in->ticket, .challenge = in->challenge, .allow = in->allow, .next = next};
    return second_show(r, out, &v, in->methods);
}

enum result page_second_again(struct request *r, struct reply *out)
{
    struct view_second v = {.ticket = request_typed(r, "ticket"),
                            .challenge = request_typed(r, "challenge"),
                            .allow = request_typed(r, "allow"),
                            .next = request_typed(r, "next")};
    int64_t methods = 0;
    (void)text_int(request_typed(r, "methods"), 0, 7, &methods);
    return second_show(r, out, &v, methods);
}

/* Sends what was typed or signed. A ticket that is over leads back to the start. */
static enum result second_send(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_signed_in in;
    struct command command = {.kind = COMMAND_SIGN_IN_SECOND};
    command.sign_in_second = (struct command_sign_in_second){
        .ticket = request_text(r, "ticket"),
        .code = request_text(r, "code"),
        .device = page_device(r),
        .passkey = request_text(r, "passkey"),
        .client_data = request_text(r, "client_data"),
        .authenticator = request_text(r, "authenticator"),
        .signature = request_text(r, "signature"),
    };
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == STALE)
        return reply_redirect(r, out, "/login?late=1");
    if (result != OK)
        return result == UNKNOWN ? BUSY : result;
    result = root != NULL ? reply_signed_in_read(root, r->arena, &in) : UNKNOWN;
    json_close(root);
    if (result != OK)
        return UNKNOWN;
    return page_signed_in(r, out, &in, request_text(r, "next"));
}

enum result page_second_post(struct request *r, struct reply *out)
{
    return second_send(r, out);
}

/* --- a passkey alone --- */

static enum result passkey_show(struct request *r, struct reply *out, struct text next)
{
    struct view_passkey_in v = {.head = page_head(r, TEXT("Sign in with a passkey")), .next = next};
    struct command command = {.kind = COMMAND_PASSKEY_ASK};
    struct reply_passkey_asked asked;
    struct json *root;
    page_problems(r, &v.problems, &v.problems_count);
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return result == UNKNOWN ? BUSY : result;
    result = root != NULL ? reply_passkey_asked_read(root, r->arena, &asked) : UNKNOWN;
    json_close(root);
    if (result != OK)
        return BUSY;
    v.form = guard_form(r, out, "/login/passkey");
    v.ticket = asked.ticket;
    v.challenge = asked.challenge;
    return reply_view(r, out, passkey_in, &v);
}

enum result page_passkey_in(struct request *r, struct reply *out)
{
    struct text next = request_text(r, "next");
    if (r->reader.signed_in)
        return page_go_on(r, out, next, r->reader.role, r->reader.level);
    return passkey_show(r, out, next);
}

enum result page_passkey_in_again(struct request *r, struct reply *out)
{
    return passkey_show(r, out, request_typed(r, "next"));
}

enum result page_passkey_in_post(struct request *r, struct reply *out)
{
    return second_send(r, out);
}
