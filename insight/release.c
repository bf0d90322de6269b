#include "insight/release.h"
#include "core/json.h"
#include "core/seal.h"
#include "schema/release.h"
#include <assert.h>
#include <string.h>

enum result release_begin(struct release *release)
{
    struct release_report_last_row last;
    release->name = period_name(release->arena, release->period);
    release->id = release->measured = 0;
    memset(release->sha256, 0, sizeof(release->sha256));
    enum result result = release_report_last(release->db, release->arena, &last);
    if (result == OK) {
        assert(last.sha256.size == sizeof(release->sha256));
        release->id = last.id;
        memcpy(release->sha256, last.sha256.data, sizeof(release->sha256));
    }
    release->first = release->id + 1;
    return result == NOT_FOUND ? OK : result;
}

struct body_head release_head(const struct release *release, int64_t template, int64_t object)
{
    struct body_head head = {.id = release->id + 1,
                             .template = template,
                             .object = object,
                             .period = release->name,
                             .journal_seq = release->journal_seq};
    memcpy(head.previous, release->sha256, sizeof(head.previous));
    return head;
}

enum result release_add(struct release *release, const struct body_head *head, struct bytes body,
                        int64_t shown, int64_t withheld)
{
    assert(head->id == release->id + 1);
    uint8_t sha256[32];
    seal_sha256(sha256, body, bytes_of("", 0));
    enum result result = release_report_add(release->db, head->id, head->template, head->object,
                                            head->period, release->at_ms, head->journal_seq, shown,
                                            withheld, body, bytes_of(sha256, sizeof(sha256)));
    if (result != OK)
        return result;
    release->id = head->id;
    memcpy(release->sha256, sha256, sizeof(sha256));
    return OK;
}

enum result release_spend(struct release *release, int64_t template, int64_t object, int measure,
                          int votes, int sixteenths)
{
    return release_spent_add(release->db, template, object, release->name, measure, votes,
                             sixteenths);
}

enum result release_end(struct release *release)
{
    const struct body_head head = release_head(release, INSIGHT_CLOSE, release->period.kind);
    const struct bytes body =
        body_close(release->arena, &head, release->measured, release->first, head.id - 1);
    return release_add(release, &head, body, head.id - release->first, 0);
}

/* --- checking what is stored --- */

static const char *report_fault(struct arena *arena, const struct release_report_after_row *row,
                                int64_t id, const uint8_t previous[32])
{
    uint8_t sha256[32], before[32];
    struct insight_report report;
    seal_sha256(sha256, row->body, bytes_of("", 0));
    if (row->id != id)
        return "its number is not the next one";
    if (row->sha256.size != 32 || memcmp(sha256, row->sha256.data, 32) != 0)
        return "its digest is not that of its bytes";
    if (insight_read(arena, row->body, &report) != OK)
        return "its bytes are no report";
    if (report.id != row->id || report.template != row->template || report.object != row->object ||
        !text_equal(report.period, row->period))
        return "number, template, object or period differs from its bytes";
    if (!hex_read_into(before, sizeof(before), report.previous) ||
        memcmp(before, previous, 32) != 0)
        return "it does not follow the report before it";
    const bool is_terms = row->template == INSIGHT_VOLUME || row->template == INSIGHT_RISING;
    const bool is_counted = is_terms || row->template == INSIGHT_RESULT;
    const size_t shown = is_terms ? report.term_count : report.figure_count;
    if (is_counted && ((int64_t)shown != row->shown || report.withheld != row->withheld))
        return "what it shows and withholds differs from its bytes";
    return NULL;
}

enum result release_verify(struct db *db, struct arena *arena, int64_t *count, struct text *why)
{
    uint8_t previous[32] = {0};
    struct release_spent_over_row over;
    *count = 0;
    *why = NO_TEXT;
    for (;;) {
        size_t mark = arena->used, rows_count;
        struct release_report_after_row *rows;
        enum result result = release_report_after(db, arena, *count, 1, &rows, &rows_count);
        if (result != OK)
            return result;
        if (rows_count == 0)
            break;
        const char *fault = report_fault(arena, &rows[0], *count + 1, previous);
        if (fault) {
            *why = arena_format(arena, "report %lld: %s", (long long)rows[0].id, fault);
            return INVALID;
        }
        memcpy(previous, rows[0].sha256.data, 32);
        (*count)++;
        arena_reset(arena, mark);
    }
    enum result result = release_spent_over(db, arena, &over);
    if (result == OK && over.count > 0) {
        *why = arena_format(arena, "%lld budgets are overspent", (long long)over.count);
        return INVALID;
    }
    return result;
}
