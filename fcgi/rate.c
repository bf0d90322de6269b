#include "fcgi/rate.h"

#include <assert.h>
#include <stdlib.h>

#include "core/trace.h"

enum { SETS = 1024, WAYS = 4, MINUTE_US = 60 * 1000 * 1000 };

struct bucket {
    uint64_t key;
    int64_t at_us; /* when `tokens` was right */
    double tokens;
};
struct rates {
    struct bucket buckets[SETS][WAYS];
};

struct rates *rates_open(void)
{
    struct rates *rates = calloc(1, sizeof *rates);
    if (!rates)
        trace_die("rate", "no memory");
    return rates;
}

void rates_close(struct rates *rates)
{
    free(rates);
}

/* FNV-1a, then a final mix; two that fall on one key share a bucket, which only makes the limit
 * tighter. */
static uint64_t key_of(int kind, int64_t member, struct text address)
{
    uint64_t key = (0xcbf29ce484222325u ^ (uint64_t)kind) * 0x100000001b3u;
    for (size_t i = 0; member == 0 && i < address.size; i++)
        key = (key ^ (uint8_t)address.data[i]) * 0x100000001b3u;
    key = (key ^ (uint64_t)member) * 0x9e3779b97f4a7c15u;
    return (key ^ key >> 32) | 1; /* 0 means an unused bucket */
}

bool rates_take(struct rates *rates, int kind, int64_t member, struct text address,
                int64_t per_minute, int64_t now_us, int *wait_s)
{
    if (per_minute <= 0)
        return true;
    uint64_t key = key_of(kind, member, address);
    struct bucket *set = rates->buckets[key >> 20 & (SETS - 1)], *bucket = set;
    for (int i = 0; i < WAYS; i++) {
        if (set[i].key == key) {
            bucket = &set[i];
            break;
        }
        if (set[i].at_us < bucket->at_us)
            bucket = &set[i];
    }
    double most = (double)per_minute;
    if (bucket->key != key)
        *bucket = (struct bucket){key, now_us, most};
    bucket->tokens += (double)(now_us - bucket->at_us) * most / MINUTE_US;
    bucket->at_us = now_us;
    if (bucket->tokens > most)
        bucket->tokens = most;
    if (bucket->tokens < 1) {
        *wait_s = (int)((1 - bucket->tokens) * 60 / most) + 1;
        return false;
    }
    bucket->tokens -= 1;
    return true;
}
