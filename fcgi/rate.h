#pragma once
/* How often one member (or, not signed in, one address) may do what: token buckets in this worker's
 * memory, beside nginx's limits by address. A bucket holds a minute's worth. The table is of fixed
 * size; the least lately used bucket makes room. With N workers in a pool the limit holds per
 * worker, so N times the setting is the outermost bound. */
#include "core/bytes.h"

struct rates;
struct rates *rates_open(void);
void rates_close(struct rates *rates);
/* Take one. True when it was there; else *wait_s is when the next one will be. per_minute 0 means
 * no limit. */
bool rates_take(struct rates *rates, int kind, int64_t member, struct text address,
                int64_t per_minute, int64_t now_us, int *wait_s);
