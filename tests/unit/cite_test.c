/* What a text cites: forms that count, forms that do not, and how long it may take. */
#include "board/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"

static struct arena arena;

static struct citation *found(const char *text, size_t *count)
{
    struct citation *list;
    if (arena.block == NULL)
        arena_open(&arena, 16 << 20);
    arena_reset(&arena, 0);
    *count = citations_find(&arena, text_of(text), &list);
    return list;
}

/* Exactly one, and this. */
static void one(const char *text, int64_t kind, const char *key)
{
    size_t count;
    const struct citation *list = found(text, &count);
    if (count != 1 || list[0].kind != kind || !text_is(list[0].key, key))
        fail_msg("%s: %zu, %.*s", text, count, count > 0 ? (int)list[0].key.size : 0,
                 count > 0 ? list[0].key.data : "");
}

static void none(const char *text)
{
    size_t count;
    const struct citation *list = found(text, &count);
    if (count != 0)
        fail_msg("%s: %.*s", text, (int)list[0].key.size, list[0].key.data);
}

static void pubmed_ids_are_found_in_their_usual_forms(void **state)
{
    (void)state;
    one("See PMID 31535829.", CITATION_PUBMED, "31535829");
    one("PMID:31535829", CITATION_PUBMED, "31535829");
    one("(pmid: 1)", CITATION_PUBMED, "1");
    one("https://pubmed.ncbi.nlm.nih.gov/31535829/", CITATION_PUBMED, "31535829");
    one("<http://www.ncbi.nlm.nih.gov/pubmed/31535829>", CITATION_PUBMED, "31535829");
    none("31535829 patients");
    none("PMID unknown");
    none("PMID 123456789");
    none("PMID 0123");
    none("xPMID 123");
    none("PMID 12a");
}

static void dois_are_found_and_are_the_same_in_any_case(void **state)
{
    (void)state;
    one("doi:10.1056/NEJMoa1911303.", CITATION_DOI, "10.1056/nejmoa1911303");
    one("DOI: 10.1056/NEJMoa1911303,", CITATION_DOI, "10.1056/nejmoa1911303");
    one("(10.1016/S0140-6736(05)66978-6)", CITATION_DOI, "10.1016/s0140-6736(05)66978-6");
    one("[trial](https://doi.org/10.1056/NEJMoa1911303)", CITATION_DOI, "10.1056/nejmoa1911303");
    none("10.5 mg/kg");
    none("10.1056");
    none("10.1056/");
    none("doi: pending");
}

static void addresses_are_found_without_the_marks_around_them(void **state)
{
    (void)state;
    one("On https://example.org/a_(b) today", CITATION_ADDRESS, "https://example.org/a_(b)");
    one("(https://example.org/a)", CITATION_ADDRESS, "https://example.org/a");
    one("**https://example.org/a**.", CITATION_ADDRESS, "https://example.org/a");
    one("[x](https://example.org/a?b=c&d=e).", CITATION_ADDRESS, "https://example.org/a?b=c&d=e");
    none("javascript:alert(1)");
    none("https://");
    none("mailto:a@example.org");
}

static void each_source_counts_once_in_the_order_of_its_first_mention(void **state)
{
    (void)state;
    size_t count;
    const struct citation *list = found("PMID 2, doi:10.1000/X, PMID 1, https://doi.org/10.1000/x, "
                                        "https://pubmed.ncbi.nlm.nih.gov/2/",
                                        &count);
    assert_int_equal(count, 3);
    assert_true(text_is(list[0].key, "2"));
    assert_true(text_is(list[1].key, "10.1000/x"));
    assert_true(text_is(list[2].key, "1"));
}

static void no_more_than_twenty_are_taken(void **state)
{
    (void)state;
    char text[1024] = "";
    size_t count;
    for (int i = 1; i <= 30; i++)
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "PMID %d ", i);
    (void)found(text, &count);
    assert_int_equal(count, CITATIONS_MAX);
}

static void one_typed_source_is_read_whole_or_not_at_all(void **state)
{
    (void)state;
    struct citation source;
    (void)found("", &(size_t){0});
    assert_true(citation_read(&arena, TEXT(" 31535829 "), &source));
    assert_int_equal(source.kind, CITATION_PUBMED);
    assert_true(citation_read(&arena, TEXT("10.1056/NEJMoa1911303"), &source));
    assert_true(text_equal(citation_address(&arena, source),
                           TEXT("https://doi.org/10.1056/nejmoa1911303")));
    assert_true(citation_read(&arena, TEXT("https://example.org/a"), &source));
    assert_false(citation_read(&arena, TEXT("a book"), &source));
    assert_false(citation_read(&arena, TEXT("PMID 1 and 2"), &source));
    assert_false(citation_read(&arena, TEXT(""), &source));
}

static void what_a_label_says_is_read_back_as_the_same_source(void **state)
{
    (void)state;
    static const char *const typed[] = {"PMID 77", "doi:10.1000/a<b", "https://example.org/a"};
    struct citation source, again;
    (void)found("", &(size_t){0});
    assert_true(citation_read(&arena, text_of(typed[0]), &source));
    assert_true(citation_read(&arena, citation_label(&arena, source), &again));
    assert_true(text_equal(source.key, again.key));
    assert_true(citation_read(&arena, text_of(typed[2]), &source));
    assert_true(citation_read(&arena, citation_label(&arena, source), &again));
    assert_true(text_equal(source.key, again.key));
    assert_false(citation_read(&arena, text_of(typed[1]), &source)); /* "<" ends it */
}

static void the_worst_text_of_full_length_takes_milliseconds(void **state)
{
    (void)state;
    static const char *const worst[] = {"doi:10.1000/((((((((", "https://a)))))", "10.1000/))))",
                                        "PMID: PMID: ",         "h h h ",         "https://x.."};
    for (size_t i = 0; i < sizeof(worst) / sizeof(*worst); i++) {
        static char text[16 * 1024 + 1];
        size_t size = strlen(worst[i]), count;
        for (size_t at = 0; at + size < sizeof(text); at += size)
            memcpy(text + at, worst[i], size);
        int64_t before = clock_steady_us();
        (void)found(text, &count);
        assert_in_range(clock_steady_us() - before, 0, 200000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pubmed_ids_are_found_in_their_usual_forms),
        cmocka_unit_test(dois_are_found_and_are_the_same_in_any_case),
        cmocka_unit_test(addresses_are_found_without_the_marks_around_them),
        cmocka_unit_test(each_source_counts_once_in_the_order_of_its_first_mention),
        cmocka_unit_test(no_more_than_twenty_are_taken),
        cmocka_unit_test(one_typed_source_is_read_whole_or_not_at_all),
        cmocka_unit_test(what_a_label_says_is_read_back_as_the_same_source),
        cmocka_unit_test(the_worst_text_of_full_length_takes_milliseconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
