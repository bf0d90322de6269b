#include "board/offline/column_map.h"
#include "board/offline/opening.h"
#include "board/clerk/tools.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A list of the paymaster's (ledger/payout/tax_tool.c: members' numbers and sums) joined with who
 * they are, as CSV files for an office. Only what a column asks for is opened. All rows are whole,
 * or nothing is written. */

enum { FILE_MAX = 64 << 20, LIST_COLUMNS_MAX = 64, FACTS_MAX = 4096, NAME_MAX_SIZE = 200 };
enum { OWN_COUNT = 15, FAULTS_SHOWN = 100 };

/* Fields that come out of sealed boxes; payee_*: who the tax office knows the payee as, by the tax
 * form or, without one, by name. */
static const char *const own_names[OWN_COUNT] = {
    "first_name",     "last_name",   "npi",        "licence", "licence_state", "specialty",
    "tin_type",       "tin",         "tax_name",   "street",  "place",         "payee_kind",
    "payee_business", "payee_first", "payee_last",
};
enum { OWN_IDENTITY = 0, OWN_TAX = 6, OWN_PAYEE = 11 };

struct fact {
    struct text name, value;
};
struct report {
    struct arena arena; /* of the files that were read, and the map */
    struct opening opening;
    const char *folder;
    struct column_map map;
    struct text rows; /* of the list, behind its head */
    struct text names[LIST_COLUMNS_MAX];
    size_t name_count, member_at;
    struct fact *facts;
    size_t fact_count;
    bool wants_identity, wants_tax;
    int64_t faults, count; /* rows, and what is wrong with them */
    /* the row at hand */
    struct text fields[LIST_COLUMNS_MAX];
    struct text own[OWN_COUNT];
    int64_t member;
};

/* --- what lies in the folder --- */

static bool part_load(struct report *r, const char *name, struct text *content)
{
    char path[4096];
    struct stat status;
    (void)snprintf(path, sizeof(path), "%s/%s", r->folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fstat(fd, &status) == 0 && status.st_size <= FILE_MAX;
    size_t size = good ? (size_t)status.st_size : 0;
    char *data = arena_take(&r->arena, size + 1);
    good = good && read(fd, data, size) == (ssize_t)size;
    if (fd >= 0)
        close(fd);
    *content = (struct text){data, size};
    if (good && !text_is_utf8(text_bytes(*content)))
        return opening_failed("is no text in UTF-8", path) == 0;
    return good || opening_failed(errno != 0 ? strerror(errno) : "cannot be read", path) == 0;
}

static bool facts_read(struct report *r, struct text content)
{
    struct text line, name;
    r->facts = arena_array(&r->arena, struct fact, FACTS_MAX);
    while (text_next(&content, '\n', &line)) {
        line = text_trim(line);
        if (line.size == 0 || line.data[0] == '#')
            continue;
        if (r->fact_count == FACTS_MAX || memchr(line.data, '=', line.size) == NULL ||
            !text_next(&line, '=', &name))
            return opening_failed("a line of facts is NAME = VALUE", r->folder) == 0;
        r->facts[r->fact_count++] = (struct fact){text_trim(name), text_trim(line)};
    }
    return true;
}

static struct text fact_find(const struct report *r, struct text name)
{
    for (size_t i = 0; i < r->fact_count; i++)
        if (text_equal(r->facts[i].name, name))
            return r->facts[i].value;
    return NO_TEXT;
}

/* Kind and names of columns; the rows stay. */
static bool list_read(struct report *r, struct text content)
{
    struct text line, name;
    if (!text_next(&content, '\n', &line) || !text_equal(line, r->map.list))
        return opening_failed("the list is not of the kind that the map lays out", r->folder) == 0;
    (void)text_next(&content, '\n', &line);
    r->member_at = LIST_COLUMNS_MAX;
    while (r->name_count < LIST_COLUMNS_MAX && text_next(&line, '\t', &name)) {
        if (text_is(name, "member"))
            r->member_at = r->name_count;
        r->names[r->name_count++] = name;
    }
    r->rows = content;
    return r->member_at < LIST_COLUMNS_MAX ||
           opening_failed("the list has no column \"member\"", r->folder) == 0;
}

static int own_find(struct text source)
{
    for (int i = 0; i < OWN_COUNT; i++)
        if (text_is(source, own_names[i]))
            return i;
    return -1;
}

static size_t listed_find(const struct report *r, struct text source)
{
    size_t at = 0;
    while (at < r->name_count && !text_equal(r->names[at], source))
        at++;
    return at;
}

/* Every source of the map is something there is; notes which boxes they need. */
static bool sources_check(struct report *r)
{
    for (size_t i = 0; i < r->map.count; i++) {
        const struct column *column = &r->map.columns[i];
        int own = own_find(column->source);
        if (column->constant || listed_find(r, column->source) < r->name_count)
            continue;
        r->wants_tax = r->wants_tax || own >= OWN_TAX;
        r->wants_identity = r->wants_identity || (own >= 0 && (own < OWN_TAX || own >= OWN_PAYEE));
        if (own >= 0 || text_starts(column->source, "sponsor.") || column->optional ||
            fact_find(r, column->source).data != NULL)
            continue;
        fprintf(stderr, "curbside-clerk: \"%.*s\" needs %.*s, which facts does not say\n",
                (int)column->name.size, column->name.data, (int)column->source.size,
                column->source.data);
        return false;
    }
    return true;
}

static bool folder_read(struct report *r)
{
    struct text map, list, facts, why;
    if (!part_load(r, "map", &map) || !part_load(r, "list", &list) ||
        !part_load(r, "facts", &facts) || !facts_read(r, facts))
        return false;
    if (column_map_read(&r->arena, map, &r->map, &why) != OK) {
        fprintf(stderr, "curbside-clerk: %s/map: %.*s\n", r->folder, (int)why.size, why.data);
        return false;
    }
    return list_read(r, list) && sources_check(r);
}

/* --- a row --- */

static void box_open(struct report *r, enum sealed what, int first, int count, char separator)
{
    struct bytes plain;
    struct text part;
    enum result result = opening_get(&r->opening, r->member, what, &plain);
    if (result != OK && result != NOT_FOUND && r->faults++ < FAULTS_SHOWN)
        fprintf(stderr, "curbside-clerk: member %lld is not sealed to this key\n",
                (long long)r->member);
    if (result != OK)
        return;
    struct text rest = {(const char *)plain.data, plain.size};
    for (int i = 0; i < count && text_next(&rest, separator, &part); i++)
        r->own[first + i] = part;
}

/* The tax office knows a business by one name, and a person by two; the last word is the second. */
static void payee_fill(struct report *r)
{
    struct text *own = r->own, *payee = own + OWN_PAYEE;
    struct text name = text_trim(own[OWN_TAX + 2]);
    payee[0] = TEXT("individual");
    payee[2] = own[0];
    payee[3] = own[1];
    if (name.size == 0)
        return;
    if (text_is(own[OWN_TAX], "EIN")) {
        payee[0] = TEXT("business");
        payee[1] = name;
        payee[2] = payee[3] = NO_TEXT;
        return;
    }
    size_t at = name.size;
    while (at > 0 && name.data[at - 1] != ' ')
        at--;
    payee[2] = text_trim((struct text){name.data, at});
    payee[3] = (struct text){name.data + at, name.size - at};
}

static bool row_read(struct report *r, struct text line)
{
    struct text part;
    size_t count = 0;
    memset(r->own, 0, sizeof(r->own));
    arena_reset(&r->opening.arena, 0);
    while (count < r->name_count && text_next(&line, '\t', &part))
        r->fields[count++] = part;
    while (count < r->name_count)
        r->fields[count++] = TEXT("");
    if (!text_int(r->fields[r->member_at], 1, INT64_MAX, &r->member))
        return false;
    if (r->wants_identity)
        box_open(r, SEALED_IDENTITY, OWN_IDENTITY, OWN_TAX, '\n');
    if (r->wants_tax)
        box_open(r, SEALED_TAX_FORM, OWN_TAX, OWN_PAYEE - OWN_TAX, '\t');
    payee_fill(r);
    return true;
}

/* What a source says of this row; what facts say of a member goes before what he said himself. */
static struct text source_value(struct report *r, struct text source)
{
    struct arena *arena = &r->opening.arena;
    struct text said = fact_find(r, arena_format(arena, "member.%lld.%.*s", (long long)r->member,
                                                 (int)source.size, source.data));
    size_t at = listed_find(r, source), sponsor = listed_find(r, TEXT("sponsor"));
    int own = own_find(source);
    if (said.data != NULL)
        return said;
    if (at < r->name_count)
        return r->fields[at];
    if (own >= 0)
        return r->own[own];
    if (text_starts(source, "sponsor.") && sponsor < r->name_count)
        return fact_find(r, arena_format(arena, "sponsor.%.*s.%.*s", (int)r->fields[sponsor].size,
                                         r->fields[sponsor].data, (int)(source.size - 8),
                                         source.data + 8));
    return fact_find(r, source);
}

static void row_write(struct report *r, struct buf *out)
{
    for (size_t i = 0; i < r->map.count; i++) {
        const struct column *column = &r->map.columns[i];
        struct text value = TEXT(""),
                    raw = column->constant ? TEXT("") : source_value(r, column->source);
        const char *fault = column_value(&r->opening.arena, column, raw, &value);
        if (fault != NULL && r->faults++ < FAULTS_SHOWN)
            fprintf(stderr, "curbside-clerk: member %lld: %.*s %s\n", (long long)r->member,
                    (int)column->name.size, column->name.data, fault);
        if (i > 0)
            buf_char(out, ',');
        column_csv(out, fault == NULL ? value : TEXT(""));
    }
    buf_literal(out, "\r\n", 2);
}

/* --- files --- */

static void head_write(const struct report *r, struct buf *out)
{
    for (size_t i = 0; i < r->map.count; i++) {
        if (i > 0)
            buf_char(out, ',');
        column_csv(out, r->map.columns[i].name);
    }
    buf_literal(out, "\r\n", 2);
}

static bool csv_write(const struct report *r, int64_t number, struct bytes content)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%lld.csv", r->folder, (long long)number);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool whole = fd >= 0 && fchmod(fd, 0600) == 0 &&
                 write(fd, content.data, content.size) == (ssize_t)content.size && fsync(fd) == 0;
    if (!whole)
        (void)opening_failed(strerror(errno), path);
    if (fd >= 0)
        close(fd);
    if (whole)
        printf("%s\n", path);
    return whole;
}

/* All rows once; `write`: into files of at most so many rows. */
static bool rows_walk(struct report *r, bool write)
{
    struct text rest = r->rows, line;
    size_t mark = r->arena.used;
    int64_t number = 0;
    bool good = true;
    r->count = r->faults = 0;
    while (good && rest.size > 0) {
        struct buf out;
        int64_t rows = 0;
        arena_reset(&r->arena, mark);
        buf_open(&out, &r->arena, 64 * 1024);
        head_write(r, &out);
        for (; good && rows < r->map.rows && text_next(&rest, '\n', &line); rows++) {
            good = row_read(r, line) || opening_failed("a row names no member", r->folder) == 0;
            if (good)
                row_write(r, &out);
        }
        r->count += rows;
        if (good && write)
            good = csv_write(r, ++number, buf_bytes(&out));
    }
    return good;
}

int identity_report(const char *store, const char *key, const char *folder, const char *reason)
{
    static struct report r;
    char whom[NAME_MAX_SIZE] = "";
    int status = 1;
    r.folder = folder;
    arena_open(&r.arena, (size_t)4 * FILE_MAX);
    bool good = folder_read(&r);
    if (good) {
        (void)snprintf(whom, sizeof(whom), "report %.*s", (int)r.map.list.size, r.map.list.data);
        status = opening_begin(&r.opening, store, key, whom, reason);
        good = status == 0 && rows_walk(&r, false);
        if (good && r.faults > 0)
            fprintf(stderr, "curbside-clerk: nothing was written: facts may say what is missing, "
                            "as member.NUMBER.FIELD = VALUE\n");
        good = good && r.faults == 0 && rows_walk(&r, true);
        status = status == 0 && !good ? 1 : status;
        opening_end(&r.opening);
    }
    if (good)
        fprintf(stderr, "%lld rows\n", (long long)r.count);
    arena_close(&r.arena);
    return status;
}
