/* Loading the tables of medical words: tab separated, with a line of headings. */
#include "board/clerk/tools.h"
#include "board/search/vocab.h"

#include "core/buf.h"
#include "core/conf.h"
#include "schema/vocab.h"

#include <stdio.h>
#include <string.h>

enum { LOAD_ARENA_SIZE = 8 * 1024 * 1024, FIELDS_MAX = 12, NAME_SIZE_MAX = 120, ALONE = 1 };

/* A kind of table: its columns by name, and whether the two mean each other. */
struct table {
    const char *name;
    int64_t kind;
    const char *from, *to;
    const char *weight; /* a column with a count; NULL: none */
    bool both;
    const char *what;
};
static const struct table tables[] = {
    {"abbreviations", VOCAB_ABBREVIATION, "short", "long", "sense_frequency", false,
     "abbreviations"},
    {"brands", VOCAB_BRAND, "brand", "generic", NULL, true, "brand and generic names"},
    {"synonyms", VOCAB_SYNONYM, "focus", "synonym", NULL, true, "other names"},
};
enum { TABLES = sizeof tables / sizeof tables[0] };

struct load {
    const struct table *table;
    struct db *db;
    struct arena arena;
    size_t from, to, weight; /* columns; FIELDS_MAX: none */
    int64_t rows, left_out;
};

static enum result store_open(struct db **db, enum db_mode mode)
{
    return db_open(db, &vocab_store, conf_store("vocab"), ROLE_OPERATOR, mode, 0);
}

enum result vocab_make(void)
{
    struct db *db = NULL;
    enum result result = store_open(&db, DB_FOLD);
    if (result == OK)
        db_close(db);
    return result;
}

static size_t fields_read(struct text line, struct text *fields)
{
    size_t count = 0;
    while (count < FIELDS_MAX && text_next(&line, '\t', &fields[count]))
        count++;
    return count;
}

/* Lower case, words and single blanks: as the search reads what is typed. */
static struct text name_read(struct arena *arena, struct text field)
{
    struct buf out;
    struct text word;
    size_t at = 0;
    buf_open(&out, arena, field.size + 1);
    while (asked_next(arena, field, &at, &word)) {
        if (out.size > 0)
            buf_char(&out, ' ');
        buf_add(&out, word.data, word.size);
    }
    return buf_done(&out);
}

static bool columns_find(struct load *load, struct text line)
{
    struct text fields[FIELDS_MAX];
    const size_t count = fields_read(line, fields);
    load->from = load->to = load->weight = FIELDS_MAX;
    for (size_t i = 0; i < count; i++) {
        if (text_is(fields[i], load->table->from))
            load->from = i;
        else if (text_is(fields[i], load->table->to))
            load->to = i;
        else if (load->table->weight != NULL && text_is(fields[i], load->table->weight))
            load->weight = i;
    }
    return load->from < FIELDS_MAX && load->to < FIELDS_MAX;
}

static enum result row_load(struct load *load, struct text line)
{
    struct text fields[FIELDS_MAX];
    int64_t weight = ALONE;
    const size_t count = fields_read(line, fields);
    const bool whole = load->from < count && load->to < count;
    const struct text from = whole ? name_read(&load->arena, fields[load->from]) : NO_TEXT;
    const struct text to = whole ? name_read(&load->arena, fields[load->to]) : NO_TEXT;
    if (from.size == 0 || to.size == 0 || from.size > NAME_SIZE_MAX || to.size > NAME_SIZE_MAX ||
        text_equal(from, to)) {
        load->left_out++;
        return OK;
    }
    if (load->weight < count && !text_int(fields[load->weight], 1, 1000000000, &weight))
        weight = ALONE;
    enum result result = vocab_word_add(load->db, from, load->table->kind, to, weight);
    if (result == OK && load->table->both)
        result = vocab_word_add(load->db, to, load->table->kind, from, weight);
    load->rows++;
    return result;
}

static enum result file_load(struct load *load, const char *path)
{
    static struct lines lines;
    struct text line;
    bool whole = true;
    lines_open(&lines, path);
    enum result result = vocab_kind_clear(load->db, load->table->kind);
    if (!lines_next(&lines, &line, &whole) || !columns_find(load, line)) {
        fprintf(stderr, "curbside-clerk: the first line of %s must name the columns %s and %s\n",
                path, load->table->from, load->table->to);
        result = INVALID;
    }
    while (result == OK && lines_next(&lines, &line, &whole)) {
        arena_reset(&load->arena, 0);
        if (whole)
            result = row_load(load, line);
        else
            load->left_out++;
    }
    if (!lines_close(&lines) && result == OK)
        result = BROKEN;
    return result;
}

int vocab_load(const char *kind, const char *path)
{
    static struct load load;
    for (size_t i = 0; i < TABLES; i++) {
        if (strcmp(tables[i].name, kind) == 0)
            load.table = &tables[i];
    }
    if (load.table == NULL) {
        fprintf(stderr, "curbside-clerk: the kind is abbreviations, brands or synonyms\n");
        return 2;
    }
    arena_open(&load.arena, LOAD_ARENA_SIZE);
    enum result result = store_open(&load.db, DB_FOLD);
    if (result == OK)
        result = db_begin(load.db);
    if (result == OK) {
        result = file_load(&load, path);
        if (result == OK)
            result = db_commit(load.db);
        else
            db_rollback(load.db);
    }
    if (result == OK)
        printf("%lld rows of %s loaded, %lld left out\n", (long long)load.rows, load.table->what,
               (long long)load.left_out);
    else
        fprintf(stderr, "curbside-clerk: nothing was loaded: %s\n", result_name(result));
    db_close(load.db);
    arena_close(&load.arena);
    return result == OK ? 0 : 1;
}

int vocab_list(void)
{
    struct db *db = NULL;
    struct arena arena;
    arena_open(&arena, LOAD_ARENA_SIZE);
    enum result result = store_open(&db, DB_FOLD);
    for (size_t i = 0; i < TABLES && result == OK; i++) {
        struct vocab_kind_count_row row;
        result = vocab_kind_count(db, &arena, tables[i].kind, &row);
        if (result == OK)
            printf("%s\t%lld\n", tables[i].name, (long long)row.words);
    }
    if (result != OK)
        fprintf(stderr, "curbside-clerk: vocab.db cannot be read: %s\n", result_name(result));
    db_close(db);
    arena_close(&arena);
    return result == OK ? 0 : 1;
}
