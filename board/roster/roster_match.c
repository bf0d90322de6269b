#include "board/roster/roster.h"

#include "board/roster/match.h"
#include "core/clock.h"
#include "core/conf.h"
#include "schema/roster.h"

#include <stdio.h>
#include <string.h>

/* The columns of a file of applications; its own expectations are compared if it has any. */
enum application_field {
    APPLICATION,
    FIRST_NAME,
    LAST_NAME,
    NPI,
    NUMBER,
    STATE,
    EXPECTED,
    REASON,
};
static const struct sheet_field fields[] = {
    {"application", 0},    {"first_name", 0},    {"last_name", 0}, {"npi", 0},
    {"licence_number", 0}, {"licence_state", 0}, {"expected", 0},  {"reason", 0},
};

struct tally {
    int64_t advice[3], expected, agree;
};

static enum result application_match(struct import *im, struct text today, struct tally *tally)
{
    const struct text *f = im->sheet.fields;
    const struct application application = {f[FIRST_NAME], f[LAST_NAME], f[NPI],
                                            f[NUMBER],     f[STATE],     TEXT("")};
    struct match match;
    enum result result = match_application(im->db, &im->arena, &application, today, &match);
    if (result != OK)
        return result;
    const char *advice = advice_name(match.advice);
    bool agree =
        text_is(f[EXPECTED], advice) && (f[REASON].size == 0 || text_is(f[REASON], match.reason));
    tally->advice[match.advice]++;
    tally->expected += f[EXPECTED].size > 0;
    tally->agree += f[EXPECTED].size > 0 && agree;
    printf("%.*s\t%s\t%s\n", (int)f[APPLICATION].size, f[APPLICATION].data, advice, match.reason);
    if (f[EXPECTED].size > 0 && !agree)
        fprintf(stderr, "%.*s: %s %s, expected %.*s %.*s\n", (int)f[APPLICATION].size,
                f[APPLICATION].data, advice, match.reason, (int)f[EXPECTED].size, f[EXPECTED].data,
                (int)f[REASON].size, f[REASON].data);
    return OK;
}

static enum result applications_match(struct import *im, struct lines *lines, struct text today,
                                      struct text *why)
{
    struct tally tally = {0};
    struct text line = TEXT("");
    bool whole = true;
    enum result result = INVALID;
    if (lines_next(lines, &line, &whole) && whole)
        result = sheet_open(&im->sheet, &im->arena, &im->map, fields,
                            sizeof(fields) / sizeof(*fields), line, why);
    else
        *why = TEXT("no first line");
    size_t mark = im->arena.used;
    while (result == OK && lines_next(lines, &line, &whole)) {
        arena_reset(&im->arena, mark);
        if (line.size == 0 && whole)
            continue;
        if (!whole || !text_is_utf8(text_bytes(line))) {
            *why = whole ? TEXT("not UTF-8 text") : TEXT("longer than 1 MiB");
            result = INVALID;
        } else {
            result = sheet_row(&im->sheet, &im->arena, line, why)
                         ? application_match(im, today, &tally)
                         : INVALID;
        }
    }
    if (result != OK)
        return result;
    (void)fflush(stdout);
    fprintf(stderr, "accept %lld, review %lld, reject %lld", (long long)tally.advice[ADVICE_ACCEPT],
            (long long)tally.advice[ADVICE_REVIEW], (long long)tally.advice[ADVICE_REJECT]);
    if (tally.expected > 0)
        fprintf(stderr, "; %lld of %lld as expected", (long long)tally.agree,
                (long long)tally.expected);
    fprintf(stderr, "\n");
    return OK;
}

int roster_match(const char *path, const char *today_or_null)
{
    static struct import im;
    struct lines lines;
    struct text why = NO_TEXT;
    memset(&im, 0, sizeof(im));
    arena_open(&im.arena, 64 * 1024 * 1024);
    struct text today = today_or_null != NULL ? text_of(today_or_null)
                                              : text_cut(clock_iso(&im.arena, clock_now_ms()), 10);
    int status = 1;
    if (list_map_open(&im, "applications", &why) != OK) {
        fprintf(stderr, "curbside-clerk: %.*s\n", (int)why.size, why.data);
    } else if (db_open(&im.db, &roster_store, conf_store("roster"), ROLE_OPERATOR, DB_READ, 0) !=
               OK) {
        fprintf(stderr, "curbside-clerk: no list has been imported\n");
    } else {
        lines_open(&lines, path);
        enum result result = applications_match(&im, &lines, today, &why);
        int64_t number = lines.number;
        bool ended = lines_close(&lines);
        if (result != OK)
            fprintf(stderr, "curbside-clerk: %s: line %lld: %.*s\n", path, (long long)number,
                    (int)why.size, why.data == NULL ? result_name(result) : why.data);
        else if (!ended)
            fprintf(stderr, "curbside-clerk: %s broke off before its end\n", path);
        status = result == OK && ended ? 0 : 1;
    }
    if (im.db != NULL)
        db_close(im.db);
    arena_close(&im.arena);
    return status;
}
