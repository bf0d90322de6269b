#pragma once
/* Which words of a fixed, public list were written in a week, and by how many authors. A word is
 * one or two lower-case words ("metformin", "atrial fibrillation"). Of an author at most
 * TERM_CAP words count in a week, chosen by a secret key; all of the author's postings of the week
 * together count once a word. */
#include "core/arena.h"
#include "insight/table.h"

enum { TERM_CAP = 4, TERM_SIZE_MAX = 60, TERM_KEY_SIZE = 32 };

struct term_mention {
    uint64_t order;
    int64_t author, term;
};
enum { TERM_HERE_MAX = 64 };

struct terms {
    uint8_t key[TERM_KEY_SIZE];
    struct table known; /* digest of a word -> its id */
    struct table seen;  /* (author, term) of this week -> 1 */
    struct term_mention *mentions;
    size_t mention_count, mention_room;
    /* Words of the posting that is being read, each once, at most so many; the caller empties it
     * before a posting. */
    int64_t here[TERM_HERE_MAX];
    size_t here_count;
};

void terms_open(struct terms *terms, const uint8_t key[TERM_KEY_SIZE]);
void terms_close(struct terms *terms);
/* A word of the list; ids from 1. INVALID unless it is one or two words of letters, digits and
 * hyphens in lower case. */
MUST_USE enum result terms_add(struct terms *terms, int64_t id, struct text word);
/* A posting's text, or one of its parts. */
void terms_read(struct terms *terms, int64_t author, struct text text);
/* A week is over: counts[id] of authors for ids up to `most`, capped; all[id] the same without the
 * cap, for the house's own desk alone. The next week begins empty. */
void terms_take(struct terms *terms, int64_t *counts, int64_t *all, int64_t most);
