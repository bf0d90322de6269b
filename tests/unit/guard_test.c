/* The check for patient data: what it does with a text, however it is written, and with rules that
 * change under it. What is looked for stands in guard_hipaa_test.c and with the rules. */
#include "board/guard/guard_inside.h"

#include "core/conf.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static struct guard *guard;

static int open_all(void **state UNUSED)
{
    (void)scratch_open();
    arena_open(&arena, 32 << 20);
    guard = guard_open();
    return 0;
}

static struct guard_finding *check(struct text text, size_t *count)
{
    struct guard_finding *findings;
    arena_reset(&arena, 0);
    (void)guard_check(guard, &arena, text, &findings, count);
    return findings;
}

/* Is just this part of the text found as this? */
static bool found(const char *text, const char *rule, const char *part)
{
    size_t count = 0;
    const struct guard_finding *findings = check(text_of(text), &count);
    for (size_t i = 0; i < count; i++) {
        const struct guard_finding *f = &findings[i];
        if (strcmp(f->rule, rule) == 0 && f->size == strlen(part) &&
            memcmp(text + f->start, part, f->size) == 0)
            return true;
    }
    print_message("'%s' is not found as %s in '%s'\n", part, rule, text);
    return false;
}

static void full_dates_are_warned_of_with_a_more_general_form(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"admitted 2024-03-14 with", "March 2024"},
        {"admitted 3/14/24 with", "March 2024"},
        {"on March 14, 2024 he", "March 2024"},
        {"on 14 March 2024 he", "March 2024"},
        {"on the 1st of Sept. 1999", "September 1999"},
        {"12/31/1998.", "December 1998"},
        {"31/12/1998.", "December 1998"},
        {"am 14.3.2024 he", "March 2024"},
        {"admitted on June 9th with", "June"},
        {"14-Mar-24", "March 2024"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        size_t count = 0;
        const struct guard_finding *findings = check(text_of(cases[i][0]), &count);
        assert_int_equal(count, 1);
        assert_int_equal(findings[0].level, GUARD_WARN);
        assert_true(text_is(findings[0].instead, cases[i][1]));
    }
}

static void a_zip_code_keeps_three_digits_where_enough_people_live(void **state UNUSED)
{
    size_t count = 0;
    const struct guard_finding *findings = check(TEXT("in Carbondale, IL 62901-4417"), &count);
    assert_int_equal(count, 1);
    assert_true(text_is(findings[0].instead, "629"));
    findings = check(TEXT("in Springdale, VT 05901"), &count);
    assert_true(text_is(findings[0].instead, "000"));
}

static void what_has_been_made_general_is_not_marked_again(void **state UNUSED)
{
    static const char *const texts[] = {
        "Mr. Thackeray, a 93-year-old man of 4410 Larkspur Lane, Carbondale, IL 62901, MRN "
        "7734120, "
        "was seen on 2024-03-14. He is 94 years old, call 618-555-0187 or odalys@mail.example. "
        "DOB 3/14/1930, SSN 219-09-9999, serial number: BLC772093H, license plate HZK 4471, "
        "fax 618-555-0188, member ID ZGP883120944, account no. 88201933, IP 203.0.113.77.",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        size_t count = 0, from = 0, used = 0;
        static char general[4000];
        const struct guard_finding *findings = check(text_of(texts[i]), &count);
        assert_true(count > 12);
        for (size_t j = 0; j < count; j++) {
            assert_non_null(findings[j].instead.data);
            used += (size_t)snprintf(general + used, sizeof(general) - used, "%.*s%.*s",
                                     (int)(findings[j].start - from), texts[i] + from,
                                     (int)findings[j].instead.size, findings[j].instead.data);
            from = findings[j].start + findings[j].size;
        }
        (void)snprintf(general + used, sizeof(general) - used, "%s", texts[i] + from);
        findings = check(text_of(general), &count);
        for (size_t j = 0; j < count; j++)
            print_message("%s: '%.*s'\n", findings[j].rule, (int)findings[j].size,
                          general + findings[j].start);
        assert_int_equal(count, 0);
    }
}

static void clinical_numbers_and_names_pass(void **state UNUSED)
{
    static const char *const texts[] = {
        "BP 120/80, HR 72, apixaban 5 mg twice daily, creatinine 1.2 mg/dL, Na 135, HbA1c 7.2",
        "A 78-year-old woman, weight 71 kg, INR 2.0-3.0 for 6-12 weeks",
        "HbA1c 7.4 %, LDL 2.6 mmol/L, platelets 150,000-450,000",
        "troponin 14, 18, 22 ng/L at 0/1/3 h; SpO2 94 %; FiO2 0.21; pH 7.31 / pCO2 62",
        "in March 2024, or about 3/14 of the cases",
        "ICD-10 I48.0, O14.1 and CPT 99213-25; ATC C09AA05",
        "ratio 1:250 of 500 mL, 300-400 mg 100-200-300 ladder",
        "PMID 31234567, PMID: 312345678, doi:10.1056/NEJMoa2034577",
        "NCT01234567 randomised 4,321 patients in 2015-2019",
        "1000000 units of penicillin, 0.5-1-2 mg/kg, 24/7",
        "Parkinson, Crohn, Graves, Sjögren and Guillain-Barré in one family",
        "enrolled between 1 January 2012 and 31 December 2016 in this trial",
        "the Framingham study; a Swan-Ganz catheter; a Foley; Wells score 4.5; CHA2DS2-VASc 3",
        "T 37.2, P 72, R 16; QTc 440-460 ms; EF 55-60 %; 6/6 vision; G2P1001; T2N1M0",
        "over 90 years, ≥ 90 years old, 90 or older; eGFR 95; 90 mg; 99 % of 100 patients",
        "Hb 13.2, WBC 5.4, Plt 220, Na 140, K 4.1, Cl 102, HCO3 24, BUN 14, Cr 0.9, Glu 95",
        "EudraCT 2015-001234-22; ISRCTN12345678; SNOMED 38341003; LOINC 2345-7; RxNorm 1049221",
        "CAS 50-78-2; NDC 0002-8215-01; ISBN 978-0-323-07781-1; rs1799853; c.1521_1523delCTT",
        "Lancet 2020;395:497-506; doi 10.1016/S0140-6736(20)30183-5; N Engl J Med 2015;373:2117-28",
        "HR 0.72 (95% CI 0.58-0.89), p<0.001; 500-1000-1500 mL over 4-6-8 h; GFR 45-60-90",
        "visual acuity 20/200, Apgar 8/9, on day 12/30, on 2/3 of the visits, born at 28 weeks",
        "vitamin B12 5 mg, T4 1.1, C3 90 mg/dL, IgG4 120-240, CA 19-9 1200, CD4 350-500",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        size_t count = 0;
        const struct guard_finding *findings = check(text_of(texts[i]), &count);
        if (count > 0)
            print_message("'%.*s' found as %s in '%s'\n", (int)findings[0].size,
                          texts[i] + findings[0].start, findings[0].rule, texts[i]);
        assert_int_equal(count, 0);
    }
}

static void disguises_do_not_help_and_places_are_those_of_the_text(void **state UNUSED)
{
    assert_true(found("call ３１４－５５５－０１３４ now", "phone", "３１４－５５５－０１３４"));
    assert_true(found("call 314–555–0134 now", "phone", "314–555–0134"));
    assert_true(found("call 3\u200b14-555\u2060-0134 now", "phone", "3\u200b14-555\u2060-0134"));
    assert_true(found("call 314\u00a0555\u202f0134 now", "phone", "314\u00a0555\u202f0134"));
    assert_true(found("call ٣١٤-٥٥٥-٠١٣٤ now", "phone", "٣١٤-٥٥٥-٠١٣٤"));
    assert_true(found("call 𝟑𝟏𝟒-𝟓𝟓𝟓-𝟎𝟏𝟑𝟒 now", "phone", "𝟑𝟏𝟒-𝟓𝟓𝟓-𝟎𝟏𝟑𝟒"));
    assert_true(found("call 3l4-555-Ol34 now", "phone", "3l4-555-Ol34"));
    assert_true(found("call 314•555•0134 now", "phone", "314•555•0134"));
    assert_true(found("call 314-**555**-0134 now", "phone", "314-**555**-0134"));
    assert_true(found("call 314\\-555\\-0134 now", "phone", "314\\-555\\-0134"));
    assert_true(found("call &#51;14-555-0134 now", "phone", "&#51;14-555-0134"));
    assert_true(found("the МRN 7734120 is", "mrn", "7734120")); /* a Cyrillic letter */
    assert_true(found("SSN 2 1 9 - 0 9 - 9 9 9 9.", "ssn", "2 1 9 - 0 9 - 9 9 9 9"));
    assert_true(found("mail jane＠example．org now", "email", "jane＠example．org"));
    assert_true(found("äöü Mr. Škvorecký came", "name", "Škvorecký"));
    assert_true(found("by Dr. José Ángel Núñez", "name", "José Ángel Núñez"));
    assert_true(found("born on 14\u00a0March\u00a01956 in", "birth", "14\u00a0March\u00a01956"));
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

/* What holds of every answer: places in order, apart, inside, and on the edges of characters. */
static bool sound(struct text text, const struct guard_finding *findings, size_t count)
{
    size_t from = 0;
    for (size_t i = 0; i < count; i++) {
        const struct guard_finding *f = &findings[i];
        struct text part = {text.data + f->start, f->size};
        if (f->size == 0 || f->start < from || f->start + f->size > text.size ||
            !text_is_utf8(text_bytes(part)))
            return false;
        from = f->start + f->size;
    }
    return count <= GUARD_FINDINGS_MAX;
}

static void long_and_hostile_texts_end(void **state UNUSED)
{
    static char text[16384];
    static const char *const fills[] = {
        "a",     "1",     "1-",    "a.",      "@",    "+1 ", "a@a.",
        "MRN ",  "(2",    "\n",    "Anna ",   "dr. ", "1 2", "90 ",
        "born ", "May 1", "12/1/", "fax 1-2", "d.o.", "{[(", "patient number 1 "};
    for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++) {
        size_t size = strlen(fills[i]), count = 0;
        for (size_t j = 0; j < sizeof(text); j++)
            text[j] = fills[i][j % size];
        struct text whole = {text, sizeof(text)};
        assert_true(sound(whole, check(whole, &count), count));
    }
}

static uint32_t chance(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* A text of pieces chosen by chance; a planted number in the middle if asked for. */
static struct text noise(char *room, uint32_t *state, bool planted)
{
    static const char *const pieces[] = {
        " ",  "a",      "Q",   "7",    "-",  "/",    ".",       "@",
        "#",  ":",      "(",   ")",    "\n", "é",    "İ",       "٣",
        "😀",  "\u200b", "中",  "Mr.",  "id", "fax",  "born on", "March",
        "St", "no",     "90",  "2024", "yo", "&#5;", "\\",      "\xef\xbf\xbd",
        "**", "IV",     "MRN", "and"};
    size_t size = 0, count = chance(state) % 400;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[chance(state) % (sizeof(pieces) / sizeof(*pieces))];
        if (planted && i == count / 2)
            piece = "\n\nSSN 219-09-9999\n\n";
        memcpy(room + size, piece, strlen(piece));
        size += strlen(piece);
    }
    return (struct text){room, size};
}

static void chance_texts_give_sound_answers_and_a_planted_number_is_found(void **state UNUSED)
{
    static char room[16384];
    uint32_t seed = 20260302;
    for (int i = 0; i < 4000; i++) {
        size_t count = 0, seen = 0;
        struct text text = noise(room, &seed, false);
        assert_true(sound(text, check(text, &count), count));
        text = noise(room, &seed, true);
        const struct guard_finding *findings = check(text, &count);
        assert_true(sound(text, findings, count));
        const char *place = memmem(text.data, text.size, "219-09-9999", 11);
        for (size_t j = 0; place != NULL && j < count; j++)
            seen += strcmp(findings[j].rule, "ssn") == 0 &&
                    findings[j].start == (size_t)(place - text.data);
        assert_int_equal(seen, place != NULL);
    }
}

/* The control: what is judged as unsound above is. */
static void an_unsound_answer_is_seen(void **state UNUSED)
{
    struct text text = TEXT("Dr. Núñez");
    struct guard_finding bad[] = {{.start = 6, .size = 1}, {.start = 4, .size = 6}};
    assert_false(sound(text, bad, 1)); /* inside of a character */
    assert_false(sound(text, bad + 1, 1) && sound(text, bad, 2));
    bad[0] = (struct guard_finding){.start = 4, .size = 60};
    assert_false(sound(text, bad, 1));
}

/* --- rules that change --- */

static void file_write(const char *path, const char *text)
{
    char fresh[4200];
    (void)snprintf(fresh, sizeof(fresh), "%s.new", path);
    (void)conf_folder("board");
    FILE *file = fopen(fresh, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(fresh, path), 0);
}

static const char own_rules[] = "category code\nseverity block\nmessage A code of ours.\n"
                                "rule\nat words zeppelin\nfind zeppelin [ ] \\d+\n"
                                "finds the [[zeppelin 7]]\nleaves the zeppelin\n";

static bool code_found(struct guard *one)
{
    struct guard_finding *findings;
    size_t count = 0;
    (void)guard_check(one, &arena, TEXT("the zeppelin 7"), &findings, &count);
    return count == 1 && strcmp(findings[0].rule, "code") == 0;
}

static void the_operators_rules_come_into_force_and_broken_ones_do_not(void **state UNUSED)
{
    struct guard *one = guard_open();
    const char *path = guard_path();
    assert_false(code_found(one));
    file_write(path, own_rules);
    (void)usleep(1100000);
    assert_true(code_found(one));
    file_write(path, "category code\nseverity block\nmessage A.\nrule\nat words a\nfind (\n");
    (void)usleep(1100000);
    assert_true(code_found(one)); /* the ones before */
    struct guard *late = guard_open();
    assert_false(code_found(late)); /* nothing worked before: the built-in ones */
    assert_int_equal(unlink(path), 0);
    (void)usleep(1100000);
    assert_false(code_found(one));
    guard_close(late);
    guard_close(one);
}

static void broken_rules_are_refused_with_line_and_reason(void **state UNUSED)
{
    static const struct {
        const char *file, *why;
        int line;
    } cases[] = {
        {"", "no rule", 0},
        {"category a\nseverity loud\n", "block, warn or hint", 2},
        {"rule\n", "below a category", 1},
        {"category a\nseverity warn\nmessage M.\nrule\nat words x\nfind (x\n", "parenthes", 4},
        {"category a\nseverity warn\nmessage M.\nrule\nat words x\nfind {nolist}\n", "nolist", 6},
        {"category a\nseverity warn\nmessage M.\nrule\nat words x\nfind x\ncheck y\n", "y", 7},
        {"category a\nseverity warn\nmessage M.\nrule\nat words x\nfind x\nfinds z\n", "case", 7},
        {"category a\nseverity warn\nmessage M.\nrule\nat words x\nfind x\nleaves x\n", "case", 7},
        {"category a\nseverity warn\nmessage M.\nrule\nfind x\n", "needs 'at'", 5},
        {"category a\nseverity warn\nmessage M.\nrule\nat nowhere x\nfind x\n", "'at'", 6},
        {"category a\nseverity warn\nmessage M.\nbanana\n", "banana", 4},
        {"list a B\n", "a to z", 1},
        {"category \xff\n", "no text", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char why[GUARD_WHY_SIZE] = "";
        int line = 0;
        struct guard *one = guard_make(text_of(cases[i].file), &line, why);
        assert_null(one);
        if (strstr(why, cases[i].why) == NULL || line != cases[i].line)
            print_message("case %zu: line %d: %s\n", i, line, why);
        assert_non_null(strstr(why, cases[i].why));
        assert_int_equal(line, cases[i].line);
    }
    char why[GUARD_WHY_SIZE] = "";
    int line = 0;
    struct guard *good = guard_make(text_of(own_rules), &line, why);
    assert_non_null(good); /* the control */
    guard_close(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_dates_are_warned_of_with_a_more_general_form),
        cmocka_unit_test(a_zip_code_keeps_three_digits_where_enough_people_live),
        cmocka_unit_test(what_has_been_made_general_is_not_marked_again),
        cmocka_unit_test(clinical_numbers_and_names_pass),
        cmocka_unit_test(disguises_do_not_help_and_places_are_those_of_the_text),
        cmocka_unit_test(findings_come_in_order_and_say_where),
        cmocka_unit_test(long_and_hostile_texts_end),
        cmocka_unit_test(chance_texts_give_sound_answers_and_a_planted_number_is_found),
        cmocka_unit_test(an_unsound_answer_is_seen),
        cmocka_unit_test(the_operators_rules_come_into_force_and_broken_ones_do_not),
        cmocka_unit_test(broken_rules_are_refused_with_line_and_reason),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
