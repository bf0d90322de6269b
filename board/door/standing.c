#include "board/door/standing.h"

#include "board/roster/match.h"
#include "core/clock.h"
#include "core/conf.h"
#include "schema/roster.h"

#include <string.h>

const char *standing_why(enum standing standing)
{
    switch (standing) {
    case STANDING_LAPSED:
        return "lapsed";
    case STANDING_DEACTIVATED:
        return "deactivated";
    case STANDING_EXCLUDED:
        return "excluded";
    case STANDING_UNKNOWN:
    case STANDING_GOOD:
        break;
    }
    return NULL;
}

enum result standing_of_npi(struct db *roster, struct arena *arena, struct text npi,
                            enum standing *standing)
{
    struct roster_provider_get_row row;
    struct roster_exclusions_of_npi_row *rows;
    size_t count = 0;
    *standing = STANDING_UNKNOWN;
    enum result result = roster_exclusions_of_npi(roster, arena, npi, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        if (rows[i].reinstated.size == 0)
            *standing = STANDING_EXCLUDED;
    }
    if (result != OK || *standing == STANDING_EXCLUDED)
        return result;
    result = roster_provider_get(roster, arena, npi, &row);
    if (result == NOT_FOUND)
        return OK;
    if (result == OK && row.kind == PROVIDER_DEACTIVATED)
        *standing = STANDING_DEACTIVATED;
    else if (result == OK && row.kind == PROVIDER_PHYSICIAN && row.gone == 0)
        *standing = STANDING_GOOD;
    return result;
}

static bool before(struct text day, struct text other)
{
    return day.size == 10 && other.size == 10 && memcmp(day.data, other.data, 10) < 0;
}

static enum standing licence_stands(const struct roster_licence_get_row *row, struct text overdue)
{
    static const char *const ended[] = {"inactive", "expired", "suspended", "revoked",
                                        "deceased", "retired", "unlicensed"};
    if (row->gone != 0 || before(row->expires, row->as_of) || before(row->expires, overdue))
        return STANDING_LAPSED;
    for (size_t i = 0; i < sizeof(ended) / sizeof(*ended); i++) {
        if (text_is(row->status, ended[i]))
            return STANDING_LAPSED;
    }
    return text_is(row->status, "active") ? STANDING_GOOD : STANDING_UNKNOWN;
}

enum result standing_of_licence(struct db *roster, struct arena *arena, struct text state,
                                struct text key, int64_t now_ms, enum standing *standing)
{
    struct roster_licence_get_row *rows;
    size_t count = 0;
    struct text overdue =
        text_cut(clock_iso(arena, now_ms - conf_int("roster.grace_days") * DAY_MS), 10);
    bool lapsed = false, other = false;
    *standing = STANDING_UNKNOWN;
    enum result result = roster_licence_get(roster, arena, state, key, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        if (rows[i].physician == 0)
            continue;
        enum standing one = licence_stands(&rows[i], overdue);
        if (one == STANDING_GOOD)
            *standing = STANDING_GOOD;
        lapsed = lapsed || one == STANDING_LAPSED;
        other = other || one == STANDING_UNKNOWN;
    }
    if (*standing != STANDING_GOOD && lapsed && !other)
        *standing = STANDING_LAPSED;
    return result;
}
