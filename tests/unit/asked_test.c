/* Reading what was typed into the search. */
#include "board/search/asked.h"
#include "board/board.h"

#include "core/clock.h"

#include "tests/support/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define UNUSED __attribute__((unused))

static struct arena arena;
static struct asked asked;

static void read_it(const char *typed)
{
    asked_read(&arena, text_of(typed), 20, false, clock_from_date(2026, 6, 30), &asked);
}

static void phrases_exclusions_beginnings_and_words_are_told_apart(void **state UNUSED)
{
    read_it("Warfarin \"atrial  Fibrillation\" -child -\"old age\" anticoag* the");
    assert_int_equal(asked.count, 6);
    assert_true(text_is(asked.words[0].text, "warfarin") && !asked.words[0].phrase);
    assert_true(text_is(asked.words[1].text, "atrial fibrillation") && asked.words[1].phrase);
    assert_true(text_is(asked.words[2].text, "child") && asked.words[2].unwanted);
    assert_true(text_is(asked.words[3].text, "old age") && asked.words[3].unwanted);
    assert_true(asked.words[4].prefix);
    assert_true(asked.words[5].stop);
    assert_false(asked.filtered);
}

static void filters_are_taken_and_what_is_none_stays_words(void **state UNUSED)
{
    read_it("topic:Cardiology author:\"Halden Row\" state:solved since:2026-03 dose");
    assert_true(text_is(asked.filter.topic, "cardiology"));
    assert_true(text_is(asked.filter.author, "halden row"));
    assert_true(text_is(asked.filter.state, "solved"));
    assert_int_equal(asked.filter.since_ms, clock_from_date(2026, 3, 1));
    assert_int_equal(asked.count, 1);
    read_it("since:30d");
    assert_int_equal(asked.filter.since_ms, clock_from_date(2026, 5, 31));
    read_it("since:tomorrow title:warfarin topic: x");
    assert_false(asked.filtered);
    assert_int_equal(asked.count, 6); /* control: all of it is words */
}

static void a_letter_has_no_phrases_and_exclusions(void **state UNUSED)
{
    read_it(
        "\"help me\" she said and went on -thus for a very long time about her own knees today");
    assert_true(asked.letter);
    for (size_t i = 0; i < asked.count; i++)
        assert_false(asked.words[i].phrase || asked.words[i].unwanted);
    read_it("\"help me\" she said"); /* control: short */
    assert_true(asked.words[0].phrase);
}

static void a_filter_is_set_changed_and_taken_away_in_a_search(void **state UNUSED)
{
    struct text query =
        search_refine(&arena, TEXT("dose of warfarin"), "topic", TEXT("cardiology"));
    assert_true(text_is(query, "dose of warfarin topic:cardiology"));
    query = search_refine(&arena, query, "author", TEXT("Halden Row"));
    assert_true(text_is(query, "dose of warfarin topic:cardiology author:\"Halden Row\""));
    query = search_refine(&arena, query, "topic", TEXT("nephrology"));
    assert_true(text_is(search_filter(&arena, query, "topic"), "nephrology"));
    query = search_refine(&arena, query, "topic", NO_TEXT);
    assert_true(text_is(search_refine(&arena, query, "author", NO_TEXT), "dose of warfarin"));
    assert_null(search_filter(&arena, query, "topic").data);
}

/* Whatever comes out may stand between quotes in FTS5: letters, digits, bytes above ASCII, single
 * blanks. */
static bool harmless(struct text word)
{
    for (size_t i = 0; i < word.size; i++) {
        const char c = word.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (uint8_t)c >= 0x80 || c == ' '))
            return false;
    }
    return word.size > 0;
}

static void no_bytes_come_out_as_anything_but_words(void **state UNUSED)
{
    static const char letters[] = "ab\"-:*()^{}+~\\'%; \t\n.AZ09\xc3\xa9";
    uint64_t seed = 42;
    for (size_t round = 0; round < 20000; round++) {
        char typed[64];
        const size_t mark = arena.used;
        const size_t size = (seed >> 33) % sizeof(typed);
        for (size_t i = 0; i < size; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            typed[i] = letters[(seed >> 33) % (sizeof(letters) - 1)];
        }
        asked_read(&arena, (struct text){typed, size}, 20, false, DAY_MS, &asked);
        for (size_t i = 0; i < asked.count; i++)
            assert_true(harmless(asked.words[i].text));
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        arena_reset(&arena, mark);
    }
    assert_false(harmless(TEXT("a\"b"))); /* control */
}

static int setup(void **state UNUSED)
{
    (void)scratch_open();
    arena_open(&arena, 16 * 1024 * 1024);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases_exclusions_beginnings_and_words_are_told_apart),
        cmocka_unit_test(filters_are_taken_and_what_is_none_stays_words),
        cmocka_unit_test(a_letter_has_no_phrases_and_exclusions),
        cmocka_unit_test(a_filter_is_set_changed_and_taken_away_in_a_search),
        cmocka_unit_test(no_bytes_come_out_as_anything_but_words),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
