#pragma once
/* Invented communities with a known truth, to try rules on: who is able, which answers are good and
 * which acts are crooked is drawn first, and what members do follows from it. The same preset, seed
 * and size give the same world, event for event. A world is told in the order of its events, a day
 * at a time, so that fifty million votes need no more memory than who voted on what. */
#include "core/bytes.h"

enum { WORLD_FIELDS = 6, WORLD_MEMBERS_PER_SPONSOR = 150, WORLD_POT = 10 };
enum { WORLD_VOTES_MAX = 1000000000 };

enum world_type {
    WORLD_HONEST,
    WORLD_NEWCOMER,   /* honest and able, comes late */
    WORLD_LAZY,       /* votes without reading: with the count, or always up */
    WORLD_RING,       /* corroborates its mates, disputes their rivals */
    WORLD_SYBIL,      /* a second account of somebody in a ring, or of a lazy one */
    WORLD_SHILL,      /* corroborates whatever names its sponsor's product */
    WORLD_CONTRARIAN, /* votes against what most say */
    WORLD_TRADER,     /* one of a market of many fields: a vote for a vote, seldom the same two */
    WORLD_CAMPAIGNER, /* writes many small answers that name its sponsor's product */
    WORLD_AVENGER,    /* disputes whoever disputed him, again and again */
    WORLD_TYPES
};
const char *world_type_name(enum world_type type);

/* What a preset says of its community; shares are of the members. In the list, 0 is what is usual
 * (world.c). */
struct world_preset {
    const char *name, *meaning;
    int members, days;
    double questions_per_day, answers, votes_per_answer;
    double share[WORLD_TYPES]; /* the rest is honest */
    double looks;              /* share of honest votes cast after a look at the totals */
    bool is_open;              /* totals stand beside every posting: nothing says who looked */
    double turns;              /* day from which rings and sold accounts are what they are */
    double sold; /* share of rings and shills that were able, honest members till then */
    int group_low, group_high; /* sizes of rings; a market is ten times as large */
    double mate_share, rival_share, lag_days, camouflage;
};
/* All of them; honest ones first. */
const struct world_preset *world_presets(size_t *count);

struct world_member {
    double joined, turns; /* days; from `turns` on he does as his type does */
    double answer_rate, vote_rate;
    float skill[WORLD_FIELDS];
    int32_t group_first, group_count; /* his mates, himself among them */
    int32_t master, sybil, next;      /* of a sybil; the first sybil of a master; its next; -1 */
    int32_t sponsor;                  /* 0: none */
    int32_t last_answer;              /* his latest, then by `before`; -1 */
    uint8_t type, field;
};
struct world_answer {
    double day;
    float quality, difficulty; /* good from one half on */
    int32_t question, author, product, last_vote, before;
    int32_t ups, downs;
    uint8_t field;
    bool tricky; /* only the able see through it */
    bool crooked, has_pot;
};

enum world_event_kind { WORLD_END, WORLD_ANSWER, WORLD_VOTE };
struct world_event {
    double day;
    int32_t kind;
    int32_t answer, voter; /* numbers from 0 */
    int8_t value;          /* 1 corroborates, -1 disputes */
    uint8_t patients;      /* band as in the event vote_cast */
    bool informed;
};

struct world;
/* `members` and `votes` (never more, and hardly fewer) enlarge the preset; 0: its own size. NULL:
 * no such preset. */
struct world *world_open(const char *preset, uint64_t seed, int members, double votes);
void world_close(struct world *world); /* NULL is harmless */
/* The next event in order of time; of kind WORLD_END when all are told. */
struct world_event world_next(struct world *world);

/* The truth: never an input of rules. */
const struct world_preset *world_preset_of(const struct world *world);
const struct world_member *world_members(const struct world *world, int32_t *count);
const struct world_answer *world_answers(const struct world *world, int32_t *count); /* so far */
/* Whether that vote was cast for another reason than what its voter saw in the answer. */
bool world_vote_crooked(const struct world *world, int32_t answer, int32_t voter);

/* As tables: answers, votes, earmarks and members, as `curbside ranking replay` reads them, and
 * truth_members, truth_answers. 0, or 1 with a word on standard error. */
int world_write(const char *preset, uint64_t seed, int members, double votes, const char *folder);
