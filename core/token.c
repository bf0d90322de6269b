#include "core/token.h"

#include "core/buf.h"

#include <assert.h>
#include <string.h>

static const char prefix[] = "cbs_";

static const struct {
    const char *name, *words;
} scopes[SCOPES] = {
    {"read", "Read what colleagues wrote, and search"},
    {"ask", "Post questions, cases and observations in your name"},
    {"answer", "Post answers in your name"},
    {"vote", "Vote in your name"},
    {"notices", "Read your notices, follow topics"},
};

/* What stands in no row here is closed to programs. A new form is, until somebody decides. */
static const struct {
    const char *pattern;
    int64_t scopes;
} forms[] = {
    {"/ask", SCOPE_ASK},
    {"/preview", SCOPE_ASK | SCOPE_ANSWER},
    {"/q/:id/solved", SCOPE_ASK},
    {"/q/:id/answer", SCOPE_ANSWER},
    {"/p/:id/vote", SCOPE_VOTE},
    {"/q/:id/poll", SCOPE_VOTE},
    {"/q/:id/rate", SCOPE_VOTE},
    {"/topic/:name/follow", SCOPE_NOTICES},
    {"/notices/seen", SCOPE_NOTICES},
};
static const struct {
    const char *pattern;
    int64_t scopes;
} own_pages[] = {
    {"/ask", SCOPE_ASK},
    {"/notices", SCOPE_NOTICES},
};

const char *token_scope_name(size_t place)
{
    assert(place < SCOPES);
    return scopes[place].name;
}

const char *token_scope_words(size_t place)
{
    assert(place < SCOPES);
    return scopes[place].words;
}

bool token_is(struct text text)
{
    return text.data != NULL && text_starts(text, prefix);
}

bool token_read(struct text text, uint8_t token[TOKEN_SIZE])
{
    _Static_assert(TOKEN_TEXT_SIZE == TOKEN_PREFIX_SIZE + BASE64URL_SIZE(TOKEN_SIZE), "its text");
    if (!token_is(text))
        return false;
    const struct text rest = {text.data + TOKEN_PREFIX_SIZE, text.size - TOKEN_PREFIX_SIZE};
    return base64url_read_into(token, TOKEN_SIZE, rest);
}

struct text token_text(struct arena *arena, const uint8_t token[TOKEN_SIZE])
{
    char *out = arena_take(arena, TOKEN_TEXT_SIZE + 1);
    memcpy(out, prefix, TOKEN_PREFIX_SIZE);
    base64url_write(out + TOKEN_PREFIX_SIZE, bytes_of(token, TOKEN_SIZE));
    return (struct text){out, TOKEN_TEXT_SIZE};
}

void token_digest(uint8_t digest[DIGEST_SIZE], const uint8_t token[TOKEN_SIZE])
{
    static const char word[] = "token";
    const struct bytes parts[] = {bytes_of(word, sizeof(word) - 1), bytes_of(token, TOKEN_SIZE)};
    seal_digest(digest, NULL, parts, 2);
}

int64_t token_form_scopes(const char *pattern)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        if (strcmp(forms[i].pattern, pattern) == 0)
            return forms[i].scopes;
    }
    return 0;
}

int64_t token_page_scopes(const char *pattern, bool own)
{
    for (size_t i = 0; i < sizeof(own_pages) / sizeof(*own_pages); i++) {
        if (strcmp(own_pages[i].pattern, pattern) == 0)
            return own_pages[i].scopes;
    }
    return own ? 0 : SCOPE_READ;
}
