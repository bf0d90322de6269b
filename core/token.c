#include "core/token.h"

#include "core/buf.h"

#include <assert.h>
#include <string.h>

static const char prefix[] = "cbs_";

static const struct {
    const char *name, *words;
} scopes[SCOPES] = {
    {"read", "Read what colleagues wrote, and search"},
    {"ask", "Post questions, cases and observations in your name, and say how they were solved"},
    {"answer", "Post answers in your name"},
    {"vote", "Vote, choose in polls and rate in your name"},
    {"notices", "Read your notices, and change what you follow and are told of"},
    {"comment", "Comment, thank, and mark postings as outdated or dangerous"},
    {"edit", "Change your postings, and the summaries of threads"},
    {"drafts", "Read, keep and delete your drafts"},
    {"flag", "Flag postings to the admins, and object to what they decided on yours"},
};

/* What stands in no row here is closed to programs. A new form is, until somebody decides. Closed
 * on purpose: an account, its tokens and feeds (a feed's address is a key that outlives the token),
 * vouching (a person's word for a person), money, and what admins and sponsors do. */
static const struct {
    const char *pattern;
    int64_t scopes;
} forms[] = {
    {"/ask", SCOPE_ASK},
    {"/q/:id/solved", SCOPE_ASK},
    {"/p/:id/choose", SCOPE_ASK},
    {"/q/:id/round", SCOPE_ASK},
    {"/q/:id/round/close", SCOPE_ASK},
    {"/q/:id/duplicate", SCOPE_ASK},
    {"/q/:id/answer", SCOPE_ANSWER},
    {"/preview", SCOPE_ASK | SCOPE_ANSWER | SCOPE_COMMENT | SCOPE_EDIT},
    {"/image", SCOPE_ASK | SCOPE_ANSWER | SCOPE_EDIT},
    {"/p/:id/vote", SCOPE_VOTE},
    {"/q/:id/poll", SCOPE_VOTE},
    {"/q/:id/rate", SCOPE_VOTE},
    {"/q/:id/show", SCOPE_VOTE},
    {"/topic/:name/follow", SCOPE_NOTICES},
    {"/q/:id/follow", SCOPE_NOTICES},
    {"/q/:id/decline", SCOPE_NOTICES},
    {"/notices/seen", SCOPE_NOTICES},
    {"/notices/settings", SCOPE_NOTICES},
    {"/search/save", SCOPE_NOTICES},
    {"/saved/:id/drop", SCOPE_NOTICES},
    {"/p/:id/comment", SCOPE_COMMENT},
    {"/comment/:id/remove", SCOPE_COMMENT},
    {"/p/:id/thank", SCOPE_COMMENT},
    {"/p/:id/mark", SCOPE_COMMENT},
    {"/p/:id/mark/withdraw", SCOPE_COMMENT},
    {"/p/:id/edit", SCOPE_EDIT},
    {"/q/:id/summary", SCOPE_EDIT},
    {"/draft", SCOPE_DRAFTS},
    {"/draft/remove", SCOPE_DRAFTS},
    {"/p/:id/flag", SCOPE_FLAG},
    {"/p/:id/flag/withdraw", SCOPE_FLAG},
    {"/p/:id/appeal", SCOPE_FLAG},
};
/* What is read: a reader's own affairs, and what only makes sense before one of these forms. */
static const struct {
    const char *pattern;
    int64_t scopes;
} own_pages[] = {
    {"/ask", SCOPE_ASK},
    {"/notices", SCOPE_NOTICES},
    {"/notices/settings", SCOPE_NOTICES},
    {"/q/:id/answer", SCOPE_DRAFTS},
    {"/drafts", SCOPE_DRAFTS},
    {"/p/:id/comment", SCOPE_READ},
    {"/p/:id/mark", SCOPE_READ},
    {"/p/:id/edit", SCOPE_EDIT},
    {"/q/:id/summary", SCOPE_EDIT},
    {"/p/:id/flag", SCOPE_FLAG},
    {"/p/:id/withheld", SCOPE_FLAG},
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
