#include "board/roster/roster.h"

#include "board/roster/name.h"
#include "schema/roster.h"

#include <string.h>

enum board_field {
    NUMBER,
    PROFESSION,
    FIRST_NAME,
    MIDDLE_NAME,
    LAST_NAME,
    SUFFIX,
    FORMER_NAME,
    STATUS,
    ISSUED,
    EXPIRES,
    DISCIPLINE,
    BIRTH_YEAR,
    SCHOOL,
    GRADUATION_YEAR,
};
static const struct sheet_field fields[] = {
    {"number", 0},    {"profession", 0},      {"first_name", 0},  {"middle_name", 0},
    {"last_name", 0}, {"suffix", 0},          {"former_name", 0}, {"status", 0},
    {"issued", 0},    {"expires", 0},         {"discipline", 0},  {"birth_year", 0},
    {"school", 0},    {"graduation_year", 0},
};

/* As text again, so that all values of an item are. */
static struct text year_read(struct import *im, struct text said)
{
    struct text day = day_read(im, said);
    int64_t year = 0;
    struct text digits = day.size == 10 ? text_cut(day, 4) : said;
    return text_int(digits, 1800, 2200, &year) ? digits : TEXT("0");
}

static bool board_faults(struct import *im, struct text key, struct text expires, const char **why)
{
    const struct text *f = im->sheet.fields;
    *why = key.size == 0                              ? "no licence number"
           : f[LAST_NAME].size == 0                   ? "no last name"
           : f[EXPIRES].size > 0 && expires.size == 0 ? "the day it expires cannot be read"
           : key.size > ITEM_VALUE_SIZE || f[PROFESSION].size > ITEM_VALUE_SIZE ? "too long"
                                                                                : NULL;
    return *why != NULL;
}

static bool board_read(struct import *im, struct item *item, const char **why)
{
    const struct text *f = im->sheet.fields;
    struct text key = licence_key(&im->arena, f[NUMBER]), expires = day_read(im, f[EXPIRES]);
    if (board_faults(im, key, expires, why))
        return false;
    bool physician = text_is(map_get(&im->map, "physicians_only"), "true") ||
                     word_listed(&im->map, "physicians", f[PROFESSION]);
    bool disciplined =
        f[DISCIPLINE].size > 0 && !word_listed(&im->map, "no_discipline", f[DISCIPLINE]);
    const struct text values[] = {key,
                                  f[PROFESSION],
                                  physician ? TEXT("1") : TEXT("0"),
                                  value_of(f[NUMBER]),
                                  value_of(f[FIRST_NAME]),
                                  value_of(f[MIDDLE_NAME]),
                                  value_of(f[LAST_NAME]),
                                  value_of(f[SUFFIX]),
                                  value_of(f[FORMER_NAME]),
                                  status_read(im, f[STATUS]),
                                  day_read(im, f[ISSUED]),
                                  expires,
                                  disciplined ? value_of(f[DISCIPLINE]) : TEXT(""),
                                  year_read(im, f[BIRTH_YEAR]),
                                  value_of(f[SCHOOL]),
                                  year_read(im, f[GRADUATION_YEAR])};
    item->prefix = 0;
    for (size_t i = 0; i < 8; i++)
        item->prefix = item->prefix << 8 | (i < key.size ? (uint8_t)key.data[i] : 0);
    item->count = sizeof(values) / sizeof(*values);
    memcpy(item->values, values, sizeof(values));
    return true;
}

static enum result board_now(struct import *im, const struct item *item, struct version *version)
{
    struct roster_licence_now_row row = {0};
    enum result result =
        roster_licence_now(im->db, &im->arena, im->state, item->values[0], item->values[1], &row);
    *version = (struct version){row.since, row.seen, row.gone, row.content};
    return result;
}

static int64_t year_of(struct text digits)
{
    int64_t year = 0;
    return text_int(digits, 0, 9999, &year) ? year : 0;
}

static enum result board_add(struct import *im, const struct item *item)
{
    const struct text *v = item->values;
    return roster_licence_add(im->db, im->state, v[0], v[1], im->generation, item->content,
                              v[2].data[0] - '0', v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10],
                              v[11], v[12], year_of(v[13]), v[14], year_of(v[15]), im->row_as_of);
}

static enum result board_same(struct import *im, const struct item *item)
{
    return roster_licence_same(im->db, im->state, item->values[0], item->values[1], item->content,
                               im->generation);
}

static enum result board_end(struct import *im, const struct item *item, int64_t since)
{
    return roster_licence_end(im->db, im->state, item->values[0], item->values[1], since,
                              im->generation);
}

static void place_set(struct place *place, struct text key, struct text profession, int64_t since)
{
    place->key = place_text(place, 0, key);
    place->profession = place_text(place, 1, profession);
    place->since = since;
}

static enum result board_unseen(struct import *im, struct place *place, size_t *count)
{
    struct roster_licence_unseen_row *rows;
    enum result result = roster_licence_unseen(im->db, &im->arena, im->state, value_of(place->key),
                                               value_of(place->profession), place->since,
                                               im->generation, ROSTER_WALK, &rows, count);
    for (size_t i = 0; i < *count && result == OK; i++) {
        place_set(place, rows[i].key, rows[i].profession, rows[i].since);
        result = roster_licence_leave(im->db, im->state, rows[i].key, rows[i].profession,
                                      im->generation, im->older_as_of);
        if (result == OK)
            result = roster_licence_end(im->db, im->state, rows[i].key, rows[i].profession,
                                        rows[i].since, im->generation);
        im->counts.gone++;
    }
    return result;
}

static enum result board_clear(struct import *im, struct place *place, size_t *count)
{
    struct roster_licence_left_over_row *rows;
    enum result result = roster_licence_left_over(
        im->db, &im->arena, im->state, value_of(place->key), value_of(place->profession),
        place->since, im->shown, ROSTER_WALK, &rows, count);
    for (size_t i = 0; i < *count && result == OK; i++) {
        place_set(place, rows[i].key, rows[i].profession, rows[i].since);
        result = rows[i].since <= im->shown && rows[i].until > im->shown
                     ? roster_licence_end(im->db, im->state, rows[i].key, rows[i].profession,
                                          rows[i].since, 0)
                     : roster_licence_drop(im->db, im->state, rows[i].key, rows[i].profession,
                                           rows[i].since);
    }
    return result;
}

const struct list_kind list_board = {
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(*fields),
    .keys = 2,
    .read = board_read,
    .now = board_now,
    .add = board_add,
    .same = board_same,
    .end = board_end,
    .unseen = board_unseen,
    .clear = board_clear,
};
