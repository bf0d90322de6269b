#pragma once
/* Inside of the import of public lists. Rows are read one by one, gathered in a batch of fixed
 * size, sorted, and merged into roster.db in the order of their keys: so memory stays the same
 * however long the list is, and the store is walked once a batch instead of at random.
 *
 * What is particular to a kind of list (NPPES, a state's board, LEIE) stands in its struct
 * list_kind; names of columns and words stand in scripts/roster. */
#include "board/roster/sheet.h"
#include "board/clerk/tools.h"

enum { ITEM_VALUES_MAX = 24, ITEM_VALUE_SIZE = 1024 };

/* One row as it is to stand in the store. */
struct item {
    int64_t line;    /* of the file */
    uint64_t prefix; /* sorts: the number itself, or the first bytes of the key */
    int64_t content; /* digest of the values, made by the batch */
    size_t count;
    struct text values[ITEM_VALUES_MAX];
};

/* The row of the same key that holds now. */
struct version {
    int64_t since, seen, gone, content;
};

/* Where a walk along the primary key is. */
struct place {
    int64_t number; /* NPI or id */
    struct text key, profession;
    int64_t since;
    char rooms[2][ITEM_VALUE_SIZE]; /* where the texts lie */
};

struct batch; /* roster_batch.c */
struct import;

struct list_kind {
    const struct sheet_field *fields;
    size_t field_count;
    size_t keys; /* so many of the values are the key beside the prefix */
    /* One row of the sheet as an item. False and *why: it is left out, and named. */
    bool (*read)(struct import *import, struct item *item, const char **why);
    /* The statements of its table (schema/roster/query/import.sql). */
    enum result (*same)(struct import *import, const struct item *item); /* db_changes: 1 if so */
    enum result (*now)(struct import *import, const struct item *item, struct version *version);
    enum result (*add)(struct import *import, const struct item *item);
    enum result (*end)(struct import *import, const struct item *item, int64_t since);
    /* Walks: the next few rows behind *place that the file did not have, marked as gone; rows left
     * over, cleared. *place moves; *count: how many were there. */
    enum result (*unseen)(struct import *import, struct place *place, size_t *count);
    enum result (*clear)(struct import *import, struct place *place, size_t *count);
};
extern const struct list_kind list_nppes, list_board, list_leie;

struct counts {
    int64_t line; /* of the file: all up to here is counted */
    int64_t added, changed, same, gone, refused, repeated;
};

struct import {
    struct db *db;
    struct arena arena; /* the map and the first line; behind them, a row at a time */
    const struct list_kind *kind;
    struct map map;
    struct sheet sheet;
    struct text list;  /* nppes, leie, board:MO */
    struct text state; /* of a board */
    struct text as_of, row_as_of;
    struct text older_as_of; /* what stood before: for rows that are gone */
    int64_t shown;           /* the generation readers see */
    int64_t generation;      /* this import's */
    bool first;              /* nothing was there before */
    struct batch *batch;
    struct counts counts;
    int64_t words_unknown; /* status words that the map does not have */
};

enum { ROSTER_WALK = 1000 }; /* rows of one step of a walk */

/* --- roster_batch.c --- */
struct batch *batch_new(void);
void batch_free(struct batch *batch);
/* False: it is full, merge first. */
bool batch_add(struct batch *batch, const struct item *item);
size_t batch_count(const struct batch *batch);
/* Merge all of it and empty it; inside a transaction. */
MUST_USE enum result batch_merge(struct import *import);

/* A text as it is kept: absent as empty, cut to what a value may hold. */
struct text value_of(struct text text);
struct text place_text(struct place *place, size_t room, struct text text);

/* --- roster_words.c: what maps say of days, states and statuses --- */
/* The day in one of the map's forms as 2026-03-14; '' for anything else. */
struct text day_read(struct import *import, struct text day);
/* The board's word in neutral words; "unknown" and counted if the map does not have it. */
struct text status_read(struct import *import, struct text word);
/* Whether `word` stands in the map's list at `path`, whatever its case. */
bool word_listed(const struct map *map, const char *path, struct text word);
/* The map of a list: STATE/scripts/roster/NAME.lua, else the one that came with the program. */
MUST_USE enum result list_map_open(struct import *import, const char *name, struct text *why);

/* --- roster_import.c --- */
struct import_ask {
    const char *list, *path;
    const char *as_of;  /* NULL: from the file's name, else its date */
    const char *scope;  /* "full": what is not in it is gone; "update" */
    const char *shrink; /* "no": more than a tenth gone is taken for a broken file */
};
int roster_import(const struct import_ask *ask);
