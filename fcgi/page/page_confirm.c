/* Operations that a second person's passkey confirms: the form's part of any page, and where it
 * posts to when another program than the clerk does the operation. */
#include "fcgi/page/page_confirm.h"

#include <inttypes.h>
#include <string.h>

#include "fcgi/guard.h"

enum { NAME_MOST = 40, BACK_MOST = 200 };

const struct field fields_confirm[] = {
    {.name = "name", .type = FIELD_LINE, .low = 1, .high = NAME_MOST, .label = "The operation"},
    {.name = "about", .type = FIELD_INT, .high = PAGE_BEFORE_ALL, .label = "The operation"},
    {.name = "operation",
     .type = FIELD_LINE,
     .low = 2 * DIGEST_SIZE,
     .high = 2 * DIGEST_SIZE,
     .label = "The operation"},
    {.name = "back", .type = FIELD_LINE, .low = 1, .high = BACK_MOST, .label = "The page"},
    PAGE_FIELDS_PROOF,
    {.name = NULL},
};

struct record_proof page_proof(struct request *r)
{
    return (struct record_proof){
        .ticket = request_text(r, "ticket"),
        .passkey = request_text(r, "passkey"),
        .client_data = request_text(r, "client_data"),
        .authenticator = request_text(r, "authenticator"),
        .signature = request_text(r, "signature"),
    };
}

/* What is wrong already stays what is told: asking for a challenge adds no fault of its own. */
void page_confirm(struct request *r, struct reply *out, const char *pattern, struct text action,
                  const uint8_t operation[DIGEST_SIZE], struct view_confirm *v)
{
    struct command command = {.kind = COMMAND_CONFIRM_ASK};
    struct reply_passkey_asked asked;
    struct json *root = NULL;
    size_t faults = r->fault_count;
    memcpy(command.confirm_ask.operation, operation, DIGEST_SIZE);
    enum result result = page_may_ask(r) ? page_program(r, "clerk", &command, &root) : BUSY;
    if (result == OK)
        result = root != NULL ? reply_passkey_asked_read(root, r->arena, &asked) : BUSY;
    json_close(root);
    *v = (struct view_confirm){.action = action, .why = TEXT("")};
    if (result != OK) {
        v->why = r->fault_count > faults
                     ? r->faults[faults].words
                     : TEXT("It cannot be confirmed right now. Reload this page in a moment.");
        r->fault_count = faults;
        return;
    }
    v->form = guard_form(r, out, pattern);
    v->request = guard_request_id(r);
    v->ticket = asked.ticket;
    v->challenge = asked.challenge;
    v->allow = asked.allow;
    v->operation = page_hex(r->arena, bytes_of(operation, DIGEST_SIZE));
}

void page_confirm_elsewhere(struct request *r, struct reply *out, struct text name, int64_t about,
                            const uint8_t operation[DIGEST_SIZE], struct text back,
                            struct view_confirm *v)
{
    page_confirm(r, out, "/admin/confirm", TEXT("/admin/confirm"), operation, v);
    v->name = name;
    v->about = about;
    v->back = back;
}

/* A path below /admin, and nothing that could lead elsewhere. */
static bool back_good(struct text back)
{
    for (size_t i = 0; i < back.size; i++) {
        char c = back.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '-'))
            return false;
    }
    return text_starts(back, "/admin/");
}

enum result page_confirm_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_OPERATION_CONFIRM};
    struct command_operation_confirm *c = &command.operation_confirm;
    struct bytes operation = hex_read(r->arena, request_text(r, "operation"));
    struct text back = request_text(r, "back");
    if (operation.data == NULL || operation.size != DIGEST_SIZE || !back_good(back))
        return INVALID;
    c->name = request_text(r, "name");
    c->about = request_int(r, "about");
    memcpy(c->operation, operation.data, DIGEST_SIZE);
    c->proof = page_proof(r);
    enum result result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "%.*s", (int)back.size, back.data);
}

enum result page_confirm_again(struct request *r, struct reply *out)
{
    struct text back = request_typed(r, "back");
    struct view_message v = {.head = page_head(r, TEXT("Not confirmed")),
                             .title = TEXT("Not confirmed"),
                             .link = back_good(back) ? back : TEXT("/admin"),
                             .link_words = TEXT("Look at it once more")};
    v.words = r->fault_count > 0 ? r->faults[0].words
                                 : TEXT("It could not be confirmed. Look at it once more.");
    return reply_view(r, out, message, &v);
}
