#include "board/account/throttle.h"

#include "core/conf.h"
#include "core/trace.h"

#include <stdlib.h>
#include <string.h>

static const int64_t SECOND_US = 1000000;
enum { WAIT_FIRST_S = 30, WAIT_LAST_S = 900, REST_S = 3600 };

void throttle_open(struct throttle *throttle)
{
    memset(throttle, 0, sizeof(*throttle));
    throttle->slots = calloc(THROTTLE_SLOTS, sizeof(*throttle->slots));
    if (throttle->slots == NULL)
        trace_die("throttle_open", "reason=memory");
    seal_random(throttle->key, sizeof(throttle->key));
}

void throttle_close(struct throttle *throttle)
{
    free(throttle->slots);
    throttle->slots = NULL;
}

static uint64_t name_number(const struct throttle *throttle, struct text name)
{
    const struct bytes key = bytes_of(throttle->key, KEY_SIZE), part = text_bytes(name);
    uint8_t digest[ID_SIZE];
    uint64_t number;
    seal_id(digest, &key, &part, 1);
    memcpy(&number, digest, sizeof(number));
    return number | 1;
}

/* The slot of this name; with `make`, the one longest untouched of its four gives way. */
static struct throttle_slot *slot_find(struct throttle *throttle, struct text name, bool make)
{
    uint64_t number = name_number(throttle, name);
    struct throttle_slot *oldest = NULL;
    for (uint64_t i = 0; i < THROTTLE_PROBES; i++) {
        struct throttle_slot *slot = &throttle->slots[(number + i) % THROTTLE_SLOTS];
        if (slot->name == number)
            return slot;
        if (oldest == NULL || slot->last_us < oldest->last_us)
            oldest = slot;
    }
    if (!make)
        return NULL;
    *oldest = (struct throttle_slot){.name = number};
    return oldest;
}

bool throttle_house(struct throttle *throttle, int64_t now_us)
{
    int64_t minute = now_us / (60 * SECOND_US);
    if (minute != throttle->minute)
        throttle->this_minute = 0;
    throttle->minute = minute;
    if (throttle->this_minute >= conf_int("password.per_minute"))
        return false;
    throttle->this_minute++;
    return true;
}

bool throttle_may(struct throttle *throttle, struct text name, int64_t now_us)
{
    const struct throttle_slot *slot = slot_find(throttle, name, false);
    if (slot != NULL && now_us < slot->until_us)
        return false;
    return throttle_house(throttle, now_us);
}

void throttle_failed(struct throttle *throttle, struct text name, int64_t now_us)
{
    struct throttle_slot *slot = slot_find(throttle, name, true);
    if (now_us - slot->last_us > REST_S * SECOND_US)
        slot->fails = 0;
    slot->last_us = now_us;
    slot->fails++;
    if (slot->fails < THROTTLE_TRIES)
        return;
    uint32_t doublings = slot->fails - THROTTLE_TRIES;
    int64_t wait_s = doublings > 5 ? WAIT_LAST_S : (int64_t)WAIT_FIRST_S << doublings;
    slot->until_us = now_us + (wait_s > WAIT_LAST_S ? WAIT_LAST_S : wait_s) * SECOND_US;
}

void throttle_passed(struct throttle *throttle, struct text name)
{
    struct throttle_slot *slot = slot_find(throttle, name, false);
    if (slot != NULL)
        memset(slot, 0, sizeof(*slot));
}
