/* A report's files: the bytes themselves, a table for spreadsheets, the address that cannot change
 * its content. */
#include "fcgi/sponsor/page_report.h"

#include <inttypes.h>
#include <string.h>

#include "schema/release.h"

/* The very bytes the digest is of. */
enum result page_report_json(struct request *r, struct reply *out)
{
    struct release_report_get_row row;
    struct insight_report report;
    enum result result = page_report_get(r, &row, &report);
    if (result != OK)
        return result;
    struct buf *file = reply_file(out, "application/json",
                                  arena_format(r->arena, "report-%" PRId64 ".json", row.id));
    buf_add(file, row.body.data, row.body.size);
    return OK;
}

static void csv_text(struct buf *file, struct text text)
{
    buf_char(file, '"');
    for (size_t i = 0; i < text.size; i++)
        buf_format(file, text.data[i] == '"' ? "\"\"" : "%c", text.data[i]);
    buf_char(file, '"');
}

static void csv_figure(struct buf *file, const struct insight_figure *figure, const char *by,
                       struct text name)
{
    buf_format(file, "%s,", by);
    csv_text(file, name);
    buf_format(file, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%.2f\r\n", figure->n,
               figure->sides[0], figure->sides[1], figure->sides[2], figure->variance);
}

/* The same numbers for spreadsheets (RFC 4180). */
enum result page_report_csv(struct request *r, struct reply *out)
{
    struct release_report_get_row row;
    struct insight_report report;
    enum result result = page_report_get(r, &row, &report);
    if (result != OK)
        return result;
    struct buf *file = reply_file(out, "text/csv; charset=utf-8",
                                  arena_format(r->arena, "report-%" PRId64 ".csv", row.id));
    if (row.template == INSIGHT_VOLUME || row.template == INSIGHT_RISING) {
        buf_format(file, "term,authors,usual,ic025,weeks\r\n");
        for (size_t i = 0; i < report.term_count; i++) {
            const struct insight_term *term = &report.terms[i];
            csv_text(file, term->word);
            buf_format(file, ",%" PRId64, term->authors);
            if (row.template == INSIGHT_RISING)
                buf_format(file, ",%.2f,%.3f,%" PRId64 "\r\n", term->usual, term->ic_low,
                           term->weeks);
            else
                buf_format(file, ",,,\r\n");
        }
        return OK;
    }
    buf_format(file, "by,name,n,corroborate,dispute,cannot_say,noise_variance\r\n");
    if (row.template != INSIGHT_MEMBERS)
        csv_figure(file, &report.whole, "all", TEXT("all"));
    for (size_t i = 0; i < report.figure_count; i++)
        csv_figure(file, &report.figures[i], row.template == INSIGHT_TREND ? "month" : "specialty",
                   report.figures[i].name);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < report.part_counts[k]; i++)
            csv_figure(file, &report.parts[k][i], k == 0 ? "region" : "years",
                       report.parts[k][i].name);
    return OK;
}

/* The address that cannot change its content: the first half of the digest is its name. */
enum result page_report_by_digest(struct request *r, struct reply *out)
{
    enum { HALF = 16 };
    uint8_t low[2 * HALF] = {0}, high[2 * HALF];
    struct release_report_find_row row;
    memset(high, 0xff, sizeof(high));
    if (!hex_read_into(low, HALF, r->name))
        return NOT_FOUND;
    memcpy(high, low, HALF);
    enum result result =
        release_report_find(request_store(r, WEB_RELEASE), r->arena, bytes_of(low, sizeof(low)),
                            bytes_of(high, sizeof(high)), &row);
    r->id = row.id;
    return result == OK ? page_report(r, out) : result;
}
