/* What the clerk keeps of a draft, and what it never keeps: refused text, another's draft, one that
 * was posted. */
#include "tests/unit/room.h"

#include "core/json.h"
#include "schema/pad.h"

static struct person admin, kestrel, larkspur;

static void setup(void)
{
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
}

static void teardown(void)
{
    clerk_close(&room);
}

static struct record_draft_field fields[2];

static struct command draft_command(const char *place, const char *title, const char *body)
{
    struct command command = {.kind = COMMAND_DRAFT_SAVE};
    request_new(&command);
    fields[0] = (struct record_draft_field){TEXT("title"), text_of(title)};
    fields[1] = (struct record_draft_field){TEXT("body"), text_of(body)};
    command.draft_save.place = text_of(place);
    command.draft_save.fields = fields;
    command.draft_save.fields_count = 2;
    return command;
}

static struct reply_draft_saved saved_read(struct text reply)
{
    struct reply_draft_saved saved = {0};
    struct json *json = NULL;
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_draft_saved_read(json, &room_arena, &saved), OK);
    json_close(json);
    return saved;
}

static struct reply_draft_saved save(const struct person *person, const char *place,
                                     const char *title, const char *body)
{
    struct command command = draft_command(place, title, body);
    struct text reply;
    assert_int_equal(room_do(person, &command, &reply), OK);
    return saved_read(reply);
}

/* As the member pool reads it, with this member's key. */
static bool draft_of(const struct person *person, const char *place, struct reply_draft *draft)
{
    uint8_t key[KEY_SIZE], owner[SESSION_TAG_SIZE], tag[SESSION_TAG_SIZE];
    struct pad_draft_get_row row;
    struct bytes plain;
    struct json *json = NULL;
    struct db *db = NULL;
    assert_int_equal(keyring_view_key(&room.keys, &room_arena, person->id, key), OK);
    session_pad_owner(owner, key);
    session_draft_tag(tag, key, text_of(place));
    assert_int_equal(db_open(&db, &pad_store, conf_store("pad"), ROLE_WEB_MEMBER, DB_READ, 0), OK);
    enum result result = pad_draft_get(db, &room_arena, bytes_of(owner, sizeof owner),
                                       bytes_of(tag, sizeof tag), &row);
    db_close(db);
    if (result == NOT_FOUND)
        return false;
    assert_int_equal(result, OK);
    assert_int_equal(seal_unbox(&room_arena, key, row.box, &plain), OK);
    assert_int_equal(json_read(plain, &json), OK);
    assert_int_equal(reply_draft_read(json, &room_arena, draft), OK);
    json_close(json);
    return true;
}

static bool file_holds(const char *path, const char *words)
{
    static char bytes[8 << 20];
    FILE *const file = fopen(path, "rb");
    if (file == NULL)
        return false;
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return memmem(bytes, size, words, strlen(words)) != NULL;
}

static bool pad_holds(const char *words)
{
    return file_holds(conf_store("pad"), words) || file_holds(conf_path("pad/pad.db-wal"), words);
}

static void a_draft_is_there_for_its_member_as_it_was_saved_last(void **state UNUSED)
{
    struct reply_draft draft;
    setup();
    (void)save(&kestrel, "ask", "Fainting af", "Twice.");
    assert_true(save(&kestrel, "ask", "Fainting after a new drug", "Twice now.").at_ms > 0);
    room_again();
    assert_true(draft_of(&kestrel, "ask", &draft));
    assert_int_equal(draft.fields_count, 2);
    assert_true(text_is(draft.fields[0].value, "Fainting after a new drug"));
    assert_true(text_is(draft.fields[1].value, "Twice now."));
    assert_false(draft_of(&larkspur, "ask", &draft));
    assert_false(draft_of(&kestrel, "answer-7", &draft));
    teardown();
}

static void the_store_tells_neither_words_nor_whose_they_are(void **state UNUSED)
{
    setup();
    (void)save(&kestrel, "answer-4711", "", "Zebra-striped syncope.");
    assert_false(pad_holds("Zebra"));
    assert_false(pad_holds("answer-4711"));
    /* The control: what lies there in clear is seen. */
    assert_true(file_holds(conf_store("pad"), "draft_at") ||
                file_holds(conf_path("pad/pad.db-wal"), "draft_at"));
    teardown();
}

static void what_may_not_be_posted_is_left_out_and_the_rest_is_kept(void **state UNUSED)
{
    struct reply_draft draft;
    setup();
    struct reply_draft_saved saved =
        save(&kestrel, "ask", "Call 314-555-0142 about him", "SSN 078-05-1120, fainted twice.");
    assert_int_equal(saved.left_out, 2);
    assert_true(draft_of(&kestrel, "ask", &draft));
    assert_int_equal(draft.left_out, 2);
    assert_null(strstr(draft.fields[0].value.data, "0142"));
    assert_null(strstr(draft.fields[1].value.data, "1120"));
    assert_non_null(strstr(draft.fields[0].value.data, "about him"));
    assert_non_null(strstr(draft.fields[1].value.data, "[left out]"));
    assert_non_null(strstr(draft.fields[1].value.data, "fainted twice."));
    /* The control: a clean one loses nothing. */
    assert_int_equal(save(&kestrel, "ask", "About him", "Fainted twice.").left_out, 0);
    teardown();
}

static void posting_takes_the_draft_away_and_what_its_page_still_sends(void **state UNUSED)
{
    struct reply_draft draft;
    setup();
    (void)save(&kestrel, "ask", "Fainting after a new drug", "Twice.");
    struct command late = draft_command("ask", "Fainting after a new drug", "Twice.");
    struct command ask = ask_command("Fainting after a new drug");
    memcpy(late.request, ask.request, ID_SIZE);
    int64_t question = 0;
    struct text reply;
    assert_int_equal(room_do(&kestrel, &ask, &reply), OK);
    question = created_id(reply);
    assert_false(draft_of(&kestrel, "ask", &draft));
    assert_int_equal(room_do(&kestrel, &late, &reply), OK);
    assert_int_equal(saved_read(reply).at_ms, 0);
    assert_false(draft_of(&kestrel, "ask", &draft));
    /* The next page's is kept, and so is one for another form. */
    (void)save(&kestrel, "ask", "Another question of mine", "");
    assert_true(draft_of(&kestrel, "ask", &draft));
    const char *place = arena_format(&room_arena, "answer-%lld", (long long)question).data;
    (void)save(&larkspur, place, "", "Stop the drug.");
    (void)person_answer(&larkspur, question, "Stop the drug.");
    assert_false(draft_of(&larkspur, place, &draft));
    assert_true(draft_of(&kestrel, "ask", &draft));
    teardown();
}

static void a_posting_that_is_refused_leaves_the_draft(void **state UNUSED)
{
    struct reply_draft draft;
    setup();
    (void)save(&kestrel, "ask", "Fainting after a new drug", "Twice.");
    struct command ask = ask_command("short");
    assert_int_equal(room_do(&kestrel, &ask, NULL), INVALID);
    assert_true(draft_of(&kestrel, "ask", &draft));
    teardown();
}

static void an_emptied_or_deleted_draft_is_gone(void **state UNUSED)
{
    struct reply_draft draft;
    struct command command = {.kind = COMMAND_DRAFT_REMOVE};
    setup();
    (void)save(&kestrel, "ask", "Fainting", "Twice.");
    (void)save(&kestrel, "ask", " ", "");
    assert_false(draft_of(&kestrel, "ask", &draft));
    (void)save(&kestrel, "ask", "Fainting", "Twice.");
    (void)save(&larkspur, "ask", "Dizziness", "");
    command.draft_remove.place = TEXT("ask");
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    assert_false(draft_of(&kestrel, "ask", &draft));
    assert_true(draft_of(&larkspur, "ask", &draft));
    teardown();
}

static void a_draft_writes_nothing_into_the_journal(void **state UNUSED)
{
    setup();
    int64_t head = room.head;
    (void)save(&kestrel, "ask", "Fainting", "Twice.");
    assert_int_equal(room.head, head);
    room_again();
    assert_int_equal(room.head, head);
    teardown();
}

static void there_is_room_for_so_many_and_saving_one_again_is_no_new_one(void **state UNUSED)
{
    room_conf = "second.physician = 0\nsecond.staff = 0\ndraft.most = 2\n";
    setup();
    room_conf = "second.physician = 0\nsecond.staff = 0\n";
    (void)save(&kestrel, "ask", "Fainting", "");
    (void)save(&kestrel, "answer-1", "", "One.");
    struct command third = draft_command("answer-2", "", "Two.");
    assert_int_equal(room_do(&kestrel, &third, NULL), INVALID);
    (void)save(&kestrel, "answer-1", "", "One and a half.");
    (void)save(&larkspur, "answer-2", "", "Hers.");
    teardown();
}

static void what_nobody_touched_for_a_month_is_forgotten(void **state UNUSED)
{
    struct reply_draft draft;
    setup();
    (void)save(&kestrel, "ask", "Fainting", "");
    pad_prune(&room.pad, clock_now_ms() + 29 * DAY_MS);
    assert_true(draft_of(&kestrel, "ask", &draft));
    pad_prune(&room.pad, clock_now_ms() + 31 * DAY_MS);
    assert_false(draft_of(&kestrel, "ask", &draft));
    teardown();
}

static void who_leaves_takes_the_drafts_along(void **state UNUSED)
{
    struct command leave = {.kind = COMMAND_LEAVE};
    struct reply_draft draft;
    struct pad_drafts_count_row count;
    uint8_t key[KEY_SIZE], owner[SESSION_TAG_SIZE];
    setup();
    (void)save(&kestrel, "ask", "Fainting", "");
    (void)save(&larkspur, "ask", "Dizziness", "");
    assert_int_equal(keyring_view_key(&room.keys, &room_arena, kestrel.id, key), OK);
    session_pad_owner(owner, key);
    request_new(&leave);
    leave.leave = (struct command_leave){.password = TEXT("password 123"), .blank = false};
    assert_int_equal(room_do(&kestrel, &leave, NULL), OK);
    assert_int_equal(
        pad_drafts_count(room.pad.db, &room_arena, bytes_of(owner, sizeof owner), &count), OK);
    assert_int_equal(count.drafts, 0);
    assert_true(draft_of(&larkspur, "ask", &draft));
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draft_is_there_for_its_member_as_it_was_saved_last),
        cmocka_unit_test(the_store_tells_neither_words_nor_whose_they_are),
        cmocka_unit_test(what_may_not_be_posted_is_left_out_and_the_rest_is_kept),
        cmocka_unit_test(posting_takes_the_draft_away_and_what_its_page_still_sends),
        cmocka_unit_test(a_posting_that_is_refused_leaves_the_draft),
        cmocka_unit_test(an_emptied_or_deleted_draft_is_gone),
        cmocka_unit_test(a_draft_writes_nothing_into_the_journal),
        cmocka_unit_test(there_is_room_for_so_many_and_saving_one_again_is_no_new_one),
        cmocka_unit_test(what_nobody_touched_for_a_month_is_forgotten),
        cmocka_unit_test(who_leaves_takes_the_drafts_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
