#pragma once
/* Public lists for tests of the door: Missouri physicians called Canaryfirst Canarylast, whose
 * licences and NPIs are those of join_command(name, number). Include after tests/unit/room.h. */
#include "board/roster/name.h"
#include "schema/roster.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LISTS_SCHOOLS = 60, LISTS_PLACES = 80, LISTS_YEAR = 1980, LISTS_YEARS = 36 };

/* The time of this process, which moves only when a test moves it. Before the first room_open. */
UNUSED static int64_t *lists_clock(int64_t at_ms)
{
    static int64_t *now;
    char path[] = "/tmp/curbside-clock.XXXXXX";
    if (now == NULL) {
        int fd = mkstemp(path);
        assert_true(fd >= 0 && ftruncate(fd, sizeof(*now)) == 0);
        now = mmap(NULL, sizeof(*now), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        assert_true(now != MAP_FAILED);
        (void)close(fd);
        *now = at_ms;
        (void)setenv("CURBSIDE_CLOCK", path, 1);
        clock_open();
        (void)unlink(path);
        (void)unsetenv("CURBSIDE_CLOCK");
    }
    *now = at_ms;
    return now;
}

/* Settings of this state folder, read again. */
UNUSED static void lists_conf(const char *lines)
{
    FILE *file = fopen(conf_path("curbside.conf"), "we");
    assert_non_null(file);
    assert_true(fputs(room_conf, file) >= 0 && fputs(lines, file) >= 0);
    assert_int_equal(fclose(file), 0);
    conf_open(arena_text(&room_arena, text_of(conf_state())).data);
}

/* What the lists say of this number. */
UNUSED static struct text lists_school_of(int64_t number)
{
    return arena_format(&room_arena, "School of Medicine %02lld",
                        (long long)(number * 7919 % 10007 % LISTS_SCHOOLS));
}
UNUSED static int64_t lists_year_of(int64_t number)
{
    return LISTS_YEAR + number * 31 % LISTS_YEARS;
}
UNUSED static struct text lists_place_of(int64_t number)
{
    int place = (int)(number * 17 % LISTS_PLACES);
    return arena_format(&room_arena, "%05d Town %d", 63000 + place, place);
}

UNUSED static void lists_row(struct db *db, int64_t number, const char *discipline)
{
    const struct text none = TEXT(""), first = TEXT("Canaryfirst"), last = TEXT("Canarylast");
    struct text licence = arena_format(&room_arena, "L%lld", (long long)number);
    int64_t npi = 0;
    int place = (int)(number * 17 % LISTS_PLACES);
    assert_true(text_int(npi_make(number), 0, INT64_MAX, &npi));
    assert_int_equal(roster_licence_add(db, TEXT("MO"), licence_key(&room_arena, licence),
                                        TEXT("MED"), 1, number, 1, licence, first, none, last, none,
                                        none, TEXT("active"), TEXT("2010-07-01"),
                                        TEXT("2090-01-31"), text_of(discipline), 0,
                                        lists_school_of(number), lists_year_of(number), none),
                     OK);
    assert_int_equal(
        roster_provider_add(
            db, npi, 1, number, 1, none, first, none, last, none, none, none, none,
            arena_format(&room_arena, "%lld Elm Street", (long long)number), TEXT("Suite 3"),
            arena_format(&room_arena, "Town %d", place), TEXT("MO"),
            arena_format(&room_arena, "%05d", 63000 + place), TEXT("US"),
            arena_format(&room_arena, "207R00000X\tMO\t%.*s\tY", (int)licence.size, licence.data),
            none),
        OK);
}

UNUSED static void lists_begin(struct db **db)
{
    assert_int_equal(db_open(db, &roster_store, conf_store("roster"), ROLE_OPERATOR, DB_FOLD, 0),
                     OK);
    assert_int_equal(db_begin(*db), OK);
}

UNUSED static void lists_end(struct db *db)
{
    static const char *const names[] = {"nppes", "board:MO", "leie"};
    for (size_t i = 0; i < 3; i++) {
        struct text name = text_of(names[i]);
        assert_int_equal(roster_list_begin(db, name), OK);
        assert_int_equal(roster_list_show(db, name, 1, 1, TEXT("test"), TEXT("2026-01-01"), 1), OK);
    }
    assert_int_equal(db_commit(db), OK);
    db_close(db);
}

UNUSED static void lists_make(int64_t from, int64_t count)
{
    struct db *db = NULL;
    lists_begin(&db);
    for (int64_t i = from; i < from + count; i++)
        lists_row(db, i, "");
    lists_end(db);
}

/* --- people at the door --- */

UNUSED static void person_apply_as(struct person *person, const char *name, int64_t number)
{
    struct command command = join_command(name, number);
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    person_sign_in(person, name);
}

UNUSED static enum result quiz_ask(const struct person *person, const char *network,
                                   struct reply_quiz *quiz, struct text *reply)
{
    struct command command = {.kind = COMMAND_QUIZ};
    struct json *json = NULL;
    request_new(&command);
    command.quiz.network = text_of(network);
    enum result result = room_do(person, &command, reply);
    if (result == OK && quiz != NULL) {
        assert_int_equal(json_read(text_bytes(*reply), &json), OK);
        assert_int_equal(reply_quiz_read(json, &room_arena, quiz), OK);
        json_close(json);
    }
    return result;
}

UNUSED static int64_t option_of(const struct record_quiz_question *question, struct text words)
{
    for (size_t i = 0; i < question->options_count; i++) {
        if (text_equal(question->options[i].words, words))
            return (int64_t)i;
    }
    return -1;
}

/* The right answers of somebody who has read the lists. */
UNUSED static struct text quiz_right(const struct reply_quiz *quiz, int64_t number)
{
    const struct text right[] = {
        lists_school_of(number),
        arena_format(&room_arena, "%lld", (long long)lists_year_of(number)),
        arena_format(&room_arena, "L%lld", (long long)number), lists_place_of(number)};
    struct buf out;
    buf_open(&out, &room_arena, 64);
    assert_int_equal(quiz->questions_count, 4);
    for (size_t i = 0; i < 4; i++)
        buf_format(&out, "%s%lld", i > 0 ? " " : "",
                   (long long)option_of(&quiz->questions[i], right[i]));
    return buf_done(&out);
}

UNUSED static enum result quiz_say(const struct person *person, const char *network,
                                   struct text answers, struct text *reply)
{
    struct command command = {.kind = COMMAND_QUIZ_ANSWER};
    request_new(&command);
    command.quiz_answer = (struct command_quiz_answer){answers, text_of(network)};
    return room_do(person, &command, reply);
}

UNUSED static bool quiz_passed(struct text reply)
{
    return strstr(reply.data, "\"passed\":true") != NULL;
}

UNUSED static int64_t level_of(const struct person *person)
{
    struct desk_member_get_row row;
    assert_int_equal(desk_member_get(room.desk, &room_arena, person->id, &row), OK);
    return row.level;
}

/* Applied, and through quiz and lists: level 2. */
UNUSED static void person_known(struct person *person, const char *name, int64_t number)
{
    struct reply_quiz quiz;
    struct text reply;
    person_apply_as(person, name, number);
    assert_int_equal(quiz_ask(person, "192.0.2.1", &quiz, &reply), OK);
    assert_int_equal(quiz_say(person, "192.0.2.1", quiz_right(&quiz, number), &reply), OK);
    assert_true(quiz_passed(reply));
    assert_int_equal(level_of(person), 2);
}
