/* The house, for admins: which programs are up, how far behind the folds are, sizes, who waits at
 * the door. It shows what it can: a program that does not answer makes a gap, not an error. */
#include "fcgi/page/page_doors.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "core/alive.h"
#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/common.h"

enum { PROGRAMS_MAX = 20, FIGURES_MAX = 40, KIB = 1024, UNKNOWN_LAG = -1 };

/* One that gives no sign of life is not asked: nobody waits for it. */
static bool program_up(const struct view_status *v, const char *name)
{
    for (size_t i = 0; i < v->programs_count; i++)
        if (text_is(v->programs[i].name, name))
            return v->programs[i].up;
    return false;
}

static struct text program_words(const char *name)
{
    static const struct {
        const char *name, *words;
    } programs[] = {
        {"clerk", "takes what people do"},
        {"ranker", "scores postings and members"},
        {"paymaster", "keeps the ledger"},
        {"analyst", "makes sponsors’ reports"},
        {"postman", "sends mail"},
        {"web-login", "the way in"},
        {"web-member", "pages for physicians"},
        {"web-sponsor", "pages for sponsors"},
        {"web-admin", "these pages"},
    };
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (strcmp(programs[i].name, name) == 0)
            return text_of(programs[i].words);
    return TEXT("");
}

static void programs_fill(struct request *r, struct view_status *v)
{
    const char *missing[PROGRAMS_MAX];
    size_t count = alive_missing(missing, PROGRAMS_MAX);
    v->missing = (int64_t)count;
    v->programs = arena_array(r->arena, struct view_program, PROGRAMS_MAX);
    for (size_t i = 0; alive_programs[i] != NULL && i < PROGRAMS_MAX; i++) {
        struct view_program *program = &v->programs[v->programs_count++];
        *program = (struct view_program){.name = text_of(alive_programs[i]),
                                         .up = true,
                                         .words = program_words(alive_programs[i])};
        for (size_t j = 0; j < count; j++)
            if (strcmp(missing[j], alive_programs[i]) == 0)
                program->up = false;
        if (!program->up)
            program->words = arena_format(r->arena, "%s: no sign of life for %" PRId64 " seconds",
                                          program->words.data, conf_int("alive.seconds"));
    }
}

static void figure(struct view_status *v, const char *name, struct text value, const char *words)
{
    if (v->figures_count < FIGURES_MAX)
        v->figures[v->figures_count++] = (struct view_figure){text_of(name), value, text_of(words)};
}

static struct text bytes_words(struct arena *arena, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= KIB && unit + 1 < sizeof units / sizeof units[0]) {
        value /= KIB;
        unit++;
    }
    return arena_format(arena, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

/* Where a fold stands in the journal; UNKNOWN_LAG when it cannot be read. */
static int64_t cursor_of(struct request *r, enum web_store store)
{
    struct common_cursor_get_row row;
    enum result result =
        common_cursor_get(request_store(r, store), r->arena, TEXT("journal"), &row);
    return result == OK ? row.seq : result == NOT_FOUND ? 0 : UNKNOWN_LAG;
}

static struct text behind(struct arena *arena, int64_t head, int64_t cursor)
{
    if (head < 0 || cursor < 0)
        return TEXT("not known");
    return head > cursor ? arena_format(arena, "%" PRId64 " behind", head - cursor)
                         : TEXT("up to date");
}

static void folds_fill(struct request *r, struct view_status *v)
{
    struct json *root = NULL;
    struct reply_ledger_page page = {.journal_cursor = UNKNOWN_LAG, .size = UNKNOWN_LAG};
    struct command command = {.kind = COMMAND_LEDGER_PAGE};
    /* The board is folded before anybody is answered: its cursor is the journal's head. */
    int64_t head = cursor_of(r, WEB_BOARD);
    int64_t rank = cursor_of(r, WEB_RANK);
    command.ledger_page.before = PAGE_BEFORE_ALL;
    command.ledger_page.most = 1;
    if (program_up(v, "paymaster") && page_program(r, "paymaster", &command, &root) == OK &&
        root != NULL && reply_ledger_page_read(root, r->arena, &page) != OK)
        page.journal_cursor = page.size = UNKNOWN_LAG;
    json_close(root);
    figure(v, "Journal", head < 0 ? TEXT("not known") : page_number(r->arena, head),
           "Events: everything anybody did");
    figure(v, "Ranks", behind(r->arena, head, rank), "Events the ranker has not scored yet");
    figure(v, "Paymaster", behind(r->arena, head, page.journal_cursor),
           "Events it has not taken in yet; no answer: not known");
    figure(v, "Ledger", page.size < 0 ? TEXT("not known") : page_number(r->arena, page.size),
           "Entries");
}

static void totals_fill(struct request *r, struct view_status *v)
{
    static const struct {
        const char *key, *name, *words;
    } totals[] = {
        {"members", "Members", "Physicians who were let in"},
        {"threads", "Threads", "Opened by members"},
        {"texts", "Texts", "In the search index, references included"},
    };
    for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++) {
        struct board_total_get_row row = {0};
        enum result result =
            board_total_get(request_store(r, WEB_BOARD), r->arena, text_of(totals[i].key), &row);
        bool known = result == OK || result == NOT_FOUND;
        figure(v, totals[i].name, known ? page_number(r->arena, row.value) : TEXT("not known"),
               totals[i].words);
    }
}

static void door_fill(struct request *r, struct view_status *v)
{
    struct json *root = NULL;
    struct reply_applications all = {0};
    struct command command = {.kind = COMMAND_APPLICATIONS};
    struct text since = TEXT("nobody waits");
    int64_t oldest_ms = INT64_MAX;
    bool known = program_up(v, "clerk") && page_program(r, "clerk", &command, &root) == OK &&
                 root != NULL && reply_applications_read(root, r->arena, &all) == OK;
    json_close(root);
    for (size_t i = 0; known && i < all.applications_count; i++)
        if (all.applications[i].applied_ms < oldest_ms)
            oldest_ms = all.applications[i].applied_ms;
    if (oldest_ms != INT64_MAX)
        since = clock_ago(r->arena, oldest_ms, r->now_ms);
    figure(v, "At the door", known ? page_number(r->arena, all.waiting) : TEXT("not known"),
           "Applications that wait for a decision");
    figure(v, "Oldest application", known ? since : TEXT("not known"), "When it came in");
}

/* Files this program may not see are left out: in production each store has its own user. */
static void sizes_fill(struct request *r, struct view_status *v)
{
    static const char *const stores[] = {"journal",   "board",   "desk",  "identity",
                                         "rank",      "ledger",  "book",  "vault",
                                         "statement", "release", "signal"};
    uint64_t all = 0;
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        struct stat file, wal;
        if (stat(conf_path("%s/%s.db", stores[i], stores[i]), &file) != 0)
            continue;
        uint64_t size = (uint64_t)file.st_size;
        if (stat(conf_path("%s/%s.db-wal", stores[i], stores[i]), &wal) == 0)
            size += (uint64_t)wal.st_size;
        all += size;
        figure(v, arena_format(r->arena, "%s.db", stores[i]).data, bytes_words(r->arena, size),
               "Size on disk");
    }
    figure(v, "All stores", bytes_words(r->arena, all), "As far as these pages may see them");
}

static void disk_fill(struct request *r, struct view_status *v)
{
    struct statvfs disk;
    if (statvfs(conf_state(), &disk) != 0) {
        figure(v, "Disk", TEXT("not known"), "Free space of the state folder");
        return;
    }
    uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    uint64_t whole = (uint64_t)disk.f_blocks * disk.f_frsize;
    figure(v, "Disk", bytes_words(r->arena, free_bytes),
           arena_format(r->arena, "Free, of %s; full means that nothing more can be written",
                        bytes_words(r->arena, whole).data)
               .data);
}

enum result page_status(struct request *r, struct reply *out)
{
    struct view_status v = {.head = page_head(r, TEXT("The house"))};
    v.figures = arena_array(r->arena, struct view_figure, FIGURES_MAX);
    programs_fill(r, &v);
    door_fill(r, &v);
    folds_fill(r, &v);
    totals_fill(r, &v);
    disk_fill(r, &v);
    sizes_fill(r, &v);
    return reply_view(r, out, status, &v);
}
