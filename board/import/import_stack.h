#pragma once
/* What an import of a Stack Exchange dump must know of a post before it comes to it: votes, which
 * answers were accepted, which posts say what a topic is about. It lies in two files without names,
 * found by the post's number, so that memory does not grow with the dump. */
#include "core/arena.h"

enum { NOTES_POST_MAX = 400 * 1000 * 1000 };

struct notes {
    int posts, words;   /* descriptors */
    int64_t words_size; /* of the second file */
};
struct note {
    uint32_t up, down;
    uint8_t accepted, taken, tag; /* taken: it was sent; tag: it says what a topic is about */
    uint8_t unused[5];
    int64_t words; /* of one of those: where its text lies, from 1; 0: not seen */
};

/* Exits with a message when there is no room for them. */
void notes_open(struct notes *notes);
void notes_close(struct notes *notes);
/* All zero for a post nothing is known of. */
struct note note_get(const struct notes *notes, int64_t post);
void note_put(const struct notes *notes, int64_t post, struct note note);
/* False when the number is none a post can have. */
bool note_number(int64_t post);
/* Keep a post's text, and read it again; "" when none was kept. */
void note_words_put(struct notes *notes, int64_t post, struct text text);
struct text note_words_get(const struct notes *notes, struct arena *arena, int64_t post);
