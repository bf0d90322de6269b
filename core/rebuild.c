#include "core/rebuild.h"
#include "core/clock.h"
#include "core/program.h"
#include "core/supervise.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Those with folds, in the order of who reads whose. */
static const char *const folders[] = {"curbside-clerk", "curbside-ranker", "curbside-paymaster",
                                      "curbside-analyst"};
enum { FOLDERS = sizeof folders / sizeof folders[0], DIGESTS_MAX = 64 * 1024 };

static const char *const verb_rebuild[] = {"rebuild", NULL};
static const char *const verb_digest[] = {"digest", NULL};

/* The line "store<TAB>rows<TAB>digest" of `store` in what `digest` printed; NO_TEXT if there is
 * none. */
static struct text line_of(struct text lines, struct text store)
{
    struct text line;
    while (text_next(&lines, '\n', &line)) {
        struct text rest = line, name;
        if (text_next(&rest, '\t', &name) && text_bytes(name).size == store.size &&
            memcmp(name.data, store.data, store.size) == 0)
            return rest;
    }
    return NO_TEXT;
}

static bool compare(struct text before, struct text after)
{
    struct text lines = after, line;
    bool equal = true;
    while (text_next(&lines, '\n', &line)) {
        struct text rest = line, store, rows;
        if (line.size == 0 || !text_next(&rest, '\t', &store))
            continue;
        struct text now = rest, values = rest;
        const struct text was = line_of(before, store);
        const bool same = text_equal(was, now);
        (void)text_next(&values, '\t', &rows);
        (void)printf("%-12.*s %10.*s rows  %s\n", (int)store.size, store.data, (int)rows.size,
                     rows.data, same ? "equal" : "DIFFERS");
        equal = equal && same;
    }
    lines = before;
    while (text_next(&lines, '\n', &line)) {
        struct text rest = line, store;
        if (line.size > 0 && text_next(&rest, '\t', &store) && line_of(after, store).data == NULL) {
            (void)printf("%-12.*s is gone\n", (int)store.size, store.data);
            equal = false;
        }
    }
    (void)fflush(stdout);
    return equal;
}

static struct text digest_of(struct arena *arena, const char *binary, bool *fine)
{
    struct buf out;
    buf_open(&out, arena, 4096);
    const int code = program_call(binary, verb_digest, &out);
    if (code != 0)
        (void)fprintf(stderr, "curbside: %s digest ended with code %d\n", binary, code);
    *fine = *fine && code == 0;
    return buf_done(&out);
}

int rebuild_all(bool check)
{
    struct arena arena;
    bool fine = true;
    if (!supervise_lock())
        return 1;
    arena_open(&arena, 16 * DIGESTS_MAX);
    for (size_t i = 0; i < FOLDERS; i++) {
        arena_reset(&arena, 0);
        const int64_t start_us = clock_steady_us();
        const struct text before = check ? digest_of(&arena, folders[i], &fine) : TEXT("");
        const int code = program_call(folders[i], verb_rebuild, NULL);
        const int64_t took_us = clock_steady_us() - start_us;
        if (code != 0) {
            (void)fprintf(stderr, "curbside: %s rebuild ended with code %d\n", folders[i], code);
            fine = false;
            continue;
        }
        (void)printf("%s rebuilt in %.1f s\n", folders[i], (double)took_us / 1e6);
        (void)fflush(stdout);
        if (check && !compare(before, digest_of(&arena, folders[i], &fine)))
            fine = false;
    }
    arena_close(&arena);
    if (check)
        (void)printf("%s\n", fine ? "every fold rebuilt to equal content" : "NOT EQUAL");
    return fine ? 0 : 1;
}
