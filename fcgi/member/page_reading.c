/* What somebody who waits may read: references, which no member wrote and which show here nothing
 * that members made of them. */
#include "fcgi/page/page_parts.h"

#include "core/text.h"
#include "schema/board.h"

const struct field fields_reading[] = {
    PAGE_FIELD_BEFORE,
    {.name = NULL},
};

static bool reads_here(const struct request *r)
{
    return r->reader.role == BOARD_PHYSICIAN && r->reader.level < BOARD_LEVEL_OPEN;
}

enum result page_reading(struct request *r, struct reply *out)
{
    struct board_references_row *rows;
    size_t count = 0;
    struct view_reading v = {.head = page_head(r, TEXT("References"))};
    if (!reads_here(r))
        return reply_redirect(r, out, "%s", page_home(r->reader.role, r->reader.level));
    enum result result = board_references(request_store(r, WEB_BOARD), r->arena,
                                          request_int(r, "before"), PAGE_ROWS, &rows, &count);
    if (result != OK)
        return result;
    v.rows = arena_array(r->arena, struct view_thread_row, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct view_thread_row *row = &v.rows[v.rows_count++];
        *row = (struct view_thread_row){.id = rows[i].question,
                                        .title = rows[i].title,
                                        .state = TEXT("reference"),
                                        .kind = TEXT("reference"),
                                        .ago = TEXT(""),
                                        .iso = TEXT(""),
                                        .excerpt = rows[i].excerpt,
                                        .source = rows[i].source};
        page_topics(r->arena, rows[i].topics, &row->topics, &row->topics_count);
    }
    v.next = count == PAGE_ROWS ? rows[count - 1].question : 0;
    return reply_view(r, out, reading, &v);
}

enum result page_reference(struct request *r, struct reply *out)
{
    struct board_reference_get_row row;
    if (!reads_here(r))
        return r->reader.role == BOARD_PHYSICIAN
                   ? reply_redirect(r, out, "/q/%lld", (long long)r->id)
                   : reply_redirect(r, out, "%s", page_home(r->reader.role, r->reader.level));
    enum result result = board_reference_get(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result != OK)
        return result;
    struct view_reference v = {
        .head = page_head(r, row.title),
        .title = row.title,
        .body = text_kept_html(row.html),
        .source = row.source,
        .url = row.url,
        .licence = row.licence,
    };
    return reply_view(r, out, reference, &v);
}
