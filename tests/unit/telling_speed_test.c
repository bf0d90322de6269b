/* What a posting costs the clerk: the same whoever follows its topic or thread, and little more
 * with a hundred thousand searches saved. Times are this process's own, medians of postings in
 * turn, so that what else runs here says nothing. `make bench` shows the figures this prints. */
#include "board/telling/percolate.h"
#include "tests/unit/room.h"

#include <stdlib.h>
#include <time.h>

enum { FEW = 10, MANY = 100000, TURNS = 60, VOCABULARY = 20000, WORDS_POSTED = 250 };
#define RATIO_MOST 1.2

static struct person admin, kestrel, larkspur;
static uint32_t seed = 1;

static void setup(void)
{
    room_open();
    room_settings("second.physician = 0\nsecond.staff = 0\nposting.hold_first = 0\nposting.per_day "
                  "= 10000\n");
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
}

static uint32_t below(uint32_t most)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * most >> 24);
}

/* Word `number` of a made-up language: five letters and more, no two stems alike. */
static void word_write(struct buf *out, uint32_t number)
{
    for (uint32_t left = number + VOCABULARY; left > 0; left /= 17)
        buf_char(out, "bcdfghjklmnpqrtvw"[left % 17]);
    buf_literal(out, "ox", 2);
}

/* Few words make up most of a text, as in any language: Zipf's law. */
static uint32_t word_draw(void)
{
    uint32_t high = below(below(below(VOCABULARY) + 1) + 1);
    return high;
}

static struct text body_make(void)
{
    struct buf out;
    buf_open(&out, &room_arena, 4096);
    for (int i = 0; i < WORDS_POSTED; i++) {
        word_write(&out, word_draw());
        buf_char(&out, ' ');
    }
    return buf_done(&out);
}

static double cpu_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *took)
{
    qsort(took, TURNS, sizeof(*took), rising);
    return took[TURNS / 2];
}

static double ask_us(const char *topics)
{
    struct command command = ask_command("What is to be done about this");
    command.ask.topics = text_of(topics);
    command.ask.body = body_make();
    double start = cpu_us();
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    return cpu_us() - start;
}

static double answer_us(int64_t question)
{
    struct command command = {.kind = COMMAND_ANSWER};
    request_new(&command);
    command.answer = (struct command_answer){question, body_make()};
    double start = cpu_us();
    assert_int_equal(room_do(&larkspur, &command, NULL), OK);
    return cpu_us() - start;
}

/* Straight into the desk: who they are does not matter to the posting. */
static void follow(int64_t members, const char *topic, int64_t question)
{
    assert_int_equal(db_begin(room.desk), OK);
    for (int64_t i = 0; i < members; i++) {
        int64_t member = INT64_C(1000000) + i;
        if (topic != NULL)
            assert_int_equal(desk_interest_add(room.desk, text_of(topic), member), OK);
        else
            assert_int_equal(desk_follow_add(room.desk, question, member), OK);
    }
    assert_int_equal(db_commit(room.desk), OK);
}

static void
a_posting_costs_the_same_with_ten_and_with_a_hundred_thousand_followers(void **state UNUSED)
{
    double few[TURNS], many[TURNS];
    setup();
    follow(FEW, "seldom", 0);
    follow(MANY, "often", 0);
    (void)ask_us("seldom");
    (void)ask_us("often");
    for (int i = 0; i < TURNS; i++) {
        few[i] = ask_us("seldom");
        many[i] = ask_us("often");
    }
    double ratio = median(many) / median(few);
    printf("follow_cost_ratio %.3f ratio\nposting_cost_us %.0f us\n", ratio, median(few));
    assert_true(ratio < RATIO_MOST);
    clerk_close(&room);
}

static void
an_answer_costs_the_same_with_ten_and_with_a_hundred_thousand_followers(void **state UNUSED)
{
    double few[TURNS], many[TURNS];
    setup();
    int64_t quiet = person_ask(&kestrel, "Whom nobody listens to much");
    int64_t loud = person_ask(&kestrel, "Whom everybody listens to");
    follow(FEW, NULL, quiet);
    follow(MANY, NULL, loud);
    for (int i = 0; i < TURNS; i++) {
        few[i] = answer_us(quiet);
        many[i] = answer_us(loud);
    }
    double ratio = median(many) / median(few);
    printf("thread_follow_cost_ratio %.3f ratio\n", ratio);
    assert_true(ratio < RATIO_MOST);
    clerk_close(&room);
}

/* --- saved searches --- */

/* Two or three words, the rarest of which is the anchor: words with higher numbers are rarer. */
static void query_make(struct buf *words, struct buf *anchor)
{
    uint32_t rarest = 0;
    int count = 2 + (int)below(2);
    for (int i = 0; i < count; i++) {
        uint32_t word = below(VOCABULARY);
        word_write(words, word);
        buf_char(words, ' ');
        rarest = word > rarest ? word : rarest;
    }
    word_write(anchor, rarest);
}

static void queries_add(int from, int upto)
{
    assert_int_equal(db_begin(room.desk), OK);
    for (int i = from; i < upto; i++) {
        struct buf words, anchor;
        struct query query;
        uint8_t key[ID_SIZE] = {0};
        size_t mark = room_arena.used;
        buf_open(&words, &room_arena, 64);
        buf_open(&anchor, &room_arena, 32);
        query_make(&words, &anchor);
        assert_null(query_read(&room_arena, buf_done(&words), &query));
        memcpy(key, &i, sizeof(i));
        assert_int_equal(
            desk_query_add(room.desk, buf_done(&anchor), bytes_of(key, ID_SIZE), query.spec), OK);
        arena_reset(&room_arena, mark);
    }
    assert_int_equal(db_commit(room.desk), OK);
}

/* The matching alone, as fold_telling.c does it. */
static double match_us(size_t *found)
{
    const struct posting_facts facts = {.title = TEXT("What is to be done about this"),
                                        .body = body_make(),
                                        .topics = TEXT("often seldom"),
                                        .kind = POSTING_QUESTION};
    struct desk_queries_of_terms_row *rows;
    size_t count = 0;
    double start = cpu_us();
    struct posting_terms *terms = posting_terms_read(&room_arena, &facts);
    assert_int_equal(desk_queries_of_terms(room.desk, &room_arena,
                                           posting_terms_json(&room_arena, terms), &rows, &count),
                     OK);
    for (size_t i = 0; i < count; i++)
        *found += query_matches(terms, rows[i].spec);
    return cpu_us() - start;
}

static double match_median_us(size_t *found)
{
    double took[TURNS];
    for (int i = 0; i < TURNS; i++) {
        size_t mark = room_arena.used;
        took[i] = match_us(found);
        arena_reset(&room_arena, mark);
    }
    return median(took);
}

static void a_hundred_thousand_saved_searches_are_matched_in_milliseconds(void **state UNUSED)
{
    size_t found = 0;
    setup();
    printf("percolate_0_ms %.3f ms\n", match_median_us(&found) / 1000);
    assert_int_equal(found, 0);
    queries_add(0, 10000);
    double ten = match_median_us(&found);
    queries_add(10000, 100000);
    double hundred = match_median_us(&found);
    printf("percolate_10k_ms %.3f ms\npercolate_100k_ms %.3f ms\npercolate_found %zu hits\n",
           ten / 1000, hundred / 1000, found);
    assert_true(found > 0); /* control: there was something to find */
    assert_true(hundred < 20000);
    clerk_close(&room);
}

/* What would grow: two thousand different searches that all match are as many rows. */
static void a_posting_that_grows_with_who_is_told_would_be_seen(void **state UNUSED)
{
    double few[TURNS], many[TURNS];
    setup();
    for (int i = 0; i < TURNS; i++)
        few[i] = ask_us("seldom");
    assert_int_equal(db_begin(room.desk), OK);
    for (int i = 0; i < 2000; i++) {
        uint8_t key[ID_SIZE] = {1};
        memcpy(key + 1, &i, sizeof(i));
        assert_int_equal(
            desk_query_add(room.desk, TEXT("done"), bytes_of(key, ID_SIZE), TEXT("+done")), OK);
    }
    assert_int_equal(db_commit(room.desk), OK);
    for (int i = 0; i < TURNS; i++)
        many[i] = ask_us("seldom");
    assert_true(median(many) / median(few) > RATIO_MOST);
    clerk_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_posting_costs_the_same_with_ten_and_with_a_hundred_thousand_followers),
        cmocka_unit_test(an_answer_costs_the_same_with_ten_and_with_a_hundred_thousand_followers),
        cmocka_unit_test(a_hundred_thousand_saved_searches_are_matched_in_milliseconds),
        cmocka_unit_test(a_posting_that_grows_with_who_is_told_would_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
