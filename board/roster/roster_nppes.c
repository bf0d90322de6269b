#include "board/roster/roster.h"

#include "board/roster/match.h"
#include "schema/roster.h"

#include <string.h>

enum { TAXONOMIES = 15 };
enum nppes_field {
    NPI,
    ENTITY,
    LAST_NAME,
    FIRST_NAME,
    MIDDLE_NAME,
    SUFFIX,
    OTHER_LAST_NAME,
    OTHER_FIRST_NAME,
    DEACTIVATED,
    REACTIVATED,
    SEX,
    LINE_1,
    LINE_2,
    CITY,
    STATE,
    ZIP,
    COUNTRY,
    TAXONOMY,
    NUMBER = TAXONOMY + TAXONOMIES,
    NUMBER_STATE = NUMBER + TAXONOMIES,
    MAIN = NUMBER_STATE + TAXONOMIES,
};
static const struct sheet_field fields[] = {
    {"npi", 0},
    {"entity", 0},
    {"last_name", 0},
    {"first_name", 0},
    {"middle_name", 0},
    {"suffix", 0},
    {"other_last_name", 0},
    {"other_first_name", 0},
    {"deactivated", 0},
    {"reactivated", 0},
    {"sex", 0},
    {"line_1", 0},
    {"line_2", 0},
    {"city", 0},
    {"state", 0},
    {"zip", 0},
    {"country", 0},
    {"taxonomy", TAXONOMIES},
    {"licence_number", TAXONOMIES},
    {"licence_state", TAXONOMIES},
    {"main", TAXONOMIES},
};

/* The codes, each with its licence; *physician: one of them is a physician's. */
static struct text taxonomies_join(struct import *im, bool *physician)
{
    const struct text *f = im->sheet.fields;
    char *out = NULL;
    size_t size = 0;
    for (size_t i = 0; i < TAXONOMIES; i++)
        *physician = *physician || taxonomy_is_physician(f[TAXONOMY + i]);
    if (!*physician)
        return TEXT("");
    out = arena_take_raw(&im->arena, ITEM_VALUE_SIZE);
    for (size_t i = 0; i < TAXONOMIES; i++) {
        const struct text parts[] = {f[TAXONOMY + i], f[NUMBER_STATE + i], f[NUMBER + i],
                                     f[MAIN + i]};
        size_t whole = parts[0].size + parts[1].size + parts[2].size + parts[3].size + 4;
        if (parts[0].size == 0 || size + whole > ITEM_VALUE_SIZE)
            continue;
        if (size > 0)
            out[size++] = '\n';
        for (size_t p = 0; p < 4; p++) {
            if (p > 0)
                out[size++] = '\t';
            for (size_t c = 0; c < parts[p].size; c++)
                out[size++] = (unsigned char)parts[p].data[c] < ' ' ? ' ' : parts[p].data[c];
        }
    }
    return (struct text){out, size};
}

/* Deactivated, and not activated again since. */
static bool is_deactivated(struct import *im, struct text *day)
{
    const struct text *f = im->sheet.fields;
    if (f[DEACTIVATED].size == 0)
        return false;
    struct text again = day_read(im, f[REACTIVATED]);
    *day = day_read(im, f[DEACTIVATED]);
    return again.size == 0 || (day->size == 10 && memcmp(again.data, day->data, 10) < 0);
}

static struct text said(struct text name)
{
    return text_is(name, "<UNAVAIL>") ? TEXT("") : value_of(name);
}

/* Names and addresses are kept of physicians only: of others the matcher needs to know no more than
 * what they are. */
static bool nppes_read(struct import *im, struct item *item, const char **why)
{
    const struct text *f = im->sheet.fields;
    struct text deactivated = TEXT(""), kind = TEXT("2"), taxonomies = TEXT("");
    int64_t npi = 0;
    bool physician = false;
    if (!npi_valid(f[NPI]) || !text_int(f[NPI], 0, INT64_MAX, &npi)) {
        *why = f[NPI].size == 10 ? "the NPI's check digit is wrong" : "the NPI has not ten digits";
        return false;
    }
    if (is_deactivated(im, &deactivated))
        kind = TEXT("4");
    else if (text_is(f[ENTITY], "2"))
        kind = TEXT("3");
    else if (!text_is(f[ENTITY], "1"))
        return *why = "neither a person nor an organisation", false;
    else
        taxonomies = taxonomies_join(im, &physician);
    item->prefix = (uint64_t)npi;
    item->count = 16;
    for (size_t i = 2; i < item->count; i++)
        item->values[i] = TEXT("");
    item->values[0] = physician ? TEXT("1") : kind;
    item->values[1] = deactivated;
    if (!physician)
        return true;
    static const enum nppes_field kept[] = {
        FIRST_NAME, MIDDLE_NAME, LAST_NAME, SUFFIX, OTHER_FIRST_NAME, OTHER_LAST_NAME, SEX, LINE_1,
        LINE_2,     CITY,        STATE,     ZIP,    COUNTRY};
    for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
        item->values[2 + i] = said(f[kept[i]]);
    item->values[15] = taxonomies;
    return true;
}

static enum result nppes_now(struct import *im, const struct item *item, struct version *version)
{
    struct roster_provider_now_row row = {0};
    enum result result = roster_provider_now(im->db, &im->arena, (int64_t)item->prefix, &row);
    *version = (struct version){row.since, row.seen, row.gone, row.content};
    return result;
}

static enum result nppes_add(struct import *im, const struct item *item)
{
    const struct text *v = item->values;
    int64_t kind = v[0].data[0] - '0';
    if (kind != PROVIDER_PHYSICIAN)
        return roster_provider_add_bare(im->db, (int64_t)item->prefix, im->generation,
                                        item->content, kind, v[1], im->row_as_of);
    return roster_provider_add(im->db, (int64_t)item->prefix, im->generation, item->content, kind,
                               v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11],
                               v[12], v[13], v[14], v[15], im->row_as_of);
}

static enum result nppes_same(struct import *im, const struct item *item)
{
    return roster_provider_same(im->db, (int64_t)item->prefix, item->content, im->generation);
}

static enum result nppes_end(struct import *im, const struct item *item, int64_t since)
{
    return roster_provider_end(im->db, (int64_t)item->prefix, since, im->generation);
}

static enum result nppes_unseen(struct import *im, struct place *place, size_t *count)
{
    struct roster_provider_unseen_row *rows;
    enum result result = roster_provider_unseen(im->db, &im->arena, place->number, place->since,
                                                im->generation, ROSTER_WALK, &rows, count);
    for (size_t i = 0; i < *count && result == OK; i++) {
        place->number = rows[i].npi;
        place->since = rows[i].since;
        result = roster_provider_leave(im->db, rows[i].npi, im->generation, im->older_as_of);
        if (result == OK)
            result = roster_provider_end(im->db, rows[i].npi, rows[i].since, im->generation);
        im->counts.gone++;
    }
    return result;
}

static enum result nppes_clear(struct import *im, struct place *place, size_t *count)
{
    struct roster_provider_left_over_row *rows;
    enum result result = roster_provider_left_over(im->db, &im->arena, place->number, place->since,
                                                   im->shown, ROSTER_WALK, &rows, count);
    for (size_t i = 0; i < *count && result == OK; i++) {
        place->number = rows[i].npi;
        place->since = rows[i].since;
        result = rows[i].since <= im->shown && rows[i].until > im->shown
                     ? roster_provider_end(im->db, rows[i].npi, rows[i].since, 0)
                     : roster_provider_drop(im->db, rows[i].npi, rows[i].since);
    }
    return result;
}

const struct list_kind list_nppes = {
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(*fields),
    .read = nppes_read,
    .now = nppes_now,
    .add = nppes_add,
    .same = nppes_same,
    .end = nppes_end,
    .unseen = nppes_unseen,
    .clear = nppes_clear,
};
