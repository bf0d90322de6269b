/* What the clerk itself holds of a rule's way, whatever the pages show: a passed trial, days in the
 * shadow, another admin; and the way back (board/desk/rule.c). */
#include "board/board.h"
#include "tests/unit/passkey.h"
#include "tests/unit/lists.h"

#define POLICY "rank/policy"
#define SCRIPT "P = {}"

static struct person admin, second, kestrel;
static struct device key, others_key;
static int64_t *now;

static void setup(void)
{
    now = lists_clock(1772442000000);
    room_conf =
        "second.physician = 0\nsecond.staff = 0\nconfirm.passkey_hours = 0\nrule.shadow_days = 1\n"
        "site.url = " SITE "\n";
    room_open();
    staff_make(&admin, "Gate", 3);
    staff_make(&second, "Latch", 3);
    person_make(&admin, &kestrel, "Kestrel");
    device_add(&key, &second);
    device_add(&others_key, &admin);
}

static void teardown(void)
{
    clerk_close(&room);
}

/* Sessions end meanwhile: another admin goes on. */
static void hours_pass(int64_t hours, const char *name)
{
    *now += hours * HOUR_MS;
    staff_make(&second, name, 3);
    device_add(&key, &second);
}

static int64_t propose(const char *name)
{
    struct command command = {.kind = COMMAND_RULE_PROPOSE};
    struct text reply;
    request_new(&command);
    command.rule_propose =
        (struct command_rule_propose){text_of(name), TEXT(SCRIPT), TEXT("weights")};
    assert_int_equal(room_do(&admin, &command, &reply), OK);
    return created_id(reply);
}

static enum result tried(const struct person *by, int64_t proposal, bool passed)
{
    struct command command = {.kind = COMMAND_RULE_TRIED};
    request_new(&command);
    command.rule_tried = (struct command_rule_tried){proposal, passed, TEXT("")};
    return room_do(by, &command, NULL);
}

/* The paymaster of closed months. */
static enum result months_tried(const struct person *by, int64_t proposal, bool passed)
{
    struct command command = {.kind = COMMAND_RULE_MONTHS_TRIED};
    request_new(&command);
    command.rule_months_tried = (struct command_rule_months_tried){proposal, passed, TEXT("")};
    return room_do(by, &command, NULL);
}

static enum result shadow(int64_t proposal)
{
    struct command command = {.kind = COMMAND_RULE_SHADOW};
    request_new(&command);
    command.rule_shadow.proposal = proposal;
    return room_do(&second, &command, NULL);
}

static enum result approve(int64_t proposal, const char *name, struct text *reply)
{
    struct command command = {.kind = COMMAND_RULE_APPROVE};
    uint8_t operation[DIGEST_SIZE];
    request_new(&command);
    command.rule_approve.proposal = proposal;
    rule_operation(operation, RULE_APPROVE, proposal, text_of(name), TEXT(SCRIPT));
    command.rule_approve.proof = person_confirms(&second, &key, operation);
    return room_do(&second, &command, reply);
}

static enum result roll_back(int64_t proposal, const char *name, const char *reason)
{
    struct command command = {.kind = COMMAND_RULE_ROLLBACK};
    uint8_t operation[DIGEST_SIZE];
    request_new(&command);
    command.rule_rollback.name = text_of(name);
    command.rule_rollback.proposal = proposal;
    command.rule_rollback.reason = text_of(reason);
    rule_operation(operation, RULE_ROLLBACK, proposal, text_of(name),
                   proposal > 0 ? TEXT(SCRIPT) : TEXT(""));
    command.rule_rollback.proof = person_confirms(&second, &key, operation);
    return room_do(&second, &command, NULL);
}

static void assert_refused_with(int64_t proposal, const char *name, const char *words)
{
    struct text reply;
    int64_t head = room.head;
    assert_int_equal(approve(proposal, name, &reply), CONFLICT);
    if (!memmem(reply.data, reply.size, words, strlen(words)))
        fail_msg("not \"%s\": %.*s", words, (int)reply.size, reply.data);
    assert_int_equal(room.head, head); /* not even the passkey was used up */
}

static void passes_its_trial_then_its_days_in_the_shadow(const char *name)
{
    bool pay = strncmp(name, "reward/", 7) == 0;
    setup();
    int64_t proposal = propose(name);
    assert_refused_with(proposal, name, "trial is not done");
    assert_int_equal(shadow(proposal), CONFLICT);
    assert_int_equal(tried(NULL, proposal, false), OK);
    assert_refused_with(proposal, name, "trial failed");
    assert_int_equal(shadow(proposal), CONFLICT);
    assert_int_equal(tried(NULL, proposal, true), OK);
    if (pay) { /* the ranker's word is not enough */
        assert_refused_with(proposal, name, "has not gone through the house's closed months");
        assert_int_equal(shadow(proposal), CONFLICT);
        assert_int_equal(months_tried(NULL, proposal, false), OK);
        assert_refused_with(proposal, name, "failed on the house's closed months");
        assert_int_equal(shadow(proposal), CONFLICT);
        assert_int_equal(months_tried(NULL, proposal, true), OK);
    }
    assert_refused_with(proposal, name, "in the shadow");
    assert_int_equal(shadow(proposal), OK);
    assert_int_equal(shadow(proposal), CONFLICT); /* it is there already */
    hours_pass(23, "Bolt");
    assert_refused_with(proposal, name, "in the shadow");
    hours_pass(1, "Hasp");
    assert_int_equal(tried(NULL, proposal, false), OK); /* its latest day failed */
    assert_refused_with(proposal, name, "trial failed");
    assert_int_equal(tried(NULL, proposal, true), OK);
    if (pay) { /* it failed in the shadow, at a close */
        assert_int_equal(months_tried(NULL, proposal, false), OK);
        assert_refused_with(proposal, name, "failed on the house's closed months");
        assert_int_equal(months_tried(NULL, proposal, true), OK);
    }
    assert_int_equal(approve(proposal, name, NULL), OK); /* control */
    teardown();
}

static void a_rule_of_standing_passes_its_trial_then_its_days_in_the_shadow(void **state UNUSED)
{
    passes_its_trial_then_its_days_in_the_shadow(POLICY);
}

static void a_rule_of_pay_passes_its_trial_then_its_days_in_the_shadow(void **state UNUSED)
{
    passes_its_trial_then_its_days_in_the_shadow("reward/vote");
}

static void the_ranker_alone_tells_of_trials_and_once(void **state UNUSED)
{
    setup();
    int64_t proposal = propose(POLICY), head = room.head;
    assert_int_equal(tried(&second, proposal, true), REFUSED);
    assert_int_equal(tried(&kestrel, proposal, true), REFUSED);
    assert_int_equal(tried(NULL, proposal + 1000, true),
                     OK); /* no such proposal: nothing to keep */
    assert_int_equal(room.head, head);
    assert_int_equal(tried(NULL, proposal, true), OK);
    assert_int_equal(room.head, head + 1);
    assert_int_equal(tried(NULL, proposal, true), OK);
    assert_int_equal(room.head, head + 1);
    room_again(); /* it is in the journal and in the fold */
    assert_refused_with(proposal, POLICY, "in the shadow");
    teardown();
}

static void the_paymaster_alone_tells_of_closed_months_once_and_of_pay_alone(void **state UNUSED)
{
    setup();
    int64_t proposal = propose("reward/answer"), standing = propose(POLICY), head = room.head;
    assert_int_equal(months_tried(&second, proposal, true), REFUSED);
    assert_int_equal(months_tried(&kestrel, proposal, true), REFUSED);
    assert_int_equal(months_tried(NULL, standing, true), INVALID);
    assert_int_equal(months_tried(NULL, proposal + 1000, true), OK);
    assert_int_equal(room.head, head);
    assert_int_equal(months_tried(NULL, proposal, true), OK);
    assert_int_equal(months_tried(NULL, proposal, true), OK);
    assert_int_equal(room.head, head + 1);
    room_again();
    assert_refused_with(proposal, "reward/answer",
                        "trial is not done"); /* nor is it the ranker's */
    teardown();
}

static void other_rules_need_neither(void **state UNUSED)
{
    setup();
    int64_t proposal = propose("score");
    assert_int_equal(shadow(proposal), CONFLICT);
    assert_int_equal(approve(proposal, "score", NULL), OK);
    assert_int_equal(tried(NULL, proposal, false), OK); /* decided: not recorded */
    assert_int_equal(shadow(proposal), CONFLICT);
    teardown();
}

static void
what_is_said_of_a_withdrawn_rule_is_not_kept_and_it_can_be_proposed_again(void **state UNUSED)
{
    setup();
    int64_t proposal = propose(POLICY);
    struct command command = {.kind = COMMAND_RULE_WITHDRAW};
    request_new(&command);
    command.rule_withdraw = (struct command_rule_withdraw){proposal, TEXT("a slip")};
    assert_int_equal(room_do(&kestrel, &command, NULL), REFUSED);
    assert_int_equal(room_do(&admin, &command, NULL), OK);
    int64_t head = room.head;
    assert_int_equal(tried(NULL, proposal, true), OK); /* its trial ended just then */
    assert_int_equal(room.head, head);
    assert_int_equal(shadow(proposal), CONFLICT);
    int64_t again = propose(POLICY);
    assert_true(again > proposal);
    assert_int_equal(tried(NULL, again, true), OK);
    assert_int_equal(room.head, again + 1); /* control */
    assert_int_equal(shadow(again), OK);
    teardown();
}

static void one_admin_takes_back_to_what_was_in_force_and_to_nothing_else(void **state UNUSED)
{
    setup();
    int64_t first = propose("vote"), next = propose("vote"), never = propose("vote");
    assert_int_equal(approve(first, "vote", NULL), OK);
    assert_int_equal(roll_back(first, "vote", "it holds already"), CONFLICT);
    assert_int_equal(approve(next, "vote", NULL), OK);
    int64_t head = room.head;
    assert_int_equal(roll_back(never, "vote", "never approved"), CONFLICT);
    assert_int_equal(roll_back(first, "answer", "of another name"), CONFLICT);
    assert_int_equal(roll_back(first, "vote", " "), INVALID);
    assert_int_equal(room.head, head);
    assert_int_equal(roll_back(first, "vote", "it pays too much"), OK);
    assert_int_equal(roll_back(first, "vote", "twice"), CONFLICT);
    assert_int_equal(roll_back(next, "vote", "it was better"), OK);
    assert_int_equal(roll_back(0, "vote", "as the house began"), OK);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_of_standing_passes_its_trial_then_its_days_in_the_shadow),
        cmocka_unit_test(a_rule_of_pay_passes_its_trial_then_its_days_in_the_shadow),
        cmocka_unit_test(the_ranker_alone_tells_of_trials_and_once),
        cmocka_unit_test(the_paymaster_alone_tells_of_closed_months_once_and_of_pay_alone),
        cmocka_unit_test(other_rules_need_neither),
        cmocka_unit_test(what_is_said_of_a_withdrawn_rule_is_not_kept_and_it_can_be_proposed_again),
        cmocka_unit_test(one_admin_takes_back_to_what_was_in_force_and_to_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
