/* One report: its figures, the same as tables, how it was made, and its files. */
#include "fcgi/sponsor/page_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "schema/release.h"

enum {
    ROWS_MOST = PAGE_TABLE_ROWS,
    MULTIPLES = 12,
    WEEKS_BACK = 12,
    MONTHS_MOST = 36,
    WIDTH = 1000
};

struct text page_percent(struct arena *arena, double share)
{
    return arena_format(arena, "%d %%", (int)lround(share * 100));
}

struct text page_interval(struct arena *arena, struct insight_share share)
{
    return arena_format(arena, "%d to %d %%", (int)lround(share.low * 100),
                        (int)lround(share.high * 100));
}

/* Noise may take a number below 0, where no number of people is. */
static struct text people(struct arena *arena, int64_t number)
{
    return page_number(arena, number > 0 ? number : 0);
}

int64_t page_thousandths(double share)
{
    return lround(fmin(1, fmax(0, share)) * WIDTH);
}

/* --- what was said --- */

static void whole_fill(struct request *r, const struct insight_report *report,
                       struct view_report *v)
{
    const struct insight_figure *whole = &report->whole;
    const struct insight_share share = insight_share(whole);
    const double n = fmax(1, (double)whole->n);
    v->headline = page_percent(r->arena, share.share);
    v->says = TEXT("corroborate, of those who took a side");
    v->interval = page_interval(r->arena, share);
    v->faint = !share.is_reliable;
    v->for_width = page_thousandths((double)whole->sides[0] / n);
    v->against_width = page_thousandths((double)whole->sides[1] / n);
    v->sides =
        arena_format(r->arena, "%s corroborate, %s dispute, %s cannot say; %s in all",
                     people(r->arena, whole->sides[0]).data, people(r->arena, whole->sides[1]).data,
                     people(r->arena, whole->sides[2]).data, people(r->arena, whole->n).data);
    if (report->is_weighted)
        v->weighted = arena_format(
            r->arena, "%s (%s) when weighted to US physicians by %s; design effect %.2f",
            page_percent(r->arena, report->weighted.share).data,
            page_interval(r->arena, report->weighted).data, page_report_by(r->arena, report).data,
            report->weighted.design_effect);
}

static int by_number(const void *a, const void *b)
{
    const struct insight_figure *x = a, *y = b;
    return (x->n < y->n) - (x->n > y->n);
}

struct view_report_cells *page_table(struct request *r, struct view_report_table *table,
                                     const char *caption, const char *const heads[5])
{
    struct text *const into[] = {&table->h0, &table->h1, &table->h2, &table->h3, &table->h4};
    table->caption = text_of(caption);
    for (int i = 0; i < 5; i++)
        *into[i] = text_of(heads[i]);
    table->rows = arena_array(r->arena, struct view_report_cells, ROWS_MOST + 1);
    return table->rows;
}

static struct view_report_cells sides_cells(struct request *r, const struct insight_figure *figure,
                                            struct text name)
{
    return (struct view_report_cells){
        .c0 = name,
        .c1 = people(r->arena, figure->n),
        .c2 = people(r->arena, figure->sides[0]),
        .c3 = people(r->arena, figure->sides[1]),
        .c4 = page_interval(r->arena, insight_share(figure)),
    };
}

static struct view_report_bar interval_bar(struct request *r, const struct insight_figure *figure)
{
    const struct insight_share share = insight_share(figure);
    return (struct view_report_bar){
        .name = figure->name,
        .value = page_percent(r->arena, share.share),
        .detail = arena_format(r->arena, "%s physicians, %s", people(r->arena, figure->n).data,
                               page_interval(r->arena, share).data),
        .low = page_thousandths(share.low),
        .width = page_thousandths(share.high) - page_thousandths(share.low),
        .at = page_thousandths(share.share),
        .interval = true,
        .faint = !share.is_reliable,
    };
}

static const char *const specialty_heads[] = {"Specialty", "Physicians", "Corroborate", "Dispute",
                                              "95 % interval"};
static const char *const month_heads[] = {"Month", "Physicians", "Corroborate", "Dispute",
                                          "95 % interval"};

static void specialties_fill(struct request *r, struct insight_report *report,
                             struct view_report *v)
{
    if (report->figure_count == 0)
        return;
    qsort(report->figures, report->figure_count, sizeof(*report->figures), by_number);
    v->bars_title = TEXT("By specialty: who corroborates");
    v->bars = arena_array(r->arena, struct view_report_bar, report->figure_count + 1);
    struct view_report_cells *rows = page_table(r, &v->bars_table, "By specialty", specialty_heads);
    for (size_t i = 0; i < report->figure_count; i++) {
        v->bars[v->bars_count++] = interval_bar(r, &report->figures[i]);
        rows[v->bars_table.rows_count++] =
            sides_cells(r, &report->figures[i], report->figures[i].name);
    }
    v->bars_low = TEXT("0 %");
    v->bars_middle = TEXT("50 %");
    v->bars_high = TEXT("100 %");
}

/* By region and by years in practice, in their own order. */
static void parts_fill(struct request *r, const struct insight_report *report,
                       struct view_report *v)
{
    static const char *const titles[] = {"By region: who corroborates",
                                         "By years in practice: who corroborates"};
    static const char *const captions[] = {"By region", "By years in practice"};
    static const char *const heads[2][5] = {
        {"Region", "Physicians", "Corroborate", "Dispute", "95 % interval"},
        {"Years", "Physicians", "Corroborate", "Dispute", "95 % interval"}};
    v->parts = arena_array(r->arena, struct view_report_part, 2);
    for (size_t k = 0; k < 2; k++) {
        if (report->part_counts[k] == 0)
            continue;
        struct view_report_part *part = &v->parts[v->parts_count++];
        part->title = text_of(titles[k]);
        part->bars = arena_array(r->arena, struct view_report_bar, INSIGHT_PARTS);
        struct view_report_cells *rows = page_table(r, &part->table, captions[k], heads[k]);
        for (size_t i = 0; i < report->part_counts[k] && i < INSIGHT_PARTS; i++) {
            const struct insight_figure *figure = &report->parts[k][i];
            part->bars[part->bars_count++] = interval_bar(r, figure);
            rows[part->table.rows_count++] = sides_cells(r, figure, figure->name);
        }
        part->low = TEXT("0 %");
        part->middle = TEXT("50 %");
        part->high = TEXT("100 %");
    }
}

/* Months of one question, each with its band. */
static void months_fill(struct request *r, const struct insight_report *trend,
                        struct view_report *v)
{
    struct page_point points[MONTHS_MOST];
    size_t count = 0;
    struct view_report_cells *rows = page_table(r, &v->series_table, "By month", month_heads);
    v->series = arena_array(r->arena, struct view_report_series, 1);
    for (size_t i = 0; i < trend->figure_count && count < MONTHS_MOST; i++) {
        const struct insight_figure *month = &trend->figures[i];
        const struct insight_share share = insight_share(month);
        points[count++] = (struct page_point){share.low, share.share, share.high, false};
        rows[v->series_table.rows_count++] =
            sides_cells(r, month, page_month(r->arena, month->name));
    }
    if (count == 0)
        return;
    page_series(r->arena, points, count, &v->series[0]);
    v->series[0].first = page_month(r->arena, trend->figures[0].name);
    v->series[0].last = page_month(r->arena, trend->figures[count - 1].name);
    v->series[0].words = arena_format(r->arena, "Share who corroborate, %zu months; latest %s",
                                      count, page_percent(r->arena, points[count - 1].at).data);
    v->series_title = TEXT("Month by month: who corroborates");
    v->series_count = 1;
}

static enum result trend_of(struct request *r, const struct insight_report *report,
                            struct view_report *v)
{
    struct release_report_of_row row;
    struct insight_report trend;
    enum result result = release_report_of(request_store(r, WEB_RELEASE), r->arena, INSIGHT_TREND,
                                           report->object, report->period, &row);
    if (result == NOT_FOUND)
        return OK;
    if (result == OK)
        result = insight_read(r->arena, row.body, &trend);
    if (result == OK)
        months_fill(r, &trend, v);
    return result;
}

/* --- words --- */

static int by_authors(const void *a, const void *b)
{
    const struct insight_term *x = a, *y = b;
    return (x->authors < y->authors) - (x->authors > y->authors);
}

static double authors_of(const struct insight_report *week, struct text word)
{
    for (size_t i = 0; i < week->term_count; i++)
        if (text_equal(week->terms[i].word, word))
            return (double)week->terms[i].authors;
    return -1; /* withheld that week */
}

static void multiple_fill(struct request *r, struct text word, const struct insight_report *weeks,
                          size_t count, struct view_report_series *series)
{
    enum { SPREAD = 3 }; /* 1.96 standard deviations of the noise */
    double most = 1, latest = 0;
    struct page_point points[WEEKS_BACK];
    for (size_t i = 0; i < count; i++)
        most = fmax(most, authors_of(&weeks[i], word) + SPREAD);
    for (size_t i = 0; i < count; i++) { /* weeks: newest first */
        const double authors = authors_of(&weeks[count - 1 - i], word);
        points[i] =
            (struct page_point){(authors - SPREAD) / most, authors < 0 ? -1 : authors / most,
                                (authors + SPREAD) / most, false};
        latest = authors;
    }
    page_series(r->arena, points, count, series);
    series->name = word;
    series->latest = people(r->arena, (int64_t)latest);
    series->first = page_report_period(r->arena, weeks[count - 1].period);
    series->last = page_report_period(r->arena, weeks[0].period);
    series->words = arena_format(r->arena, "%.*s: %s authors, %zu weeks", (int)word.size, word.data,
                                 series->latest.data, count);
}

/* The words of most authors, over the weeks before. */
static enum result multiples_fill(struct request *r, const struct insight_report *report,
                                  struct view_report *v)
{
    struct release_reports_of_row *rows;
    size_t count;
    enum result result = release_reports_of(request_store(r, WEB_RELEASE), r->arena, INSIGHT_VOLUME,
                                            0, report->id, WEEKS_BACK, &rows, &count);
    struct insight_report *weeks = arena_array(r->arena, struct insight_report, WEEKS_BACK);
    for (size_t i = 0; i < count && result == OK; i++)
        result = insight_read(r->arena, rows[i].body, &weeks[i]);
    if (result != OK || count < 2)
        return result;
    v->series_title = TEXT("The words of most authors, week by week");
    v->series = arena_array(r->arena, struct view_report_series, MULTIPLES);
    for (size_t i = 0; i < report->term_count && i < MULTIPLES; i++)
        multiple_fill(r, report->terms[i].word, weeks, count, &v->series[v->series_count++]);
    return OK;
}

static enum result volume_fill(struct request *r, struct insight_report *report,
                               struct view_report *v)
{
    static const char *const heads[] = {"Word", "Authors", "", "", ""};
    if (report->term_count == 0)
        return OK;
    qsort(report->terms, report->term_count, sizeof(*report->terms), by_authors);
    enum result result = multiples_fill(r, report, v);
    struct view_report_cells *rows = page_table(r, &v->series_table, "Authors of each word", heads);
    for (size_t i = 0; i < report->term_count && i < ROWS_MOST; i++)
        rows[v->series_table.rows_count++] = (struct view_report_cells){
            .c0 = report->terms[i].word, .c1 = people(r->arena, report->terms[i].authors)};
    return result;
}

static void rising_fill(struct request *r, struct insight_report *report, struct view_report *v)
{
    static const char *const heads[] = {"Word", "Authors", "Usual", "IC025", "Weeks"};
    double most = 1;
    if (report->term_count == 0)
        return;
    v->bars_title = TEXT("Words that more authors wrote than usual");
    v->bars = arena_array(r->arena, struct view_report_bar, report->term_count + 1);
    struct view_report_cells *rows = page_table(r, &v->bars_table, "Words that rose", heads);
    for (size_t i = 0; i < report->term_count; i++)
        most = fmax(most, (double)report->terms[i].authors);
    for (size_t i = 0; i < report->term_count && i < INSIGHT_FIGURES_MAX; i++) {
        const struct insight_term *term = &report->terms[i];
        v->bars[v->bars_count++] = (struct view_report_bar){
            .name = term->word,
            .value = people(r->arena, term->authors),
            .detail = arena_format(r->arena, "usually %.1f; week %" PRId64 " in a row", term->usual,
                                   term->weeks),
            .low = 0,
            .width = page_thousandths((double)term->authors / most),
            .at = page_thousandths(term->usual / most),
        };
        rows[v->bars_table.rows_count++] = (struct view_report_cells){
            .c0 = term->word,
            .c1 = people(r->arena, term->authors),
            .c2 = arena_format(r->arena, "%.1f", term->usual),
            .c3 = arena_format(r->arena, "%.2f", term->ic_low),
            .c4 = page_number(r->arena, term->weeks),
        };
    }
    v->bars_low = TEXT("0");
    v->bars_high = people(r->arena, (int64_t)most);
}

/* --- members --- */

static double figures_most(const struct insight_figure *figures, size_t count)
{
    double most = 1;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, (double)figures[i].n);
    return most;
}

static void member_bar(struct request *r, const struct insight_figure *figure, double most,
                       struct view_report_bar *bar, struct view_report_cells *cells)
{
    const struct text number = figure->n > 0 ? people(r->arena, figure->n) : TEXT("under 25");
    *bar = (struct view_report_bar){.name = figure->name,
                                    .value = number,
                                    .width = page_thousandths((double)figure->n / most),
                                    .at = -1};
    *cells = (struct view_report_cells){.c0 = figure->name, .c1 = number};
}

static void member_parts_fill(struct request *r, const struct insight_report *report,
                              struct view_report *v)
{
    static const char *const titles[] = {"Members who told their region",
                                         "Members who told their years in practice"};
    static const char *const heads[2][5] = {{"Region", "Members", "", "", ""},
                                            {"Years", "Members", "", "", ""}};
    v->parts = arena_array(r->arena, struct view_report_part, 2);
    for (size_t k = 0; k < 2; k++) {
        const double most = figures_most(report->parts[k], report->part_counts[k]);
        if (most <= 1)
            continue; /* nobody told, or too few */
        struct view_report_part *part = &v->parts[v->parts_count++];
        part->title = text_of(titles[k]);
        part->bars = arena_array(r->arena, struct view_report_bar, INSIGHT_PARTS);
        struct view_report_cells *rows = page_table(r, &part->table, titles[k], heads[k]);
        for (size_t i = 0; i < report->part_counts[k] && i < INSIGHT_PARTS; i++)
            member_bar(r, &report->parts[k][i], most, &part->bars[part->bars_count++],
                       &rows[part->table.rows_count++]);
        part->low = TEXT("0");
        part->high = people(r->arena, (int64_t)most);
    }
}

static void members_fill(struct request *r, struct insight_report *report, struct view_report *v)
{
    static const char *const heads[] = {"Specialty", "Members", "", "", ""};
    const double most = figures_most(report->figures, report->figure_count);
    v->bars_title = TEXT("Members by specialty");
    v->bars = arena_array(r->arena, struct view_report_bar, report->figure_count + 1);
    struct view_report_cells *rows = page_table(r, &v->bars_table, "Members by specialty", heads);
    qsort(report->figures, report->figure_count, sizeof(*report->figures), by_number);
    for (size_t i = 0; i < report->figure_count; i++)
        member_bar(r, &report->figures[i], most, &v->bars[v->bars_count++],
                   &rows[v->bars_table.rows_count++]);
    v->bars_low = TEXT("0");
    v->bars_high = people(r->arena, (int64_t)most);
    member_parts_fill(r, report, v);
}

/* --- the page --- */

static struct text parts_withheld(struct arena *arena, const struct insight_report *report)
{
    const size_t regions = INSIGHT_PARTS - report->part_counts[0],
                 bands = INSIGHT_PARTS - report->part_counts[1];
    const struct text what =
        regions + bands == 0
            ? TEXT("None of the regions or bands of years is withheld.")
            : arena_format(arena,
                           "By the same rule %zu of 4 regions and %zu of 4 bands of years are "
                           "withheld.",
                           regions, bands);
    return arena_format(arena,
                        "%s Each member is asked for one of the two only and may keep it to "
                        "himself, so these figures are of fewer physicians than the total.",
                        what.data);
}

static void withheld_fill(struct request *r, const struct insight_report *report,
                          struct view_report *v)
{
    const char *const n = page_number(r->arena, report->withheld).data;
    if (report->template == INSIGHT_RESULT && !report->has_groups)
        v->withheld =
            TEXT("With fewer than about 100 voters nothing is broken down by specialty: all "
                 "of the noise goes into the total instead, which it makes more precise.");
    else if (report->template == INSIGHT_RESULT && report->withheld > 0)
        v->withheld = arena_format(
            r->arena,
            "%s of %d specialties are withheld: with the noise counted in, too few voted to be "
            "sure "
            "that %d stand behind the figure. Withholding is decided on the noisy number, so it "
            "tells nothing about any one person.",
            n, INSIGHT_GROUPS, INSIGHT_K);
    if (report->template == INSIGHT_RESULT && report->has_parts)
        v->withheld_parts = parts_withheld(r->arena, report);
    if (report->template == INSIGHT_VOLUME)
        v->withheld = arena_format(
            r->arena,
            "%s further words of the public list are withheld: with the noise counted in, too few "
            "wrote them to be sure that %d stand behind the number.",
            n, INSIGHT_K);
    else if (report->template == INSIGHT_RISING)
        v->withheld =
            arena_format(r->arena,
                         "%s further words of the public list did not rise. Only noisy numbers are "
                         "compared, of the week and of the 26 weeks before.",
                         n);
}

static struct text lead_of(struct request *r, const struct insight_report *report)
{
    switch (report->template) {
    case INSIGHT_RESULT:
        return TEXT("Verified physicians on one question, in the month their votes were cast.");
    case INSIGHT_TREND:
        return TEXT("Results of one question that were released month by month, and their sum.");
    case INSIGHT_VOLUME:
        return arena_format(r->arena,
                            "How many authors wrote each word of the public list: %s words "
                            "are shown.",
                            page_number(r->arena, (int64_t)report->term_count).data);
    case INSIGHT_RISING:
        return report->term_count > 0
                   ? TEXT("Words of the public list that more authors wrote than in the weeks "
                          "before.")
                   : TEXT("No word of the public list rose above what is usual this week.");
    default:
        return TEXT("Verified members, rounded to 50.");
    }
}

static enum result figures_fill(struct request *r, struct insight_report *report,
                                struct view_report *v)
{
    switch (report->template) {
    case INSIGHT_RESULT:
        whole_fill(r, report, v);
        specialties_fill(r, report, v);
        parts_fill(r, report, v);
        return trend_of(r, report, v);
    case INSIGHT_TREND:
        whole_fill(r, report, v);
        months_fill(r, report, v);
        return OK;
    case INSIGHT_VOLUME:
        return volume_fill(r, report, v);
    case INSIGHT_RISING:
        rising_fill(r, report, v);
        return OK;
    default:
        members_fill(r, report, v);
        return OK;
    }
}

enum result page_report_get(struct request *r, struct release_report_get_row *row,
                            struct insight_report *report)
{
    enum result result = release_report_get(request_store(r, WEB_RELEASE), r->arena, r->id, row);
    if (result == OK && row->template == INSIGHT_CLOSE)
        return NOT_FOUND; /* the chain's own; nothing to read */
    r->report_read = result == OK ? row->id : 0;
    return result == OK ? insight_read(r->arena, row->body, report) : result;
}

enum result page_report(struct request *r, struct reply *out)
{
    struct release_report_get_row row;
    struct insight_report report;
    enum result result = page_report_get(r, &row, &report);
    if (result != OK)
        return result;
    const bool is_votes = row.template == INSIGHT_RESULT || row.template == INSIGHT_TREND;
    struct view_report v = {
        .id = row.id,
        .kind = text_of(insight_template_name(row.template)),
        .title = page_report_title(row.template),
        .sponsor = is_votes ? row.sponsor : TEXT(""),
        .period = page_report_period(r->arena, row.period),
        .at = clock_day(r->arena, row.at_ms),
        .sha256 = page_hex(r->arena, row.sha256),
        .grade = is_votes ? TEXT("Self-selected members, not a random sample") : NO_TEXT,
        .epsilon = row.template == INSIGHT_RESULT,
        .question = is_votes ? row.object : 0,
    };
    v.key = text_cut(v.sha256, 32);
    v.lead = lead_of(r, &report);
    if (is_votes)
        v.about =
            row.title.size > 0
                ? row.title
                : arena_format(r->arena, "Question %" PRId64 ", text removed since", row.object);
    v.head = page_head(r, arena_format(r->arena, "%s, %s", v.title.data, v.period.data));
    result = figures_fill(r, &report, &v);
    if (result != OK)
        return result;
    withheld_fill(r, &report, &v);
    page_report_items(r, &report, &v);
    return reply_view(r, out, report, &v);
}
