#include "fcgi/page/page_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "fcgi/worker.h"
#include "tests/support/scratch.h"

enum { ARENA_SIZE = 4 * 1024 * 1024 };

static struct arena arena;
static struct worker worker;
static struct request request;

static void assert_text(struct text text, const char *expected)
{
    assert_true(text.data != NULL);
    assert_string_equal(arena_text(&arena, text).data, expected);
}

static int fresh(void **state)
{
    (void)state;
    arena_reset(&arena, 0);
    request = (struct request){.arena = &arena, .worker = &worker};
    return 0;
}

static void widths_are_percent_of_votes_cast_and_never_overlap(void **state)
{
    (void)state;
    struct view_evidence v = page_evidence(&arena, 7, (struct tally_facts){6, 3, 1, 40});
    assert_int_equal(v.for_width, 60);
    assert_int_equal(v.against_width, 30);
    for (int64_t c = 0; c < 40; c++) {
        for (int64_t d = 0; d < 40; d++) {
            v = page_evidence(&arena, 7, (struct tally_facts){c, d, c % 3, 0});
            assert_true(v.for_width >= 0 && v.against_width >= 0);
            assert_true(v.for_width + v.against_width <= 100);
        }
    }
}

static void evidence_without_votes_divides_by_nothing(void **state)
{
    (void)state;
    struct view_evidence v = page_evidence(&arena, 7, (struct tally_facts){0, 0, 0, 0});
    assert_int_equal(v.voted, 0);
    assert_int_equal(v.for_width, 0);
}

static void states_say_what_a_reader_needs_first(void **state)
{
    (void)state;
    assert_string_equal(page_state(POSTING_QUESTION, 0, 0), "unsolved");
    assert_string_equal(page_state(POSTING_CASE, 2, 2), "case study");
    assert_string_equal(page_state(POSTING_CASE, 1, 2), "solved");
    assert_string_equal(page_state(POSTING_OBSERVATION, 0, 0), "observation");
    assert_string_equal(page_state(POSTING_REFERENCE, 0, 0), "reference");
}

static void a_marked_place_comes_with_whole_characters_around_it(void **state)
{
    (void)state;
    struct view_span *spans;
    size_t count;
    struct text text =
        TEXT("ääääääääääääääääääääääääääää mail anna.berg@example.org ööööööööööööööööööööööööööö");
    size_t blocked = page_spans(&request, "body", text, &spans, &count);
    assert_int_equal(blocked, 1);
    assert_int_equal(count, 1);
    assert_text(spans[0].text, "anna.berg@example.org");
    assert_true(text_is_utf8(text_bytes(spans[0].before)));
    assert_true(text_is_utf8(text_bytes(spans[0].after)));
    assert_true(spans[0].before.size <= 35 && spans[0].after.size <= 35);
}

static void a_text_without_marks_is_left_as_it_is(void **state)
{
    (void)state;
    struct text text = TEXT("Syncope after the second dose, in two patients in their seventies.");
    struct page_checked checked;
    page_check(&request, TEXT(""), text, &checked);
    assert_int_equal(checked.count, 0);
    assert_true(text_equal(page_generalise(&request, "body", text, TEXT("")), text));
}

static void a_date_is_made_more_general_and_then_no_longer_marked(void **state)
{
    (void)state;
    struct page_checked checked;
    struct text text = TEXT("First seen on 2024-03-14 with chest pain.");
    page_check(&request, TEXT(""), text, &checked);
    assert_int_equal(checked.count, 1);
    assert_true(checked.general);
    struct text general = page_generalise(&request, "body", text, TEXT(""));
    assert_false(text_equal(general, text));
    page_check(&request, TEXT(""), general, &checked);
    assert_int_equal(checked.count, 0);
}

static void one_place_is_made_more_general_and_the_others_stay(void **state)
{
    (void)state;
    struct view_span *spans;
    size_t count;
    struct text text = TEXT("Seen 2024-03-14 and 2024-04-15, by Dr. Quimby.");
    (void)page_spans(&request, "body", text, &spans, &count);
    assert_int_equal(count, 3);
    assert_text(page_generalise(&request, "body", text, spans[1].change),
                "Seen 2024-03-14 and April 2024, by Dr. Quimby.");
    /* another field's place, or one of a text that has changed since, is left alone */
    assert_true(text_equal(page_generalise(&request, "title", text, spans[1].change), text));
    struct text edited = TEXT("Seen last year, by Dr. Quimby.");
    assert_true(text_equal(page_generalise(&request, "body", edited, spans[1].change), edited));
}

static void a_hint_is_shown_but_asks_nothing(void **state)
{
    (void)state;
    struct page_checked checked;
    page_check(&request, TEXT(""), TEXT("She lives in Millbrook and came on Tuesday."), &checked);
    assert_int_equal(checked.count, 2);
    assert_int_equal(checked.asking, 0);
    assert_int_equal(page_check_post(&request, &checked), OK);
    page_check(&request, TEXT(""), TEXT("She is Mrs. Quimby."), &checked); /* the control */
    assert_int_equal(checked.asking, 1);
}

static void what_a_member_writes_never_becomes_markup(void **state)
{
    (void)state;
    struct view_thread_row row = {
        .title = TEXT("<script>alert(1)</script>"),
        .state = TEXT("open"),
        .excerpt = TEXT("\"><img src=x onerror=alert(1)>"),
        .ago = TEXT(""),
        .iso = TEXT("\" onfocus=\"alert(1)"),
    };
    struct buf out;
    buf_open(&out, &arena, 1024);
    html_thread_row(&out, &row);
    const char *markup = arena_text(&arena, buf_done(&out)).data;
    assert_null(strstr(markup, "<script"));
    assert_null(strstr(markup, "<img"));
    assert_null(strstr(markup, "\" onfocus"));
    assert_non_null(strstr(markup, "&lt;script&gt;")); /* and it is shown */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(widths_are_percent_of_votes_cast_and_never_overlap, fresh),
        cmocka_unit_test_setup(evidence_without_votes_divides_by_nothing, fresh),
        cmocka_unit_test_setup(states_say_what_a_reader_needs_first, fresh),
        cmocka_unit_test_setup(a_marked_place_comes_with_whole_characters_around_it, fresh),
        cmocka_unit_test_setup(a_text_without_marks_is_left_as_it_is, fresh),
        cmocka_unit_test_setup(one_place_is_made_more_general_and_the_others_stay, fresh),
        cmocka_unit_test_setup(a_hint_is_shown_but_asks_nothing, fresh),
        cmocka_unit_test_setup(a_date_is_made_more_general_and_then_no_longer_marked, fresh),
        cmocka_unit_test_setup(what_a_member_writes_never_becomes_markup, fresh),
    };
    (void)scratch_open();
    arena_open(&arena, ARENA_SIZE);
    worker.pool = POOL_MEMBER;
    page_hook_open(&worker.pages, POOL_MEMBER, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
