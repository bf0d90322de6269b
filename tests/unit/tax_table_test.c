/* The table of years: what the law says of each is what the file says, and a file that contradicts
 * itself says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/conf.h"
#include "core/trace.h"
#include "ledger/log/file.h"
#include "ledger/payout/tax_table.h"
#include "tests/support/scratch.h"

static struct arena arena;
static struct tax_table table;

static int set_up(void **state)
{
    (void)state;
    arena_open(&arena, 1 << 20);
    conf_open(scratch_open());
    return 0;
}

static int64_t value(enum tax_number number, int64_t year)
{
    int64_t found = -1;
    enum result result = tax_table_get(&table, number, year, &found);
    assert_true(result == OK || result == NOT_FOUND);
    return result == OK ? found : -1;
}

static void the_table_built_in_is_sound_and_right_on_both_sides_of_each_year(void **state)
{
    (void)state;
    assert_int_equal(tax_table_load(&arena, &table), OK);
    assert_int_equal(value(TAX_THRESHOLD_CENTS, 1995), -1);
    assert_int_equal(value(TAX_THRESHOLD_CENTS, 1996), 60000);
    assert_int_equal(value(TAX_THRESHOLD_CENTS, 2025), 60000);
    assert_int_equal(value(TAX_THRESHOLD_CENTS, 2026), 200000);
    assert_int_equal(value(TAX_THRESHOLD_CENTS, 2040), 200000);
    assert_int_equal(value(TAX_WITHHELD_POINTS, 2017), 2800);
    assert_int_equal(value(TAX_WITHHELD_POINTS, 2018), 2400);
    assert_int_equal(value(TAX_SMALL_CENTS, 2026), 1382);
    assert_int_equal(value(TAX_SMALL_YEAR, 2026), 13813);
    /* Not known yet: nothing is guessed. */
    assert_int_equal(value(TAX_SMALL_CENTS, 2027), -1);
    assert_int_equal(value(TAX_SMALL_YEAR, 2025), -1);
}

static void a_file_that_overlaps_or_is_out_of_order_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *file, *why;
    } cases[] = {
        {"small.cents 2020 2021 5\nsmall.cents 2021 2022 6\n", "line 2: it overlaps"},
        {"small.cents 2020 - 5\nsmall.cents 2021 2022 6\n", "line 2: it overlaps"},
        {"small.cents 2022 2022 5\n\nsmall.cents 2020 2021 6\n", "line 3: it overlaps"},
        {"small.cents 2022 2021 5\n", "line 1: FROM and TO"},
        {"small.cents 22 2021 5\n", "line 1: FROM and TO"},
        {"small.cents 2020 2021\n", "line 1: a line is"},
        {"small.cents 2020 2021 5 6\n", "line 1: a line is"},
        {"smal.cents 2020 2021 5\n", "line 1: no number"},
        {"small.cents 2020 2021 0\n", "line 1: VALUE"},
        {"withhold.basis_points 2020 2021 10000\n", "line 1: VALUE"},
    };
    struct text why;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        why = NO_TEXT;
        assert_int_equal(tax_table_read(&arena, text_of(cases[i].file), &table, &why), INVALID);
        assert_true(text_starts(why, cases[i].why));
    }
    /* Control: neighbours in order, another name between them, and words behind a sign. */
    assert_int_equal(tax_table_read(&arena,
                                    TEXT("# of years\nsmall.cents  2020 2021  5 # so\n"
                                         "small.year_cents 2019 2030 50\nsmall.cents 2022 - 6\n"),
                                    &table, &why),
                     OK);
    assert_int_equal(value(TAX_SMALL_CENTS, 2021), 5);
    assert_int_equal(value(TAX_SMALL_CENTS, 2022), 6);
}

static void the_houses_own_file_holds_from_the_next_reading_on(void **state)
{
    (void)state;
    const char *path = conf_path("tax/years.txt");
    char kept[600];
    snprintf(kept, sizeof kept, "%s", path);
    assert_int_equal(file_write(kept, text_bytes(TEXT("small.cents 2027 2027 1400\n"))), OK);
    assert_int_equal(tax_table_load(&arena, &table), OK);
    assert_int_equal(value(TAX_SMALL_CENTS, 2027), 1400);
    assert_int_equal(value(TAX_THRESHOLD_CENTS, 2026), -1);
    assert_int_equal(file_write(kept, text_bytes(TEXT("small.cents 2027 1400\n"))), OK);
    assert_int_equal(tax_table_load(&arena, &table), INVALID);
    assert_int_equal(remove(kept), 0);
    assert_int_equal(tax_table_load(&arena, &table), OK);
    assert_int_equal(value(TAX_THRESHOLD_CENTS, 2026), 200000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_built_in_is_sound_and_right_on_both_sides_of_each_year),
        cmocka_unit_test(a_file_that_overlaps_or_is_out_of_order_is_refused_with_its_line),
        cmocka_unit_test(the_houses_own_file_holds_from_the_next_reading_on),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
