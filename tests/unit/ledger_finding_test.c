/* What the ranker found out, at a month's close: rings earn nothing by any rule, and the rule that
 * pays in replays pays here as well. */
#include "tests/unit/ledger_world.h"

#include "ledger/log/file.h"
#include "ledger/reward/finding.h"

enum { AUTHOR = 1, VOTER = 2, OTHER = 3, QUESTION = 10, ANSWER = 11, AMOUNT = 1000 };

static struct arena arena;
static struct reward *reward;

static struct text script_of(const char *name)
{
    struct bytes content;
    const char *folder =
        strcmp(name, "settled") == 0 || strcmp(name, "posting") == 0 ? "scripts" : "tests/rules";
    assert_int_equal(file_read(&arena, arena_format(&arena, "%s/reward/%s.lua", folder, name).data,
                               65536, &content),
                     OK);
    return (struct text){(const char *)content.data, content.size};
}

/* One earmark of this kind, by this rule: on the answer's votes, or on answers to the question. */
static void setup(enum earmark_kind kind, const char *rule)
{
    const uint8_t hash[32] = {(uint8_t)kind};
    struct text why = NO_TEXT;
    struct reward_earmark earmark = {.id = 1, .end_ms = INT64_MAX};
    reward = reward_open();
    reward_hand_free(reward); /* nobody here was let in */
    assert_int_equal(
        reward_rule_add(reward, &arena, kind, hash, TEXT("rule"), script_of(rule), &why), OK);
    earmark.terms = (struct earmark){.kind = kind,
                                     .target = kind == EARMARK_VOTE ? ANSWER : QUESTION,
                                     .amount = AMOUNT,
                                     .cap = 10 * AMOUNT,
                                     .payees_max = 10,
                                     .valid_to_s = INT32_MAX};
    memcpy(earmark.terms.rule, hash, 32);
    reward_earmark_add(reward, &arena, &earmark, TEXT(""));
}

static void teardown(void)
{
    reward_close(reward);
    arena_reset(&arena, 0);
}

static void says(const char *line)
{
    struct finding *finding = calloc(1, sizeof *finding);
    assert_non_null(finding);
    assert_true(finding_line(finding, reward, text_of(line)));
    finding_close(finding);
}

static void happens(struct event event, int64_t seq)
{
    const char *why = NULL;
    event.seq = seq;
    event.at_ms = seq * 1000;
    assert_int_equal(reward_event(reward, &event, &why), OK);
}

/* A question, an answer, six corroborations; then what `member` got. */
static int64_t cents_of(int64_t member, int64_t stance)
{
    const struct reward_item *items;
    const char *why = NULL;
    int64_t cents = 0;
    struct event posted = {.kind = EVENT_POSTING_ADDED}, vote = {.kind = EVENT_VOTE_CAST};
    posted.posting_added.kind = 1;
    posted.posting_added.member = 99;
    happens(posted, QUESTION);
    posted.posting_added.kind = 4;
    posted.posting_added.question = QUESTION;
    posted.posting_added.member = AUTHOR;
    happens(posted, ANSWER);
    for (int64_t voter = VOTER; voter < VOTER + 6; voter++) {
        vote.vote_cast = (struct event_vote_cast){.posting = ANSWER,
                                                  .question = QUESTION,
                                                  .member = voter,
                                                  .author = AUTHOR,
                                                  .stance = stance};
        happens(vote, ANSWER + voter);
    }
    assert_int_equal(reward_finish(reward, INT64_MAX - 1, 1, &why), OK);
    size_t count = reward_items(reward, &items);
    for (size_t i = 0; i < count; i++)
        cents += items[i].member == member ? items[i].cents : 0;
    return cents;
}

static void a_linked_voter_earns_nothing_and_his_neighbour_does(void **state UNUSED)
{
    static const char *const bad[] = {"v 11 2 0.4 1 1", "v 11 2 1 0.4 1"};
    for (size_t i = 0; i < 2; i++) {
        setup(EARMARK_VOTE, "vote");
        says(bad[i]);
        says("v 11 3 1 1 0");
        assert_int_equal(cents_of(VOTER, 1), 0);
        assert_int_equal(reward_withheld(reward), 1);
        teardown();
    }
    setup(EARMARK_VOTE, "vote");
    says(bad[0]);
    says("v 11 3 1 1 0");
    assert_true(cents_of(OTHER, 1) > 0);
    teardown();
    setup(EARMARK_VOTE, "vote"); /* control: without findings he earns as before */
    assert_true(cents_of(VOTER, 1) > 0);
    assert_int_equal(reward_withheld(reward), 0);
    teardown();
}

static void an_answer_that_only_a_ring_corroborates_earns_nothing(void **state UNUSED)
{
    static const struct {
        const char *line;
        bool earns;
    } cases[] = {
        {"p 11 10 2 0.1 1 0", false}, /* nobody independent */
        {"p 11 10 2 5 0.3 0", false}, /* its author trades votes */
        {"p 11 10 2 5 1 0", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        setup(EARMARK_ANSWER, "answer");
        says(cases[i].line);
        assert_int_equal(cents_of(AUTHOR, 1) > 0, cases[i].earns);
        teardown();
    }
    setup(EARMARK_ANSWER, "answer");
    assert_int_equal(cents_of(AUTHOR, 1), AMOUNT); /* control */
    teardown();
}

static void the_rule_of_replays_pays_by_findings_and_nothing_without(void **state UNUSED)
{
    setup(EARMARK_VOTE, "settled");
    says("v 11 2 1 1 0.25");
    assert_int_equal(cents_of(VOTER, 1), AMOUNT / 4);
    teardown();
    setup(EARMARK_VOTE, "settled");
    says("v 11 2 1 1 0.25");
    assert_int_equal(cents_of(VOTER, 2), AMOUNT / 4); /* whatever he said */
    teardown();
    setup(EARMARK_VOTE, "settled");
    assert_int_equal(cents_of(VOTER, 1), 0);
    teardown();
    setup(EARMARK_ANSWER, "settled");
    says("p 11 10 2 3 1 0");
    assert_int_equal(cents_of(AUTHOR, 1), AMOUNT);
    teardown();
    setup(EARMARK_ANSWER, "settled");
    says("p 11 10 -2 3 1 0");
    assert_int_equal(cents_of(AUTHOR, 1), 0);
    teardown();
}

static void only_what_is_earmarked_is_kept(void **state UNUSED)
{
    setup(EARMARK_VOTE, "vote");
    says("v 12 2 0.4 1 1");
    says("p 12 12 0 0 1 0");
    assert_int_equal(reward_findings(reward)->vote_of.count, 0);
    assert_int_equal(reward_findings(reward)->posting_of.count, 0);
    says("v 11 2 0.4 1 1");
    assert_int_equal(reward_findings(reward)->vote_of.count, 1);
    teardown();
}

static void what_is_no_finding_is_refused(void **state UNUSED)
{
    static const char *const bad[] = {"",
                                      "x 1 2",
                                      "v 11 2 1 1",
                                      "v 11 2 1 1 1 1",
                                      "v 11 2 1.5 1 1",
                                      "v 11 2 -0.1 1 1",
                                      "v 11 2 nan 1 1",
                                      "v 11.5 2 1 1 1",
                                      "v -1 2 1 1 1",
                                      "v 11 2 1 1 one",
                                      "p 11 10 2 -1 1 0",
                                      "p 11 10 inf 1 1 0",
                                      "end 1 0",
                                      "end"};
    setup(EARMARK_VOTE, "vote");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct finding *finding = calloc(1, sizeof *finding);
        assert_non_null(finding);
        assert_false(finding_line(finding, reward, text_of(bad[i])));
        finding_close(finding);
    }
    struct finding *finding = calloc(1, sizeof *finding);
    assert_non_null(finding);
    assert_true(finding_line(finding, reward, TEXT("v 11 2 1 1 1")));
    assert_true(finding_line(finding, reward, TEXT("end 0 1")));
    assert_false(finding_line(finding, reward, TEXT("v 11 3 1 1 1"))); /* after the end */
    finding_close(finding);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_linked_voter_earns_nothing_and_his_neighbour_does),
        cmocka_unit_test(an_answer_that_only_a_ring_corroborates_earns_nothing),
        cmocka_unit_test(the_rule_of_replays_pays_by_findings_and_nothing_without),
        cmocka_unit_test(only_what_is_earmarked_is_kept),
        cmocka_unit_test(what_is_no_finding_is_refused),
    };
    arena_open(&arena, 8 << 20);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
