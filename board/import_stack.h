#pragma once
/* What an import of a Stack Exchange dump must know of a post before it comes to it: votes,
 * comments, and which answers were accepted. It lies in two files without names, found by the
 * post's number, so that memory does not grow with the dump. */
#include "core/arena.h"

enum { NOTES_POST_MAX = 400 * 1000 * 1000, NOTES_COMMENTS = 5 };

struct notes {
    int posts, comments;   /* descriptors */
    int64_t comments_size; /* of the second file */
};
struct note {
    uint32_t up, down;
    uint32_t accepted, taken; /* taken: this question was sent */
    int64_t comment;          /* where its latest comment lies, from 1; 0: none */
};

/* Exits with a message when there is no room for them. */
void notes_open(struct notes *notes);
void notes_close(struct notes *notes);
/* All zero for a post nothing is known of. */
struct note note_get(const struct notes *notes, int64_t post);
void note_put(const struct notes *notes, int64_t post, struct note note);
/* False when the number is none a post can have. */
bool note_number(int64_t post);
void note_comment(struct notes *notes, int64_t post, int64_t score, struct text text);
/* A post's best comments as Markdown, in the order they were made; "" when there are none. */
struct text note_comments(const struct notes *notes, struct arena *arena, int64_t post);
