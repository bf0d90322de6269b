#pragma once
/* How many payees of a campaign its sponsor's statement may show. Pure; private to ledger/.
 *
 * Groups of k alone would not do: who knows ten payees, because they are his own, sees by the
 * group's appearing whether there was an eleventh. So before each group a number of payees is kept
 * back at random, geometric with mean `kept_back` m: whether one more was paid then moves the
 * chance that a group stands there by at most 1 / (m + 1), and he guesses right in at most 1/2 + 1
 * / (2 (m + 1)) of the cases (.538 for 12). That is so for each group that one payee's coming may
 * complete.
 *
 * What it does not hide: the sum of what they got stands beside it. Where amounts differ, who knows
 * all others' amounts may still tell that somebody is among those shown.
 *
 * The number is drawn once: it follows from a key, the campaign and the payees shown before, so
 * that asking again (another close, a crash) gives the same. */
#include "core/result.h"
#include <stddef.h>
#include <stdint.h>

struct tranche {
    const uint8_t *key;      /* 32 bytes, the paymaster's own */
    const uint8_t *campaign; /* 16 bytes */
    int64_t k, kept_back;    /* the settings ledger.k and ledger.kept_back */
    size_t shown;            /* payees in earlier statements */
    size_t hidden;           /* paid and not yet shown */
};
/* A multiple of k, at most `hidden`. */
size_t tranche_payees(const struct tranche *tranche);
