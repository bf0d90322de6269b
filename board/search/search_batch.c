/* Search from the command line: many queries in, the best of each out, for measuring and for
 * operators. Reads board.db alone; no clerk need serve. */
#include "board/clerk/tools.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/vocab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_ARENA_SIZE = 64 * 1024 * 1024 };

struct batch {
    struct db *db, *vocab;
    struct search *search;
    struct arena arena;
    int64_t top, warm;
    bool similar;
    int64_t times_us[200000]; /* of the first so many queries */
    size_t count;
};

/* The reference's own id at its source: what stands behind the importer's mark. Else the posting.
 */
static enum result source_print(struct batch *batch, int64_t posting)
{
    struct board_source_key_row row;
    enum result result = board_source_key(batch->db, &batch->arena, posting, &row);
    if (result == NOT_FOUND || (result == OK && row.key.size == 0)) {
        printf("%lld", (long long)posting);
        return OK;
    }
    const char *mark = result == OK ? memchr(row.key.data, ':', row.key.size) : NULL;
    const size_t skip = mark == NULL ? 0 : (size_t)(mark - row.key.data) + 1;
    if (result == OK)
        printf("%.*s", (int)(row.key.size - skip), row.key.data + skip);
    return result;
}

static enum result line_answer(struct batch *batch, struct text line)
{
    struct search_hit *hits = NULL;
    size_t count = 0;
    struct text id;
    arena_reset(&batch->arena, 0);
    if (!text_next(&line, '\t', &id))
        return OK;
    const int64_t start_us = clock_steady_us();
    enum result result = db_begin(batch->db); /* one snapshot a query, as a page has it */
    if (result == OK && batch->vocab != NULL)
        result = db_begin(batch->vocab);
    if (result == OK)
        result = batch->similar ? search_similar(batch->search, &batch->arena, line,
                                                 (size_t)batch->top, &hits, &count)
                                : search_threads(batch->search, &batch->arena, line,
                                                 (size_t)batch->top, &hits, &count);
    db_rollback(batch->db);
    if (batch->vocab != NULL)
        db_rollback(batch->vocab);
    if (batch->warm > 0) {
        batch->warm--;
        return result;
    }
    if (batch->count < sizeof(batch->times_us) / sizeof(*batch->times_us))
        batch->times_us[batch->count++] = clock_steady_us() - start_us;
    for (size_t i = 0; i < count && result == OK; i++) {
        printf("%.*s\t%zu\t", (int)id.size, id.data, i + 1);
        result = source_print(batch, hits[i].posting);
        printf("\t%.6f\n", hits[i].score);
    }
    return result;
}

static int shorter(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* How long the queries took, on standard error: standard output is for the answers. */
static void times_print(struct batch *batch)
{
    if (batch->count == 0)
        return;
    int64_t sum_us = 0;
    for (size_t i = 0; i < batch->count; i++)
        sum_us += batch->times_us[i];
    qsort(batch->times_us, batch->count, sizeof(*batch->times_us), shorter);
    fprintf(stderr,
            "%zu queries, mean %.3f ms, p50 %.2f ms, p95 %.2f ms, p99 %.2f ms, longest %.2f ms\n",
            batch->count, (double)sum_us / (double)batch->count / 1000,
            (double)batch->times_us[batch->count / 2] / 1000,
            (double)batch->times_us[batch->count * 95 / 100] / 1000,
            (double)batch->times_us[batch->count * 99 / 100] / 1000,
            (double)batch->times_us[batch->count - 1] / 1000);
}

int search_batch(bool similar, bool all, int64_t top, int64_t warm)
{
    static struct batch batch;
    static struct lines lines;
    struct text line;
    bool whole = true;
    batch.similar = similar;
    batch.top = top;
    batch.warm = warm;
    enum result result =
        db_open(&batch.db, &board_store, conf_store("board"), ROLE_OPERATOR, DB_READ, 0);
    if (result != OK) {
        fprintf(stderr, "curbside-clerk: board.db cannot be read: %s\n", result_name(result));
        return 1;
    }
    arena_open(&batch.arena, BATCH_ARENA_SIZE);
    batch.search = search_open(batch.db);
    if (all)
        search_all_set(batch.search);
    if (db_open(&batch.vocab, &vocab_store, conf_store("vocab"), ROLE_OPERATOR, DB_READ, 0) == OK)
        search_vocab_set(batch.search, batch.vocab); /* else nobody has loaded any */
    lines_open(&lines, "-");
    while (result == OK && lines_next(&lines, &line, &whole))
        result = line_answer(&batch, line);
    (void)lines_close(&lines);
    times_print(&batch);
    if (result != OK)
        fprintf(stderr, "curbside-clerk: stopped at query %zu: %s\n", batch.count,
                result_name(result));
    search_close(batch.search);
    db_close(batch.db);
    db_close(batch.vocab);
    arena_close(&batch.arena);
    return result == OK ? 0 : 1;
}
