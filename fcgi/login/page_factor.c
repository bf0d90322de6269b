/* Adding a second factor, and the recovery codes that come with the first. The codes are in this
 * one reply and nowhere else. */
#include "fcgi/page/page_doors.h"

#include "core/conf.h"
#include "fcgi/guard.h"
#include "fcgi/qr.h"

enum { TICKET_SIZE = 400, CODES = 10, GROUP = 4 };

const struct field fields_totp[] = {
    {.name = "ticket",
     .type = FIELD_LINE,
     .low = 1,
     .high = TICKET_SIZE,
     .label = "What the page sent"},
    {.name = "secret", .type = FIELD_LINE, .low = 1, .high = 64, .label = "What the page sent"},
    {.name = "code", .type = FIELD_LINE, .low = 1, .high = 40, .label = "The code"},
    {.name = NULL},
};
const struct field fields_passkey_new[] = {
    {.name = "ticket",
     .type = FIELD_LINE,
     .low = 1,
     .high = TICKET_SIZE,
     .label = "What the page sent"},
    {.name = "label", .type = FIELD_LINE, .high = 40, .optional = true, .label = "The name"},
    {.name = "client_data",
     .type = FIELD_LINE,
     .high = 4000,
     .optional = true,
     .label = "What the browser sent"},
    {.name = "authenticator",
     .type = FIELD_LINE,
     .high = 4000,
     .optional = true,
     .label = "What the browser sent"},
    {.name = NULL},
};

/* Shows new codes; without any, back to the account. */
static enum result codes_show(struct request *r, struct reply *out, struct json *root,
                              const char *what)
{
    struct view_codes v = {.head = page_head(r, TEXT("Your recovery codes"))};
    struct reply_recovery_codes reply;
    struct text rest, code;
    enum result result = root != NULL ? reply_recovery_codes_read(root, r->arena, &reply) : UNKNOWN;
    json_close(root);
    if (result != OK)
        return UNKNOWN;
    if (reply.codes.size == 0)
        return reply_redirect(r, out, "/account?added=1");
    v.codes = arena_array(r->arena, struct view_code, CODES);
    rest = reply.codes;
    while (v.codes_count < CODES && text_next(&rest, ' ', &code))
        v.codes[v.codes_count++].text = code;
    v.what = text_of(what);
    return reply_view(r, out, codes, &v);
}

enum result page_codes_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_RECOVERY_RENEW};
    struct json *root;
    enum result result = page_program(r, "clerk", &command, &root);
    return result == OK ? codes_show(r, out, root, "The old codes are void.") : result;
}

/* --- authenticator app --- */

static struct text grouped(struct arena *arena, struct text secret)
{
    struct buf out;
    buf_open(&out, arena, secret.size * 2);
    for (size_t i = 0; i < secret.size; i++) {
        if (i > 0 && i % GROUP == 0)
            buf_char(&out, ' ');
        buf_char(&out, secret.data[i]);
    }
    return buf_done(&out);
}

/* What authenticator apps read: the Key Uri Format. */
static struct text otpauth(struct request *r, struct text secret)
{
    struct buf uri;
    struct text site = conf_text("site.name");
    buf_open(&uri, r->arena, 300);
    buf_format(&uri, "otpauth://totp/");
    buf_url_part_text(&uri, site);
    buf_char(&uri, ':');
    buf_url_part_text(&uri, r->reader.pseudonym);
    buf_format(&uri, "?secret=%.*s&issuer=", (int)secret.size, secret.data);
    buf_url_part_text(&uri, site);
    return buf_done(&uri);
}

static enum result totp_show(struct request *r, struct reply *out, struct text ticket,
                             struct text secret)
{
    struct view_totp v = {.head = page_head(r, TEXT("Add an authenticator app")), .ticket = ticket};
    v.form = guard_form(r, out, "/account/totp");
    v.request = guard_request_id(r);
    v.plain = secret;
    v.secret = grouped(r->arena, secret);
    v.path = qr_path(r->arena, otpauth(r, secret), &v.size);
    page_form_problems(r, "code", &v.problems, &v.problems_count);
    return reply_view(r, out, totp, &v);
}

/* Words instead of a form: why nothing can be added now. */
static enum result not_now(struct request *r, struct reply *out, enum result result)
{
    struct view_message v = {.head = page_head(r, TEXT("Not just now")),
                             .title = TEXT("Not just now"),
                             .link = TEXT("/account"),
                             .link_words = TEXT("Back to your account")};
    if (result != INVALID || r->fault_count == 0)
        return result == UNKNOWN ? BUSY : result;
    v.words = r->faults[0].words;
    return reply_view(r, out, message, &v);
}

enum result page_totp(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_TOTP_OFFER};
    struct reply_totp_offered offered;
    struct json *root;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return not_now(r, out, result);
    result = root != NULL ? reply_totp_offered_read(root, r->arena, &offered) : BUSY;
    json_close(root);
    return result == OK ? totp_show(r, out, offered.ticket, offered.secret) : BUSY;
}

enum result page_totp_again(struct request *r, struct reply *out)
{
    struct text secret = request_typed(r, "secret");
    if (r->why == STALE || secret.size == 0)
        return page_may_ask(r) ? page_totp(r, out) : r->why; /* a new one */
    return totp_show(r, out, request_typed(r, "ticket"), secret);
}

enum result page_totp_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_TOTP_ADD};
    struct json *root;
    command.totp_add.ticket = request_text(r, "ticket");
    command.totp_add.code = request_text(r, "code");
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return result;
    return codes_show(r, out, root, "Your authenticator app is added; it will be asked for.");
}

/* --- passkey --- */

static enum result passkey_show(struct request *r, struct reply *out, struct text label)
{
    struct view_passkey_new v = {.head = page_head(r, TEXT("Add a passkey")), .label = label};
    struct command command = {.kind = COMMAND_PASSKEY_OFFER};
    struct reply_passkey_asked asked;
    struct json *root;
    page_form_problems(r, "label", &v.problems, &v.problems_count);
    r->fault_count = 0;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return not_now(r, out, result);
    result = root != NULL ? reply_passkey_asked_read(root, r->arena, &asked) : BUSY;
    json_close(root);
    if (result != OK)
        return BUSY;
    v.form = guard_form(r, out, "/account/passkey");
    v.request = guard_request_id(r);
    v.ticket = asked.ticket;
    v.challenge = asked.challenge;
    v.user = asked.user;
    v.name = asked.name;
    v.allow = asked.allow;
    return reply_view(r, out, passkey_new, &v);
}

enum result page_passkey_new(struct request *r, struct reply *out)
{
    return passkey_show(r, out, TEXT(""));
}

enum result page_passkey_new_again(struct request *r, struct reply *out)
{
    return page_may_ask(r) ? passkey_show(r, out, request_typed(r, "label")) : r->why;
}

enum result page_passkey_new_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_PASSKEY_ADD};
    struct json *root;
    command.passkey_add = (struct command_passkey_add){
        .ticket = request_text(r, "ticket"),
        .label = request_text(r, "label"),
        .client_data = request_text(r, "client_data"),
        .authenticator = request_text(r, "authenticator"),
    };
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return result;
    return codes_show(r, out, root, "Your passkey is added; it will be asked for.");
}
