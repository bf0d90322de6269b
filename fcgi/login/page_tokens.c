/* Personal tokens: what a member's own programs show instead of a session. A token is in this one
 * reply and nowhere else; what there are, and what each is called, only the clerk can read. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "core/token.h"
#include "fcgi/guard.h"

enum { DAYS_USUAL = 90 };

#define SCOPE_FIELD(name_)                                                         \
    {                                                                              \
        .name = name_, .type = FIELD_FLAG, .optional = true, .label = "This scope" \
    }
const struct field fields_tokens_form[] = {
    {.name = "ended", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = NULL},
};
const struct field fields_tokens[] = {
    {.name = "name", .type = FIELD_LINE, .low = 1, .high = 40, .label = "The name"},
    SCOPE_FIELD("read"),
    SCOPE_FIELD("ask"),
    SCOPE_FIELD("answer"),
    SCOPE_FIELD("vote"),
    SCOPE_FIELD("notices"),
    SCOPE_FIELD("comment"),
    SCOPE_FIELD("edit"),
    SCOPE_FIELD("drafts"),
    SCOPE_FIELD("flag"),
    {.name = "days",
     .type = FIELD_INT,
     .low = 1,
     .high = 366,
     .optional = true,
     .fallback = DAYS_USUAL,
     .label = "The days it is good for"},
    {.name = "password", .type = FIELD_SECRET, .low = 1, .high = 200, .label = "Your password"},
    {.name = NULL},
};

static struct text scopes_words(struct arena *arena, int64_t scopes)
{
    struct buf out;
    buf_open(&out, arena, 64);
    for (size_t i = 0; i < SCOPES; i++)
        if (scopes >> i & 1)
            buf_format(&out, "%s%s", out.size > 0 ? ", " : "", token_scope_name(i));
    return buf_done(&out);
}

static enum result tokens_load(struct request *r, struct view_tokens *v)
{
    struct command command = {.kind = COMMAND_TOKENS};
    struct reply_tokens reply;
    struct json *root;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return result == UNKNOWN ? BUSY : result;
    result = root != NULL ? reply_tokens_read(root, r->arena, &reply) : BUSY;
    json_close(root);
    if (result != OK)
        return BUSY;
    v->fresh = reply.fresh;
    v->tokens = arena_array(r->arena, struct view_token, reply.tokens_count + 1);
    for (size_t i = 0; i < reply.tokens_count; i++) {
        const struct record_token *token = &reply.tokens[i];
        v->tokens[v->tokens_count++] = (struct view_token){
            .id = token->id,
            .name = token->name,
            .scopes = scopes_words(r->arena, token->scopes),
            .made = clock_day(r->arena, token->made_ms),
            .until = clock_day(r->arena, token->expires_ms),
            .until_iso = clock_iso(r->arena, token->expires_ms),
            .used = token->used_ms > 0 ? clock_day(r->arena, token->used_ms) : TEXT(""),
        };
    }
    return OK;
}

static enum result tokens_show(struct request *r, struct reply *out, struct view_tokens *v)
{
    v->head = page_head(r, TEXT("Tokens for programs"));
    page_form_problems(r, "name read days password", &v->problems, &v->problems_count);
    if (!page_may_ask(r))
        return r->why;
    v->scopes = arena_array(r->arena, struct view_token_scope, SCOPES);
    for (size_t i = 0; i < SCOPES; i++)
        v->scopes[v->scopes_count++] = (struct view_token_scope){
            .name = text_of(token_scope_name(i)),
            .words = text_of(token_scope_words(i)),
            .chosen = r->fields == fields_tokens ? request_typed(r, token_scope_name(i)).size > 0
                                                 : i == 0,
        };
    enum result result = tokens_load(r, v);
    if (result != OK)
        return result;
    v->request = guard_request_id(r);
    v->make_form = guard_form(r, out, "/account/tokens");
    v->end_form = guard_form(r, out, "/account/token/:id/end");
    return reply_view(r, out, tokens, v);
}

enum result page_tokens(struct request *r, struct reply *out)
{
    struct view_tokens v = {.name = TEXT(""), .days = DAYS_USUAL};
    v.notice = request_flag(r, "ended") ? TEXT("Ended. It opens nothing any more.") : TEXT("");
    return tokens_show(r, out, &v);
}

enum result page_tokens_again(struct request *r, struct reply *out)
{
    struct view_tokens v = {.name = TEXT(""), .days = DAYS_USUAL, .notice = TEXT("")};
    if (r->fields == fields_tokens) {
        v.name = request_typed(r, "name");
        (void)text_int(request_typed(r, "days"), 1, 366, &v.days);
    }
    return tokens_show(r, out, &v);
}

enum result page_tokens_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_TOKEN_MAKE};
    struct view_token_made v = {.head = page_head(r, TEXT("Your new token"))};
    struct reply_token_made made;
    struct json *root;
    command.token_make.name = request_text(r, "name");
    command.token_make.days = request_int(r, "days");
    command.token_make.password = request_text(r, "password");
    for (size_t i = 0; i < SCOPES; i++)
        if (request_flag(r, token_scope_name(i)))
            command.token_make.scopes |= INT64_C(1) << i;
    if (command.token_make.scopes == 0) {
        request_fault_add(r, "read", "A token that may do nothing is of no use: choose something.");
        return INVALID;
    }
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return result;
    result = root != NULL ? reply_token_made_read(root, r->arena, &made) : UNKNOWN;
    json_close(root);
    if (result != OK)
        return UNKNOWN;
    if (made.token.size == 0) /* sent twice: it was shown the first time */
        return reply_redirect(r, out, "/account/tokens");
    v.name = command.token_make.name;
    v.token = made.token;
    v.scopes = scopes_words(r->arena, command.token_make.scopes);
    return reply_view(r, out, token_made, &v);
}

enum result page_token_end_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_TOKEN_END};
    command.token_end.id = r->id;
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/account/tokens?ended=1") : result;
}
