#include "insight/pairs_verb.h"
#include "core/arena.h"
#include "insight/pairs.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { INPUT_MAX = 1024 * 1024 * 1024 };

/* The words R uses for what is no number. */
static void figure_print(double value)
{
    if (isnan(value))
        fputs("\tNA", stdout);
    else if (isinf(value))
        fputs("\tInf", stdout);
    else
        printf("\t%.12g", value);
}

static void pair_print(const struct pair *pair)
{
    const double figures[] = {pair->expected, pair->rr,       pair->prr,     pair->ror,
                              pair->ror_low,  pair->ror_high, pair->ic,      pair->ic_low,
                              pair->gps.ebgm, pair->gps.low,  pair->gps.high};
    printf("%.*s\t%.*s\t%" PRId64, (int)pair->product.size, pair->product.data,
           (int)pair->event.size, pair->event.data, pair->n);
    for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++)
        figure_print(figures[i]);
    putchar('\n');
}

/* All of standard input; false when it is longer than INPUT_MAX or cannot be read. */
static bool input_read(struct arena *arena, struct text *text)
{
    char *data = arena_take_raw(arena, INPUT_MAX);
    size_t size = 0, got = 1;
    while (got > 0 && size < INPUT_MAX) {
        got = fread(data + size, 1, INPUT_MAX - size, stdin);
        size += got;
    }
    *text = (struct text){data, size};
    return !ferror(stdin) && size < INPUT_MAX;
}

int pairs_verb(void)
{
    struct arena arena;
    struct pairs pairs;
    struct text input, why;
    /* Mapped, not filled: only what the input needs is ever touched. */
    arena_open(&arena, (size_t)8 * INPUT_MAX);
    if (!input_read(&arena, &input)) {
        fputs("the input cannot be read, or is longer than 1 GiB\n", stderr);
        return 1;
    }
    const enum result result = pairs_read(&pairs, &arena, input, NULL, &why);
    if (result != OK) {
        fprintf(stderr, "%s\n", why.data ? why.data : result_name(result));
        return 1;
    }
    fputs("product\tevent\tN\tE\tRR\tPRR\tROR\tROR_lo\tROR_hi\tIC\tIC025\tEBGM\tEB05\tEB95\n",
          stdout);
    for (size_t i = 0; i < pairs.count; i++)
        pair_print(&pairs.rows[i]);
    fprintf(stderr, "%" PRId64 " reports, %zu pairs; ", pairs.reports, pairs.count);
    if (pairs.is_fitted)
        fprintf(stderr, "prior %.6f %.6f %.6f %.6f %.6f, -log likelihood %.6f\n",
                pairs.theta.shape[0], pairs.theta.rate[0], pairs.theta.shape[1],
                pairs.theta.rate[1], pairs.theta.share, pairs.loss);
    else
        fputs("too few to fit a prior: EBGM, EB05 and EB95 are NA\n", stderr);
    arena_close(&arena);
    return fflush(stdout) == 0 ? 0 : 1;
}
