#include "insight/release.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/seal.h"
#include "insight/insight.h"
#include "schema/release.h"
#include <assert.h>
#include <string.h>

enum { CELLS_MAX = 1 << 20 };

bool period_read(struct text period, int64_t *start_ms)
{
    int64_t year, month;
    if (period.size != PERIOD_SIZE || period.data[4] != '-' ||
        !text_int((struct text){period.data, 4}, 2000, 9999, &year) ||
        (period.data[5] == '0' ? !text_int((struct text){period.data + 6, 1}, 1, 9, &month)
                               : !text_int((struct text){period.data + 5, 2}, 10, 12, &month)))
        return false;
    *start_ms = clock_from_date((int)year, (int)month, 1);
    return true;
}

static void figure(struct buf *out, const char *name, bool shown, int64_t value)
{
    buf_format(out, ",\"%s\":", name);
    if (shown)
        buf_int(out, value);
    else
        buf_format(out, "null");
}

struct bytes release_body(struct arena *arena, struct release_draft *draft)
{
    struct buf out;
    buf_open(&out, arena, 4096);
    buf_format(&out, "{\"release\":%lld,\"template\":\"%s\",\"period\":", (long long)draft->id,
               INSIGHT_TOTALS);
    buf_json_text(&out, draft->period);
    buf_format(&out, ",\"k\":%d,\"journal_seq\":%lld,\"previous\":\"", INSIGHT_K,
               (long long)draft->journal_seq);
    buf_hex(&out, bytes_of(draft->previous, sizeof(draft->previous)));
    buf_format(&out, "\",\"questions\":[");
    draft->shown = draft->withheld = 0;
    for (size_t i = 0; i < draft->row_count; i++) {
        const struct tally_row *row = &draft->rows[i];
        bool shown[TALLY_SIDES];
        if (!tally_row_shown(row, INSIGHT_K, shown)) {
            draft->withheld++;
            continue;
        }
        buf_format(&out, "%s{\"question\":%lld,\"counted\":%lld", draft->shown++ ? "," : "",
                   (long long)row->question, (long long)row->counted);
        figure(&out, "corroborate", shown[TALLY_CORROBORATE], row->sides[TALLY_CORROBORATE]);
        figure(&out, "dispute", shown[TALLY_DISPUTE], row->sides[TALLY_DISPUTE]);
        figure(&out, "cannot_say", shown[TALLY_CANNOT_SAY], row->sides[TALLY_CANNOT_SAY]);
        buf_char(&out, '}');
    }
    buf_format(&out, "],\"withheld\":%lld}", (long long)draft->withheld);
    return buf_bytes(&out);
}

enum result release_write(struct db *db, struct release_draft *draft, struct bytes body,
                          int64_t at_ms, uint8_t sha256[32])
{
    int64_t place = 0;
    for (size_t i = 0; i < draft->row_count; i++) {
        const struct tally_row *row = &draft->rows[i];
        bool shown[TALLY_SIDES];
        if (!tally_row_shown(row, INSIGHT_K, shown))
            continue;
        const int64_t *values[TALLY_SIDES];
        for (int k = 0; k < TALLY_SIDES; k++)
            values[k] = shown[k] ? &row->sides[k] : NULL;
        enum result result = release_cell_add(db, draft->id, ++place, row->question, row->counted,
                                              values[0], values[1], values[2]);
        if (result != OK)
            return result;
    }
    assert(place == draft->shown);
    seal_sha256(sha256, body, bytes_of("", 0));
    return release_add(db, draft->id, TEXT(INSIGHT_TOTALS), draft->period, at_ms,
                       draft->journal_seq, INSIGHT_K, draft->shown, draft->withheld, body,
                       bytes_of(sha256, 32));
}

/* --- checking what is stored --- */

static bool value_is(const struct json *object, const char *name, bool has, int64_t value)
{
    const struct json *found = json_get(object, name);
    int64_t stored;
    if (!has)
        return found == NULL;
    return json_get_int(found, 0, INT64_MAX, &stored) && stored == value;
}

static const char *cell_fault(const struct json *entry, const struct release_cells_row *cell)
{
    if (!value_is(entry, "question", true, cell->question) ||
        !value_is(entry, "counted", true, cell->counted) ||
        !value_is(entry, "corroborate", cell->has_corroborate, cell->corroborate) ||
        !value_is(entry, "dispute", cell->has_dispute, cell->dispute) ||
        !value_is(entry, "cannot_say", cell->has_cannot_say, cell->cannot_say))
        return "a figure differs from the release's bytes";
    const bool has[] = {cell->has_corroborate, cell->has_dispute, cell->has_cannot_say};
    const int64_t sides[] = {cell->corroborate, cell->dispute, cell->cannot_say};
    int64_t rest = cell->counted;
    int missing = 0;
    for (int i = 0; i < TALLY_SIDES; i++) {
        if (has[i] && sides[i] > 0 && sides[i] < INSIGHT_K)
            return "a figure has fewer people behind it than it must";
        rest -= has[i] ? sides[i] : 0;
        missing += !has[i];
    }
    if (cell->counted < INSIGHT_K)
        return "a question has fewer people behind it than it must";
    if (missing == 0 ? rest != 0 : missing == 1 || rest < INSIGHT_K)
        return "a withheld figure can be worked out";
    return NULL;
}

static const char *cells_fault(struct db *db, struct arena *arena, const struct json *root,
                               const struct release_all_after_row *row)
{
    struct release_cells_row *cells;
    size_t count;
    const struct json *list = json_get(root, "questions");
    if (release_cells(db, arena, row->id, CELLS_MAX, &cells, &count) != OK)
        return "its figures cannot be read";
    if (!json_is_array(list) || json_count(list) != count || (int64_t)count != row->shown)
        return "the number of questions differs from the release's bytes";
    for (size_t i = 0; i < count; i++) {
        const char *fault = cell_fault(json_at(list, i), &cells[i]);
        if (fault)
            return fault;
    }
    return NULL;
}

static const char *body_fault(struct arena *arena, const struct json *root,
                              const struct release_all_after_row *row, const uint8_t previous[32])
{
    struct text text;
    uint8_t before[32];
    if (!value_is(root, "release", true, row->id) ||
        !value_is(root, "journal_seq", true, row->journal_seq) ||
        !value_is(root, "k", true, row->k) || !value_is(root, "withheld", true, row->withheld))
        return "a number differs from the release's bytes";
    if (!json_get_text(json_get(root, "period"), arena, PERIOD_SIZE, &text) ||
        !text_equal(text, row->period) ||
        !json_get_text(json_get(root, "template"), arena, 64, &text) ||
        !text_equal(text, row->template))
        return "period or template differs from the release's bytes";
    if (!json_get_hex(json_get(root, "previous"), before, 32) || memcmp(before, previous, 32) != 0)
        return "it does not follow the release before it";
    return NULL;
}

static const char *release_fault(struct db *db, struct arena *arena,
                                 const struct release_all_after_row *row, int64_t id,
                                 const uint8_t previous[32])
{
    uint8_t sha256[32];
    struct json *root = NULL;
    seal_sha256(sha256, row->body, bytes_of("", 0));
    if (row->id != id)
        return "its number is not the next one";
    if (row->sha256.size != 32 || memcmp(sha256, row->sha256.data, 32) != 0)
        return "its digest is not that of its bytes";
    if (json_read(row->body, &root) != OK)
        return "its bytes are not JSON";
    const char *fault = body_fault(arena, root, row, previous);
    if (!fault)
        fault = cells_fault(db, arena, root, row);
    json_close(root);
    return fault;
}

enum result release_verify(struct db *db, struct arena *arena, int64_t *count, struct text *why)
{
    uint8_t previous[32] = {0};
    *count = 0;
    *why = NO_TEXT;
    for (;;) {
        size_t mark = arena->used, rows_count;
        struct release_all_after_row *rows;
        enum result result = release_all_after(db, arena, *count, 1, &rows, &rows_count);
        if (result != OK || rows_count == 0)
            return result;
        const char *fault = release_fault(db, arena, &rows[0], *count + 1, previous);
        if (fault) {
            *why = arena_format(arena, "release %lld: %s", (long long)rows[0].id, fault);
            return INVALID;
        }
        memcpy(previous, rows[0].sha256.data, 32);
        (*count)++;
        arena_reset(arena, mark);
    }
}
