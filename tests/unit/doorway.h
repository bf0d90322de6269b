#pragma once
/* What tests of the way in share: two admins, public lists, a clock that stands, and codes by
 * letter. */
#include "tests/unit/room.h"

#include "board/door/door.h"
#include "tests/unit/lists.h"

enum { FROM = 1000, LISTED = 80 };
static struct person admin, second;
static int64_t *the_clock;

UNUSED static void setup(void)
{
    the_clock = lists_clock(clock_from_date(2026, 3, 2));
    room_open();
    lists_make(FROM, LISTED);
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    staff_make(&second, "Fennimore", BOARD_ADMIN);
}

UNUSED static void teardown(void)
{
    clerk_close(&room);
}

UNUSED static enum result simple(const struct person *person, enum command_kind kind,
                                 struct text *reply)
{
    struct command command = {.kind = kind};
    request_new(&command);
    return room_do(person, &command, reply);
}

UNUSED static enum result code_say(const struct person *person, int64_t kind, struct text code,
                                   struct text *reply)
{
    struct command command = {.kind = COMMAND_CODE_ENTER};
    request_new(&command);
    command.code_enter = (struct command_code_enter){kind, code};
    return room_do(person, &command, reply);
}

UNUSED static size_t letters_read(struct reply_letters *letters)
{
    struct command command = {.kind = COMMAND_LETTERS_DUE};
    struct json *json = NULL;
    struct text reply;
    request_new(&command);
    assert_int_equal(room_do(NULL, &command, &reply), OK);
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_letters_read(json, &room_arena, letters), OK);
    json_close(json);
    return letters->letters_count;
}

UNUSED static void letter_done(int64_t code)
{
    struct command command = {.kind = COMMAND_LETTER_DONE};
    request_new(&command);
    command.letter_done.code = code;
    assert_int_equal(room_do(NULL, &command, NULL), OK);
}
