/* Advice on applications, and the import of the lists it stands on. */
#include "board/tools.h"

#include "core/conf.h"
#include "schema/roster.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;

static int open_all(void **state UNUSED)
{
    (void)scratch_open();
    arena_open(&arena, 16 << 20);
    return 0;
}

static void file_write(const char *path, const char *words)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(words, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Runs an import or a match with what it prints kept in a file. */
static int quiet(int (*work)(const char *, const char *), const char *a, const char *b,
                 const char *out)
{
    (void)fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    assert_non_null(freopen(out, "w", stdout));
    int code = work(a, b);
    (void)fflush(stdout);
    (void)dup2(saved, STDOUT_FILENO);
    (void)close(saved);
    return code;
}

static void check_digits_are_luhn_over_80840(void **state UNUSED)
{
    assert_true(npi_valid(TEXT("1234567893"))); /* the example of the standard */
    assert_true(npi_valid(TEXT("2846803635")));
    assert_false(npi_valid(TEXT("1234567890")));
    assert_false(npi_valid(TEXT("123456789")));
    assert_false(npi_valid(TEXT("12345678931")));
    assert_false(npi_valid(TEXT("123456789X")));
    assert_false(npi_valid(TEXT("")));
}

static void names_are_the_same_but_for_spelling(void **state UNUSED)
{
    static const char *const same[][2] = {
        {"SMITH WALSH", "Smith-Walsh"},
        {"Sather", "SÆTHER"},
        {"Nunez", "NÚÑEZ"},
        {"Muller", "Müller"},
        {"Mueller", "Müller"},
        {"Lukasik", "Łukasik"},
        {"PETROV Jr.", "Petrov"},
        {"mahajan III", "Mahajan"},
        {"ST. LAURENT", "St. Laurent"},
        {"O'Neill", "ONeill"},
        {"van der Meer", "Van Der Meer"},
        {"Celik", "ÇELIK"},
    };
    static const char *const apart[][2] = {
        {"Smith", "Smyth"}, {"Chen", "Cheng"}, {"", ""}, {"Le", "Lee"}, {"Wong", "Wang"},
    };
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
        assert_true(names_match(&arena, text_of(same[i][0]), text_of(same[i][1])));
    for (size_t i = 0; i < sizeof(apart) / sizeof(*apart); i++)
        assert_false(names_match(&arena, text_of(apart[i][0]), text_of(apart[i][1])));
}

static void lists_are_imported_by_column_name_and_broken_lines_are_left_out(void **state UNUSED)
{
    const char *path = conf_path("board.tsv"), *out = conf_path("out.txt");
    struct db *db = NULL;
    struct roster_licences_get_row *rows;
    size_t count = 0;
    file_write(path, "lic_exp_date\tprc_last_name\tlic_number\tprc_first_name\tlic_profession\t"
                     "lst_description\tdiscipline\tlic_orig_issue_date\n"
                     "2026-12-31\tOrtiz\t77\tDaniel\tMED\tActive\tN\t2001-01-01\r\n"
                     "too\tfew\n"
                     "07/14/2026\tKim\t78\tGabriel\tNUR\tActive\tY\t2001-01-01\n"
                     "2026-12-31\tNobody\t\tNo\tMED\tActive\tN\t2001-01-01\n");
    assert_int_equal(quiet(roster_import, "board:MO", path, out), 0);
    assert_int_equal(db_open(&db, &roster_store, conf_store("roster"), ROLE_OPERATOR, DB_READ, 0),
                     OK);
    assert_int_equal(roster_licences_get(db, &arena, TEXT("MO"), TEXT("78"), &rows, &count), OK);
    assert_int_equal(count, 1);
    assert_true(text_is(rows[0].expires, "2026-07-14"));
    assert_true(text_is(rows[0].discipline, "Y"));
    db_close(db);
    FILE *file = fopen(out, "r");
    char line[200] = "";
    assert_non_null(fgets(line, sizeof(line), file));
    (void)fclose(file);
    assert_string_equal(line, "2 rows imported, 2 lines refused\n");
}

static void a_file_without_the_columns_is_refused(void **state UNUSED)
{
    const char *path = conf_path("other.csv");
    file_write(path, "\"name\",\"number\"\n\"A\",\"1\"\n");
    assert_int_equal(quiet(roster_import, "nppes", path, conf_path("out.txt")), 1);
    assert_int_equal(quiet(roster_import, "phonebook", path, conf_path("out.txt")), 2);
}

static void quoted_fields_hold_separators_and_quotes(void **state UNUSED)
{
    struct text fields[8];
    size_t count =
        fields_read(&arena, TEXT("\"a,b\",\"say \"\"x\"\"\",,\" c \",d"), ',', fields, 8);
    assert_int_equal(count, 5);
    assert_true(text_is(fields[0], "a,b"));
    assert_true(text_is(fields[1], "say \"x\""));
    assert_true(text_is(fields[2], ""));
    assert_true(text_is(fields[3], "c"));
    assert_true(text_is(fields[4], "d"));
}

static void without_lists_an_application_wants_a_look(void **state UNUSED)
{
    const struct application application = {TEXT("Erik"),       TEXT("Ivanova"), TEXT("2564274167"),
                                            TEXT("1985940852"), TEXT("MO"),      TEXT("")};
    struct application wrong = application;
    struct match match;
    wrong.npi = TEXT("2564274168");
    assert_int_equal(match_application(NULL, &arena, &application, TEXT("2025-12-31"), &match), OK);
    assert_int_equal(match.advice, ADVICE_REVIEW);
    assert_int_equal(match_application(NULL, &arena, &wrong, TEXT("2025-12-31"), &match), OK);
    assert_int_equal(match.advice, ADVICE_REJECT);
    assert_string_equal(match.reason, "bad_check");
}

/* Skipped when there is no shared data. */
static void the_six_hundred_synthetic_applications_come_out_as_expected(void **state UNUSED)
{
    const char *shared = getenv("SHARED"), *last = "";
    char path[3][500], line[200];
    static const char *const names[] = {"nppes_synthetic.csv.gz", "missouri_roster_synthetic.tsv",
                                        "applications_synthetic.tsv"};
    if (shared == NULL || shared[0] == 0)
        skip();
    for (size_t i = 0; i < 3; i++)
        (void)snprintf(path[i], sizeof(path[i]), "%s/data/registry/%s", shared, names[i]);
    (void)scratch_open();
    const char *out = conf_path("out.txt");
    assert_int_equal(quiet(roster_import, "nppes", path[0], out), 0);
    assert_int_equal(quiet(roster_import, "board:MO", path[1], out), 0);
    assert_int_equal(quiet(roster_match, path[2], "2025-12-31", out), 0);
    FILE *file = fopen(out, "r");
    while (fgets(line, sizeof(line), file) != NULL)
        last = line;
    (void)fclose(file);
    print_message("# %s", last);
    assert_string_equal(last, "accept 401, review 20, reject 179; 600 of 600 as expected\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_digits_are_luhn_over_80840),
        cmocka_unit_test(names_are_the_same_but_for_spelling),
        cmocka_unit_test(lists_are_imported_by_column_name_and_broken_lines_are_left_out),
        cmocka_unit_test(a_file_without_the_columns_is_refused),
        cmocka_unit_test(quoted_fields_hold_separators_and_quotes),
        cmocka_unit_test(without_lists_an_application_wants_a_look),
        cmocka_unit_test(the_six_hundred_synthetic_applications_come_out_as_expected),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
