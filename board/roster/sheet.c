#include "board/roster/sheet.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* --- the first line --- */

static bool same_name(struct text column, struct text alias, size_t number)
{
    char digits[24] = "";
    size_t at = 0;
    if (number > 0)
        (void)snprintf(digits, sizeof(digits), "%zu", number);
    for (size_t i = 0; i < alias.size; i++) {
        bool hash = number > 0 && alias.data[i] == '#';
        size_t size = hash ? strlen(digits) : 1;
        for (size_t j = 0; j < size; j++) {
            char a = hash ? digits[j] : alias.data[i];
            char b = at < column.size ? column.data[at] : 0;
            at++;
            a = (char)(a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a);
            b = (char)(b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
            if (a != b)
                return false;
        }
    }
    return at == column.size;
}

/* The place of the column that goes under one of the field's names; SIZE_MAX if there is none. */
static size_t column_find(const struct text *columns, size_t count, const struct map *map,
                          const char *field, size_t number)
{
    char path[MAP_PATH_MAX];
    int size = snprintf(path, sizeof(path), "columns.%s", field);
    assert(size > 0 && (size_t)size < sizeof(path));
    for (size_t place = 1;; place++) {
        struct text alias = map_at(map, path, place);
        if (alias.data == NULL)
            return SIZE_MAX;
        for (size_t i = 0; i < count; i++) {
            if (same_name(columns[i], alias, number))
                return i;
        }
    }
}

/* One cell of a line: *at moves behind it and its separator. */
enum cell { CELL_OK, CELL_DOUBLED, CELL_OPEN, CELL_TRAILING };
static enum cell cell_cut(const struct sheet *sheet, const char **at, const char *end,
                          struct text *cell)
{
    const char *start = *at, *stop;
    bool doubled = false;
    if (sheet->quoted && start < end && *start == '"') {
        start++;
        stop = start;
        for (;;) {
            stop = stop < end ? memchr(stop, '"', (size_t)(end - stop)) : NULL;
            if (stop == NULL)
                return CELL_OPEN;
            if (stop + 1 == end || stop[1] != '"')
                break;
            doubled = true;
            stop += 2;
        }
        *at = stop + 1;
        if (*at < end && **at != sheet->separator)
            return CELL_TRAILING;
    } else {
        stop = start < end ? memchr(start, sheet->separator, (size_t)(end - start)) : NULL;
        stop = stop == NULL ? end : stop;
        *at = stop;
    }
    *cell = (struct text){start, (size_t)(stop - start)};
    return doubled ? CELL_DOUBLED : CELL_OK;
}

static struct text cell_undouble(struct arena *arena, struct text cell)
{
    char *out = arena_take_raw(arena, cell.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < cell.size; i++) {
        out[size++] = cell.data[i];
        if (cell.data[i] == '"')
            i++;
    }
    return (struct text){out, size};
}

static size_t header_cut(const struct sheet *sheet, struct text line, struct text *columns)
{
    const char *at = line.data, *end = line.data + line.size;
    size_t count = 0;
    for (; count < SHEET_COLUMNS_MAX; at++) {
        enum cell kind = cell_cut(sheet, &at, end, &columns[count]);
        if (kind != CELL_OK && kind != CELL_DOUBLED)
            return 0;
        columns[count] = text_trim(columns[count]);
        count++;
        if (at >= end)
            break;
    }
    return at >= end ? count : SHEET_COLUMNS_MAX + 1;
}

/* The first of the map's `needed` that no column stands for; NO_TEXT if all are there. */
static struct text needed_missing(const struct map *map, const struct text *columns, size_t count)
{
    for (size_t place = 1;; place++) {
        struct text field = map_at(map, "needed", place);
        if (field.data == NULL)
            return NO_TEXT;
        if (column_find(columns, count, map, field.data, 1) == SIZE_MAX)
            return field;
    }
}

static void fields_place(struct sheet *sheet, const struct map *map,
                         const struct sheet_field *wanted, size_t count, const struct text *columns)
{
    for (size_t i = 0; i < SHEET_COLUMNS_MAX; i++)
        sheet->field_of[i] = -1;
    sheet->field_count = sheet->wanted_end = 0;
    for (size_t i = 0; i < count; i++) {
        size_t times = wanted[i].repeat > 0 ? wanted[i].repeat : 1;
        for (size_t n = 1; n <= times; n++) {
            size_t column = column_find(columns, sheet->column_count, map, wanted[i].name,
                                        wanted[i].repeat > 0 ? n : 0);
            assert(sheet->field_count < SHEET_FIELDS_MAX);
            sheet->fields[sheet->field_count] = TEXT("");
            if (column != SIZE_MAX) {
                sheet->field_of[column] = (int16_t)sheet->field_count;
                if (column >= sheet->wanted_end)
                    sheet->wanted_end = column + 1;
            }
            sheet->field_count++;
        }
    }
}

static struct text missing_say(struct arena *arena, const struct map *map, struct text field)
{
    struct text alias =
        map_at(map, arena_format(arena, "columns.%.*s", (int)field.size, field.data).data, 1);
    return arena_format(arena, "the first line lacks the column \"%.*s\"", (int)alias.size,
                        alias.data == NULL ? "" : alias.data);
}

enum result sheet_open(struct sheet *sheet, struct arena *arena, const struct map *map,
                       const struct sheet_field *wanted, size_t count, struct text line,
                       struct text *why)
{
    struct text *columns = arena_array(arena, struct text, SHEET_COLUMNS_MAX + 1);
    struct text missing = NO_TEXT;
    bool too_many = false;
    if (text_starts(line, "\xef\xbb\xbf"))
        line = (struct text){line.data + 3, line.size - 3};
    line = arena_text(arena, line);
    for (size_t place = 1;; place++) {
        struct text separator = map_at(map, "separators", place);
        if (separator.size != 1)
            break;
        sheet->separator = separator.data[0];
        sheet->quoted = sheet->separator == ',';
        sheet->column_count = header_cut(sheet, line, columns);
        too_many = too_many || sheet->column_count > SHEET_COLUMNS_MAX;
        if (sheet->column_count > SHEET_COLUMNS_MAX)
            continue;
        struct text lacks = needed_missing(map, columns, sheet->column_count);
        if (lacks.data == NULL) {
            fields_place(sheet, map, wanted, count, columns);
            return OK;
        }
        if (missing.data == NULL || sheet->column_count > 1)
            missing = lacks;
    }
    *why = too_many               ? TEXT("the first line has more than 1000 columns")
           : missing.data == NULL ? TEXT("its map names no separator")
                                  : missing_say(arena, map, missing);
    return INVALID;
}

/* --- the rows --- */

static bool row_complain(struct arena *arena, struct text *why, const char *words)
{
    *why = arena_text(arena, text_of(words));
    return false;
}

/* Wide lists are mostly empty quoted cells: how many times eight of them stand here. */
static size_t empties_skip(const struct sheet *sheet, const char **at, const char *end)
{
    static const char commas[] = "\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",";
    size_t count = 0;
    if (!sheet->quoted)
        return 0;
    for (; end - *at > 24 && memcmp(*at, commas, 24) == 0; *at += 24)
        count += 8;
    for (; end - *at > 3 && memcmp(*at, commas, 3) == 0; *at += 3)
        count++;
    return count;
}

bool sheet_row(struct sheet *sheet, struct arena *arena, struct text line, struct text *why)
{
    const char *at = line.data, *end = line.data + line.size;
    size_t column = 0;
    for (size_t i = 0; i < sheet->field_count; i++)
        sheet->fields[i] = TEXT("");
    for (;;) {
        struct text cell = TEXT("");
        column += empties_skip(sheet, &at, end);
        enum cell kind = cell_cut(sheet, &at, end, &cell);
        if (kind == CELL_OPEN)
            return row_complain(arena, why, "a quote is open at the end of the line");
        if (kind == CELL_TRAILING)
            return row_complain(arena, why, "text behind a closing quote");
        if (column < sheet->wanted_end && sheet->field_of[column] >= 0)
            sheet->fields[sheet->field_of[column]] =
                text_trim(kind == CELL_DOUBLED ? cell_undouble(arena, cell) : cell);
        column++;
        if (at >= end)
            break;
        at++;
    }
    if (column == sheet->column_count)
        return true;
    *why =
        arena_format(arena, "%zu fields, but the first line has %zu", column, sheet->column_count);
    return false;
}
