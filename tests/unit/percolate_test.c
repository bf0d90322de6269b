/* Saved searches against postings: what a search asks for, and which postings it fits. */
#include "board/board.h"
#include "board/telling/percolate.h"
#include "board/telling/stem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static struct text stem(const char *word)
{
    static char room[64];
    size_t size = strlen(word);
    memcpy(room, word, size);
    return (struct text){room, stem_cut(room, size)};
}

static void words_are_cut_to_their_stems_as_porter_has_it(void **state UNUSED)
{
    static const char *const pairs[][2] = {
        {"caresses", "caress"},
        {"ponies", "poni"},
        {"cats", "cat"},
        {"feed", "feed"},
        {"agreed", "agre"},
        {"plastered", "plaster"},
        {"bled", "bled"},
        {"motoring", "motor"},
        {"sing", "sing"},
        {"conflated", "conflat"},
        {"hopping", "hop"},
        {"falling", "fall"},
        {"filing", "file"},
        {"happy", "happi"},
        {"sky", "sky"},
        {"relational", "relat"},
        {"conditional", "condit"},
        {"digitizer", "digit"},
        {"vietnamization", "vietnam"},
        {"operator", "oper"},
        {"formaliti", "formal"},
        {"triplicate", "triplic"},
        {"hopeful", "hope"},
        {"goodness", "good"},
        {"revival", "reviv"},
        {"allowance", "allow"},
        {"adjustment", "adjust"},
        {"adoption", "adopt"},
        {"effective", "effect"},
        {"probate", "probat"},
        {"rate", "rate"},
        {"cease", "ceas"},
        {"controll", "control"},
        {"anticoagulation", "anticoagul"},
        {"anticoagulants", "anticoagul"},
        {"h5n1", "h5n1"},
        {"is", "is"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        struct text cut = stem(pairs[i][0]);
        if (!text_is(cut, pairs[i][1]))
            print_error("%s: %.*s\n", pairs[i][0], (int)cut.size, cut.data);
        assert_true(text_is(cut, pairs[i][1]));
    }
}

static const struct posting_facts facts = {
    .title = TEXT("Apixaban or warfarin on haemodialysis?"),
    .body = TEXT("A man in his seventies with atrial fibrillation. Two bleeds; Sjögren."),
    .topics = TEXT("nephrology atrial-fibrillation"),
    .kind = POSTING_CASE,
    .member = 17,
};

static bool fits(const char *typed)
{
    struct query query;
    const char *fault = query_read(&arena, text_of(typed), &query);
    if (fault != NULL)
        print_error("%s: %s\n", typed, fault);
    assert_null(fault);
    return query_matches(posting_terms_read(&arena, &facts), query.spec);
}

static void all_words_must_be_there_in_any_form(void **state UNUSED)
{
    assert_true(fits("apixaban dialysis") == false); /* haemodialysis is another word */
    assert_true(fits("apixaban haemodialysis"));
    assert_true(fits("Warfarin BLEEDING"));
    assert_true(
        fits("what about bleeding in the patient on warfarin")); /* stop words say nothing */
    assert_false(fits("apixaban rivaroxaban"));
    assert_true(fits("sjogren"));
    assert_true(fits("Sjögren"));
}

static void phrases_exclusions_and_filters_hold(void **state UNUSED)
{
    assert_true(fits("\"atrial fibrillation\""));
    assert_true(fits("\"two bleed\" warfarin"));
    assert_false(fits("\"fibrillation atrial\""));
    assert_false(fits("\"haemodialysis a\"")); /* the title ends between them */
    assert_true(fits("warfarin -heparin"));
    assert_false(fits("warfarin -bleeds"));
    assert_false(fits("warfarin -\"atrial fibrillation\""));
    assert_true(fits("topic:nephrology"));
    assert_true(fits("warfarin topic:nephrology kind:case"));
    assert_false(fits("warfarin topic:cardiology"));
    assert_false(fits("warfarin kind:question"));
}

static void an_author_is_a_number_in_what_is_kept(void **state UNUSED)
{
    struct query query;
    struct posting_terms *terms = posting_terms_read(&arena, &facts);
    assert_null(query_read(&arena, TEXT("warfarin author:kestrel"), &query));
    assert_true(text_is(query.author, "kestrel"));
    struct query other = query;
    query_author(&arena, &query, 17);
    query_author(&arena, &other, 18);
    assert_true(query_matches(terms, query.spec));
    assert_false(query_matches(terms, other.spec));
}

static void the_same_search_in_other_words_is_kept_once(void **state UNUSED)
{
    struct query a, b;
    assert_null(query_read(&arena, TEXT("Warfarin  bleeding -Heparin topic:nephrology"), &a));
    assert_null(query_read(&arena, TEXT("topic:nephrology bleeds -heparin warfarin warfarin"), &b));
    assert_true(text_equal(a.spec, b.spec));
    assert_null(query_read(&arena, TEXT("warfarin bleeds topic:nephrology"), &b));
    assert_false(text_equal(a.spec, b.spec)); /* control */
}

static void what_cannot_be_saved_is_said_in_words(void **state UNUSED)
{
    static const char *const bad[] = {"",
                                      "   ",
                                      "-warfarin",
                                      "the of and",
                                      "warfar*",
                                      "kind:case",
                                      "warfarin kind:nothing",
                                      "a1 b2 c3 d4 e5 f6 g7 h8 i9 j10 k11 l12 m13 n14 o15 p16 q17"};
    struct query query;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        const char *fault = query_read(&arena, text_of(bad[i]), &query);
        if (fault == NULL)
            print_error("taken: %s\n", bad[i]);
        assert_non_null(fault);
    }
}

static void terms_come_each_once_as_json(void **state UNUSED)
{
    const struct posting_facts few = {.title = TEXT("Bleeds \"and\" bleeding"),
                                      .body = TEXT(""),
                                      .topics = TEXT("a-topic"),
                                      .kind = POSTING_QUESTION};
    struct text json = posting_terms_json(&arena, posting_terms_read(&arena, &few));
    assert_true(text_is(json, "[\"bleed\",\"and\",\"a\",\"topic\",\"#a-topic\",\"\"]"));
}

static void a_text_of_any_bytes_is_read_without_harm(void **state UNUSED)
{
    uint32_t seed = 7;
    for (int i = 0; i < 3000; i++) {
        char bytes[120];
        size_t size = (size_t)i % sizeof(bytes);
        struct query query;
        for (size_t j = 0; j < size; j++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[j] = "\"-:* abcz9\303\266#+~_@=topic"[seed >> 24 & 15];
        }
        arena_reset(&arena, 0);
        if (query_read(&arena, (struct text){bytes, size}, &query) == NULL)
            (void)query_matches(posting_terms_read(&arena, &facts), query.spec);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_cut_to_their_stems_as_porter_has_it),
        cmocka_unit_test(all_words_must_be_there_in_any_form),
        cmocka_unit_test(phrases_exclusions_and_filters_hold),
        cmocka_unit_test(an_author_is_a_number_in_what_is_kept),
        cmocka_unit_test(the_same_search_in_other_words_is_kept_once),
        cmocka_unit_test(what_cannot_be_saved_is_said_in_words),
        cmocka_unit_test(terms_come_each_once_as_json),
        cmocka_unit_test(a_text_of_any_bytes_is_read_without_harm),
    };
    arena_open(&arena, 64 << 20);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
