#pragma once
/* Plays a community through the running programs as its members would: every act is a command on a
 * socket with that member's own session token. The time of all programs is moved along
 * (core/clock.h: CURBSIDE_CLOCK), so four months pass in seconds. */
#include "core/socket.h"
#include "demo/community.h"

enum { PLAYERS_MAX = 256, KEYS_MAX = 1024 };

struct player {
    struct text pseudonym;
    struct text token; /* text form; absent: not signed in */
    int64_t signed_in_ms;
    int64_t member;
    int64_t role;
};

struct play {
    struct arena *arena;  /* of the community: outlives the play */
    struct arena scratch; /* of one act */
    struct caller clerk, paymaster;
    volatile int64_t *clock_ms;
    struct text password; /* of everybody in the demo */
    struct player players[PLAYERS_MAX];
    size_t player_count;
    struct text keys[KEYS_MAX];
    int64_t ids[KEYS_MAX];
    size_t key_count;
    struct text campaign; /* hex id of the demo campaign; absent until opened */
    uint64_t requests; /* numbers the request ids, so that the same demo makes the same journal */
    size_t refused;    /* acts the programs refused; said at the end */
};

void play_open(struct play *play, struct arena *arena, volatile int64_t *clock_ms,
               struct text password);
/* One act. What is refused is counted and said on standard error; BUSY and UNKNOWN are tried again.
 */
MUST_USE enum result play_act(struct play *play, const struct act *act);
/* An admin and a sponsor at work: open and fund a campaign, place the demo's earmarks, close a
 * month ("2026-03"). */
MUST_USE enum result play_campaign(struct play *play, int64_t ends_ms);
MUST_USE enum result play_earmark(struct play *play, const char *key, int kind, int64_t cents,
                                  int64_t cap_cents, int64_t valid_to_ms);
MUST_USE enum result play_period_close(struct play *play, struct text period);
MUST_USE enum result play_tick(struct play *play);
/* A sponsor puts a question to members, and an admin lets it stand. */
MUST_USE enum result play_sponsored(struct play *play);
void play_sign_out_all(struct play *play);
void play_close(struct play *play);
