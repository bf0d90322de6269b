/* The eighteen identifiers of 45 CFR 164.514(b)(2)(i), each found in its usual shapes and not seen
 * where medicine looks like it. The rules' own file has more such cases; these are not from it. */
#include "board/guard/guard_inside.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 9 };

static struct arena arena;
static struct guard *guard;

struct identifier {
    const char *category; /* several by blanks */
    enum guard_level level;
    const char *found[CASES], *left[CASES];
};

static const struct identifier names = {
    "name",
    GUARD_WARN,
    {"I saw Mr. Thackeray in the ward", "discussed with Dr Nakashima-Boyd",
     "a patient named Odalys", "pt: Bertrand Kowalczyk, fell", "his daughter Philippa found him",
     "Name: Ewa Lindqvist", "Ingeborg Tollefsen, 67-year-old, with AF", "Ms. O’Shaughnessy"},
    {"Parkinson disease and Crohn disease", "MR enterography in MS", "Graves' ophthalmopathy",
     "Dr. X wondered", "a Murphy sign", "the mother Down syndrome carrier", "Miss the diagnosis",
     "the patient Had fever"}};
static const struct identifier places = {
    "address zip",
    GUARD_WARN,
    {"lives at 4410 Larkspur Lane", "at 17B Upper Ferry Road, Apt. 3", "Carbondale, IL 62901",
     "P.O. Box 4482", "on Kastanienstrasse 14", "at 9 Rue des Lilas", "zip 62901-4417",
     "postcode EH8 9YL"},
    {"2 mm ST depression", "in 12 units of insulin", "a street drug", "5 lanes on the gel",
     "grade 3 of 6 at the left sternal border", "CT 62 of 90 patients", "vitamin B12 5 mg"}};
static const struct identifier dates = {
    "date birth age",
    GUARD_WARN,
    {"admitted on 11/28/2023", "on the 3rd of February 2022", "2021-12-05 08:15", "Oct 9th, 2019",
     "DOB 7-4-1948", "a 93-year-old man", "she turned 101", "discharged 28.11.2023"},
    {"in 2019", "in March 2022", "BP 120/80 and 5/5 strength", "Na 135, K 4.1, 1/2 tablet",
     "patients were enrolled from January 1, 2010, to December 31, 2015", "aged 65 to 95 years",
     "over 90 years old", "a 45-year-old woman"}};
static const struct identifier phones = {
    "phone",
    GUARD_BLOCK,
    {"call 618 555 0187", "(618)555-0187", "+49 89 1234567", "tel 01632 960 983",
     "cell: 618.555.0187 ext. 4", "her number is 555-0187", "618/555-0187",
     "phone six one eight five five five oh one eight seven"},
    {"platelets 150-400", "300-400-500 mg", "NCT01234567", "titres 1:160, 1:320, 1:640",
     "PMID 31234567", "10 000 000 units", "ratio 618 to 555", "0.125 0.25 0.5 mg"}};
static const struct identifier faxes = {
    "fax",
    GUARD_BLOCK,
    {"fax 618-555-0187", "Fax: (618) 555-0187", "fax number is +1 618 555 0187",
     "618-555-0187 fax"},
    {"send a fax", "fax the form to us in 2 days", "faxed 12 pages"}};
static const struct identifier mails = {
    "email",
    GUARD_BLOCK,
    {"odalys.f@mail.example", "o+k@sub.domain.example.org", "odalys (at) mail (dot) example",
     "odalys at mail dot example dot org", "odalys@mail . example . org"},
    {"5 mg @ 8 pm", "dot blot at 4 degrees", "@ 2 weeks"}};
static const struct identifier socials = {
    "ssn",
    GUARD_BLOCK,
    {"219-09-9999", "SSN 219099999", "social security no. 219 09 9999", "219.09.9999",
     "SSN: 2 1 9 0 9 9 9 9 9", "last four of SSN: SSN ending in 9999"},
    {"219-09-99999", "000-12-3456", "100-20-3000 mg", "doses of 100, 20, 3000"}};
static const struct identifier records = {
    "mrn",
    GUARD_BLOCK,
    {"MRN 7734120", "MRN#K-20913", "medical record no. 55 20 31", "chart number 20-4471",
     "patient identifier: PX88213", "accession # S23-44120", "hospital no: 4471203"},
    {"MR 3 T scanner", "the record number of cases", "case 2", "study number 12",
     "trial registration number NCT01234567", "chart review of 200 records"}};
static const struct identifier plans = {"plan",
                                        GUARD_BLOCK,
                                        {"member ID ZGP883120944", "policy no. 77-120934",
                                         "Medicaid number 883120944B", "subscriber #: 4471203A",
                                         "Medicare 2AC7-CD4-EF90"},
                                        {"a plan for 12 weeks", "group 2 had 34 members",
                                         "insurance covered 80 %", "coverage of 12 antigens"}};
static const struct identifier accounts = {
    "account",
    GUARD_BLOCK,
    {"account no. 88201933", "acct: 4471-2031", "4012 8888 8888 1881", "card 5105105105105100",
     "IBAN DE89 3704 0044 0532 0130 00"},
    {"this accounts for 1200 cases", "4012 8888 8888 1882", "on account of 3 episodes"}};
static const struct identifier licences = {
    "licence",
    GUARD_BLOCK,
    {"driver's license T442-8810-3321", "passport number L8820193", "DEA number BT4471203",
     "license #MD120934", "NPI 1234567893"},
    {"licensed in 2012", "DEA schedule IV", "a certificate of 2019", "certified 12 times"}};
static const struct identifier vehicles = {
    "vehicle plate",
    GUARD_WARN,
    {"VIN 1HGCM82633A004352", "license plate HZK 4471", "plate number 8ABC207",
     "the car 1HGCM82633A004352 hit him"},
    {"the growth plate", "plates after 24 h", "blood agar plate 2"}};
static const struct identifier devices = {
    "device",
    GUARD_WARN,
    {"S/N 4471-00218", "serial number: BLC772093H", "pacemaker ID PCM 771209",
     "UDI (01)00643169007222(21)H77120"},
    {"serial lactates 4.1, 3.2, 2.2", "serial ECG", "model 2 of 3", "ICD shocks in 12"}};
static const struct identifier addresses = {
    "url",
    GUARD_BLOCK,
    {"https://www.facebook.com/odalys.k.99", "see instagram.com/odalys_runs",
     "twitter handle @odalysk", "https://example.org/profile/88213"},
    {"https://pubmed.ncbi.nlm.nih.gov/31234567/", "https://doi.org/10.1056/NEJMoa1200000",
     "www.cdc.gov/flu"}};
static const struct identifier networks = {
    "ip",
    GUARD_BLOCK,
    {"from 203.0.113.77", "IP address is 10.1.2.3", "2001:db8:0:1:1:1:1:1"},
    {"section 1.2.3.4", "8.5.3.1 days", "at 12:30:45", "ratio 1:2:3", "0.1.0.2"}};
static const struct identifier biometrics = {
    "biometric",
    GUARD_BLOCK,
    {"fingerprint ID FX-77120", "retinal scan number RT44712", "voice print: VX8820a"},
    {"genetic fingerprint", "retinal thickness 250 um", "iris colour", "voice prints are rare"}};
static const struct identifier pictures = {
    "photo",
    GUARD_WARN,
    {"attached a photograph of his face", "full-face photo", "see IMG_8821.JPG"},
    {"an image of the abdomen", "the clinical picture", "facial palsy"}};
static const struct identifier others = {
    "id",
    GUARD_BLOCK,
    {"employee number 88213", "inmate ID A77120", "student no. 4471203", "donor id D-2209-1"},
    {"a reference range of 12", "donor age", "user 2"}};

static int open_all(void **state UNUSED)
{
    (void)scratch_open();
    arena_open(&arena, 16 << 20);
    guard = guard_open();
    return 0;
}

static bool one_of(const char *categories, const char *rule)
{
    struct text rest = text_of(categories), name;
    while (text_next(&rest, ' ', &name)) {
        if (text_is(name, rule))
            return true;
    }
    return false;
}

static void try_identifier(const struct identifier *identifier)
{
    int wrong = 0;
    for (size_t i = 0; i < 2 * CASES; i++) {
        bool wanted = i < CASES, seen = false;
        const char *text = wanted ? identifier->found[i] : identifier->left[i - CASES];
        struct guard_finding *findings;
        size_t count = 0;
        if (text == NULL)
            continue;
        arena_reset(&arena, 0);
        (void)guard_check(guard, &arena, text_of(text), &findings, &count);
        for (size_t j = 0; j < count; j++)
            seen = seen || (wanted ? findings[j].level >= identifier->level &&
                                         one_of(identifier->category, findings[j].rule)
                                   : findings[j].level > GUARD_HINT);
        if (seen != wanted)
            print_message("%s: '%s'\n", wanted ? "missed" : "marked", text);
        wrong += seen != wanted;
    }
    assert_int_equal(wrong, 0);
}

#define TRY(name, identifier)             \
    static void name(void **state UNUSED) \
    {                                     \
        try_identifier(&identifier);      \
    }
TRY(names_are_found_A, names)
TRY(places_smaller_than_a_state_are_found_B, places)
TRY(dates_and_ages_over_89_are_found_C, dates)
TRY(telephone_numbers_are_found_D, phones)
TRY(fax_numbers_are_found_E, faxes)
TRY(e_mail_addresses_are_found_F, mails)
TRY(social_security_numbers_are_found_G, socials)
TRY(medical_record_numbers_are_found_H, records)
TRY(health_plan_numbers_are_found_I, plans)
TRY(account_numbers_are_found_J, accounts)
TRY(certificate_and_licence_numbers_are_found_K, licences)
TRY(vehicle_identifiers_and_plates_are_found_L, vehicles)
TRY(device_serials_are_found_M, devices)
TRY(web_addresses_of_persons_are_found_N, addresses)
TRY(network_addresses_are_found_O, networks)
TRY(biometric_identifiers_are_found_P, biometrics)
TRY(pictures_of_faces_are_found_Q, pictures)
TRY(other_codes_of_one_person_are_found_R, others)

static void the_eighteen_letters_all_stand_in_the_rules(void **state UNUSED)
{
    static struct guard_rules rules;
    const char *why = NULL;
    int line = 0;
    assert_true(guard_rules_read(&rules, guard_rules_built_in(), &line, &why));
    for (char letter = 'A'; letter <= 'R'; letter++) {
        bool there = false;
        for (size_t i = 0; i < rules.category_count; i++)
            there = there ||
                    (rules.categories[i].hipaa != NULL && rules.categories[i].hipaa[0] == letter);
        assert_true(there);
    }
    guard_rules_free(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_A),
        cmocka_unit_test(places_smaller_than_a_state_are_found_B),
        cmocka_unit_test(dates_and_ages_over_89_are_found_C),
        cmocka_unit_test(telephone_numbers_are_found_D),
        cmocka_unit_test(fax_numbers_are_found_E),
        cmocka_unit_test(e_mail_addresses_are_found_F),
        cmocka_unit_test(social_security_numbers_are_found_G),
        cmocka_unit_test(medical_record_numbers_are_found_H),
        cmocka_unit_test(health_plan_numbers_are_found_I),
        cmocka_unit_test(account_numbers_are_found_J),
        cmocka_unit_test(certificate_and_licence_numbers_are_found_K),
        cmocka_unit_test(vehicle_identifiers_and_plates_are_found_L),
        cmocka_unit_test(device_serials_are_found_M),
        cmocka_unit_test(web_addresses_of_persons_are_found_N),
        cmocka_unit_test(network_addresses_are_found_O),
        cmocka_unit_test(biometric_identifiers_are_found_P),
        cmocka_unit_test(pictures_of_faces_are_found_Q),
        cmocka_unit_test(other_codes_of_one_person_are_found_R),
        cmocka_unit_test(the_eighteen_letters_all_stand_in_the_rules),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
