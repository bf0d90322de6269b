#pragma once
/* The demo community as a list of acts in time order (demo/community.jsonl, its format in
 * demo/README.md). */
#include "core/arena.h"

enum act_kind {
    ACT_STAFF = 1,
    ACT_JOIN,
    ACT_POSTING,
    ACT_ANSWER,
    ACT_VOTE,
    ACT_SOLVED,
    ACT_CHOICE,
    ACT_RATING
};

struct act {
    enum act_kind kind;
    int64_t at_ms;   /* from midnight of day 0 backwards; see community_read */
    struct text by;  /* pseudonym */
    struct text key; /* postings and answers: "q1", "a7" */
    struct text on;  /* what it answers, votes on, solves, chooses in or rates: a key */
    struct text title, body, topics;
    struct text options;              /* of a case, one a line */
    struct text from_month, to_month; /* of an observation */
    struct text how, answer;          /* of a solved: a text, the key of an answer */
    int64_t setting, seen;            /* of an observation */
    int64_t importance, relevance;    /* of a rating; 0: not said */
    bool study;                       /* of a solved: a case study */
    int64_t number;   /* posting: kind 1-3; vote: stance 1-3; staff: role 2-3; choice: option */
    int64_t patients; /* vote: band 0-3 */
    bool waits;       /* join: an applicant who is not let in yet */
    struct text first_name, last_name, npi, licence, state, specialty, roster_last_name,
        organisation;
};

struct community {
    struct act *acts;
    size_t count;
};

/* Read `path`; day 0 ends at `today_ms`, so that no act lies in the future. INVALID says the line
 * and reason on standard error. */
MUST_USE enum result community_read(struct arena *arena, const char *path, int64_t today_ms,
                                    struct community *out);
