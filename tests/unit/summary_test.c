/* A thread's summary: no sentence without a source, and each source kept with its sentence. */
#include "board/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct summary summary;

static const char *read_it(const char *body)
{
    if (arena.block == NULL)
        arena_open(&arena, 16 << 20);
    arena_reset(&arena, 0);
    return summary_read(&arena, text_of(body), &summary);
}

static void refused(const char *body, const char *why)
{
    const char *fault = read_it(body);
    if (fault == NULL || strstr(fault, why) == NULL)
        fail_msg("%s: %s", body, fault == NULL ? "taken" : fault);
}

static void each_sentence_keeps_its_own_sources(void **state)
{
    (void)state;
    assert_null(read_it("Stop the drug first [57]. Then wait two days. [58][PMID 77]\n\n"
                        "If it comes back, look for another cause. [doi:10.1000/X, see there] [58]"
                        " [https://example.org/a]"));
    assert_int_equal(summary.sentence_count, 2 + 1);
    assert_true(text_is(summary.sentences[0].words, "Stop the drug first."));
    assert_int_equal(summary.sentences[0].source_count, 1);
    assert_int_equal(summary.sentences[1].source_count, 2);
    assert_true(summary.sentences[1].ends_paragraph);
    assert_int_equal(summary.sources[summary.sentences[1].sources[1]].citation.kind,
                     CITATION_PUBMED);
    /* What is no source stays words. */
    assert_true(text_is(summary.sentences[2].words, "If it comes back, look for another cause. "
                                                    "[doi:10.1000/X, see there]"));
    assert_int_equal(summary.source_count, 4);
}

static void a_source_named_twice_has_one_number(void **state)
{
    (void)state;
    assert_null(read_it("One thing. [57] Another thing. [57][57]"));
    assert_int_equal(summary.source_count, 1);
    assert_int_equal(summary.sentences[1].source_count, 1);
}

static void a_sentence_without_a_source_is_named(void **state)
{
    (void)state;
    refused("Stop the drug. [57] And wait.", "And wait.");
    refused("Stop the drug at once. Then wait. [57]", "Stop the drug at once.");
    refused("No source at all", "No source at all");
    refused("[57]", "without a sentence");
    refused("Is it the drug? Stop it. [57]", "Is it the drug?");
    refused("", "empty");
    refused("  \n \n", "empty");
    assert_null(read_it("Give e.g. Amiodarone vs. Digoxin in approx. Half the dose. [57]"));
    assert_null(read_it("It is 2.5 mg twice a day (Cockcroft vs. MDRD). [57]"));
}

static void a_summary_has_its_limits(void **state)
{
    (void)state;
    static char many[8000], large[SUMMARY_SIZE_MAX + 100];
    for (int i = 0; i < SUMMARY_SENTENCES_MAX; i++)
        (void)snprintf(many + strlen(many), sizeof(many) - strlen(many), "Some %d. [1]\n", i);
    assert_null(read_it(many));
    (void)snprintf(many + strlen(many), sizeof(many) - strlen(many), "One more. [1]");
    refused(many, "sixty sentences");
    memset(large, 'x', sizeof(large) - 1);
    refused(large, "6,000");
    refused("Too much. [1][2][3][4][5][6][7][8][9]", "eight");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sentence_keeps_its_own_sources),
        cmocka_unit_test(a_source_named_twice_has_one_number),
        cmocka_unit_test(a_sentence_without_a_source_is_named),
        cmocka_unit_test(a_summary_has_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
