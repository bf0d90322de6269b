#pragma once
/* The public list of words whose authors are counted. Words are only ever added, for reports name
 * them; a new one counts from the next whole week on. */
#include "core/db.h"

/* Adds a list: one word a line, behind a tab perhaps "drug" or "event"; '#' begins a remark.
 * *words: how many stand in it. INVALID and *why with the line's number; nothing is added then. */
MUST_USE enum result vocabulary_add(struct db *db, struct arena *arena, struct text list,
                                    int64_t *words, struct text *why);
/* A store without words gets the list the house starts with (scripts/insight/words.txt); one whose
 * words have no kind yet, from before there were any, learns the kinds from it. */
MUST_USE enum result vocabulary_begin(struct db *db, struct arena *arena);
/* The whole file, up to 1 MiB; false if it cannot be read. */
bool vocabulary_file(struct arena *arena, const char *path, struct text *list);
