/* The pieces the search index lies in are joined without changing what it holds. */
#include "board/search/pieces.h"
#include "tests/unit/room.h"

enum { POSTINGS = 60, STEPS_MAX = 200 };

static int setup(void **state UNUSED)
{
    room_open();
    for (int64_t id = 1; id <= POSTINGS; id++) { /* each a commit and so a piece of its own */
        const struct text none = TEXT("");
        const struct text body =
            arena_format(&room_arena, "word%lld fever and rash", (long long)id);
        assert_int_equal(db_begin(room.board), OK);
        assert_int_equal(board_posting_add(room.board, id, 1, id, 0, 1, TEXT("Fever"), none, none,
                                           none, none, body, none),
                         OK);
        assert_int_equal(board_posting_index(room.board, id), OK);
        assert_int_equal(db_commit(room.board), OK);
    }
    return 0;
}

static int teardown(void **state UNUSED)
{
    clerk_close(&room);
    return 0;
}

static struct pieces pieces_now(void)
{
    struct pieces pieces;
    assert_int_equal(pieces_read(room.board, &room_arena, &pieces, NULL, 0), OK);
    return pieces;
}

/* Steps until nothing is left to do. */
static int joined_in(void)
{
    int steps = 0;
    for (bool more = true; more && steps < STEPS_MAX; steps++)
        assert_int_equal(pieces_join(room.board, &room_arena, &more), OK);
    return steps;
}

static int64_t found(const char *query)
{
    struct board_search_count_between_row row;
    assert_int_equal(board_search_count_between(room.board, &room_arena, text_of(query), 1,
                                                POSTINGS, POSTINGS, &row),
                     OK);
    return row.rows;
}

static void pieces_are_joined_and_hold_what_they_held(void **state UNUSED)
{
    assert_in_range(pieces_now().count, 4, POSTINGS); /* the control */
    assert_int_equal(found("fever"), POSTINGS);
    assert_in_range(joined_in(), 2, STEPS_MAX - 1);
    assert_int_equal(pieces_now().count, 1);
    assert_int_equal(found("fever"), POSTINGS);
    assert_int_equal(found("word7"), 1);
    assert_int_equal(board_index_check(room.board), OK);
}

static void a_joined_index_is_left_alone_and_a_later_posting_is_a_small_piece(void **state UNUSED)
{
    assert_int_equal(joined_in(), 1);
    assert_int_equal(db_begin(room.board), OK);
    assert_int_equal(board_posting_unindex(room.board, 7), OK);
    assert_int_equal(
        board_posting_rewrite(room.board, 7, TEXT("Cough"), TEXT(""), TEXT("cough"), TEXT("")), OK);
    assert_int_equal(board_posting_index(room.board, 7), OK);
    assert_int_equal(db_commit(room.board), OK);
    assert_in_range(joined_in(), 1, STEPS_MAX - 1);
    assert_int_equal(found("word7"), 0);
    assert_int_equal(found("cough"), 1);
    assert_int_equal(found("fever"), POSTINGS - 1);
    assert_int_equal(board_index_check(room.board), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_joined_and_hold_what_they_held),
        cmocka_unit_test(a_joined_index_is_left_alone_and_a_later_posting_is_a_small_piece),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
