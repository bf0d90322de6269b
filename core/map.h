#pragma once
/* A map: one Lua file that gives one table of words, and does nothing else. It runs with no
 * function and no variable to be seen, at most so many steps and bytes; what it returns is read
 * once into plain texts and the Lua state is closed. Used where people describe things of others
 * (the columns of a list) in data that the program reads.
 *
 * A value is found by its path: the keys joined by dots, list places counted from 1, such as
 * "columns.number.1". Numbers and truth values are texts too ("12", "true"). */
#include "core/arena.h"

enum {
    MAP_TEXT_MAX = 64 * 1024,     /* bytes of the file */
    MAP_MEMORY_MAX = 1024 * 1024, /* of its Lua state */
    MAP_STEPS_MAX = 20000,        /* Lua instructions */
    MAP_ENTRIES_MAX = 2000,
    MAP_DEPTH_MAX = 4,
    MAP_PATH_MAX = 200, /* bytes of a path */
};

struct map_entry {
    struct text path, value;
};
struct map {
    struct map_entry *entries; /* in order of path; in the arena */
    size_t count;
};

/* INVALID and *why (one line, in the arena; names the script's line or the key). */
MUST_USE enum result map_read(struct map *map, struct arena *arena, struct text script,
                              struct text *why);
/* NO_TEXT when there is no such value. */
struct text map_get(const struct map *map, const char *path);
/* The place'th (from 1) of the list at `path`; NO_TEXT behind its end. */
struct text map_at(const struct map *map, const char *path, size_t place);
/* Whether anything stands at or below `path`. */
bool map_has(const struct map *map, const char *path);
