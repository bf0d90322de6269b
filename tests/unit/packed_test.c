/* Packed lists add up to what the search index itself says, however it was changed since. */
#include "board/search/gather.h"
#include "board/search/packing.h"
#include "tests/unit/room.h"

#include <math.h>
#include <stdlib.h>

enum { POSTINGS = 2500, WORDS = 60, TEN = 10, QUERIES = 60, STEPS_MAX = 3000 };
/* Half of one of 255 steps up to the most a word can be worth; what means moved by adds to it. */
static const double STEP = 3.5 / 510, MOVED = 0.02;

static struct postings *postings;
static struct packing *packing;
static struct gather *gather;
static struct sizes sizes;
static int64_t version;
static uint32_t seed = 11;

static uint32_t chance(uint32_t below)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 8) % below;
}

static struct text words_make(size_t most)
{
    struct buf out;
    buf_open(&out, &room_arena, 64);
    for (size_t i = chance((uint32_t)most) + 1; i > 0; i--)
        buf_format(&out, "w%u ", chance(chance(WORDS) + 1));
    return buf_done(&out);
}

static void words_put(int64_t id, bool fresh)
{
    const struct text none = TEXT(""), title = words_make(6), body = words_make(60);
    if (fresh)
        assert_int_equal(board_posting_add(room.board, id, 1, id, 0, 1, title, none, none, none,
                                           none, body, none),
                         OK);
    else
        assert_int_equal(board_posting_rewrite(room.board, id, title, none, body, none), OK);
    assert_int_equal(board_posting_index(room.board, id), OK);
}

static void joined(void)
{
    assert_int_equal(
        db_run_script(room.board, "INSERT INTO posting_text (posting_text) VALUES ('optimize')"),
        OK);
}

static int packed(void)
{
    int steps = 0;
    bool more = true;
    for (; steps < STEPS_MAX && more; steps++) {
        arena_reset(&room_arena, 0);
        assert_int_equal(packing_step(packing, &room_arena, &more), OK);
    }
    assert_false(more);
    return steps;
}

static void look(void)
{
    sizes_close(&sizes);
    sizes_open(&sizes, room.board);
    assert_int_equal(postings_ready(postings, &room_arena, ++version), OK);
    assert_true(postings_readable(postings));
}

static int setup(void **state UNUSED)
{
    room_open();
    for (int64_t id = 1; id <= POSTINGS;) {
        assert_int_equal(db_begin(room.board), OK);
        for (uint32_t i = chance(200) + 1; i > 0 && id <= POSTINGS; i--)
            words_put(id++, true);
        assert_int_equal(db_commit(room.board), OK);
        arena_reset(&room_arena, 0);
    }
    joined();
    postings = postings_open(room.board);
    packing = packing_open(room.board);
    gather = gather_open(room.board);
    sizes_open(&sizes, room.board);
    return 0;
}

static int teardown(void **state UNUSED)
{
    gather_close(gather);
    packing_close(packing);
    postings_close(postings);
    sizes_close(&sizes);
    clerk_close(&room);
    return 0;
}

static struct score *best_of(const struct plan *plan, struct postings *with, size_t most)
{
    struct score *score = arena_new(&room_arena, struct score);
    score->sizes = &sizes;
    score->arena = &room_arena;
    score->most = most;
    assert_int_equal(gather_best(gather, &room_arena, plan, with, score), OK);
    return score;
}

static const struct plan *plan_random(void)
{
    struct plan *plan = arena_new(&room_arena, struct plan);
    for (size_t i = chance(8) + 1; i > 0; i--) {
        const struct text word = arena_format(&room_arena, "w%u", chance(WORDS));
        const double weight = 0.1 + chance(50) / 10.0;
        plan->terms[plan->count++] =
            (struct term){.word = word,
                          .quoted = arena_format(&room_arena, "\"%s\"", word.data),
                          .weight = weight};
    }
    plan->leading = plan->scored = plan->count;
    return plan;
}

static double score_of(const struct score *score, int64_t posting)
{
    for (size_t i = 0; i < score->count; i++) {
        if (score->best[i].posting == posting)
            return score->best[i].score;
    }
    return -1;
}

/* How many of the ten best, over many queries, stand where they may not: their sum differs from
 * FTS5's by more than the steps allow, or one that they leave out is better by more. */
static size_t wrong_ones(double step)
{
    size_t wrong = 0;
    for (int i = 0; i < QUERIES; i++) {
        const size_t mark = room_arena.used;
        const struct plan *plan = plan_random();
        double error = 1e-3;
        for (size_t j = 0; j < plan->count; j++)
            error += plan->terms[j].weight * step;
        const struct score *ours = best_of(plan, postings, TEN);
        const struct score *exact = best_of(plan, NULL, SCORE_BEST_MAX);
        const size_t count = exact->count < TEN ? exact->count : TEN;
        wrong += ours->count != count;
        for (size_t j = 0; j < ours->count && j < count; j++) {
            const double score = score_of(exact, ours->best[j].posting);
            wrong += (score >= 0 && fabs(score - ours->best[j].score) > error) ||
                     fabs(ours->best[j].score - exact->best[j].score) > error;
        }
        arena_reset(&room_arena, mark);
    }
    return wrong;
}

static bool is_packed(void)
{
    int64_t rows = 0, last = 0;
    assert_int_equal(postings_count(postings, &room_arena, TEXT("w1"), 1, &rows, &last), OK);
    return last == INT64_MAX;
}

static void packed_lists_add_up_to_the_index_within_half_a_step(void **state UNUSED)
{
    look();
    assert_false(is_packed()); /* control */
    assert_in_range(packed(), 2, STEPS_MAX - 1);
    look();
    assert_true(is_packed());
    assert_true(postings_packed(postings));
    assert_int_equal(wrong_ones(STEP), 0);
    assert_int_equal(packed(), 1); /* nothing is packed twice */
}

static void a_changed_byte_of_a_packed_list_is_seen(void **state UNUSED)
{
    assert_int_equal(db_run_script(room.board,
                                   "UPDATE packed_list SET list = CAST(substr(list, 1, 199) || "
                                   "X'ff' || substr(list, 201) AS BLOB) WHERE length(list) > 400"),
                     OK);
    look();
    assert_true(wrong_ones(STEP) > 0);
    assert_int_equal(db_run_script(room.board, "UPDATE packed_piece SET mark = mark + 1"), OK);
    look();
    assert_false(is_packed()); /* it is not this piece any more */
    assert_int_equal(wrong_ones(STEP), 0);
    assert_in_range(packed(), 2, STEPS_MAX - 1); /* dropped, and made anew */
    look();
    assert_true(is_packed());
    assert_int_equal(wrong_ones(STEP), 0);
}

/* Some are rewritten, some taken out, some come anew: in newer pieces, while the old one stays.
 * Sizes stay as they were packed, which is not what is tried here. */
static void some_change(int64_t first_new, int64_t last)
{
    assert_int_equal(db_begin(room.board), OK);
    for (int64_t id = 1; id <= last; id++) {
        const size_t mark = room_arena.used;
        const bool fresh = id >= first_new;
        if (fresh || (id <= POSTINGS && id % 25 == first_new % 25)) {
            if (!fresh)
                assert_int_equal(board_posting_unindex(room.board, id), OK);
            words_put(id, fresh);
            if (chance(3) == 0)
                assert_int_equal(board_posting_unindex(room.board, id), OK);
        }
        arena_reset(&room_arena, mark);
    }
    assert_int_equal(db_commit(room.board), OK);
    assert_int_equal(db_run_script(room.board, "DELETE FROM packed_size"), OK);
}

static void what_a_newer_piece_says_of_a_posting_holds(void **state UNUSED)
{
    some_change(POSTINGS + 1, POSTINGS + 60);
    look();
    assert_true(is_packed());
    assert_int_equal(wrong_ones(STEP + MOVED), 0);
    /* Control: the old piece is said to hold nothing that could have been written anew. */
    assert_int_equal(db_run_script(room.board, "UPDATE packed_piece SET newest = 0"), OK);
    look();
    assert_true(wrong_ones(STEP + MOVED) > 0);
    assert_int_equal(db_run_script(room.board, "UPDATE packed_piece SET newest = 2500"), OK);
    some_change(POSTINGS + 61, POSTINGS + 70);
    some_change(POSTINGS + 71, POSTINGS + 80);
    look();
    assert_int_equal(wrong_ones(STEP + MOVED), 0); /* of several newer ones */
}

static void what_was_joined_is_dropped_and_packed_anew(void **state UNUSED)
{
    joined();
    look();
    assert_false(is_packed());
    assert_int_equal(wrong_ones(STEP), 0);
    assert_in_range(packed(), 2, STEPS_MAX - 1);
    look();
    assert_true(is_packed());
    assert_int_equal(wrong_ones(STEP), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_lists_add_up_to_the_index_within_half_a_step),
        cmocka_unit_test(a_changed_byte_of_a_packed_list_is_seen),
        cmocka_unit_test(what_a_newer_piece_says_of_a_posting_holds),
        cmocka_unit_test(what_was_joined_is_dropped_and_packed_anew),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
