/* Kept pages: filled for each reader, compressed without ever compressing a secret, bounded in
 * memory. */
#include "fcgi/kept.h"

#include "fcgi/guard.h"
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

static const struct kept_usual varying = {.slot = NULL};

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

static struct bytes body_of(struct kept_page *kept, const char *secret, bool gzip)
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
        struct kept_page *kept = kept_put(worker.kept, key(1, (int64_t)i), &rendered, varying);
        struct bytes as_is = body_of(kept, "mine", false);
        assert_int_equal(gunzip(body_of(kept, "mine", true)), as_is.size);
        assert_memory_equal(plain, as_is.data, as_is.size);
    }
}

static void a_slot_longer_than_a_stored_block_is_whole(void **unused UNUSED)
{
    struct buf rendered = page(1, 1);
    struct kept_page *kept = kept_put(worker.kept, key(1, 1), &rendered, varying);
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
    struct kept_page *kept = kept_put(worker.kept, key(1, 1), &rendered, varying);
    struct bytes mine = body_of(kept, "mine", false), yours = body_of(kept, "yours", false);
    assert_non_null(memmem(mine.data, mine.size, "[mine 1]", 8));
    assert_null(memmem(mine.data, mine.size, "yours", 5));
    assert_non_null(memmem(yours.data, yours.size, "[yours 0]", 9));
}

/* ---- forms in a kept page ---- */

static struct text form_of(struct reply *out, uint8_t reader)
{
    request.reader.signed_in = true;
    memset(request.reader.token, reader, sizeof request.reader.token);
    return guard_form(&request, out, "/q/:id/answer");
}

static struct buf page_with_a_form(void)
{
    struct reply out;
    struct buf buf;
    reply_open(&out, &arena);
    buf_open(&buf, &arena, 256);
    buf_slot_add(&buf, "secret", 1);
    buf_format(&buf, "<form>");
    buf_slot_add(&buf, "secret", 2);
    buf_format(&buf, "<input value=\"");
    buf_attr(&buf, form_of(&out, 1));
    buf_format(&buf, "\"><input value=\"");
    buf_attr(&buf, guard_request_id(&request));
    buf_format(&buf, "\"></form>");
    buf_slot_add(&buf, "secret", 3);
    return buf;
}

static void a_form_in_a_kept_page_holds_each_readers_own_token(void **unused UNUSED)
{
    struct reply out;
    reply_open(&out, &arena);
    kept_render(&request, true);
    struct buf rendered = page_with_a_form();
    kept_render(&request, false);
    struct kept_page *kept = kept_put(worker.kept, key(1, 1), &rendered, varying);
    for (uint8_t reader = 1; reader < 4; reader++) {
        struct text mine = form_of(&out, reader), other = form_of(&out, (uint8_t)(reader + 1));
        (void)form_of(&out, reader);
        struct bytes body = body_of(kept, "mine", false);
        struct buf wanted;
        buf_open(&wanted, &arena, 256);
        buf_format(&wanted, "[mine 1]<form>[mine 2]<input value=\"%.*s\"><input value=\"",
                   (int)mine.size, mine.data);
        assert_memory_equal(body.data, wanted.data, wanted.size);
        buf_format(&wanted, "\"></form>[mine 3]");
        assert_int_equal(body.size, wanted.size + 32); /* and the hex of a request's id */
        assert_null(memmem(body.data, body.size, other.data, other.size));
    }
}

/* Control: what kept_render guards against. */
static void a_token_rendered_without_care_would_be_everybodys(void **unused UNUSED)
{
    struct reply out;
    reply_open(&out, &arena);
    struct buf rendered = page_with_a_form();
    struct kept_page *kept = kept_put(worker.kept, key(1, 1), &rendered, varying);
    struct text first = form_of(&out, 1);
    (void)form_of(&out, 2);
    struct bytes body = body_of(kept, "mine", false);
    assert_non_null(memmem(body.data, body.size, first.data, first.size));
}

static void versions_for_kinds_of_reader_are_kept_beside_each_other(void **unused UNUSED)
{
    struct buf rendered = page(1, 1);
    struct kept_key rated = key(1, 1);
    rated.variant = 4;
    (void)kept_put(worker.kept, key(1, 1), &rendered, varying);
    assert_null(kept_find(worker.kept, rated));
    struct kept_page *kept = kept_put(worker.kept, rated, &rendered, varying);
    assert_ptr_equal(kept_find(worker.kept, rated), kept);
    assert_non_null(kept_find(worker.kept, key(1, 1)));
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
    struct kept_page *kept = kept_put(worker.kept, key(1, 1), &rendered, varying);
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
    struct kept_page *kept = kept_put(worker.kept, key(1, 1), &rendered, varying);
    assert_true(body_of(kept, "m", true).size * 4 < body_of(kept, "m", false).size);
}

/* ---- runs: a place that repeats, and holds the same for most readers ---- */

enum { ANSWERS = 240, TOKEN_LENGTH = 43 };

struct reading {
    const char *token;  /* TOKEN_LENGTH */
    int64_t touched[4]; /* where this reader has more than the token */
    size_t touched_count;
};

static const char token_a[] = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcdE";
static const char token_b[] = "9876543210zyxwvutsrqponmlkjihgfedcba_-ZYXWV";

static void token_fill(struct request *r UNUSED, struct reply *out UNUSED, struct buf *buf,
                       const char *slot, int64_t id, void *self)
{
    const struct reading *reading = self;
    if (strcmp(slot, "own") == 0)
        buf_format(buf, "<i>%s</i>", reading->touched_count > 0 ? "a longer word" : "a word");
    else
        buf_add(buf, reading->token, TOKEN_LENGTH);
    for (size_t i = 0; i < reading->touched_count && strcmp(slot, "token") == 0; i++)
        if (reading->touched[i] == id)
            buf_format(buf, "<p>You said yes to %d</p>", (int)id);
}

/* Answers whose markup is alike and whose words are not, with `tail` behind each. */
static struct buf answers(size_t count, const char *tail)
{
    struct buf buf;
    uint32_t dice = 17;
    buf_open(&buf, &arena, 1024);
    buf_format(&buf, "<title>A question</title>");
    buf_slot_add(&buf, "own", 0);
    for (size_t i = 0; i < count; i++) {
        buf_format(&buf, "<li id=\"p%zu\"><form action=\"/p/%zu/vote\">", i, i);
        buf_slot_add(&buf, "token", (int64_t)i);
        buf_format(&buf, "<label><input type=\"radio\" name=\"stance\" value=\"1\">Corroborate"
                         "</label><label><input type=\"radio\" name=\"stance\" value=\"2\">"
                         "Dispute</label><button>Record</button></form><p>");
        for (size_t n = 0; n < 60; n++) {
            dice = dice * 1664525u + 1013904223u;
            buf_format(&buf, "w%u ", (unsigned)(dice >> 20));
        }
        buf_format(&buf, "</p>%s</li>", tail);
    }
    buf_slot_add(&buf, "own", 1);
    buf_format(&buf, "<p>the end</p>");
    return buf;
}

static struct bytes read_by(struct kept_page *kept, struct reading reading, bool gzip)
{
    struct reply out;
    reply_open(&out, &arena);
    assert_int_equal(reply_kept(&request, &out, kept, token_fill, &reading), OK);
    return kept_body(&out, gzip);
}

/* The compressed size, once it has been read back equal. */
static size_t sound_size(struct kept_page *kept, struct reading reading)
{
    struct bytes as_is = read_by(kept, reading, false), packed = read_by(kept, reading, true);
    assert_int_equal(gunzip(packed), as_is.size);
    assert_memory_equal(plain, as_is.data, as_is.size);
    return packed.size;
}

static struct kept_page *answers_put(int64_t version, const char *tail, const char *slot)
{
    struct buf rendered = answers(ANSWERS, tail);
    struct kept_usual usual = {.slot = slot, .size = slot != NULL ? TOKEN_LENGTH : 0};
    return kept_put(worker.kept, key(1, version), &rendered, usual);
}

static void a_token_beside_every_answer_costs_little(void **unused UNUSED)
{
    struct kept_page *kept = answers_put(1, "", NULL);
    size_t apart = sound_size(kept, (struct reading){.token = token_a});
    kept = answers_put(2, "", "token");
    size_t together = sound_size(kept, (struct reading){.token = token_a});
    size_t whole = deflated_whole(read_by(kept, (struct reading){.token = token_a}, false));
    assert_true(together < whole + whole / 20 + 256);
    assert_true(apart > together + (size_t)ANSWERS * TOKEN_LENGTH);
}

static void no_reader_gets_anothers_token(void **unused UNUSED)
{
    struct kept_page *kept = answers_put(1, "", "token");
    size_t a = sound_size(kept, (struct reading){.token = token_a});
    size_t b = sound_size(kept, (struct reading){.token = token_b}); /* of pieces made for a */
    assert_int_equal(a, b);
    struct bytes packed = read_by(kept, (struct reading){.token = token_b}, true);
    size_t size = gunzip(packed), found = 0;
    assert_null(memmem(plain, size, token_a, TOKEN_LENGTH));
    for (uint8_t *at = plain; (at = memmem(at, size - (size_t)(at - plain), token_b, 43)); at++)
        found++;
    assert_int_equal(found, ANSWERS);
}

static void who_spoke_somewhere_gets_it_there_and_pays_for_two_runs(void **unused UNUSED)
{
    struct kept_page *kept = answers_put(1, "", "token");
    size_t usual = sound_size(kept, (struct reading){.token = token_a});
    size_t most = 0;
    for (int64_t i = 0; i < ANSWERS; i += 7) {
        size_t size = sound_size(kept, (struct reading){token_a, {i}, 1});
        most = size > most ? size : most;
    }
    assert_true(most > usual && most < usual + usual / 2);
    (void)sound_size(kept, (struct reading){token_a, {0, 1, 40, ANSWERS - 1}, 4});
    assert_int_equal(sound_size(kept, (struct reading){.token = token_a}), usual);
}

/* On a long page what is a reader's own costs its own bytes, and not the runs around it. */
static void who_spoke_in_many_places_of_a_long_page_pays_for_his_own_bytes(void **unused UNUSED)
{
    enum { LONG = 150, OWN = 40 };
    struct buf rendered = answers(LONG, "");
    struct kept_page *kept =
        kept_put(worker.kept, key(1, 1), &rendered, (struct kept_usual){"token", TOKEN_LENGTH});
    size_t usual = sound_size(kept, (struct reading){.token = token_a});
    const struct reading spoke = {token_a, {0, 1, 60, LONG - 1}, 4};
    size_t a = sound_size(kept, spoke);
    assert_true(a > usual && a < usual + 4 * (TOKEN_LENGTH + OWN + 200));
    assert_int_equal(sound_size(kept, (struct reading){token_b, {0, 1, 60, LONG - 1}, 4}), a);
    /* Control: who has something of his own in every place has all of it stored. */
    kept = kept_put(worker.kept, key(2, 1), &rendered, (struct kept_usual){"token", 7});
    assert_true(sound_size(kept, spoke) > usual + (size_t)LONG * TOKEN_LENGTH);
}

/* BREACH again: neither a token met by the page's text, nor one guessed in part. */
static void no_text_on_the_page_meets_a_token(void **unused UNUSED)
{
    struct kept_page *kept = answers_put(1, token_a, "token");
    size_t met = sound_size(kept, (struct reading){.token = token_a});
    size_t missed = sound_size(kept, (struct reading){.token = token_b});
    assert_int_equal(met, missed);
}

/* Bytes that the mask is made of cannot be in UTF-8; if they are there all the same, no part is
 * compressed over it. */
static void a_page_holding_the_masks_bytes_is_whole(void **unused UNUSED)
{
    struct kept_page *kept = answers_put(1, "\xf8\xf8\xf9\xf8\xfa\xf8\xf8\xf8", "token");
    (void)sound_size(kept, (struct reading){.token = token_a});
    (void)sound_size(kept, (struct reading){token_b, {3}, 1});
}

static void a_piece_that_says_something_else_is_found_out(void **unused UNUSED)
{
    struct gzip_press *press = gzip_press_open();
    struct buf rendered = answers(3, "");
    struct bytes text = buf_bytes(&rendered);
    struct bytes before = bytes_of(text.data, 100),
                 rest = bytes_of(text.data + 100, text.size - 100);
    uint8_t *room = arena_take(&arena, gzip_room(rest.size));
    struct bytes piece = bytes_of(room, gzip_piece(press, before, rest, room));
    assert_true(gzip_piece_gives(&arena, piece, before, rest));
    uint8_t *other = arena_take(&arena, before.size);
    memset(other, 'x', before.size);
    assert_false(gzip_piece_gives(&arena, piece, bytes_of(other, before.size), rest));
    assert_false(gzip_piece_gives(&arena, piece, before, bytes_of(rest.data, rest.size - 1)));
    gzip_press_close(press);
}

static void a_page_is_found_in_its_own_version_only(void **unused UNUSED)
{
    struct buf rendered = page(1, 1);
    (void)kept_put(worker.kept, key(7, 1), &rendered, varying);
    assert_non_null(kept_find(worker.kept, key(7, 1)));
    assert_null(kept_find(worker.kept, key(7, 2)));
    assert_null(kept_find(worker.kept, key(8, 1)));
    struct kept_key ranked = key(7, 1);
    ranked.version2 = 5;
    assert_null(kept_find(worker.kept, ranked));
    size_t one = kept_memory(worker.kept);
    (void)kept_put(worker.kept, key(7, 2), &rendered, varying); /* takes the old version's place */
    assert_int_equal(kept_memory(worker.kept), one);
    assert_null(kept_find(worker.kept, key(7, 1)));
}

static void memory_stays_bounded_and_what_is_used_stays(void **unused UNUSED)
{
    struct buf rendered = page(5, 40);
    for (int64_t id = 1; id <= 500; id++) {
        (void)kept_put(worker.kept, key(id, 1), &rendered, varying);
        assert_true(kept_memory(worker.kept) <= 256 * 1024);
        assert_non_null(kept_find(worker.kept, key(1, 1)));
    }
    assert_null(kept_find(worker.kept, key(2, 1)));
    assert_non_null(kept_find(worker.kept, key(500, 1)));
}

static void a_page_larger_than_the_memory_is_still_answered(void **unused UNUSED)
{
    struct buf rendered = page(50, 400);
    (void)kept_put(worker.kept, key(1, 1), &rendered, varying);
    struct kept_page *kept = kept_put(worker.kept, key(2, 1), &rendered, varying);
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
        KEPT(a_form_in_a_kept_page_holds_each_readers_own_token),
        KEPT(a_token_rendered_without_care_would_be_everybodys),
        KEPT(versions_for_kinds_of_reader_are_kept_beside_each_other),
        KEPT(the_size_on_the_wire_tells_nothing_of_a_secret),
        KEPT(shared_text_is_in_fact_compressed),
        KEPT(a_token_beside_every_answer_costs_little),
        KEPT(no_reader_gets_anothers_token),
        KEPT(who_spoke_somewhere_gets_it_there_and_pays_for_two_runs),
        KEPT(who_spoke_in_many_places_of_a_long_page_pays_for_his_own_bytes),
        KEPT(no_text_on_the_page_meets_a_token),
        KEPT(a_page_holding_the_masks_bytes_is_whole),
        KEPT(a_piece_that_says_something_else_is_found_out),
        KEPT(a_page_is_found_in_its_own_version_only),
        KEPT(memory_stays_bounded_and_what_is_used_stays),
        KEPT(a_page_larger_than_the_memory_is_still_answered),
    };
    return cmocka_run_group_tests(tests, open_scratch, NULL);
}
