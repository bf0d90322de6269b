/* The check for patient data: what is blocked, what is warned of, and what clinical texts may say.
 */
#include "board/board.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct guard *guard;

static int open_all(void **state UNUSED)
{
    (void)scratch_open();
    arena_open(&arena, 16 << 20);
    guard = guard_open();
    return 0;
}

static const struct guard_finding *first_of(const char *text, size_t *blocking)
{
    struct guard_finding *findings;
    size_t count = 0;
    *blocking = guard_check(guard, &arena, text_of(text), &findings, &count);
    return count > 0 ? &findings[0] : NULL;
}

static void numbers_and_addresses_of_persons_are_blocked(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"SSN 078-05-1120 on file", "ssn"},
        {"social security number: 078051120", "ssn"},
        {"write to jane.doe@example.org", "email"},
        {"call (314) 555-0134", "phone"},
        {"call 314-555-0134 today", "phone"},
        {"+1 314.555.0134", "phone"},
        {"reach +44 20 7946 0958", "phone"},
        {"MRN 00482913", "mrn"},
        {"medical record number: A-48291", "mrn"},
        {"patient ID #HX48213", "mrn"},
        {"DOB 3/14/1956", "birth"},
        {"born on March 14, 1956", "birth"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        size_t blocking = 0;
        const struct guard_finding *finding = first_of(cases[i][0], &blocking);
        assert_non_null(finding);
        assert_string_equal(finding->rule, cases[i][1]);
        assert_int_equal(blocking, 1);
    }
}

static void full_dates_are_warned_of_with_a_more_general_form(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"admitted 2024-03-14 with", "March 2024"},     {"admitted 3/14/24 with", "March 2024"},
        {"on March 14, 2024 he", "March 2024"},         {"on 14 March 2024 he", "March 2024"},
        {"on the 1st of Sept. 1999", "September 1999"}, {"12/31/1998.", "December 1998"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        size_t blocking = 0;
        const struct guard_finding *finding = first_of(cases[i][0], &blocking);
        assert_non_null(finding);
        assert_int_equal(finding->level, GUARD_WARN);
        assert_int_equal(blocking, 0);
        assert_true(text_is(finding->instead, cases[i][1]));
    }
}

static void clinical_numbers_pass(void **state UNUSED)
{
    static const char *const texts[] = {
        "BP 120/80, HR 72, apixaban 5 mg twice daily, creatinine 1.2 mg/dL",
        "A 78-year-old woman, weight 71 kg, INR 2.0-3.0 for 6-12 weeks",
        "HbA1c 7.4 %, LDL 2.6 mmol/L, platelets 150,000-450,000",
        "troponin 14, 18, 22 ng/L at 0/1/3 h; SpO2 94 %",
        "in March 2024, or about 3/14 of the cases",
        "ICD-10 I48.0 and CPT 99213-25",
        "ratio 1:250 of 500 mL, 300-400 mg 100-200-300 ladder",
        "PMID 31234567",
        "NCT01234567 randomised 4,321 patients",
        "1000000 units of penicillin",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        size_t blocking = 0;
        const struct guard_finding *finding = first_of(texts[i], &blocking);
        if (finding != NULL)
            print_message("'%s' found as %s\n", texts[i], finding->rule);
        assert_null(finding);
    }
}

static void findings_come_in_order_and_say_where(void **state UNUSED)
{
    const char *text = "Seen 2024-03-14; call 314-555-0134 or a@b.org.";
    struct guard_finding *findings;
    size_t count = 0;
    assert_int_equal(guard_check(guard, &arena, text_of(text), &findings, &count), 2);
    assert_int_equal(count, 3);
    assert_memory_equal(text + findings[0].start, "2024-03-14", findings[0].size);
    assert_memory_equal(text + findings[1].start, "314-555-0134", findings[1].size);
    assert_memory_equal(text + findings[2].start, "a@b.org", findings[2].size);
}

static void long_and_hostile_texts_end(void **state UNUSED)
{
    static char text[16384];
    struct guard_finding *findings;
    static const char *const fills[] = {"a",   "1",    "1-",   "a.", "@",
                                        "+1 ", "a@a.", "MRN ", "(2", "\n"};
    for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++) {
        size_t size = strlen(fills[i]), count = 0;
        for (size_t j = 0; j < sizeof(text); j++)
            text[j] = fills[i][j % size];
        arena_reset(&arena, 0);
        (void)guard_check(guard, &arena, (struct text){text, sizeof(text)}, &findings, &count);
        assert_true(count <= GUARD_FINDINGS_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_addresses_of_persons_are_blocked),
        cmocka_unit_test(full_dates_are_warned_of_with_a_more_general_form),
        cmocka_unit_test(clinical_numbers_pass),
        cmocka_unit_test(findings_come_in_order_and_say_where),
        cmocka_unit_test(long_and_hostile_texts_end),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
