#include "core/rule_text.h"
#include "core/buf.h"
#include <string.h>

enum { DEPTH_MAX = 256, WRITTEN_MAX = 4 * RULE_TEXT_MAX };

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_SIGN, TOKEN_OTHER /* a number or a text */ };
struct token {
    enum token_kind kind;
    struct text text;
};

/* --- tokens of Lua (manual, 3.1); the text has been compiled before, so it is one --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char char_at(struct text script, size_t at)
{
    return at < script.size ? script.data[at] : '\0';
}

static size_t word_end(struct text script, size_t at)
{
    while (at < script.size && is_letter(script.data[at]))
        at++;
    return at;
}

/* Where the long bracket that opens at `at` ends; `at` when none opens there. */
static size_t bracket_end(struct text script, size_t at)
{
    size_t level = 0;
    while (char_at(script, at + 1 + level) == '=')
        level++;
    if (char_at(script, at) != '[' || char_at(script, at + 1 + level) != '[')
        return at;
    for (size_t i = at + 2 + level; i < script.size; i++) {
        size_t same = 0;
        while (script.data[i] == ']' && same < level && char_at(script, i + 1 + same) == '=')
            same++;
        if (script.data[i] == ']' && same == level && char_at(script, i + 1 + level) == ']')
            return i + 2 + level;
    }
    return script.size;
}

static size_t quote_end(struct text script, size_t at)
{
    char quote = script.data[at++];
    while (at < script.size && script.data[at] != quote)
        at += script.data[at] == '\\' ? 2 : 1;
    return at < script.size ? at + 1 : script.size;
}

static size_t blank_end(struct text script, size_t at)
{
    for (;;) {
        while (at < script.size && is_blank(script.data[at]))
            at++;
        if (char_at(script, at) != '-' || char_at(script, at + 1) != '-')
            return at;
        size_t end = bracket_end(script, at + 2);
        if (end == at + 2)
            while (end < script.size && script.data[end] != '\n' && script.data[end] != '\r')
                end++;
        at = end;
    }
}

/* Signs of one letter, but for those that could be taken for others: "..", "...", and "=" after
 * another. */
static size_t sign_end(struct text script, size_t at)
{
    size_t end = at + 1;
    if (script.data[at] == '.')
        while (char_at(script, end) == '.')
            end++;
    else if (strchr("=~<>", script.data[at]) && char_at(script, end) == '=')
        end++;
    return end;
}

static struct token token_at(struct text script, size_t at)
{
    size_t from = blank_end(script, at), to;
    enum token_kind kind = TOKEN_OTHER;
    char c = char_at(script, from);
    if (from >= script.size)
        return (struct token){TOKEN_END, {script.data + script.size, 0}};
    if (is_digit(c) || (c == '.' && is_digit(char_at(script, from + 1)))) {
        to = from + 1;
        while (char_at(script, to) == '.' || word_end(script, to) > to)
            to++;
    } else if (word_end(script, from) > from) {
        kind = TOKEN_NAME;
        to = word_end(script, from);
    } else if (c == '"' || c == '\'') {
        to = quote_end(script, from);
    } else if (bracket_end(script, from) > from) {
        to = bracket_end(script, from);
    } else {
        kind = TOKEN_SIGN;
        to = sign_end(script, from);
    }
    return (struct token){kind, {script.data + from, to - from}};
}

static inline bool token_is(struct token token, enum token_kind kind, const char *text)
{
    size_t size = strlen(text); /* known to the compiler */
    return token.kind == kind && token.text.size == size &&
           memcmp(token.text.data, text, size) == 0;
}

static inline bool is_sign(struct token token, const char *sign)
{
    return token_is(token, TOKEN_SIGN, sign);
}

static inline bool is_word(struct token token, const char *word)
{
    return token_is(token, TOKEN_NAME, word);
}

/* --- where P is read --- */

struct writer {
    struct text script;
    const struct rule_constant *constants;
    size_t constant_count;
    struct buf out;
    size_t copied;               /* so much of the script stands in `out` */
    struct token before;         /* the token before the one looked at */
    bool is_function[DEPTH_MAX]; /* of each block around it */
    size_t depth, functions;     /* functions: how many of them are */
    bool set;                    /* P = was seen */
};

static size_t place_of(const struct writer *writer, const char *at)
{
    return (size_t)(at - writer->script.data);
}

static struct token token_after(const struct writer *writer, struct token token)
{
    return token_at(writer->script, place_of(writer, token.text.data) + token.text.size);
}

/* False when there are too many blocks, one in the other. */
static bool blocks_follow(struct writer *writer, struct token token)
{
    bool begins_function = is_word(token, "function");
    if (begins_function || is_word(token, "if") || is_word(token, "do") ||
        is_word(token, "repeat")) {
        if (writer->depth == DEPTH_MAX)
            return false;
        writer->is_function[writer->depth++] = begins_function;
        writer->functions += begins_function;
    } else if (is_word(token, "end") || is_word(token, "until")) {
        if (writer->depth == 0)
            return false;
        writer->functions -= writer->is_function[--writer->depth];
    }
    return true;
}

static const struct rule_constant *constant_of(const struct writer *writer, struct text name)
{
    for (size_t i = 0; i < writer->constant_count; i++)
        if (text_equal(writer->constants[i].name, name))
            return &writer->constants[i];
    return NULL;
}

/* All of the script up to `at` that is not there yet. */
static void copy_up_to(struct writer *writer, size_t at)
{
    buf_add(&writer->out, writer->script.data + writer->copied, at - writer->copied);
    writer->copied = at;
}

/* At the name P, which is no field's. *end: where to go on. False when it is used in a way that
 * keeps the script as it is. */
static bool name_write(struct writer *writer, struct token token, size_t *end)
{
    struct token dot = token_after(writer, token);
    if (is_sign(dot, "=")) {
        bool is_global = writer->functions == 0 && !is_word(writer->before, "for") &&
                         !is_word(writer->before, "local") && !is_sign(writer->before, ",");
        bool first = !writer->set;
        writer->set = true;
        return is_global && first;
    }
    if (!is_sign(dot, "."))
        return false;
    if (writer->functions == 0)
        return true;
    struct token name = token_after(writer, dot), next = token_after(writer, name);
    const struct rule_constant *constant = constant_of(writer, name.text);
    bool goes_on = next.kind == TOKEN_SIGN && strchr("[.:({=", *next.text.data) &&
                   !is_sign(next, "==") && !is_sign(next, "..");
    if (!constant || goes_on || (next.kind == TOKEN_OTHER && !is_digit(*next.text.data)))
        return false;
    copy_up_to(writer, place_of(writer, token.text.data));
    buf_format(&writer->out, "(%a)", constant->value);
    for (const char *c = token.text.data; c < name.text.data; c++)
        if (*c == '\n')
            buf_char(&writer->out, '\n'); /* lines stay where they are */
    *end = writer->copied = place_of(writer, name.text.data) + name.text.size;
    return true;
}

struct text rule_text_with_values(struct arena *arena, struct text script,
                                  const struct rule_constant *constants, size_t count)
{
    struct writer writer = {.script = script, .constants = constants, .constant_count = count};
    size_t at = 0;
    buf_open(&writer.out, arena, script.size + script.size / 4 + 64);
    while (writer.out.size <= WRITTEN_MAX) {
        struct token token = token_at(script, at);
        at = place_of(&writer, token.text.data) + token.text.size;
        if (token.kind == TOKEN_END) {
            copy_up_to(&writer, at);
            return buf_done(&writer.out);
        }
        bool is_field = is_sign(writer.before, ".") || is_sign(writer.before, ":");
        if (!blocks_follow(&writer, token) || is_word(token, "_ENV") ||
            (is_word(token, "P") && !is_field && !name_write(&writer, token, &at)))
            return NO_TEXT;
        writer.before = token;
    }
    return NO_TEXT;
}
