/* From the quiz to the open door: by letter, by institutional mail, by what admins decide. */
#include "tests/unit/doorway.h"

static void a_code_from_a_letter_opens_the_door_and_seals_who_it_is(void **state UNUSED)
{
    struct person ada;
    struct reply_letters letters, again;
    struct application application;
    struct text reply;
    int64_t at_ms = 0;
    setup();
    person_known(&ada, "Kestrel", FROM + 3);
    struct command ask = ask_command("May I ask this here");
    assert_int_equal(room_do(&ada, &ask, NULL), REFUSED); /* level 2 opens nothing */
    assert_int_equal(code_say(&ada, CODE_LETTER, TEXT("AAAAA-AAAAA"), &reply), CONFLICT);
    assert_int_equal(simple(&ada, COMMAND_LETTER_ASK, NULL), OK);
    assert_int_equal(letters_read(&letters), 1);
    const struct record_letter *letter = &letters.letters[0];
    assert_true(text_is(letter->street, "1003 Elm Street"));
    assert_true(text_is(letter->name, "Canaryfirst Canarylast"));
    assert_int_equal(letters_read(&again), 1); /* a batch that broke off prints the same again */
    assert_true(text_equal(again.letters[0].code, letter->code));
    letter_done(letter->code_id);
    assert_int_equal(letters_read(&again), 0);
    char typed[CODE_SIZE + 1]; /* as people type */
    for (size_t i = 0, at = 0; i < letter->code.size; i++) {
        char c = letter->code.data[i];
        if (c != '-')
            typed[at++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    assert_int_equal(code_say(&ada, CODE_LETTER, (struct text){typed, CODE_SIZE}, &reply), OK);
    assert_int_equal(level_of(&ada), 3);
    assert_int_equal(keyring_application_get(&room.keys, &room_arena, ada.id, &application, &at_ms),
                     NOT_FOUND);
    assert_int_equal(room_do(&ada, &ask, NULL), OK);
    teardown();
}

static void wrong_codes_void_the_right_one(void **state UNUSED)
{
    struct person ada;
    struct reply_letters letters;
    struct text reply;
    setup();
    person_known(&ada, "Kestrel", FROM + 3);
    assert_int_equal(simple(&ada, COMMAND_LETTER_ASK, NULL), OK);
    assert_int_equal(letters_read(&letters), 1);
    letter_done(letters.letters[0].code_id);
    for (int64_t i = 0; i < conf_int("code.misses"); i++)
        assert_int_equal(code_say(&ada, CODE_LETTER, TEXT("00000-00000"), &reply), OK);
    assert_int_equal(code_say(&ada, CODE_LETTER, letters.letters[0].code, &reply), CONFLICT);
    assert_int_equal(level_of(&ada), 2);
    assert_int_equal(simple(&ada, COMMAND_LETTER_ASK, NULL), TOO_OFTEN); /* wait some days */
    *the_clock += 15 * DAY_MS;
    person_sign_in(&ada, "Kestrel");
    assert_int_equal(simple(&ada, COMMAND_LETTER_ASK, NULL), OK);
    assert_int_equal(letters_read(&letters), 1);
    letter_done(letters.letters[0].code_id);
    assert_int_equal(code_say(&ada, CODE_LETTER, letters.letters[0].code, &reply), OK);
    assert_int_equal(level_of(&ada), 3);
    teardown();
}

static void a_code_by_letter_is_good_for_sixty_days(void **state UNUSED)
{
    struct person ada, late;
    struct reply_letters letters;
    struct text reply;
    setup();
    person_known(&ada, "Kestrel", FROM + 3);
    person_known(&late, "Larkspur", FROM + 4);
    assert_int_equal(simple(&ada, COMMAND_LETTER_ASK, NULL), OK);
    assert_int_equal(simple(&late, COMMAND_LETTER_ASK, NULL), OK);
    assert_int_equal(letters_read(&letters), 2);
    for (size_t i = 0; i < 2; i++)
        letter_done(letters.letters[i].code_id);
    *the_clock += 59 * DAY_MS;
    person_sign_in(&ada, "Kestrel");
    assert_int_equal(code_say(&ada, CODE_LETTER, letters.letters[1].code, &reply), OK);
    assert_int_equal(level_of(&ada), 2); /* somebody else's code is none */
    assert_int_equal(code_say(&ada, CODE_LETTER, letters.letters[0].code, &reply), OK);
    assert_int_equal(level_of(&ada), 3);
    *the_clock += 2 * DAY_MS;
    person_sign_in(&late, "Larkspur");
    assert_int_equal(code_say(&late, CODE_LETTER, letters.letters[1].code, &reply), CONFLICT);
    assert_int_equal(level_of(&late), 2);
    teardown();
}

static bool file_has(const char *path, struct text needle)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(size + 1);
    assert_non_null(bytes);
    size = fread(bytes, 1, size, file);
    (void)fclose(file);
    bool found = memmem(bytes, size, needle.data, needle.size) != NULL;
    free(bytes);
    return found;
}

static bool stores_have(struct text needle)
{
    static const char *const stores[] = {"journal", "board", "desk", "identity"};
    bool found = false;
    for (size_t i = 0; i < 4; i++) {
        const char *path = conf_store(stores[i]);
        found = found || file_has(path, needle) ||
                file_has(arena_format(&room_arena, "%s-wal", path).data, needle);
    }
    return found;
}

static void no_store_holds_a_code_or_an_address(void **state UNUSED)
{
    struct person ada;
    struct reply_letters letters;
    struct command command = {.kind = COMMAND_MAIL_ASK};
    struct command list = {.kind = COMMAND_DOMAIN_SET};
    setup();
    person_known(&ada, "Kestrel", FROM + 3);
    request_new(&list);
    list.domain_set = (struct command_domain_set){TEXT("hospital.example"), true, TEXT("Seen.")};
    assert_int_equal(room_do(&admin, &list, NULL), OK);
    assert_int_equal(simple(&ada, COMMAND_LETTER_ASK, NULL), OK);
    assert_int_equal(letters_read(&letters), 1);
    request_new(&command);
    command.mail_ask.address = TEXT("canary.address@ward.hospital.example");
    assert_int_equal(room_do(&ada, &command, NULL), OK);
    assert_false(stores_have(letters.letters[0].code));
    assert_false(stores_have(TEXT("canary.address")));
    assert_true(stores_have(TEXT("hospital.example"))); /* control: what is there is found */
    teardown();
}

static struct text mail_find(const char *address)
{
    struct command command = {.kind = COMMAND_MAIL_DUE};
    struct json *json = NULL;
    struct reply_mails mails;
    struct text reply, found = NO_TEXT;
    assert_int_equal(room_do(NULL, &command, &reply), OK);
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_mails_read(json, &room_arena, &mails), OK);
    json_close(json);
    for (size_t i = 0; i < mails.mails_count; i++) {
        if (text_is(mails.mails[i].to, address))
            found = arena_text(&room_arena, mails.mails[i].body);
    }
    return found;
}

static enum result mail_ask(const struct person *person, const char *address)
{
    struct command command = {.kind = COMMAND_MAIL_ASK};
    request_new(&command);
    command.mail_ask.address = text_of(address);
    return room_do(person, &command, NULL);
}

static enum result domain_set(const struct person *by, const char *domain, bool listed)
{
    struct command command = {.kind = COMMAND_DOMAIN_SET};
    request_new(&command);
    command.domain_set = (struct command_domain_set){text_of(domain), listed, TEXT("Staff only.")};
    return room_do(by, &command, NULL);
}

static void a_code_mailed_to_a_listed_institution_opens_the_door(void **state UNUSED)
{
    static const char *const others[] = {"a@evilhospital.example",
                                         "a@hospital.example.evil.example",
                                         "a@example",
                                         "a@hospital.example@evil.example",
                                         "a@evil.example,b@hospital.example",
                                         "@hospital.example"};
    struct person ada;
    struct text reply;
    setup();
    assert_int_equal(domain_set(&admin, "hospital.example", true), OK);
    static const char *const bad[] = {"example", ".example", "a..b", "Hospital.example", "a b.c"};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(domain_set(&admin, bad[i], true), INVALID);
    person_known(&ada, "Kestrel", FROM + 3);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(mail_ask(&ada, others[i]), INVALID);
    assert_int_equal(mail_ask(&ada, "ada@Ward.Hospital.Example"), OK);
    struct text body = mail_find("ada@Ward.Hospital.Example");
    assert_non_null(body.data);
    const char *code = strstr(body.data, "code is ");
    assert_non_null(code);
    *the_clock += 61 * MINUTE_MS;
    person_sign_in(&ada, "Kestrel");
    assert_int_equal(code_say(&ada, CODE_MAIL, (struct text){code + 8, 11}, &reply), CONFLICT);
    assert_int_equal(mail_ask(&ada, "ada@ward.hospital.example"), OK);
    body = mail_find("ada@ward.hospital.example");
    code = strstr(body.data, "code is ");
    assert_int_equal(code_say(&ada, CODE_MAIL, (struct text){code + 8, 11}, &reply), OK);
    assert_int_equal(level_of(&ada), 3);
    teardown();
}

static void at_most_three_codes_are_mailed_in_a_day(void **state UNUSED)
{
    struct person ada;
    setup();
    assert_int_equal(domain_set(&admin, "hospital.example", true), OK);
    person_known(&ada, "Kestrel", FROM + 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(mail_ask(&ada, "ada@hospital.example"), OK);
    assert_int_equal(mail_ask(&ada, "ada@hospital.example"), TOO_OFTEN);
    assert_int_equal(domain_set(&second, "hospital.example", false), OK);
    *the_clock += 25 * HOUR_MS;
    person_sign_in(&ada, "Kestrel");
    assert_int_equal(mail_ask(&ada, "ada@hospital.example"), INVALID); /* taken off the list */
    teardown();
}

/* --- admins --- */

static enum result decide(const struct person *by, int64_t member, bool accepted,
                          const char *preset, struct text *reply)
{
    struct command command = {.kind = COMMAND_MEMBER_DECIDE};
    request_new(&command);
    command.member_decide =
        (struct command_member_decide){member, accepted, TEXT("Own words."), text_of(preset)};
    return room_do(by, &command, reply);
}

static void against_the_lists_it_takes_two_admins(void **state UNUSED)
{
    struct person ada, bea;
    struct text reply;
    setup();
    person_apply_as(&ada, "Kestrel", 7777); /* in no list */
    assert_int_equal(decide(&admin, ada.id, true, "document", &reply), OK);
    assert_true(text_is(reply, "{\"waits\":true}"));
    assert_int_equal(level_of(&ada), 0);
    assert_int_equal(decide(&admin, ada.id, true, "document", &reply), CONFLICT);
    assert_int_equal(simple(&second, COMMAND_APPLICATIONS, &reply), OK);
    assert_non_null(strstr(reply.data, "\"proposed_by\":\"Switchboard\""));
    assert_int_equal(decide(&second, ada.id, true, "document", &reply), OK);
    assert_true(text_is(reply, "{\"waits\":false}"));
    assert_int_equal(level_of(&ada), 3);
    person_apply_as(&bea, "Larkspur", FROM + 5); /* control: the lists agree, one is enough */
    assert_int_equal(decide(&admin, bea.id, true, "mismatch", &reply), INVALID);
    assert_int_equal(decide(&admin, bea.id, true, "reached", &reply), OK);
    assert_int_equal(level_of(&bea), 3);
    teardown();
}

static void the_log_of_decisions_names_nobody(void **state UNUSED)
{
    struct person ada, bea;
    struct board_decisions_row *rows;
    size_t count = 0;
    setup();
    person_apply_as(&ada, "Kestrel", FROM + 5);
    person_apply_as(&bea, "Larkspur", 7777);
    assert_int_equal(decide(&admin, ada.id, true, "document", NULL), OK);
    assert_int_equal(decide(&admin, bea.id, false, "mismatch", NULL), OK);
    struct db *db = NULL;
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    assert_int_equal(board_decisions(db, &room_arena, INT64_MAX, 10, &rows, &count), OK);
    db_close(db);
    assert_int_equal(count, 2);
    assert_true(text_is(rows[0].what, "turned_away") && text_is(rows[0].why, "mismatch"));
    assert_true(text_is(rows[1].what, "let_in") && text_is(rows[1].why, "document"));
    assert_int_equal(rows[0].day_ms % DAY_MS, 0);
    teardown();
}

static void an_import_raises_who_waits_for_it(void **state UNUSED)
{
    struct person ada;
    struct reply_quiz quiz;
    struct text reply;
    struct db *db = NULL;
    setup();
    lists_begin(&db);
    lists_row(db, 7000, "Y"); /* disciplined: the lists do not accept */
    lists_end(db);
    person_apply_as(&ada, "Kestrel", 7000);
    assert_int_equal(quiz_ask(&ada, "192.0.2.1", &quiz, &reply), OK);
    assert_int_equal(quiz_say(&ada, "192.0.2.1", quiz_right(&quiz, 7000), &reply), OK);
    assert_true(quiz_passed(reply));
    assert_int_equal(level_of(&ada), 1);
    struct command command = {.kind = COMMAND_APPLICATIONS_MATCH};
    request_new(&command);
    assert_int_equal(room_do(NULL, &command, &reply), OK);
    assert_non_null(strstr(reply.data, "\"raised\":0"));
    lists_begin(&db); /* the next list has it in order */
    assert_int_equal(roster_licence_drop(db, TEXT("MO"), TEXT("L7000"), TEXT("MED"), 1), OK);
    lists_row(db, 7000, "");
    lists_end(db);
    request_new(&command);
    assert_int_equal(room_do(NULL, &command, &reply), OK);
    assert_non_null(strstr(reply.data, "\"raised\":1"));
    assert_int_equal(level_of(&ada), 2);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_from_a_letter_opens_the_door_and_seals_who_it_is),
        cmocka_unit_test(wrong_codes_void_the_right_one),
        cmocka_unit_test(a_code_by_letter_is_good_for_sixty_days),
        cmocka_unit_test(no_store_holds_a_code_or_an_address),
        cmocka_unit_test(a_code_mailed_to_a_listed_institution_opens_the_door),
        cmocka_unit_test(at_most_three_codes_are_mailed_in_a_day),
        cmocka_unit_test(against_the_lists_it_takes_two_admins),
        cmocka_unit_test(the_log_of_decisions_names_nobody),
        cmocka_unit_test(an_import_raises_who_waits_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
