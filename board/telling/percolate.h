#pragma once
/* Saved searches against a posting: the inverse of a search. A query is kept under one of its
 * terms, its rarest (the anchor); a posting is looked at once, its terms find the queries that may
 * match, and only those are compared. So the work is that of the posting's terms and of what
 * matches, not of the searches there are. Pure: no store, no clock.
 *
 * A query is read as the search reads it (board/search/asked.h), but all of its words and "phrases"
 * must be there: -words and -"phrases" must not, topic:, kind: and author: hold. Words are stems
 * (board/telling/stem.h) in lower case, without the accents of Latin letters.
 *
 * Its stored form (spec), items in order of bytes with a blank between, each once:
 *   +stem  "stem_stem  -stem  ~stem_stem  #topic  =kind  @author (member's number) */
#include "core/arena.h"

enum {
    QUERY_TERMS_MAX = 16,
    QUERY_SIZE_MAX = 400, /* bytes as typed */
    TERM_SIZE_MAX = 40,   /* of a stem; what is longer is cut */
};

struct query_term {
    struct text term; /* a stem, or "#topic" */
    struct text word; /* as typed, lower case, for counting how rare it is */
};
struct query {
    struct text spec;
    struct query_term
        terms[QUERY_TERMS_MAX]; /* what must be there: one of them becomes the anchor */
    size_t count;
    struct text author; /* pseudonym in lower case; absent: none. Goes in with query_author. */
};

/* NULL, or for a person what is wrong with it. */
const char *query_read(struct arena *arena, struct text typed, struct query *query);
void query_author(struct arena *arena, struct query *query, int64_t member);

struct posting_terms; /* opaque: what a posting holds */
struct posting_facts {
    struct text title, body, topics; /* topics: space separated; title "" for answers */
    int64_t kind, member;
};
struct posting_terms *posting_terms_read(struct arena *arena, const struct posting_facts *facts);
/* Its distinct terms and "#topics" as a JSON list of texts. */
struct text posting_terms_json(struct arena *arena, const struct posting_terms *terms);
bool query_matches(const struct posting_terms *terms, struct text spec);
