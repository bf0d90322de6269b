#include "ledger/earmark/tranche.h"

#include <assert.h>
#include <string.h>

#include "core/seal.h"

enum { CAMPAIGN_SIZE = 16, DRAWS_MOST = 1000 };

/* Numbers that follow from key, campaign and place, four to a digest. */
struct draws {
    const struct tranche *tranche;
    uint64_t place, at;
    uint8_t digest[DIGEST_SIZE];
};

static uint64_t draw_next(struct draws *draws)
{
    const size_t size = sizeof(uint64_t), slot = draws->at % (DIGEST_SIZE / size);
    uint64_t number;
    if (slot == 0) {
        const struct bytes key = bytes_of(draws->tranche->key, KEY_SIZE);
        const struct bytes parts[] = {
            text_bytes(TEXT("tranche")), bytes_of(draws->tranche->campaign, CAMPAIGN_SIZE),
            bytes_of(&draws->place, sizeof(draws->place)), bytes_of(&draws->at, sizeof(draws->at))};
        seal_digest(draws->digest, &key, parts, sizeof(parts) / sizeof(*parts));
    }
    memcpy(&number, draws->digest + slot * size, size);
    draws->at++;
    return number;
}

/* Kept back before the group behind `place` shown payees: so many draws in a row that go on, each
 * with chance m / (m + 1). A remainder of 64 bits is off by less than 2^-50. */
static size_t kept_back(const struct tranche *tranche, size_t place)
{
    struct draws draws = {.tranche = tranche, .place = place};
    const uint64_t mean = (uint64_t)tranche->kept_back;
    size_t count = 0;
    while (mean > 0 && count < DRAWS_MOST && draw_next(&draws) % (mean + 1) != 0)
        count++;
    return count;
}

size_t tranche_payees(const struct tranche *tranche)
{
    const size_t k = (size_t)tranche->k;
    size_t payees = 0;
    assert(tranche->k > 0 && tranche->kept_back >= 0);
    while (tranche->hidden - payees >= k &&
           tranche->hidden - payees - k >= kept_back(tranche, tranche->shown + payees))
        payees += k;
    return payees;
}
