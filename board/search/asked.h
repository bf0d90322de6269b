#pragma once
/* What a person typed into the search, read: words with how often they were said, "phrases in
 * quotes", -words to leave out, beginnings* and filters (topic: author: state: kind: since:). It is
 * a reading and never a check: whatever is not one of these is only words, and nothing that comes
 * out of here can be anything but letters, digits and single blanks. */
#include "core/arena.h"

enum { ASKED_WORDS_MAX = 128, ASKED_WORD_SIZE_MAX = 64, ASKED_PREFIX_SIZE_MIN = 3 };

struct asked_word {
    struct text stem; /* asked_stem of a single word */
    struct text text; /* lower case, NUL-terminated; a phrase has single blanks inside */
    int64_t times;    /* how often it was said */
    bool capital;     /* was typed in capitals */
    size_t place;     /* which word of all it was, when first said */
    bool stop;        /* says nothing about what is asked */
    bool phrase;      /* stood in quotes: must be there */
    bool unwanted;    /* must not be there */
    bool prefix;      /* also the beginning of longer words */
};
/* Absent or 0: any. */
struct asked_filter {
    struct text topic, author, state, kind, since; /* lower case, as typed */
    int64_t since_ms;
};
struct asked {
    struct asked_word words[ASKED_WORDS_MAX];
    size_t count;
    size_t seen;    /* words so far, however often */
    size_t telling; /* of them: no stop words */
    struct asked_filter filter;
    bool filtered;
    bool letter; /* more than 15 words: no phrases and exclusions were read in it */
};

/* `most`: telling words kept, the first ones (stop words are cheap: they are not looked for).
 * `plain`: a title rather than a search, so there are no filters, phrases and exclusions in it; nor
 * are there in a text of more than 15 words. `today_ms`: what since:30d counts from. */
void asked_read(struct arena *arena, struct text typed, size_t most, bool plain, int64_t today_ms,
                struct asked *asked);
/* A lower-case word without a common ending: words are forms of one when these are equal. */
struct text asked_stem(struct text word);
/* The next word of a text from *at on, lower case, in the arena; false at the end. */
bool asked_next(struct arena *arena, struct text text, size_t *at, struct text *word);
bool asked_ends_in_word(struct text text);
bool asked_stop(struct text word); /* NUL-terminated */
