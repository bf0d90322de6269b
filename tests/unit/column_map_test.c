/* Maps of columns: what they say is what stands in the file, and a map or a value that is not sound
 * is refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board/offline/column_map.h"
#include "tests/support/shared.h"

static struct arena arena;
static struct column_map map;

static int set_up(void **state)
{
    (void)state;
    arena_open(&arena, (size_t)512 << 20);
    return 0;
}

static struct text file_text(const char *path)
{
    char *data = arena_take(&arena, 1 << 20);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t size = fread(data, 1, 1 << 20, file);
    fclose(file);
    return (struct text){data, size};
}

static void the_shipped_maps_are_sound_and_name_each_column_once(void **state)
{
    (void)state;
    struct text why = NO_TEXT;
    assert_int_equal(column_map_read(&arena, file_text("scripts/tax/1099-nec.map"), &map, &why),
                     OK);
    assert_true(text_is(map.list, "curbside/tax/v1"));
    assert_int_equal(map.rows, 100);
    assert_int_equal(
        column_map_read(&arena, file_text("scripts/tax/open-payments.map"), &map, &why), OK);
    assert_int_equal(map.rows, COLUMN_ROWS_MAX);
}

static void the_open_payments_map_has_all_columns_of_the_published_data_in_their_order(void **state)
{
    (void)state;
    struct text head =
                    shared_text(&arena, "golden/ledger/open-payments/general-payments-header.csv"),
                line, why;
    if (head.data == NULL)
        skip();
    (void)text_next(&head, '\n', &line);
    assert_int_equal(
        column_map_read(&arena, file_text("scripts/tax/open-payments.map"), &map, &why), OK);
    assert_int_equal(map.count, 91);
    for (size_t i = 0; i < map.count; i++)
        assert_true(text_equal(csv_field(text_trim(line), i), map.columns[i].name));
    assert_int_equal(csv_field(text_trim(line), map.count).size, 0);
}

/* What a 1099-NEC has to say, as the specification's notes list it, and the column that says it. */
static void the_1099_map_has_a_column_for_each_thing_the_form_says(void **state)
{
    (void)state;
    static const struct {
        const char *said, *column;
    } all[] = {
        {"payer EIN", "Payer Taxpayer ID Number"},
        {"/name", "Payer Business or Entity Name Line 1"},
        {"/address", "Payer Address Line 1"},
        {"/phone", "Payer Phone"},
        {"recipient TIN", "Recipient Taxpayer ID Number"},
        {"TIN type", "Recipient TIN Type"},
        {"recipient TIN, TIN type, name", "Recipient Last Name (Surname)"},
        {"name, address", "Recipient Address Line 1"},
        {"account number", "Form Account Number"},
        {"box 1", "Box 1 - Nonemployee Compensation"},
        {"box 4 tax withheld", "Box 4 - Federal Income Tax Withheld"},
        {"2nd-TIN", "Second TIN Notice"},
        {"state (P62)", "State 1"},
    };
    struct text notes = shared_text(&arena, "notes/product.md"), why;
    if (notes.data == NULL)
        skip();
    const char *form = strstr(arena_text(&arena, notes).data, "**1099-NEC**");
    assert_non_null(form);
    assert_int_equal(column_map_read(&arena, file_text("scripts/tax/1099-nec.map"), &map, &why),
                     OK);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        size_t at = 0;
        assert_non_null(strstr(form, all[i].said));
        while (at < map.count && !text_is(map.columns[at].name, all[i].column))
            at++;
        assert_true(at < map.count);
    }
}

static void a_map_that_is_not_sound_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *file, *why;
    } cases[] = {
        {"list a\n", "line 1: a map names"},
        {"column A = b\n", "line 1: a map names"},
        {"list a\ncolum A = b\n", "line 2: a line begins"},
        {"list a\n\n# so\ncolumn A b\n", "line 4: a column is"},
        {"list a\ncolumn A = b | shout\n", "line 2: there is no such filter"},
        {"list a\ncolumn A = b | upper | upper | upper | upper | upper\n", "line 2: there are too"},
        {"list a\ncolumn A = \"b\n", "line 2: words stand"},
        {"list a\ncolumn A = \"\"\n", "line 2: words that are none"},
        {"list a\ncolumn A = b\nmaybe A = c\n", "line 3: there is a column"},
        {"list a\nempty\n", "line 2: a column has a name"},
        {"list a\nrows 0\n", "line 2: rows"},
    };
    struct text why;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        why = NO_TEXT;
        assert_int_equal(column_map_read(&arena, text_of(cases[i].file), &map, &why), INVALID);
        if (!text_starts(why, cases[i].why))
            print_message("%.*s\n", (int)why.size, why.data);
        assert_true(text_starts(why, cases[i].why));
    }
    /* Control: each of these as it should be. */
    assert_int_equal(column_map_read(&arena,
                                     TEXT("list a\nrows 5\ncolumn A, B = \"b = c\"\n"
                                          "maybe C = d | zip | digits\nempty E\n"),
                                     &map, &why),
                     OK);
    assert_int_equal(map.count, 3);
    assert_true(text_is(map.columns[0].name, "A, B") && text_is(map.columns[0].source, "b = c"));
}

static void values_come_out_as_the_office_wants_them_or_with_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *source, *raw, *value; /* value NULL: refused */
    } cases[] = {
        {"column A = x | money", "123456", "1234.56"},
        {"column A = x | money", "5", "0.05"},
        {"column A = x | money", "-5", NULL},
        {"column A = x | money", "5.00", NULL},
        {"column A = x | day", "2026-04-01", "04/01/2026"},
        {"column A = x | day", "2026-4-1", NULL},
        {"column A = x | digits", "078-05-1121", "078051121"},
        {"column A = x | digits", "none", NULL}, /* nothing is left */
        {"maybe A = x | digits", "none", ""},
        {"column A = x", "", NULL},
        {"maybe A = x", "", ""},
        {"maybe A = x | money", "", ""},
        {"column A = x | city", "St. Louis, MO 63110", "St. Louis"},
        {"column A = x | city", " New York NY  10001-1234 ", "New York"},
        {"column A = x | state | upper", "St. Louis, mo 63110", "MO"},
        {"column A = x | zip", "St. Louis, MO 63110-1010", "63110-1010"},
        {"column A = x | zip", "St. Louis, MO 631101", NULL},
        {"column A = x | zip", "St. Louis, M 63110", NULL},
        {"column A = x | city", "MO 63110", NULL},
        {"column A = x | city", "Paris", NULL},
        {"column A = \"so\"", "other", "so"},
        {"empty A", "other", ""},
    };
    struct text why, value;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct text file = arena_format(&arena, "list a\n%s\n", cases[i].source);
        assert_int_equal(column_map_read(&arena, file, &map, &why), OK);
        const char *fault = column_value(&arena, &map.columns[0], text_of(cases[i].raw), &value);
        if ((fault == NULL) != (cases[i].value != NULL))
            print_message("%s of %s\n", cases[i].source, cases[i].raw);
        assert_true((fault == NULL) == (cases[i].value != NULL));
        assert_true(fault != NULL || text_is(value, cases[i].value));
    }
}

static void fields_stand_in_quotes_when_they_need_them(void **state)
{
    (void)state;
    struct buf out;
    buf_open(&out, &arena, 64);
    column_csv(&out, TEXT("plain words"));
    buf_char(&out, ',');
    column_csv(&out, TEXT("a, \"b\"\n"));
    buf_char(&out, ',');
    column_csv(&out, TEXT(""));
    assert_true(text_is(buf_done(&out), "plain words,\"a, \"\"b\"\"\n\","));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_maps_are_sound_and_name_each_column_once),
        cmocka_unit_test(
            the_open_payments_map_has_all_columns_of_the_published_data_in_their_order),
        cmocka_unit_test(the_1099_map_has_a_column_for_each_thing_the_form_says),
        cmocka_unit_test(a_map_that_is_not_sound_is_refused_with_its_line),
        cmocka_unit_test(values_come_out_as_the_office_wants_them_or_with_what_is_wrong),
        cmocka_unit_test(fields_stand_in_quotes_when_they_need_them),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
