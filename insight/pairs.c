#include "insight/pairs.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 4, FIELDS_LEAST = 3 };
enum field { REPORT, PRODUCT, EVENT, STRATUM };

/* A line of the input; words are numbered in the order of their bytes. */
struct line {
    uint32_t word[FIELDS_MAX];
};

/* A word of one field and the line it stands on. */
struct mention {
    struct text word;
    uint32_t line;
};

double ic_of(double n, double expected)
{
    return log2((n + .5) / (expected + .5));
}

double ic_low_of(double n, double expected)
{
    return ic_of(n, expected) - 3.3 / sqrt(n + .5) - 2 * pow(n + .5, -1.5);
}

/* --- reading --- */

static int text_order(struct text a, struct text b)
{
    const size_t least = a.size < b.size ? a.size : b.size;
    const int order = least ? memcmp(a.data, b.data, least) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int by_word(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    const int order = text_order(x->word, y->word);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Gives every word of a field its number; *words[number] is the word. */
static size_t words_number(struct mention *mentions, size_t count, struct line *lines,
                           enum field field, struct text *words)
{
    size_t known = 0;
    qsort(mentions, count, sizeof(*mentions), by_word);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || text_order(mentions[i].word, words[known - 1]) != 0)
            words[known++] = mentions[i].word;
        lines[mentions[i].line].word[field] = (uint32_t)(known - 1);
    }
    return known;
}

static bool line_split(struct text line, struct text fields[FIELDS_MAX])
{
    size_t count = 0;
    struct text part;
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    fields[STRATUM] = TEXT("");
    for (size_t tabs = 0, at = 0; at <= line.size; at++) {
        if (at < line.size && line.data[at] != '\t')
            continue;
        part = (struct text){line.data + tabs, at - tabs};
        tabs = at + 1;
        if (count == FIELDS_MAX || part.size > PAIRS_WORD_MAX)
            return false;
        fields[count++] = part;
    }
    return count >= FIELDS_LEAST && fields[REPORT].size > 0 && fields[PRODUCT].size > 0 &&
           fields[EVENT].size > 0;
}

struct input {
    struct line *lines;
    size_t count;
    struct text *words[FIELDS_MAX];
    size_t known[FIELDS_MAX];
};

static enum result input_read(struct input *in, struct arena *arena, struct text text,
                              struct text *why)
{
    size_t most = 1, number = 0;
    struct text line, fields[FIELDS_MAX];
    struct mention *mentions[FIELDS_MAX];
    for (size_t i = 0; i < text.size; i++)
        most += text.data[i] == '\n';
    if (most > PAIRS_LINES_MAX)
        return TOO_MUCH;
    in->lines = arena_array(arena, struct line, most);
    for (int f = 0; f < FIELDS_MAX; f++) {
        mentions[f] = arena_array(arena, struct mention, most);
        in->words[f] = arena_array(arena, struct text, most);
    }
    while (text_next(&text, '\n', &line)) {
        number++;
        if (number == 1 && (text_starts(line, "id\t") || text_starts(line, "report\t")))
            continue;
        if (!line_split(line, fields)) {
            *why = arena_format(arena, "line %zu is not report TAB product TAB event [TAB stratum]",
                                number);
            return INVALID;
        }
        for (int f = 0; f < FIELDS_MAX; f++)
            mentions[f][in->count] = (struct mention){fields[f], (uint32_t)in->count};
        in->count++;
    }
    for (int f = 0; f < FIELDS_MAX; f++)
        in->known[f] = words_number(mentions[f], in->count, in->lines, (enum field)f, in->words[f]);
    return OK;
}

/* --- counting --- */

static int by_fields(const void *a, const void *b, const enum field *order)
{
    const struct line *x = a, *y = b;
    for (int i = 0; i < 3; i++)
        if (x->word[order[i]] != y->word[order[i]])
            return x->word[order[i]] < y->word[order[i]] ? -1 : 1;
    return 0;
}

static int by_report(const void *a, const void *b)
{
    return by_fields(a, b, (const enum field[]){REPORT, STRATUM, PRODUCT});
}

static int by_product(const void *a, const void *b)
{
    return by_fields(a, b, (const enum field[]){PRODUCT, STRATUM, REPORT});
}

static int by_event(const void *a, const void *b)
{
    return by_fields(a, b, (const enum field[]){EVENT, STRATUM, REPORT});
}

static int by_pair(const void *a, const void *b)
{
    return by_fields(a, b, (const enum field[]){PRODUCT, EVENT, REPORT});
}

/* How many reports of each stratum name a word; the runs of one word lie together. */
struct stratum_count {
    uint32_t stratum;
    int64_t reports;
};
struct counts {
    struct stratum_count *runs;
    size_t *first; /* of each word, and one past the last */
    int64_t *total;
};

/* lines: sorted by (field, stratum, report). */
static struct counts words_count(struct arena *arena, const struct input *in, enum field field)
{
    struct counts counts = {.runs = arena_array(arena, struct stratum_count, in->count + 1),
                            .first = arena_array(arena, size_t, in->known[field] + 1),
                            .total = arena_array(arena, int64_t, in->known[field] + 1)};
    size_t runs = 0;
    for (size_t i = 0; i < in->count; i++) {
        const uint32_t *now = in->lines[i].word, *before = i ? in->lines[i - 1].word : NULL;
        const bool is_word = !before || before[field] != now[field];
        const bool is_run = is_word || before[STRATUM] != now[STRATUM];
        if (is_word)
            counts.first[now[field]] = runs;
        if (is_run)
            counts.runs[runs++].stratum = now[STRATUM];
        if (is_run || before[REPORT] != now[REPORT]) {
            counts.runs[runs - 1].reports++;
            counts.total[now[field]]++;
        }
    }
    counts.first[in->known[field]] = runs;
    return counts;
}

/* Reports in each stratum; false when one stands in two. */
static bool strata_count(struct input *in, int64_t *strata, int64_t *reports, uint32_t *bad)
{
    *reports = 0;
    qsort(in->lines, in->count, sizeof(*in->lines), by_report);
    for (size_t i = 0; i < in->count; i++) {
        const bool is_new = i == 0 || in->lines[i].word[REPORT] != in->lines[i - 1].word[REPORT];
        *bad = in->lines[i].word[REPORT];
        if (!is_new && in->lines[i].word[STRATUM] != in->lines[i - 1].word[STRATUM])
            return false;
        *reports += is_new;
        strata[in->lines[i].word[STRATUM]] += is_new;
    }
    return true;
}

static double expectation(const struct counts *products, const struct counts *events,
                          uint32_t product, uint32_t event, const int64_t *strata)
{
    double sum = 0;
    size_t p = products->first[product], e = events->first[event];
    while (p < products->first[product + 1] && e < events->first[event + 1]) {
        const struct stratum_count *a = &products->runs[p], *b = &events->runs[e];
        if (a->stratum == b->stratum)
            sum += (double)a->reports / (double)strata[a->stratum] * (double)b->reports;
        p += a->stratum <= b->stratum;
        e += b->stratum <= a->stratum;
    }
    return sum;
}

/* --- measuring --- */

static void pair_measure(struct pair *pair, int64_t reports)
{
    const double n = (double)pair->n, r = (double)pair->of_product, c = (double)pair->of_event,
                 all = (double)reports, b = r - n, d = c - n, k = all - r - c + n;
    pair->rr = n / pair->expected;
    if (d > 0)
        pair->prr = (n / r) / (d / (all - r));
    else
        pair->prr = all > r ? INFINITY : NAN;
    pair->ror = pair->ror_low = pair->ror_high = NAN;
    if (b > 0 && d > 0 && k > 0) {
        const double error = sqrt(1 / n + 1 / b + 1 / d + 1 / k);
        pair->ror = n * k / (b * d);
        pair->ror_low = pair->ror * exp(-1.96 * error);
        pair->ror_high = pair->ror * exp(1.96 * error);
    }
    pair->ic = ic_of(n, pair->expected);
    pair->ic_low = ic_low_of(n, pair->expected);
    pair->gps = (struct gps_measure){NAN, NAN, NAN, NAN};
}

static int by_point(const void *a, const void *b)
{
    const struct pair *x = *(const struct pair *const *)a, *y = *(const struct pair *const *)b;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return (x->expected > y->expected) - (x->expected < y->expected);
}

/* Pairs alike in count and expectation are fitted and measured once: a tenth of the work. */
static void gps_add(struct pairs *pairs, struct arena *arena, const struct gps_theta *theta)
{
    struct pair **sorted = arena_array(arena, struct pair *, pairs->count + 1);
    struct gps_point *points = arena_array(arena, struct gps_point, pairs->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < pairs->count; i++)
        sorted[i] = &pairs->rows[i];
    qsort(sorted, pairs->count, sizeof(*sorted), by_point);
    for (size_t i = 0; i < pairs->count; i++) {
        if (i == 0 || by_point(&sorted[i], &sorted[i - 1]) != 0)
            points[count++] = (struct gps_point){sorted[i]->n, sorted[i]->expected, 0};
        points[count - 1].pairs++;
    }
    if (theta) {
        pairs->theta = *theta;
        pairs->loss = gps_loss(theta, points, count);
    } else if (gps_fit(&pairs->theta, &pairs->loss, points, count) != OK) {
        return;
    }
    pairs->is_fitted = true;
    for (size_t i = 0; i < pairs->count; i++)
        sorted[i]->gps = i > 0 && by_point(&sorted[i], &sorted[i - 1]) == 0
                             ? sorted[i - 1]->gps
                             : gps_measure(&pairs->theta, sorted[i]->n, sorted[i]->expected);
}

enum result pairs_read(struct pairs *pairs, struct arena *arena, struct text input,
                       const struct gps_theta *theta, struct text *why)
{
    struct input in = {.count = 0};
    uint32_t bad = 0;
    *pairs = (struct pairs){.rows = NULL};
    *why = NO_TEXT;
    enum result result = input_read(&in, arena, input, why);
    if (result != OK)
        return result;
    int64_t *strata = arena_array(arena, int64_t, in.known[STRATUM] + 1);
    if (!strata_count(&in, strata, &pairs->reports, &bad)) {
        *why = arena_format(arena, "report %.*s stands in two strata",
                            (int)in.words[REPORT][bad].size, in.words[REPORT][bad].data);
        return INVALID;
    }
    qsort(in.lines, in.count, sizeof(*in.lines), by_product);
    const struct counts products = words_count(arena, &in, PRODUCT);
    qsort(in.lines, in.count, sizeof(*in.lines), by_event);
    const struct counts events = words_count(arena, &in, EVENT);
    qsort(in.lines, in.count, sizeof(*in.lines), by_pair);
    pairs->lines = (int64_t)in.count;
    pairs->rows = arena_array(arena, struct pair, in.count + 1);
    for (size_t i = 0; i < in.count; i++) {
        const uint32_t *word = in.lines[i].word;
        if (i > 0 && by_pair(&in.lines[i], &in.lines[i - 1]) == 0)
            continue; /* said twice */
        struct pair *last = pairs->count > 0 ? &pairs->rows[pairs->count - 1] : NULL;
        if (!last || last->product.data != in.words[PRODUCT][word[PRODUCT]].data ||
            last->event.data != in.words[EVENT][word[EVENT]].data) {
            last = &pairs->rows[pairs->count++];
            last->product = in.words[PRODUCT][word[PRODUCT]];
            last->event = in.words[EVENT][word[EVENT]];
            last->of_product = products.total[word[PRODUCT]];
            last->of_event = events.total[word[EVENT]];
            last->expected = expectation(&products, &events, word[PRODUCT], word[EVENT], strata);
        }
        last->n++;
    }
    for (size_t i = 0; i < pairs->count; i++)
        pair_measure(&pairs->rows[i], pairs->reports);
    gps_add(pairs, arena, theta);
    return OK;
}

void pairs_measure(struct pairs *pairs, struct arena *arena)
{
    for (size_t i = 0; i < pairs->count; i++) {
        struct pair *pair = &pairs->rows[i];
        pair->expected = (double)pair->of_product * (double)pair->of_event / (double)pairs->reports;
        pair_measure(pair, pairs->reports);
    }
    gps_add(pairs, arena, NULL);
}
