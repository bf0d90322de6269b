#include "board/roster/roster.h"

#include "board/roster/name.h"
#include "core/seal.h"
#include "schema/roster.h"

#include <string.h>

enum leie_field {
    LAST_NAME,
    FIRST_NAME,
    MIDDLE_NAME,
    GENERAL,
    SPECIALTY,
    NPI,
    BORN,
    STATE,
    TYPE,
    EXCLUDED,
    REINSTATED,
    WAIVED,
    WAIVER_STATE,
};
static const struct sheet_field fields[] = {
    {"last_name", 0},  {"first_name", 0}, {"middle_name", 0},  {"general", 0}, {"specialty", 0},
    {"npi", 0},        {"born", 0},       {"state", 0},        {"type", 0},    {"excluded", 0},
    {"reinstated", 0}, {"waived", 0},     {"waiver_state", 0},
};

/* The list gives no number to its rows: the digest of all that is kept is one. A row that changed
 * is a new one, and the old one is gone. */
static uint64_t row_id(const struct text *values, size_t count)
{
    struct bytes parts[ITEM_VALUES_MAX];
    uint8_t digest[DIGEST_SIZE];
    uint64_t id;
    for (size_t i = 0; i < count; i++)
        parts[i] = text_bytes(values[i]);
    seal_digest(digest, NULL, parts, count);
    memcpy(&id, digest, sizeof(id));
    return id & INT64_MAX;
}

/* Ten zeros, or a number that cannot be one, is none: such rows are found by name. */
static bool leie_read(struct import *im, struct item *item, const char **why)
{
    const struct text *f = im->sheet.fields;
    bool numbered = npi_valid(f[NPI]) && !text_is(f[NPI], "0000000000");
    if (f[EXCLUDED].size > 0 && day_read(im, f[EXCLUDED]).size == 0)
        return *why = "the day of exclusion cannot be read", false;
    const struct text values[] = {
        numbered ? f[NPI] : TEXT("0"),
        f[LAST_NAME].size > 0 ? value_of(name_key(&im->arena, f[FIRST_NAME], f[LAST_NAME], false))
                              : TEXT(""),
        value_of(f[LAST_NAME]),
        value_of(f[FIRST_NAME]),
        value_of(f[MIDDLE_NAME]),
        day_read(im, f[BORN]),
        value_of(f[STATE]),
        value_of(f[GENERAL]),
        value_of(f[SPECIALTY]),
        value_of(f[TYPE]),
        day_read(im, f[EXCLUDED]),
        day_read(im, f[REINSTATED]),
        day_read(im, f[WAIVED]),
        value_of(f[WAIVER_STATE])};
    item->count = sizeof(values) / sizeof(*values);
    memcpy(item->values, values, sizeof(values));
    item->prefix = row_id(values, item->count);
    return true;
}

static enum result leie_now(struct import *im, const struct item *item, struct version *version)
{
    struct roster_exclusion_now_row row = {0};
    enum result result = roster_exclusion_now(im->db, &im->arena, (int64_t)item->prefix, &row);
    *version = (struct version){row.since, row.seen, row.gone, item->content};
    return result;
}

static enum result leie_add(struct import *im, const struct item *item)
{
    const struct text *v = item->values;
    int64_t npi = 0;
    if (!text_int(v[0], 0, INT64_MAX, &npi))
        npi = 0;
    return roster_exclusion_add(im->db, (int64_t)item->prefix, im->generation, npi, v[1], v[2],
                                v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12],
                                v[13], im->row_as_of);
}

static enum result leie_same(struct import *im, const struct item *item)
{
    return roster_exclusion_same(im->db, (int64_t)item->prefix, im->generation);
}

static enum result leie_end(struct import *im, const struct item *item, int64_t since)
{
    return roster_exclusion_end(im->db, (int64_t)item->prefix, since, im->generation);
}

static enum result leie_unseen(struct import *im, struct place *place, size_t *count)
{
    struct roster_exclusion_unseen_row *rows;
    enum result result = roster_exclusion_unseen(im->db, &im->arena, place->number, place->since,
                                                 im->generation, ROSTER_WALK, &rows, count);
    for (size_t i = 0; i < *count && result == OK; i++) {
        place->number = rows[i].id;
        place->since = rows[i].since;
        result = roster_exclusion_leave(im->db, rows[i].id, im->generation, im->older_as_of);
        if (result == OK)
            result = roster_exclusion_end(im->db, rows[i].id, rows[i].since, im->generation);
        im->counts.gone++;
    }
    return result;
}

static enum result leie_clear(struct import *im, struct place *place, size_t *count)
{
    struct roster_exclusion_left_over_row *rows;
    enum result result = roster_exclusion_left_over(im->db, &im->arena, place->number, place->since,
                                                    im->shown, ROSTER_WALK, &rows, count);
    for (size_t i = 0; i < *count && result == OK; i++) {
        place->number = rows[i].id;
        place->since = rows[i].since;
        result = rows[i].since <= im->shown && rows[i].until > im->shown
                     ? roster_exclusion_end(im->db, rows[i].id, rows[i].since, 0)
                     : roster_exclusion_drop(im->db, rows[i].id, rows[i].since);
    }
    return result;
}

const struct list_kind list_leie = {
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(*fields),
    .read = leie_read,
    .now = leie_now,
    .add = leie_add,
    .same = leie_same,
    .end = leie_end,
    .unseen = leie_unseen,
    .clear = leie_clear,
};
