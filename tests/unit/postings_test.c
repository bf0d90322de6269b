/* The search index's pages as we read them ourselves are what FTS5 reads in them. */
#include "board/search/postings.h"
#include "tests/unit/room.h"

#include <stdlib.h>

enum { POSTINGS = 700, CHANGES = 260, WORDS = 60, LONG = 9000, ROWS_MAX = 4 * POSTINGS };

struct rows {
    struct posting_row row[ROWS_MAX];
    size_t count;
};
static struct postings *postings;
static struct rows ours, theirs;
static uint32_t seed = 7;

static uint32_t chance(uint32_t below)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 8) % below;
}

/* Common words and rare ones; now and then a word so often that its places fill pages. */
static struct text words_make(size_t most)
{
    struct buf out;
    buf_open(&out, &room_arena, 64);
    for (size_t i = chance((uint32_t)most) + 1; i > 0; i--)
        buf_format(&out, "w%u ", chance(chance(WORDS) + 1));
    for (size_t i = chance(90) == 0 ? LONG : 0; i > 0; i--)
        buf_format(&out, i % 2 == 0 ? "w1 " : "long ");
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

/* Changed, and of some taken out again. */
static void words_change(int64_t id)
{
    assert_int_equal(board_posting_unindex(room.board, id), OK);
    words_put(id, false);
    if (chance(3) == 0)
        assert_int_equal(board_posting_unindex(room.board, id), OK);
}

static void join(int steps)
{
    bool more = true;
    for (int i = 0; i < steps && more; i++)
        assert_int_equal(pieces_join(room.board, &room_arena, &more), OK);
}

static int setup(void **state UNUSED)
{
    room_open();
    for (int64_t id = 1; id <= POSTINGS;) {
        assert_int_equal(db_begin(room.board), OK);
        for (uint32_t i = chance(40) + 1; i > 0 && id <= POSTINGS; i--)
            words_put(id++, true);
        assert_int_equal(db_commit(room.board), OK);
        arena_reset(&room_arena, 0);
    }
    postings = postings_open(room.board);
    return 0;
}

static int teardown(void **state UNUSED)
{
    postings_close(postings);
    clerk_close(&room);
    return 0;
}

static bool our_rows(void *self, const struct posting_row *rows, size_t count)
{
    struct rows *out = self;
    assert_true(out->count + count <= ROWS_MAX);
    memcpy(&out->row[out->count], rows, count * sizeof(*rows));
    out->count += count;
    return true;
}

static bool their_row(void *self, const struct db_match *match, int64_t posting)
{
    struct rows *out = self;
    struct posting_row *row = &out->row[out->count++];
    assert_true(out->count <= ROWS_MAX);
    row->posting = posting;
    (void)db_match_counts(match, 0, row->times, SCORE_COLUMNS);
    return true;
}

static void their_walk(void *self, const struct db_match *match, int64_t first)
{
    (void)first;
    assert_true(db_match_walk(match, 0, their_row, self));
}

static size_t rows_compare(const char *word)
{
    struct board_search_walk_row row;
    ours.count = theirs.count = 0;
    assert_int_equal(postings_ready(postings, &room_arena, db_version(room.board)), OK);
    assert_true(postings_readable(postings));
    assert_int_equal(postings_walk(postings, &room_arena, text_of(word), our_rows, &ours), OK);
    db_rank_set(room.board, their_walk, &theirs);
    const enum result result =
        board_search_walk(room.board, &room_arena, arena_format(&room_arena, "\"%s\"", word), &row);
    db_rank_set(room.board, NULL, NULL);
    assert_true(result == OK || result == NOT_FOUND);
    assert_int_equal(ours.count, theirs.count);
    for (size_t i = 0; i < ours.count; i++) {
        assert_int_equal(ours.row[i].posting, theirs.row[i].posting);
        assert_memory_equal(ours.row[i].times, theirs.row[i].times, sizeof(ours.row[i].times));
    }
    return ours.count;
}

static size_t all_compare(void)
{
    char word[16];
    size_t rows = rows_compare("long") + rows_compare("nowhere");
    for (int i = 0; i <= WORDS; i++) {
        (void)snprintf(word, sizeof(word), "w%d", i);
        rows += rows_compare(word);
    }
    arena_reset(&room_arena, 0);
    return rows;
}

struct named {
    char words[8192];
    size_t size, count;
};

static void term_named(void *self, struct text term, size_t size)
{
    struct named *named = self;
    char word[32];
    assert_in_range(size, 1, INT32_MAX);
    (void)snprintf(word, sizeof(word), " %.*s ", (int)term.size, term.data);
    if (strstr(named->words, word) != NULL)
        return;
    assert_true(named->size + sizeof(word) < sizeof(named->words));
    memcpy(named->words + named->size, word, strlen(word));
    named->size += strlen(word);
    named->count++;
}

/* Every word of the index with such a beginning, and no other. */
static void terms_compare(const char *begin, const char *behind)
{
    static struct named named;
    struct board_search_terms_row *rows;
    size_t count;
    memset(&named, 0, sizeof(named));
    assert_int_equal(postings_ready(postings, &room_arena, db_version(room.board)), OK);
    assert_int_equal(postings_terms(postings, &room_arena, text_of(begin), term_named, &named), OK);
    assert_int_equal(board_search_terms(room.board, &room_arena, text_of(begin), text_of(behind),
                                        10000, &rows, &count),
                     OK);
    assert_in_range(count, 1, 10000);
    for (size_t i = 0; i < count; i++) {
        const struct text word =
            arena_format(&room_arena, " %.*s ", (int)rows[i].term.size, rows[i].term.data);
        assert_non_null(strstr(named.words, word.data));
    }
    assert_int_equal(named.count, count);
}

static int64_t pieces_now(void)
{
    struct pieces now;
    assert_int_equal(pieces_read(room.board, &room_arena, &now, NULL, 0), OK);
    return now.count;
}

static void every_word_stands_where_fts5_says_in_many_pieces_in_few_and_while_they_are_joined(
    void **state UNUSED)
{
    assert_in_range(pieces_now(), 3, 24); /* the control: there is something to put together */
    assert_in_range(all_compare(), POSTINGS, INT32_MAX);
    terms_compare("w1", "w1{");
    for (int i = 0; i < 12; i++) {
        join(1);
        (void)all_compare();
        terms_compare("w1", "w1{");
    }
    join(1000);
    assert_int_equal(pieces_now(), 1);
    (void)all_compare();
    terms_compare("w", "w{");
    terms_compare("long", "long{");
}

static void postings_changed_and_taken_out_are_as_fts5_has_them(void **state UNUSED)
{
    for (int64_t id = 2; id <= 2 * CHANGES; id += 2) {
        assert_int_equal(db_begin(room.board), OK);
        words_change(id);
        assert_int_equal(db_commit(room.board), OK);
        arena_reset(&room_arena, 0);
        if (id % 40 == 0) {
            (void)all_compare();
            join((int)chance(3));
        }
    }
    (void)all_compare();
    join(1000);
    (void)all_compare();
}

static void a_word_is_looked_for_as_the_index_keeps_it(void **state UNUSED)
{
    char stem[32];
    size_t size = 0;
    assert_true(db_word_stem(room.board, TEXT("infections"), stem, sizeof(stem), &size));
    assert_int_equal(size, strlen("infect"));
    assert_memory_equal(stem, "infect", size);
    assert_false(db_word_stem(room.board, TEXT("two words"), stem, sizeof(stem), &size));
    assert_false(db_word_stem(room.board, TEXT("..."), stem, sizeof(stem), &size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_word_stands_where_fts5_says_in_many_pieces_in_few_and_while_they_are_joined),
        cmocka_unit_test(postings_changed_and_taken_out_are_as_fts5_has_them),
        cmocka_unit_test(a_word_is_looked_for_as_the_index_keeps_it),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
