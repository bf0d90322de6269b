/* Taxes and transparency: what is withheld and when, what the tax office is told, and that a
 * payment whose maker does not know of whom it went to leaves in no report. test-seconds: 120 */
#include "tests/unit/ledger_world.h"

#include "ledger/log/file.h"
#include "ledger/ledger.h"
#include "ledger/payout/payout.h"
#include "ledger/close/reverse.h"
#include "ledger/desk/tools.h"
#include "ledger/payout/unblind.h"
#include "ledger/payout/withhold.h"
#include "schema/book.h"
#include "schema/statement.h"

static struct world world;
static struct paymaster paymaster;
/* So that a month of the small world reaches it. */
static const char low[] = "nec.threshold_cents 2020 - 600\nwithhold.basis_points 2020 - 2400\n"
                          "small.cents 2020 - 500\nsmall.year_cents 2020 - 1500\n";

static void world_payee(int64_t member)
{
    struct event event = {.kind = EVENT_PAYEE_SET};
    event.payee_set.member = member;
    event.payee_set.rail = RAIL_NACHA;
    event.payee_set.charity = TEXT("");
    world_event(&world, event);
}

static void world_form(int64_t member, int64_t form)
{
    struct event event = {.kind = EVENT_TAX_FORM_SET};
    event.tax_form_set.member = member;
    event.tax_form_set.form = form;
    world_event(&world, event);
}

/* A closed month in which members 1 to 8 voted and were credited, and its hold-back over. */
static void month_make(const char *years)
{
    char settings[300];
    snprintf(settings, sizeof settings,
             "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\n"
             "payout.threshold_cents = 500\npayout.two_admins = 0\n");
    world_open(&world, settings);
    if (years != NULL)
        assert_int_equal(file_write(conf_path("tax/years.txt"), text_bytes(text_of(years))), OK);
    assert_int_equal(paymaster_open(&paymaster), OK);
    int64_t question = world_posting(&world, world.members[0], 0);
    struct text campaign = world_campaign(&world, &paymaster, 200000);
    assert_int_equal(world_earmark(&world, &paymaster, campaign, question, 3, 1234, 100000), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    for (size_t i = 1; i < 9; i++) {
        world_payee(world.members[i]);
        world_vote(&world, question, world.members[0], world.members[i], 1 + (int64_t)i % 3);
    }
    *world_clock = clock_month_next(WORLD_START) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    *world_clock += 14 * (int64_t)DAY_MS;
}

static void month_end(void)
{
    assert_int_equal(commit_publish(&paymaster), OK);
    paymaster_close(&paymaster);
    sound();
    world_close(&world);
}

static int64_t balance(uint32_t code)
{
    struct book_account account;
    uint8_t id[16];
    account_single(&paymaster.key, code, id);
    arena_reset(&paymaster.book_arena, 0);
    enum result result = book_account(&paymaster.writer.book, id, &account);
    if (result == NOT_FOUND)
        return 0;
    assert_int_equal(result, OK);
    return account.credits_posted - account.debits_posted;
}

static struct statement_standing_row standing_of(size_t who)
{
    struct statement_standing_row row;
    assert_int_equal(statement_catch_up(&paymaster), OK);
    assert_int_equal(statement_standing(paymaster.statement, &world.arena, world.members[who],
                                        *world_clock - 14 * (int64_t)DAY_MS, &row),
                     OK);
    return row;
}

static int64_t payable_of(size_t who)
{
    struct statement_standing_row row = standing_of(who);
    return row.earned - row.held - row.sent - row.paid - row.withheld;
}

static struct vault_rail_items_row *items_of(const uint8_t batch[16], size_t *count)
{
    struct vault_rail_items_row *items;
    assert_int_equal(
        vault_rail_items(paymaster.vault, &world.arena, bytes_of(batch, 16), &items, count), OK);
    return items;
}

static void bank_says(const struct vault_rail_items_row *item, bool paid)
{
    struct buf hex;
    buf_open(&hex, &world.arena, 40);
    buf_hex(&hex, item->transfer);
    struct rail_answer answer = {.id = buf_done(&hex), .paid = paid, .reason = TEXT("R03")};
    assert_int_equal(payout_answer(&paymaster, &answer), OK);
}

/* What a verb prints. */
static struct text said_by(int (*tool)(const char *), const char *word, int want)
{
    struct bytes content;
    char path[600];
    snprintf(path, sizeof path, "%s", conf_path("said"));
    fflush(stdout);
    int kept = dup(1), file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert(kept >= 0 && file >= 0 && dup2(file, 1) == 1);
    int status = tool(word);
    fflush(stdout);
    assert(dup2(kept, 1) == 1);
    close(kept);
    close(file);
    assert_int_equal(status, want);
    assert_int_equal(file_read(&world.arena, path, 1 << 20, &content), OK);
    return (struct text){(const char *)content.data, content.size};
}

/* --- how much --- */

static void the_rule_withholds_from_the_threshold_on_and_after_a_year_that_reached_it(void **state)
{
    (void)state;
    const struct withhold_rates rates = {200000, 60000, 2400};
    const struct withhold_year none = {0, 0};
    static const struct {
        enum withhold_form form;
        struct withhold_year year, before;
        int64_t cents, want;
    } cases[] = {
        {WITHHOLD_NO_FORM, {0, 0}, {0, 0}, 199999, 0},
        {WITHHOLD_NO_FORM, {0, 0}, {0, 0}, 200000, 48000},
        {WITHHOLD_NO_FORM, {199999, 0}, {0, 0}, 1, 0}, /* all of it would be less than a cent */
        {WITHHOLD_NO_FORM, {199998, 0}, {0, 0}, 1, 0},
        {WITHHOLD_NO_FORM, {199900, 0}, {0, 0}, 100, 24}, /* this payment, not those before */
        {WITHHOLD_FORM_REFUSED, {300000, 0}, {0, 0}, 100, 24},
        {WITHHOLD_FORM_GOOD, {300000, 0}, {100000, 24000}, 100, 0},
        {WITHHOLD_NO_FORM, {0, 0}, {60000, 0}, 100, 24}, /* by that year's threshold */
        {WITHHOLD_NO_FORM, {0, 0}, {59999, 0}, 100, 0},
        {WITHHOLD_NO_FORM, {0, 0}, {100, 24}, 100, 24},  /* was withheld from before */
        {WITHHOLD_NO_FORM, {0, 0}, {60000, 0}, 102, 24}, /* 24.48 */
        {WITHHOLD_NO_FORM, {0, 0}, {60000, 0}, 104, 25}, /* 24.96 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            withhold_cents(&rates, cases[i].form, cases[i].year, cases[i].before, cases[i].cents),
            cases[i].want);
    /* However high the rate, something goes to the payee. */
    const struct withhold_rates most = {1, 1, 9999};
    assert_int_equal(withhold_cents(&most, WITHHOLD_NO_FORM, none, none, 1), 0);
    assert_int_equal(withhold_cents(&most, WITHHOLD_NO_FORM, none, none, 2), 1);
}

static void a_payment_belongs_to_the_year_of_the_day_the_bank_carries_it_out(void **state)
{
    (void)state;
    int64_t from_s, to_s, new_year_s = clock_from_date(2027, 1, 1) / 1000;
    assert_int_equal(withhold_tax_year(new_year_s - 86400 - 1), 2026);
    assert_int_equal(withhold_tax_year(new_year_s - 86400), 2027);
    withhold_span(2026, &from_s, &to_s);
    assert_int_equal(to_s, new_year_s - 86400);
    assert_int_equal(withhold_tax_year(from_s), 2026);
    assert_int_equal(withhold_tax_year(from_s - 1), 2025);
}

/* --- in the ledger --- */

static void
without_a_form_that_holds_a_part_is_held_beside_the_payout_and_ends_with_it(void **state)
{
    (void)state;
    uint8_t batch[16], sha256[32] = {5};
    struct payout_due due;
    size_t count, kept = 0;
    int64_t all = 0, withheld = 0;
    month_make(low);
    world_form(world.members[1], WITHHOLD_FORM_GOOD);
    world_form(world.members[2], WITHHOLD_FORM_GOOD);
    world_form(world.members[2], WITHHOLD_FORM_REFUSED);
    assert_int_equal(vault_follow(&paymaster), OK);
    int64_t earned = standing_of(1).earned, part = (earned * 2400 + 5000) / 10000;
    assert_true(earned >= 600);
    assert_int_equal(payout_preview(&paymaster, RAIL_NACHA, &due), OK);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), OK);
    struct vault_rail_items_row *items = items_of(batch, &count), *paid = NULL, *back = NULL;
    assert_int_equal(count, 8);
    for (size_t i = 0; i < count; i++) {
        bool good = items[i].member == world.members[1];
        assert_int_equal(items[i].withheld, good ? 0 : part);
        assert_int_equal(items[i].cents + items[i].withheld, earned);
        kept += items[i].withheld > 0;
        all += items[i].cents;
        withheld += items[i].withheld;
        if (items[i].member == world.members[2])
            paid = &items[i];
        if (items[i].member == world.members[3])
            back = &items[i];
    }
    assert_int_equal(kept, 7);
    /* What was looked at before is what was held. */
    assert_int_equal(due.cents, all);
    assert_int_equal(due.withheld, withheld);
    assert_int_equal(payable_of(1), 0);
    assert_int_equal(payable_of(2), 0);
    assert_int_equal(standing_of(2).withheld, part);
    /* Held, not yet the tax office's: it ends as the payout does. */
    assert_int_equal(balance(ACCOUNT_WITHHELD), 0);
    assert_int_equal(payout_export(&paymaster, batch, sha256, 950), OK);
    bank_says(paid, true);
    bank_says(back, false);
    assert_int_equal(balance(ACCOUNT_WITHHELD), part);
    assert_int_equal(payable_of(3), earned);
    assert_int_equal(standing_of(3).withheld, 0);
    assert_int_equal(standing_of(2).paid + standing_of(2).withheld, earned);
    month_end();
}

static void what_nobody_made_a_file_of_gives_back_what_was_withheld_too(void **state)
{
    (void)state;
    uint8_t batch[16];
    month_make(low);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), OK);
    assert_true(standing_of(2).withheld > 0);
    *world_clock += 10 * (int64_t)DAY_MS;
    assert_int_equal(payout_expire(&paymaster), OK);
    assert_int_equal(standing_of(2).withheld, 0);
    assert_int_equal(payable_of(2), standing_of(2).earned);
    assert_int_equal(balance(ACCOUNT_WITHHELD), 0);
    month_end();
}

static void below_the_threshold_nothing_is_withheld_and_a_broken_table_stops_the_batch(void **state)
{
    (void)state;
    uint8_t batch[16];
    size_t count;
    month_make(NULL); /* 2,000 USD, as built in */
    char path[600];
    snprintf(path, sizeof path, "%s", conf_path("tax/years.txt"));
    assert_int_equal(file_write(path, text_bytes(TEXT("nec.threshold_cents 2026\n"))), OK);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), INVALID);
    assert_int_equal(file_write(path, text_bytes(TEXT("small.cents 2026 - 1\n"))), OK);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), INVALID);
    assert_int_equal(remove(path), 0);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), OK);
    struct vault_rail_items_row *items = items_of(batch, &count);
    assert_int_equal(count, 8);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(items[i].withheld, 0);
    month_end();
}

/* Where money takes two people, nothing is written yet, and what is read says how much. */
static void remit_waits_for_two(int64_t cents)
{
    struct command command = {.kind = COMMAND_WITHHELD_REMIT};
    struct vault_operation_waiting_row waits;
    uint64_t size = size_of(&paymaster);
    char state[600];
    snprintf(state, sizeof state, "%s", conf_path("."));
    state[strlen(state) - 2] = '\0';
    static const char settings[] = "money.two_admins = 1\nsecond.staff = 0\n";
    assert_int_equal(file_write(conf_path("curbside.conf"), text_bytes(text_of(settings))), OK);
    conf_open(state);
    command.withheld_remit = (struct command_withheld_remit){cents + 1, TEXT("EFT 2")};
    assert_int_equal(world_ask(&world, &paymaster, &command, NULL), CONFLICT);
    command.withheld_remit.cents = cents;
    assert_int_equal(world_ask(&world, &paymaster, &command, world.sponsor_token), REFUSED);
    assert_int_equal(world_ask(&world, &paymaster, &command, NULL), OK);
    assert_int_equal(vault_operation_waiting(paymaster.vault, &world.arena, TEXT("withheld/remit"),
                                             TEXT("EFT 2"), &waits),
                     OK);
    assert_true(text_is(waits.words, "Book 0.05 USD of withheld taxes as gone to the tax office, "
                                     "reference “EFT 2”"));
    assert_int_equal(size_of(&paymaster), size);
}

static void what_was_withheld_goes_to_the_tax_office_once_and_never_more_than_that(void **state)
{
    (void)state;
    uint8_t batch[16], sha256[32] = {5};
    size_t count;
    month_make(low);
    assert_int_equal(withhold_remit(&paymaster, 100, TEXT("EFT 1")), CONFLICT); /* nothing yet */
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), OK);
    assert_int_equal(payout_export(&paymaster, batch, sha256, 950), OK);
    struct vault_rail_items_row *items = items_of(batch, &count);
    assert_int_equal(withhold_remit(&paymaster, 100, TEXT("EFT 1")), CONFLICT); /* only held */
    for (size_t i = 0; i < count; i++)
        bank_says(&items[i], true);
    int64_t all = balance(ACCOUNT_WITHHELD);
    assert_int_equal(all, items[0].withheld * 8);
    assert_int_equal(withhold_remit(&paymaster, all + 1, TEXT("EFT 1")), CONFLICT);
    assert_int_equal(withhold_remit(&paymaster, all - 5, TEXT("  ")), INVALID);
    assert_int_equal(withhold_remit(&paymaster, 0, TEXT("EFT 1")), INVALID);
    assert_int_equal(withhold_remit(&paymaster, all - 5, TEXT("EFT 1")), OK);
    assert_int_equal(withhold_remit(&paymaster, all - 5, TEXT("EFT 1")), OK); /* the same */
    assert_int_equal(balance(ACCOUNT_WITHHELD), 5);
    assert_int_equal(withhold_remit(&paymaster, 5, TEXT("EFT 1")), CONFLICT);
    remit_waits_for_two(5);
    assert_int_equal(withhold_remit(&paymaster, 5, TEXT("EFT 2")), OK);
    assert_int_equal(balance(ACCOUNT_WITHHELD), 0);
    month_end();
}

static void the_tax_office_is_told_of_whom_it_must_be_told_and_of_nobody_else(void **state)
{
    (void)state;
    uint8_t batch[16], sha256[32] = {5};
    char want[200];
    size_t count;
    month_make(low);
    for (size_t i = 1; i < 9; i++)
        world_form(world.members[i], WITHHOLD_FORM_GOOD);
    world_form(world.members[5], WITHHOLD_FORM_REFUSED);
    assert_int_equal(vault_follow(&paymaster), OK);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), OK);
    assert_int_equal(payout_export(&paymaster, batch, sha256, 950), OK);
    struct vault_rail_items_row *items = items_of(batch, &count);
    int64_t earned = items[0].cents + items[0].withheld;
    for (size_t i = 0; i < count; i++)
        if (items[i].member == world.members[5] || items[i].member == world.members[6])
            bank_says(&items[i], true);
    snprintf(want, sizeof want,
             "curbside/tax/v1\nyear\tmember\tcents\twithheld\n2026\t%lld\t%lld\t%lld\n"
             "2026\t%lld\t%lld\t0\n",
             (long long)world.members[5], (long long)earned,
             (long long)(earned * 2400 + 5000) / 10000, (long long)world.members[6],
             (long long)earned);
    assert_true(text_is(said_by(tool_tax, "2026", 0), want));
    /* Under a higher threshold only from whom something was withheld; in other years nobody. */
    assert_int_equal(file_write(conf_path("tax/years.txt"),
                                text_bytes(TEXT("nec.threshold_cents 2020 - 100000\n"
                                                "withhold.basis_points 2020 - 2400\n"))),
                     OK);
    struct text less = said_by(tool_tax, "2026", 0);
    assert_non_null(memmem(less.data, less.size, want + 44, 10));
    assert_true(less.size < strlen(want));
    assert_true(
        text_is(said_by(tool_tax, "2025", 0), "curbside/tax/v1\nyear\tmember\tcents\twithheld\n"));
    assert_int_equal(tool_tax("year"), 2);
    month_end();
}

/* --- whose payee the maker knows --- */

static int64_t payment_of(size_t who)
{
    struct statement_payments_row *rows;
    size_t count;
    assert_int_equal(statement_payments(paymaster.statement, &world.arena, world.members[who],
                                        TEXT("2026-03"), 0, 10, &rows, &count),
                     OK);
    assert_int_equal(count, 1);
    assert_true(rows[0].at_ms > 0);
    return rows[0].id;
}

static size_t lines_of(struct text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == '\n';
    return count;
}

enum { HEAD_LINES = 2 };

static void a_blinded_payment_leaves_in_no_report_and_an_unblinded_one_does(void **state)
{
    (void)state;
    struct statement_unblinding_of_row known;
    month_make(NULL);
    assert_int_equal(lines_of(said_by(tool_open_payments, "2026", 0)), HEAD_LINES);
    assert_int_equal(unblind(&paymaster, payment_of(2), UNBLIND_CONSENT), OK);
    struct text out = said_by(tool_open_payments, "2026", 0);
    assert_int_equal(lines_of(out), HEAD_LINES); /* too small, as built in: 13.82 USD */
    char path[600], row[100];
    snprintf(path, sizeof path, "%s", conf_path("tax/years.txt"));
    assert_int_equal(file_write(path, text_bytes(TEXT("small.cents 2020 - 700\n"
                                                      "small.year_cents 2020 - 617\n"))),
                     OK);
    assert_int_equal(lines_of(said_by(tool_open_payments, "2026", 0)), HEAD_LINES);
    assert_int_equal(file_write(path, text_bytes(TEXT("small.cents 2020 - 700\n"
                                                      "small.year_cents 2020 - 616\n"))),
                     OK);
    out = said_by(tool_open_payments, "2026", 0);
    assert_int_equal(lines_of(out), HEAD_LINES + 1);
    snprintf(row, sizeof row, "2026\t%lld\t%lld\t2026-04-01\t617\t%lld\tcampaign\tproduct\tconsent",
             (long long)world.members[2], (long long)payment_of(2), (long long)world.sponsor);
    assert_non_null(memmem(out.data, out.size, row, strlen(row)));
    assert_int_equal(lines_of(said_by(tool_open_payments, "2027", 0)), HEAD_LINES);
    /* Once, and for one reason; only rewards. */
    assert_int_equal(unblind(&paymaster, payment_of(2), UNBLIND_CONSENT), OK);
    assert_int_equal(unblind(&paymaster, payment_of(2), UNBLIND_LEARNED), CONFLICT);
    assert_int_equal(unblind(&paymaster, payment_of(2), 4), INVALID);
    assert_int_equal(unblind(&paymaster, 1, UNBLIND_CONSENT), NOT_FOUND);
    assert_int_equal(balance(ACCOUNT_BLINDED), 617);
    assert_int_equal(balance(ACCOUNT_NAMED), -617);
    /* Its member reads of it, nobody else does. */
    assert_int_equal(statement_unblinding_of(paymaster.statement, &world.arena, world.members[2],
                                             payment_of(2), &known),
                     OK);
    assert_int_equal(known.reason, UNBLIND_CONSENT);
    assert_int_equal(statement_unblinding_of(paymaster.statement, &world.arena, world.members[3],
                                             payment_of(2), &known),
                     NOT_FOUND);
    /* What is taken back was no payment. */
    assert_int_equal(reward_reverse(&paymaster, payment_of(2), TEXT("Counted twice")), OK);
    assert_int_equal(lines_of(said_by(tool_open_payments, "2026", 0)), HEAD_LINES);
    assert_int_equal(reward_reverse(&paymaster, payment_of(3), TEXT("Counted twice")), OK);
    assert_int_equal(unblind(&paymaster, payment_of(3), UNBLIND_CONSENT), CONFLICT);
    month_end();
}

static void
the_term_is_30_june_of_the_next_year_to_its_end_and_what_comes_later_stays_out(void **state)
{
    (void)state;
    assert_int_equal(ledger_blind_until_ms(clock_from_date(2026, 1, 1)),
                     clock_from_date(2027, 7, 1));
    assert_int_equal(ledger_blind_until_ms(clock_from_date(2027, 1, 1) - 1),
                     clock_from_date(2027, 7, 1));
    assert_int_equal(ledger_blind_until_ms(clock_from_date(2027, 1, 1)),
                     clock_from_date(2028, 7, 1));
    month_make(low);
    *world_clock = clock_from_date(2027, 7, 1) - 60 * 1000;
    assert_int_equal(unblind(&paymaster, payment_of(2), UNBLIND_DISCLOSED), OK);
    assert_int_equal(lines_of(said_by(tool_open_payments, "2026", 0)), HEAD_LINES + 1);
    *world_clock = clock_from_date(2027, 7, 1);
    assert_int_equal(unblind(&paymaster, payment_of(3), UNBLIND_DISCLOSED), OK);
    assert_int_equal(lines_of(said_by(tool_open_payments, "2026", 0)), HEAD_LINES + 1);
    month_end();
}

static void payments_of_an_earlier_program_get_their_time_from_the_ledger(void **state)
{
    (void)state;
    month_make(NULL);
    int64_t id = payment_of(2);
    struct statement_payments_row *rows;
    size_t count;
    assert_int_equal(statement_payment_time(paymaster.statement, id, 0), OK);
    assert_int_equal(statement_catch_up(&paymaster), OK);
    assert_int_equal(statement_payments(paymaster.statement, &world.arena, world.members[2],
                                        TEXT("2026-03"), 0, 10, &rows, &count),
                     OK);
    assert_int_equal(rows[0].at_ms, clock_from_date(2026, 4, 1) + 3600 * 1000);
    month_end();
}

static void an_unblinding_that_a_crash_cut_short_is_finished_at_the_next_start(void **state)
{
    (void)state;
    struct vault_reward_at_row reward;
    struct vault_unblinding_find_row there;
    month_make(low);
    int64_t leaf = payment_of(4);
    assert_int_equal(vault_reward_at(paymaster.vault, &world.arena, leaf, &reward), OK);
    assert_int_equal(
        vault_unblinding_add(paymaster.vault, reward.id, UNBLIND_DISCLOSED, *world_clock), OK);
    /* Meant, and no more: it leaves in no report before its entry is there. */
    assert_int_equal(lines_of(said_by(tool_open_payments, "2026", 0)), HEAD_LINES);
    paymaster_close(&paymaster);
    assert_int_equal(paymaster_open(&paymaster), OK);
    assert_int_equal(vault_unblinding_find(paymaster.vault, &world.arena, reward.id, &there), OK);
    assert_true(there.has_leaf_seq);
    assert_int_equal(lines_of(said_by(tool_open_payments, "2026", 0)), HEAD_LINES + 1);
    /* Control: a vault that only says so is not believed. */
    assert_int_equal(vault_unblinding_written(paymaster.vault, reward.id, leaf, *world_clock), OK);
    assert_int_equal(lines_of(said_by(tool_open_payments, "2026", 1)), 0);
    month_end();
}

static int digest(const char *word)
{
    (void)word;
    return tool_digest();
}

static void what_was_withheld_and_unblinded_is_rebuilt_to_the_same(void **state)
{
    (void)state;
    uint8_t batch[16], sha256[32] = {5};
    size_t count;
    month_make(low);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), OK);
    assert_int_equal(payout_export(&paymaster, batch, sha256, 950), OK);
    struct vault_rail_items_row *items = items_of(batch, &count);
    bank_says(&items[0], true);
    bank_says(&items[1], false);
    assert_int_equal(withhold_remit(&paymaster, 100, TEXT("EFT 1")), OK);
    assert_int_equal(unblind(&paymaster, payment_of(5), UNBLIND_LEARNED), OK);
    assert_int_equal(statement_catch_up(&paymaster), OK);
    assert_int_equal(commit_publish(&paymaster), OK);
    paymaster_close(&paymaster);
    struct text before = said_by(digest, NULL, 0);
    assert_int_equal(tool_rebuild(), 0);
    assert_true(text_equal(said_by(digest, NULL, 0), before));
    assert_int_equal(tool_replay(), 0);
    /* And in the books of others. */
    struct text books = said_by(tool_export, "hledger", 0);
    static const char *const words[] = {"Liabilities:Withheld:X", ") withholding\n",
                                        ") remittance\n",         "Equity:Memo:Named:X",
                                        ") discovery\n",          "  ; blind_until: 2027-06-30\n"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_non_null(memmem(books.data, books.size, words[i], strlen(words[i])));
    sound();
    world_close(&world);
}

static int set_up(void **state)
{
    (void)state;
    world_clock_open();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_withholds_from_the_threshold_on_and_after_a_year_that_reached_it),
        cmocka_unit_test(a_payment_belongs_to_the_year_of_the_day_the_bank_carries_it_out),
        cmocka_unit_test(
            without_a_form_that_holds_a_part_is_held_beside_the_payout_and_ends_with_it),
        cmocka_unit_test(what_nobody_made_a_file_of_gives_back_what_was_withheld_too),
        cmocka_unit_test(
            below_the_threshold_nothing_is_withheld_and_a_broken_table_stops_the_batch),
        cmocka_unit_test(what_was_withheld_goes_to_the_tax_office_once_and_never_more_than_that),
        cmocka_unit_test(the_tax_office_is_told_of_whom_it_must_be_told_and_of_nobody_else),
        cmocka_unit_test(a_blinded_payment_leaves_in_no_report_and_an_unblinded_one_does),
        cmocka_unit_test(
            the_term_is_30_june_of_the_next_year_to_its_end_and_what_comes_later_stays_out),
        cmocka_unit_test(payments_of_an_earlier_program_get_their_time_from_the_ledger),
        cmocka_unit_test(an_unblinding_that_a_crash_cut_short_is_finished_at_the_next_start),
        cmocka_unit_test(what_was_withheld_and_unblinded_is_rebuilt_to_the_same),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
