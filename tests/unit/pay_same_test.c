/* A trial counts as the paymaster counts: the same journal through both gives the same pay, by
 * rules whose pay tells every fact that they were given. */
#include "ranking/pay_kind.h"
#include "tests/support/past.h"
#include "tests/support/scratch.h"
#include "core/clock.h"
#include "core/seal.h"
/* The two folders never meet but here, and use one name for two things. */
#define vote_facts reward_vote_facts
#include "ledger/reward/reward.h"
#undef vote_facts
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { MEMBERS = 40, QUESTIONS = 8, ANSWERS = 3, ACTS_MAX = 4000, MICRO = 1000000, LATE_DAYS = 60 };

static struct arena arena;
static struct past past;
static struct log *journal;
static int64_t end_ms;

struct paid {
    int64_t posting, member, amount;
    bool barred;
};
struct payments {
    struct paid list[ACTS_MAX];
    size_t count;
    struct pay_kinds kinds;
    struct ranking ranking;
};

/* Everybody votes on about a third of all answers, once; then a long time passes. */
static void past_make(void)
{
    past_open(&past, 5);
    past_members(&past, MEMBERS);
    for (size_t i = 0; i < QUESTIONS; i++)
        (void)past_question(&past, past.members[i % MEMBERS]);
    for (size_t i = 0; i < QUESTIONS * ANSWERS; i++) {
        (void)past_answer(&past, past.questions[i % QUESTIONS],
                          past.members[past_draw(&past, MEMBERS)]);
        for (size_t member = 0; member < MEMBERS; member++)
            if (past_draw(&past, 3) == 0 && past.posting_author[i] != past.members[member])
                (void)past_vote(&past, i, past.members[member], 1 + (int)past_draw(&past, 3),
                                (int)past_draw(&past, 4));
    }
    past.at_ms += LATE_DAYS * (int64_t)DAY_MS;
    end_ms = past.at_ms;
    (void)past_question(&past, past.members[0]); /* everything settles now */
}

static struct journal_entry *entries_all(size_t *count)
{
    struct journal_entry *entries;
    assert_int_equal(journal_read(journal, &arena, 0, ACTS_MAX, &entries, count), OK);
    assert_true(*count < ACTS_MAX);
    return entries;
}

/* --- the paymaster --- */

static void paymaster_pays(enum earmark_kind kind, struct text script, struct payments *out)
{
    uint8_t sha256[32];
    const char *why = NULL;
    const struct reward_item *items;
    const struct reward_earmark *earmarks;
    struct text no = NO_TEXT;
    size_t count;
    struct journal_entry *entries = entries_all(&count);
    struct reward *reward = reward_open();
    reward_hand_free(reward); /* trials know no audience */
    seal_sha256(sha256, text_bytes(script), NO_BYTES);
    assert_int_equal(reward_rule_add(reward, &arena, kind, sha256, TEXT("reward/x"), script, &no),
                     OK);
    for (size_t i = 0; i < past.posting_count; i++) {
        struct reward_earmark earmark = {.id = past.postings[i],
                                         .terms = {.kind = kind,
                                                   .target = past.postings[i],
                                                   .amount = MICRO,
                                                   .cap = INT64_C(1) << 40,
                                                   .payees_max = 1000,
                                                   .valid_to_s = INT64_MAX / 2000},
                                         .end_ms = INT64_MAX};
        if (kind == EARMARK_ANSWER && i >= QUESTIONS)
            break;
        if (kind == EARMARK_ANSWER)
            earmark.terms.target = past.questions[i];
        memcpy(earmark.terms.rule, sha256, 32);
        reward_earmark_add(reward, &arena, &earmark, TEXT(""));
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(reward_event(reward, &entries[i].event, &why), OK);
    assert_int_equal(reward_finish(reward, end_ms, 1, &why), OK);
    size_t paid = reward_items(reward, &items);
    (void)reward_earmarks(reward, &earmarks);
    for (size_t i = 0; i < paid; i++)
        out->list[out->count++] = (struct paid){earmarks[items[i].earmark].terms.target,
                                                items[i].member, items[i].cents, false};
    reward_close(reward);
}

/* --- the trial --- */

static void on_act(void *self, int32_t posting, int32_t member, const int64_t micro[2],
                   enum pay_bar bar)
{
    struct payments *out = self;
    const struct counters *counters = &out->ranking.counters;
    const struct posting_facts *facts = &counters->postings.at[posting];
    assert_true(out->count < ACTS_MAX);
    out->list[out->count++] = (struct paid){
        out->kinds.kind == PAY_ANSWER ? counters->questions.at[facts->question].id : facts->id,
        counters->members.at[member].id, micro[0], bar != PAY_BAR_NONE};
}

static void on_settled(void *self, int32_t posting, double odds)
{
    struct payments *out = self;
    const struct posting_facts *facts = &out->ranking.counters.postings.at[posting];
    int64_t votes = out->kinds.kind == PAY_VOTE ? facts->up + facts->down + facts->unsure : 1;
    pay_kinds_settled(&out->kinds, posting, odds, votes * MICRO);
}

static void trial_pays(enum pay_kind kind, struct text script, struct payments *out)
{
    struct text why;
    size_t count;
    struct journal_entry *entries = entries_all(&count);
    assert_int_equal(
        ranking_open(&out->ranking, NULL, journal, &arena, policy_first_script(), &why), OK);
    assert_int_equal(pay_kinds_open(&out->kinds, &arena, &out->ranking, kind, &script, 1, &why),
                     OK);
    out->ranking.settled = on_settled;
    out->ranking.settled_self = out->kinds.self = out;
    out->kinds.act = on_act;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(ranking_apply(&out->ranking, &entries[i], &arena), OK);
        assert_int_equal(pay_kinds_event(&out->kinds, &entries[i].event), OK);
    }
    pay_kinds_close(&out->kinds);
    ranking_close(&out->ranking);
}

/* How many acts both pay the same; a member may have several answers to one question, of which an
 * earmark pays the first. */
static size_t compare(const struct payments *trial, const struct payments *paymaster)
{
    size_t same = 0;
    for (size_t i = 0; i < trial->count; i++) {
        const struct paid *a = &trial->list[i];
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again |= trial->list[k].posting == a->posting && trial->list[k].member == a->member;
        if (a->barred || again || a->amount == 0)
            continue;
        for (size_t k = 0; k < paymaster->count; k++)
            if (paymaster->list[k].posting == a->posting &&
                paymaster->list[k].member == a->member) {
                assert_int_equal(a->amount, paymaster->list[k].amount);
                same++;
            }
    }
    return same;
}

static size_t both_pay(enum pay_kind kind, enum earmark_kind earmark, const char *trial,
                       const char *paymaster)
{
    static struct payments of_trial, of_paymaster;
    of_trial.count = of_paymaster.count = 0;
    trial_pays(kind, text_of(trial), &of_trial);
    paymaster_pays(earmark, text_of(paymaster), &of_paymaster);
    return compare(&of_trial, &of_paymaster);
}

#define TELLS(sum) "return (" sum ") % 997 / 997 end\n"
#define OF_VOTES                                                                                \
    "P = { day_most = { 9, 1, 99, \"votes\", \"a day\" } }\n"                                   \
    "function pay_vote(given, given_of, back, back_of, votes, mutual, days)\n" TELLS(           \
        "1 + given + 3 * given_of + 7 * back + 13 * back_of + 29 * votes + 37 * mutual + 41 * " \
        "days")
#define OF_ANSWERS                                                                  \
    "P = {}\nfunction pay_answer(up, down, unsure, patients, order, days)\n" TELLS( \
        "1 + up + 3 * down + 7 * unsure + 13 * patients + 29 * order + 37 * days")
#define OF_POSTINGS                                                                           \
    "P = {}\nfunction pay_posting(up, down, unsure, patients, answers, fresh, days)\n" TELLS( \
        "1 + up + 3 * down + 7 * unsure + 13 * patients + 29 * answers + 37 * fresh + 41 * days")

static void votes_are_paid_by_the_same_facts(void **state)
{
    (void)state;
    assert_true(both_pay(PAY_VOTE, EARMARK_VOTE, OF_VOTES, OF_VOTES) > 40);
}

static void answers_and_postings_are_paid_by_the_same_facts(void **state)
{
    (void)state;
    assert_true(both_pay(PAY_ANSWER, EARMARK_ANSWER, OF_ANSWERS, OF_ANSWERS) > 8);
    assert_true(both_pay(PAY_POSTING, EARMARK_POSTING, OF_POSTINGS, OF_POSTINGS) > 12);
}

/* One vote more or less in any count would show. */
static void a_count_that_differs_shows(void **state)
{
    (void)state;
    static struct payments of_trial, of_paymaster;
    bool differs = false;
    trial_pays(PAY_VOTE, text_of(OF_VOTES), &of_trial);
    paymaster_pays(EARMARK_VOTE,
                   TEXT("P = {}\nfunction pay_vote(given, given_of, back, back_of, votes, mutual, "
                        "days)\n" TELLS("1 + given + 3 * given_of + 7 * back + 13 * back_of + 29 * "
                                        "(votes + 1) + 37 * mutual + 41 * days")),
                   &of_paymaster);
    for (size_t i = 0; i < of_trial.count; i++)
        for (size_t k = 0; k < of_paymaster.count; k++)
            differs |= of_trial.list[i].posting == of_paymaster.list[k].posting &&
                       of_trial.list[i].member == of_paymaster.list[k].member &&
                       of_trial.list[i].amount != of_paymaster.list[k].amount;
    assert_true(differs);
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 64u << 20);
    past_make();
    if (log_open(&journal, "journal", LOG_READ, 0) != OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(votes_are_paid_by_the_same_facts),
        cmocka_unit_test(answers_and_postings_are_paid_by_the_same_facts),
        cmocka_unit_test(a_count_that_differs_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
