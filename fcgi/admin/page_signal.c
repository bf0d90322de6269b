/* One word's weeks: authors against what is usual, the sum of what was more, and its times. */
#include "fcgi/admin/page_signals.h"

#include <inttypes.h>
#include <math.h>

enum { WEEKS_SHOWN = 52, WEEKS_READ = WEEKS_SHOWN + INSIGHT_BASELINE + 1, ROWS = 26, BURSTS = 40 };

struct weeks {
    size_t count, shown; /* read; the last of them are shown */
    int64_t authors[WEEKS_READ], writers[WEEKS_READ];
    struct text names[WEEKS_READ], short_names[WEEKS_READ];
    struct insight_watched watched[WEEKS_READ];
    int64_t first, last;
};

static enum result weeks_read(struct request *r, int64_t word, struct weeks *weeks)
{
    struct signal_week_last_row last;
    struct signal_weeks_row *rows;
    struct signal_word_weeks_row *counts;
    size_t found;
    struct db *db = request_store(r, WEB_SIGNAL);
    enum result result = signal_week_last(db, r->arena, &last);
    if (result == OK)
        result = signal_weeks(db, r->arena, last.week - WEEKS_READ, last.week, WEEKS_READ, &rows,
                              &weeks->count);
    if (result != OK || weeks->count == 0)
        return result == OK ? NOT_FOUND : result;
    weeks->first = rows[0].week;
    weeks->last = last.week;
    for (size_t i = 0; i < weeks->count; i++) {
        weeks->writers[i] = rows[i].authors;
        weeks->short_names[i] = rows[i].name;
        weeks->names[i] = page_report_period(r->arena, rows[i].name);
    }
    result = signal_word_weeks(db, r->arena, word, weeks->first - 1, weeks->last, WEEKS_READ,
                               &counts, &found);
    for (size_t i = 0; result == OK && i < found; i++)
        weeks->authors[counts[i].week - weeks->first] = counts[i].authors;
    weeks->shown = weeks->count < WEEKS_SHOWN ? weeks->count : WEEKS_SHOWN;
    insight_watch(weeks->authors, weeks->writers, weeks->count, weeks->watched);
    return result;
}

static bool rang(const struct insight_watched *w)
{
    return w->signs[INSIGHT_SIGN_IC].rings || w->signs[INSIGHT_SIGN_CUSUM].rings ||
           w->signs[INSIGHT_SIGN_EWMA].rings;
}

static void ends_fill(const struct weeks *weeks, struct view_report_series *line)
{
    line->first = weeks->names[weeks->count - weeks->shown];
    line->last = weeks->names[weeks->count - 1];
}

/* Authors, with a band from half of what is usual to twice as much. */
static void authors_fill(struct request *r, const struct weeks *weeks, struct text word,
                         struct view_signal_series *s)
{
    struct page_point points[WEEKS_SHOWN];
    const size_t from = weeks->count - weeks->shown;
    double most = 1;
    size_t rings = 0;
    for (size_t i = from; i < weeks->count; i++) {
        most = fmax(most, (double)weeks->authors[i]);
        rings += rang(&weeks->watched[i]);
    }
    for (size_t i = from; i < weeks->count; i++) {
        const double usual = weeks->watched[i].usual, n = (double)weeks->authors[i] / most;
        const bool is_known = !isnan(usual);
        points[i - from] =
            (struct page_point){is_known ? usual / 2 / most : n, n, is_known ? usual * 2 / most : n,
                                rang(&weeks->watched[i])};
    }
    s->title = TEXT("Authors a week");
    page_series(r->arena, points, weeks->shown, &s->line);
    ends_fill(weeks, &s->line);
    s->line.words = arena_format(
        r->arena,
        "Authors of %.*s in %zu weeks: at most %.0f, %" PRId64 " in the latest; %zu weeks rang",
        (int)word.size, word.data, weeks->shown, most, weeks->authors[weeks->count - 1], rings);
    s->y_high = arena_format(r->arena, "%.0f", most);
    s->y_middle = arena_format(r->arena, "%.1f", most / 2);
    s->y_low = TEXT("0");
    s->note = TEXT("The band goes from half of what is usual to twice as much; weeks that rang, in "
                   "any of the three ways, stand out.");
}

/* The bound lies on the middle line. */
static void sum_fill(struct request *r, const struct weeks *weeks, struct view_signal_series *s)
{
    struct page_point points[WEEKS_SHOWN];
    const size_t from = weeks->count - weeks->shown;
    for (size_t i = from; i < weeks->count; i++) {
        const struct insight_sign_value *sum = &weeks->watched[i].signs[INSIGHT_SIGN_CUSUM];
        const double at = isnan(sum->value) ? -1 : sum->value / sum->bound / 2;
        points[i - from] = (struct page_point){at, at, at, sum->rings};
    }
    s->title = TEXT("What was more than usual, added up");
    page_series(r->arena, points, weeks->shown, &s->line);
    ends_fill(weeks, &s->line);
    s->line.words = arena_format(r->arena, "CUSUM over %zu weeks", weeks->shown);
    s->y_high = TEXT("9.2");
    s->y_middle = TEXT("rings");
    s->y_low = TEXT("0");
    s->note = TEXT("CUSUM, in deviations; it begins anew after ringing. A gap is a week in which "
                   "fewer than one author was usual.");
}

/* Against the same season of four former years, where there are so many. */
static enum result season_fill(struct request *r, int64_t word, struct weeks *weeks,
                               struct view_signal *v)
{
    enum { MOST = INSIGHT_SEASON_PAST + WEEKS_SHOWN };
    struct signal_word_weeks_row *rows;
    struct page_point points[WEEKS_SHOWN];
    struct view_signal_series *s = &v->series[v->series_count];
    int64_t *authors = arena_array(r->arena, int64_t, MOST);
    double bounds[WEEKS_SHOWN], most = 1;
    size_t found, known = 0, rings = 0;
    const int64_t first = weeks->last - MOST + 1;
    struct signal_weeks_row *oldest;
    enum result result = signal_weeks(request_store(r, WEB_SIGNAL), r->arena, first - 1,
                                      weeks->last, 1, &oldest, &found);
    if (result != OK || oldest[0].week > weeks->last - INSIGHT_SEASON_PAST)
        return result;
    result = signal_word_weeks(request_store(r, WEB_SIGNAL), r->arena, word, first - 1, weeks->last,
                               MOST, &rows, &found);
    for (size_t i = 0; result == OK && i < found; i++)
        authors[rows[i].week - first] = rows[i].authors;
    const size_t before = (size_t)(oldest[0].week - first); /* weeks that are not there */
    for (size_t i = 0; result == OK && i < WEEKS_SHOWN; i++) {
        const size_t end = MOST - WEEKS_SHOWN + i + 1;
        const struct insight_sign_value season =
            insight_season(authors + before, end - before, first + (int64_t)end - 1);
        bounds[i] = season.bound;
        points[i] = (struct page_point){0, (double)authors[end - 1], 0, season.rings};
        most = fmax(most, fmax(points[i].at, isnan(season.bound) ? 0 : season.bound));
        known += isnan(season.bound) ? 0 : 1;
        rings += season.rings;
    }
    if (result != OK || known == 0)
        return result;
    for (size_t i = 0; i < WEEKS_SHOWN; i++) {
        points[i].at /= most;
        points[i].high = isnan(bounds[i]) ? points[i].at : bounds[i] / most;
        points[i].low = isnan(bounds[i]) ? points[i].at : 0;
    }
    page_series(r->arena, points, WEEKS_SHOWN, &s->line);
    ends_fill(weeks, &s->line);
    s->title = TEXT("Against the season of four years");
    s->line.words = arena_format(r->arena, "Authors in %d weeks, and the season’s bound; %zu rang",
                                 WEEKS_SHOWN, rings);
    s->y_high = arena_format(r->arena, "%.0f", most);
    s->y_middle = arena_format(r->arena, "%.1f", most / 2);
    s->y_low = TEXT("0");
    s->note = TEXT("The band ends where 99 of 100 such weeks would stay, by the same weeks of four "
                   "former years and their trend (Farrington’s method as Noufaily changed it); the "
                   "latest 26 weeks teach it nothing. Weeks beyond it stand out.");
    v->series_count++;
    return OK;
}

static struct text sign_words(struct arena *arena, const struct insight_sign_value *sign)
{
    if (isnan(sign->value))
        return TEXT("–");
    return arena_format(arena, "%.2f%s", sign->value, sign->rings ? ", rang" : "");
}

static void table_fill(struct request *r, const struct weeks *weeks, struct view_signal *v)
{
    static const char *const heads[] = {"Week", "Authors", "Usual", "IC025", "CUSUM"};
    struct view_report_cells *rows = page_table(r, &v->weeks, "The latest weeks", heads);
    for (size_t i = 0; i < ROWS && i < weeks->count; i++) {
        const size_t at = weeks->count - 1 - i;
        const struct insight_watched *w = &weeks->watched[at];
        rows[v->weeks.rows_count++] = (struct view_report_cells){
            .c0 = weeks->short_names[at],
            .c1 = page_number(r->arena, weeks->authors[at]),
            .c2 = isnan(w->usual) ? TEXT("–") : arena_format(r->arena, "%.1f", w->usual),
            .c3 = sign_words(r->arena, &w->signs[INSIGHT_SIGN_IC]),
            .c4 = sign_words(r->arena, &w->signs[INSIGHT_SIGN_CUSUM]),
        };
    }
}

static enum result bursts_fill(struct request *r, struct text word, struct view_signal_figure *f)
{
    struct signal_bursts_of_row *rows;
    struct signal_weeks_row *first;
    struct signal_week_last_row last;
    size_t count, weeks;
    struct db *db = request_store(r, WEB_SIGNAL);
    enum result result = signal_bursts_of(db, r->arena, r->id, BURSTS, &rows, &count);
    if (result == OK)
        result = signal_weeks(db, r->arena, 0, PAGE_WEEK_MAX, 1, &first, &weeks);
    if (result == OK)
        result = signal_week_last(db, r->arena, &last);
    if (result != OK)
        return result;
    f->title = TEXT("Looking back over all weeks");
    f->empty = TEXT("It has had no time of its own so far.");
    page_bursts_begin(r, count, f);
    for (size_t i = 0; i < count; i++)
        page_burst_add(r,
                       &(struct page_burst){.first = rows[i].first,
                                            .last = rows[i].last,
                                            .from = first[0].week,
                                            .upto = last.week,
                                            .weight = rows[i].weight,
                                            .name = word,
                                            .first_name = rows[i].first_name,
                                            .last_name = rows[i].last_name},
                       f);
    f->low = page_report_period(r->arena, first[0].name);
    f->high = page_report_period(r->arena, last.name);
    return OK;
}

enum result page_signal(struct request *r, struct reply *out)
{
    static const char *const kinds[] = {"a word of the public list", "a drug", "an event"};
    struct signal_word_get_row word;
    struct weeks *weeks = arena_array(r->arena, struct weeks, 1);
    enum result result = signal_word_get(request_store(r, WEB_SIGNAL), r->arena, r->id, &word);
    if (result == OK)
        result = weeks_read(r, r->id, weeks);
    if (result != OK)
        return result;
    struct view_signal v = {.head = page_head(r, word.word),
                            .word = word.word,
                            .kind = text_of(kinds[word.kind]),
                            .lead = weeks->names[weeks->count - 1]};
    v.series = arena_array(r->arena, struct view_signal_series, 3);
    authors_fill(r, weeks, word.word, &v.series[v.series_count++]);
    sum_fill(r, weeks, &v.series[v.series_count++]);
    table_fill(r, weeks, &v);
    result = season_fill(r, r->id, weeks, &v);
    if (result == OK)
        result = bursts_fill(r, word.word, &v.bursts);
    if (result != OK)
        return result;
    return reply_view(r, out, signal, &v);
}
