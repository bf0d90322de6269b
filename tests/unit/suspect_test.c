/* What the lists do to members: who lapsed is lowered and told why, who is back comes back to where
 * he was, and a name alone lowers nobody. */
#include "board/roster/roster.h"
#include "schema/identity.h"
#include "schema/roster.h"
#include "tests/unit/room.h"

#include <unistd.h>

enum { FERN = 700, GORSE = 701 };

static struct person registrar, fern, gorse;

/* One row a member, as the lists have it on a day. */
struct listed {
    const char *status, *expires, *deactivated;
    bool excluded, excluded_name, absent;
};
static const struct listed in_order = {.status = "Active", .expires = "2098-12-31"};

static void list_write(const char *name, const char *header, const char *rows)
{
    FILE *file = fopen(conf_path("%s", name), "w");
    assert_non_null(file);
    assert_true(fprintf(file, "%s\n%s", header, rows) > 0);
    assert_int_equal(fclose(file), 0);
}

static void list_import(const char *list, const char *name, const char *as_of)
{
    const struct text path = arena_format(&room_arena, "%s", conf_path("%s", name));
    const struct import_ask ask = {.list = list, .path = path.data, .as_of = as_of};
    (void)fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    assert_non_null(freopen(conf_path("out.txt"), "w", stdout));
    int code = roster_import(&ask);
    (void)fflush(stdout);
    (void)dup2(saved, STDOUT_FILENO);
    (void)close(saved);
    assert_int_equal(code, 0);
}

static const char *or_none(const char *word)
{
    return word == NULL ? "" : word;
}

/* All lists of a day: Gorse is always in order, so that no list is ever empty. */
static void lists_of(const char *as_of, const struct listed *one)
{
    struct text npi = npi_make(FERN), other = npi_make(GORSE);
    struct text board = arena_format(
        &room_arena, "MED\tL%d\tCanaryfirst\tCanarylast\tActive\t2098-12-31\tN\n%s%s%s%s%s", GORSE,
        one->absent ? "" : "MED\tL700\tCanaryfirst\tCanarylast\t", one->absent ? "" : one->status,
        one->absent ? "" : "\t", one->absent ? "" : one->expires, one->absent ? "" : "\tN\n");
    struct text nppes = arena_format(&room_arena,
                                     "%.*s,1,Canarylast,Canaryfirst,207R00000X,L700,MO,Y,%s\n"
                                     "%.*s,1,Canarylast,Canaryfirst,207R00000X,L701,MO,Y,\n",
                                     (int)npi.size, npi.data, or_none(one->deactivated),
                                     (int)other.size, other.data);
    struct text leie = arena_format(
        &room_arena, "ELSE,SOMEONE,,0000000000,19500101,MO,1128a1,20200101,00000000\n%s%.*s%s%s",
        one->excluded ? "X,Y,," : "", one->excluded ? (int)npi.size : 0, npi.data,
        one->excluded ? ",19500101,MO,1128a1,20200101,00000000\n" : "",
        one->excluded_name
            ? "CANARYLAST,CANARYFIRST,,0000000000,19500101,MO,1128a1,20200101,00000000\n"
            : "");
    list_write("board.tsv",
               "lic_profession\tlic_number\tprc_first_name\tprc_last_name\tlst_description\t"
               "lic_exp_date\tdiscipline",
               board.data);
    list_write("nppes.csv",
               "NPI,Entity Type Code,Provider Last Name (Legal Name),Provider First Name,"
               "Healthcare Provider Taxonomy Code_1,Provider License Number_1,"
               "Provider License Number State Code_1,"
               "Healthcare Provider Primary Taxonomy Switch_1,NPI Deactivation Date",
               nppes.data);
    list_write("leie.csv", "LASTNAME,FIRSTNAME,MIDNAME,NPI,DOB,STATE,EXCLTYPE,EXCLDATE,REINDATE",
               leie.data);
    list_import("board:MO", "board.tsv", as_of);
    list_import("nppes", "nppes.csv", as_of);
    list_import("leie", "leie.csv", as_of);
}

static void member_make(struct person *person, const char *name, int64_t number)
{
    struct command command = join_command(name, number);
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    person_sign_in(person, name);
    assert_int_equal(person_decide(&registrar, person->id, true), OK);
}

static void setup(void)
{
    room_open();
    staff_make(&registrar, "Registrar", BOARD_ADMIN);
    member_make(&fern, "Fern", FERN);
    member_make(&gorse, "Gorse", GORSE);
}

static enum result recheck_as(const struct person *who, struct reply_licence_suspects *reply)
{
    struct command command = {.kind = COMMAND_LICENCE_SUSPECTS};
    struct record_suspect suspects[] = {
        {.npi = npi_make(FERN), .state = TEXT(""), .licence = TEXT("")},
        {.npi = TEXT(""), .state = TEXT("MO"), .licence = TEXT("L700")},
        {.npi = npi_make(FERN), .state = TEXT("MO"), .licence = TEXT("l-700")},
        {.npi = npi_make(GORSE), .state = TEXT("MO"), .licence = TEXT("L701")},
        {.npi = npi_make(FERN), .state = TEXT("MO"), .licence = TEXT("L701")}, /* two persons' */
    };
    struct text said = NO_TEXT;
    struct json *json = NULL;
    command.licence_suspects = (struct command_licence_suspects){suspects, 5};
    enum result result = room_do(who, &command, &said);
    if (result == OK) {
        assert_int_equal(json_read(text_bytes(said), &json), OK);
        assert_int_equal(reply_licence_suspects_read(json, &room_arena, reply), OK);
        json_close(json);
    }
    return result;
}

static struct reply_licence_suspects recheck(void)
{
    struct reply_licence_suspects reply = {0};
    assert_int_equal(recheck_as(NULL, &reply), OK);
    return reply;
}

static int64_t board_level(const struct person *person)
{
    struct board_member_profile_row row;
    struct db *db = NULL;
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    assert_int_equal(board_member_profile(db, &room_arena, person->id, &row), OK);
    db_close(db);
    return row.level;
}

static void fern_stands(int64_t level, const char *why)
{
    struct desk_member_standing_row row;
    assert_int_equal(board_level(&fern), level);
    assert_int_equal(desk_member_standing(room.desk, &room_arena, fern.id, &row), OK);
    assert_int_equal(row.level, level);
    assert_true(text_is(row.level_why, why));
    assert_int_equal(board_level(&gorse), BOARD_LEVEL_OPEN); /* nobody else is ever touched */
}

static void without_lists_nothing_is_decided(void **state UNUSED)
{
    struct reply_licence_suspects reply;
    setup();
    assert_int_equal(recheck_as(NULL, &reply), NOT_FOUND);
    fern_stands(BOARD_LEVEL_OPEN, "document");
    clerk_close(&room);
}

static void a_lapsed_licence_lowers_at_once_and_says_why(void **state UNUSED)
{
    setup();
    lists_of("2026-01-01", &in_order);
    assert_int_equal(recheck().lowered, 0); /* a caller's word lowers nobody */
    int64_t question = person_ask(&fern, "Fainting again");
    assert_true(question > 0);
    lists_of("2026-02-01", &(struct listed){.status = "Revoked", .expires = "2098-12-31"});
    struct reply_licence_suspects reply = recheck();
    assert_int_equal(reply.lowered, 1);
    assert_int_equal(reply.members_lowered, 1);
    fern_stands(1, "lapsed");
    struct command command = ask_command("Once more");
    assert_int_equal(room_do(&fern, &command, NULL), REFUSED);
    struct board_notices_list_row *notices;
    struct db *pages = NULL;
    size_t count = 0;
    assert_int_equal(
        db_open(&pages, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0), OK);
    assert_int_equal(
        board_notices_list(pages, &room_arena, fern.id, INT64_MAX, 5, &notices, &count), OK);
    db_close(pages);
    assert_true(count > 0);
    assert_int_equal(notices[0].kind, NOTICE_LEVEL);
    assert_int_equal(recheck().lowered, 0); /* only once */
    clerk_close(&room);
}

static void every_way_of_lapsing_counts(void **state UNUSED)
{
    static const struct listed ways[] = {
        {.status = "Inactive", .expires = "2098-12-31"},
        {.status = "Suspended", .expires = "2098-12-31"},
        {.status = "Active", .expires = "2025-12-31"}, /* the list of a later day still has it so */
        {.status = "Retired", .expires = "2098-12-31"},
        {.absent = true},
    };
    setup();
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        lists_of("2026-02-01", &ways[i]);
        assert_int_equal(recheck().lowered, 1);
        fern_stands(1, "lapsed");
        lists_of("2026-02-01", &in_order);
        assert_int_equal(recheck().raised, 1);
        fern_stands(BOARD_LEVEL_OPEN, "restored");
    }
    lists_of("2026-02-01", &(struct listed){.status = "Military", .expires = "2098-12-31"});
    assert_int_equal(recheck().lowered, 0); /* a status of its own is for a person to judge */
    clerk_close(&room);
}

static void who_is_back_in_order_comes_back_once_all_is(void **state UNUSED)
{
    setup();
    lists_of("2026-02-01", &(struct listed){.status = "Revoked",
                                            .expires = "2098-12-31",
                                            .deactivated = "01/15/2026"});
    assert_int_equal(recheck().lowered, 1);
    lists_of(
        "2026-03-01",
        &(struct listed){.status = "Active", .expires = "2098-12-31", .deactivated = "01/15/2026"});
    assert_int_equal(recheck().raised, 0); /* the NPI is still deactivated */
    lists_of("2026-04-01", &(struct listed){.status = "Revoked", .expires = "2098-12-31"});
    assert_int_equal(recheck().raised, 0); /* the licence is not in order */
    lists_of("2026-05-01", &in_order);
    assert_int_equal(recheck().raised, 1);
    fern_stands(BOARD_LEVEL_OPEN, "restored");
    assert_int_equal(recheck().raised, 0);
    clerk_close(&room);
}

static void nobody_is_raised_who_was_lowered_for_another_reason(void **state UNUSED)
{
    setup();
    lists_of("2026-02-01", &(struct listed){.status = "Revoked", .expires = "2098-12-31"});
    assert_int_equal(recheck().lowered, 1);
    assert_int_equal(desk_member_level_set(room.desk, fern.id, 1, TEXT("withdrawn"), 1, 1), OK);
    lists_of("2026-03-01", &in_order);
    assert_int_equal(recheck().raised, 0);
    clerk_close(&room);
}

static void an_excluded_npi_lowers_and_reinstatement_restores(void **state UNUSED)
{
    setup();
    struct listed one = in_order;
    one.excluded = true;
    lists_of("2026-02-01", &one);
    assert_int_equal(recheck().lowered, 1);
    fern_stands(1, "excluded");
    lists_of("2026-03-01", &in_order);
    assert_int_equal(recheck().raised, 1);
    clerk_close(&room);
}

static void only_the_operator_may_ask(void **state UNUSED)
{
    struct reply_licence_suspects reply;
    setup();
    lists_of("2026-02-01", &(struct listed){.status = "Revoked", .expires = "2098-12-31"});
    assert_int_equal(recheck_as(&fern, &reply), REFUSED);
    assert_int_equal(recheck_as(&registrar, &reply), REFUSED);
    fern_stands(BOARD_LEVEL_OPEN, "document");
    assert_int_equal(recheck_as(NULL, &reply), OK); /* control */
    fern_stands(1, "lapsed");
    clerk_close(&room);
}

/* --- by name --- */

static int64_t name_entry(void)
{
    struct roster_exclusions_of_name_row *rows;
    size_t count = 0;
    struct text key = name_key(&room_arena, TEXT("Canaryfirst"), TEXT("Canarylast"), false);
    assert_int_equal(
        roster_exclusions_of_name(room.roster, &room_arena, key, TEXT("MO"), &rows, &count), OK);
    return count > 0 ? rows[0].id : 0;
}

static int64_t names_queued(int64_t entry)
{
    struct command command = {.kind = COMMAND_NAME_SUSPECTS};
    struct record_name_suspect suspects[] = {{TEXT("MO"), TEXT("L700"), entry},
                                             {TEXT("MO"), TEXT("L999"), entry},
                                             {TEXT("KS"), TEXT("L700"), entry}};
    struct reply_name_suspects reply = {0};
    struct text said = NO_TEXT;
    struct json *json = NULL;
    command.name_suspects = (struct command_name_suspects){suspects, 3};
    assert_int_equal(room_do(NULL, &command, &said), OK);
    assert_int_equal(json_read(text_bytes(said), &json), OK);
    assert_int_equal(reply_name_suspects_read(json, &room_arena, &reply), OK);
    json_close(json);
    return reply.queued;
}

static struct reply_suspicions suspicions(void)
{
    struct command command = {.kind = COMMAND_SUSPICIONS};
    struct reply_suspicions reply = {0};
    struct text said = NO_TEXT;
    struct json *json = NULL;
    assert_int_equal(room_do(NULL, &command, &said), OK);
    assert_int_equal(json_read(text_bytes(said), &json), OK);
    assert_int_equal(reply_suspicions_read(json, &room_arena, &reply), OK);
    json_close(json);
    return reply;
}

static enum result decide(struct text entry, bool excluded)
{
    struct command command = {.kind = COMMAND_SUSPICION_DECIDE};
    command.suspicion_decide = (struct command_suspicion_decide){fern.id, entry, excluded};
    return room_do(NULL, &command, NULL);
}

static void a_name_on_the_exclusion_list_is_queued_for_a_person(void **state UNUSED)
{
    struct listed one = in_order;
    one.excluded_name = true;
    setup();
    lists_of("2026-02-01", &one);
    assert_int_equal(recheck().lowered, 0);
    int64_t entry = name_entry();
    assert_true(entry != 0);
    assert_int_equal(names_queued(entry), 1);
    assert_int_equal(names_queued(entry), 0);     /* once */
    assert_int_equal(names_queued(entry + 1), 0); /* no such row */
    fern_stands(BOARD_LEVEL_OPEN, "document");    /* never by itself */
    struct reply_suspicions queue = suspicions();
    assert_int_equal(queue.suspicions_count, 1);
    assert_int_equal(queue.suspicions[0].member, fern.id);
    assert_int_equal(decide(TEXT("00000000000000000000000000000000"), true), NOT_FOUND);
    assert_int_equal(decide(queue.suspicions[0].entry, true), OK);
    fern_stands(1, "excluded");
    assert_int_equal(suspicions().suspicions_count, 0);
    assert_int_equal(recheck().raised, 0); /* a person said so: no list takes it back */
    clerk_close(&room);
}

static void another_of_that_name_is_not_asked_about_again(void **state UNUSED)
{
    struct listed one = in_order;
    one.excluded_name = true;
    setup();
    lists_of("2026-02-01", &one);
    assert_int_equal(recheck().lowered, 0);
    assert_int_equal(names_queued(name_entry()), 1);
    assert_int_equal(decide(suspicions().suspicions[0].entry, false), OK);
    fern_stands(BOARD_LEVEL_OPEN, "document");
    assert_int_equal(names_queued(name_entry()), 0);
    assert_int_equal(suspicions().suspicions_count, 0);
    clerk_close(&room);
}

static void the_level_and_its_reason_are_rebuilt_from_the_journal(void **state UNUSED)
{
    uint8_t live[2][DIGEST_SIZE], again[2][DIGEST_SIZE];
    int64_t rows = 0;
    setup();
    lists_of("2026-02-01", &(struct listed){.status = "Revoked", .expires = "2098-12-31"});
    assert_int_equal(recheck().lowered, 1);
    assert_int_equal(db_content_digest(room.board, fold_skipped, live[0], &rows), OK);
    assert_int_equal(db_content_digest(room.desk, fold_skipped, live[1], &rows), OK);
    clerk_close(&room);
    assert_int_equal(fold_rebuild(), 0);
    room_begin();
    assert_int_equal(db_content_digest(room.board, fold_skipped, again[0], &rows), OK);
    assert_int_equal(db_content_digest(room.desk, fold_skipped, again[1], &rows), OK);
    assert_memory_equal(live, again, sizeof(live));
    fern_stands(1, "lapsed");
    clerk_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_lists_nothing_is_decided),
        cmocka_unit_test(a_lapsed_licence_lowers_at_once_and_says_why),
        cmocka_unit_test(every_way_of_lapsing_counts),
        cmocka_unit_test(who_is_back_in_order_comes_back_once_all_is),
        cmocka_unit_test(nobody_is_raised_who_was_lowered_for_another_reason),
        cmocka_unit_test(an_excluded_npi_lowers_and_reinstatement_restores),
        cmocka_unit_test(only_the_operator_may_ask),
        cmocka_unit_test(a_name_on_the_exclusion_list_is_queued_for_a_person),
        cmocka_unit_test(another_of_that_name_is_not_asked_about_again),
        cmocka_unit_test(the_level_and_its_reason_are_rebuilt_from_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
