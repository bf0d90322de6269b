#include "board/offline/column_map.h"

#include <string.h>

enum { ZIP_SIZE = 5, ZIP_LONG_SIZE = 10, STATE_SIZE = 2, DAY_SIZE = 10 };

static const char *const filters[COLUMN_FILTER_COUNT] = {
    [COLUMN_MONEY] = "money", [COLUMN_DIGITS] = "digits", [COLUMN_UPPER] = "upper",
    [COLUMN_DAY] = "day",     [COLUMN_CITY] = "city",     [COLUMN_STATE] = "state",
    [COLUMN_ZIP] = "zip",
};

/* --- reading --- */

/* Cut at the first " = ". */
static bool name_split(struct text line, struct text *name, struct text *rest)
{
    const char *at = line.size == 0 ? NULL : memmem(line.data, line.size, " = ", 3);
    if (at == NULL)
        return false;
    *name = text_trim((struct text){line.data, (size_t)(at - line.data)});
    *rest = text_trim((struct text){at + 3, line.size - (size_t)(at - line.data) - 3});
    return name->size > 0 && rest->size > 0;
}

static const char *filter_add(struct column *column, struct text word)
{
    for (int i = 0; i < COLUMN_FILTER_COUNT; i++) {
        if (!text_is(word, filters[i]))
            continue;
        if (column->filter_count == COLUMN_FILTERS_MAX)
            return "there are too many filters";
        column->filters[column->filter_count++] = (enum column_filter)i;
        return NULL;
    }
    return "there is no such filter";
}

/* SOURCE | FILTER ... */
static const char *source_read(struct column *column, struct text rest)
{
    struct text word;
    const char *fault = NULL;
    if (rest.data[0] == '"') {
        const char *end = memchr(rest.data + 1, '"', rest.size - 1);
        if (end == NULL || end + 1 != rest.data + rest.size)
            return "words stand between two quotes, and nothing behind them";
        column->constant = true;
        column->source = (struct text){rest.data + 1, rest.size - 2};
        return column->source.size > 0 ? NULL : "words that are none: say empty instead";
    }
    if (!text_next(&rest, '|', &word) || text_trim(word).size == 0)
        return "a column has a source";
    column->source = text_trim(word);
    while (fault == NULL && text_next(&rest, '|', &word))
        fault = filter_add(column, text_trim(word));
    return fault;
}

static const char *column_add(struct column_map *map, struct text kind, struct text rest)
{
    struct column column = {.optional = !text_is(kind, "column"), .name = text_trim(rest)};
    struct text source;
    if (map->count == COLUMNS_MAX)
        return "there are too many columns";
    if (text_is(kind, "empty")) {
        column.constant = true;
        column.source = TEXT("");
    } else {
        if (!name_split(rest, &column.name, &source))
            return "a column is NAME = SOURCE";
        const char *fault = source_read(&column, source);
        if (fault != NULL)
            return fault;
    }
    if (column.name.size == 0)
        return "a column has a name";
    for (size_t i = 0; i < map->count; i++)
        if (text_equal(map->columns[i].name, column.name))
            return "there is a column of this name already";
    map->columns[map->count++] = column;
    return NULL;
}

static const char *line_read(struct column_map *map, struct text line)
{
    struct text kind, rest = line;
    if (line.size == 0 || line.data[0] == '#')
        return NULL;
    (void)text_next(&rest, ' ', &kind);
    rest = text_trim(rest);
    if (text_is(kind, "list") && rest.size > 0) {
        map->list = rest;
        return NULL;
    }
    if (text_is(kind, "rows"))
        return text_int(rest, 1, COLUMN_ROWS_MAX, &map->rows) ? NULL : "rows is a number above 0";
    if (text_is(kind, "column") || text_is(kind, "maybe") || text_is(kind, "empty"))
        return column_add(map, kind, rest);
    return "a line begins with list, rows, column, maybe or empty";
}

enum result column_map_read(struct arena *arena, struct text file, struct column_map *map,
                            struct text *why)
{
    struct text line;
    const char *fault = NULL;
    long long number = 0;
    *map = (struct column_map){.rows = COLUMN_ROWS_MAX, .list = NO_TEXT};
    while (fault == NULL && text_next(&file, '\n', &line)) {
        number++;
        fault = line_read(map, text_trim(line));
    }
    if (fault == NULL && (map->count == 0 || map->list.data == NULL))
        fault = "a map names its list and at least one column";
    if (fault == NULL)
        return OK;
    *why = arena_format(arena, "line %lld: %s", number, fault);
    return INVALID;
}

/* --- values --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *money_of(struct arena *arena, struct text raw, struct text *value)
{
    int64_t cents;
    if (!text_int(raw, 0, INT64_MAX, &cents))
        return "is no amount";
    *value = arena_format(arena, "%lld.%02d", (long long)(cents / 100), (int)(cents % 100));
    return NULL;
}

static const char *day_of(struct arena *arena, struct text raw, struct text *value)
{
    bool good = raw.size == DAY_SIZE;
    for (size_t i = 0; good && i < DAY_SIZE; i++)
        good = i == 4 || i == 7 ? raw.data[i] == '-' : is_digit(raw.data[i]);
    if (!good)
        return "is no day";
    *value = arena_format(arena, "%.2s/%.2s/%.4s", raw.data + 5, raw.data + 8, raw.data);
    return NULL;
}

static bool zip_good(struct text zip)
{
    bool good = zip.size == ZIP_SIZE || zip.size == ZIP_LONG_SIZE;
    for (size_t i = 0; good && i < zip.size; i++)
        good = i == ZIP_SIZE ? zip.data[i] == '-' : is_digit(zip.data[i]);
    return good;
}

/* "CITY, ST ZIP", the comma left out by some. */
static const char *place_of(enum column_filter filter, struct text raw, struct text *value)
{
    struct text place = text_trim(raw), zip, state;
    size_t at = place.size;
    while (at > 0 && place.data[at - 1] != ' ')
        at--;
    zip = (struct text){place.data + at, place.size - at};
    place = text_trim((struct text){place.data, at});
    if (!zip_good(zip) || place.size < STATE_SIZE + 2)
        return "is no \"City, ST 12345\"";
    state = (struct text){place.data + place.size - STATE_SIZE, STATE_SIZE};
    place.size -= STATE_SIZE;
    if (!is_letter(state.data[0]) || !is_letter(state.data[1]) ||
        (place.data[place.size - 1] != ' ' && place.data[place.size - 1] != ','))
        return "is no \"City, ST 12345\"";
    place = text_trim(place);
    if (place.size > 0 && place.data[place.size - 1] == ',')
        place = text_trim((struct text){place.data, place.size - 1});
    *value = filter == COLUMN_CITY ? place : filter == COLUMN_STATE ? state : zip;
    return place.size > 0 ? NULL : "is no \"City, ST 12345\"";
}

static void letters_change(struct arena *arena, enum column_filter filter, struct text raw,
                           struct text *value)
{
    struct buf out;
    buf_open(&out, arena, raw.size + 1);
    for (size_t i = 0; i < raw.size; i++) {
        char c = raw.data[i];
        if (filter == COLUMN_UPPER)
            buf_char(&out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
        else if (is_digit(c))
            buf_char(&out, c);
    }
    *value = buf_done(&out);
}

static const char *filter_run(struct arena *arena, enum column_filter filter, struct text raw,
                              struct text *value)
{
    switch (filter) {
    case COLUMN_MONEY:
        return money_of(arena, raw, value);
    case COLUMN_DAY:
        return day_of(arena, raw, value);
    case COLUMN_CITY:
    case COLUMN_STATE:
    case COLUMN_ZIP:
        return place_of(filter, raw, value);
    default:
        letters_change(arena, filter, raw, value);
        return NULL;
    }
}

const char *column_value(struct arena *arena, const struct column *column, struct text raw,
                         struct text *value)
{
    const char *fault = NULL;
    *value = column->constant ? column->source : text_trim(raw);
    for (size_t i = 0; fault == NULL && value->size > 0 && i < column->filter_count; i++)
        fault = filter_run(arena, column->filters[i], *value, value);
    if (fault == NULL && value->size == 0 && !column->optional)
        fault = "is missing";
    return fault;
}

void column_csv(struct buf *out, struct text value)
{
    bool quoted = false;
    for (size_t i = 0; i < value.size && !quoted; i++)
        quoted = strchr(",\"\r\n", value.data[i]) != NULL;
    if (!quoted) {
        buf_add(out, value.data, value.size);
        return;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] == '"')
            buf_char(out, '"');
        buf_char(out, value.data[i]);
    }
    buf_char(out, '"');
}
