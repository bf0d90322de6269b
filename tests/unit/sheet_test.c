/* Rows of lists, cut by columns that were found by name. */
#include "board/roster/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct sheet sheet;
static struct map map;

static const struct sheet_field wanted[] = {{"name", 0}, {"code", 2}, {"absent", 0}};
enum { NAME, CODE_1, CODE_2, ABSENT };

static int open_all(void **state UNUSED)
{
    struct text why;
    arena_open(&arena, 64 << 20);
    return map_read(&map, &arena,
                    TEXT("return { separators = { '\\t', ',' }, needed = { 'name' },\n"
                         "columns = { name = { 'Full Name', 'Name' }, code = { 'Code_#' } } }"),
                    &why) == OK
               ? 0
               : 1;
}

static void opens(const char *header)
{
    struct text why = NO_TEXT;
    assert_int_equal(sheet_open(&sheet, &arena, &map, wanted, 3, text_of(header), &why), OK);
}

static bool cuts(const char *line, struct text *why)
{
    return sheet_row(&sheet, &arena, text_of(line), why);
}

static void columns_are_found_in_any_order_and_under_any_of_their_names(void **state UNUSED)
{
    struct text why;
    opens("Code_2,x,NAME,Code_1");
    assert_true(cuts("b,?,Ada,a", &why));
    assert_true(text_is(sheet.fields[NAME], "Ada"));
    assert_true(text_is(sheet.fields[CODE_1], "a"));
    assert_true(text_is(sheet.fields[CODE_2], "b"));
    assert_true(text_is(sheet.fields[ABSENT], ""));
    opens("\xef\xbb\xbf"
          "Full Name\tCode_1");
    assert_true(cuts("Ada, B. \"Bud\"\tz", &why)); /* with tabs nothing is quoted */
    assert_true(text_is(sheet.fields[NAME], "Ada, B. \"Bud\""));
    assert_true(text_is(sheet.fields[CODE_2], ""));
}

static void quoted_fields_hold_separators_and_quotes(void **state UNUSED)
{
    struct text why;
    opens("Name,Code_1,Code_2,x");
    assert_true(cuts("\"a,b\",\"say \"\"x\"\"\",,\" c \"", &why));
    assert_true(text_is(sheet.fields[NAME], "a,b"));
    assert_true(text_is(sheet.fields[CODE_1], "say \"x\""));
    assert_true(text_is(sheet.fields[CODE_2], ""));
    assert_true(cuts("\"\"\"\",\"\"\"a\",\"\",\"\"", &why));
    assert_true(text_is(sheet.fields[NAME], "\""));
    assert_true(text_is(sheet.fields[CODE_1], "\"a"));
}

static void what_is_no_row_is_said(void **state UNUSED)
{
    struct text why;
    opens("Name,Code_1");
    assert_false(cuts("a", &why));
    assert_true(text_is(why, "1 fields, but the first line has 2"));
    assert_false(cuts("a,b,c", &why));
    assert_true(text_is(why, "3 fields, but the first line has 2"));
    assert_false(cuts("a,\"b", &why));
    assert_true(text_is(why, "a quote is open at the end of the line"));
    assert_false(cuts("\"a\"b,c", &why));
    assert_true(text_is(why, "text behind a closing quote"));
    assert_true(cuts("a,", &why)); /* control */
    assert_true(cuts(",", &why));
}

/* Empty cells are stepped over eight at a time: the count must not suffer, wherever others lie. */
static void rows_of_many_empty_cells_are_counted_rightly(void **state UNUSED)
{
    enum { COLUMNS = 330 };
    char header[COLUMNS * 8] = "\"Name\"", line[COLUMNS * 16];
    struct text why;
    for (size_t i = 1; i < COLUMNS; i++)
        (void)snprintf(header + strlen(header), 16, i == 77 ? ",\"Code_1\"" : ",\"c%zu\"", i);
    opens(header);
    for (size_t full = 0; full < COLUMNS; full++) {
        size_t size = 0;
        for (size_t i = 0; i < COLUMNS; i++)
            size += (size_t)snprintf(line + size, 16, "%s\"%s\"", i > 0 ? "," : "",
                                     i == full ? "v" : "");
        assert_true(cuts(line, &why));
        assert_true(text_is(sheet.fields[NAME], full == 0 ? "v" : ""));
        assert_true(text_is(sheet.fields[CODE_1], full == 77 ? "v" : ""));
        (void)snprintf(line + size, 16, ",\"\"");
        assert_false(cuts(line, &why));
        line[size - 1] = 0;
        assert_false(cuts(line, &why)); /* its last quote is gone */
    }
}

static void a_first_line_without_what_is_needed_is_refused(void **state UNUSED)
{
    struct text why = NO_TEXT;
    assert_int_equal(sheet_open(&sheet, &arena, &map, wanted, 3, TEXT("Code_1,Code_2"), &why),
                     INVALID);
    assert_true(text_is(why, "the first line lacks the column \"Full Name\""));
    char wide[3000];
    memset(wide, ',', sizeof(wide) - 1);
    wide[sizeof(wide) - 1] = 0;
    assert_int_equal(sheet_open(&sheet, &arena, &map, wanted, 3, text_of(wide), &why), INVALID);
    assert_true(text_is(why, "the first line has more than 1000 columns"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_in_any_order_and_under_any_of_their_names),
        cmocka_unit_test(quoted_fields_hold_separators_and_quotes),
        cmocka_unit_test(what_is_no_row_is_said),
        cmocka_unit_test(rows_of_many_empty_cells_are_counted_rightly),
        cmocka_unit_test(a_first_line_without_what_is_needed_is_refused),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
