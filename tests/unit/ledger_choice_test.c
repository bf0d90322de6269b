/* What an auditor finds who has the journal too: an earmark that paid another than its opening
 * chooses, or that was void and paid, is named. Each house here is honest but for one thing. */
#include "tests/unit/ledger_openings.h"

#include "ledger/earmark/select.h"

#define SETTINGS                                                                                  \
    "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\nledger.k = 11\nledger.kept_back = " \
    "0\nledger.embargo_days = 0\n"

static struct paymaster paymaster;
static struct world world;
static struct text openings, selection;
static int64_t commitment; /* leaf of the earmark by a script */

static struct text script(void)
{
    struct bytes content;
    assert_int_equal(file_read(&world.arena, "scripts/select/match.lua", 65536, &content), OK);
    return (struct text){(const char *)content.data, content.size};
}

/* Votes on questions, by the selector; answers are not what it takes. */
static struct envelope_slot slot_make(struct text campaign)
{
    struct envelope_slot slot = world_slot(&paymaster, campaign, 1, 3, 1000, 50000);
    struct text why;
    slot.terms.target = 0;
    assert_true(select_values(&world.arena, script(), TEXT("kind=1"), &slot.terms.by, &why));
    return slot;
}

static void vault_run(const char *sql)
{
    assert_int_equal(db_run_script(paymaster.vault, sql), OK);
}

/* A month with an earmark by a script and one by hand, and the month after it. `before`: what the
 * house does to its vault before it closes, `after`: what it does after. */
static void months(const char *audience, const char *before, const char *after)
{
    struct vault_earmarks_of_period_row *rows;
    char settings[300];
    size_t count;
    snprintf(settings, sizeof settings, SETTINGS "earmark.audience = %s\n", audience);
    world_open(&world, settings);
    assert_int_equal(paymaster_open(&paymaster), OK);
    struct text campaign = world_campaign(&world, &paymaster, 500000);
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    assert_int_equal(world_seal(&world, &paymaster, campaign, slot_make(campaign)), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    int64_t question = world_posting(&world, world.members[0], 0);
    assert_int_equal(world_earmark(&world, &paymaster, campaign, question, 2, 700, 7000), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    int64_t answer = world_posting(&world, world.members[1], question);
    for (size_t i = 2; i < 14; i++)
        world_vote(&world, i < 12 ? question : answer, world.members[i < 12 ? 0 : 1],
                   world.members[i], 1 + (int64_t)i % 2);
    *world_clock = clock_month_next(*world_clock) + HOUR_MS;
    vault_run(before);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    vault_run(after);
    assert_int_equal(vault_earmarks_of_period(paymaster.vault, &world.arena, TEXT("2026-03"), 0, 9,
                                              &rows, &count),
                     OK);
    assert_int_equal(count, 2);
    commitment = rows[0].leaf_seq;
    *world_clock = clock_month_next(*world_clock) + HOUR_MS;
    assert_int_equal(world_period(&world, &paymaster, "2026-04"), OK);
    paymaster_close(&paymaster);
    openings = printed_of(&world.arena, tool_openings);
    selection = printed_of(&world.arena, tool_selection);
}

static const char *audited(struct text said, struct opening_report *report)
{
    enum result result = audit_openings(openings, said, report);
    assert_int_equal(result, report->what == NULL ? OK : INVALID);
    return report->what;
}

/* The same lines with one of them changed; `from` stands in it once. */
static struct text said_with(const char *from, const char *to)
{
    char *changed = arena_take(&world.arena, selection.size + 200);
    const char *at = memmem(selection.data, selection.size, from, strlen(from));
    assert_non_null(at);
    size_t head = (size_t)(at - selection.data), tail = selection.size - head - strlen(from);
    memcpy(changed, selection.data, head);
    memcpy(changed + head, to, strlen(to));
    memcpy(changed + head + strlen(to), at + strlen(from), tail);
    return (struct text){changed, head + strlen(to) + tail};
}

static void says(struct text said, const char *what)
{
    static struct opening_report report;
    const char *found = audited(said, &report);
    assert_non_null(found);
    assert_string_equal(found, what);
}

static void says_with(const char *from, const char *to, const char *what)
{
    says(said_with(from, to), what);
}

/* The same lines with this member's account said to be of another. */
static struct text said_of(int64_t member, int64_t another)
{
    struct text rest = selection, line;
    char whose[30], line_to[100], line_from[100];
    int size = snprintf(whose, sizeof whose, "\t%lld", (long long)member);
    while (text_next(&rest, '\n', &line)) {
        size_t head = line.size - (size_t)size;
        if (!text_starts(line, "account\t") || line.size < (size_t)size ||
            memcmp(line.data + head, whose, (size_t)size) != 0)
            continue;
        snprintf(line_from, sizeof line_from, "%.*s\n", (int)line.size, line.data);
        snprintf(line_to, sizeof line_to, "%.*s\t%lld\n", (int)head, line.data, (long long)another);
        return said_with(line_from, line_to);
    }
    fail_msg("no account of this member");
    return NO_TEXT;
}

static void whom_the_openings_choose_is_found_again_in_the_journal(void **state UNUSED)
{
    static struct opening_report report;
    months("5", "", "");
    assert_null(audited(selection, &report));
    assert_int_equal(report.chosen, 11); /* ten votes and an answer */
    assert_int_equal(report.voids, 0);
    assert_null(audited(NO_TEXT, &report)); /* and without the journal as before */
    assert_int_equal(report.chosen, 0);
    world_close(&world);
}

/* Takes every kind but the one that was promised, and says nothing that would limit it. */
#define ANOTHER                                                                                  \
    "UPDATE rule SET script = replace(replace(script, 'kind ~= P.kind', 'kind == P.kind'), '6, " \
    "\"kind\"', '6, \"sort\"') WHERE name = '" SELECTOR_NAME "'"
#define BACK                                                                                     \
    "UPDATE rule SET script = replace(replace(script, 'kind == P.kind', 'kind ~= P.kind'), '6, " \
    "\"sort\"', '6, \"kind\"') WHERE name = '" SELECTOR_NAME "'"

static void an_earmark_whose_opening_chooses_others_than_it_paid_is_named(void **state UNUSED)
{
    static struct opening_report report;
    months("1", ANOTHER, BACK);             /* it paid for votes on the answer */
    assert_null(audited(NO_TEXT, &report)); /* nothing of it shows without the journal */
    const char *what = audited(selection, &report);
    assert_non_null(what);
    assert_string_equal(what, "it paid a member who did nothing that it is on");
    assert_int_equal(report.leaf, commitment);
    world_close(&world);
    months("1", ANOTHER, ""); /* the script it paid by is not the one it promised */
    what = audited(selection, &report);
    assert_non_null(what);
    assert_string_equal(what, "the selection has a line that is none, or says two things of one");
    world_close(&world);
}

static void void_earmarks_are_told_with_the_reason(void **state UNUSED)
{
    static struct opening_report report;
    months("50", "", "");
    assert_null(audited(selection, &report));
    assert_int_equal(report.chosen, 0);
    assert_int_equal(report.voids, 2); /* by a selector, and by hand */
    assert_int_equal(report.voided[0].leaf, commitment);
    for (int i = 0; i < 2; i++)
        assert_string_equal(report.voided[i].why, "its audience is too small");
    world_close(&world);
}

static void a_void_earmark_that_paid_is_named(void **state UNUSED)
{
    static struct opening_report report;
    months("5", "", "");
    const char *what = audited(said_with("month\t2026-03\t5", "month\t2026-03\t50"), &report);
    assert_non_null(what);
    assert_string_equal(what, "it was void, and paid");
    assert_int_equal(report.leaf, commitment);
    assert_int_equal(report.voids, 2);
    /* A month of before: what was chosen by hand had no least audience. */
    what = audited(said_with("month\t2026-03\t5", "month\t2026-03\t-50"), &report);
    assert_string_equal(what, "it was void, and paid");
    assert_int_equal(report.voids, 1);
    world_close(&world);
}

static void what_the_house_says_besides_is_held_against_the_ledger(void **state UNUSED)
{
    static struct opening_report report;
    char from[80], to[80];
    months("5", "", "");
    says_with("month\t2026-03\t5\n", "",
              "by which least audience the month was closed is not said");
    says_with("\ncampaign\t", "\nspelt wrong\t",
              "the selection has a line that is none, or says two things of one");
    snprintf(from, sizeof from, "earmark\t%lld\t", (long long)commitment);
    snprintf(to, sizeof to, "earmark\t%lld\t9", (long long)commitment);
    says_with(from, to, "the batch before it has an earmark said to begin after it");
    snprintf(to, sizeof to, "earmark\t%lld\t0\nearmark\t999999\t", (long long)commitment);
    says_with(from, to, "it is said to hold from before its batch on");
    /* Somebody who did nothing stands in a payee's place; and one account is of two. */
    says(said_of(world.members[5], world.members[20]),
         "it paid a member who did nothing that it is on");
    says(said_of(world.members[5], world.members[6]),
         "the selection has a line that is none, or says two things of one");
    assert_null(audited(selection, &report));
    world_close(&world);
}

static void another_journal_is_none(void **state UNUSED)
{
    static struct opening_report report;
    struct log *journal;
    months("5", "", "");
    log_close(world.journal);
    world.journal = NULL;
    assert_int_equal(rename(conf_store("journal"), conf_path("kept")), 0);
    assert_int_equal(log_open(&journal, "journal", LOG_APPEND, 1000), OK);
    struct event event = {.kind = EVENT_MEMBER_LEFT, .at_ms = WORLD_START};
    for (int i = 0; i < 400; i++) {
        assert_int_equal(log_begin(journal), OK);
        assert_int_equal(journal_append(journal, &world.arena, &event, NULL, 0), OK);
        assert_int_equal(log_commit(journal), OK);
    }
    log_close(journal);
    const char *what = audited(selection, &report);
    assert_non_null(what);
    assert_string_equal(what, "the journal is another than the one that was anchored");
    arena_close(&world.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whom_the_openings_choose_is_found_again_in_the_journal),
        cmocka_unit_test(an_earmark_whose_opening_chooses_others_than_it_paid_is_named),
        cmocka_unit_test(void_earmarks_are_told_with_the_reason),
        cmocka_unit_test(a_void_earmark_that_paid_is_named),
        cmocka_unit_test(what_the_house_says_besides_is_held_against_the_ledger),
        cmocka_unit_test(another_journal_is_none),
    };
    world_clock_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
