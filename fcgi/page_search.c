/* Search: whole questions or a few words; the best threads first, each with the words that were
 * found. */
#include "fcgi/page_parts.h"

#include "fcgi/guard.h"

enum { PIECES_MAX = 60, SHOWN = 15, SHOWN_MORE = SEARCH_HITS_MAX };

const struct field fields_search[] = {
    {.name = "q",
     .type = FIELD_LINE,
     .high = SEARCH_QUERY_SIZE_MAX,
     .optional = true,
     .label = "The search"},
    {.name = "most",
     .type = FIELD_INT,
     .low = 1,
     .high = SEARCH_HITS_MAX,
     .optional = true,
     .fallback = SHOWN,
     .label = "The number of rows"},
    {.name = NULL},
};

/* The snippet comes with bytes 2 and 3 around what was found. */
static void pieces_of(struct arena *arena, struct text snippet, struct view_piece **pieces,
                      size_t *count)
{
    struct view_piece *list = arena_array(arena, struct view_piece, PIECES_MAX);
    bool found = false;
    size_t from = 0;
    *count = 0;
    for (size_t i = 0; i <= snippet.size && *count < PIECES_MAX; i++) {
        if (i < snippet.size && snippet.data[i] != 2 && snippet.data[i] != 3)
            continue;
        if (i > from)
            list[(*count)++] = (struct view_piece){{snippet.data + from, i - from}, found};
        found = i < snippet.size && snippet.data[i] == 2;
        from = i + 1;
    }
    *pieces = list;
}

enum result page_search(struct request *r, struct reply *out)
{
    struct text query = request_text(r, "q");
    size_t most = (size_t)request_int(r, "most");
    struct search_hit *hits = NULL;
    size_t count = 0;
    struct view_search v = {.head = page_head(r, query.size > 0 ? query : TEXT("Search"))};
    v.query = query;
    v.head.query = query;
    size_t asked = most < SEARCH_HITS_MAX ? most + 1 : most;
    enum result result =
        search_threads(page_search_handle(r), r->arena, query, asked, &hits, &count);
    if (result != OK)
        return result;
    v.rows = arena_array(r->arena, struct view_thread_row, most);
    for (size_t i = 0; i < count && i < most; i++) {
        struct view_thread_row *row = &v.rows[v.rows_count++];
        *row = page_thread_row(r, THREAD_FACTS(&hits[i]));
        pieces_of(r->arena, hits[i].snippet, &row->snippet, &row->snippet_count);
    }
    v.total = (int64_t)v.rows_count;
    v.next = count > most ? SHOWN_MORE : 0;
    v.save_form = TEXT("");
    if (r->reader.role == BOARD_PHYSICIAN)
        v.save_form = guard_form(r, out, "/search/save");
    v.request = guard_request_id(r);
    return reply_view(r, out, search, &v);
}
