#include "board/account/specialty.h"

#include "board/roster/roster.h"
#include "core/conf.h"
#include "schema/roster.h"

#include <stdio.h>
#include <string.h>

/* `curbside specialties load FILE`: a list of codes as a whole or not at all. Columns are found by
 * name (scripts/roster/specialties.lua). */

enum { LOAD_ARENA_SIZE = 32 * 1024 * 1024, CODE_SIZE_MAX = 12 };

enum column { CODE, GROUPING, CLASSIFICATION, SPECIALIZATION, DEACTIVATED };
static const struct sheet_field wanted[] = {
    {"code", 0}, {"grouping", 0}, {"classification", 0}, {"specialization", 0}, {"deactivated", 0}};

struct entry {
    struct text code, classification, words;
};
struct load {
    struct import im; /* arena, map and sheet of it */
    struct lines lines;
    const char *path;
    struct entry entries[SPECIALTIES_MOST];
    size_t count;
    struct text why;
};

static bool fault(struct load *load, const char *why)
{
    load->why = text_of(why);
    return false;
}

static struct text kept(struct load *load, struct text text)
{
    return arena_text(&load->im.arena, text);
}

static bool row_take(struct load *load)
{
    const struct text *f = load->im.sheet.fields;
    struct text words = f[SPECIALIZATION].size > 0 ? f[SPECIALIZATION] : f[CLASSIFICATION];
    bool grouped = f[GROUPING].size > 0 && map_has(&load->im.map, "groupings");
    if ((grouped && !word_listed(&load->im.map, "groupings", f[GROUPING])) ||
        f[DEACTIVATED].size > 0)
        return true;
    if (f[CODE].size == 0 || f[CODE].size > CODE_SIZE_MAX ||
        memchr(f[CODE].data, ' ', f[CODE].size))
        return fault(load, "the code is missing or too long");
    if (words.size == 0)
        return fault(load, "there are no words for this code");
    for (size_t i = 0; i < load->count; i++) {
        if (text_equal(load->entries[i].code, f[CODE]))
            return fault(load, "this code stood in the file before");
    }
    if (load->count == SPECIALTIES_MOST)
        return fault(load, "more than 400 specialties: narrow `groupings` in its map");
    load->entries[load->count++] =
        (struct entry){kept(load, f[CODE]), kept(load, f[CLASSIFICATION]), kept(load, words)};
    return true;
}

static bool words_repeat(const struct load *load, size_t which)
{
    for (size_t i = 0; i < load->count; i++) {
        if (i != which && text_equal(load->entries[i].words, load->entries[which].words))
            return true;
    }
    return false;
}

/* "Addiction Medicine" stands under several: each then says which. Commas part what is shown. */
static void words_finish(struct load *load)
{
    struct text final[SPECIALTIES_MOST];
    for (size_t i = 0; i < load->count; i++) {
        const struct entry *e = &load->entries[i];
        struct text words = e->words;
        if (words_repeat(load, i) && !text_equal(e->words, e->classification))
            words = arena_format(&load->im.arena, "%.*s (%.*s)", (int)words.size, words.data,
                                 (int)e->classification.size, e->classification.data);
        char *plain = arena_take(&load->im.arena, words.size + 1);
        size_t size = 0;
        for (size_t at = 0; at < words.size; at++) {
            if (words.data[at] != ',')
                plain[size++] = words.data[at];
        }
        final[i] = text_cut((struct text){plain, size}, SPECIALTY_SIZE_MAX);
    }
    for (size_t i = 0; i < load->count; i++)
        load->entries[i].words = final[i];
}

static bool file_read(struct load *load)
{
    struct import *im = &load->im;
    struct text line;
    bool whole = true;
    if (!lines_next(&load->lines, &line, &whole) || !whole)
        return fault(load, "the file is empty");
    if (sheet_open(&im->sheet, &im->arena, &im->map, wanted, sizeof(wanted) / sizeof(*wanted),
                   kept(load, line), &load->why) != OK)
        return false;
    while (lines_next(&load->lines, &line, &whole)) {
        if (line.size == 0)
            continue;
        if (!whole || !text_is_utf8(text_bytes(line)))
            return fault(load, "not a line of UTF-8 text");
        if (!sheet_row(&im->sheet, &im->arena, line, &load->why) || !row_take(load))
            return false;
    }
    return load->count > 0 || fault(load, "there is no specialty of a physician in it");
}

static enum result store_write(struct load *load)
{
    struct db *db = NULL;
    enum result result =
        db_open(&db, &roster_store, conf_store("roster"), ROLE_OPERATOR, DB_FOLD, 0);
    if (result != OK)
        return result;
    result = db_begin(db);
    if (result == OK)
        result = roster_specialties_clear(db);
    for (size_t i = 0; i < load->count && result == OK; i++)
        result = roster_specialty_add(db, load->entries[i].code, load->entries[i].classification,
                                      load->entries[i].words);
    if (result == OK)
        result = db_commit(db);
    else
        db_rollback(db);
    db_close(db);
    return result;
}

int specialties_load(const char *path)
{
    static struct load load;
    int status = 1;
    memset(&load, 0, sizeof(load));
    arena_open(&load.im.arena, LOAD_ARENA_SIZE);
    load.path = path;
    enum result result = list_map_open(&load.im, "specialties", &load.why);
    if (result == OK) {
        lines_open(&load.lines, path);
        result = file_read(&load) ? OK : INVALID;
        if (!lines_close(&load.lines) && result == OK)
            result = fault(&load, "the file broke off here") ? OK : INVALID;
    }
    if (result == OK) {
        words_finish(&load);
        result = store_write(&load);
    }
    if (result == OK) {
        printf("%zu specialties\n", load.count);
        status = 0;
    } else if (load.why.data != NULL) {
        fprintf(stderr, "curbside-clerk: %s: line %lld: %.*s; nothing was changed\n", path,
                (long long)load.lines.number, (int)load.why.size, load.why.data);
    } else {
        fprintf(stderr, "curbside-clerk: roster.db: %s\n", result_name(result));
    }
    arena_close(&load.im.arena);
    return status;
}
