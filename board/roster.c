#include "board/tools.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/roster.h"

#include <stdio.h>
#include <string.h>

enum { FIELDS_MAX = 400, ROWS_PER_COMMIT = 2000, TAXONOMIES_MAX = 15, FAULTS_SHOWN = 20 };

/* Where a list's columns stand, found by name in its first line: order and number differ between
 * files. */
struct columns {
    struct text names[FIELDS_MAX];
    size_t count;
    struct text fields[FIELDS_MAX];
    size_t field_count;
};

static struct text field(const struct columns *c, const char *name)
{
    for (size_t i = 0; i < c->count && i < c->field_count; i++) {
        if (text_is(c->names[i], name))
            return c->fields[i];
    }
    return TEXT("");
}

static bool column_is_there(const struct columns *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++) {
        if (text_is(c->names[i], name))
            return true;
    }
    return false;
}

struct import {
    struct db *db;
    struct arena arena;
    struct columns columns;
    struct text as_of, list, state;
    int64_t rows, faults;
};

/* 07/14/2026 or 2026-07-14 as 2026-07-14; '' for anything else. */
static struct text day_fold(struct arena *arena, struct text day)
{
    if (day.size >= 10 && day.data[4] == '-' && day.data[7] == '-')
        return (struct text){day.data, 10};
    if (day.size == 10 && day.data[2] == '/' && day.data[5] == '/')
        return arena_format(arena, "%.4s-%.2s-%.2s", day.data + 6, day.data, day.data + 3);
    return TEXT("");
}

static enum result licence_import(struct import *im, const char **why)
{
    const struct columns *c = &im->columns;
    struct text number = field(c, "lic_number"), last = field(c, "prc_last_name");
    struct text discipline = field(c, "discipline");
    bool disciplined = discipline.size > 0 && !text_is(discipline, "N");
    if (number.size == 0 || last.size == 0) {
        *why = "no licence number or no last name";
        return INVALID;
    }
    return roster_licence_set(im->db, im->state, number, field(c, "lic_profession"),
                              field(c, "prc_first_name"), last, TEXT(""),
                              field(c, "lst_description"),
                              day_fold(&im->arena, field(c, "lic_orig_issue_date")),
                              day_fold(&im->arena, field(c, "lic_exp_date")),
                              disciplined ? discipline : TEXT(""), im->list, im->as_of);
}

static enum result taxonomies_import(struct import *im, struct text npi)
{
    const struct columns *c = &im->columns;
    enum result result = roster_provider_taxonomy_clear(im->db, npi);
    for (int i = 1; i <= TAXONOMIES_MAX && result == OK; i++) {
        struct text code =
            field(c, arena_format(&im->arena, "Healthcare Provider Taxonomy Code_%d", i).data);
        if (code.size == 0)
            continue;
        result = roster_provider_taxonomy_add(
            im->db, npi, i, code,
            field(c, arena_format(&im->arena, "Provider License Number State Code_%d", i).data),
            field(c, arena_format(&im->arena, "Provider License Number_%d", i).data),
            text_is(field(c, arena_format(&im->arena,
                                          "Healthcare Provider Primary Taxonomy Switch_%d", i)
                                 .data),
                    "Y"));
    }
    return result;
}

static enum result provider_import(struct import *im, const char **why)
{
    const struct columns *c = &im->columns;
    struct text npi = field(c, "NPI"), entity = field(c, "Entity Type Code");
    if (!npi_valid(npi)) {
        *why = "the NPI's check digit is wrong";
        return INVALID;
    }
    enum result result = roster_provider_set(
        im->db, npi,
        text_is(entity, "1")   ? 1
        : text_is(entity, "2") ? 2
                               : 0,
        field(c, "Provider First Name"), field(c, "Provider Last Name (Legal Name)"),
        field(c, "Provider Other First Name"), field(c, "Provider Other Last Name"),
        field(c, "NPI Deactivation Date"), field(c, "NPI Reactivation Date"), im->list, im->as_of);
    return result == OK ? taxonomies_import(im, npi) : result;
}

/* All that is kept of a line is in the store afterwards; its memory is given back. */
static enum result line_import(struct import *im, struct text line, char separator, size_t mark,
                               int64_t number)
{
    const char *why = "";
    bool nppes = text_is(im->list, "nppes");
    enum result result = INVALID;
    im->columns.field_count =
        fields_read(&im->arena, line, separator, im->columns.fields, FIELDS_MAX);
    if (!text_is_utf8(text_bytes(line)))
        why = "not UTF-8";
    else if (im->columns.field_count != im->columns.count)
        why = "another number of fields than the first line";
    else
        result = nppes ? provider_import(im, &why) : licence_import(im, &why);
    if (result == INVALID && ++im->faults <= FAULTS_SHOWN)
        fprintf(stderr, "line %lld: %s\n", (long long)number, why);
    im->rows += result == OK;
    arena_reset(&im->arena, mark);
    return result == INVALID ? OK : result;
}

static enum result lines_import(struct import *im, struct lines *lines, char separator)
{
    struct text line;
    bool whole = true;
    size_t mark = im->arena.used;
    int64_t start_us = clock_steady_us();
    enum result result = db_begin(im->db);
    while (result == OK && lines_next(lines, &line, &whole)) {
        if (line.size > 0)
            result = line_import(im, whole ? line : TEXT(""), separator, mark, lines->number);
        if (result == OK && lines->number % ROWS_PER_COMMIT == 0) {
            result = db_commit(im->db);
            fprintf(stderr, "\r%lld rows, %lld rows/s ", (long long)im->rows,
                    (long long)(im->rows * 1000000 / (clock_steady_us() - start_us + 1)));
            if (result == OK)
                result = db_begin(im->db);
        }
    }
    if (result == OK)
        result = roster_list_set(im->db, im->list, im->rows, im->as_of);
    if (result == OK)
        return db_commit(im->db);
    db_rollback(im->db);
    return result;
}

static bool header_read(struct import *im, struct lines *lines, char separator)
{
    struct text line;
    bool whole = true;
    if (!lines_next(lines, &line, &whole) || !whole)
        return false;
    if (text_starts(line, "\xef\xbb\xbf"))
        line = (struct text){line.data + 3, line.size - 3};
    im->columns.count = fields_read(&im->arena, line, separator, im->columns.names, FIELDS_MAX);
    if (text_is(im->list, "nppes"))
        return column_is_there(&im->columns, "NPI") &&
               column_is_there(&im->columns, "Provider Last Name (Legal Name)") &&
               column_is_there(&im->columns, "Healthcare Provider Taxonomy Code_1");
    return column_is_there(&im->columns, "lic_number") &&
           column_is_there(&im->columns, "prc_last_name") &&
           column_is_there(&im->columns, "lic_exp_date");
}

int roster_import(const char *list, const char *path)
{
    static struct import im;
    struct lines lines;
    bool nppes = strcmp(list, "nppes") == 0;
    bool board = strncmp(list, "board:", 6) == 0 && strlen(list) == 8;
    if (!nppes && !board) {
        fprintf(stderr, "curbside-clerk: the list is nppes or board:XX\n");
        return 2;
    }
    arena_open(&im.arena, 64 * 1024 * 1024);
    im.list = text_of(list);
    im.state = board ? text_of(list + 6) : TEXT("");
    im.as_of = clock_iso(&im.arena, clock_now_ms());
    im.as_of.size = 10;
    char separator = strstr(path, ".tsv") != NULL ? '\t' : ',';
    enum result result =
        db_open(&im.db, &roster_store, conf_store("roster"), ROLE_OPERATOR, DB_FOLD, 0);
    lines_open(&lines, path);
    bool headed = result == OK && header_read(&im, &lines, separator);
    if (result == OK && !headed)
        fprintf(stderr, "curbside-clerk: %s: the first line lacks the columns of %s\n", path, list);
    if (headed)
        result = lines_import(&im, &lines, separator);
    bool ended = lines_close(&lines);
    if (im.db != NULL)
        db_close(im.db);
    fprintf(stderr, "\r");
    if (headed)
        printf("%lld rows imported, %lld lines refused\n", (long long)im.rows,
               (long long)im.faults);
    if (!ended)
        fprintf(stderr, "curbside-clerk: %s broke off before its end\n", path);
    if (result != OK)
        fprintf(stderr, "curbside-clerk: roster.db: %s\n", result_name(result));
    arena_close(&im.arena);
    return result == OK && headed && ended ? 0 : 1;
}

static enum result application_match(struct import *im, struct text today, int64_t counts[3],
                                     int64_t *agree, int64_t *expected)
{
    const struct columns *c = &im->columns;
    const struct application application = {field(c, "first_name"),    field(c, "last_name"),
                                            field(c, "npi"),           field(c, "licence_number"),
                                            field(c, "licence_state"), TEXT("")};
    struct match match;
    enum result result = match_application(im->db, &im->arena, &application, today, &match);
    if (result != OK)
        return result;
    struct text name = field(c, "application"), want = field(c, "expected");
    counts[match.advice]++;
    *expected += want.size > 0;
    *agree += want.size > 0 && text_is(want, advice_name(match.advice));
    printf("%.*s\t%s\t%s", (int)name.size, name.data, advice_name(match.advice), match.reason);
    if (want.size > 0 && !text_is(want, advice_name(match.advice)))
        printf("\texpected %.*s", (int)want.size, want.data);
    printf("\n");
    return OK;
}

int roster_match(const char *path, const char *today_or_null)
{
    static struct import im;
    struct lines lines;
    struct text line, today = text_of(today_or_null);
    bool whole = true;
    int64_t counts[3] = {0}, agree = 0, expected = 0;
    arena_open(&im.arena, 64 * 1024 * 1024);
    if (today_or_null == NULL) {
        today = clock_iso(&im.arena, clock_now_ms());
        today.size = 10;
    }
    enum result result =
        db_open(&im.db, &roster_store, conf_store("roster"), ROLE_OPERATOR, DB_READ, 0);
    if (result != OK) {
        fprintf(stderr, "curbside-clerk: no list has been imported\n");
        return 1;
    }
    lines_open(&lines, path);
    if (lines_next(&lines, &line, &whole))
        im.columns.count = fields_read(&im.arena, line, '\t', im.columns.names, FIELDS_MAX);
    size_t mark = im.arena.used;
    while (result == OK && lines_next(&lines, &line, &whole)) {
        im.columns.field_count = fields_read(&im.arena, line, '\t', im.columns.fields, FIELDS_MAX);
        result = application_match(&im, today, counts, &agree, &expected);
        arena_reset(&im.arena, mark);
    }
    bool ended = lines_close(&lines);
    printf("accept %lld, review %lld, reject %lld", (long long)counts[ADVICE_ACCEPT],
           (long long)counts[ADVICE_REVIEW], (long long)counts[ADVICE_REJECT]);
    if (expected > 0)
        printf("; %lld of %lld as expected", (long long)agree, (long long)expected);
    printf("\n");
    db_close(im.db);
    arena_close(&im.arena);
    return result == OK && ended ? 0 : 1;
}
