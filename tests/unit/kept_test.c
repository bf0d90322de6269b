/* Kept pages: filled for each reader, compressed without ever compressing a secret, bounded in
 * memory. */
#include "fcgi/kept.h"

#include "fcgi/gzip.h"
#include "fcgi/worker.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h> /* the judge: an unrelated reader of what was joined */

#include <cmocka.h>

enum { PLAIN_MAX = 1024 * 1024 };

static struct arena arena;
static struct worker worker;
static struct request request = {.worker = &worker};
static uint8_t plain[PLAIN_MAX];

static int open_scratch(void **unused UNUSED)
{
    (void)scratch_open();
    arena_open(&arena, 64 * 1024 * 1024);
    request.arena = &arena;
    return 0;
}

static int fresh(void **unused UNUSED)
{
    arena_reset(&arena, 0);
    worker.kept = kept_open(256 * 1024);
    return 0;
}

static int done(void **unused UNUSED)
{
    kept_close(worker.kept);
    return 0;
}

/* Shared text with `slots` personal places. */
static struct buf page(size_t slots, size_t part)
{
    struct buf buf;
    buf_open(&buf, &arena, 1024);
    for (size_t i = 0; i < slots; i++) {
        for (size_t n = 0; n < part; n++)
            buf_format(&buf, "<p>Paragraph %zu of part %zu</p>\n", n, i);
        buf_slot_add(&buf, "secret", (int64_t)i);
    }
    buf_format(&buf, "<p>the end</p>");
    return buf;
}

static void fill_with(struct request *r UNUSED, struct reply *out UNUSED, struct buf *buf,
                      const char *slot, int64_t id, void *self)
{
    assert_string_equal(slot, "secret");
    buf_format(buf, "[%s %d]", (const char *)self, (int)id);
}

static struct bytes body_of(const struct kept_page *kept, const char *secret, bool gzip)
{
    struct reply out;
    reply_open(&out, &arena);
    assert_int_equal(reply_kept(&request, &out, kept, fill_with, (void *)(uintptr_t)secret), OK);
    return kept_body(&out, gzip);
}

static size_t gunzip(struct bytes from)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)from.data,
                       .avail_in = (uInt)from.size,
                       .next_out = plain,
                       .avail_out = PLAIN_MAX};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END); /* checks CRC and size too */
    assert_int_equal(stream.avail_in, 0);
    inflateEnd(&stream);
    return stream.total_out;
}

static struct kept_key key(int64_t id, int64_t version)
{
    return (struct kept_key){.page = "question", .id = id, .version = version};
}

static void a_kept_page_reads_the_same_compressed_and_plain(void **unused UNUSED)
{
    static const size_t shapes[][2] = {{0, 0}, {1, 0}, {3, 1}, {22, 15}, {200, 2}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct buf rendered = page(shapes[i][0], shapes[i][1]);
        const struct kept_page *kept = kept_put(worker.kept, key(1, (int64_t)i), &rendered);
        struct bytes as_is = body_of(kept, "mine", false);
        assert_int_equal(gunzip(body_of(kept, "mine", true)), as_is.size);
        assert_memory_equal(plain, as_is.data, as_is.size);
    }
}

static void a_slot_longer_than_a_stored_block_is_whole(void **unused UNUSED)
{
    struct buf rendered = page(1, 1);
    const struct kept_page *kept = kept_put(worker.kept, key(1, 1), &rendered);
    char *secret = malloc(150001);
    memset(secret, 's', 150000);
    secret[150000] = 0;
    struct bytes as_is = body_of(kept, secret, false);
    assert_int_equal(gunzip(body_of(kept, secret, true)), as_is.size);
    assert_memory_equal(plain, as_is.data, as_is.size);
    free(secret);
}

static void each_reader_gets_his_own_slots(void **unused UNUSED)
{
    struct buf rendered = page(2, 1);
    const struct kept_page *kept = kept_put(worker.kept, key(1, 1), &rendered);
    struct bytes mine = body_of(kept, "mine", false), yours = body_of(kept, "yours", false);
    assert_non_null(memmem(mine.data, mine.size, "[mine 1]", 8));
    assert_null(memmem(mine.data, mine.size, "yours", 5));
    assert_non_null(memmem(yours.data, yours.size, "[yours 0]", 9));
}

static size_t deflated_whole(struct bytes text)
{
    uLongf size = PLAIN_MAX;
    assert_int_equal(compress2(plain, &size, text.data, text.size, 6), Z_OK);
    return size;
}

/* BREACH: a guess that meets the secret must not make the answer shorter. */
static void the_size_on_the_wire_tells_nothing_of_a_secret(void **unused UNUSED)
{
    static const char met[] = "Paragraph 3 of part 1</p>\n<p>Paragraph 4 of part 1";
    static const char missed[] = "xQ8#kP2@vL9!mZ4$wN7%bT1^cR6&dY3*fH5(gJ0)sA_eU+iO-q";
    assert_int_equal(sizeof met, sizeof missed);
    struct buf rendered = page(3, 20);
    const struct kept_page *kept = kept_put(worker.kept, key(1, 1), &rendered);
    struct bytes a = body_of(kept, met, true), b = body_of(kept, missed, true);
    assert_int_equal(a.size, b.size);
    /* The control: compressed in one piece, the two differ. */
    size_t whole_met = deflated_whole(body_of(kept, met, false));
    size_t whole_missed = deflated_whole(body_of(kept, missed, false));
    assert_true(whole_met < whole_missed);
}

static void shared_text_is_in_fact_compressed(void **unused UNUSED)
{
    struct buf rendered = page(3, 100);
    const struct kept_page *kept = kept_put(worker.kept, key(1, 1), &rendered);
    assert_true(body_of(kept, "m", true).size * 4 < body_of(kept, "m", false).size);
}

static void a_page_is_found_in_its_own_version_only(void **unused UNUSED)
{
    struct buf rendered = page(1, 1);
    (void)kept_put(worker.kept, key(7, 1), &rendered);
    assert_non_null(kept_find(worker.kept, key(7, 1)));
    assert_null(kept_find(worker.kept, key(7, 2)));
    assert_null(kept_find(worker.kept, key(8, 1)));
    struct kept_key ranked = key(7, 1);
    ranked.version2 = 5;
    assert_null(kept_find(worker.kept, ranked));
    size_t one = kept_memory(worker.kept);
    (void)kept_put(worker.kept, key(7, 2), &rendered); /* takes the old version's place */
    assert_int_equal(kept_memory(worker.kept), one);
    assert_null(kept_find(worker.kept, key(7, 1)));
}

static void memory_stays_bounded_and_what_is_used_stays(void **unused UNUSED)
{
    struct buf rendered = page(5, 40);
    for (int64_t id = 1; id <= 500; id++) {
        (void)kept_put(worker.kept, key(id, 1), &rendered);
        assert_true(kept_memory(worker.kept) <= 256 * 1024);
        assert_non_null(kept_find(worker.kept, key(1, 1)));
    }
    assert_null(kept_find(worker.kept, key(2, 1)));
    assert_non_null(kept_find(worker.kept, key(500, 1)));
}

static void a_page_larger_than_the_memory_is_still_answered(void **unused UNUSED)
{
    struct buf rendered = page(50, 400);
    (void)kept_put(worker.kept, key(1, 1), &rendered);
    const struct kept_page *kept = kept_put(worker.kept, key(2, 1), &rendered);
    assert_int_equal(gunzip(body_of(kept, "m", true)), body_of(kept, "m", false).size);
    assert_null(kept_find(worker.kept, key(1, 1)));
}

int main(void)
{
#define KEPT(test) cmocka_unit_test_setup_teardown(test, fresh, done)
    const struct CMUnitTest tests[] = {
        KEPT(a_kept_page_reads_the_same_compressed_and_plain),
        KEPT(a_slot_longer_than_a_stored_block_is_whole),
        KEPT(each_reader_gets_his_own_slots),
        KEPT(the_size_on_the_wire_tells_nothing_of_a_secret),
        KEPT(shared_text_is_in_fact_compressed),
        KEPT(a_page_is_found_in_its_own_version_only),
        KEPT(memory_stays_bounded_and_what_is_used_stays),
        KEPT(a_page_larger_than_the_memory_is_still_answered),
    };
    return cmocka_run_group_tests(tests, open_scratch, NULL);
}
