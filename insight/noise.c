#include "insight/noise.h"
#include "core/seal.h"
#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { WHOLE = 16, WIDTH = sizeof(uint32_t), MAGNITUDE_MAX = 1 << 20 };

static uint32_t below(struct noise *noise, uint32_t bound)
{
    const uint32_t least = (0 - bound) % bound; /* below it, small results would be likelier */
    uint32_t number;
    do {
        if (noise->left < WIDTH) {
            seal_random(noise->pool, sizeof(noise->pool));
            noise->left = sizeof(noise->pool);
        }
        noise->left -= WIDTH;
        memcpy(&number, noise->pool + noise->left, WIDTH);
        memset(noise->pool + noise->left, 0, WIDTH);
    } while (number < least);
    return number % bound;
}

/* True with the chance exp(-part / whole), 0 <= part <= whole (algorithm 1). */
static bool survives(struct noise *noise, uint32_t part, uint32_t whole)
{
    uint32_t k = 1;
    while (below(noise, whole * k) < part)
        k++;
    return k % 2 == 1;
}

int64_t noise_draw(struct noise *noise, int sixteenths)
{
    assert(sixteenths >= 1 && sixteenths <= NOISE_SIXTEENTHS_MAX);
    for (;;) {
        const uint32_t part = below(noise, WHOLE);
        if (!survives(noise, part, WHOLE))
            continue;
        uint32_t wholes = 0;
        while (wholes < MAGNITUDE_MAX && survives(noise, 1, 1))
            wholes++;
        const int64_t magnitude = (part + (int64_t)wholes * WHOLE) / sixteenths;
        const bool is_negative = below(noise, 2);
        if (is_negative && magnitude == 0)
            continue; /* else nought would be twice as likely */
        return is_negative ? -magnitude : magnitude;
    }
}
