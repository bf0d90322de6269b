#pragma once
/* How often passwords may be tried: per name (known or not, nobody can tell) and for the whole
 * house. Kept in memory; steady time, so that nobody's clock unlocks anything. */
#include "core/seal.h"

enum { THROTTLE_SLOTS = 4096, THROTTLE_PROBES = 4, THROTTLE_TRIES = 5 };

struct throttle_slot {
    uint64_t name; /* 0: free */
    int64_t last_us, until_us;
    uint32_t fails;
};
struct throttle {
    struct throttle_slot *slots;
    uint8_t key[KEY_SIZE]; /* so that nobody can choose names that share a slot */
    int64_t minute;
    int64_t this_minute;
};

void throttle_open(struct throttle *throttle);
void throttle_close(struct throttle *throttle);
/* May this name be tried now? Counts the try against the house's limit. */
bool throttle_may(struct throttle *throttle, struct text name, int64_t now_us);
/* May the house hash one more password in this minute? */
bool throttle_house(struct throttle *throttle, int64_t now_us);
/* After five failures in a row a name waits 30 s, then twice as long each time up to 15 minutes. A
 * success, or an hour's rest, clears it. */
void throttle_failed(struct throttle *throttle, struct text name, int64_t now_us);
void throttle_passed(struct throttle *throttle, struct text name);
