/* Reading reports, and what may be worked out from them. */
#include "core/json.h"
#include "insight/body.h"
#include "insight/rake.h"
#include <math.h>
#include <string.h>

enum { NAME_MAX_SIZE = 80, HEX_SIZE = 64 };
#define NUMBER_MAX INT64_C(1000000000000)
static const double E2 = 100, E3 = 1000;
static const double TRIM_LOW = .3, TRIM_HIGH = 3, WIDTH_MAX = .3;

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

static void figures_read(struct arena *arena, const struct json *list,
                         struct insight_report *report)
{
    const size_t count = json_is_array(list) ? json_count(list) : 0;
    report->figures = arena_array(arena, struct insight_figure, count + 1);
    for (size_t i = 0; i < count && i < INSIGHT_FIGURES_MAX; i++)
        report->figures[report->figure_count++] = figure_read(arena, json_at(list, i));
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
    figures_read(arena, list, report);
    terms_read(arena, json_get(root, "terms"), report);
    result = report->template <0 || report->previous.size != HEX_SIZE ||
                                       !text_is(words(arena, root, "schema"), BODY_SCHEMA)
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

/* `of`: those who took a side; noise: variance of the noise of each side. */
static struct insight_share share_make(double share, double of, double noise, double design_effect)
{
    const double off =
        noise / (of * of) * (1 - 2 * share + 2 * share * share); /* of for / (for + against) */
    const double margin = margin_of_error(share, of, design_effect, off);
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
                 against = fmax(0, (double)figure->sides[SIDE_DISPUTE]);
    if (with + against < 1)
        return (struct insight_share){.5, 0, 1, 1, false};
    return share_make(with / (with + against), with + against, figure->variance, 1);
}

bool insight_share_weighted(const struct insight_report *report, struct insight_share *share)
{
    double agree[GROUPS] = {0}, of[GROUPS] = {0}, targets[GROUPS] = {0}, n = 0, noise = 0;
    size_t parts = 0;
    for (size_t i = 0; i < report->figure_count && i < GROUPS; i++) {
        const struct insight_figure *figure = &report->figures[i];
        int group = 0;
        while (group < GROUPS && !text_is(figure->name, group_name(group)))
            group++;
        if (group == GROUPS)
            return false;
        agree[parts] = fmax(0, (double)figure->sides[SIDE_CORROBORATE]);
        of[parts] = agree[parts] + fmax(0, (double)figure->sides[SIDE_DISPUTE]);
        targets[parts] = (double)group_physicians(group);
        n += of[parts++];
        noise += figure->variance;
    }
    const struct rake_shared shared = rake_share(agree, of, targets, parts, TRIM_LOW, TRIM_HIGH);
    if (parts < 2 || isnan(shared.share))
        return false;
    *share = share_make(shared.share, n, noise, shared.design_effect);
    return true;
}

const char *insight_group_name(int group)
{
    return group_name(group);
}
