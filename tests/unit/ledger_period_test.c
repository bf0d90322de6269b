/* A month from earmark to statement, in process: commitments, close, receipts, replay, rebuild, and
 * crashes. test-seconds: 300 */
#include "tests/unit/ledger_openings.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/file.h"
#include "ledger/log/receipt.h"
#include "ledger/desk/tools.h"
#include "schema/log.h"
#include "schema/statement.h"

#define SETTINGS                                                                                  \
    "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\nledger.k = 11\nledger.kept_back = " \
    "0\n"

/* A receipt of this ledger, and the leaf it proves. */
static struct leaf proved(struct world *world, struct paymaster *paymaster, struct text receipt)
{
    struct checkpoint checkpoint;
    struct bytes bytes;
    struct leaf leaf;
    const char *why;
    uint64_t index;
    assert_true(receipt.size < 4096);
    assert_int_equal(receipt_check(&world->arena, receipt, &paymaster->signer.key, &bytes, &index,
                                   &checkpoint, &why),
                     OK);
    assert_int_equal(leaf_decode(bytes, &leaf, NULL), OK);
    assert_int_equal(leaf.seq, index);
    return leaf;
}

/* A payment's receipt is of its amount, and each part opens the commitment its receipt proves. */
static void payment_holds(struct world *world, struct paymaster *paymaster, size_t who, int64_t id,
                          int64_t cents)
{
    struct statement_payment_find_row payment;
    struct statement_parts_row *parts;
    size_t count;
    int64_t member = world->members[who], other = world->members[(who + 1) % WORLD_MEMBERS];
    int64_t sum = 0;
    assert_int_equal(
        statement_payment_find(paymaster->statement, &world->arena, member, id, &payment), OK);
    struct leaf leaf = proved(world, paymaster, payment.receipt);
    assert_int_equal(leaf.kind, LEAF_TRANSFER);
    assert_int_equal(leaf.transfer.amount, cents);
    assert_int_equal(
        statement_parts(paymaster->statement, &world->arena, member, id, 0, 10, &parts, &count),
        OK);
    for (size_t i = 0; i < count; i++) {
        struct statement_part_find_row part;
        uint8_t commitment[32];
        assert_int_equal(statement_part_find(paymaster->statement, &world->arena, member, id,
                                             parts[i].number, &part),
                         OK);
        assert_int_equal(part.opening.size, EARMARK_OPENING_SIZE);
        earmark_commitment(part.opening.data, commitment);
        leaf = proved(world, paymaster, part.receipt);
        assert_memory_equal(leaf.commitment, commitment, 32);
        sum += parts[i].cents;
    }
    assert_int_equal(sum, cents);
    /* Another member's payment is not there for me. */
    assert_int_equal(
        statement_payment_find(paymaster->statement, &world->arena, other, id, &payment),
        NOT_FOUND);
}

/* What the members' statements come to; each has exactly one. */
static int64_t statements_hold(struct world *world, struct paymaster *paymaster)
{
    int64_t cents = 0;
    for (size_t i = 0; i < WORLD_MEMBERS; i++) {
        struct statement_statement_list_row *rows;
        struct statement_payments_row *payments;
        size_t count, payment_count;
        assert_int_equal(statement_statement_list(paymaster->statement, &world->arena,
                                                  world->members[i], TEXT("~"), 10, &rows, &count),
                         OK);
        assert_int_equal(count, 1);
        cents += rows[0].cents;
        assert_int_equal(statement_payments(paymaster->statement, &world->arena, world->members[i],
                                            TEXT("2026-03"), 0, 10, &payments, &payment_count),
                         OK);
        assert_int_equal((int64_t)payment_count, rows[0].payments);
        for (size_t p = 0; p < payment_count; p++)
            payment_holds(world, paymaster, i, payments[p].id, payments[p].cents);
    }
    return cents;
}

static void what_was_earned_is_paid_once_with_receipts_that_hold(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    struct world world;
    struct month month;
    struct vault_period_find_row period;
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    uint64_t before = size_of(&paymaster);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    assert_int_equal((size_of(&paymaster) - before) % 64, 0);
    /* Asked again it is still closed, and nothing more was written. */
    uint64_t after = size_of(&paymaster);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    assert_int_equal(size_of(&paymaster), after);
    sound();
    assert_int_equal(vault_period_find(paymaster.vault, &world.arena, TEXT("2026-03"), &period),
                     OK);
    /* 24 voters, one author, three answers, some of them the same person. */
    assert_true(period.payees >= 24);
    assert_int_equal(statements_hold(&world, &paymaster), period.cents);
    paymaster_close(&paymaster);
    world_close(&world);
}

/* --- what outlives its month --- */

static void an_earmark_that_outlives_its_month_goes_on_under_a_new_commitment(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    struct world world;
    struct month month;
    struct vault_item_spent_row spent;
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    *world_clock += 20 * (int64_t)DAY_MS; /* its 20 days end in April */
    month_begin(&world, &paymaster, &month, true);
    world_vote(&world, month.questions[0], world.members[0], world.members[7], 1);
    *world_clock = clock_month_next(WORLD_START) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    /* Not yet committed again: this act comes too early. */
    world_vote(&world, month.questions[0], world.members[0], world.members[8], 1);
    assert_int_equal(commit_tick(&paymaster), OK);
    world_vote(&world, month.questions[0], world.members[0], world.members[9], 2);
    *world_clock = clock_month_next(*world_clock) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-04"), OK);
    sound();
    /* Earmark 1 paid the first voter, its successor the third; the caps of both are one cap. */
    assert_int_equal(vault_item_spent(paymaster.vault, &world.arena, 1, &spent), OK);
    assert_int_equal(spent.payees, 1);
    struct vault_items_row *items;
    size_t count;
    assert_int_equal(vault_items(paymaster.vault, &world.arena, TEXT("2026-04"), &items, &count),
                     OK);
    assert_int_equal(count, 1);
    assert_int_equal(items[0].member, world.members[9]);
    assert_true(items[0].earmark > 3);
    /* After its last day nothing is open. */
    struct vault_earmarks_due_row *due;
    assert_int_equal(
        vault_earmarks_due(paymaster.vault, &world.arena, INT64_MAX - 1, 0, 10, &due, &count), OK);
    assert_int_equal(count, 0);
    paymaster_close(&paymaster);
    world_close(&world);
}

static void the_rules_replayed_give_the_same_entries_and_a_changed_journal_does_not(void **state)
{
    (void)state;
    static struct paymaster paymaster, reader;
    struct world world;
    struct month month;
    int64_t payments = 0, differ = 0;
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    paymaster_close(&paymaster);
    assert_int_equal(paymaster_open_reading(&reader, true), OK);
    assert_int_equal(close_replay(&reader, TEXT("2026-03"), &payments, &differ), OK);
    assert_true(payments >= 24);
    assert_int_equal(differ, 0);
    paymaster_close(&reader);
    /* Control: a journal in which somebody else cast one of the votes. */
    struct db *db;
    char sql[600];
    snprintf(sql, sizeof sql,
             "DROP TRIGGER entry_fixed; UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), "
             "'\"member\":%lld', '\"member\":%lld') AS BLOB) WHERE seq = (SELECT min(seq) FROM "
             "entry WHERE instr(CAST(body AS TEXT), 'vote_cast') > 0)",
             (long long)world.members[6], (long long)world.members[5]);
    assert_int_equal(db_open(&db, &log_store, conf_store("journal"), ROLE_CLERK, DB_LOG, 0), OK);
    assert_int_equal(db_run_script(db, sql), OK);
    db_close(db);
    differ = 0;
    assert_int_equal(paymaster_open_reading(&reader, true), OK);
    assert_int_equal(close_replay(&reader, TEXT("2026-03"), &payments, &differ), OK);
    assert_true(differ > 0);
    paymaster_close(&reader);
    world_close(&world);
}

enum { BATCHES = 20, SIZES = BATCHES + 2 };

/* The ledger's size after each batch of a month, and after its close. */
static void sizes_of_world(const char *settings, bool earmarked, uint64_t sizes[SIZES])
{
    static struct paymaster paymaster;
    struct world world;
    struct month month;
    size_t n = 0;
    world_open(&world, settings);
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, earmarked);
    sizes[n++] = size_of(&paymaster);
    for (size_t i = 0; i < BATCHES; i++) {
        /* Seven at once: more than a batch holds. The queue's length shows nowhere. */
        for (size_t j = 0; earmarked && i == 5 && j < 7; j++)
            assert_int_equal(
                world_earmark(&world, &paymaster, month.campaign, month.questions[3], 3, 100, 100),
                OK);
        *world_clock += 601 * 1000;
        assert_int_equal(commit_tick(&paymaster), OK);
        sizes[n++] = size_of(&paymaster);
    }
    month_live(&world, &month);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    sizes[n++] = size_of(&paymaster);
    assert_int_equal(n, SIZES);
    paymaster_close(&paymaster);
    world_close(&world);
}

static void the_ledger_grows_alike_with_and_without_earmarks(void **state)
{
    (void)state;
    uint64_t without[SIZES], with[SIZES], other[SIZES];
    const char *settings = "ledger.close_bucket = 512\nledger.fund_unit_cents = 1000\n";
    sizes_of_world(settings, false, without);
    sizes_of_world(settings, true, with);
    assert_memory_equal(without, with, sizeof with);
    for (size_t i = 1; i + 1 < SIZES; i++)
        assert_int_equal(with[i] - with[i - 1], 4 + 1); /* and the anchor */
    assert_int_equal(with[SIZES - 1] - with[SIZES - 2], 512);
    /* Control: a house that pads its close to less than a busy month takes shows it. */
    sizes_of_world("ledger.close_bucket = 8\nledger.fund_unit_cents = 1000\n", false, without);
    sizes_of_world("ledger.close_bucket = 8\nledger.fund_unit_cents = 1000\n", true, other);
    assert_memory_not_equal(without, other, sizeof other);
}

static void rebuilt_folds_have_equal_content(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    struct world world;
    struct month month;
    uint8_t before[2][32], after[2][32];
    int64_t rows;
    world_open(&world, SETTINGS);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(paymaster_open(&paymaster), OK);
        if (round == 0) {
            month_begin(&world, &paymaster, &month, true);
            month_live(&world, &month);
            assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
        }
        uint8_t(*out)[32] = round == 0 ? before : after;
        assert_int_equal(db_content_digest(paymaster.book, NULL, out[0], &rows), OK);
        assert_true(rows > 10);
        assert_int_equal(db_content_digest(paymaster.statement, NULL, out[1], &rows), OK);
        assert_true(rows >= WORLD_MEMBERS);
        paymaster_close(&paymaster);
        static const char *const ends[] = {"", "-wal", "-shm"};
        for (size_t i = 0; round == 0 && i < 3; i++) {
            char path[600];
            snprintf(path, sizeof path, "%s%s", conf_store("book"), ends[i]);
            (void)unlink(path);
            snprintf(path, sizeof path, "%s%s", conf_store("statement"), ends[i]);
            (void)unlink(path);
        }
    }
    assert_memory_equal(before, after, sizeof before);
    world_close(&world);
}

/* --- who may do what --- */

/* Damaged on its way, at one place after the other. */
static void damaged_anywhere(struct world *world, struct paymaster *paymaster,
                             const struct command *place)
{
    for (size_t at = 0; at < ENVELOPE_TEXT_SIZE; at += 997) {
        struct command torn = *place;
        char *text =
            (char *)(uintptr_t)arena_text(&world->arena, place->earmark_seal.envelope).data;
        text[at] = text[at] == 'A' ? 'B' : 'A';
        torn.earmark_seal.envelope = (struct text){text, ENVELOPE_TEXT_SIZE};
        torn.request[0] = 0;
        assert_int_equal(world_ask(world, paymaster, &torn, world->sponsor_token), INVALID);
    }
}

static void an_envelope_is_taken_whole_from_its_sponsor_or_not_at_all(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    struct world world;
    uint8_t other[TOKEN_SIZE];
    world_open(&world, SETTINGS);
    (void)world_staff(&world, 2, other);
    assert_int_equal(paymaster_open(&paymaster), OK);
    struct text campaign = world_campaign(&world, &paymaster, 100000);
    int64_t question = world_posting(&world, world.members[0], 0);
    uint64_t size = size_of(&paymaster);
    /* An envelope signed by a key nobody has told of; then that key is the sponsor's. */
    struct envelope_slot good = world_slot(&paymaster, campaign, question, 3, 100, 1000), bad;
    assert_int_equal(world_seal(&world, &paymaster, campaign, good), INVALID);
    assert_int_equal(size_of(&paymaster), size);
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    assert_int_equal(size_of(&paymaster), size); /* its event waits for the batch */
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    assert_int_equal(size_of(&paymaster), size);
    struct command place = {.kind = COMMAND_EARMARK_SEAL};
    place.earmark_seal.campaign = campaign;
    place.earmark_seal.envelope =
        envelope_seal(&world.arena, paymaster.box_public, world_seed, &good, 1);
    assert_int_equal(place.earmark_seal.envelope.size, ENVELOPE_TEXT_SIZE);
    assert_int_equal(world_ask(&world, &paymaster, &place, world.admin_token), REFUSED);
    assert_int_equal(world_ask(&world, &paymaster, &place, other), NOT_FOUND);
    assert_int_equal(world_ask(&world, &paymaster, &place, NULL), REFUSED);
    bad = good;
    bad.terms.cap = 100001; /* more than the deposit */
    assert_int_equal(world_seal(&world, &paymaster, campaign, bad), INVALID);
    bad = good;
    bad.terms.target = world.members[0]; /* no posting */
    assert_int_equal(world_seal(&world, &paymaster, campaign, bad), INVALID);
    bad = good;
    bad.terms.kind = EARMARK_ANSWER; /* under the rule of another kind */
    assert_int_equal(world_seal(&world, &paymaster, campaign, bad), INVALID);
    bad = good;
    bad.terms.campaign[0] ^= 1;
    assert_int_equal(world_seal(&world, &paymaster, campaign, bad), INVALID);
    bad = good;
    bad.until_s += 400 * (DAY_MS / 1000);
    assert_int_equal(world_seal(&world, &paymaster, campaign, bad), INVALID);
    bad = good;
    bad.terms.valid_to_s = bad.until_s = clock_month_next(*world_clock) / 1000; /* a second late */
    assert_int_equal(world_seal(&world, &paymaster, campaign, bad), INVALID);
    damaged_anywhere(&world, &paymaster, &place);
    assert_int_equal(size_of(&paymaster), size);
    /* And now it is taken; the same request again is the same earmark, with other content it is
     * refused, and the same earmark under another request too. */
    memset(place.request, 7, 16);
    assert_int_equal(world_ask(&world, &paymaster, &place, world.sponsor_token), OK);
    assert_int_equal(world_ask(&world, &paymaster, &place, world.sponsor_token), OK);
    memset(place.request, 8, 16);
    assert_int_equal(world_ask(&world, &paymaster, &place, world.sponsor_token), INVALID);
    memset(place.request, 7, 16);
    place.earmark_seal.envelope =
        envelope_seal(&world.arena, paymaster.box_public, world_seed, &good, 1);
    assert_int_equal(world_ask(&world, &paymaster, &place, world.sponsor_token), CONFLICT);
    struct vault_campaign_find_row row;
    struct bytes id = hex_read(&world.arena, campaign);
    assert_int_equal(vault_campaign_find(paymaster.vault, &world.arena, id, &row), OK);
    assert_int_equal(row.earmarks, 1);
    assert_int_equal(row.reserved_cents, 1000);
    paymaster_close(&paymaster);
    world_close(&world);
}

static void commands_are_refused_to_the_wrong_people_and_change_nothing(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    struct world world;
    uint8_t other[TOKEN_SIZE];
    world_open(&world, SETTINGS);
    (void)world_staff(&world, 2, other);
    assert_int_equal(paymaster_open(&paymaster), OK);
    struct text campaign = world_campaign(&world, &paymaster, 100000);
    struct command fund = {.kind = COMMAND_CAMPAIGN_FUND};
    fund.campaign_fund.campaign = campaign;
    fund.campaign_fund.amount_cents = 1000;
    assert_int_equal(world_ask(&world, &paymaster, &fund, world.sponsor_token), REFUSED);
    fund.campaign_fund.amount_cents = 1001; /* not a multiple of the unit */
    assert_int_equal(world_ask(&world, &paymaster, &fund, world.admin_token), INVALID);
    struct command close = {.kind = COMMAND_PERIOD_CLOSE};
    close.period_close.period = TEXT("2026-03");
    assert_int_equal(world_ask(&world, &paymaster, &close, world.sponsor_token), REFUSED);
    /* The month is not over. */
    assert_int_equal(world_ask(&world, &paymaster, &close, world.admin_token), INVALID);
    /* A token of nobody; an idle session. */
    uint8_t nobody[TOKEN_SIZE];
    seal_random(nobody, sizeof nobody);
    struct command list = {.kind = COMMAND_CAMPAIGNS};
    assert_int_equal(world_ask(&world, &paymaster, &list, nobody), STALE);
    assert_int_equal(world_ask(&world, &paymaster, &list, other), OK);
    *world_clock += 16 * MINUTE_MS;
    assert_int_equal(world_ask(&world, &paymaster, &list, other), STALE);
    paymaster_close(&paymaster);
    world_close(&world);
}

static void a_forged_box_in_the_vault_pays_nothing(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    struct world world;
    struct month month;
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, false);
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    /* Whoever knows the public key can make a box; only the sponsor's own signature makes it worth
     * anything. The key the house has for a sponsor signs nothing that is new. */
    struct earmark terms = {.kind = EARMARK_VOTE,
                            .target = month.questions[0],
                            .amount = 1000,
                            .cap = 50000,
                            .payees_max = 50,
                            .valid_from_s = *world_clock / 1000,
                            .valid_to_s = *world_clock / 1000 + 86400 * 20};
    struct vault_rule_current_row rule;
    struct vault_earmark_add_row added;
    uint8_t nonce[32] = {1}, public_key[32], secret_key[64], commitment[32];
    uint8_t opening[EARMARK_OPENING_SIZE];
    assert_int_equal(vault_rule_current(paymaster.vault, &world.arena, TEXT("reward/vote"), &rule),
                     OK);
    memcpy(terms.rule, rule.sha256.data, 32);
    memcpy(terms.campaign, hex_read(&world.arena, month.campaign).data, 16);
    for (int honest = 0; honest < 3; honest++) {
        if (honest != 1)
            seal_sign_keypair(public_key, secret_key, honest == 0 ? NULL : world_seed);
        else
            paymaster_sponsor_key(&paymaster, world.sponsor, public_key, secret_key);
        memcpy(terms.sponsor_key, public_key, 32);
        terms.target = month.questions[honest == 2 ? 1 : 0];
        nonce[1] = (uint8_t)honest;
        earmark_write(&terms, nonce, secret_key, opening);
        earmark_commitment(opening, commitment);
        struct bytes sealed =
            seal_to(&world.arena, paymaster.box_public, bytes_of(opening, sizeof opening));
        assert_int_equal(sealed.size, EARMARK_SEALED_SIZE);
        assert_int_equal(db_begin(paymaster.vault), OK);
        assert_int_equal(vault_earmark_add(paymaster.vault, &world.arena, bytes_of(nonce, 16),
                                           bytes_of(commitment, 32), bytes_of(commitment, 32),
                                           sealed, terms.valid_to_s, 0, &added),
                         OK);
        assert_int_equal(db_commit(paymaster.vault), OK);
    }
    assert_int_equal(commit_tick(&paymaster), OK);
    month_live(&world, &month);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    struct vault_items_row *items;
    size_t count;
    assert_int_equal(vault_items(paymaster.vault, &world.arena, TEXT("2026-03"), &items, &count),
                     OK);
    assert_true(count > 0); /* the control: the honest one paid */
    for (size_t i = 0; i < count; i++)
        assert_int_equal(items[i].earmark, added.id);
    paymaster_close(&paymaster);
    world_close(&world);
}

static void sponsors_see_payments_only_in_groups_of_eleven(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    struct world world;
    struct month month;
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    struct vault_campaign_find_row row;
    struct bytes id = hex_read(&world.arena, month.campaign);
    struct vault_period_find_row period;
    assert_int_equal(vault_period_find(paymaster.vault, &world.arena, TEXT("2026-03"), &period),
                     OK);
    assert_int_equal(vault_campaign_find(paymaster.vault, &world.arena, id, &row), OK);
    assert_true(row.shown_payees > 0);
    assert_int_equal(row.shown_payees % 11, 0);
    assert_true(row.shown_payees <= period.payees);
    if (row.shown_payees < period.payees) {
        assert_true(row.shown_cents < period.cents);
        assert_int_equal(row.settled_cents,
                         0); /* the rest of the caps stays out of sight with them */
        assert_int_equal(row.reserved_cents, 50000 + 5000 + 9000);
    }
    paymaster_close(&paymaster);
    world_close(&world);
}

/* --- what an auditor can prove --- */

static void openings_prove_that_nothing_was_chosen_afterwards(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    struct world world;
    struct month month;
    struct opening_report report;
    world_open(&world, SETTINGS "ledger.embargo_days = 0\n");
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    assert_int_equal(commit_tick(&paymaster), OK);
    *world_clock = clock_month_next(*world_clock) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-04"), OK);
    paymaster_close(&paymaster);
    struct text lines = openings_of(&world.arena);
    assert_int_equal(audit_openings(lines, NO_TEXT, &report), OK);
    assert_int_equal(report.commitments - report.dummies, 3);
    assert_true(report.dummies >= 4);
    assert_true(report.rewards >= 20);
    assert_int_equal(report.closed, 0);
    /* Controls: another opening, one left out, two exchanged, one too many. */
    char *changed = arena_take(&world.arena, 2 * lines.size + 1);
    const char *end = memchr(lines.data, '\n', lines.size);
    size_t first = (size_t)(end + 1 - lines.data);
    memcpy(changed, lines.data, lines.size);
    changed[first - 100] = changed[first - 100] == 'A' ? 'B' : 'A';
    assert_int_equal(audit_openings((struct text){changed, lines.size}, NO_TEXT, &report), INVALID);
    assert_int_equal(audit_openings((struct text){end + 1, lines.size - first}, NO_TEXT, &report),
                     INVALID);
    memcpy(changed, lines.data + first, first);
    memcpy(changed + first, lines.data, first);
    memcpy(changed + 2 * first, lines.data + 2 * first, lines.size - 2 * first);
    assert_int_equal(audit_openings((struct text){changed, lines.size}, NO_TEXT, &report), INVALID);
    memcpy(changed, lines.data, lines.size);
    memcpy(changed + lines.size, lines.data, first);
    assert_int_equal(audit_openings((struct text){changed, lines.size + first}, NO_TEXT, &report),
                     INVALID);
    world_close(&world);
}

static void an_auditor_wants_no_month_opened_within_its_embargo(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    static const char *const names[] = {"2026-03", "2026-04", "2026-05", "2026-06", "2026-07"};
    struct world world;
    struct month month;
    struct opening_report report;
    world_open(&world, SETTINGS); /* 90 days */
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(world_period(&world, &paymaster, names[i]), OK);
        assert_int_equal(commit_tick(&paymaster), OK);
        bool over = i >= 3; /* March was closed on 1 April */
        struct text lines = openings_of(&world.arena);
        assert_int_equal(lines.size > 0, over);
        assert_int_equal(audit_openings(lines, NO_TEXT, &report), OK);
        assert_int_equal(report.closed < report.commitments, over);
        /* Control: what is due must be there. */
        assert_int_equal(audit_openings(TEXT(""), NO_TEXT, &report), over ? INVALID : OK);
        *world_clock = clock_month_next(*world_clock) + 3600 * 1000;
    }
    paymaster_close(&paymaster);
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
        cmocka_unit_test(what_was_earned_is_paid_once_with_receipts_that_hold),
        cmocka_unit_test(openings_prove_that_nothing_was_chosen_afterwards),
        cmocka_unit_test(an_auditor_wants_no_month_opened_within_its_embargo),
        cmocka_unit_test(an_earmark_that_outlives_its_month_goes_on_under_a_new_commitment),
        cmocka_unit_test(the_rules_replayed_give_the_same_entries_and_a_changed_journal_does_not),
        cmocka_unit_test(the_ledger_grows_alike_with_and_without_earmarks),
        cmocka_unit_test(rebuilt_folds_have_equal_content),
        cmocka_unit_test(an_envelope_is_taken_whole_from_its_sponsor_or_not_at_all),
        cmocka_unit_test(commands_are_refused_to_the_wrong_people_and_change_nothing),
        cmocka_unit_test(a_forged_box_in_the_vault_pays_nothing),
        cmocka_unit_test(sponsors_see_payments_only_in_groups_of_eleven),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
