#include "board/import/html.h"

#include "board/import/html_entity.h"

#include <string.h>
#include <strings.h>

enum {
    BOXES_MAX = 12, /* quotes and list items around a place; deeper ones add no sign of their own */
    MARKS_MAX = 12, /* emphasis and links that are open */
    NAME_MAX = 12,
    URL_MAX_SIZE = 500
};
enum due { DUE_NONE, DUE_LINE, DUE_BLOCK };
enum box_kind { BOX_QUOTE, BOX_LIST, BOX_NUMBERED, BOX_ITEM };

struct box {
    enum box_kind kind;
    int number; /* of the next item */
    int indent; /* of an item's text */
};
struct mark {
    const char *sign; /* "**", "*", "[" */
    struct text url;
    bool written;
};
struct page {
    struct buf out;
    struct arena *arena;
    struct text base;
    struct box boxes[BOXES_MAX];
    size_t box_count, boxes_over;
    struct mark marks[MARKS_MAX];
    size_t mark_count;
    enum due due;
    bool space;  /* white space was seen since the last word */
    bool begun;  /* something stands on this line behind its signs */
    bool digits; /* and it is digits alone */
};
struct tag {
    char name[NAME_MAX + 1];
    bool closes;
    struct text inside; /* attributes */
};

/* --- lines and blocks --- */

static void prefix_write(struct page *page)
{
    for (size_t i = 0; i < page->box_count; i++) {
        if (page->boxes[i].kind == BOX_QUOTE)
            buf_add(&page->out, "> ", 2);
        for (int j = 0; page->boxes[i].kind == BOX_ITEM && j < page->boxes[i].indent; j++)
            buf_char(&page->out, ' ');
    }
}

/* Starts the line or block that is due. */
static void line_begin(struct page *page)
{
    if (page->due != DUE_NONE && page->out.size > 0) {
        buf_char(&page->out, '\n');
        if (page->due == DUE_BLOCK) {
            prefix_write(page);
            while (page->out.data[page->out.size - 1] == ' ')
                page->out.size--; /* blank lines end as they should */
            buf_char(&page->out, '\n');
        }
        prefix_write(page);
    } else if (page->out.size == 0) {
        prefix_write(page);
    }
    if (page->due != DUE_NONE || page->out.size == 0)
        page->space = false;
    page->due = DUE_NONE;
}

static void mark_close(struct page *page)
{
    const struct mark *mark = &page->marks[--page->mark_count];
    if (!mark->written)
        return;
    if (mark->url.data == NULL) {
        buf_add(&page->out, mark->sign, strlen(mark->sign));
        return;
    }
    buf_add(&page->out, "](<", 3);
    buf_add(&page->out, mark->url.data, mark->url.size);
    buf_add(&page->out, ">)", 2);
}

static void block_due(struct page *page, enum due due)
{
    while (page->mark_count > 0)
        mark_close(page);
    if (page->begun && due > page->due)
        page->due = due;
    if (page->due != DUE_NONE)
        page->begun = false;
    page->space = false;
}

/* --- words --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Before anything that shows. */
static void word_begin(struct page *page)
{
    bool first = page->due != DUE_NONE || page->out.size == 0;
    line_begin(page);
    if (first) {
        page->begun = false;
        page->digits = false;
    }
    if (page->space && page->begun)
        buf_char(&page->out, ' ');
    page->space = false;
    for (size_t i = 0; i < page->mark_count; i++) {
        if (!page->marks[i].written)
            buf_add(&page->out, page->marks[i].sign, strlen(page->marks[i].sign));
        page->marks[i].written = true;
    }
}

/* One byte of a word, so that Markdown takes it for itself. */
static void word_char(struct page *page, char c)
{
    bool first = !page->begun, digit = c >= '0' && c <= '9';
    bool always = c != 0 && strchr("\\`*_[]<>&", c) != NULL;
    bool at_start = first && c != 0 && strchr("#+-=~|:", c) != NULL;
    bool numbered = page->digits && (c == '.' || c == ')');
    if (always || at_start || numbered)
        buf_char(&page->out, '\\');
    buf_char(&page->out, c);
    page->digits = digit && (first || page->digits);
    page->begun = true;
}

static void text_write(struct page *page, struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (is_blank((char)c)) {
            page->space = true;
            continue;
        }
        if (c < ' ' || c == 0x7f)
            continue;
        if (page->space || !page->begun || page->due != DUE_NONE || page->mark_count > 0)
            word_begin(page);
        word_char(page, (char)c);
    }
}

/* --- tags --- */

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The tag at the front of `rest`, and its length; 0: it is none. Quotes in it may hold '>'. */
static size_t tag_read(struct text rest, struct tag *tag)
{
    size_t at = 1, size = 0;
    memset(tag, 0, sizeof(*tag));
    tag->closes = at < rest.size && rest.data[at] == '/';
    at += tag->closes;
    while (at < rest.size && is_name(rest.data[at])) {
        char c = rest.data[at++];
        if (size < NAME_MAX)
            tag->name[size++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    if (size == 0)
        return 0;
    size_t from = at;
    char quote = 0;
    for (; at < rest.size; at++) {
        char c = rest.data[at];
        if (quote == 0 && c == '>') {
            tag->inside = (struct text){rest.data + from, at - from};
            return at + 1;
        }
        if (quote == 0 && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote)
            quote = 0;
    }
    return 0;
}

static struct text decoded(struct arena *arena, struct text raw)
{
    struct buf out;
    buf_open(&out, arena, raw.size + 1);
    for (size_t i = 0; i < raw.size;) {
        struct text rest = {raw.data + i, raw.size - i};
        size_t size = raw.data[i] == '&' ? html_entity(rest, &out) : 0;
        if (size == 0)
            buf_char(&out, raw.data[i]);
        i += size == 0 ? 1 : size;
    }
    return buf_done(&out);
}

/* An attribute's value; absent when it is not there. */
static struct text attribute(struct page *page, const struct tag *tag, const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i + size + 1 < tag->inside.size; i++) {
        const char *at = tag->inside.data + i;
        if (!is_blank(at[0]) || strncasecmp(at + 1, name, size) != 0 || at[1 + size] != '=')
            continue;
        struct text value = {at + size + 2, tag->inside.size - i - size - 2};
        char quote = value.size > 0 ? value.data[0] : 0;
        if (quote != '"' && quote != '\'')
            return NO_TEXT;
        value = (struct text){value.data + 1, value.size - 1};
        const char *end = memchr(value.data, quote, value.size);
        if (end == NULL)
            return NO_TEXT;
        return decoded(page->arena, (struct text){value.data, (size_t)(end - value.data)});
    }
    return NO_TEXT;
}

/* A link's target as it may stand between < and >; absent when it is none of the web's. */
static struct text url_of(struct page *page, struct text url)
{
    struct buf out;
    url = text_trim(url);
    if (url.data == NULL || url.size == 0 || url.size > URL_MAX_SIZE)
        return NO_TEXT;
    bool whole = text_starts(url, "https://") || text_starts(url, "http://");
    buf_open(&out, page->arena, url.size + page->base.size + 16);
    if (text_starts(url, "//"))
        buf_add(&out, "https:", 6);
    else if (url.data[0] == '/')
        buf_add(&out, page->base.data, page->base.size);
    else if (!whole)
        return NO_TEXT;
    for (size_t i = 0; i < url.size; i++) {
        unsigned char c = (unsigned char)url.data[i];
        if (c <= ' ' || c == '<' || c == '>' || c == '\\' || c == '"' || c == 0x7f)
            buf_format(&out, "%%%02X", c);
        else
            buf_char(&out, (char)c);
    }
    return buf_done(&out);
}

static void mark_open(struct page *page, const char *sign, struct text url)
{
    for (size_t i = 0; i < page->mark_count; i++) {
        if (strcmp(page->marks[i].sign, sign) == 0)
            return; /* within itself it says nothing more */
    }
    if (page->mark_count < MARKS_MAX)
        page->marks[page->mark_count++] = (struct mark){.sign = sign, .url = url};
}

/* Whatever was opened within it ends with it. */
static void mark_end(struct page *page, const char *sign)
{
    for (size_t i = page->mark_count; i-- > 0;) {
        if (strcmp(page->marks[i].sign, sign) != 0)
            continue;
        while (page->mark_count > i)
            mark_close(page);
        return;
    }
}

static void box_open(struct page *page, enum box_kind kind)
{
    if (page->box_count == BOXES_MAX)
        page->boxes_over++;
    else
        page->boxes[page->box_count++] = (struct box){.kind = kind, .number = 1};
}

static void box_close(struct page *page)
{
    if (page->boxes_over > 0)
        page->boxes_over--;
    else if (page->box_count > 0)
        page->box_count--;
}

/* "- " or "3. ", below the list it stands in. */
static void item_begin(struct page *page)
{
    block_due(page, DUE_LINE);
    if (page->boxes_over > 0 || page->box_count == 0 || page->box_count == BOXES_MAX)
        return;
    struct box *list = &page->boxes[page->box_count - 1];
    if (list->kind == BOX_ITEM) { /* the one before was not closed */
        box_close(page);
        list = page->box_count > 0 ? &page->boxes[page->box_count - 1] : NULL;
    }
    if (list == NULL || (list->kind != BOX_LIST && list->kind != BOX_NUMBERED))
        return;
    line_begin(page);
    size_t before = page->out.size;
    if (list->kind == BOX_NUMBERED)
        buf_format(&page->out, "%d. ", list->number++);
    else
        buf_add(&page->out, "- ", 2);
    int indent = (int)(page->out.size - before);
    box_open(page, BOX_ITEM);
    page->boxes[page->box_count - 1].indent = indent;
    page->begun = page->digits = false;
}

/* What stands between here and the closing tag of this name, tags and all; its length with it. */
static size_t inside_of(struct text rest, const char *name, struct text *inside)
{
    size_t size = strlen(name);
    for (size_t i = 0; i + size + 2 < rest.size; i++) {
        if (rest.data[i] != '<' || rest.data[i + 1] != '/' ||
            strncasecmp(rest.data + i + 2, name, size) != 0)
            continue;
        const char *end = memchr(rest.data + i, '>', rest.size - i);
        *inside = (struct text){rest.data, i};
        return end == NULL ? rest.size : (size_t)(end - rest.data) + 1;
    }
    *inside = rest;
    return rest.size;
}

static struct text without_tags(struct page *page, struct text raw)
{
    struct buf out;
    struct tag tag;
    buf_open(&out, page->arena, raw.size + 1);
    for (size_t i = 0; i < raw.size;) {
        size_t size =
            raw.data[i] == '<' ? tag_read((struct text){raw.data + i, raw.size - i}, &tag) : 0;
        if (size == 0)
            buf_char(&out, raw.data[i]);
        i += size == 0 ? 1 : size;
    }
    return decoded(page->arena, buf_done(&out));
}

static size_t ticks_longest(struct text code)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < code.size; i++) {
        run = code.data[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void ticks_write(struct page *page, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_char(&page->out, '`');
}

static void code_write(struct page *page, struct text raw)
{
    struct text code = text_trim(without_tags(page, raw));
    if (code.size == 0)
        return;
    size_t ticks = ticks_longest(code) + 1;
    bool pad = code.data[0] == '`' || code.data[code.size - 1] == '`';
    word_begin(page);
    ticks_write(page, ticks);
    if (pad)
        buf_char(&page->out, ' ');
    for (size_t i = 0; i < code.size; i++)
        if ((unsigned char)code.data[i] >= ' ' || is_blank(code.data[i]))
            buf_char(&page->out, is_blank(code.data[i]) ? ' ' : code.data[i]);
    if (pad)
        buf_char(&page->out, ' ');
    ticks_write(page, ticks);
    page->begun = true;
    page->digits = false;
}

static void pre_write(struct page *page, struct text raw)
{
    struct text code = without_tags(page, raw), line;
    while (code.size > 0 && is_blank(code.data[code.size - 1]))
        code.size--;
    if (code.size == 0)
        return;
    size_t ticks = ticks_longest(code) < 3 ? 3 : ticks_longest(code) + 1;
    block_due(page, DUE_BLOCK);
    line_begin(page);
    ticks_write(page, ticks);
    while (text_next(&code, '\n', &line)) {
        buf_char(&page->out, '\n');
        prefix_write(page);
        for (size_t i = 0; i < line.size; i++)
            if ((unsigned char)line.data[i] >= ' ' || line.data[i] == '\t')
                buf_char(&page->out, line.data[i]);
    }
    buf_char(&page->out, '\n');
    prefix_write(page);
    ticks_write(page, ticks);
    page->due = DUE_BLOCK;
    page->begun = false;
}

static void image_write(struct page *page, const struct tag *tag)
{
    struct text url = url_of(page, attribute(page, tag, "src"));
    struct text alt = attribute(page, tag, "alt");
    if (url.data == NULL)
        return;
    mark_open(page, "[", url);
    text_write(page, TEXT("image"));
    if (alt.data != NULL && text_trim(alt).size > 0) {
        text_write(page, TEXT(": "));
        text_write(page, alt);
    }
    mark_end(page, "[");
}

static bool named(const struct tag *tag, const char *names)
{
    struct text rest = text_of(names), one;
    while (text_next(&rest, ' ', &one))
        if (text_is(one, tag->name))
            return true;
    return false;
}

static void inline_tag(struct page *page, const struct tag *tag)
{
    if (named(tag, "b strong em i")) {
        const char *sign = named(tag, "b strong") ? "**" : "*";
        if (tag->closes)
            mark_end(page, sign);
        else
            mark_open(page, sign, NO_TEXT);
    } else if (named(tag, "a")) {
        struct text url = tag->closes ? NO_TEXT : url_of(page, attribute(page, tag, "href"));
        mark_end(page, "[");
        if (url.data != NULL)
            mark_open(page, "[", url);
    } else if (named(tag, "sup") && !tag->closes) {
        if (page->begun)
            text_write(page, TEXT("^"));
    } else if (named(tag, "br") && page->begun) {
        buf_add(&page->out, "\\", 1);
        page->due = DUE_LINE;
        page->begun = false;
    } else if (named(tag, "td th")) {
        page->space = true;
    }
}

static void block_tag(struct page *page, const struct tag *tag)
{
    static const char hashes[] = "######";
    block_due(page, named(tag, "tr li") ? DUE_LINE : DUE_BLOCK);
    if (named(tag, "blockquote ul ol")) {
        if (tag->closes) {
            while (page->box_count > 0 && page->boxes_over == 0 &&
                   page->boxes[page->box_count - 1].kind == BOX_ITEM && !named(tag, "blockquote"))
                box_close(page);
            box_close(page);
        } else {
            bool fresh = !page->begun && page->due == DUE_NONE && page->out.size > 0;
            if (fresh && named(tag, "blockquote"))
                buf_add(&page->out, "> ", 2); /* on the line of the sign before it */
            box_open(page, named(tag, "ul")   ? BOX_LIST
                           : named(tag, "ol") ? BOX_NUMBERED
                                              : BOX_QUOTE);
        }
    } else if (named(tag, "li") && !tag->closes) {
        item_begin(page);
    } else if (named(tag, "li")) {
        if (page->boxes_over > 0 ||
            (page->box_count > 0 && page->boxes[page->box_count - 1].kind == BOX_ITEM))
            box_close(page);
    } else if (named(tag, "h1 h2 h3 h4 h5 h6") && !tag->closes) {
        line_begin(page);
        buf_add(&page->out, hashes, (size_t)(tag->name[1] - '0'));
        page->space = true;
        page->begun = true;
    } else if (named(tag, "hr")) {
        line_begin(page);
        buf_add(&page->out, "---", 3);
        page->begun = true;
        block_due(page, DUE_BLOCK);
    }
}

/* The tag at `at`; gives how far it reaches. */
static size_t tag_write(struct page *page, struct text rest)
{
    struct tag tag;
    struct text inside;
    if (rest.size > 3 && memcmp(rest.data, "<!--", 4) == 0) {
        const char *end = memmem(rest.data, rest.size, "-->", 3);
        return end == NULL ? rest.size : (size_t)(end - rest.data) + 3;
    }
    size_t size = tag_read(rest, &tag);
    if (size == 0)
        return 0;
    struct text behind = {rest.data + size, rest.size - size};
    if (!tag.closes && named(&tag, "script style head title noscript iframe"))
        return size + inside_of(behind, tag.name, &inside);
    if (!tag.closes && named(&tag, "pre code")) {
        size += inside_of(behind, tag.name, &inside);
        if (named(&tag, "pre"))
            pre_write(page, inside);
        else
            code_write(page, inside);
    } else if (named(&tag, "img")) {
        image_write(page, &tag);
    } else if (named(&tag, "p div blockquote ul ol li h1 h2 h3 h4 h5 h6 hr table tr dl dt dd "
                           "section article figure figcaption")) {
        block_tag(page, &tag);
    } else {
        inline_tag(page, &tag);
    }
    return size;
}

struct text html_markdown(struct arena *arena, struct text html, struct text base)
{
    struct page page = {.arena = arena, .base = base};
    struct buf character;
    buf_open(&page.out, arena, html.size + 256);
    buf_open(&character, arena, 16);
    for (size_t i = 0; i < html.size;) {
        struct text rest = {html.data + i, html.size - i};
        size_t size = 0;
        if (html.data[i] == '<') {
            size = tag_write(&page, rest);
        } else if (html.data[i] == '&') {
            character.size = 0;
            size = html_entity(rest, &character);
            text_write(&page, buf_done(&character));
        }
        if (size == 0)
            text_write(&page, (struct text){rest.data, 1});
        i += size == 0 ? 1 : size;
    }
    while (page.mark_count > 0)
        mark_close(&page);
    struct text done = text_trim(buf_done(&page.out));
    /* A line's end that was due at the very end is none. */
    if (page.due == DUE_LINE && done.size > 0 && done.data[done.size - 1] == '\\')
        done.size--;
    return done;
}

struct text plain_markdown(struct arena *arena, struct text plain)
{
    struct page page = {.arena = arena, .base = TEXT("")};
    struct text rest = plain, line;
    buf_open(&page.out, arena, plain.size + 256);
    while (text_next(&rest, '\n', &line)) {
        if (text_trim(line).size == 0)
            block_due(&page, DUE_BLOCK);
        else
            text_write(&page, line);
        if (page.begun && page.due == DUE_NONE)
            page.space = true;
    }
    return buf_done(&page.out);
}
