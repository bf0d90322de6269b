#include "insight/body.h"
#include "insight/population.h"
#include "insight/weighting.h"
#include <assert.h>
#include <math.h>
#include <string.h>

static const char *const template_names[INSIGHT_TEMPLATES] = {
    "period_close", "question_result", "question_trend", "term_volume", "term_rise", "membership"};
static const char *const side_names[SIDES] = {"corroborate", "dispute", "cannot_say"};

const char *insight_template_name(int64_t template)
{
    assert(template >= 0 && template <INSIGHT_TEMPLATES);
    return template_names[template];
}

/* --- writing --- */

static void head_write(struct buf *out, const struct body_head *head)
{
    buf_format(out, "{\"schema\":\"" BODY_SCHEMA "\",\"report\":%lld,\"template\":\"%s\",",
               (long long)head->id, insight_template_name(head->template));
    buf_format(out, "\"object\":%lld,\"period\":", (long long)head->object);
    buf_json_text(out, head->period);
    buf_format(out, ",\"journal_seq\":%lld,\"previous\":\"", (long long)head->journal_seq);
    buf_hex(out, bytes_of(head->previous, sizeof(head->previous)));
    buf_char(out, '"');
}

static void sides_write(struct buf *out, int64_t n, const int64_t sides[SIDES], int64_t variance_e2)
{
    buf_format(out, "\"n\":%lld", (long long)n);
    for (int i = 0; i < SIDES; i++)
        buf_format(out, ",\"%s\":%lld", side_names[i], (long long)sides[i]);
    buf_format(out, ",\"noise_variance_e2\":%lld", (long long)variance_e2);
}

static void figure_write(struct buf *out, const struct figure *figure, const char *name,
                         bool is_first)
{
    buf_format(out, "%s{\"name\":", is_first ? "" : ",");
    buf_json_text(out, text_of(name));
    buf_char(out, ',');
    sides_write(out, figure->n, figure->sides, figure->variance_e2);
    buf_char(out, '}');
}

static void parts_write(struct buf *out, const struct measured *measured)
{
    static const char *const keys[MARGINS] = {"regions", "years"};
    for (int k = 0; k < MARGINS; k++) {
        bool is_first = true;
        buf_format(out, ",\"%s\":%s", keys[k], measured->has_parts ? "[" : "null");
        for (int i = 0; measured->has_parts && i < PARTS; i++) {
            if (!measured->parts[k][i].is_shown)
                continue;
            figure_write(out, &measured->parts[k][i], part_name((enum margin)k, i), is_first);
            is_first = false;
        }
        if (measured->has_parts)
            buf_char(out, ']');
    }
}

static struct weighting_part weighting_part(const struct figure *figure, double target)
{
    return (struct weighting_part){fmax(0, (double)figure->sides[SIDE_CORROBORATE]),
                                   fmax(0, (double)figure->sides[SIDE_DISPUTE]),
                                   (double)figure->variance_e2 / 100, target};
}

static struct weighting weigh_of(const struct measured *measured,
                                 const struct population *population)
{
    struct weighting weigh = {.whole = weighting_part(&measured->whole, 1)};
    struct weighting_margin *margin = &weigh.margins[INSIGHT_BY_SPECIALTY];
    for (int g = 0; measured->has_groups && g < GROUPS; g++)
        if (measured->groups[g].is_shown)
            margin->parts[margin->count++] =
                weighting_part(&measured->groups[g], (double)group_physicians(g));
    for (int k = 0; k < MARGINS; k++) {
        margin = &weigh.margins[INSIGHT_BY_REGION + k];
        margin->is_half = true;
        for (int i = 0; measured->has_parts && population->is_known[k] && i < PARTS; i++)
            if (measured->parts[k][i].is_shown)
                margin->parts[margin->count++] =
                    weighting_part(&measured->parts[k][i], population->physicians[k][i]);
    }
    return weigh;
}

static void weighted_write(struct buf *out, const struct measured *measured,
                           const struct population *population)
{
    static const char *const keys[INSIGHT_BYS] = {"specialty", "region", "years"};
    const struct weighting weigh = weigh_of(measured, population);
    struct insight_share share;
    bool is_first = true;
    if (!weighting_share(&weigh, &share)) {
        buf_format(out, ",\"weighted\":null");
        return;
    }
    buf_format(out, ",\"weighted\":{\"share_e4\":%lld,\"low_e4\":%lld,\"high_e4\":%lld,",
               llround(share.share * 10000), llround(share.low * 10000),
               llround(share.high * 10000));
    buf_format(out, "\"design_effect_e3\":%lld,\"by\":[", llround(share.design_effect * 1000));
    for (int k = 0; k < INSIGHT_BYS; k++) {
        if (weigh.margins[k].count < 2)
            continue;
        buf_format(out, "%s{\"margin\":\"%s\",\"source\":", is_first ? "" : ",", keys[k]);
        buf_json_text(out, k == INSIGHT_BY_SPECIALTY ? TEXT(GROUP_SOURCE)
                                                     : population->source[k - INSIGHT_BY_REGION]);
        buf_char(out, '}');
        is_first = false;
    }
    buf_format(out, "]}");
}

struct bytes body_result(struct arena *arena, const struct body_head *head,
                         const struct measured *measured, const struct population *population,
                         int64_t *shown, int64_t *withheld)
{
    struct buf out;
    buf_open(&out, arena, 4096);
    head_write(&out, head);
    *shown = *withheld = 0;
    bool is_large = false;
    for (size_t i = 0; i < measured->spent_count; i++)
        is_large |= measured->spent[i].measure == MEASURE_FURTHER;
    buf_format(&out, ",\"epsilon_sixteenths\":%d,\"votes_counted_at_most\":%d,", EPSILON_WHOLE,
               is_large ? TALLY_CAP : TALLY_CAP_FEW);
    sides_write(&out, measured->whole.n, measured->whole.sides, measured->whole.variance_e2);
    buf_format(&out, ",\"specialties\":%s", measured->has_groups ? "[" : "null");
    for (int g = 0; g < GROUPS && measured->has_groups; g++) {
        if (measured->groups[g].is_shown)
            figure_write(&out, &measured->groups[g], group_name(g), (*shown)++ == 0);
        else
            ++*withheld;
    }
    buf_format(&out, "%s", measured->has_groups ? "]" : "");
    parts_write(&out, measured);
    weighted_write(&out, measured, population);
    buf_format(&out, ",\"withheld\":%lld}", (long long)*withheld);
    return buf_bytes(&out);
}

static int64_t hundredths(double value)
{
    return (int64_t)llround(value * 100);
}

struct bytes body_trend(struct arena *arena, const struct body_head *head,
                        const struct insight_figure *months, size_t count)
{
    struct buf out;
    struct insight_figure sum = {.n = 0};
    buf_open(&out, arena, 2048);
    head_write(&out, head);
    buf_format(&out, ",\"months\":[");
    for (size_t i = 0; i < count; i++) {
        buf_format(&out, "%s{\"name\":", i ? "," : "");
        buf_json_text(&out, months[i].name);
        buf_char(&out, ',');
        sides_write(&out, months[i].n, months[i].sides, hundredths(months[i].variance));
        buf_char(&out, '}');
        sum.n += months[i].n;
        sum.variance += months[i].variance;
        for (int k = 0; k < SIDES; k++)
            sum.sides[k] += months[i].sides[k];
    }
    buf_format(&out, "],");
    sides_write(&out, sum.n, sum.sides, hundredths(sum.variance));
    buf_char(&out, '}');
    return buf_bytes(&out);
}

struct bytes body_volume(struct arena *arena, const struct body_head *head,
                         const struct insight_term *terms, size_t count, int64_t withheld)
{
    struct buf out;
    buf_open(&out, arena, 8192);
    head_write(&out, head);
    buf_format(&out, ",\"epsilon_sixteenths\":%d,\"terms_counted_at_most\":4,", EPSILON_WHOLE);
    buf_format(&out, "\"noise_variance_e2\":%lld,\"terms\":[",
               (long long)measure_variance_e2(EPSILON_WHOLE));
    for (size_t i = 0; i < count; i++) {
        buf_format(&out, "%s{\"term\":", i ? "," : "");
        buf_json_text(&out, terms[i].word);
        buf_format(&out, ",\"authors\":%lld}", (long long)terms[i].authors);
    }
    buf_format(&out, "],\"withheld\":%lld}", (long long)withheld);
    return buf_bytes(&out);
}

struct bytes body_rising(struct arena *arena, const struct body_head *head,
                         const struct insight_term *terms, size_t count, int64_t of)
{
    struct buf out;
    buf_open(&out, arena, 4096);
    head_write(&out, head);
    buf_format(&out, ",\"terms\":[");
    for (size_t i = 0; i < count; i++) {
        buf_format(&out, "%s{\"term\":", i ? "," : "");
        buf_json_text(&out, terms[i].word);
        buf_format(&out, ",\"authors\":%lld,\"usual_e2\":%lld,\"ic025_e3\":%lld,\"weeks\":%lld}",
                   (long long)terms[i].authors, (long long)hundredths(terms[i].usual),
                   (long long)llround(terms[i].ic_low * 1000), (long long)terms[i].weeks);
    }
    buf_format(&out, "],\"withheld\":%lld}", (long long)(of - (int64_t)count));
    return buf_bytes(&out);
}

static void number_write(struct buf *out, const char *name, int64_t n, bool is_first)
{
    buf_format(out, "%s{\"name\":", is_first ? "" : ",");
    buf_json_text(out, text_of(name));
    buf_format(out, ",\"n\":%lld}", (long long)n);
}

struct bytes body_members(struct arena *arena, const struct body_head *head,
                          const int64_t groups[GROUPS], const int64_t parts[MARGINS][PARTS])
{
    struct buf out;
    buf_open(&out, arena, 4096);
    head_write(&out, head);
    buf_format(&out, ",\"epsilon_sixteenths\":4,\"rounded_to\":50,\"specialties\":[");
    for (int g = 0; g < GROUPS; g++)
        number_write(&out, group_name(g), groups[g], g == 0);
    buf_format(&out, "],\"regions\":[");
    for (int i = 0; i < PARTS; i++)
        number_write(&out, part_name(MARGIN_REGION, i), parts[MARGIN_REGION][i], i == 0);
    buf_format(&out, "],\"years\":[");
    for (int i = 0; i < PARTS; i++)
        number_write(&out, part_name(MARGIN_YEARS, i), parts[MARGIN_YEARS][i], i == 0);
    buf_format(&out, "]}");
    return buf_bytes(&out);
}

struct bytes body_close(struct arena *arena, const struct body_head *head, int64_t measured,
                        int64_t first, int64_t last)
{
    struct buf out;
    buf_open(&out, arena, 1024);
    head_write(&out, head);
    buf_format(&out, ",\"measured\":%lld,\"first\":%lld,\"last\":%lld}", (long long)measured,
               (long long)first, (long long)last);
    return buf_bytes(&out);
}
