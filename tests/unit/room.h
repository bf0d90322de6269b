#pragma once
/* A clerk without sockets and children, for tests: commands go straight into batches. Time moves
 * only when a test moves it. */
#include "board/clerk/clerk.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/session.h"
#include "schema/board.h"
#include "schema/desk.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct person {
    int64_t id;
    uint8_t token[TOKEN_SIZE];
    char token_text[SESSION_TOKEN_TEXT + 1];
};

static struct clerk room;
static struct arena room_arena;
static int64_t room_requests;

/* Second factors and first postings are other tests' business. */
static const char *room_conf = "second.physician = 0\nsecond.staff = 0\nposting.hold_first = 0\n";

UNUSED static void room_settings(const char *settings)
{
    FILE *const file = fopen(conf_path("curbside.conf"), "w");
    assert_non_null(file);
    assert_true(fputs(settings, file) >= 0);
    assert_int_equal(fclose(file), 0);
    conf_open(conf_state());
}

UNUSED static void room_begin(void)
{
    memset(&room, 0, sizeof(room));
    assert_int_equal(clerk_open(&room), OK);
    assert_int_equal(clerk_catch_up(&room, NULL), OK);
    assert_int_equal(keyring_sweep(&room.keys, room.desk, &room.scratch), OK);
}

UNUSED static void room_open(void)
{
    (void)scratch_open();
    room_settings(room_conf);
    if (room_arena.block == NULL)
        arena_open(&room_arena, 64 << 20);
    arena_reset(&room_arena, 0);
    room_begin();
}

UNUSED static void room_again(void)
{
    clerk_close(&room);
    room_begin();
}

UNUSED static void request_new(struct command *command)
{
    room_requests++;
    memset(command->request, 0, ID_SIZE);
    memcpy(command->request, &room_requests, sizeof(room_requests));
}

/* Run one command as this person (NULL: nobody, of the clerk's own user); with the form token its
 * page would have sent. */
UNUSED static enum result room_do(const struct person *person, struct command *command,
                                  struct text *reply)
{
    static const struct hash_done good = {.good = 1, .hash = "not a real hash"};
    const char *action = session_action(command->kind);
    arena_reset(&room.arena, 0);
    struct job job = {.operator_ = person == NULL, .readable = true, .hash = &good};
    command->token = person == NULL ? TEXT("") : text_of(person->token_text);
    command->form = TEXT("");
    if (person != NULL && action != NULL)
        command->form = session_form(&room.arena, person->token, action);
    job.command = *command;
    batch_run(&room, &job, 1);
    if (reply != NULL)
        *reply = arena_text(&room_arena, job.reply);
    return job.result;
}

UNUSED static int64_t created_id(struct text reply)
{
    struct json *json = NULL;
    struct reply_created created = {0};
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_created_read(json, &room_arena, &created), OK);
    json_close(json);
    return created.id;
}

UNUSED static void person_sign_in(struct person *person, const char *name)
{
    struct command command = {.kind = COMMAND_SIGN_IN};
    struct reply_signed_in in;
    struct json *json = NULL;
    struct text reply;
    command.sign_in = (struct command_sign_in){text_of(name), TEXT("password 123"), NO_TEXT};
    assert_int_equal(room_do(NULL, &command, &reply), OK);
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_signed_in_read(json, &room_arena, &in), OK);
    json_close(json);
    assert_true(session_token_read(in.token, person->token));
    (void)snprintf(person->token_text, sizeof(person->token_text), "%.*s", (int)in.token.size,
                   in.token.data);
    person->id = in.member;
}

UNUSED static void staff_make(struct person *person, const char *name, int64_t role)
{
    struct command command = {.kind = COMMAND_STAFF_ADD};
    request_new(&command);
    command.staff_add = (struct command_staff_add){.pseudonym = text_of(name),
                                                   .password = TEXT("password 123"),
                                                   .role = role,
                                                   .organisation = TEXT("House"),
                                                   .email = TEXT("")};
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    person_sign_in(person, name);
}

/* A number with a right check digit. */
UNUSED static struct text npi_make(int64_t number)
{
    for (int digit = 0; digit < 10; digit++) {
        struct text npi = arena_format(&room_arena, "2%08lld%d", (long long)number, digit);
        if (npi_valid(npi))
            return npi;
    }
    return NO_TEXT;
}

UNUSED static struct command join_command(const char *name, int64_t number)
{
    struct command command = {.kind = COMMAND_JOIN};
    request_new(&command);
    command.join =
        (struct command_join){.pseudonym = text_of(name),
                              .password = TEXT("password 123"),
                              .email = TEXT("someone@example.org"),
                              .first_name = TEXT("Canaryfirst"),
                              .last_name = TEXT("Canarylast"),
                              .npi = npi_make(number),
                              .licence = arena_format(&room_arena, "L%lld", (long long)number),
                              .state = TEXT("MO"),
                              .specialty = TEXT("cardiology"),
                              .show_specialty = true};
    return command;
}

UNUSED static void person_apply(struct person *person, const char *name)
{
    struct command command = join_command(name, room_requests + 1);
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    person_sign_in(person, name);
}

UNUSED static enum result person_decide(const struct person *admin, int64_t member, bool accepted)
{
    struct command command = {.kind = COMMAND_MEMBER_DECIDE};
    request_new(&command);
    command.member_decide =
        (struct command_member_decide){member, accepted, TEXT("as listed"), NO_TEXT};
    return room_do(admin, &command, NULL);
}

UNUSED static void person_make(const struct person *admin, struct person *person, const char *name)
{
    person_apply(person, name);
    assert_int_equal(person_decide(admin, person->id, true), OK);
}

UNUSED static struct command ask_command(const char *title)
{
    struct command command = {.kind = COMMAND_ASK};
    request_new(&command);
    command.ask = (struct command_ask){.kind = POSTING_QUESTION,
                                       .title = text_of(title),
                                       .body = TEXT("A man in his **seventies** fainted twice."),
                                       .topics = TEXT("syncope cardiology")};
    return command;
}

UNUSED static int64_t person_ask(const struct person *person, const char *title)
{
    struct command command = ask_command(title);
    struct text reply;
    assert_int_equal(room_do(person, &command, &reply), OK);
    return created_id(reply);
}

UNUSED static int64_t person_answer(const struct person *person, int64_t question, const char *body)
{
    struct command command = {.kind = COMMAND_ANSWER};
    struct text reply;
    request_new(&command);
    command.answer = (struct command_answer){question, text_of(body)};
    assert_int_equal(room_do(person, &command, &reply), OK);
    return created_id(reply);
}

UNUSED static enum result person_vote(const struct person *person, int64_t posting, int64_t stance,
                                      int64_t patients)
{
    struct command command = {.kind = COMMAND_VOTE};
    request_new(&command);
    command.vote = (struct command_vote){posting, stance, patients};
    return room_do(person, &command, NULL);
}

UNUSED static enum result person_simple(const struct person *person, enum command_kind kind)
{
    struct command command = {.kind = kind};
    return room_do(person, &command, NULL);
}
