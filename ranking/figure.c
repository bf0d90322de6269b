#include "ranking/figure.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

struct placed {
    double value;
    int32_t number;
};

static int by_value(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static double *numbers_take(int32_t count)
{
    double *numbers = calloc((size_t)count + 1, sizeof(*numbers));
    assert(numbers);
    return numbers;
}

void figure_places(const double *values, int32_t count, double *places)
{
    struct placed *list = calloc((size_t)count + 1, sizeof(*list));
    assert(list);
    for (int32_t i = 0; i < count; i++)
        list[i] = (struct placed){values[i], i};
    qsort(list, (size_t)count, sizeof(*list), by_value);
    for (int32_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && list[end].value <= list[i].value; end++)
            ;
        for (int32_t k = i; k < end; k++)
            places[list[k].number] = (double)(i + end - 1) / 2;
    }
    free(list);
}

double figure_agreement(const double *a, const double *b, int32_t count)
{
    double *pa = numbers_take(count), *pb = numbers_take(count);
    double mean = ((double)count - 1) / 2, ab = 0, aa = 0, bb = 0;
    figure_places(a, count, pa);
    figure_places(b, count, pb);
    for (int32_t i = 0; i < count; i++) {
        ab += (pa[i] - mean) * (pb[i] - mean);
        aa += (pa[i] - mean) * (pa[i] - mean);
        bb += (pb[i] - mean) * (pb[i] - mean);
    }
    free(pa);
    free(pb);
    return count < 2 || aa <= 0 || bb <= 0 ? 0 : ab / sqrt(aa * bb);
}

double figure_apart(const double *values, const bool *marked, int32_t count)
{
    double *places = numbers_take(count), sum = 0, with = 0;
    figure_places(values, count, places);
    for (int32_t i = 0; i < count; i++) {
        sum += marked[i] ? places[i] : 0;
        with += marked[i];
    }
    free(places);
    double without = count - with;
    return with > 0 && without > 0 ? (sum - with * (with - 1) / 2) / (with * without) : 0.5;
}
