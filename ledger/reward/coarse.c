#include "ledger/reward/coarse.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/seal.h"

/* Parts of one digest, a figure each. */
enum { NOISE_MEMBERS, NOISE_BEFORE, NOISE_AFTER };
enum { SUM_SCALE = 2, STEP_LEAST = 100, SIGNIFICANT = 100 };

struct noise {
    uint64_t bits[DIGEST_SIZE / 8];
};

/* Which figure, and all that it was worked out from. */
static struct noise noise_of(const uint8_t key[32], const char *what, int64_t figure,
                             struct bytes from)
{
    struct noise noise;
    const struct bytes secret = bytes_of(key, 32);
    const struct bytes parts[] = {text_bytes(TEXT("curbside/coarse/v1")), text_bytes(text_of(what)),
                                  bytes_of(&figure, sizeof figure), from};
    uint8_t digest[DIGEST_SIZE];
    seal_digest(digest, &secret, parts, sizeof parts / sizeof *parts);
    memcpy(noise.bits, digest, sizeof digest);
    return noise;
}

static double laplace(uint64_t bits, double scale)
{
    double half = ldexp((double)(bits >> 12) + 0.5, -52); /* inside of 0..1 */
    return (bits & 1 ? -scale : scale) * log(half);
}

static int64_t members_told(uint64_t bits, int64_t members, int64_t floor)
{
    int64_t noisy = members + (int64_t)llround(laplace(bits, COARSE_SCALE));
    return noisy < floor ? 0 : noisy - noisy % floor;
}

/* Two figures of it, no finer than a unit of the currency. */
static int64_t sum_told(uint64_t bits, int64_t sum, int64_t largest)
{
    double noisy = (double)sum + laplace(bits, SUM_SCALE * (double)largest);
    int64_t step = STEP_LEAST, cents = noisy > 0 ? llround(noisy) : 0;
    while (cents / step >= SIGNIFICANT)
        step *= 10;
    return (cents + step / 2) / step * step;
}

static enum coarse_change change_of(const struct coarse_member *row)
{
    return row->before == 0           ? COARSE_NEWLY
           : row->after == 0          ? COARSE_NO_LONGER
           : row->after > row->before ? COARSE_MORE
           : row->after < row->before ? COARSE_LESS
                                      : COARSE_SAME;
}

struct exact {
    struct coarse_figures sum, largest;
};

static void exact_add(struct exact *exact, const struct coarse_member *row)
{
    exact->sum.members++;
    exact->sum.before += row->before;
    exact->sum.after += row->after;
    exact->largest.before =
        row->before > exact->largest.before ? row->before : exact->largest.before;
    exact->largest.after = row->after > exact->largest.after ? row->after : exact->largest.after;
}

void coarse_changes(const uint8_t key[32], const char *what, const struct coarse_member *rows,
                    size_t count, int64_t floor, struct coarse_figures out[COARSE_CHANGES])
{
    struct exact exact[COARSE_CHANGES] = {0};
    assert(floor > 0);
    for (size_t i = 0; i < count; i++)
        if (rows[i].before != 0 || rows[i].after != 0)
            exact_add(&exact[change_of(&rows[i])], &rows[i]);
    for (int i = 0; i < COARSE_CHANGES; i++) {
        struct noise noise = noise_of(key, what, i, bytes_of(rows, count * sizeof *rows));
        out[i] = (struct coarse_figures){
            .members = members_told(noise.bits[NOISE_MEMBERS], exact[i].sum.members, floor)};
        if (out[i].members == 0)
            continue;
        out[i].before =
            sum_told(noise.bits[NOISE_BEFORE], exact[i].sum.before, exact[i].largest.before);
        out[i].after =
            sum_told(noise.bits[NOISE_AFTER], exact[i].sum.after, exact[i].largest.after);
    }
}

void coarse_paid(const uint8_t key[32], const char *what, const struct coarse_member *rows,
                 size_t count, int64_t floor, struct coarse_paid *out)
{
    struct exact exact = {0};
    size_t before = 0, after = 0;
    struct coarse_member *paid = calloc(count + 1, sizeof *paid);
    assert(floor > 0 && paid != NULL);
    for (size_t i = 0; i < count; i++) {
        exact_add(&exact, &rows[i]);
        after += rows[i].after != 0;
        if (rows[i].before != 0)
            paid[before++] = (struct coarse_member){rows[i].member, rows[i].before, 0};
    }
    struct noise was = noise_of(key, what, COARSE_CHANGES, bytes_of(paid, before * sizeof *paid));
    struct noise then =
        noise_of(key, what, COARSE_CHANGES + 1, bytes_of(rows, count * sizeof *rows));
    free(paid);
    *out = (struct coarse_paid){
        .payees_before = members_told(was.bits[NOISE_MEMBERS], (int64_t)before, floor),
        .payees_after = members_told(then.bits[NOISE_MEMBERS], (int64_t)after, floor)};
    if (out->payees_before > 0)
        out->before = sum_told(was.bits[NOISE_BEFORE], exact.sum.before, exact.largest.before);
    if (out->payees_after > 0)
        out->after = sum_told(then.bits[NOISE_AFTER], exact.sum.after, exact.largest.after);
}
