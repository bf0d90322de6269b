#pragma once
/* Figures about orders. */
#include <stdbool.h>
#include <stdint.h>

/* Places from 0, lowest value first; equal values share the mean of their places. */
void figure_places(const double *values, int32_t count, double *places);
/* Spearman's rank correlation, -1 .. 1; 0 when it says nothing (fewer than two, or all equal). */
double figure_agreement(const double *a, const double *b, int32_t count);
/* Chance that one of those marked stands above one of the others (the area under the ROC curve);
 * 0.5 when one kind is missing. */
double figure_apart(const double *values, const bool *marked, int32_t count);
