#include "board/roster/roster.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "schema/roster.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ARENA_SIZE = 64 * 1024 * 1024, /* of address space; a row touches a few KiB */
    FAULTS_SHOWN = 20,
    SHRINK_ROWS_MIN = 100,
};

/* One run: the import, its file and what was said of it. */
struct run {
    struct import im;
    struct lines lines;
    const char *path;
    bool full, may_shrink;
    int64_t rows_before, latest, clean;
    uint8_t file[DIGEST_SIZE];
    int64_t start_us, said_us, start_line;
    struct text why; /* what is wrong with the file; line: where */
};

/* --- what is said --- */

static int complain(struct run *run, const char *words)
{
    fprintf(stderr, "curbside-clerk: %s: %s\n", run->path, words);
    return 1;
}

/* Every half second on a terminal, every ten seconds in a log. */
static void progress_say(struct run *run)
{
    int64_t now_us = clock_steady_us(), line = run->lines.number;
    bool terminal = isatty(STDERR_FILENO) != 0;
    if (now_us - run->said_us < (terminal ? 500 * 1000 : 10 * 1000 * 1000))
        return;
    double seconds = (double)(now_us - run->start_us) / 1e6, share = lines_share(&run->lines);
    double rest = share > 0 ? seconds * (1 - share) / share : 0;
    run->said_us = now_us;
    fprintf(stderr, "%s%lld rows, %lld rows/s, %d %%, %lld s left%s", terminal ? "\r" : "",
            (long long)line, (long long)((double)(line - run->start_line) / seconds),
            (int)(share * 100), (long long)rest, terminal ? "   " : "\n");
}

static void summary_say(const struct run *run, int64_t rows)
{
    const struct counts *c = &run->im.counts;
    double seconds = (double)(clock_steady_us() - run->start_us) / 1e6;
    if (isatty(STDERR_FILENO) != 0)
        fprintf(stderr, "\r\033[K");
    printf("%.*s as of %.*s: %lld rows; %lld new, %lld changed, %lld unchanged, %lld no longer "
           "listed; %lld refused, %lld repeated\n",
           (int)run->im.list.size, run->im.list.data, (int)run->im.as_of.size, run->im.as_of.data,
           (long long)rows, (long long)c->added, (long long)c->changed, (long long)c->same,
           (long long)c->gone, (long long)c->refused, (long long)c->repeated);
    if (run->im.words_unknown > 0)
        printf("%lld rows have a status that the list's map does not know\n",
               (long long)run->im.words_unknown);
    (void)fflush(stdout);
    fprintf(stderr, "%lld lines in %.1f s, %lld rows/s\n", (long long)(c->line - run->start_line),
            seconds, (long long)((double)(c->line - run->start_line) / (seconds + 1e-6)));
}

/* --- the day a list speaks of --- */

static bool digits_are(const char *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
    }
    return true;
}

/* The last day in the file's name, written 2026-03-14 or 20260314; '' if there is none. */
static struct text day_in_name(struct arena *arena, const char *path)
{
    const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    struct text found = TEXT("");
    for (size_t i = 0, size = strlen(name); i < size; i++) {
        const char *at = name + i;
        bool dashed = size - i >= 10 && digits_are(at, 4) && at[4] == '-' &&
                      digits_are(at + 5, 2) && at[7] == '-' && digits_are(at + 8, 2);
        bool joined = size - i >= 8 && digits_are(at, 8);
        if (!dashed && !joined)
            continue;
        const char *month = at + (dashed ? 5 : 4), *day = at + (dashed ? 8 : 6);
        if (memcmp(at, "20", 2) != 0 || memcmp(month, "01", 2) < 0 || memcmp(month, "12", 2) > 0 ||
            memcmp(day, "01", 2) < 0 || memcmp(day, "31", 2) > 0)
            continue;
        found = arena_format(arena, "%.4s-%.2s-%.2s", at, month, day);
        i += dashed ? 9 : 7;
    }
    return found;
}

static struct text day_of(struct arena *arena, int64_t at_ms)
{
    return text_cut(clock_iso(arena, at_ms), 10);
}

static struct text as_of_find(struct run *run, const char *asked)
{
    struct arena *arena = &run->im.arena;
    struct text today = day_of(arena, clock_now_ms());
    struct stat status;
    if (asked != NULL)
        return text_of(asked);
    struct text day = day_in_name(arena, run->path);
    if (day.size == 0 && fstat(run->lines.source, &status) == 0)
        day = day_of(arena, (int64_t)status.st_mtim.tv_sec * 1000);
    return day.size != 10 || memcmp(day.data, today.data, 10) > 0 ? today : day;
}

static bool day_well_formed(const char *day)
{
    return strlen(day) == 10 && digits_are(day, 4) && day[4] == '-' && digits_are(day + 5, 2) &&
           day[7] == '-' && digits_are(day + 8, 2);
}

/* --- transactions --- */

static enum result commit_or_not(struct import *im, enum result result)
{
    if (result == OK)
        return db_commit(im->db);
    db_rollback(im->db);
    return result;
}

/* The rows gathered so far, and how far they reach, in one transaction: what a kill leaves is
 * exact.
 */
static enum result batch_store(struct run *run, int64_t line)
{
    struct import *im = &run->im;
    enum result result = db_begin(im->db);
    if (result != OK)
        return result;
    result = batch_merge(im);
    im->counts.line = line;
    const struct counts *c = &im->counts;
    if (result == OK)
        result = roster_progress_set(im->db, im->list, bytes_of(run->file, DIGEST_SIZE), c->line,
                                     c->added, c->changed, c->same, c->refused, c->repeated);
    return commit_or_not(im, result);
}

static enum result walk(struct import *im,
                        enum result (*step)(struct import *, struct place *, size_t *))
{
    static struct place place;
    size_t count = ROSTER_WALK, mark = im->arena.used;
    enum result result = OK;
    place = (struct place){.number = 0, .key = TEXT(""), .profession = TEXT("")};
    while (result == OK && count == ROSTER_WALK) {
        result = db_begin(im->db);
        if (result == OK)
            result = commit_or_not(im, step(im, &place, &count));
        arena_reset(&im->arena, mark);
    }
    return result;
}

/* Nothing is left of imports that broke off, nor of rows that were replaced. */
static enum result leftovers_clear(struct run *run)
{
    struct import *im = &run->im;
    enum result result = walk(im, im->kind->clear);
    if (result == OK)
        result = roster_progress_remove(im->db, im->list);
    if (result == OK)
        result = roster_list_work_set(im->db, im->list, run->latest, 1);
    return result;
}

/* --- begin and end --- */

/* Goes on behind the line that an import of this very file reached before it was killed; else
 * starts a new generation over cleared leftovers. */
static enum result generation_begin(struct run *run)
{
    struct import *im = &run->im;
    struct roster_progress_get_row row;
    enum result result = roster_progress_get(im->db, &im->arena, im->list, &row);
    bool same_file = result == OK && run->latest > im->shown && row.file.size == DIGEST_SIZE &&
                     memcmp(row.file.data, run->file, DIGEST_SIZE) == 0;
    if (result != OK && result != NOT_FOUND)
        return result;
    if (same_file) {
        im->generation = run->latest;
        im->counts = (struct counts){.line = row.line,
                                     .added = row.added,
                                     .changed = row.changed,
                                     .same = row.same,
                                     .refused = row.refused,
                                     .repeated = row.repeated};
        fprintf(stderr, "going on behind line %lld\n", (long long)row.line);
        return OK;
    }
    result = run->clean != 0 ? OK : leftovers_clear(run);
    im->generation = ++run->latest;
    if (result == OK)
        result = roster_list_work_set(im->db, im->list, run->latest, 0);
    return result;
}

static enum result store_open(struct run *run)
{
    struct import *im = &run->im;
    struct roster_list_state_row row;
    enum result result =
        db_open(&im->db, &roster_store, conf_store("roster"), ROLE_OPERATOR, DB_FOLD, 0);
    if (result == OK)
        result = roster_list_begin(im->db, im->list);
    if (result == OK)
        result = roster_list_state(im->db, &im->arena, im->list, &row);
    if (result != OK)
        return result;
    im->shown = row.generation;
    im->first = row.generation == 0;
    im->older_as_of = row.as_of;
    run->rows_before = row.rows;
    run->latest = row.latest;
    run->clean = row.clean;
    if (!im->first && memcmp(im->as_of.data, row.as_of.data, 10) < 0) {
        run->why =
            arena_format(&im->arena, "speaks of %.*s, older than the %.*s that is here",
                         (int)im->as_of.size, im->as_of.data, (int)row.as_of.size, row.as_of.data);
        return STALE;
    }
    im->row_as_of = run->full ? TEXT("") : im->as_of;
    return generation_begin(run);
}

/* A file that lost a part at a line's end looks whole: it has too few rows. */
static bool shrunk(const struct run *run, int64_t rows)
{
    return run->full && !run->may_shrink && run->rows_before >= SHRINK_ROWS_MIN &&
           rows < run->rows_before - run->rows_before / 10;
}

/* All rows are in: mark what is gone, and show the generation in one small transaction. */
static enum result generation_show(struct run *run, int64_t *rows)
{
    struct import *im = &run->im;
    const struct counts *c = &im->counts;
    const char *name = strrchr(run->path, '/') == NULL ? run->path : strrchr(run->path, '/') + 1;
    enum result result = OK;
    *rows = c->added + c->changed + c->same;
    if (!run->full && !im->first)
        *rows = run->rows_before + c->added;
    if (*rows == 0 || shrunk(run, *rows)) {
        run->why = arena_format(&im->arena,
                                "has %lld rows, the list had %lld: this is not the whole list "
                                "(if it is: --shrink yes)",
                                (long long)*rows, (long long)run->rows_before);
        return INVALID;
    }
    if (run->full && !im->first)
        result = walk(im, im->kind->unseen);
    if (result != OK)
        return result;
    struct text as_of = run->full || im->first ? im->as_of : im->older_as_of;
    result = roster_list_show(im->db, im->list, im->generation, *rows,
                              text_cut(text_of(name), ITEM_VALUE_SIZE), as_of, clock_now_ms());
    im->shown = result == OK ? im->generation : im->shown;
    if (result == OK && c->changed == 0 && c->gone == 0) { /* nothing was replaced */
        result = roster_progress_remove(im->db, im->list);
        return result == OK ? roster_list_work_set(im->db, im->list, run->latest, 1) : result;
    }
    return result == OK ? leftovers_clear(run) : result;
}

/* --- the rows --- */

/* UTF-8 without NUL; eight bytes at a time as long as they are ASCII. */
static bool line_is_text(struct text line)
{
    size_t at = 0;
    for (; at + 8 <= line.size; at += 8) {
        uint64_t word;
        memcpy(&word, line.data + at, 8);
        bool high = (word & UINT64_C(0x8080808080808080)) != 0;
        bool zero =
            ((word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080)) != 0;
        if (high || zero)
            return text_is_utf8(text_bytes(line));
    }
    return text_is_utf8(bytes_of(line.data + at, line.size - at));
}

static enum result line_import(struct run *run, struct text line)
{
    struct import *im = &run->im;
    struct item item = {.line = run->lines.number};
    const char *why = "";
    if (!line_is_text(line)) {
        run->why = TEXT("not UTF-8 text");
        return INVALID;
    }
    if (!sheet_row(&im->sheet, &im->arena, line, &run->why))
        return INVALID;
    if (!im->kind->read(im, &item, &why)) {
        if (++im->counts.refused <= FAULTS_SHOWN)
            fprintf(stderr, "line %lld: %s\n", (long long)run->lines.number, why);
        return OK;
    }
    if (batch_add(im->batch, &item))
        return OK;
    enum result result = batch_store(run, run->lines.number - 1);
    return result == OK && !batch_add(im->batch, &item) ? BROKEN : result;
}

static enum result lines_import(struct run *run)
{
    struct import *im = &run->im;
    struct text line;
    bool whole = true;
    enum result result = OK;
    size_t mark = im->arena.used;
    run->start_line = im->counts.line > 1 ? im->counts.line : 1;
    while (result == OK && lines_next(&run->lines, &line, &whole)) {
        if (run->lines.number <= im->counts.line)
            continue; /* in the store since before the kill */
        if (!whole) {
            run->why = TEXT("longer than 1 MiB");
            return INVALID;
        }
        if (line.size > 0)
            result = line_import(run, line);
        if (result == OK)
            arena_reset(&im->arena, mark);
        if (run->lines.number % 1024 == 0)
            progress_say(run);
    }
    if (result == OK && run->lines.number <= im->counts.line && im->counts.line > 1)
        result = im->counts.line == run->lines.number ? OK : BROKEN;
    return result;
}

/* --- the whole --- */

static bool header_read(struct run *run)
{
    struct import *im = &run->im;
    struct text line = TEXT("");
    struct stat status = {0};
    bool whole = true;
    bool there = lines_next(&run->lines, &line, &whole);
    if (!there || !whole || !line_is_text(line)) {
        run->why = !there   ? TEXT("the file is empty")
                   : !whole ? TEXT("longer than 1 MiB")
                            : TEXT("not UTF-8 text");
        return false;
    }
    (void)fstat(run->lines.source, &status);
    const struct bytes parts[] = {text_bytes(im->list),
                                  text_bytes(im->as_of),
                                  text_bytes(line),
                                  bytes_of(&status.st_size, sizeof(status.st_size)),
                                  bytes_of(&status.st_mtim, sizeof(status.st_mtim)),
                                  bytes_of(&run->full, 1)};
    seal_digest(run->file, NULL, parts, sizeof(parts) / sizeof(*parts));
    return sheet_open(&im->sheet, &im->arena, &im->map, im->kind->fields, im->kind->field_count,
                      line, &run->why) == OK;
}

/* What was begun is taken back: readers never saw it. */
static void import_undo(struct run *run)
{
    struct import *im = &run->im;
    im->generation = 0;
    if (leftovers_clear(run) != OK)
        fprintf(stderr, "curbside-clerk: what was begun will be cleared by the next import\n");
}

static int failed(struct run *run, enum result result)
{
    if (run->why.data != NULL)
        fprintf(stderr, "curbside-clerk: %s: line %lld: %.*s\n", run->path,
                (long long)run->lines.number, (int)run->why.size, run->why.data);
    else
        fprintf(stderr, "curbside-clerk: roster.db: %s\n", result_name(result));
    return 1;
}

static int import_run(struct run *run)
{
    int64_t rows = 0;
    if (!header_read(run))
        return failed(run, INVALID);
    run->start_us = run->said_us = clock_steady_us();
    enum result result = store_open(run);
    if (result == STALE)
        return complain(run, run->why.data);
    if (result != OK)
        return failed(run, result);
    result = lines_import(run);
    int64_t last = run->lines.number;
    /* Cut in two, the last line may also be a fault of its own: the cut is what to say. */
    bool at_end = run->lines.ended && run->lines.at == run->lines.size;
    bool ended = lines_close(&run->lines);
    if ((result == OK || (result == INVALID && at_end)) && !ended) {
        run->why = TEXT("the file broke off here");
        result = INVALID;
    }
    if (result == OK)
        result = batch_store(run, last);
    if (result == OK)
        result = generation_show(run, &rows);
    if (result != OK) {
        int status = failed(run, result);
        import_undo(run);
        return status;
    }
    summary_say(run, rows);
    db_checkpoint(run->im.db, true);
    return 0;
}

/* One import at a time. -1: another is at work, or the folder cannot be written. */
static int lock_take(void)
{
    (void)conf_store("roster"); /* makes the folder */
    int fd = open(conf_path("roster/import.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static int usage(const char *words)
{
    fprintf(stderr, "curbside-clerk: %s\n", words);
    return 2;
}

static bool yes(const char *word)
{
    return word != NULL && strcmp(word, "yes") == 0;
}

/* nppes, leie or board:XX; the name of its map. NULL: there is no such list. */
static const char *list_open(struct import *im, const char *list)
{
    bool board = strncmp(list, "board:", 6) == 0 && strlen(list) == 8 && list[6] >= 'A' &&
                 list[6] <= 'Z' && list[7] >= 'A' && list[7] <= 'Z';
    im->list = text_of(list);
    im->state = board ? text_of(list + 6) : TEXT("");
    if (board) {
        im->kind = &list_board;
        return arena_format(&im->arena, "%c%c", list[6] - 'A' + 'a', list[7] - 'A' + 'a').data;
    }
    im->kind = strcmp(list, "nppes") == 0 ? &list_nppes : &list_leie;
    return strcmp(list, "nppes") == 0 || strcmp(list, "leie") == 0 ? list : NULL;
}

int roster_import(const struct import_ask *ask)
{
    static struct run run;
    memset(&run, 0, sizeof(run));
    arena_open(&run.im.arena, ARENA_SIZE);
    run.path = ask->path;
    run.full = ask->scope == NULL || strcmp(ask->scope, "full") == 0;
    run.may_shrink = yes(ask->shrink);
    const char *name = list_open(&run.im, ask->list);
    int status = 1, lock = -1;
    if (name == NULL)
        status = usage("the list is nppes, leie or board:XX");
    else if (!run.full && strcmp(ask->scope, "update") != 0)
        status = usage("--scope is full or update");
    else if (ask->as_of != NULL && !day_well_formed(ask->as_of))
        status = usage("--as-of is a day such as 2026-03-14");
    else if (list_map_open(&run.im, name, &run.why) != OK)
        status = complain(&run, run.why.data);
    else if ((lock = lock_take()) < 0)
        status = complain(&run, "another import is at work");
    else {
        lines_open(&run.lines, ask->path);
        run.im.as_of = as_of_find(&run, ask->as_of);
        run.im.batch = batch_new();
        status = import_run(&run);
    }
    batch_free(run.im.batch);
    if (run.lines.data != NULL)
        (void)lines_close(&run.lines);
    if (run.im.db != NULL)
        db_close(run.im.db);
    if (lock >= 0)
        (void)close(lock);
    arena_close(&run.im.arena);
    return status;
}
