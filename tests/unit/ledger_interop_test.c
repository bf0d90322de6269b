/* Judges that share nothing with us: golang.org/x/mod reads checkpoint, tiles and receipts,
 * @sigstore/verify checkpoint and receipts; hledger, ledger and bean-check read the exported books.
 * Each must also refuse a changed copy. What is not installed is skipped. test-seconds: 240 */
#include "tests/unit/ledger_world.h"

#include "ledger/log/file.h"
#include "ledger/payout/payout.h"
#include "ledger/desk/tools.h"
#include "ledger/payout/unblind.h"
#include "ledger/payout/withhold.h"
#include "schema/statement.h"

static struct world world;
static char receipt_path[600];

/* Run a program quietly; its exit code, 127 when it is not there. */
static int run(const char *const *words)
{
    fflush(NULL);
    pid_t pid = fork();
    int status;
    assert(pid >= 0);
    if (pid == 0) {
        int quiet = open("/dev/null", O_WRONLY);
        (void)dup2(quiet, 1);
        if (getenv("INTEROP_LOUD") == NULL)
            (void)dup2(quiet, 2);
        setenv("GO111MODULE", "off", 1);
        setenv("GOPATH", "/usr/share/gocode", 1);
        setenv("GOCACHE", conf_path("go-cache"), 1);
        setenv("GOFLAGS", "", 1);
        execvp(words[0], (char *const *)words);
        _exit(127);
    }
    assert(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static bool there(const char *program)
{
    const char *const words[] = {"sh", "-c", "command -v \"$0\"", program, NULL};
    return run(words) == 0;
}

/* One payout that its bank carries out, with taxes withheld and remitted, one that comes back, and
 * a payment whose maker knows who got it. */
static void money_move(struct paymaster *paymaster, int64_t payment)
{
    uint8_t batch[16], sha256[32] = {7};
    struct vault_rail_items_row *items;
    size_t count;
    struct event event = {.kind = EVENT_PAYEE_SET};
    event.payee_set.rail = RAIL_NACHA;
    event.payee_set.charity = TEXT("");
    for (size_t i = 1; i < 3; i++) {
        event.payee_set.member = world.members[i];
        world_event(&world, event);
    }
    assert_int_equal(file_write(conf_path("tax/years.txt"),
                                text_bytes(TEXT("nec.threshold_cents 2020 - 1\n"
                                                "withhold.basis_points 2020 - 2400\n"))),
                     OK);
    *world_clock += 14 * (int64_t)DAY_MS;
    assert_int_equal(vault_follow(paymaster), OK);
    assert_int_equal(payout_close(paymaster, RAIL_NACHA, batch), OK);
    assert_int_equal(payout_export(paymaster, batch, sha256, 950), OK);
    assert_int_equal(
        vault_rail_items(paymaster->vault, &world.arena, bytes_of(batch, 16), &items, &count), OK);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        struct buf hex;
        buf_open(&hex, &world.arena, 40);
        buf_hex(&hex, items[i].transfer);
        struct rail_answer answer = {buf_done(&hex), i == 0, TEXT("R03")};
        assert_int_equal(payout_answer(paymaster, &answer), OK);
    }
    assert_int_equal(withhold_remit(paymaster, items[0].withheld - 1, TEXT("EFT 1")), OK);
    assert_int_equal(unblind(paymaster, payment, UNBLIND_CONSENT), OK);
    assert_int_equal(commit_publish(paymaster), OK);
}

/* A month with votes, closed: more than one full tile, payments and receipts. */
static int month_make(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    world_clock_open();
    world_open(&world, "ledger.close_bucket = 512\nledger.fund_unit_cents = 1000\n"
                       "payout.threshold_cents = 500\n");
    assert_int_equal(paymaster_open(&paymaster), OK);
    int64_t question = world_posting(&world, world.members[0], 0);
    struct text campaign = world_campaign(&world, &paymaster, 200000);
    assert_int_equal(world_earmark(&world, &paymaster, campaign, question, 3, 1234, 100000), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    for (size_t i = 1; i < WORLD_MEMBERS; i++)
        world_vote(&world, question, world.members[0], world.members[i], 1 + (int64_t)i % 3);
    *world_clock = clock_month_next(WORLD_START) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    struct statement_payments_row *payments;
    struct statement_payment_find_row payment;
    size_t count;
    assert_int_equal(statement_payments(paymaster.statement, &world.arena, world.members[7],
                                        TEXT("2026-03"), 0, 5, &payments, &count),
                     OK);
    assert_int_equal(count, 1);
    assert_int_equal(statement_payment_find(paymaster.statement, &world.arena, world.members[7],
                                            payments[0].id, &payment),
                     OK);
    snprintf(receipt_path, sizeof receipt_path, "%s", conf_path("receipt.tlog-proof"));
    assert_int_equal(file_write(receipt_path, text_bytes(payment.receipt)), OK);
    money_move(&paymaster, payments[0].id);
    paymaster_close(&paymaster);
    return 0;
}

/* A copy of a file with one byte changed. */
static void changed_copy(const char *from, const char *to, size_t at)
{
    struct bytes content;
    assert_int_equal(file_read(&world.arena, from, 8 << 20, &content), OK);
    assert_true(at < content.size);
    ((uint8_t *)(uintptr_t)content.data)[at] ^= 1;
    assert_int_equal(file_write(to, content), OK);
}

static void an_unrelated_implementation_verifies_checkpoint_tiles_and_a_receipt(void **state)
{
    (void)state;
    if (!there("go") || access("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog", F_OK) != 0)
        skip();
    char program[600], folder[600], tile[600], bad[600];
    snprintf(program, sizeof program, "%s", conf_path("ledger_verify"));
    snprintf(folder, sizeof folder, "%s", conf_path("public"));
    const char *const build[] = {"go", "build", "-o", program, "tests/interop/ledger_verify.go",
                                 NULL};
    assert_int_equal(run(build), 0);
    const char *const judge[] = {program, folder, receipt_path, NULL};
    assert_int_equal(run(judge), 0);
    assert_int_equal(tool_check(receipt_path, NULL), 0);
    /* Controls: a changed amount in the receipt, a changed tile, a changed checkpoint. */
    snprintf(bad, sizeof bad, "%s", conf_path("bad.tlog-proof"));
    changed_copy(receipt_path, bad, 200);
    const char *const forged[] = {program, folder, bad, NULL};
    assert_int_not_equal(run(forged), 0);
    assert_int_not_equal(tool_check(bad, NULL), 0);
    snprintf(tile, sizeof tile, "%s", conf_path("public/tile/0/000"));
    changed_copy(tile, tile, 33);
    assert_int_not_equal(run(judge), 0);
    changed_copy(tile, tile, 33);
    assert_int_equal(run(judge), 0);
    snprintf(bad, sizeof bad, "%s", conf_path("public/checkpoint"));
    changed_copy(bad, bad, 30);
    assert_int_not_equal(run(judge), 0);
    changed_copy(bad, bad, 30);
}

static void a_second_unrelated_implementation_verifies_a_receipt(void **state)
{
    (void)state;
    char folder[600], bad[600];
    struct bytes receipt;
    if (!there("node") || access("tests/node_modules/@sigstore/verify", F_OK) != 0)
        skip();
    snprintf(folder, sizeof folder, "%s", conf_path("public"));
    const char *const judge[] = {"node", "tests/interop/sigstore_verify.mjs", folder, receipt_path,
                                 NULL};
    assert_int_equal(run(judge), 0);
    snprintf(bad, sizeof bad, "%s", conf_path("bad.tlog-proof"));
    changed_copy(receipt_path, bad, 200);
    const char *const forged[] = {"node", "tests/interop/sigstore_verify.mjs", folder, bad, NULL};
    assert_int_not_equal(run(forged), 0);
    /* Small enough to print on a page. */
    assert_int_equal(file_read(&world.arena, receipt_path, 4096, &receipt), OK);
}

/* The export in a file. */
static void export_to(const char *dialect, const char *path)
{
    fflush(NULL);
    int kept = dup(1), file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert(kept >= 0 && file >= 0 && dup2(file, 1) == 1);
    int status = tool_export(dialect);
    fflush(stdout);
    assert(dup2(kept, 1) == 1);
    close(kept);
    close(file);
    assert_int_equal(status, 0);
}

/* Another cent in the first posting: a journal that does not balance. */
static void cent_added(const char *from, const char *to, const char *amount)
{
    struct bytes content;
    assert_int_equal(file_read(&world.arena, from, 8 << 20, &content), OK);
    char *place = strstr((char *)(uintptr_t)content.data, amount);
    assert_non_null(place);
    place[strlen(amount) - 5] = place[strlen(amount) - 5] == '1' ? '2' : '1';
    assert_int_equal(file_write(to, content), OK);
}

static void judged(const char *program, const char *dialect, const char *const *words)
{
    char path[600], bad[600];
    if (!there(program))
        skip();
    snprintf(path, sizeof path, "%s", conf_path("books.%s", dialect));
    snprintf(bad, sizeof bad, "%s", conf_path("bad.%s", dialect));
    export_to(dialect, path);
    for (int forged = 0; forged < 2; forged++) {
        const char *call[8] = {program};
        size_t n = 1;
        if (forged)
            cent_added(path, bad, "6.17 USD");
        for (size_t i = 0; words[i] != NULL; i++)
            call[n++] = strcmp(words[i], "FILE") == 0 ? (forged ? bad : path) : words[i];
        call[n] = NULL;
        if (forged)
            assert_int_not_equal(run(call), 0);
        else
            assert_int_equal(run(call), 0);
    }
}

static void hledger_accepts_the_books_and_refuses_a_cent_more(void **state)
{
    (void)state;
    static const char *const words[] = {"-f", "FILE", "check", "accounts", NULL};
    judged("hledger", "hledger", words);
}

static void ledger_accepts_the_books_and_refuses_a_cent_more(void **state)
{
    (void)state;
    static const char *const words[] = {"-f", "FILE", "balance", NULL};
    judged("ledger", "ledger", words);
}

static void bean_check_accepts_the_books_and_refuses_a_cent_more(void **state)
{
    (void)state;
    static const char *const words[] = {"FILE", NULL};
    judged("bean-check", "beancount", words);
}

static void another_dialect_is_a_usage_error(void **state)
{
    (void)state;
    assert_int_equal(tool_export("gnucash"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unrelated_implementation_verifies_checkpoint_tiles_and_a_receipt),
        cmocka_unit_test(a_second_unrelated_implementation_verifies_a_receipt),
        cmocka_unit_test(hledger_accepts_the_books_and_refuses_a_cent_more),
        cmocka_unit_test(ledger_accepts_the_books_and_refuses_a_cent_more),
        cmocka_unit_test(bean_check_accepts_the_books_and_refuses_a_cent_more),
        cmocka_unit_test(another_dialect_is_a_usage_error),
    };
    return cmocka_run_group_tests(tests, month_make, NULL);
}
