/* The reports sponsors read: made by the analyst, never changed, the same for all of them. */
#include "fcgi/page_doors.h"

#include <inttypes.h>

#include "core/clock.h"
#include "insight/insight.h"
#include "schema/release.h"

enum { RELEASES_SHOWN = 100, CELLS_SHOWN = 500, PERCENT = 100 };

static struct text title_of(struct text template)
{
    return text_is(template, INSIGHT_TOTALS) ? TEXT("What physicians said") : template;
}

enum result page_releases(struct request *r, struct reply *out)
{
    struct release_list_row *rows;
    size_t count;
    struct view_releases v = {.head = page_head(r, TEXT("Reports")), .k = INSIGHT_K};
    enum result result =
        release_list(request_store(r, WEB_RELEASE), r->arena, RELEASES_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v.rows = arena_array(r->arena, struct view_release_row, count + 1);
    for (size_t i = 0; i < count; i++)
        v.rows[v.rows_count++] = (struct view_release_row){
            .id = rows[i].id,
            .title = title_of(rows[i].template),
            .period = page_month(r->arena, rows[i].period),
            .at = clock_day(r->arena, rows[i].at_ms),
            .shown = rows[i].shown,
            .withheld = rows[i].withheld,
        };
    return reply_view(r, out, releases, &v);
}

/* A figure that was withheld is a dash. */
static struct text figure(struct arena *arena, bool has, int64_t value)
{
    return has ? page_number(arena, value) : TEXT("–");
}

static struct view_release_cell cell_view(struct request *r, const struct release_cells_row *row)
{
    bool shown = row->has_corroborate && row->has_dispute && row->counted > 0;
    return (struct view_release_cell){
        .question =
            row->title.size > 0
                ? row->title
                : arena_format(r->arena, "Question %" PRId64 ", text removed since", row->question),
        .counted = row->counted,
        .corroborate = figure(r->arena, row->has_corroborate, row->corroborate),
        .dispute = figure(r->arena, row->has_dispute, row->dispute),
        .cannot_say = figure(r->arena, row->has_cannot_say, row->cannot_say),
        .shown = shown,
        .for_width = shown ? row->corroborate * PERCENT / row->counted : 0,
        .against_width = shown ? row->dispute * PERCENT / row->counted : 0,
    };
}

enum result page_release(struct request *r, struct reply *out)
{
    struct release_get_row row;
    struct release_cells_row *cells;
    size_t count;
    struct db *store = request_store(r, WEB_RELEASE);
    enum result result = release_get(store, r->arena, r->id, &row);
    if (result == OK)
        result = release_cells(store, r->arena, r->id, CELLS_SHOWN, &cells, &count);
    if (result != OK)
        return result;
    struct view_release v = {
        .id = row.id,
        .title = title_of(row.template),
        .period = page_month(r->arena, row.period),
        .at = clock_day(r->arena, row.at_ms),
        .sha256 = page_hex(r->arena, row.sha256),
        .shown = row.shown,
        .withheld = row.withheld,
        .k = row.k,
    };
    v.head = page_head(r, arena_format(r->arena, "%s, %s", v.title.data, v.period.data));
    v.cells = arena_array(r->arena, struct view_release_cell, count + 1);
    for (size_t i = 0; i < count; i++) {
        v.cells[v.cells_count] = cell_view(r, &cells[i]);
        v.charted = v.charted || v.cells[v.cells_count++].shown;
    }
    return reply_view(r, out, release, &v);
}

/* The very bytes the digest is of. */
enum result page_release_file(struct request *r, struct reply *out)
{
    struct release_get_row row;
    enum result result = release_get(request_store(r, WEB_RELEASE), r->arena, r->id, &row);
    if (result != OK)
        return result;
    struct buf *file = reply_file(
        out, "application/json",
        arena_format(r->arena, "report-%.*s.json", (int)row.period.size, row.period.data));
    buf_add(file, row.body.data, row.body.size);
    return OK;
}
