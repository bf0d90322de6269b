/* Bursts: a series by hand, and two centuries of the State of the Union. */
#include "insight/burst.h"
#include "tests/support/shared.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { YEARS_MAX = 300 };
static struct arena arena;

static void a_word_said_more_often_for_a_while_bursts_then(void **state)
{
    (void)state;
    static const int64_t counts[] = {1, 0, 1, 2, 40, 50, 45, 1, 0, 2, 1, 1};
    static const int64_t totals[] = {900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900};
    size_t found;
    const struct burst *bursts = burst_find(&arena, counts, totals, 12, 2, 1, &found);
    assert_int_equal(found, 1);
    assert_int_equal(bursts[0].first, 4);
    assert_int_equal(bursts[0].last, 6);
    assert_true(bursts[0].weight > 2 * log(12));
    static const int64_t none[12] = {0};
    (void)burst_find(&arena, none, totals, 12, 2, 1, &found);
    assert_int_equal(found, 0);
    static const int64_t even[] = {9, 10, 11, 9, 10, 11, 9, 10, 11, 9, 10, 11};
    (void)burst_find(&arena, even, totals, 12, 2, 1, &found);
    assert_int_equal(found, 0);
}

static size_t column_of(struct text heading, struct text word)
{
    struct text name;
    for (size_t i = 0; text_next(&heading, ',', &name); i++)
        if (i > 1 && text_equal(text_trim(name), word)) /* behind year and total */
            return i;
    return 0;
}

static void state_of_the_union_bursts_are_the_known_ones(void **state)
{
    (void)state;
    static struct text lines[YEARS_MAX];
    static int64_t totals[YEARS_MAX], counts[YEARS_MAX];
    struct text text = shared_text(&arena, "golden/insight/sotu_counts.csv"), heading, line;
    struct text golden = shared_text(&arena, "golden/insight/sotu_kleinberg_golden.csv");
    size_t years = 0, compared = 0;
    if (!text.data || !golden.data)
        skip();
    assert_true(text_next(&text, '\n', &heading));
    for (; text_next(&text, '\n', &lines[years]); years++)
        totals[years] = (int64_t)shared_real(shared_field(lines[years], ',', 1));
    (void)text_next(&golden, '\n', &line);
    for (; text_next(&golden, '\n', &line); compared++) {
        const size_t column = column_of(heading, shared_field(line, ',', 0));
        const double from = shared_real(shared_field(line, ',', 1)),
                     to = shared_real(shared_field(line, ',', 2)),
                     weight = shared_real(shared_field(line, ',', 3));
        size_t found, mark = arena.used;
        bool is_there = false;
        assert_true(column > 1);
        for (size_t i = 0; i < years; i++)
            counts[i] = (int64_t)shared_real(shared_field(lines[i], ',', column));
        const struct burst *bursts = burst_find(&arena, counts, totals, years, 2, 1, &found);
        for (size_t i = 0; i < found; i++)
            is_there |= shared_real(shared_field(lines[bursts[i].first], ',', 0)) == from &&
                        shared_real(shared_field(lines[bursts[i].last], ',', 0)) == to &&
                        fabs(bursts[i].weight - weight) < 2e-6;
        if (!is_there)
            fail_msg("%.*s", (int)line.size, line.data);
        arena_reset(&arena, mark);
    }
    assert_int_equal(compared, 300);
}

int main(void)
{
    arena_open(&arena, (size_t)1 << 30);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_said_more_often_for_a_while_bursts_then),
        cmocka_unit_test(state_of_the_union_bursts_are_the_known_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
