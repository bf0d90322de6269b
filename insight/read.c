/* Reading reports, and what may be worked out from them. */
#include "core/json.h"
#include "insight/body.h"
#include "insight/rake.h"
#include "insight/weighting.h"
#include <math.h>
#include <string.h>

enum { NAME_MAX_SIZE = 160, HEX_SIZE = 64 };
#define NUMBER_MAX INT64_C(1000000000000)
static const double E2 = 100, E3 = 1000, E4 = 10000;
static const double WIDTH_MAX = .3;

static int64_t number(const struct json *object, const char *key)
{
    int64_t value = 0;
    return json_get_int(json_get(object, key), -NUMBER_MAX, NUMBER_MAX, &value) ? value : 0;
}

static struct text words(struct arena *arena, const struct json *object, const char *key)
{
    struct text text = NO_TEXT;
    return json_get_text(json_get(object, key), arena, NAME_MAX_SIZE, &text) ? text : NO_TEXT;
}

static struct insight_figure figure_read(struct arena *arena, const struct json *object)
{
    return (struct insight_figure){
        .name = words(arena, object, "name"),
        .n = number(object, "n"),
        .sides = {number(object, "corroborate"), number(object, "dispute"),
                  number(object, "cannot_say")},
        .variance = (double)number(object, "noise_variance_e2") / E2,
    };
}

static struct insight_figure *figures_read(struct arena *arena, const struct json *list,
                                           size_t *read)
{
    const size_t count = json_is_array(list) ? json_count(list) : 0;
    struct insight_figure *figures = arena_array(arena, struct insight_figure, count + 1);
    *read = 0;
    for (size_t i = 0; i < count && i < INSIGHT_FIGURES_MAX; i++)
        figures[(*read)++] = figure_read(arena, json_at(list, i));
    return figures;
}

static void parts_read(struct arena *arena, const struct json *root, struct insight_report *report)
{
    static const char *const keys[MARGINS] = {"regions", "years"};
    for (int k = 0; k < MARGINS; k++) {
        const struct json *list = json_get(root, keys[k]);
        report->has_parts = report->has_parts || json_is_array(list);
        report->parts[k] = figures_read(arena, list, &report->part_counts[k]);
    }
}

/* Reports of the first kind are weighted by specialty when they are read. */
static bool first_weigh(const struct insight_report *report, struct insight_share *share)
{
    struct weighting weigh = {.whole = {fmax(0, (double)report->whole.sides[SIDE_CORROBORATE]),
                                        fmax(0, (double)report->whole.sides[SIDE_DISPUTE]),
                                        report->whole.variance, 1}};
    struct weighting_margin *margin = &weigh.margins[INSIGHT_BY_SPECIALTY];
    for (size_t i = 0; i < report->figure_count && i < GROUPS; i++) {
        const struct insight_figure *figure = &report->figures[i];
        int group = 0;
        while (group < GROUPS && !text_is(figure->name, group_name(group)))
            group++;
        if (group < GROUPS)
            margin->parts[margin->count++] =
                (struct weighting_part){fmax(0, (double)figure->sides[SIDE_CORROBORATE]),
                                        fmax(0, (double)figure->sides[SIDE_DISPUTE]),
                                        figure->variance, (double)group_physicians(group)};
    }
    return weighting_share(&weigh, share);
}

static double share_e4(const struct json *object, const char *key)
{
    return (double)number(object, key) / E4;
}

static void weighted_read(struct arena *arena, const struct json *root, bool is_first,
                          struct insight_report *report)
{
    static const char *const keys[INSIGHT_BYS] = {"specialty", "region", "years"};
    const struct json *weighted = json_get(root, "weighted"), *by = json_get(weighted, "by");
    if (is_first) {
        report->is_weighted = first_weigh(report, &report->weighted);
        report->sources[INSIGHT_BY_SPECIALTY] = report->is_weighted ? TEXT(GROUP_SOURCE) : NO_TEXT;
        return;
    }
    report->is_weighted = json_is_array(by);
    report->weighted =
        (struct insight_share){.share = share_e4(weighted, "share_e4"),
                               .low = share_e4(weighted, "low_e4"),
                               .high = share_e4(weighted, "high_e4"),
                               .design_effect = (double)number(weighted, "design_effect_e3") / E3};
    report->weighted.is_reliable = report->weighted.high - report->weighted.low <= WIDTH_MAX;
    for (size_t i = 0; report->is_weighted && i < json_count(by); i++)
        for (int k = 0; k < INSIGHT_BYS; k++)
            if (text_is(words(arena, json_at(by, i), "margin"), keys[k]))
                report->sources[k] = words(arena, json_at(by, i), "source");
}

static void terms_read(struct arena *arena, const struct json *list, struct insight_report *report)
{
    const size_t count = json_is_array(list) ? json_count(list) : 0;
    report->terms = arena_array(arena, struct insight_term, count + 1);
    for (size_t i = 0; i < count && i < INSIGHT_TERMS_MAX; i++) {
        const struct json *term = json_at(list, i);
        report->terms[report->term_count++] = (struct insight_term){
            .word = words(arena, term, "term"),
            .authors = number(term, "authors"),
            .usual = (double)number(term, "usual_e2") / E2,
            .ic_low = (double)number(term, "ic025_e3") / E3,
            .weeks = number(term, "weeks"),
        };
    }
}

enum result insight_read(struct arena *arena, struct bytes body, struct insight_report *report)
{
    struct json *root = NULL;
    *report = (struct insight_report){.template = -1};
    enum result result = json_read(body, &root);
    if (result != OK)
        return result;
    const struct text template = words(arena, root, "template");
    for (int i = 0; i < INSIGHT_TEMPLATES; i++)
        if (text_is(template, insight_template_name(i)))
            report->template = i;
    report->id = number(root, "report");
    report->object = number(root, "object");
    report->period = words(arena, root, "period");
    report->previous = words(arena, root, "previous");
    report->whole = figure_read(arena, root);
    report->withheld = number(root, "withheld");
    report->is_large = number(root, "votes_counted_at_most") == TALLY_CAP;
    const bool is_trend = report->template == INSIGHT_TREND;
    const struct json *list = json_get(root, is_trend ? "months" : "specialties");
    report->has_groups = !is_trend && json_is_array(list);
    report->figures = figures_read(arena, list, &report->figure_count);
    parts_read(arena, root, report);
    terms_read(arena, json_get(root, "terms"), report);
    const struct text schema = words(arena, root, "schema");
    const bool is_first = text_is(schema, BODY_SCHEMA_FIRST);
    if (report->template == INSIGHT_RESULT)
        weighted_read(arena, root, is_first, report);
    result = report->template <0 || report->previous.size != HEX_SIZE ||
                                       (!is_first && !text_is(schema, BODY_SCHEMA))
                                   ? INVALID
                                   : OK;
    json_close(root);
    return result;
}

/* --- shares --- */

static double within(double value)
{
    return fmin(1, fmax(0, value));
}

struct insight_share insight_share_of(double share, double margin, double design_effect)
{
    struct insight_share made = {.share = share,
                                 .low = within(share - margin),
                                 .high = within(share + margin),
                                 .design_effect = design_effect};
    made.is_reliable = made.high - made.low <= WIDTH_MAX;
    return made;
}

struct insight_share insight_share(const struct insight_figure *figure)
{
    const double with = fmax(0, (double)figure->sides[SIDE_CORROBORATE]),
                 against = fmax(0, (double)figure->sides[SIDE_DISPUTE]), of = with + against;
    if (of < 1)
        return (struct insight_share){.5, 0, 1, 1, false};
    const double share = with / of;
    const double noise = /* of for / (for + against), each with noise */
        figure->variance / (of * of) * (1 - 2 * share + 2 * share * share);
    return insight_share_of(share, margin_of_error(share, of, 1, noise), 1);
}

const char *insight_group_name(int group)
{
    return group_name(group);
}
