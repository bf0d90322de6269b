/* The catalogue of reports, and its feed. */
#include "fcgi/page/page_doors.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/conf.h"
#include "fcgi/sponsor/page_report.h"
#include "insight/insight.h"
#include "schema/release.h"

enum { REPORTS_SHOWN = 50, FEED_SHOWN = 30 };

const struct field fields_reports[] = {
    {.name = "kind", .type = FIELD_LINE, .low = 0, .high = 10, .optional = true, .label = "What"},
    PAGE_FIELD_BEFORE,
    {.name = NULL},
};

static const struct {
    const char *word;
    int64_t template;
} kinds[] = {{"results", INSIGHT_RESULT},
             {"trends", INSIGHT_TREND},
             {"words", INSIGHT_VOLUME},
             {"rising", INSIGHT_RISING},
             {"members", INSIGHT_MEMBERS}};
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

struct text page_report_title(int64_t template)
{
    static const char *const titles[INSIGHT_TEMPLATES] = {"A period’s end",  "What physicians said",
                                                          "Month by month",  "Words in the week",
                                                          "Words that rose", "Who the members are"};
    return text_of(titles[template >= 0 && template <INSIGHT_TEMPLATES ? template : 0]);
}

struct text page_report_period(struct arena *arena, struct text period)
{
    if (period.size > 5 && period.data[5] == 'W')
        return arena_format(arena, "Week %.*s of %.4s", (int)period.size - 6, period.data + 6,
                            period.data);
    if (period.size > 5 && period.data[5] == 'Q')
        return arena_format(arena, "%.1s%.*s quarter of %.4s", period.data + 6, 2,
                            period.data[6] == '1'   ? "st"
                            : period.data[6] == '2' ? "nd"
                            : period.data[6] == '3' ? "rd"
                                                    : "th",
                            period.data);
    return page_month(arena, period);
}

/* A question's title, blanked since or not; else what the report is. */
static struct text row_title(struct request *r, int64_t template, int64_t object, struct text title)
{
    if (template != INSIGHT_RESULT && template != INSIGHT_TREND)
        return page_report_title(template);
    return title.size > 0
               ? title
               : arena_format(r->arena, "Question %" PRId64 ", text removed since", object);
}

enum result page_reports(struct request *r, struct reply *out)
{
    struct release_reports_row *rows;
    size_t count, kind = 0;
    const struct text wanted = request_text(r, "kind");
    for (size_t i = 0; i < KINDS; i++)
        if (text_is(wanted, kinds[i].word))
            kind = i;
    struct view_reports v = {.head = page_head(r, TEXT("Reports")),
                             .kind = text_of(kinds[kind].word)};
    enum result result =
        release_reports(request_store(r, WEB_RELEASE), r->arena, kinds[kind].template,
                        request_int(r, "before"), REPORTS_SHOWN + 1, &rows, &count);
    if (result != OK)
        return result;
    v.rows = arena_array(r->arena, struct view_report_row, count + 1);
    for (size_t i = 0; i < count && i < REPORTS_SHOWN; i++)
        v.rows[v.rows_count++] = (struct view_report_row){
            .id = rows[i].id,
            .title = row_title(r, kinds[kind].template, rows[i].object, rows[i].title),
            .sponsor = rows[i].sponsor,
            .period = page_report_period(r->arena, rows[i].period),
            .at = clock_day(r->arena, rows[i].at_ms),
            .shown = rows[i].shown,
            .withheld = rows[i].withheld,
        };
    v.next = count > REPORTS_SHOWN ? rows[REPORTS_SHOWN - 1].id : 0;
    return reply_view(r, out, reports, &v);
}

static void entry_write(struct request *r, struct buf *xml, int64_t template,
                        const struct release_reports_row *row)
{
    const struct text url = conf_text("site.url");
    const struct text link =
        arena_format(r->arena, "%.*s/sponsor/report/%" PRId64, (int)url.size, url.data, row->id);
    buf_format(xml, "<entry>\n<title>");
    if (row->sponsor.size > 0) {
        buf_format(xml, "Sponsored question · ");
        buf_text(xml, row->sponsor);
        buf_format(xml, ": ");
    }
    buf_text(xml, row_title(r, template, row->object, row->title));
    buf_format(xml, ", ");
    buf_text(xml, page_report_period(r->arena, row->period));
    buf_format(xml, "</title>\n<id>");
    buf_text(xml, link);
    buf_format(xml, "</id>\n<updated>");
    buf_text(xml, clock_iso(r->arena, row->at_ms));
    buf_format(xml, "</updated>\n<category term=\"%s\"/>\n<link href=\"",
               insight_template_name(template));
    buf_attr(xml, link);
    buf_format(xml, "\"/>\n</entry>\n");
}

/* Titles and links of the newest of each kind. */
enum result page_reports_atom(struct request *r, struct reply *out)
{
    const struct text site = conf_text("site.name"), url = conf_text("site.url");
    struct release_reports_row *rows[KINDS];
    size_t counts[KINDS];
    int64_t latest_ms = 0;
    for (size_t i = 0; i < KINDS; i++) {
        enum result result =
            release_reports(request_store(r, WEB_RELEASE), r->arena, kinds[i].template,
                            PAGE_BEFORE_ALL, FEED_SHOWN, &rows[i], &counts[i]);
        if (result != OK)
            return result;
        if (counts[i] > 0 && rows[i][0].at_ms > latest_ms)
            latest_ms = rows[i][0].at_ms;
    }
    struct buf *xml = reply_typed(out, "application/atom+xml; charset=utf-8");
    buf_format(xml, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                    "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>");
    buf_text(xml, site);
    buf_format(xml, ": reports</title>\n<id>");
    buf_text(xml, url);
    buf_format(xml, "/sponsor/reports</id>\n<updated>");
    buf_text(xml, clock_iso(r->arena, latest_ms));
    buf_format(xml, "</updated>\n<author><name>");
    buf_text(xml, site);
    buf_format(xml, "</name></author>\n<link href=\"");
    buf_attr(xml, url);
    buf_format(xml, "/sponsor/reports\"/>\n");
    for (size_t i = 0; i < KINDS; i++)
        for (size_t k = 0; k < counts[i]; k++)
            entry_write(r, xml, kinds[i].template, &rows[i][k]);
    buf_format(xml, "</feed>\n");
    return OK;
}
