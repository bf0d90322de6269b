#pragma once
/* What admins and readers see of moderation, for tests. */
#include "tests/unit/room.h"

static struct reply_moderation_queue queue_of(const struct person *person)
{
    struct command command = {.kind = COMMAND_MODERATION_QUEUE};
    struct reply_moderation_queue queue = {0};
    struct json *json = NULL;
    struct text reply;
    assert_int_equal(room_do(person, &command, &reply), OK);
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_moderation_queue_read(json, &room_arena, &queue), OK);
    json_close(json);
    return queue;
}

static struct db *reader(void)
{
    struct db *db = NULL;
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    return db;
}
