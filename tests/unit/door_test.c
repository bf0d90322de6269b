/* From the quiz to the open door: letters, mails, colleagues, admins; and how a place is lost. */
#include "tests/unit/room.h"

#include "board/door.h"
#include "tests/unit/lists.h"

enum { FROM = 1000, LISTED = 80 };
static struct person admin, second;
static int64_t *the_clock;

static void setup(void)
{
    the_clock = lists_clock(clock_from_date(2026, 3, 2));
    room_open();
    lists_make(FROM, LISTED);
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    staff_make(&second, "Fennimore", BOARD_ADMIN);
}

static void teardown(void)
{
    clerk_close(&room);
}

static enum result simple(const struct person *person, enum command_kind kind, struct text *reply)
{
    struct command command = {.kind = kind};
    request_new(&command);
    return room_do(person, &command, reply);
}

static enum result code_say(const struct person *person, int64_t kind, struct text code,
                            struct text *reply)
{
    struct command command = {.kind = COMMAND_CODE_ENTER};
    request_new(&command);
    command.code_enter = (struct command_code_enter){kind, code};
    return room_do(person, &command, reply);
}

static size_t letters_read(struct reply_letters *letters)
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

static void letter_done(int64_t code)
{
    struct command command = {.kind = COMMAND_LETTER_DONE};
    request_new(&command);
    command.letter_done.code = code;
    assert_int_equal(room_do(NULL, &command, NULL), OK);
}

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

/* --- colleagues --- */

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
        cmocka_unit_test(two_colleagues_vouch_and_see_only_what_they_may),
        cmocka_unit_test(asking_does_not_tell_who_is_a_member),
        cmocka_unit_test(an_invitation_serves_once_and_counts_against_the_budget),
        cmocka_unit_test(a_branch_is_withdrawn_as_a_whole_by_two_admins),
        cmocka_unit_test(against_the_lists_it_takes_two_admins),
        cmocka_unit_test(the_log_of_decisions_names_nobody),
        cmocka_unit_test(an_import_raises_who_waits_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
