#pragma once
/* Noise that protects members: the discrete Laplace distribution, P(k) proportional to
 * exp(-|k| * sixteenths / 16) over all whole numbers, drawn exactly (Canonne, Kamath & Steinke,
 * "The discrete Gaussian for differential privacy", 2020, algorithms 1 and 2): whole numbers only,
 * no rounding anywhere, so there are no gaps in its values that would give a count away. noise.c is
 * compiled so that a floating-point register cannot be named in it; tidy holds its text to the
 * same.
 *
 * Variance 2q/(1-q)^2 with q = exp(-sixteenths/16): 31.83 at 4, 14.06 at 6, 3.39 at 12, 1.84 at 16.
 */
#include <stddef.h>
#include <stdint.h>

/* Random bytes fetched ahead, since one call to the system for each draw would be ten times as
 * slow. Zero to begin with; wiped as they are used. */
struct noise {
    uint8_t pool[4096];
    size_t left;
};

enum { NOISE_SIXTEENTHS_MAX = 64 };

/* One draw; 1 <= sixteenths <= NOISE_SIXTEENTHS_MAX. */
int64_t noise_draw(struct noise *noise, int sixteenths);
