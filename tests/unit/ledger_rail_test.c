/* Payment files: judged by the standard's own schema, by our totals, and by files of others; what
 * comes back from a bank. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/seal.h"
#include "ledger/log/file.h"
#include "core/bank.h"
#include "ledger/payout/rail.h"
#include "tests/support/scratch.h"
#include "tests/support/shared.h"

enum { PAYMENTS = 37 };

static struct arena arena;
static struct rail_payment payments[PAYMENTS];
static struct rail_house us, eu;

/* A file of the shared vectors; NO_TEXT when they are not here. */
static struct text golden(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "golden/ledger/%s", name);
    return shared_text(&arena, path);
}

static struct rail_batch batch_of(size_t count)
{
    struct rail_batch batch = {
        .tick_s = 1775001600, .payments = payments, .count = count, .currency = "USD"};
    memset(batch.id, 0x5a, sizeof batch.id);
    return batch;
}

static void payees_make(bool domestic)
{
    static const char *const ibans[] = {"DE89370400440532013000", "GB82WEST12345698765432",
                                        "FR1420041010050500013M02606"};
    for (size_t i = 0; i < PAYMENTS; i++) {
        payments[i] = (struct rail_payment){.cents = 100 + (int64_t)(i * 37)};
        memset(payments[i].transfer, (int)i + 1, 16);
        payments[i].to.name = i == 3 ? TEXT("Dr. Zoë <Müller> & Söhne") : TEXT("Dr Test");
        if (domestic) {
            payments[i].to.routing = TEXT("231380104");
            payments[i].to.account = TEXT("10000000");
            payments[i].to.savings = i % 2 == 1;
        } else {
            payments[i].to.iban = text_of(ibans[i % 3]);
        }
    }
}

static struct text pain_of(const struct rail_batch *batch, const struct rail_house *house)
{
    struct buf out;
    const char *why;
    buf_open(&out, &arena, 65536);
    assert_int_equal(rail_pain001_write(&out, batch, house, &why), OK);
    return buf_done(&out);
}

static struct text nacha_of(const struct rail_batch *batch)
{
    struct buf out;
    const char *why;
    buf_open(&out, &arena, 65536);
    assert_int_equal(rail_nacha_write(&out, batch, &us, &why), OK);
    return buf_done(&out);
}

static int schema_judge(struct text file)
{
    char path[600], schema[600];
    const char *shared = getenv("SHARED");
    snprintf(path, sizeof path, "%s/file.xml", getenv("RAIL_SCRATCH"));
    snprintf(schema, sizeof schema, "%s/golden/ledger/pain001/pain.001.001.09.xsd",
             shared == NULL ? "../shared" : shared);
    assert_int_equal(file_write(path, text_bytes(file)), OK);
    pid_t pid = fork();
    int status;
    if (pid == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL)
            _exit(126);
        execlp("xmllint", "xmllint", "--noout", "--schema", schema, path, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static struct text replaced(struct text file, const char *from, const char *to)
{
    struct buf out;
    const char *at = memmem(file.data, file.size, from, strlen(from));
    assert_non_null(at);
    buf_open(&out, &arena, file.size + 64);
    buf_add(&out, file.data, (size_t)(at - file.data));
    buf_add(&out, to, strlen(to));
    at += strlen(from);
    buf_add(&out, at, file.size - (size_t)(at - file.data));
    return buf_done(&out);
}

static void a_pain001_file_is_valid_for_the_standards_own_schema(void **state)
{
    (void)state;
    struct rail_batch batch = batch_of(PAYMENTS);
    if (golden("pain001/pain.001.001.09.xsd").data == NULL ||
        system("command -v xmllint >/dev/null"))
        skip();
    for (int domestic = 0; domestic < 2; domestic++) {
        payees_make(domestic);
        struct text file = pain_of(&batch, domestic ? &us : &eu);
        assert_int_equal(schema_judge(file), 0);
        /* Control: the judge sees what is not as the standard wants it. */
        assert_int_not_equal(schema_judge(replaced(file, "<PmtMtd>TRF</PmtMtd>", "")), 0);
    }
}

static void totals_that_a_schema_cannot_check_are_checked_by_us(void **state)
{
    (void)state;
    struct rail_batch batch = batch_of(PAYMENTS);
    int64_t cents, want = 0;
    size_t count;
    payees_make(false);
    for (size_t i = 0; i < PAYMENTS; i++)
        want += payments[i].cents;
    struct text file = pain_of(&batch, &eu);
    assert_null(rail_pain001_fault(file, &cents, &count));
    assert_int_equal(count, PAYMENTS);
    assert_int_equal(cents, want);
    assert_non_null(
        rail_pain001_fault(replaced(file, "<NbOfTxs>37<", "<NbOfTxs>36<"), &cents, &count));
    assert_non_null(rail_pain001_fault(replaced(file, ">1.37<", ">1.38<"), &cents, &count));
    assert_non_null(rail_pain001_fault(
        replaced(file, "DE89370400440532013000", "DE89370400440532013001"), &cents, &count));
    struct text ours = golden("pain001/ours-3-payments.xml");
    if (ours.data != NULL) {
        assert_null(rail_pain001_fault(ours, &cents, &count));
        assert_int_equal(count, 3);
        assert_int_equal(cents, 411);
    }
}

static void a_file_is_a_pure_function_of_its_batch(void **state)
{
    (void)state;
    struct rail_batch batch = batch_of(PAYMENTS);
    payees_make(true);
    assert_true(text_equal(pain_of(&batch, &us), pain_of(&batch, &us)));
    assert_true(text_equal(nacha_of(&batch), nacha_of(&batch)));
    struct text before = nacha_of(&batch);
    payments[5].cents++; /* the control */
    assert_false(text_equal(before, nacha_of(&batch)));
}

static void check_digits_of_accounts_are_checked(void **state)
{
    (void)state;
    static const char *const good[] = {"DE89370400440532013000",      "GB82WEST12345698765432",
                                       "FR1420041010050500013M02606", "NL91ABNA0417164300",
                                       "CH9300762011623852957",       "NO9386011117947"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(bank_iban_ok(text_of(good[i])));
        /* Every changed digit and every two neighbours exchanged. */
        for (size_t j = 2; j < strlen(good[i]); j++) {
            char bad[40];
            snprintf(bad, sizeof bad, "%s", good[i]);
            bad[j] = bad[j] == '9' ? '0' : bad[j] >= 'A' ? 'Z' : (char)(bad[j] + 1);
            if (strcmp(bad, good[i]) != 0)
                assert_false(bank_iban_ok(text_of(bad)));
            snprintf(bad, sizeof bad, "%s", good[i]);
            if (j + 1 < strlen(bad) && bad[j] != bad[j + 1]) {
                char kept = bad[j];
                bad[j] = bad[j + 1];
                bad[j + 1] = kept;
                assert_false(bank_iban_ok(text_of(bad)));
            }
        }
    }
    assert_false(bank_iban_ok(TEXT("")));
    assert_false(bank_iban_ok(TEXT("DE8937040044053201300"))); /* too short */
    assert_false(bank_iban_ok(TEXT("de89370400440532013000")));
    assert_true(bank_routing_ok(TEXT("231380104")));
    assert_true(bank_routing_ok(TEXT("121042882")));
    assert_false(bank_routing_ok(TEXT("231380105")));
    assert_false(bank_routing_ok(TEXT("000000000")));
    assert_false(bank_routing_ok(TEXT("23138010")));
    struct rail_payee payee = {
        .name = TEXT("Dr Test"), .routing = TEXT("231380104"), .account = TEXT("1")};
    assert_null(rail_payee_fault(RAIL_NACHA, &payee));
    payee.account = TEXT("123456789012345678");
    assert_non_null(rail_payee_fault(RAIL_NACHA, &payee));
    payee = (struct rail_payee){.name = TEXT(" "), .iban = TEXT("DE89370400440532013000")};
    assert_non_null(rail_payee_fault(RAIL_PAIN001, &payee));
    payee.name = TEXT("Dr Test");
    assert_null(rail_payee_fault(RAIL_PAIN001, &payee));
    assert_non_null(rail_payee_fault(RAIL_NACHA, &payee));
}

static void a_nacha_file_has_its_hash_totals_and_whole_blocks(void **state)
{
    (void)state;
    int64_t cents;
    size_t count;
    payees_make(true);
    for (size_t n = 1; n <= PAYMENTS; n++) {
        struct rail_batch batch = batch_of(n);
        struct text file = nacha_of(&batch);
        assert_int_equal(file.size % (95 * 10), 0);
        assert_null(rail_nacha_fault(file, &cents, &count));
        assert_int_equal(count, n);
    }
    /* Every changed digit of an entry's or a control's figures is found. */
    struct rail_batch batch = batch_of(3);
    struct text file = nacha_of(&batch);
    static const size_t figures[] = {2 * 95 + 3,  2 * 95 + 11, 2 * 95 + 38, 5 * 95 + 9,
                                     5 * 95 + 19, 5 * 95 + 43, 6 * 95 + 12, 6 * 95 + 20,
                                     6 * 95 + 30, 6 * 95 + 54};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        char *bad = (char *)(uintptr_t)arena_text(&arena, file).data;
        bad[figures[i]] = bad[figures[i]] == '9' ? '0' : (char)(bad[figures[i]] + 1);
        assert_non_null(rail_nacha_fault((struct text){bad, file.size}, &cents, &count));
    }
    assert_non_null(rail_nacha_fault((struct text){file.data, file.size - 95}, &cents, &count));
    struct rail_house nobody = us;
    struct buf out;
    const char *why;
    nobody.company_id = TEXT("1");
    buf_open(&out, &arena, 4096);
    assert_int_equal(rail_nacha_write(&out, &batch, &nobody, &why), INVALID);
    assert_int_equal(out.size, 0);
}

static void files_of_others_are_judged_as_they_should_be(void **state)
{
    (void)state;
    static const char *const good[] = {"ppd-credit.ach", "ours-3-entries.ach"};
    /* Debits, mixtures, wrong check digits, other lengths: none of it is a file of credits. */
    static const char *const bad[] = {"ppd-debit.ach",
                                      "ccd-debit.ach",
                                      "20110805A.ach",
                                      "ppd-debit-fixedLengthInvalid.ach",
                                      "ppd-debit-invalid-entryDetail-checkDigit.ach",
                                      "ppd-mixedDebitCredit-invalid.ach",
                                      "return-WEB.ach"};
    char name[100];
    int64_t cents;
    size_t count;
    if (golden("moov-ach/ppd-credit.ach").data == NULL)
        skip();
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        snprintf(name, sizeof name, "moov-ach/%s", good[i]);
        assert_null(rail_nacha_fault(golden(name), &cents, &count));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(name, sizeof name, "moov-ach/%s", bad[i]);
        assert_non_null(rail_nacha_fault(golden(name), &cents, &count));
    }
    struct rail_answer *answers;
    assert_int_equal(rail_return_read(&arena, golden("moov-ach/return-WEB.ach"), &answers, &count),
                     OK);
    assert_int_equal(count, 2);
    assert_true(text_is(answers[0].id, "MjMxNDAwMjAtOGQ"));
    assert_true(text_is(answers[0].reason, "R01"));
    assert_true(text_is(answers[1].reason, "R03"));
    assert_false(answers[1].paid);
    assert_int_equal(rail_return_read(&arena, TEXT("no such file\n"), &answers, &count), INVALID);
}

static void a_banks_answer_says_which_payments_came_through(void **state)
{
    (void)state;
    static const char file[] =
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>"
        "<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>aa</OrgnlEndToEndId><TxSts>ACSC</TxSts>"
        "</TxInfAndSts><TxInfAndSts><OrgnlEndToEndId>bb</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts><TxInfAndSts>"
        "<OrgnlEndToEndId>cc</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts>"
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>";
    struct rail_answer *answers;
    size_t count;
    assert_int_equal(rail_pain002_read(&arena, text_of(file), &answers, &count), OK);
    assert_int_equal(count, 2);
    assert_true(text_is(answers[0].id, "aa") && answers[0].paid);
    assert_true(text_is(answers[1].id, "bb") && !answers[1].paid);
    assert_true(text_is(answers[1].reason, "AC04"));
    assert_int_equal(rail_pain002_read(&arena, TEXT("<Document/>"), &answers, &count), INVALID);
}

static int set_up(void **state)
{
    (void)state;
    setenv("RAIL_SCRATCH", scratch_open(), 1);
    arena_open(&arena,
               (size_t)4 << 30); /* address space: shared_text takes much and gives little back */
    us = (struct rail_house){.account = {.name = TEXT("Example Rewards"),
                                         .routing = TEXT("121042882"),
                                         .account = TEXT("000123456789")},
                             .company_id = TEXT("1121042882"),
                             .bank_name = TEXT("Federal Reserve Bank")};
    eu = (struct rail_house){.account = {.name = TEXT("Example Rewards"),
                                         .iban = TEXT("NL91ABNA0417164300"),
                                         .bic = TEXT("ABNANL2A")}};
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pain001_file_is_valid_for_the_standards_own_schema),
        cmocka_unit_test(totals_that_a_schema_cannot_check_are_checked_by_us),
        cmocka_unit_test(a_file_is_a_pure_function_of_its_batch),
        cmocka_unit_test(check_digits_of_accounts_are_checked),
        cmocka_unit_test(a_nacha_file_has_its_hash_totals_and_whole_blocks),
        cmocka_unit_test(files_of_others_are_judged_as_they_should_be),
        cmocka_unit_test(a_banks_answer_says_which_payments_came_through),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
