/* Memory of one request. What a wrong program does is tried in a child. */
#include "core/arena.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void memory_is_aligned_and_zero_even_when_used_before(void **state UNUSED)
{
    struct arena arena;
    arena_open(&arena, 1 << 16);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 200; size += 7) {
            uint8_t *data = arena_take(&arena, size);
            assert_int_equal((uintptr_t)data % 16, 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(data[i], 0);
            memset(data, 0xff, size);
        }
        arena_reset(&arena, 0);
    }
    assert_true(arena.peak > 2000 && arena.used == 0);
    arena_close(&arena);
    assert_null(arena.block);
}

static void memory_beyond_an_earlier_peak_is_zero_too(void **state UNUSED)
{
    struct arena arena;
    arena_open(&arena, 4096);
    memset(arena_take(&arena, 100), 0xff, 100);
    arena_reset(&arena, 0);
    uint8_t *data = arena_take(&arena, 300);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(data[i], 0);
    arena_close(&arena);
}

static void copies_end_in_nul_and_absent_stays_absent(void **state UNUSED)
{
    struct arena arena;
    arena_open(&arena, 1 << 16);
    char word[] = "word";
    struct text copy = arena_text(&arena, (struct text){word, 3});
    word[0] = 'W';
    assert_string_equal(copy.data, "wor");
    assert_null(arena_text(&arena, NO_TEXT).data);
    assert_null(arena_bytes(&arena, NO_BYTES).data);
    assert_non_null(arena_text(&arena, TEXT("")).data);
    arena_close(&arena);
}

static void formatted_text_may_be_longer_than_the_small_buffer(void **state UNUSED)
{
    struct arena arena;
    arena_open(&arena, 1 << 16);
    for (int width = 250; width < 260; width++) {
        struct text text = arena_format(&arena, "%*d", width, 7);
        assert_int_equal(text.size, width);
        assert_int_equal(strlen(text.data), width);
        assert_int_equal(text.data[width - 1], '7');
    }
    arena_close(&arena);
}

static void giving_back_to_a_mark_keeps_what_came_before(void **state UNUSED)
{
    struct arena arena;
    arena_open(&arena, 1 << 16);
    struct text kept = arena_text(&arena, TEXT("kept"));
    size_t mark = arena.used;
    void *first = arena_take(&arena, 50);
    arena_reset(&arena, mark);
    assert_ptr_equal(arena_take(&arena, 50), first);
    assert_string_equal(kept.data, "kept");
    arena_close(&arena);
}

static void take_too_much(void *size)
{
    struct arena arena;
    arena_open(&arena, 4096);
    arena_take(&arena, *(size_t *)size);
}

static void overflow_an_array(void *unused UNUSED)
{
    struct arena arena;
    arena_open(&arena, 4096);
    arena_take_array(&arena, SIZE_MAX / 8 + 2, 8);
}

static void give_back_what_was_not_taken(void *unused UNUSED)
{
    struct arena arena;
    arena_open(&arena, 4096);
    arena_reset(&arena, 16);
}

static void use_before_opening(void *unused UNUSED)
{
    struct arena arena = {0};
    arena_take(&arena, 1);
}

static void running_out_stops_the_program(void **state UNUSED)
{
    size_t fits = 4096, over = 4097, huge = SIZE_MAX - 3;
    assert_int_equal(scratch_child(take_too_much, &fits), 0);
    assert_int_equal(scratch_child(take_too_much, &over), 128 + SIGABRT);
    assert_int_equal(scratch_child(take_too_much, &huge), 128 + SIGABRT);
    assert_int_equal(scratch_child(overflow_an_array, NULL), 128 + SIGABRT);
    assert_int_equal(scratch_child(give_back_what_was_not_taken, NULL), 128 + SIGABRT);
    assert_int_equal(scratch_child(use_before_opening, NULL), 128 + SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_and_zero_even_when_used_before),
        cmocka_unit_test(memory_beyond_an_earlier_peak_is_zero_too),
        cmocka_unit_test(copies_end_in_nul_and_absent_stays_absent),
        cmocka_unit_test(formatted_text_may_be_longer_than_the_small_buffer),
        cmocka_unit_test(giving_back_to_a_mark_keeps_what_came_before),
        cmocka_unit_test(running_out_stops_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
