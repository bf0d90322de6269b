#pragma once
/* HTML from elsewhere as Markdown that says the same: for imports. Conservative: what Markdown has
 * (paragraphs, emphasis, lists, quotes, code, links, headings) is kept, anything else loses its
 * tags and keeps its words; script and style go with their content. No text of the source can
 * become markup that it was not. Never fails: whatever it is given, it gives some text. */
#include "core/arena.h"

/* base: what relative links stand below, "https://host". The result is in the arena. */
struct text html_markdown(struct arena *arena, struct text html, struct text base);
/* One line in the little Markdown of comments (emphasis, code, links) as Markdown that shows the
 * same: nothing in it opens a list, a heading, a quotation, a picture or markup. */
struct text line_markdown(struct arena *arena, struct text line);
/* Plain text as Markdown that shows the same. */
struct text plain_markdown(struct arena *arena, struct text plain);
