/* Colleagues who vouch for colleagues, and how a branch of them is lost and restored. */
#include "tests/unit/doorway.h"

static enum result pioneer_set(const struct person *by, const char *name, bool pioneer)
{
    struct command command = {.kind = COMMAND_PIONEER_SET};
    request_new(&command);
    command.pioneer_set = (struct command_pioneer_set){text_of(name), pioneer, TEXT("Known.")};
    return room_do(by, &command, NULL);
}

static void pioneer_make(struct person *person, const char *name, int64_t number)
{
    person_apply_as(person, name, number);
    assert_int_equal(person_decide(&admin, person->id, true), OK);
    assert_int_equal(pioneer_set(&admin, name, true), OK);
}

static enum result vouch_ask(const struct person *person, const char *voucher,
                             struct text invitation, int64_t facts, struct text *reply)
{
    struct command command = {.kind = COMMAND_VOUCH_ASK};
    request_new(&command);
    command.vouch_ask = (struct command_vouch_ask){text_of(voucher), invitation, facts};
    return room_do(person, &command, reply);
}

static void vouching_read(const struct person *person, struct reply_vouching *all)
{
    struct json *json = NULL;
    struct text reply;
    assert_int_equal(simple(person, COMMAND_VOUCHING, &reply), OK);
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_vouching_read(json, &room_arena, all), OK);
    json_close(json);
}

static enum result vouch_say(const struct person *person, int64_t ask, bool vouched)
{
    struct command command = {.kind = COMMAND_VOUCH_ANSWER};
    request_new(&command);
    command.vouch_answer = (struct command_vouch_answer){ask, vouched};
    return room_do(person, &command, NULL);
}

/* `person` asks and this pioneer vouches. */
static void vouched_by(const struct person *person, const struct person *voucher, const char *name)
{
    struct reply_vouching all;
    assert_int_equal(vouch_ask(person, name, TEXT(""), VOUCH_NAME, NULL), OK);
    vouching_read(voucher, &all);
    assert_true(all.asks_count > 0);
    assert_int_equal(vouch_say(voucher, all.asks[all.asks_count - 1].ask, true), OK);
}

static void two_colleagues_vouch_and_see_only_what_they_may(void **state UNUSED)
{
    struct person one, two, three, ada;
    struct reply_vouching all;
    setup();
    pioneer_make(&one, "Pioneer One", FROM + 10);
    pioneer_make(&two, "Second Pioneer", FROM + 11);
    person_apply_as(&three, "Bystander", FROM + 12);
    assert_int_equal(person_decide(&admin, three.id, true), OK);
    person_known(&ada, "Kestrel", FROM + 3);
    assert_int_equal(vouch_ask(&ada, "Pioneer One", TEXT(""), 0, NULL), INVALID);
    assert_int_equal(vouch_ask(&ada, "Pioneer One", TEXT("x"), VOUCH_NAME, NULL), INVALID);
    assert_int_equal(vouch_ask(&ada, "Pioneer One", TEXT(""), VOUCH_STATE | VOUCH_SCHOOL, NULL),
                     OK);
    vouching_read(&one, &all);
    assert_int_equal(all.asks_count, 1);
    assert_int_equal(all.asks[0].name.size, 0);
    assert_int_equal(all.asks[0].npi.size, 0);
    assert_int_equal(all.asks[0].place.size, 0);
    assert_true(text_is(all.asks[0].state, "MO"));
    assert_true(text_equal(all.asks[0].school, lists_school_of(FROM + 3)));
    int64_t ask = all.asks[0].ask;
    assert_int_equal(vouch_say(&two, ask, true), NOT_FOUND); /* another's ask */
    assert_int_equal(vouch_say(&one, ask, true), OK);
    assert_int_equal(vouch_say(&one, ask, true), CONFLICT);
    assert_int_equal(level_of(&ada), 2); /* one word is not enough */
    assert_int_equal(vouch_ask(&ada, "Pioneer One", TEXT(""), VOUCH_NAME, NULL), OK);
    vouching_read(&one, &all);
    assert_int_equal(all.asks_count, 0); /* the same colleague counts once */
    assert_int_equal(vouch_ask(&ada, "Bystander", TEXT(""), VOUCH_NAME, NULL), OK);
    vouching_read(&three, &all);
    assert_false(all.pioneer);
    assert_int_equal(all.asks_count, 0); /* not one who may */
    vouched_by(&ada, &two, "Second Pioneer");
    assert_int_equal(level_of(&ada), 3);
    teardown();
}

static void asking_does_not_tell_who_is_a_member(void **state UNUSED)
{
    struct person one, ada;
    struct text first, other;
    setup();
    pioneer_make(&one, "Pioneer One", FROM + 10);
    person_known(&ada, "Kestrel", FROM + 3);
    assert_int_equal(vouch_ask(&ada, "Pioneer One", TEXT(""), VOUCH_NAME, &first), OK);
    assert_int_equal(vouch_ask(&ada, "Nobody Here", TEXT(""), VOUCH_NAME, &other), OK);
    assert_true(text_equal(first, other));
    struct text before;
    assert_int_equal(simple(&ada, COMMAND_STANDING, &before), OK);
    assert_non_null(strstr(before.data, "\"vouches_open\":2"));
    for (int64_t i = 2; i < conf_int("vouch.asks"); i++)
        assert_int_equal(vouch_ask(&ada, "Nobody Here", TEXT(""), VOUCH_NAME, NULL), OK);
    assert_int_equal(vouch_ask(&ada, "Nobody Here", TEXT(""), VOUCH_NAME, NULL), TOO_OFTEN);
    teardown();
}

static void an_invitation_serves_once_and_counts_against_the_budget(void **state UNUSED)
{
    struct person one, ada, bea;
    struct reply_vouching all;
    setup();
    lists_conf("vouch.budget = 2\n");
    pioneer_make(&one, "Pioneer One", FROM + 10);
    person_known(&ada, "Kestrel", FROM + 3);
    person_known(&bea, "Larkspur", FROM + 4);
    assert_int_equal(simple(&one, COMMAND_INVITE, NULL), OK);
    assert_int_equal(simple(&one, COMMAND_INVITE, NULL), OK);
    assert_int_equal(simple(&one, COMMAND_INVITE, NULL), TOO_OFTEN);
    vouching_read(&one, &all);
    assert_int_equal(all.left, 0);
    assert_int_equal(all.invitations_count, 2);
    struct text code = all.invitations[0].code;
    assert_int_equal(vouch_ask(&ada, "", TEXT("ABCDE-FGHJK"), VOUCH_NAME, NULL), INVALID);
    assert_int_equal(vouch_ask(&ada, "", code, VOUCH_NAME, NULL), OK);
    assert_int_equal(vouch_ask(&bea, "", code, VOUCH_NAME, NULL), INVALID); /* used */
    vouching_read(&one, &all);
    assert_int_equal(all.asks_count, 1);
    assert_true(text_is(all.asks[0].name, "Canaryfirst Canarylast"));
    assert_int_equal(vouch_say(&one, all.asks[0].ask, true), OK);
    vouching_read(&one, &all);
    code = all.invitations[0].code;
    *the_clock += 31 * DAY_MS;
    person_sign_in(&bea, "Larkspur");
    assert_int_equal(vouch_ask(&bea, "", code, VOUCH_NAME, NULL), INVALID); /* too old */
    teardown();
}

static enum result branch_do(const struct person *by, enum command_kind kind, int64_t member,
                             struct text *reply)
{
    struct command command = {.kind = kind};
    request_new(&command);
    if (kind == COMMAND_BRANCH_WITHDRAW)
        command.branch_withdraw = (struct command_branch_withdraw){member, TEXT("Not a doctor.")};
    else
        command.member_restore = (struct command_member_restore){member, TEXT("A mistake.")};
    return room_do(by, &command, reply);
}

static void a_branch_is_withdrawn_as_a_whole_by_two_admins(void **state UNUSED)
{
    struct person root, other, child, grandchild, lettered;
    struct reply_letters letters;
    struct text reply;
    setup();
    pioneer_make(&root, "Root", FROM + 10);
    pioneer_make(&other, "Other", FROM + 11);
    person_known(&child, "Child", FROM + 20);
    vouched_by(&child, &root, "Root");
    vouched_by(&child, &other, "Other");
    assert_int_equal(pioneer_set(&admin, "Child", true), OK);
    person_known(&grandchild, "Grandchild", FROM + 21);
    vouched_by(&grandchild, &child, "Child");
    vouched_by(&grandchild, &other, "Other");
    person_known(&lettered, "Lettered", FROM + 22); /* vouched for once, came by letter */
    vouched_by(&lettered, &root, "Root");
    assert_int_equal(simple(&lettered, COMMAND_LETTER_ASK, NULL), OK);
    assert_int_equal(letters_read(&letters), 1);
    letter_done(letters.letters[0].code_id);
    assert_int_equal(code_say(&lettered, CODE_LETTER, letters.letters[0].code, &reply), OK);
    assert_int_equal(simple(&admin, COMMAND_VOUCH_TREE, &reply), OK);
    assert_non_null(strstr(reply.data, "\"branch\":3"));

    assert_int_equal(branch_do(&admin, COMMAND_BRANCH_WITHDRAW, root.id, &reply), OK);
    assert_int_equal(level_of(&root), 3); /* one admin alone changes nothing */
    assert_int_equal(branch_do(&admin, COMMAND_BRANCH_WITHDRAW, root.id, &reply), CONFLICT);
    assert_int_equal(branch_do(&second, COMMAND_BRANCH_WITHDRAW, root.id, &reply), OK);
    assert_int_equal(level_of(&root), 2);
    assert_int_equal(level_of(&child), 2);
    assert_int_equal(level_of(&grandchild), 2);
    assert_int_equal(level_of(&lettered), 3);
    assert_int_equal(level_of(&other), 3);
    struct command ask = ask_command("May I still ask this here");
    assert_int_equal(room_do(&grandchild, &ask, NULL), REFUSED);
    assert_int_equal(room_do(&lettered, &ask, NULL), OK);
    assert_int_equal(simple(&grandchild, COMMAND_STANDING, &reply), OK);
    assert_non_null(strstr(reply.data, "\"why\":\"withdrawn\""));
    assert_int_equal(simple(&root, COMMAND_INVITE, NULL), REFUSED);

    assert_int_equal(branch_do(&admin, COMMAND_MEMBER_RESTORE, child.id, &reply), OK);
    assert_int_equal(level_of(&child), 2);
    assert_int_equal(branch_do(&second, COMMAND_MEMBER_RESTORE, child.id, &reply), OK);
    assert_int_equal(level_of(&child), 3);
    assert_int_equal(branch_do(&second, COMMAND_MEMBER_RESTORE, other.id, &reply), CONFLICT);
    teardown();
}

/* The lists' word on somebody, as the recheck leaves it. */
static void listed_as(const struct person *person, int64_t was, int64_t level, const char *why)
{
    struct event event = {.kind = EVENT_MEMBER_LEVEL_SET};
    event.member_level_set = (struct event_member_level_set){
        .member = person->id, .level = level, .was = was, .why = text_of(why)};
    arena_reset(&room.arena, 0);
    assert_int_equal(batch_begin(&room), OK);
    assert_int_equal(clerk_record(&room, &event, NULL, 0), OK);
    assert_int_equal(batch_commit(&room), OK);
}

static void whom_the_lists_lowered_while_he_was_withdrawn_can_still_be_restored(void **state UNUSED)
{
    struct person root;
    struct text reply;
    setup();
    pioneer_make(&root, "Root", FROM + 10);
    assert_int_equal(branch_do(&admin, COMMAND_BRANCH_WITHDRAW, root.id, &reply), OK);
    assert_int_equal(branch_do(&second, COMMAND_BRANCH_WITHDRAW, root.id, &reply), OK);
    listed_as(&root, 2, 1, "lapsed");
    assert_int_equal(branch_do(&admin, COMMAND_MEMBER_RESTORE, root.id, &reply), CONFLICT);
    listed_as(&root, 1, 2, "restored"); /* back to where the lists took him */
    assert_int_equal(simple(&admin, COMMAND_VOUCH_TREE, &reply), OK);
    assert_non_null(strstr(reply.data, "\"pseudonym\":\"Root\""));
    assert_int_equal(branch_do(&admin, COMMAND_MEMBER_RESTORE, root.id, &reply), OK);
    assert_int_equal(branch_do(&second, COMMAND_MEMBER_RESTORE, root.id, &reply), OK);
    assert_int_equal(level_of(&root), 3);
    assert_int_equal(branch_do(&admin, COMMAND_MEMBER_RESTORE, root.id, &reply), CONFLICT);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_colleagues_vouch_and_see_only_what_they_may),
        cmocka_unit_test(asking_does_not_tell_who_is_a_member),
        cmocka_unit_test(an_invitation_serves_once_and_counts_against_the_budget),
        cmocka_unit_test(a_branch_is_withdrawn_as_a_whole_by_two_admins),
        cmocka_unit_test(whom_the_lists_lowered_while_he_was_withdrawn_can_still_be_restored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
