#pragma once
/* Markdown to markup, and the only maker of `struct html`. cmark reads, core/text.c writes: tags
 * are a fixed few, all else is escaped. What looks like raw HTML is shown as it was written, never
 * obeyed and never dropped ("Na <normal and K >high" is such); a link to javascript:, data: or any
 * scheme but http, https and mailto leaves its words without the link; images become links,
 * but for pictures of our own store (below); headings start at h3 inside a posting; quotes, lists
 * and emphasis nested deeper than 16 are flattened. Markup is at most 32 times as long as its
 * source, plus 8 KiB. Called when something is written, never when it is read. */
#include "core/buf.h"

/* Bytes; the worst Markdown of this size renders in about 11 ms. */
enum { POSTING_SIZE_MAX = 16 * 1024 };

/* TOO_MUCH over POSTING_SIZE_MAX, INVALID when not UTF-8. Links get rel="nofollow ugc noopener". */
MUST_USE enum result text_markdown(struct arena *arena, struct text markdown, struct html *out);
/* A picture of ours is written `![what it shows](image:ID)`; any other address of an image stays a
 * link, since showing it would tell a stranger who reads. Its ID is the size in pixels and 30
 * letters from a to p: "1200x800-abcd...": so that markup says how much room to leave, and no run
 * of digits is taken for a number that points to a patient. Without words for what it shows it is
 * no picture either. */
enum {
    IMAGE_SIDE_MAX = 1600,
    IMAGE_SMALL_SIDE_MAX = 640,
    IMAGE_NAME_SIZE = 30,
    IMAGE_ID_SIZE_MAX = 40
};
struct image_size {
    int width, height;
};
bool text_image_id(struct text id, struct image_size *size);
/* What of this size is shown among text: no side longer than IMAGE_SMALL_SIDE_MAX. */
struct image_size text_image_small(struct image_size size);
/* The pictures of a posting, each with its id as it was written and the words between its brackets.
 * fault: NULL, or what is wrong with one of them, for a person; at most `most` are given, *count is
 * how many there are. */
struct text_image {
    struct text id, words;
};
MUST_USE enum result text_images(struct arena *arena, struct text markdown, size_t most,
                                 struct text_image *images, size_t *count, const char **fault);
/* The text without this picture, wherever it stands as image_markdown of board/picture/picture.c
 * writes it; as it came when it stands nowhere so. */
struct text text_image_without(struct arena *arena, struct text markdown, struct text id);
/* The plain words of a posting for lists and descriptions, at most `characters` (> 0) code points:
 * if something is left out, cut behind a word (if there is one) and ended with an ellipsis. Never
 * NULL data; NUL-terminated. */
struct text text_excerpt(struct arena *arena, struct text markdown, size_t characters);
/* Markup that text_markdown made earlier and a store kept. The caller vouches for where it comes
 * from: only board.db's posting.html and solution.html, and release.db's figure columns (tidy
 * holds the list of callers). */
struct html text_kept_html(struct text markup);
