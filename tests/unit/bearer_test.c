/* Personal tokens at the clerk: what each opens, what none opens, and how one ends. */
#include "core/token.h"
#include "tests/unit/room.h"

#include "tests/unit/lists.h"

static struct person gate, alder, birch;
static int64_t question;
static int64_t *now;

static int open_all(void **state UNUSED)
{
    now = lists_clock(clock_from_date(2026, 3, 2));
    room_open();
    staff_make(&gate, "Gatekeeper", BOARD_ADMIN);
    person_make(&gate, &alder, "Alder");
    person_make(&gate, &birch, "Birch");
    question = person_ask(&birch, "Who has seen this on dialysis?");
    return 0;
}

static int close_all(void **state UNUSED)
{
    clerk_close(&room);
    return 0;
}

static struct command make_command(int64_t scopes, int64_t days)
{
    struct command command = {.kind = COMMAND_TOKEN_MAKE};
    request_new(&command);
    command.token_make =
        (struct command_token_make){TEXT("Quetzal notes"), scopes, days, TEXT("password 123")};
    return command;
}

static struct text token_in(struct text reply)
{
    struct json *json = NULL;
    struct reply_token_made made = {0};
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_token_made_read(json, &room_arena, &made), OK);
    json_close(json);
    return made.token;
}

static struct text token_make(const struct person *person, int64_t scopes, int64_t days)
{
    struct command command = make_command(scopes, days);
    struct text reply;
    assert_int_equal(room_do(person, &command, &reply), OK);
    return token_in(reply);
}

/* As a program sends it: no form. */
static enum result token_do(struct text token, struct command *command)
{
    static const struct hash_done good = {.good = 1, .hash = "not a real hash"};
    struct job job = {.readable = true, .hash = &good};
    arena_reset(&room.arena, 0);
    command->token = token;
    command->form = TEXT("");
    job.command = *command;
    batch_run(&room, &job, 1);
    return job.result;
}

static enum result token_vote(struct text token, int64_t posting, int64_t stance)
{
    struct command command = {.kind = COMMAND_VOTE};
    request_new(&command);
    command.vote = (struct command_vote){posting, stance, 0};
    return token_do(token, &command);
}

static enum result token_answer(struct text token)
{
    struct command command = {.kind = COMMAND_ANSWER};
    request_new(&command);
    command.answer = (struct command_answer){question, TEXT("Start low and go slow.")};
    return token_do(token, &command);
}

static void a_token_does_what_its_scopes_name(void **state UNUSED)
{
    struct text reads = token_make(&alder, SCOPE_READ, 30);
    struct text votes = token_make(&alder, SCOPE_VOTE, 30);
    struct text answers = token_make(&alder, SCOPE_ANSWER | SCOPE_ASK, 30);
    struct command ask = ask_command("What do you do about this in practice?");
    assert_int_equal(token_vote(reads, question, STANCE_CORROBORATE), REFUSED);
    assert_int_equal(token_vote(answers, question, STANCE_CORROBORATE), REFUSED);
    assert_int_equal(token_vote(votes, question, STANCE_CORROBORATE), OK);
    assert_int_equal(token_answer(votes), REFUSED);
    assert_int_equal(token_answer(answers), OK);
    assert_int_equal(token_do(votes, &ask), REFUSED);
    assert_int_equal(token_do(answers, &ask), OK);
}

/* Every command the clerk knows but those that stand in the table of core/token.c. */
static void no_token_opens_an_account_the_door_or_the_desk(void **state UNUSED)
{
    struct text all = token_make(&alder, SCOPE_ALL, 30);
    int opened = 0;
    for (int kind = 1; command_row_find((enum command_kind)kind) != NULL || kind < 200; kind++) {
        const struct command_row *row = command_row_find((enum command_kind)kind);
        const char *action = row == NULL ? NULL : session_action(row->kind);
        bool theirs = action != NULL && token_form_scopes(action) != 0;
        theirs = theirs || kind == COMMAND_SESSION_TOUCH || kind == COMMAND_FOLLOWING;
        if (row == NULL || row->who == BY_ANYONE || theirs)
            continue;
        struct command command = {.kind = row->kind};
        if (token_do(all, &command) == OK)
            opened++;
    }
    assert_int_equal(opened, 0);
    assert_int_equal(token_vote(all, question, STANCE_DISPUTE), OK); /* control */
}

/* As an app that was added does. */
static void second_set(int64_t member, int64_t second)
{
    struct event event = {.kind = EVENT_FACTOR_ADDED};
    event.factor_added = (struct event_factor_added){
        .member = member, .kind = 1, .second = second, .box = bytes_of("box", 3)};
    seal_random(event.factor_added.request, ID_SIZE);
    arena_reset(&room.arena, 0);
    assert_int_equal(batch_begin(&room), OK);
    assert_int_equal(clerk_record(&room, &event, NULL, 0), OK);
    assert_int_equal(batch_commit(&room), OK);
}

static void a_token_takes_a_second_step_of_who_has_one(void **state UNUSED)
{
    struct person cedar = {0};
    struct text token;
    person_make(&gate, &cedar, "Cedar");
    *now += 16 * MINUTE_MS;
    token = token_make(&cedar, SCOPE_READ, 30); /* control: the password is all he has */
    assert_int_equal(token.size, TOKEN_TEXT_SIZE);
    second_set(cedar.id, SECOND_TOTP);
    struct command command = make_command(SCOPE_READ, 30);
    assert_int_equal(room_do(&cedar, &command, NULL), REFUSED);
    *now -= 2 * MINUTE_MS;
    command = make_command(SCOPE_READ, 30);
    assert_int_equal(room_do(&cedar, &command, NULL), OK);
}

static void a_token_is_told_once_and_is_kept_nowhere(void **state UNUSED)
{
    struct command command = make_command(SCOPE_READ, 30);
    struct text first, second;
    struct desk_tokens_of_row *rows;
    struct bytes plain;
    uint8_t token[TOKEN_SIZE], digest[DIGEST_SIZE], session[DIGEST_SIZE];
    size_t count = 0;
    assert_int_equal(room_do(&alder, &command, &first), OK);
    assert_int_equal(room_do(&alder, &command, &second), OK);
    assert_int_equal(token_in(first).size, TOKEN_TEXT_SIZE);
    assert_int_equal(token_in(second).size, 0);
    assert_true(token_read(token_in(first), token));
    token_digest(digest, token);
    session_digest(session, token);
    assert_memory_not_equal(digest, session, DIGEST_SIZE);
    assert_int_equal(desk_tokens_of(room.desk, &room_arena, alder.id, 20, &rows, &count), OK);
    assert_true(count > 0);
    assert_null(memmem(rows[0].box.data, rows[0].box.size, "Quetzal", 7));
    uint8_t key[KEY_SIZE];
    assert_int_equal(keyring_member_key(&room.keys, &room_arena, alder.id, key), OK);
    assert_int_equal(seal_unbox(&room_arena, key, rows[0].box, &plain), OK);
    assert_int_equal(plain.size, strlen("Quetzal notes"));
}

static void a_token_opens_its_members_own_rows(void **state UNUSED)
{
    struct text text = token_make(&alder, SCOPE_READ, 30);
    struct board_token_find_row row;
    struct db *db = NULL;
    uint8_t token[TOKEN_SIZE], digest[DIGEST_SIZE], key[KEY_SIZE], want[KEY_SIZE];
    assert_true(token_read(text, token));
    token_digest(digest, token);
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    assert_int_equal(board_token_find(db, &room_arena, bytes_of(digest, DIGEST_SIZE), &row), OK);
    db_close(db);
    assert_int_equal(session_view_unbox(&room_arena, token, row.view_box, key), OK);
    assert_int_equal(keyring_view_key(&room.keys, &room_arena, alder.id, want), OK);
    assert_memory_equal(key, want, KEY_SIZE);
    token[0] ^= 1; /* control */
    assert_int_not_equal(session_view_unbox(&room_arena, token, row.view_box, key), OK);
}

static void a_token_ends_by_its_owner_its_day_or_a_new_password(void **state UNUSED)
{
    struct text ended, other;
    struct desk_tokens_of_row *rows;
    size_t count = 0;
    struct command command = {.kind = COMMAND_TOKEN_END};
    person_sign_in(&alder, "Alder"); /* time has moved on */
    person_sign_in(&birch, "Birch");
    ended = token_make(&alder, SCOPE_VOTE, 30);
    other = token_make(&alder, SCOPE_VOTE, 2);
    assert_int_equal(desk_tokens_of(room.desk, &room_arena, alder.id, 20, &rows, &count), OK);
    command.token_end.id = rows[1].id;
    assert_int_equal(room_do(&birch, &command, NULL), NOT_FOUND);
    assert_int_equal(token_vote(ended, question, STANCE_CORROBORATE), OK);
    assert_int_equal(room_do(&alder, &command, NULL), OK);
    assert_int_equal(token_vote(ended, question, STANCE_DISPUTE), STALE);
    assert_int_equal(token_vote(other, question, STANCE_DISPUTE), OK);
    *now += 2 * DAY_MS;
    assert_int_equal(token_vote(other, question, STANCE_CORROBORATE), STALE);
    person_sign_in(&alder, "Alder");
    struct text last = token_make(&alder, SCOPE_VOTE, 30);
    assert_int_equal(token_vote(last, question, STANCE_CORROBORATE), OK);
    struct command change = {.kind = COMMAND_PASSWORD_CHANGE};
    request_new(&change);
    change.password_change =
        (struct command_password_change){TEXT("password 123"), TEXT("seven quiet corridors")};
    assert_int_equal(room_do(&alder, &change, NULL), OK);
    assert_int_equal(token_vote(last, question, STANCE_DISPUTE), STALE);
}

static void of_its_use_the_day_is_kept_and_once(void **state UNUSED)
{
    struct text text = token_make(&birch, SCOPE_READ, 30);
    struct command touch = {.kind = COMMAND_SESSION_TOUCH};
    struct desk_tokens_of_row *rows;
    size_t count = 0;
    assert_int_equal(token_do(text, &touch), OK);
    int64_t head = room.head;
    assert_int_equal(token_do(text, &touch), OK);
    assert_int_equal(room.head, head);
    assert_int_equal(desk_tokens_of(room.desk, &room_arena, birch.id, 20, &rows, &count), OK);
    assert_int_equal(rows[0].used_ms % DAY_MS, 0);
    assert_true(rows[0].used_ms > 0);
    *now += DAY_MS;
    assert_int_equal(token_do(text, &touch), OK);
    assert_true(room.head > head);
}

static void texts_that_are_no_token_are_read_as_none(void **state UNUSED)
{
    static const char *const bad[] = {"", "cbs_", "cbs_AAAA", "cbs-", "CBS_x", alder.token_text};
    uint8_t token[TOKEN_SIZE];
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(token_read(text_of(bad[i]), token));
    assert_int_equal(token_vote(TEXT("cbs_AAAA"), question, 1), STALE);
    struct text good = token_make(&birch, SCOPE_READ, 30); /* control */
    assert_true(token_read(good, token));
    /* A token's bytes are no session. */
    assert_int_equal(token_vote((struct text){good.data + TOKEN_PREFIX_SIZE, 43}, question, 1),
                     STALE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_does_what_its_scopes_name),
        cmocka_unit_test(no_token_opens_an_account_the_door_or_the_desk),
        cmocka_unit_test(a_token_takes_a_second_step_of_who_has_one),
        cmocka_unit_test(a_token_is_told_once_and_is_kept_nowhere),
        cmocka_unit_test(a_token_opens_its_members_own_rows),
        cmocka_unit_test(texts_that_are_no_token_are_read_as_none),
        cmocka_unit_test(of_its_use_the_day_is_kept_and_once),
        cmocka_unit_test(a_token_ends_by_its_owner_its_day_or_a_new_password),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
