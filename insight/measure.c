#include "insight/measure.h"
#include <assert.h>
#include <string.h>

enum { E_WHOLE = 4, E_REST = 12, E_GROUPS = 6, E_PARTS = 4, ROUND_TO = 50 };
/* Of the mean of two measurements, at 4 and at 12: precision goes with the square of epsilon. */
enum { WEIGHT_WHOLE = 1, WEIGHT_AGAIN = 9, WEIGHTS = WEIGHT_WHOLE + WEIGHT_AGAIN };

int64_t measure_variance_e2(int sixteenths)
{
    switch (sixteenths) {
    case 4:
        return 3183;
    case 6:
        return 1406;
    case 12:
        return 339;
    case 16:
        return 184;
    default:
        assert(false);
        return 0;
    }
}

/* k + ln(25)/epsilon, rounded up. */
static int64_t least_at(int sixteenths)
{
    return MEASURE_K + (52 + sixteenths - 1) / sixteenths; /* 16 ln 25 = 51.5 */
}

static void spend(struct measured *m, int measure, int votes, int sixteenths)
{
    assert(m->spent_count < MEASURE_KINDS);
    m->spent[m->spent_count++] = (struct spending){measure, votes, sixteenths};
}

static struct figure figure_of(struct noise *noise, const int64_t sides[SIDES], int sixteenths)
{
    struct figure figure = {.variance_e2 = measure_variance_e2(sixteenths)};
    for (int i = 0; i < SIDES; i++) {
        figure.sides[i] = sides[i] + noise_draw(noise, sixteenths);
        figure.n += figure.sides[i];
    }
    return figure;
}

static void group_sum(int64_t sides[SIDES], const struct counts *counts, enum tier tier, int group)
{
    for (int i = 0; counts && i < SIDES; i++)
        sides[i] += counts->of[tier][group][i];
}

static struct figure tier_measure(struct noise *noise, const struct counts *counts, enum tier tier,
                                  int sixteenths)
{
    int64_t sides[SIDES] = {0};
    for (int g = 0; g < GROUPS; g++)
        group_sum(sides, counts, tier, g);
    return figure_of(noise, sides, sixteenths);
}

static int64_t rounded(int64_t value, int64_t by)
{
    return value >= 0 ? (value + by / 2) / by : -((-value + by / 2) / by);
}

static void whole_again(struct measured *m, struct noise *noise, const struct counts *counts)
{
    const struct figure again = tier_measure(noise, counts, TIER_FIRST, E_REST);
    m->whole.n = 0;
    for (int i = 0; i < SIDES; i++) {
        m->whole.sides[i] =
            rounded(m->whole.sides[i] * WEIGHT_WHOLE + again.sides[i] * WEIGHT_AGAIN, WEIGHTS);
        m->whole.n += m->whole.sides[i];
    }
    m->whole.variance_e2 = (m->whole.variance_e2 * WEIGHT_WHOLE * WEIGHT_WHOLE +
                            again.variance_e2 * WEIGHT_AGAIN * WEIGHT_AGAIN) /
                           (WEIGHTS * WEIGHTS);
    m->whole.is_shown = m->whole.n >= MEASURE_LEAST;
    spend(m, MEASURE_AGAIN, VOTES_FIRST, E_REST);
}

static void groups_measure(struct measured *m, struct noise *noise, const struct counts *counts,
                           bool is_large)
{
    const int sixteenths = is_large ? E_GROUPS : E_REST;
    m->has_groups = true;
    for (int g = 0; g < GROUPS; g++) {
        int64_t sides[SIDES] = {0};
        group_sum(sides, counts, TIER_FIRST, g);
        if (is_large)
            group_sum(sides, counts, TIER_FURTHER, g);
        m->groups[g] = figure_of(noise, sides, sixteenths);
        m->groups[g].is_shown = m->groups[g].n >= least_at(sixteenths);
    }
    spend(m, MEASURE_GROUPS, is_large ? VOTES_FIRST | VOTES_FURTHER : VOTES_FIRST, sixteenths);
}

static void parts_measure(struct measured *m, struct noise *noise, const struct counts *counts)
{
    m->has_parts = true;
    for (int k = 0; k < MARGINS; k++)
        for (int part = 0; part < PARTS; part++) {
            int64_t sides[SIDES] = {0};
            for (int i = 0; counts && i < SIDES; i++)
                sides[i] = counts->parts[k][part][i];
            m->parts[k][part] = figure_of(noise, sides, E_PARTS);
            m->parts[k][part].is_shown = m->parts[k][part].n >= least_at(E_PARTS);
        }
    spend(m, MEASURE_REGIONS, VOTES_REGION, E_PARTS);
    spend(m, MEASURE_YEARS, VOTES_YEARS, E_PARTS);
}

void measure_question(struct measured *measured, struct noise *noise, const struct counts *counts,
                      bool with_parts)
{
    memset(measured, 0, sizeof(*measured));
    measured->whole = tier_measure(noise, counts, TIER_FIRST, E_WHOLE);
    spend(measured, MEASURE_WHOLE, VOTES_FIRST, E_WHOLE);
    const int64_t n = measured->whole.n;
    if (n < MEASURE_LEAST_FIRST)
        return;
    if (n < MEASURE_SOME) {
        whole_again(measured, noise, counts);
        return;
    }
    measured->whole.is_shown = true;
    if (n >= MEASURE_MANY) {
        const struct figure further = tier_measure(noise, counts, TIER_FURTHER, E_WHOLE);
        for (int i = 0; i < SIDES; i++)
            measured->whole.sides[i] += further.sides[i];
        measured->whole.n += further.n;
        measured->whole.variance_e2 += further.variance_e2;
        spend(measured, MEASURE_FURTHER, VOTES_FURTHER, E_WHOLE);
    }
    groups_measure(measured, noise, counts, n >= MEASURE_MANY);
    if (with_parts && n >= MEASURE_MANY)
        parts_measure(measured, noise, counts);
}

struct figure measure_number(struct noise *noise, int64_t count)
{
    struct figure figure = {.n = count + noise_draw(noise, EPSILON_WHOLE),
                            .variance_e2 = measure_variance_e2(EPSILON_WHOLE)};
    figure.is_shown = figure.n >= least_at(EPSILON_WHOLE);
    return figure;
}

int64_t measure_members(struct noise *noise, int64_t count)
{
    const int64_t noisy = count + noise_draw(noise, E_WHOLE);
    return noisy > 0 ? rounded(noisy, ROUND_TO) * ROUND_TO : 0;
}
