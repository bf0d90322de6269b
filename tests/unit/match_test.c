/* Advice on applications: every rule of the matcher, and what must not make it stumble. */
#include "board/roster/match.h"
#include "board/roster/roster.h"

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

/* Runs with what is printed kept in a file. */
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

static int import(const char *list, const char *path)
{
    const struct import_ask ask = {.list = list, .path = path, .as_of = "2025-12-01"};
    return roster_import(&ask);
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
        {"Nguyen", "Nguyễn"},
        {"Muller", "Mu\xcc\x88ller"}, /* the accent written apart */
        {"O\xe2\x80\x99Neill", "O'Neill"},
    };
    static const char *const apart[][2] = {
        {"Smith", "Smyth"}, {"Chen", "Cheng"},    {"", ""}, {"Le", "Lee"},
        {"Wong", "Wang"},   {"Иванов", "Петров"}, /* letters we do not know stay apart */
    };
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
        assert_true(names_match(&arena, text_of(same[i][0]), text_of(same[i][1])));
    for (size_t i = 0; i < sizeof(apart) / sizeof(*apart); i++)
        assert_false(names_match(&arena, text_of(apart[i][0]), text_of(apart[i][1])));
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

/* --- small lists in which every rule has its case --- */

static const char *npi_of(int64_t nine)
{
    static char ring[8][40];
    static size_t next;
    char *npi = ring[next++ % 8];
    for (int digit = 0; digit < 10; digit++) {
        (void)snprintf(npi, sizeof(ring[0]), "%09lld%d", (long long)nine, digit);
        if (npi_valid(text_of(npi)))
            break;
    }
    return npi;
}

struct provider {
    int nine;
    const char *entity, *last, *first, *middle, *other_last, *code, *number, *state, *main, *code_2,
        *deactivated, *reactivated;
};
static const struct provider providers[] = {
    {1, "1", "ORTIZ", "DANIEL", "M", "", "207R00000X", "A-0101", "MO", "Y", "", "", ""},
    {2, "1", "SMITH-WALSH", "EMEKA", "", "", "208000000X", "102", "MO", "Y", "", "", ""},
    {3, "1", "MOREAU", "AMARA", "", "CASTELLANOS", "207X00000X", "103", "MO", "Y", "", "", ""},
    {4, "1", "PARK", "YUSUF", "", "", "207R00000X", "104", "MO", "Y", "", "", ""},
    {5, "2", "", "", "", "", "261QP2300X", "", "", "Y", "", "", ""},
    {6, "1", "NURSE", "NORA", "", "", "163W00000X", "106", "MO", "Y", "", "", ""},
    {7, "", "", "", "", "", "", "", "", "", "", "01/05/2024", ""},
    {8, "1", "BACK", "ADA", "", "", "207R00000X", "108", "MO", "Y", "", "01/05/2020", "02/05/2021"},
    {9, "1", "ELSEWHERE", "EVA", "", "", "207R00000X", "999", "CA", "Y", "", "", ""},
    {10, "1", "STUDENT", "SIMON", "", "", "390200000X", "", "", "Y", "207R00000X", "", ""},
    {11, "1", "LATE", "LEO", "", "", "207R00000X", "111", "MO", "Y", "", "", ""},
    {12, "1", "STRUCK", "SAM", "", "", "207R00000X", "112", "MO", "Y", "", "", ""},
    {13, "1", "PAUSED", "PIA", "", "", "207R00000X", "113", "MO", "Y", "", "", ""},
    {14, "1", "GONE", "GUS", "", "", "207R00000X", "114", "MO", "Y", "", "", ""},
    {15, "1", "QUIET", "QUI", "", "", "207R00000X", "115", "MO", "Y", "", "", ""},
    {16, "1", "FINED", "FAY", "", "", "207R00000X", "116", "MO", "Y", "", "", ""},
    {17, "1", "ABROAD", "ANN", "", "", "207R00000X", "117", "MO", "Y", "", "", ""},
    {18, "1", "BARRED", "BEN", "", "", "207R00000X", "118", "MO", "Y", "", "", ""},
    {19, "1", "NAMED", "NED", "", "", "207R00000X", "119", "MO", "Y", "", "", ""},
    {20, "1", "AGAIN", "ABE", "", "", "207R00000X", "120", "MO", "Y", "", "03/05/2021",
     "02/05/2020"},
};
struct licence {
    const char *number, *profession, *first, *last, *status, *expires, *discipline;
};
static const struct licence licences[] = {
    {"A0101", "MED", "Daniel", "Ortiz", "Active", "2026-12-31", "N"},
    {"102", "MED", "Emeka", "Smith-Walsh", "Active", "2026-12-31", "N"},
    {"103", "MED", "Amara", "Moreau", "Active", "2026-12-31", "N"},
    {"104", "MED", "Yusuf", "Park", "Active", "2026-12-31", "N"},
    {"204", "MED", "Yusuf", "Park", "Active", "2026-12-31", "N"},
    {"304", "MED", "Otto", "Other", "Active", "2026-12-31", "N"},
    {"404", "NUR", "Yusuf", "Park", "Active", "2026-12-31", "N"},
    {"104", "NUR", "Nadia", "Nobody", "Active", "2020-12-31", "N"}, /* the number once more */
    {"105", "MED", "Clara", "Clinic", "Active", "2026-12-31", "N"},
    {"106", "NUR", "Nora", "Nurse", "Active", "2026-12-31", "N"},
    {"108", "MED", "Ada", "Back", "Active", "2026-12-31", "N"},
    {"109", "MED", "Eva", "Elsewhere", "Active", "2026-12-31", "N"},
    {"110", "MED", "Simon", "Student", "Active", "2026-12-31", "N"},
    {"111", "MED", "Leo", "Late", "Active", "2025-12-30", "N"},
    {"112", "MED", "Sam", "Struck", "Revoked", "2026-12-31", "Y"},
    {"113", "MED", "Pia", "Paused", "Suspended", "2026-12-31", "N"},
    {"114", "MED", "Gus", "Gone", "Deceased", "2026-12-31", "N"},
    {"115", "MED", "Qui", "Quiet", "Inactive", "2026-12-31", "N"},
    {"116", "MED", "Fay", "Fined", "Active", "2026-12-31", "Y"},
    {"117", "MED", "Ann", "Abroad", "Military", "2026-12-31", "N"},
    {"118", "MED", "Ben", "Barred", "Active", "2026-12-31", "N"},
    {"119", "MED", "Ned", "Named", "Active", "2026-12-31", "N"},
    {"120", "MED", "Abe", "Again", "Active", "2026-12-31", "N"},
};

/* A path that outlives the ring of conf_path. */
static const char *own_path(const char *name)
{
    return arena_format(&arena, "%s", conf_path("%s", name)).data;
}

static void lists_import(void)
{
    const char *nppes = own_path("nppes.csv"), *board = own_path("board.tsv"),
               *leie = own_path("leie.csv"), *out = own_path("out.txt");
    FILE *file = fopen(nppes, "w");
    assert_non_null(file);
    (void)fputs(
        "\"NPI\",\"Entity Type Code\",\"Provider Last Name (Legal Name)\",\"Provider First Name\","
        "\"Provider Middle Name\",\"Provider Other Last Name\","
        "\"Healthcare Provider Taxonomy Code_1\",\"Provider License Number_1\","
        "\"Provider License Number State Code_1\","
        "\"Healthcare Provider Primary Taxonomy Switch_1\","
        "\"Healthcare Provider Taxonomy Code_2\",\"NPI Deactivation Date\","
        "\"NPI Reactivation Date\"\n",
        file);
    for (size_t i = 0; i < sizeof(providers) / sizeof(*providers); i++) {
        const struct provider *p = &providers[i];
        (void)fprintf(
            file,
            "\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\","
            "\"%s\"\n",
            npi_of(100000000 + p->nine), p->entity, p->last, p->first, p->middle, p->other_last,
            p->code, p->number, p->state, p->main, p->code_2, p->deactivated, p->reactivated);
    }
    assert_int_equal(fclose(file), 0);
    file = fopen(board, "w");
    assert_non_null(file);
    (void)fputs("prc_first_name\tprc_last_name\tlic_number\tlic_profession\tlst_description\t"
                "lic_exp_date\tdiscipline\n",
                file);
    for (size_t i = 0; i < sizeof(licences) / sizeof(*licences); i++) {
        const struct licence *l = &licences[i];
        (void)fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l->first, l->last, l->number,
                      l->profession, l->status, l->expires, l->discipline);
    }
    assert_int_equal(fclose(file), 0);
    file = fopen(leie, "w");
    assert_non_null(file);
    (void)fprintf(file,
                  "LASTNAME,FIRSTNAME,MIDNAME,NPI,DOB,STATE,EXCLTYPE,EXCLDATE,REINDATE\n"
                  "BARRED,BEN,,%s,19610430,MO,1128a1,20200101,00000000\n"
                  "ORTIZ,DANIEL,,%s,19610430,MO,1128a1,20200101,20210101\n"
                  "NAMED,NED,,0000000000,19610430,MO,1128a1,20200101,00000000\n"
                  "PARK,YUSUF,,0000000000,19610430,CA,1128a1,20200101,00000000\n",
                  npi_of(100000018), npi_of(100000001));
    assert_int_equal(fclose(file), 0);
    assert_int_equal(quiet(import, "nppes", nppes, out), 0);
    assert_int_equal(quiet(import, "board:MO", board, out), 0);
    assert_int_equal(quiet(import, "leie", leie, out), 0);
}

struct expectation {
    const char *first, *last;
    int nine;
    const char *number, *reason;
    enum advice advice;
};

static void each_rule_decides_its_case(void **state UNUSED)
{
    static const struct expectation cases[] = {
        {"Daniel", "Ortiz", 1, "A0101", "ok", ADVICE_ACCEPT},
        {"Daniel", "Ortiz", 1, "a 0101", "ok", ADVICE_ACCEPT}, /* however the number is written */
        {"DANIEL M.", "ORTIZ", 1, "A-0101", "ok_variant", ADVICE_ACCEPT},
        {"daniel", "ortiz jr.", 1, "A0101", "ok_variant", ADVICE_ACCEPT},
        {"Emeka", "Smith Walsh", 2, "102", "ok_variant", ADVICE_ACCEPT},
        {"Emeka", "Walsh", 2, "102", "name_part", ADVICE_REVIEW},
        {"Amara", "Castellanos", 3, "103", "ok_variant", ADVICE_ACCEPT}, /* a former name */
        {"Amara", "Moreau", 3, "103", "ok", ADVICE_ACCEPT},
        {"Beata", "Moreau", 3, "103", "name_mismatch", ADVICE_REJECT},
        {"Otto", "Other", 4, "304", "name_mismatch", ADVICE_REJECT},
        {"Yusuf", "Park", 4, "104", "ok", ADVICE_ACCEPT},
        {"Yusuf", "Park", 4, "204", "homonym", ADVICE_REJECT},
        {"Yusuf", "Park", 4, "304", "license_mismatch", ADVICE_REJECT}, /* another's licence */
        {"Yusuf", "Park", 4, "404", "license_mismatch", ADVICE_REJECT},
        {"Yusuf", "Park", 4, "504", "license_mismatch", ADVICE_REJECT},
        {"Yusuf", "Park", 33, "104", "unknown_npi", ADVICE_REJECT},
        {"Clara", "Clinic", 5, "105", "organisation", ADVICE_REJECT},
        {"Nora", "Nurse", 6, "106", "not_physician", ADVICE_REJECT},
        {"Simon", "Student", 10, "106", "not_physician", ADVICE_REJECT}, /* a nurse's licence */
        {"Dan", "Dead", 7, "107", "deactivated", ADVICE_REJECT},
        {"Ada", "Back", 8, "108", "ok", ADVICE_ACCEPT},            /* activated again */
        {"Abe", "Again", 20, "120", "deactivated", ADVICE_REJECT}, /* and once more after that */
        {"Eva", "Elsewhere", 9, "109", "not_tied", ADVICE_REVIEW},
        {"Eva", "Elsewhere", 9, "104", "name_mismatch", ADVICE_REJECT},
        {"Simon", "Student", 10, "110", "second_profession", ADVICE_REVIEW},
        {"Leo", "Late", 11, "111", "expired", ADVICE_REJECT},
        {"Sam", "Struck", 12, "112", "revoked", ADVICE_REJECT},
        {"Pia", "Paused", 13, "113", "suspended", ADVICE_REJECT},
        {"Gus", "Gone", 14, "114", "deceased", ADVICE_REJECT},
        {"Qui", "Quiet", 15, "115", "inactive", ADVICE_REJECT},
        {"Fay", "Fined", 16, "116", "disciplined", ADVICE_REVIEW},
        {"Ann", "Abroad", 17, "117", "status", ADVICE_REVIEW},
        {"Ben", "Barred", 18, "118", "excluded", ADVICE_REJECT},
        {"Ned", "Named", 19, "119", "excluded_name", ADVICE_REVIEW},
    };
    struct db *db = NULL;
    lists_import();
    assert_int_equal(db_open(&db, &roster_store, conf_store("roster"), ROLE_CLERK, DB_READ, 0), OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct expectation *c = &cases[i];
        const struct application application = {
            text_of(c->first),  text_of(c->last), text_of(npi_of(100000000 + c->nine)),
            text_of(c->number), TEXT("MO"),       TEXT("")};
        struct match match;
        assert_int_equal(match_application(db, &arena, &application, TEXT("2025-12-31"), &match),
                         OK);
        if (strcmp(match.reason, c->reason) != 0 || match.advice != c->advice)
            fail_msg("%s %s %d %s: %s %s, expected %s", c->first, c->last, c->nine, c->number,
                     advice_name(match.advice), match.reason, c->reason);
        assert_true(match.findings.size > 0 && match.findings.size <= 400);
    }
    db_close(db);
}

static void a_licence_lasts_through_its_last_day(void **state UNUSED)
{
    const struct application application = {TEXT("Leo"), TEXT("Late"), text_of(npi_of(100000011)),
                                            TEXT("111"), TEXT("MO"),   TEXT("")};
    struct db *db = NULL;
    struct match match;
    assert_int_equal(db_open(&db, &roster_store, conf_store("roster"), ROLE_CLERK, DB_READ, 0), OK);
    assert_int_equal(match_application(db, &arena, &application, TEXT("2025-12-30"), &match), OK);
    assert_string_equal(match.reason, "ok");
    assert_int_equal(match_application(db, &arena, &application, TEXT("2025-12-31"), &match), OK);
    assert_string_equal(match.reason, "expired");
    db_close(db);
}

static void a_state_without_a_list_wants_a_look(void **state UNUSED)
{
    const struct application application = {
        TEXT("Daniel"), TEXT("Ortiz"), text_of(npi_of(100000001)),
        TEXT("A0101"),  TEXT("KS"),    TEXT("")};
    struct db *db = NULL;
    struct match match;
    assert_int_equal(db_open(&db, &roster_store, conf_store("roster"), ROLE_CLERK, DB_READ, 0), OK);
    assert_int_equal(match_application(db, &arena, &application, TEXT("2025-12-31"), &match), OK);
    assert_int_equal(match.advice, ADVICE_REVIEW);
    assert_string_equal(match.reason, "no_list");
    db_close(db);
}

/* Skipped when there is no shared data. */
static void the_six_hundred_synthetic_applications_come_out_as_expected(void **state UNUSED)
{
    const char *shared = getenv("SHARED");
    char path[3][500], line[200], name[40], advice[20], reason[40];
    size_t count = 0, wrong = 0;
    static const char *const names[] = {"nppes_synthetic.csv.gz", "missouri_roster_synthetic.tsv",
                                        "applications_synthetic.tsv"};
    if (shared == NULL || shared[0] == 0)
        skip();
    for (size_t i = 0; i < 3; i++)
        (void)snprintf(path[i], sizeof(path[i]), "%s/data/registry/%s", shared, names[i]);
    (void)scratch_open();
    const char *out = own_path("out.txt");
    assert_int_equal(quiet(import, "nppes", path[0], out), 0);
    assert_int_equal(quiet(import, "board:MO", path[1], out), 0);
    assert_int_equal(quiet(roster_match, path[2], "2025-12-31", out), 0);
    FILE *given = fopen(path[2], "r"), *ours = fopen(out, "r");
    assert_non_null(given);
    assert_non_null(ours);
    assert_non_null(fgets(line, sizeof(line), given)); /* its first line */
    while (fgets(line, sizeof(line), given) != NULL) {
        const char *end = strrchr(line, '\t'), *expected = end;
        while (expected > line && expected[-1] != '\t')
            expected--;
        assert_int_equal(fscanf(ours, "%39s %19s %39s", name, advice, reason), 3);
        count++;
        wrong += strncmp(line, name, strlen(name)) != 0 ||
                 strncmp(expected, advice, strlen(advice)) != 0 ||
                 strncmp(end + 1, reason, strcspn(end + 1, "\r\n")) != 0;
    }
    (void)fclose(given);
    (void)fclose(ours);
    assert_int_equal(count, 600);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_digits_are_luhn_over_80840),
        cmocka_unit_test(names_are_the_same_but_for_spelling),
        cmocka_unit_test(without_lists_an_application_wants_a_look),
        cmocka_unit_test(each_rule_decides_its_case),
        cmocka_unit_test(a_licence_lasts_through_its_last_day),
        cmocka_unit_test(a_state_without_a_list_wants_a_look),
        cmocka_unit_test(the_six_hundred_synthetic_applications_come_out_as_expected),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
