#pragma once
/* Markdown to markup, and the only maker of `struct html`. cmark runs in its safe mode: raw HTML is
 * dropped, javascript: and data: links come out empty, images become links (pictures have a store
 * of their own), headings start at h3 inside a posting. Called when something is written, never
 * when it is read. */
#include "core/buf.h"

/* Bytes; the worst Markdown of this size renders in about 11 ms. */
enum { POSTING_SIZE_MAX = 16 * 1024 };

/* TOO_MUCH over POSTING_SIZE_MAX, INVALID when not UTF-8. Links get rel="nofollow ugc noopener". */
MUST_USE enum result text_markdown(struct arena *arena, struct text markdown, struct html *out);
/* First `characters` code points of the plain words of a posting, for lists and descriptions; never
 * cut inside a word if avoidable. */
struct text text_excerpt(struct arena *arena, struct text markdown, size_t characters);
/* Markup that text_markdown made earlier and a store kept. The caller vouches for where it comes
 * from: only board.db's posting.html and release.db's figure columns (tidy holds the list of
 * callers). */
struct html text_kept_html(struct text markup);
