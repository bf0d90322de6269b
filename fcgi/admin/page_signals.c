/* The medical desk's early signals of one week, from true counts, and what they rest on. */
#include "fcgi/admin/page_signals.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { SIGNS_SHOWN = 40, PAIRS_SHOWN = 30, PAIRS_DRAWN = 12, BURSTS_SHOWN = 20 };
/* Ratios are drawn by their logarithm, from a quarter to 64. */
enum { LOG2_LOW = -2, LOG2_HIGH = 6 };

const struct field fields_signals[] = {
    {.name = "week",
     .type = FIELD_INT,
     .low = 1,
     .high = PAGE_WEEK_MAX,
     .optional = true,
     .label = "The week"},
    {.name = NULL},
};

static struct text word_link(struct arena *arena, int64_t word)
{
    return arena_format(arena, "/admin/signal/%" PRId64, word);
}

/* --- words that rang --- */

static const struct {
    const char *title, *empty, *note, *value;
} ways[INSIGHT_SIGNS] = {
    [INSIGHT_SIGN_IC] =
        {"Words that rose at once",
         "No word was written by so many more authors than usual this week.",
         "The bar is the authors of this week, the upright stroke what is usual. Usual: the mean "
         "of "
         "the 26 weeks before, one week between left out, as busy as this week. It rings where the "
         "lower bound of log2(authors / usual), IC025, is above 0.64: by chance once a week in "
         "3,000 words.",
         "IC025"},
    [INSIGHT_SIGN_CUSUM] =
        {"Words that rose week after week", "No word's excess has added up far enough (CUSUM).",
         "What is more than usual is added up from week to week, less half a deviation each; it "
         "rings at 4.6 deviations and then begins anew (CUSUM): by chance once in about 200 weeks "
         "a word. Followed where at least one author a week is usual.",
         "Sum, in deviations"},
    [INSIGHT_SIGN_EWMA] =
        {"Words whose level has risen", "No word's level is beyond what chance gives (EWMA).",
         "The mean of the weeks, the newest weighing 40 %; it rings 3.1 of its own deviations "
         "above what is usual (EWMA), and goes on ringing while it stays there.",
         "Level, in deviations"},
};

static void sign_fill(struct request *r, int kind, const struct signal_signs_row *row, double most,
                      struct view_signal_figure *f)
{
    f->bars[f->bars_count++] = (struct view_report_bar){
        .name = row->name,
        .link = word_link(r->arena, row->word),
        .value = page_number(r->arena, row->authors),
        .detail = arena_format(r->arena, "usually %.1f; %s %.2f, rings from %.2f; week %" PRId64,
                               row->usual, kind == INSIGHT_SIGN_IC ? "IC025" : "at", row->value,
                               row->bound, row->weeks),
        .width = page_thousandths((double)row->authors / most),
        .at = page_thousandths(row->usual / most),
    };
    f->table.rows[f->table.rows_count++] = (struct view_report_cells){
        .c0 = row->name,
        .c1 = page_number(r->arena, row->authors),
        .c2 = arena_format(r->arena, "%.1f", row->usual),
        .c3 = arena_format(r->arena, "%.2f", row->value),
        .c4 = page_number(r->arena, row->weeks),
    };
}

static enum result signs_fill(struct request *r, int64_t week, int kind,
                              struct view_signal_figure *f)
{
    const char *const heads[] = {"Word", "Authors", "Usual", ways[kind].value, "Weeks in a row"};
    struct signal_signs_row *rows;
    size_t count;
    double most = 1;
    enum result result = signal_signs(request_store(r, WEB_SIGNAL), r->arena, week, kind,
                                      SIGNS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    f->title = text_of(ways[kind].title);
    f->empty = text_of(ways[kind].empty);
    f->note = text_of(ways[kind].note);
    f->bars = arena_array(r->arena, struct view_report_bar, count + 1);
    (void)page_table(r, &f->table, "The same in numbers", heads);
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fmax((double)rows[i].authors, rows[i].usual));
    for (size_t i = 0; i < count; i++)
        sign_fill(r, kind, &rows[i], most, f);
    f->low = TEXT("0");
    f->high = arena_format(r->arena, "%.0f authors", most);
    return OK;
}

/* --- drug and event --- */

static int64_t ratio_at(double ratio)
{
    const double at = (log2(fmax(ratio, 1e-9)) - LOG2_LOW) / (LOG2_HIGH - LOG2_LOW);
    return page_thousandths(at);
}

static struct text measure(struct arena *arena, double value)
{
    return value < 0 ? TEXT("–") : arena_format(arena, "%.1f", value);
}

static struct text measure_between(struct arena *arena, double value, double low, double high)
{
    if (value < 0)
        return TEXT("–");
    return arena_format(arena, "%.1f (%.1f–%.1f)", value, low, high);
}

static void pair_fill(struct request *r, const struct signal_pairs_row *row,
                      struct view_signal_figure *f)
{
    const double ratio = (double)row->postings / row->expected;
    const bool is_fitted = row->ebgm >= 0;
    const struct text name =
        arena_format(r->arena, "%.*s, %.*s", (int)row->drug_word.size, row->drug_word.data,
                     (int)row->event_word.size, row->event_word.data);
    const struct view_report_bar bar = {
        .name = name,
        .value = arena_format(r->arena, "× %.1f", is_fitted ? row->ebgm : ratio),
        .detail = arena_format(
            r->arena, "%" PRId64 " postings, expected %.1f%s", row->postings, row->expected,
            is_fitted ? ""
                      : "; no prior fits so few or so even pairs: the plain ratio, without bounds"),
        .low = ratio_at(is_fitted ? row->eb05 : ratio),
        .width = is_fitted ? ratio_at(row->eb95) - ratio_at(row->eb05) : 0,
        .at = ratio_at(is_fitted ? row->ebgm : ratio),
        .interval = true,
        .faint = row->eb05 < 1,
    };
    if (f->bars_count < PAIRS_DRAWN)
        f->bars[f->bars_count++] = bar;
    f->table.rows[f->table.rows_count++] = (struct view_report_cells){
        .c0 = name,
        .c1 = arena_format(r->arena, "%" PRId64 " of %.1f", row->postings, row->expected),
        .c2 = arena_format(r->arena, "%s; %s", measure(r->arena, row->prr).data,
                           measure_between(r->arena, row->ror, row->ror_low, row->ror_high).data),
        .c3 = arena_format(r->arena, "%.2f", row->ic_low),
        .c4 = measure_between(r->arena, row->ebgm, row->eb05, row->eb95),
    };
}

static enum result pairs_fill(struct request *r, struct view_signal_figure *f)
{
    static const char *const heads[] = {"Drug, event", "Postings of expected", "PRR; ROR (95 %)",
                                        "IC025", "EBGM (90 %)"};
    struct signal_pairs_row *rows;
    size_t count;
    enum result result =
        signal_pairs(request_store(r, WEB_SIGNAL), r->arena, PAIRS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    f->title = TEXT("Which drug with which event");
    f->empty =
        TEXT("No drug of the list was named with an event in three postings of the last year.");
    f->note = TEXT(
        "Postings of the last 52 weeks that name a drug and an event of the list; how much more "
        "often together than if they had nothing to do with each other, by the gamma-Poisson "
        "shrinker: the dot is EBGM, the band EB05 to EB95, faint where EB05 is below 1. Whoever "
        "answers a question writes its words, so this is no rate and no proof.");
    f->bars = arena_array(r->arena, struct view_report_bar, count + 1);
    (void)page_table(r, &f->table, "Drug and event, most out of proportion first", heads);
    for (size_t i = 0; i < count; i++)
        pair_fill(r, &rows[i], f);
    f->low = TEXT("a quarter");
    f->middle = TEXT("× 4");
    f->high = TEXT("× 64");
    return OK;
}

/* --- looking back --- */

static int by_first(const void *a, const void *b)
{
    const struct signal_bursts_row *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

void page_burst_add(struct request *r, const struct page_burst *burst, struct view_signal_figure *f)
{
    const double weeks = fmax(1, (double)(burst->upto - burst->from + 1));
    const int64_t length = burst->last - burst->first + 1;
    const struct text from = page_report_period(r->arena, burst->first_name),
                      upto = page_report_period(r->arena, burst->last_name);
    f->bars[f->bars_count++] = (struct view_report_bar){
        .name = burst->name,
        .link = burst->word > 0 ? word_link(r->arena, burst->word) : NO_TEXT,
        .value = arena_format(r->arena, "%" PRId64 " %s", length, length == 1 ? "week" : "weeks"),
        .detail = length == 1 ? from
                              : arena_format(r->arena, "%.*s to %.*s", (int)from.size, from.data,
                                             (int)upto.size, upto.data),
        .low = page_thousandths((double)(burst->first - burst->from) / weeks),
        .width = (int64_t)fmax(8, 1000 * (double)length / weeks),
        .at = -1,
        .interval = true,
    };
    f->table.rows[f->table.rows_count++] = (struct view_report_cells){
        .c0 = burst->name,
        .c1 = from,
        .c2 = upto,
        .c3 = page_number(r->arena, length),
        .c4 = arena_format(r->arena, "%.0f", burst->weight),
    };
}

void page_bursts_begin(struct request *r, size_t count, struct view_signal_figure *f)
{
    static const char *const heads[] = {"Word", "From", "To", "Weeks", "Weight"};
    f->note = TEXT("Weeks in which a word was written at least at twice its rate of all weeks "
                   "(Kleinberg’s two states); the weight is how much better that explains them, in "
                   "nats. For looking back: the newest weeks are judged above.");
    f->bars = arena_array(r->arena, struct view_report_bar, count + 1);
    (void)page_table(r, &f->table, "Times in which a word was written more", heads);
}

static enum result bursts_fill(struct request *r, struct view_signal_figure *f)
{
    struct signal_bursts_row *rows;
    struct signal_weeks_row *first;
    struct signal_week_last_row last;
    size_t count, weeks;
    struct db *db = request_store(r, WEB_SIGNAL);
    enum result result = signal_bursts(db, r->arena, BURSTS_SHOWN, &rows, &count);
    if (result == OK)
        result = signal_weeks(db, r->arena, 0, PAGE_WEEK_MAX, 1, &first, &weeks);
    if (result == OK)
        result = signal_week_last(db, r->arena, &last);
    if (result != OK)
        return result;
    qsort(rows, count, sizeof(*rows), by_first);
    f->title = TEXT("Looking back over all weeks");
    f->empty = TEXT("No word has had a time of its own so far.");
    page_bursts_begin(r, count, f);
    for (size_t i = 0; i < count; i++)
        page_burst_add(r,
                       &(struct page_burst){.word = rows[i].word,
                                            .first = rows[i].first,
                                            .last = rows[i].last,
                                            .from = first[0].week,
                                            .upto = last.week,
                                            .weight = rows[i].weight,
                                            .name = rows[i].name,
                                            .first_name = rows[i].first_name,
                                            .last_name = rows[i].last_name},
                       f);
    f->low = page_report_period(r->arena, first[0].name);
    f->high = page_report_period(r->arena, last.name);
    return OK;
}

/* --- the page --- */

static enum result figures_fill(struct request *r, int64_t week, bool is_last,
                                struct view_signals *v)
{
    enum result result = OK;
    v->figures = arena_array(r->arena, struct view_signal_figure, INSIGHT_SIGNS + 2);
    for (int kind = INSIGHT_SIGN_IC; kind < INSIGHT_SIGNS && result == OK; kind++)
        result = signs_fill(r, week, kind, &v->figures[v->figures_count++]);
    if (result != OK || !is_last)
        return result;
    result = pairs_fill(r, &v->figures[v->figures_count++]);
    return result == OK ? bursts_fill(r, &v->figures[v->figures_count++]) : result;
}

enum result page_signals(struct request *r, struct reply *out)
{
    struct view_signals v = {.head = page_head(r, TEXT("Early signals"))};
    struct signal_week_last_row last;
    struct signal_week_get_row week;
    struct db *db = request_store(r, WEB_SIGNAL);
    enum result result = signal_week_last(db, r->arena, &last);
    if (result == NOT_FOUND)
        return reply_view(r, out, signals, &v);
    if (result != OK)
        return result;
    const int64_t wanted = request_given(r, "week") ? request_int(r, "week") : last.week;
    result = signal_week_get(db, r->arena, wanted, &week);
    if (result != OK)
        return result;
    struct signal_week_get_row none;
    v.week = page_report_period(r->arena, week.name);
    v.authors = page_number(r->arena, week.authors);
    v.later = wanted < last.week ? wanted + 1 : 0;
    v.earlier = signal_week_get(db, r->arena, wanted - 1, &none) == OK ? wanted - 1 : 0;
    result = figures_fill(r, wanted, wanted == last.week, &v);
    if (result != OK)
        return result;
    return reply_view(r, out, signals, &v);
}
