#pragma once
/* Times in which a word was used at a raised rate: Kleinberg's two-state automaton for batched
 * arrivals (Data Mining and Knowledge Discovery 7:373, 2003, section 4). Best for looking back at
 * years; for the newest week see alarm.h. */
#include "core/arena.h"

struct burst {
    size_t first, last; /* batches, both within */
    double weight;      /* what the raised state saves, in nats */
};

/* counts[i] of totals[i] words in batch i. rate: how much more often than overall is "raised" (2);
 * cost: of getting into that state, in units of ln(batches) (1). Bursts come in the order of time;
 * none if the word never occurs. */
struct burst *burst_find(struct arena *arena, const int64_t *counts, const int64_t *totals,
                         size_t batches, double rate, double cost, size_t *found);
