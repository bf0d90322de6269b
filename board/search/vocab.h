#pragma once
/* Medical words: abbreviations, brand and generic names, other names of the same thing, from tables
 * an operator loads. None is shipped: each has a licence of its own. A query is widened by them at
 * a lower weight; an abbreviation with several meanings is read as the likeliest, and the reading
 * is told, with the others beside it. */
#include "board/search/asked.h"
#include "core/db.h"

enum { VOCAB_ABBREVIATION = 1, VOCAB_BRAND, VOCAB_SYNONYM };
enum { VOCAB_MORE_MAX = 12, VOCAB_READINGS_MAX = 4, VOCAB_OTHERS_MAX = 5 };

/* How an abbreviation was read. */
struct vocab_reading {
    struct text word, meaning;
    struct text others[VOCAB_OTHERS_MAX];
    size_t other_count;
};
struct vocab_more {
    struct text names[VOCAB_MORE_MAX]; /* to look for as well: words with single blanks */
    size_t count;
    struct vocab_reading readings[VOCAB_READINGS_MAX];
    size_t reading_count;
};

/* What else to look for. `vocab`: NULL when there is none. */
MUST_USE enum result vocab_widen(struct db *vocab, struct arena *arena, const struct asked *asked,
                                 struct vocab_more *more);
/* `curbside vocab load KIND FILE`; the exit status. Replaces what the kind had. */
int vocab_load(const char *kind, const char *path);
int vocab_list(void);
/* Makes the store when it is not there, so that those who only read can open it. */
MUST_USE enum result vocab_make(void);
