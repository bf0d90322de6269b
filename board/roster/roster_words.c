#include "board/roster/roster.h"

#include "core/conf.h"
#include "core/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_SHOWN = 5, STATUS_SIZE_MAX = 60 };

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool word_same(struct text a, struct text b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    }
    return true;
}

bool word_listed(const struct map *map, const char *path, struct text word)
{
    for (size_t place = 1;; place++) {
        struct text listed = map_at(map, path, place);
        if (listed.data == NULL)
            return false;
        if (word_same(listed, word))
            return true;
    }
}

/* --- days --- */

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};

static int month_named(const char *at)
{
    for (int i = 0; i < 12; i++) {
        if (lower(at[0]) == months[i][0] && lower(at[1]) == months[i][1] &&
            lower(at[2]) == months[i][2])
            return i + 1;
    }
    return 0;
}

/* One run of a letter of the form, such as YYYY: its digits; MON is a month's name. */
static bool part_read(struct text day, size_t *at, size_t size, bool named, int *part)
{
    if (*at + size > day.size)
        return false;
    if (named) {
        *part = month_named(day.data + *at);
        *at += size;
        return *part > 0;
    }
    *part = 0;
    for (size_t i = 0; i < size; i++, (*at)++) {
        char c = day.data[*at];
        if (c < '0' || c > '9')
            return i > 0 && size <= 2; /* 7/4/2026 */
        *part = *part * 10 + (c - '0');
    }
    return true;
}

/* 07/14/2026 by "MM/DD/YYYY", 14-JUL-2026 by "DD-MON-YYYY", 20260714 by "YYYYMMDD". A time of day
 * may follow. */
static bool day_by_form(struct text day, struct text form, int parts[3])
{
    size_t at = 0;
    for (size_t i = 0; i < form.size;) {
        char letter = form.data[i];
        size_t size = 1;
        int which = letter == 'Y' ? 0 : letter == 'M' ? 1 : letter == 'D' ? 2 : -1;
        bool named = form.size - i >= 3 && memcmp(form.data + i, "MON", 3) == 0;
        while (!named && which >= 0 && i + size < form.size && form.data[i + size] == letter)
            size++;
        size = named ? 3 : size;
        if (which < 0 && (at >= day.size || day.data[at++] != letter))
            return false;
        if (which >= 0 && !part_read(day, &at, size, named, &parts[which]))
            return false;
        i += size;
    }
    return at == day.size || day.data[at] == ' ' || day.data[at] == 'T';
}

struct text day_read(struct import *im, struct text day)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (size_t place = 1; day.size > 0; place++) {
        struct text form = map_at(&im->map, "dates", place);
        int parts[3] = {0};
        if (form.data == NULL)
            break;
        if (!day_by_form(day, form, parts) || parts[0] < 1800 || parts[0] > 2999 || parts[1] < 1 ||
            parts[1] > 12 || parts[2] < 1 || parts[2] > days[parts[1] - 1])
            continue;
        char *out = arena_take(&im->arena, 16);
        (void)snprintf(out, 16, "%04d-%02d-%02d", parts[0] % 10000, parts[1] % 100, parts[2] % 100);
        return (struct text){out, 10};
    }
    return TEXT("");
}

/* --- statuses --- */

struct text status_read(struct import *im, struct text word)
{
    static const char *const neutral[] = {"active",    "inactive", "expired",
                                          "suspended", "revoked",  "deceased",
                                          "retired",   "military", "unlicensed"};
    char path[MAP_PATH_MAX];
    for (size_t i = 0; i < sizeof(neutral) / sizeof(*neutral); i++) {
        (void)snprintf(path, sizeof(path), "status.%s", neutral[i]);
        if (word_listed(&im->map, path, word))
            return text_of(neutral[i]);
    }
    if (im->words_unknown++ < WORDS_SHOWN) {
        struct text shown = text_cut(word, STATUS_SIZE_MAX);
        fprintf(stderr, "the status \"%.*s\" is not in the list's map: kept as unknown\n",
                (int)shown.size, shown.data);
    }
    return TEXT("unknown");
}

/* --- the map --- */

static struct text file_read(struct arena *arena, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NO_TEXT;
    char *data = arena_take(arena, MAP_TEXT_MAX + 2);
    size_t size = 0;
    ssize_t got;
    while (size <= MAP_TEXT_MAX && (got = read(fd, data + size, MAP_TEXT_MAX + 1 - size)) > 0)
        size += (size_t)got;
    (void)close(fd);
    return (struct text){data, size};
}

enum result list_map_open(struct import *im, const char *name, struct text *why)
{
    const char *own = conf_path("scripts/roster/%s.lua", name);
    struct text shared = arena_format(&im->arena, "scripts/roster/%s.lua", name);
    struct text script = file_read(&im->arena, own);
    struct text fault;
    if (script.data == NULL) {
        own = program_share(shared.data);
        script = own == NULL ? NO_TEXT : file_read(&im->arena, own);
    }
    if (script.data == NULL) {
        *why = arena_format(&im->arena, "there is no map of this list (%s)", shared.data);
        return NOT_FOUND;
    }
    enum result result = map_read(&im->map, &im->arena, script, &fault);
    if (result != OK)
        *why = arena_format(&im->arena, "%s: %.*s", own, (int)fault.size, fault.data);
    return result;
}
