/* The parts behind members' accounts, one by one: codes of RFC 6238, tickets, common passwords,
 * names that look alike, and who lacks a second factor. */
#include "board/account/passkey.h"
#include "board/account/pseudonym.h"
#include "board/account/totp.h"
#include "tests/unit/room.h"

static struct arena arena;

static int open_all(void **state UNUSED)
{
    scratch_open();
    arena_open(&arena, 16 << 20);
    return 0;
}

/* RFC 6238, appendix B, SHA-1; the last six of its eight digits. */
static void codes_are_those_of_rfc_6238(void **state UNUSED)
{
    static const struct {
        int64_t at_s;
        const char *code;
    } vectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                   {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    const struct bytes secret = text_bytes(TEXT("12345678901234567890"));
    for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
        int64_t step = totp_step(vectors[i].at_s * 1000);
        assert_true(text_is(totp_code(&arena, secret, step), vectors[i].code));
    }
    assert_true(text_is(totp_secret_text(&arena, secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
}

static void a_code_is_good_beside_its_half_minute_and_never_again(void **state UNUSED)
{
    const struct bytes secret = text_bytes(TEXT("12345678901234567890"));
    int64_t now_ms = 1234567890000, step = 0, used = 0;
    struct text code = totp_code(&arena, secret, totp_step(now_ms));
    assert_true(totp_check(&arena, secret, code, now_ms + 30000, used, &step));
    assert_true(totp_check(&arena, secret, code, now_ms - 30000, used, &step));
    assert_int_equal(step, totp_step(now_ms));
    assert_false(totp_check(&arena, secret, code, now_ms + 60000, used, &step));
    assert_false(totp_check(&arena, secret, code, now_ms - 60000, used, &step));
    assert_false(totp_check(&arena, secret, code, now_ms, step, &step)); /* used */
    struct text next = totp_code(&arena, secret, step + 1);
    assert_true(totp_check(&arena, secret, next, now_ms, step, &step)); /* control */
    assert_false(totp_check(&arena, secret, TEXT("00592"), now_ms, 0, &step));
    assert_false(totp_check(&arena, secret, TEXT(""), now_ms, 0, &step));
}

static void a_ticket_is_for_one_purpose_one_use_and_a_few_minutes(void **state UNUSED)
{
    struct tickets tickets, others;
    struct ticket made, read;
    int64_t now_ms = 1000000;
    tickets_open(&tickets);
    tickets_open(&others);
    struct text text = ticket_make(&tickets, &arena, TICKET_SECOND, 7, now_ms, &made);
    assert_int_equal(ticket_read(&tickets, &arena, text, TICKET_SECOND, now_ms, &read), OK);
    assert_int_equal(read.member, 7);
    assert_memory_equal(read.secret, made.secret, TICKET_SECRET_SIZE);
    assert_int_equal(ticket_read(&tickets, &arena, text, TICKET_TOTP, now_ms, &read), STALE);
    assert_int_equal(ticket_read(&others, &arena, text, TICKET_SECOND, now_ms, &read), STALE);
    int64_t end_ms = now_ms + 5 * MINUTE_MS;
    assert_int_equal(ticket_read(&tickets, &arena, text, TICKET_SECOND, end_ms - 1, &read), OK);
    assert_int_equal(ticket_read(&tickets, &arena, text, TICKET_SECOND, end_ms, &read), STALE);
    assert_int_equal(ticket_read(&tickets, &arena, text, TICKET_SECOND, now_ms - 1, &read), STALE);
    assert_int_equal(ticket_use(&tickets, text, now_ms), OK);
    assert_int_equal(ticket_read(&tickets, &arena, text, TICKET_SECOND, now_ms, &read), STALE);
    for (size_t i = 0; i < text.size; i++) { /* no changed one is read */
        struct text changed = arena_text(&arena, text);
        ((char *)(uintptr_t)changed.data)[i] ^= 1;
        assert_int_equal(ticket_read(&tickets, &arena, changed, TICKET_SECOND, now_ms, &read),
                         STALE);
    }
    tickets_close(&tickets);
    tickets_close(&others);
}

static void used_tickets_are_never_forgotten_while_they_could_be_used(void **state UNUSED)
{
    struct tickets tickets;
    struct ticket ticket;
    int64_t now_ms = 1000000;
    tickets_open(&tickets);
    struct text text = ticket_make(&tickets, &arena, TICKET_TOTP, 7, now_ms, &ticket);
    for (int i = 0; i < TICKETS_USED; i++)
        assert_int_equal(ticket_use(&tickets, text, now_ms), OK);
    assert_int_equal(ticket_use(&tickets, text, now_ms), BUSY);
    assert_int_equal(ticket_use(&tickets, text, now_ms + 20 * MINUTE_MS), OK);
    tickets_close(&tickets);
}

static bool may_be(struct passwords *passwords, const char *password)
{
    return password_fault(passwords, &arena, text_of(password), TEXT("Kestrel")) == NULL;
}

static void passwords_that_everybody_tries_first_are_refused(void **state UNUSED)
{
    static const char *const bad[] = {
        "short",        "password12",   "Password123!", "P4ssw0rd!!",   "qwertyuiop",
        "1234567890",   "0987654321",   "abcabcabcabc", "aaaaaaaaaaaa", "kestrel123",
        "Kestrel2026",  "sunshine2026", "!!sunshine!!", "curbside123",  "baseball99",
        "liverpool123", "basketball",
    };
    static const char *const good[] = {
        "corridor after rounds", "seven quiet corridors", "brolly-tuesday-9",
        "kestrel over the fen",  "kvothe.9x2lq",          "нікому не кажи",
    };
    struct passwords passwords, none = {0};
    FILE *file = fopen(conf_path("list"), "we");
    assert_non_null(file);
    assert_true(fputs("#!comment: a list\npassword\nqwertyuiop\nsunshine\nbaseball\nliverpool\n"
                      "basketball\n",
                      file) >= 0);
    assert_int_equal(fclose(file), 0);
    room_settings(
        arena_format(&arena, "password.lists = /nowhere/list %s\n", conf_path("list")).data);
    passwords_open(&passwords);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        if (may_be(&passwords, bad[i]))
            fail_msg("%s may be used", bad[i]);
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        if (!may_be(&passwords, good[i]))
            fail_msg("%s may not be used", good[i]);
    }
    assert_true(may_be(&none, "sunshine2026")); /* without lists only shape and names count */
    assert_false(may_be(&none, "aaaaaaaaaaaa"));
    passwords_close(&passwords);
}

static bool alike(const char *a, const char *b)
{
    return text_equal(pseudonym_look(&arena, text_of(a)), pseudonym_look(&arena, text_of(b)));
}

static void names_that_look_alike_are_the_same_and_others_are_not(void **state UNUSED)
{
    static const char *const same[][2] = {{"Kestrel", "KestreI"},   {"Kestrel", "kestre1"},
                                          {"Kestrel", "Kestrell"},  {"Modern", "Modem"},
                                          {"Savvy", "Sawy"},        {"Clara", "Dara"},
                                          {"O_Neill 0", "oneil o"}, {"Larkspur", "Larkspvr"}};
    static const char *const apart[][2] = {{"Heron 001", "Heron 011"}, {"Doc 6", "Doc 8"},
                                           {"Kestrel", "Kestrels"},    {"Alder", "Elder"},
                                           {"Heron 1", "Heron 11"},    {"Teal 22", "Teal 2"}};
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
        if (!alike(same[i][0], same[i][1]))
            fail_msg("%s and %s are not alike", same[i][0], same[i][1]);
    }
    for (size_t i = 0; i < sizeof(apart) / sizeof(*apart); i++) {
        if (alike(apart[i][0], apart[i][1]))
            fail_msg("%s and %s are alike", apart[i][0], apart[i][1]);
    }
}

static bool own(const char *pseudonym, const char *first, const char *last)
{
    return pseudonym_is_own(&arena, text_of(pseudonym), text_of(first), text_of(last));
}

static void a_pseudonym_is_not_the_persons_name(void **state UNUSED)
{
    assert_true(own("Miller", "Ada", "Miller"));
    assert_true(own("ada.miller", "Ada", "Miller"));
    assert_true(own("amiller", "Ada", "Miller"));
    assert_true(own("MillerA", "Ada", "Miller"));
    assert_true(own("Doctor Ada", "Ada", "Miller"));
    assert_true(own("xMillerx", "Ada", "Miller"));
    assert_true(own("DrWisniewska", "Zofia", "Wiśniewska"));
    assert_true(own("Mueller", "Jan", "Müller"));
    assert_true(own("Garcia_9", "Ana", "Garcia Lopez"));
    assert_false(own("Lindsey", "Ana", "Li")); /* short names are in many words */
    assert_false(own("Kestrel", "Ada", "Miller"));
    assert_false(own("Canada goose", "Ada", "Miller"));
    assert_false(own("Millet", "Ada", "Miller"));
}

static void words_of_the_house_are_kept_for_it(void **state UNUSED)
{
    static const char *const kept[] = {"Admin",         "adm1n",        "Curbside",
                                       "Curbside Team", "TheModerator", "Site.Support",
                                       "former member"};
    for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
        if (!pseudonym_is_reserved(&arena, text_of(kept[i])))
            fail_msg("%s is not kept", kept[i]);
    }
    assert_false(pseudonym_is_reserved(&arena, TEXT("Administer")));
    assert_false(pseudonym_is_reserved(&arena, TEXT("Kestrel")));
    assert_true(pseudonym_is_reserved(&arena, TEXT("Root vegetable soup"))); /* a whole word */
}

static void a_site_has_an_origin_and_a_host(void **state UNUSED)
{
    struct passkey_want want =
        passkey_want(&arena, TEXT("https://curbside.example:8443/path/"), NO_BYTES);
    assert_true(text_is(want.origin, "https://curbside.example:8443"));
    assert_true(text_is(want.host, "curbside.example"));
    want = passkey_want(&arena, TEXT("http://localhost"), NO_BYTES);
    assert_true(text_is(want.origin, "http://localhost"));
    assert_true(text_is(want.host, "localhost"));
}

static void who_lacks_a_second_factor_follows_from_role_level_and_settings(void **state UNUSED)
{
    room_settings("# as delivered\n");
    assert_true(session_second_missing(BOARD_PHYSICIAN, 3, 0));
    assert_true(session_second_missing(BOARD_PHYSICIAN, 3, SECOND_RECOVERY));
    assert_false(session_second_missing(BOARD_PHYSICIAN, 2, 0)); /* still at the door */
    assert_false(session_second_missing(BOARD_PHYSICIAN, 3, SECOND_TOTP));
    assert_false(session_second_missing(BOARD_PHYSICIAN, 3, SECOND_PASSKEY));
    for (int64_t role = BOARD_SPONSOR; role <= BOARD_ADMIN; role++) {
        assert_true(session_second_missing(role, 3, 0));
        assert_true(session_second_missing(role, 3, SECOND_TOTP));
        assert_false(session_second_missing(role, 3, SECOND_PASSKEY));
    }
    room_settings(room_conf);
    assert_false(session_second_missing(BOARD_PHYSICIAN, 3, 0));
    assert_false(session_second_missing(BOARD_ADMIN, 3, 0));
}

static void base64url_reads_back_and_has_one_form_only(void **state UNUSED)
{
    struct buf out;
    buf_open(&out, &arena, 16);
    buf_base64url(&out, bytes_of("\xfb\xff\xfe\x01", 4));
    assert_true(text_is(buf_done(&out), "-__-AQ"));
    struct bytes back = base64url_read(&arena, buf_done(&out));
    assert_int_equal(back.size, 4);
    assert_memory_equal(back.data, "\xfb\xff\xfe\x01", 4);
    assert_null(base64url_read(&arena, TEXT("+//+AQ")).data);
    assert_null(base64url_read(&arena, TEXT("-__-AQ==")).data);
    assert_null(base64url_read(&arena, TEXT("-__-A")).data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_rfc_6238),
        cmocka_unit_test(a_code_is_good_beside_its_half_minute_and_never_again),
        cmocka_unit_test(a_ticket_is_for_one_purpose_one_use_and_a_few_minutes),
        cmocka_unit_test(used_tickets_are_never_forgotten_while_they_could_be_used),
        cmocka_unit_test(passwords_that_everybody_tries_first_are_refused),
        cmocka_unit_test(names_that_look_alike_are_the_same_and_others_are_not),
        cmocka_unit_test(a_pseudonym_is_not_the_persons_name),
        cmocka_unit_test(words_of_the_house_are_kept_for_it),
        cmocka_unit_test(a_site_has_an_origin_and_a_host),
        cmocka_unit_test(who_lacks_a_second_factor_follows_from_role_level_and_settings),
        cmocka_unit_test(base64url_reads_back_and_has_one_form_only),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
