#include "core/text.h"

#include <assert.h>
#include <cmark.h>
#include <stdlib.h>
#include <string.h>

/* cmark reads Markdown into a tree; the markup is written here, not by cmark: each tag is one of
 * the literals below, and whatever a person wrote goes through the escaping writers of core/buf.h.
 * So nothing else can come out, whatever goes in. */

enum { DEPTH_MAX = 16, HEADING_FIRST = 3, HEADING_LAST = 6 };

static const char image_scheme[] = "image:";

struct writer {
    struct buf *out;
    int blocks;             /* quotes and lists we are inside of */
    int marks;              /* emphasis we are inside of */
    const cmark_node *link; /* the link that is open: links do not nest */
    size_t link_room;       /* bytes that addresses and titles may still take */
};

/* Deeper nesting than anybody reads is left out, so that a small text cannot become a large page.
 */
static void write_nested(struct writer *w, int depth, const char *tag)
{
    if (depth <= DEPTH_MAX)
        buf_add(w->out, tag, strlen(tag));
}

static void write_mark(struct writer *w, bool enter, const char *start, const char *end)
{
    w->marks += enter;
    write_nested(w, w->marks, enter ? start : end);
    w->marks -= !enter;
}

static void write_list(struct writer *w, cmark_node *node, bool enter)
{
    bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    w->blocks += enter;
    if (enter && ordered && cmark_node_get_list_start(node) != 1 && w->blocks <= DEPTH_MAX)
        buf_format(w->out, "<ol start=\"%d\">\n", cmark_node_get_list_start(node));
    else if (enter)
        write_nested(w, w->blocks, ordered ? "<ol>\n" : "<ul>\n");
    else
        write_nested(w, w->blocks, ordered ? "</ol>\n" : "</ul>\n");
    w->blocks -= !enter;
}

static void write_heading(struct writer *w, cmark_node *node, bool enter)
{
    int level = cmark_node_get_heading_level(node) + HEADING_FIRST - 1;
    level = level < HEADING_LAST ? level : HEADING_LAST;
    buf_format(w->out, enter ? "<h%d>" : "</h%d>\n", level);
}

static bool is_in_tight_list(cmark_node *paragraph)
{
    cmark_node *item = cmark_node_parent(paragraph);
    cmark_node *list = item == NULL ? NULL : cmark_node_parent(item);
    return list != NULL && cmark_node_get_type(list) == CMARK_NODE_LIST &&
           cmark_node_get_list_tight(list);
}

static void write_paragraph(struct writer *w, cmark_node *node, bool enter)
{
    if (!is_in_tight_list(node))
        buf_add(w->out, enter ? "<p>" : "</p>\n", enter ? 3 : 5);
    else if (!enter && cmark_node_next(node) != NULL)
        buf_char(w->out, '\n');
}

/* One definition "[a]: address" may be used many times: once all of them together are longer than
 * the source, they stay words. */
static bool link_open(struct writer *w, cmark_node *node)
{
    struct text url = text_of(cmark_node_get_url(node));
    struct text title = text_of(cmark_node_get_title(node));
    if (url.size == 0 || !buf_url_allowed(url) || url.size + title.size > w->link_room)
        return false;
    w->link_room -= url.size + title.size;
    buf_text_html(w->out, (struct html){TEXT("<a href=\"")});
    buf_url(w->out, url);
    if (title.size > 0) {
        buf_text_html(w->out, (struct html){TEXT("\" title=\"")});
        buf_attr(w->out, title);
    }
    buf_text_html(w->out, (struct html){TEXT("\" rel=\"nofollow ugc noopener\">")});
    return true;
}

/* Links, and images as links. Where the address is refused, the words remain. */
static void write_link(struct writer *w, cmark_node *node, bool enter)
{
    if (enter) {
        if (w->link == NULL && link_open(w, node))
            w->link = node;
        if (cmark_node_first_child(node) == NULL)
            buf_text(w->out, cmark_node_get_type(node) == CMARK_NODE_IMAGE ? "image" : "link");
    } else if (w->link == node) {
        w->link = NULL;
        buf_text_html(w->out, (struct html){TEXT("</a>")});
    }
}

/* What a picture shows, in words: all that stands between its brackets. */
static struct text image_words(struct arena *arena, cmark_node *node)
{
    struct buf words;
    buf_open(&words, arena, 64);
    cmark_iter *iter = cmark_iter_new(node);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *inside = cmark_iter_get_node(iter);
        const char *literal = cmark_node_get_literal(inside);
        if (event == CMARK_EVENT_ENTER && literal != NULL)
            buf_add(&words, literal, strlen(literal));
        else if (cmark_node_get_type(inside) == CMARK_NODE_SOFTBREAK)
            buf_char(&words, ' ');
    }
    cmark_iter_free(iter);
    return text_trim(buf_done(&words));
}

static bool image_of(cmark_node *node, struct text *id)
{
    struct text url = text_of(cmark_node_get_url(node));
    if (cmark_node_get_type(node) != CMARK_NODE_IMAGE || !text_starts(url, image_scheme))
        return false;
    *id = (struct text){url.data + sizeof image_scheme - 1, url.size - (sizeof image_scheme - 1)};
    return true;
}

/* A picture of ours, small, and behind it as it is. False: it is none, and becomes a link or words.
 */
static bool write_image(struct writer *w, cmark_node *node)
{
    struct text id;
    struct image_size size;
    if (!image_of(node, &id) || !text_image_id(id, &size))
        return false;
    struct text words = image_words(w->out->arena, node);
    if (words.size == 0 || id.size + words.size > w->link_room)
        return false;
    w->link_room -= id.size + words.size;
    size = text_image_small(size);
    if (w->link == NULL)
        buf_format(w->out, "<a class=\"image\" href=\"/image/%.*s\">", (int)id.size, id.data);
    buf_format(w->out, "<img src=\"/image/%.*s/small\" width=\"%d\" height=\"%d\" alt=\"",
               (int)id.size, id.data, size.width, size.height);
    buf_attr(w->out, words);
    buf_text_html(w->out, (struct html){TEXT("\" loading=\"lazy\">")});
    if (w->link == NULL)
        buf_text_html(w->out, (struct html){TEXT("</a>")});
    return true;
}

static void write_between(struct writer *w, const char *start, cmark_node *node, const char *end)
{
    buf_add(w->out, start, strlen(start));
    buf_text(w->out, text_trim(text_of(cmark_node_get_literal(node))));
    buf_add(w->out, end, strlen(end));
}

/* cmark's HTML nodes are whatever looks like a tag, "Na <normal and K >high" among it: it is shown
 * as it was written, because dropping it would change what a physician said. */
static void write_leaf(struct writer *w, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_HTML_INLINE:
    case CMARK_NODE_CUSTOM_INLINE:
        buf_text(w->out, cmark_node_get_literal(node));
        break;
    case CMARK_NODE_HTML_BLOCK:
        write_between(w, "<p>", node, "</p>\n");
        break;
    case CMARK_NODE_CODE:
        write_between(w, "<code>", node, "</code>");
        break;
    case CMARK_NODE_CODE_BLOCK:
        buf_text_html(w->out, (struct html){TEXT("<pre><code>")});
        buf_text(w->out, cmark_node_get_literal(node));
        buf_text_html(w->out, (struct html){TEXT("</code></pre>\n")});
        break;
    case CMARK_NODE_SOFTBREAK:
        buf_char(w->out, '\n');
        break;
    case CMARK_NODE_LINEBREAK:
        buf_text_html(w->out, (struct html){TEXT("<br>\n")});
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        buf_text_html(w->out, (struct html){TEXT("<hr>\n")});
        break;
    default:
        break;
    }
}

static void write_node(struct writer *w, cmark_node *node, bool enter)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_BLOCK_QUOTE:
        w->blocks += enter;
        write_nested(w, w->blocks, enter ? "<blockquote>\n" : "</blockquote>\n");
        w->blocks -= !enter;
        break;
    case CMARK_NODE_LIST:
        write_list(w, node, enter);
        break;
    case CMARK_NODE_ITEM:
        write_nested(w, w->blocks, enter ? "<li>" : "</li>\n");
        break;
    case CMARK_NODE_PARAGRAPH:
        write_paragraph(w, node, enter);
        break;
    case CMARK_NODE_HEADING:
        write_heading(w, node, enter);
        break;
    case CMARK_NODE_EMPH:
        write_mark(w, enter, "<em>", "</em>");
        break;
    case CMARK_NODE_STRONG:
        write_mark(w, enter, "<strong>", "</strong>");
        break;
    case CMARK_NODE_LINK:
    case CMARK_NODE_IMAGE:
        write_link(w, node, enter);
        break;
    default:
        if (enter)
            write_leaf(w, node);
    }
}

static cmark_node *tree_open(struct text markdown)
{
    cmark_node *root = cmark_parse_document(markdown.data, markdown.size, CMARK_OPT_DEFAULT);
    assert(root != NULL); /* cmark aborts when there is no memory */
    return root;
}

enum result text_markdown(struct arena *arena, struct text markdown, struct html *out)
{
    out->markup = NO_TEXT;
    if (markdown.size > POSTING_SIZE_MAX)
        return TOO_MUCH;
    if (markdown.data == NULL || !text_is_utf8(text_bytes(markdown)))
        return INVALID;
    struct buf buf;
    buf_open(&buf, arena, markdown.size + markdown.size / 4 + 64);
    struct writer writer = {.out = &buf, .link_room = markdown.size + 1024};
    cmark_node *root = tree_open(markdown);
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        bool enter = event == CMARK_EVENT_ENTER;
        if (enter && write_image(&writer, node))
            cmark_iter_reset(iter, node, CMARK_EVENT_EXIT); /* its words are written */
        else
            write_node(&writer, node, enter);
    }
    cmark_iter_free(iter);
    cmark_node_free(root);
    assert(writer.blocks == 0 && writer.marks == 0 && writer.link == NULL);
    out->markup = buf_done(&buf);
    return OK;
}

bool text_image_id(struct text id, struct image_size *size)
{
    struct text rest = id, width, height;
    int64_t w = 0, h = 0;
    if (id.size > IMAGE_ID_SIZE_MAX || !text_next(&rest, 'x', &width) ||
        !text_next(&rest, '-', &height) || rest.size != IMAGE_NAME_SIZE)
        return false;
    for (size_t i = 0; i < rest.size; i++)
        if (rest.data[i] < 'a' || rest.data[i] > 'p')
            return false;
    if (width.size == 0 || width.data[0] == '0' || height.size == 0 || height.data[0] == '0' ||
        !text_int(width, 1, IMAGE_SIDE_MAX, &w) || !text_int(height, 1, IMAGE_SIDE_MAX, &h))
        return false;
    *size = (struct image_size){(int)w, (int)h};
    return true;
}

struct image_size text_image_small(struct image_size size)
{
    int most = size.width > size.height ? size.width : size.height;
    if (most <= IMAGE_SMALL_SIDE_MAX)
        return size;
    int width = (size.width * IMAGE_SMALL_SIDE_MAX + most / 2) / most;
    int height = (size.height * IMAGE_SMALL_SIDE_MAX + most / 2) / most;
    return (struct image_size){width > 0 ? width : 1, height > 0 ? height : 1};
}

enum result text_images(struct arena *arena, struct text markdown, size_t most,
                        struct text_image *images, size_t *count, const char **fault)
{
    *count = 0;
    *fault = NULL;
    if (markdown.size > POSTING_SIZE_MAX)
        return TOO_MUCH;
    if (markdown.data == NULL || !text_is_utf8(text_bytes(markdown)))
        return INVALID;
    /* Most postings have none: they are not read a second time. */
    if (memmem(markdown.data, markdown.size, image_scheme, sizeof image_scheme - 1) == NULL)
        return OK;
    cmark_node *root = tree_open(markdown);
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        struct text id;
        struct image_size size;
        cmark_node *node = cmark_iter_get_node(iter);
        if (event != CMARK_EVENT_ENTER || !image_of(node, &id))
            continue;
        struct text words = image_words(arena, node);
        if (!text_image_id(id, &size))
            *fault = "A picture's address is not one of ours: add the picture once more.";
        else if (words.size == 0)
            *fault = "Say in words what each picture shows, between its square brackets: some "
                     "colleagues cannot see it.";
        if (*count < most)
            images[*count] = (struct text_image){arena_text(arena, id), words};
        ++*count;
    }
    cmark_iter_free(iter);
    cmark_node_free(root);
    return OK;
}

static bool is_escaped(struct text text, size_t at)
{
    size_t slashes = 0;
    while (slashes < at && text.data[at - 1 - slashes] == '\\')
        slashes++;
    return slashes % 2 == 1;
}

/* Where the "![" stands whose bracket is closed at `close`; `close` itself when there is none. */
static size_t image_begin(struct text text, size_t close)
{
    size_t depth = 1;
    if (is_escaped(text, close))
        return close;
    for (size_t i = close; i-- > 1;) {
        if (is_escaped(text, i))
            continue;
        depth += text.data[i] == ']';
        depth -= text.data[i] == '[';
        if (depth == 0)
            return text.data[i - 1] == '!' && !is_escaped(text, i - 1) ? i - 1 : close;
    }
    return close;
}

struct text text_image_without(struct arena *arena, struct text markdown, struct text id)
{
    struct text mark = arena_format(arena, "](image:%.*s)", (int)id.size, id.data);
    struct buf kept;
    size_t from = 0;
    buf_open(&kept, arena, markdown.size + 1);
    for (;;) {
        const char *at = from < markdown.size ? memmem(markdown.data + from, markdown.size - from,
                                                       mark.data, mark.size)
                                              : NULL;
        if (at == NULL)
            break;
        size_t close = (size_t)(at - markdown.data), next = close + mark.size;
        size_t begin = image_begin(markdown, close);
        bool whole = begin < close && begin >= from;
        buf_add(&kept, markdown.data + from, (whole ? begin : next) - from);
        /* A paragraph of its own goes with the empty line behind it. */
        if (whole && (kept.size == 0 || kept.data[kept.size - 1] == '\n'))
            while (next < markdown.size &&
                   (markdown.data[next] == '\n' || markdown.data[next] == '\r'))
                next++;
        from = next;
    }
    buf_add(&kept, markdown.data + from, markdown.size - from);
    return buf_done(&kept);
}

/* Words with single blanks between them, until there are more than `characters` code points. */
static void excerpt_add(struct buf *buf, struct text words, size_t *characters)
{
    for (size_t i = 0; i<words.size && * characters> 0; i++) {
        char c = words.data[i];
        bool blank = c == ' ' || (c >= '\t' && c <= '\r');
        if (blank && (buf->size == 0 || buf->data[buf->size - 1] == ' '))
            continue;
        buf_char(buf, blank ? ' ' : c);
        /* Counted where the next one begins, so that the last one comes in whole. */
        if (i + 1 == words.size || ((uint8_t)words.data[i + 1] & 0xc0) != 0x80)
            --*characters;
    }
}

static void excerpt_node(struct buf *buf, cmark_node *node, bool enter, size_t *characters)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE:
    case CMARK_NODE_CODE_BLOCK:
    case CMARK_NODE_HTML_INLINE:
    case CMARK_NODE_HTML_BLOCK:
        excerpt_add(buf, text_of(cmark_node_get_literal(node)), characters);
        break;
    case CMARK_NODE_EMPH:
    case CMARK_NODE_STRONG:
    case CMARK_NODE_LINK:
    case CMARK_NODE_IMAGE:
        break;
    default: /* breaks, and the ends of blocks */
        if (!enter || cmark_node_first_child(node) == NULL)
            excerpt_add(buf, TEXT(" "), characters);
    }
}

/* What fits with an ellipsis behind it, back to the last whole word if there is one. */
static struct text excerpt_cut(struct arena *arena, struct text words, size_t characters)
{
    while (words.size > 0 && text_characters(words) > characters - 1)
        words = text_cut(words, words.size - 1);
    size_t end = words.size;
    while (end > 0 && words.data[end] != ' ')
        end--;
    if (end > 0)
        words.size = end;
    return arena_format(arena, "%.*s…", (int)words.size, words.data);
}

struct text text_excerpt(struct arena *arena, struct text markdown, size_t characters)
{
    assert(characters > 0);
    markdown = text_cut(markdown, POSTING_SIZE_MAX);
    if (markdown.data == NULL || !text_is_utf8(text_bytes(markdown)))
        return TEXT("");
    struct buf buf;
    buf_open(&buf, arena, characters + 64);
    cmark_node *root = tree_open(markdown);
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;
    /* A final blank and one more character tell whether anything had to be left out. */
    size_t left = characters + 2;
    while (left > 0 && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
        excerpt_node(&buf, cmark_iter_get_node(iter), event == CMARK_EVENT_ENTER, &left);
    cmark_iter_free(iter);
    cmark_node_free(root);
    struct text words = text_trim(buf_done(&buf));
    if (text_characters(words) <= characters)
        return arena_text(arena, words);
    return excerpt_cut(arena, words, characters);
}

struct html text_kept_html(struct text markup)
{
    return (struct html){markup};
}
