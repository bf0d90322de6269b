/* The inside of a search: lists of postings walked word by word, the commoner words read in texts,
 * sizes and rarities near enough. */
#include "board/search/gather.h"
#include "board/search/rest.h"
#include "tests/unit/room.h"

#include <math.h>
#include <stdlib.h>

enum { POSTINGS = 6000, EVERY = 3 };

static struct db *db;
static struct sizes sizes;
static struct gather *gather;
static struct rarity *rarity;

/* Words by number, so that each has a rarity of its own: "often" in every third posting, "early"
 * only in the first third, "mark7" in every fiftieth. */
static void posting_make(int64_t id)
{
    struct buf body;
    buf_open(&body, &room_arena, 1024);
    buf_format(&body, "mark%lld kind%lld ", (long long)(id % 50), (long long)(id % 11));
    for (int64_t i = 0; i < id % 37; i++)
        buf_format(&body, "filler%lld ", (long long)((id * 31 + i) % 97));
    if (id % EVERY == 0)
        buf_format(&body, "often, and often again. ");
    if (id < POSTINGS / EVERY)
        buf_format(&body, "early ");
    const struct text title = id % 5 == 0 ? TEXT("Kind3 of marks") : TEXT("Nothing of that");
    const struct text text = buf_done(&body), none = TEXT("");
    assert_int_equal(
        board_posting_add(room.board, id, 5, id, 0, 1, title, none, none, none, none, text, none),
        OK);
    assert_int_equal(board_posting_index(room.board, id), OK);
}

static int setup(void **state UNUSED)
{
    room_open();
    assert_int_equal(db_begin(room.board), OK);
    for (int64_t id = 1; id <= POSTINGS; id++) {
        const size_t mark = room_arena.used;
        posting_make(id);
        arena_reset(&room_arena, mark);
    }
    assert_int_equal(board_total_add(room.board, TEXT("texts"), POSTINGS), OK);
    assert_int_equal(db_commit(room.board), OK);
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    gather = gather_open(db);
    sizes_open(&sizes, db);
    rarity = calloc(1, sizeof(*rarity));
    assert_non_null(rarity);
    rarity->db = db;
    rarity->all = true;
    return 0;
}

static int teardown(void **state UNUSED)
{
    free(rarity);
    sizes_close(&sizes);
    gather_close(gather);
    db_close(db);
    clerk_close(&room);
    return 0;
}

static struct plan *plan_of(const char *typed)
{
    struct plan *plan = arena_new(&room_arena, struct plan);
    struct asked *asked = arena_new(&room_arena, struct asked);
    const struct vocab_more more = {.count = 0};
    asked_read(&room_arena, text_of(typed), 24, true, 0, asked);
    assert_int_equal(plan_make(rarity, &room_arena, asked, &more, false, plan), OK);
    return plan;
}

static struct score *score_new(size_t most)
{
    struct score *score = arena_new(&room_arena, struct score);
    score->sizes = &sizes;
    score->arena = &room_arena;
    score->most = most;
    return score;
}

static const char *const asked_of[] = {"mark7 kind3", "often kind3 filler5 early mark9 filler9",
                                       "early", "kind3 kind4 kind5 kind6 mark1 mark2"};

static void walking_word_by_word_finds_what_merging_finds(void **state UNUSED)
{
    for (size_t i = 0; i < sizeof(asked_of) / sizeof(*asked_of); i++) {
        struct board_search_rank_row row;
        struct score *walked = score_new(50), *merged = score_new(50);
        const struct plan *plan = plan_of(asked_of[i]);
        assert_int_equal(gather_best(gather, &room_arena, plan, NULL, walked), OK);
        db_rank_set(db, score_row, merged);
        assert_int_equal(
            board_search_rank(db, &room_arena, plan_write(&room_arena, plan, merged), &row), OK);
        db_rank_set(db, NULL, NULL);
        score_sort(merged->best, merged->count);
        assert_int_equal(walked->count, 50);
        assert_int_equal(merged->count, 50);
        for (size_t j = 0; j < 50; j++)
            assert_true(fabs(walked->best[j].score - merged->best[j].score) < 1e-3);
    }
}

static double score_of(const struct score *score, int64_t posting)
{
    for (size_t i = 0; i < score->count; i++) {
        if (score->best[i].posting == posting)
            return score->best[i].score;
    }
    return -1;
}

static void commoner_words_read_in_texts_add_what_their_lists_would(void **state UNUSED)
{
    struct rest *rest = arena_new(&room_arena, struct rest);
    struct plan *plan = plan_of("often kind3 filler5 early mark9 filler9");
    struct score *whole = score_new(SCORE_BEST_MAX), *part = score_new(100);
    size_t more = 0;
    assert_int_equal(gather_best(gather, &room_arena, plan, NULL, whole), OK);
    plan->leading = 2;
    assert_int_equal(gather_best(gather, &room_arena, plan, NULL, part), OK);
    const double before = part->best[0].score;
    rest_open(rest, plan);
    assert_int_equal(rest_add(rest, db, &room_arena, part), OK);
    for (size_t i = 0; i < part->count; i++) {
        const double score = score_of(whole, part->best[i].posting);
        assert_true(score < 0 || fabs(score - part->best[i].score) < 1e-3);
        more += part->best[i].score > before;
    }
    assert_true(more > 0); /* control: something was added */
}

static void a_table_in_use_is_empty_for_the_next_query(void **state UNUSED)
{
    struct score *first = score_new(10), *second = score_new(10);
    assert_int_equal(gather_best(gather, &room_arena, plan_of("often kind3"), NULL, first), OK);
    assert_int_equal(gather_best(gather, &room_arena, plan_of("often kind3"), NULL, second), OK);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(first->best[i].posting, second->best[i].posting);
        assert_true(fabs(first->best[i].score - second->best[i].score) < 1e-6);
    }
}

static void sizes_are_near_the_truth_and_of_new_postings_too(void **state UNUSED)
{
    const int64_t id = POSTINGS + 1;
    const struct size known = sizes_of(&sizes, &room_arena, 37 * EVERY * 50);
    assert_true(fabs(sizes_words(known.title) - 3) < 0.1);
    assert_true(fabs(sizes_words(known.body) - 6) < 0.2);
    assert_int_equal(sizes_of(&sizes, &room_arena, id).body, 0); /* control: not there yet */
    assert_int_equal(db_begin(room.board), OK);
    posting_make(id);
    assert_int_equal(db_commit(room.board), OK);
    const double words = 2 + (double)(id % 37);
    assert_true(fabs(sizes_words(sizes_of(&sizes, &room_arena, id).body) - words) < words * 0.05);
}

static void a_search_waits_for_so_many_sizes_and_the_next_one_for_the_others(void **state UNUSED)
{
    struct sizes few;
    sizes_open(&few, db);
    sizes_allow(&few, 1);
    assert_true(sizes_of(&few, &room_arena, 5).body > 0);
    assert_int_equal(sizes_of(&few, &room_arena, SIZES_BLOCK + 5).body, 0);
    assert_true(sizes_of(&few, &room_arena, 6).body > 0); /* read with the first */
    sizes_allow(&few, 1);
    assert_true(sizes_of(&few, &room_arena, SIZES_BLOCK + 5).body > 0);
    sizes_close(&few);
}

static void words_of_many_postings_are_estimated_wherever_they_stand(void **state UNUSED)
{
    static const char *const words[] = {"\"often\"", "\"early\""};
    int64_t rows = 0;
    assert_int_equal(rarity_texts(rarity, &room_arena), OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(rarity_rows(rarity, &room_arena, text_of(words[i]), NO_TEXT, &rows), OK);
        assert_true(llabs(rows - POSTINGS / EVERY) < POSTINGS / EVERY / 10);
    }
    assert_int_equal(rarity_rows(rarity, &room_arena, TEXT("\"mark7\""), NO_TEXT, &rows), OK);
    assert_int_equal(rows, POSTINGS / 50); /* exactly: a rare one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walking_word_by_word_finds_what_merging_finds),
        cmocka_unit_test(commoner_words_read_in_texts_add_what_their_lists_would),
        cmocka_unit_test(a_table_in_use_is_empty_for_the_next_query),
        cmocka_unit_test(sizes_are_near_the_truth_and_of_new_postings_too),
        cmocka_unit_test(a_search_waits_for_so_many_sizes_and_the_next_one_for_the_others),
        cmocka_unit_test(words_of_many_postings_are_estimated_wherever_they_stand),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
