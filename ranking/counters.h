#pragma once
/* What the rules are given: counters about members, postings, pairs of members and the site, in
 * memory. Individual votes are only here and in the logs, never in a file the web can open. A fresh
 * start fills them by replaying the journal.
 *
 * Members, postings, questions and votes are numbered from 0 in the order they appear; -1 is "none"
 * (references have no author). */
#include "core/bytes.h"
#include <assert.h>

struct member_facts {
    int64_t id;
    /* how his votes went: soft counts of votes on right and on wrong postings, and corroborations
     * among them */
    double up_good, good, up_bad, bad;
    double credit;           /* what his settled votes added to what was known */
    double alone;            /* of them, those nobody else's vote and no habit foretold, as a sum */
    double dependent;        /* settled votes that depended on a link, as a sum */
    double tied;             /* the same, whatever the votes' directions were */
    double weight, residual; /* votes received: weights, weighted residuals */
    double record;           /* sum of probabilities of his settled postings */
    int32_t votes, ups;      /* cast, that took a side */
    int32_t acts;            /* votes and postings in threads that have a topic */
    int32_t settled_votes, settled_postings;
    int32_t postings; /* that can be voted on */
    int32_t received_up, received_down,
        received_linked;   /* linked: corroborations that count less than half */
    int32_t first_posting; /* his latest, then by next_of_author */
    /* what the rules made of it; trust and worth by the set of that generation, and until another
     * of his votes settles */
    double score, from_postings, from_votes, trust, worth;
    int32_t judged; /* generation; 0: not yet, or no longer */
    int32_t band;
    bool has_score, dirty;
    /* what is not shown yet (step.c) */
    int32_t shown_band, fresh_cast, fresh_received;
    bool held, queued;
};

/* Why a posting is withheld: for itself, or because its thread is. */
enum hidden_why { HIDDEN_ITSELF = 1, HIDDEN_THREAD = 2 };

/* There are as many as fifty of these for each member: 28 bytes. Shares are kept in 65,535ths, sums
 * as float; what goes into a counter is always what is kept here, so that it can be taken out
 * again. */
struct vote_facts {
    int32_t voter, posting, next; /* next on the same posting, oldest first */
    float odds, weight, residual;
    uint16_t independence; /* from the author, by votes of this sign */
    int8_t sign;           /* 1 corroborates, -1 disputes, 0 cannot say */
    uint8_t patients : 2;
    bool informed : 1; /* its voter could see the totals */
    bool alone : 1;    /* neither the count so far nor its voter's habit foretold it */
};
static_assert(sizeof(struct vote_facts) == 28, "votes are many");
/* What is needed of a vote until its posting has settled, and forgotten then. */
struct vote_young {
    float before;   /* log-odds of the posting when it was cast */
    uint16_t apart; /* independence by votes of either sign: no direction is in it */
    uint8_t worth;  /* of its voter's votes, when it was cast: in 255ths */
};
#define WORTH_WHOLE 255
#define SHARE_WHOLE 65535
static inline uint16_t share_pack(double share)
{
    return (uint16_t)(share <= 0 ? 0 : share >= 1 ? SHARE_WHOLE : share * SHARE_WHOLE + 0.5);
}
static inline double share_of_packed(uint16_t packed)
{
    return (double)packed / SHARE_WHOLE;
}

struct posting_facts {
    int64_t id, at_ms;
    int32_t question, author, product; /* product: a number of counters_topic, -1 none */
    int32_t first_vote, last_vote;
    int32_t next_in_question, next_of_author;
    int32_t fresh;                   /* members new to it since the last step (step.c) */
    double odds, odds_up, odds_down; /* of its votes together; of each side */
    int32_t up, down, unsure, up_linked, informed;
    uint8_t kind;   /* as in the event posting_added */
    uint8_t hidden; /* enum hidden_why, together; 0: shown */
    bool counted : 1, settled : 1, dirty : 1, has_score : 1;
    bool held : 1, queued : 1; /* something is not shown yet; it will be at its step (step.c) */
    double score;
};
static_assert(sizeof(struct posting_facts) == 104, "postings are many");

enum { TOPICS_KEPT = 3 };
struct question_facts {
    int64_t id, version;
    int32_t first_posting, product;
    int32_t topics[TOPICS_KEPT]; /* its first ones; -1: none */
    double rising;
    bool dirty, is_ranked;
    bool hidden; /* withheld with all its postings */
};

struct site_facts {
    double votes, ups, postings;
    double settled, settled_sum;       /* postings, and the sum of their probabilities */
    double settled_votes, settled_ups; /* on them */
};

struct map_slot {
    uint32_t key[2]; /* both 0: empty */
    int32_t value;
};
struct map {
    struct map_slot *slots;
    size_t room, used;
};
/* What stands under a key, never 0; `missing` where nothing does. The place under one, 0 at first
 * sight. */
int32_t map_get(const struct map *map, uint64_t key, int32_t missing);
int32_t *map_put(struct map *map, uint64_t key);
static inline uint64_t key_of_two(int32_t a, int32_t b)
{
    return ((uint64_t)(uint32_t)a << 32 | (uint32_t)b) + 1;
}
/* Votes of one member on one target, an author or a product: eight bytes, for there are nearly as
 * many as votes, and most hold one. */
struct pair_slot {
    uint64_t from : 24;        /* one more than the number, 0 in an empty slot */
    uint64_t to : 25;          /* PAIR_MEMBERS and above: products */
    uint64_t up : 7, down : 7; /* PAIR_WIDE: the count is in counters.pairs_up, .pairs_down */
};
static_assert(sizeof(struct pair_slot) == 8, "pairs are many");
enum { PAIR_MEMBERS = 1 << 24, PAIR_WIDE = 127 };

/* Numbers by what the things themselves hold, one more than the number; 0: empty. */
struct index {
    int32_t *slots;
    size_t room, used;
};

#define GROWING(type)        \
    struct {                 \
        type *at;            \
        int32_t count, room; \
    }

struct counters {
    GROWING(struct member_facts) members;
    GROWING(struct posting_facts) postings;
    GROWING(struct question_facts) questions;
    GROWING(struct vote_facts) votes;
    GROWING(struct vote_young) young;  /* of the votes from number young_base on */
    int32_t young_base, young_first;   /* first: the first whose posting has not settled */
    struct map member_of, question_of; /* by id */
    struct index posting_of;           /* the same */
    struct map topic_of;               /* digest of its name -> number */
    struct map acts;                   /* (member, topic) -> acts */
    GROWING(int32_t) topics;           /* by number: postings, if it is a product */
    struct {
        struct pair_slot *slots;
        size_t room, used;
    } pairs;
    struct map pairs_up, pairs_down; /* (member, target) -> votes, of those that vote often */
    struct index vote_of;            /* by voter and posting */
    struct site_facts site;
};

void counters_open(struct counters *counters);
void counters_close(struct counters *counters);
size_t counters_memory(const struct counters *counters); /* bytes */

/* The number of a member, made at first sight. */
int32_t counters_member(struct counters *counters, int64_t id);
int32_t counters_member_find(const struct counters *counters, int64_t id);   /* -1: unknown */
int32_t counters_posting_find(const struct counters *counters, int64_t id);  /* -1: unknown */
int32_t counters_question_find(const struct counters *counters, int64_t id); /* -1: unknown */
/* A new posting (author 0: a reference); `question` 0 or its own id opens a thread. -1 when its
 * question is unknown. */
int32_t counters_posting_add(struct counters *counters, int64_t id, int64_t question,
                             int64_t author, uint8_t kind, int64_t at_ms);
/* From now on the posting counts among those of its author that can be voted on. */
void counters_posting_count(struct counters *counters, int32_t posting);
int32_t counters_vote_find(const struct counters *counters, int32_t voter, int32_t posting);
int32_t counters_vote_add(struct counters *counters, int32_t voter, int32_t posting);
/* NULL when its posting has settled and this was let go. Valid until the next vote is added. */
struct vote_young *counters_young(const struct counters *counters, const struct vote_facts *vote);
/* Let go of what settlement has made needless. */
void counters_young_forget(struct counters *counters);
/* Votes of a member on a target. */
struct pair_votes {
    int32_t up, down;
};
struct pair_votes counters_pair(const struct counters *counters, int32_t voter, int32_t target);
void counters_pair_add(struct counters *counters, int32_t voter, int32_t target, int sign,
                       int change);
static inline int32_t product_target(int32_t product)
{
    return -2 - product;
}
/* The topics of a posting (names separated by blanks): an opening one gives them to its thread; the
 * product is what a name beginning with PRODUCT_TOPIC says, the thread's if its own say none. */
#define PRODUCT_TOPIC "product-"
void counters_topics(struct counters *counters, int32_t posting, struct text names);
/* Acts of a member in the topic of this thread that he knows best. */
int32_t counters_acts(const struct counters *counters, int32_t member, int32_t question);
void counters_acts_add(struct counters *counters, int32_t member, int32_t question, int change);
/* Put the figures of a vote into the counters of posting, author and site (side 1) or take them out
 * again (side -1). */
void counters_vote_apply(struct counters *counters, const struct vote_facts *vote, int side);
/* Withhold a posting for one more reason, or for one less. When it goes or comes back, so do its
 * votes' figures and its place among those that can be voted on. True: it did. */
bool counters_posting_hide(struct counters *counters, int32_t posting, enum hidden_why why,
                           bool hidden);
