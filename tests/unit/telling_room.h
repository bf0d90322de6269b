#pragma once
/* Three physicians who follow and are told of things, in the clerk and without a postman. */
#include "board/telling/percolate.h"
#include "board/telling/telling.h"
#include "core/json.h"
#include "schema/board.h"
#include "tests/unit/room.h"

#include "tests/unit/lists.h"

static struct person admin, kestrel, larkspur, tamarack;

static const char *settings = "second.physician = 0\nsecond.staff = 0\nposting.hold_first = "
                              "0\nposting.per_day = 1000\nsmtp.per_day = %s\n"
                              "session.idle_minutes = 1440\nsession.idle_minutes_staff = 1440\n";
static int64_t *now;

UNUSED static void days_pass(int64_t days)
{
    *now += days * DAY_MS;
    person_sign_in(&admin, "Switchboard");
    person_sign_in(&kestrel, "Kestrel");
    person_sign_in(&larkspur, "Larkspur");
    person_sign_in(&tamarack, "Tamarack");
}

UNUSED static void setup_with(const char *per_day)
{
    char words[400];
    now = lists_clock(INT64_C(1772442000000)); /* 2026-03-02, a Monday, 09:00 UTC */
    room_open();
    (void)snprintf(words, sizeof(words), settings, per_day);
    room_settings(words);
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
    person_make(&admin, &tamarack, "Tamarack");
}

UNUSED static void setup(void)
{
    setup_with("1");
}

UNUSED static void teardown(void)
{
    clerk_close(&room);
}

/* --- doing --- */

UNUSED static enum result edit(const struct person *person, int64_t posting, const char *body)
{
    struct command command = {.kind = COMMAND_POSTING_EDIT};
    request_new(&command);
    command.posting_edit = (struct command_posting_edit){
        .posting = posting, .title = TEXT(""), .body = text_of(body), .note = TEXT("")};
    return room_do(person, &command, NULL);
}

UNUSED static enum result comment(const struct person *person, int64_t posting, const char *body)
{
    struct command command = {.kind = COMMAND_COMMENT_ADD};
    request_new(&command);
    command.comment_add = (struct command_comment_add){posting, text_of(body)};
    return room_do(person, &command, NULL);
}

UNUSED static enum result specialties_choose(const struct person *person, const char *words)
{
    struct command command = {.kind = COMMAND_SPECIALTIES_CHOOSE};
    request_new(&command);
    command.specialties_choose = (struct command_specialties_choose){text_of(words), false};
    return room_do(person, &command, NULL);
}

UNUSED static enum result topic_follow(const struct person *person, const char *topic, bool follows)
{
    struct command command = {.kind = COMMAND_TOPIC_FOLLOW};
    command.topic_follow = (struct command_topic_follow){text_of(topic), follows};
    return room_do(person, &command, NULL);
}

UNUSED static enum result search_save(const struct person *person, const char *words, int64_t *id)
{
    struct command command = {.kind = COMMAND_SEARCH_SAVE};
    struct text reply;
    request_new(&command);
    command.search_save.words = text_of(words);
    enum result result = room_do(person, &command, &reply);
    if (result == OK && id != NULL)
        *id = created_id(reply);
    return result;
}

UNUSED static enum result search_drop(const struct person *person, int64_t id)
{
    struct command command = {.kind = COMMAND_SEARCH_DROP};
    command.search_drop.search = id;
    return room_do(person, &command, NULL);
}

UNUSED static enum result thread_follow(const struct person *person, int64_t question, bool follows)
{
    struct command command = {.kind = COMMAND_THREAD_FOLLOW};
    command.thread_follow = (struct command_thread_follow){question, follows};
    return room_do(person, &command, NULL);
}

UNUSED static enum result telling_set(const struct person *person, int64_t kind, const char *topic,
                                      int64_t search, int64_t how)
{
    struct command command = {.kind = COMMAND_TELLING_SET};
    command.telling_set = (struct command_telling_set){kind, text_of(topic), search, how};
    return room_do(person, &command, NULL);
}

UNUSED static struct reply_following following(const struct person *person)
{
    struct command command = {.kind = COMMAND_FOLLOWING};
    struct reply_following all;
    struct json *json = NULL;
    struct text reply;
    assert_int_equal(room_do(person, &command, &reply), OK);
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_following_read(json, &room_arena, &all), OK);
    json_close(json);
    return all;
}

UNUSED static void seen(const struct person *person, int64_t seq)
{
    struct command command = {.kind = COMMAND_NOTICES_SEEN};
    command.notices_seen.upto = seq * NOTICES_PER_EVENT + NOTICES_PER_EVENT - 1;
    assert_int_equal(room_do(person, &command, NULL), OK);
}

UNUSED static void digests(void)
{
    struct reply_digests reply = {.more = true};
    for (int i = 0; i < 1000 && reply.more; i++) {
        struct command command = {.kind = COMMAND_DIGESTS_DUE};
        struct json *json = NULL;
        struct text text;
        assert_int_equal(room_do(NULL, &command, &text), OK);
        assert_int_equal(json_read(text_bytes(text), &json), OK);
        assert_int_equal(reply_digests_read(json, &room_arena, &reply), OK);
        json_close(json);
    }
    assert_false(reply.more);
}

/* What the postman would be given, and all of it sent. */
UNUSED static struct reply_mails mails(void)
{
    struct command command = {.kind = COMMAND_MAIL_DUE};
    struct reply_mails reply;
    struct json *json = NULL;
    struct text text;
    digests();
    command.mail_due.after = 0;
    assert_int_equal(room_do(NULL, &command, &text), OK);
    assert_int_equal(json_read(text_bytes(text), &json), OK);
    assert_int_equal(reply_mails_read(json, &room_arena, &reply), OK);
    json_close(json);
    for (size_t i = 0; i < reply.mails_count; i++) {
        struct command done = {.kind = COMMAND_MAIL_DONE};
        done.mail_done.mail = reply.mails[i].id;
        assert_int_equal(room_do(NULL, &done, NULL), OK);
    }
    return reply;
}

UNUSED static bool has(struct text text, const char *words)
{
    return strstr(arena_text(&room_arena, text).data, words) != NULL;
}

UNUSED static int64_t ask_about(const struct person *person, const char *title, const char *topics)
{
    struct command command = ask_command(title);
    struct text reply;
    command.ask.topics = text_of(topics);
    assert_int_equal(room_do(person, &command, &reply), OK);
    return created_id(reply);
}

UNUSED static int64_t seek(const struct person *person, const char *title, const char *topics)
{
    struct command command = ask_command(title);
    struct text reply;
    command.ask.topics = text_of(topics);
    command.ask.has_seek = true;
    command.ask.seek = true;
    assert_int_equal(room_do(person, &command, &reply), OK);
    return created_id(reply);
}

UNUSED static int64_t unread(const struct person *person)
{
    struct board_member_unread_row row;
    assert_int_equal(board_member_unread(room.board, &room_arena, person->id, &row), OK);
    return row.unread;
}
