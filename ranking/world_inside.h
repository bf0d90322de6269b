#pragma once
/* What world.c (who is there) and world_day.c (what a day brings) share. */
#include "ranking/score.h"
#include "ranking/world.h"

struct world_plan { /* something that will be done: on this answer, or (-1) on one that is read */
    double at;
    int32_t voter, answer;
    int8_t value;
};
enum { RIVALS_SEEN = 200 }; /* answers before one among which its rivals are sought */
struct world_cast {         /* who voted on an answer: a chain from the latest back */
    int32_t voter, before;
    bool crooked;
};
/* Members in the order they come in, with the sum of their rates up to each. */
struct world_queue {
    int32_t *member;
    double *sum;
    int32_t count, here;
};

struct world {
    struct world_preset preset;
    uint64_t random;
    struct world_member *member;
    int32_t members, sponsors;
    int32_t first_of[WORLD_TYPES], count_of[WORLD_TYPES];
    struct world_queue authors[WORLD_FIELDS], voters;
    GROWING(struct world_answer) answers;
    GROWING(struct world_cast) casts;
    GROWING(struct world_plan) * plans;    /* by day */
    GROWING(struct world_answer) * coming; /* by day */
    GROWING(struct world_event) events;    /* of the day being told */
    int32_t told, day, questions, window;  /* window: first answer still read */
    int32_t wanted;           /* votes asked for in all; 0: as many as the preset brings */
    int32_t thought_of, came; /* votes tried the day before, and how many of them came about */
};

/* --- chance: splitmix64 (Steele, Lea, Flood 2014), the same on every machine --- */
double world_draw(struct world *world); /* 0 <= x < 1 */
double world_draw_between(struct world *world, double low, double high);
double world_draw_normal(struct world *world, double mean, double deviation);
double world_draw_wait(struct world *world, double mean);   /* exponential */
int32_t world_draw_count(struct world *world, double mean); /* Poisson */
int32_t world_draw_below(struct world *world, int32_t count);
/* One of those who are here, by rate; -1: nobody. */
int32_t world_draw_member(struct world *world, const struct world_queue *queue);

/* Fill `events` with what the day brings. */
void world_day(struct world *world);
