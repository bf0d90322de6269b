/* Who may do what: session, role, origin and form token, seen from nginx's side; a clerk of the
 * test's own counts what gets through. */
#include "fcgi/guard.h"

#include "board/board.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/session.h"
#include "core/socket.h"
#include "core/text.h"
#include "fcgi/engine.h"
#include "schema/board.h"
#include "schema/pad.h"
#include "schema/rank.h"
#include "schema/statement.h"
#include "tests/support/fcgi_peer.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ANSWER_MAX = 1024 * 1024, PHYSICIAN = 11, WAITING = 12, SPONSOR = 13, ADMIN = 14 };

static struct arena arena;
static struct server clerk;
static pid_t pids[2];
static char paths[2][108]; /* member, login */
static char answer[ANSWER_MAX];
static char long_body[POSTING_SIZE_MAX + 600];

static void web_work(enum pool pool, int fd)
{
    struct worker worker;
    struct listener listener;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies leaves nobody behind */
    worker_open(&worker, pool);
    accept_open(&listener, fd, TEXT(""), REQUEST_BODY_MAX, 500, 2000);
    for (;;) {
        struct incoming in;
        arena_reset(&worker.arena, 0);
        enum accepted accepted = accept_next(&listener, &worker.arena, 100, &in);
        if (accepted == ACCEPT_STOP)
            _exit(0);
        if (accepted == ACCEPT_REQUEST)
            serve_one(&worker, &listener, &in);
    }
}

static void web_start(int index, enum pool pool)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(paths[index], sizeof paths[index], "%s", conf_path("run/test-%d.sock", index));
    memcpy(address.sun_path, paths[index], strlen(paths[index]) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 16), 0);
    pids[index] = fork();
    if (pids[index] == 0)
        web_work(pool, fd);
    close(fd);
}

/* Member `id` with a session whose token is 32 bytes of its id; offset: when it was last used and
 * when it ends. */
static void person(struct db *db, int id, int role, int level, int64_t seen_ago_ms,
                   int64_t ends_in_ms)
{
    uint8_t token[TOKEN_SIZE], digest[DIGEST_SIZE], view_key[KEY_SIZE] = {0};
    int64_t now = clock_now_ms();
    memset(token, id, sizeof token);
    session_digest(digest, token);
    struct text sql = arena_format(&arena,
                                   "INSERT OR IGNORE INTO member (id, pseudonym, specialty, role, "
                                   "level, organisation, joined_ms)"
                                   " VALUES (%d, 'Someone%d', '', %d, %d, '', 0)",
                                   id, id, role, level);
    assert_int_equal(db_run_script(db, sql.data), OK);
    assert_int_equal(board_session_add(db, bytes_of(digest, sizeof digest), id, role,
                                       now - seen_ago_ms, now + ends_in_ms,
                                       session_view_box(&arena, token, view_key)),
                     OK);
}

static struct db *store_make(const struct store *store, const char *name, enum role role)
{
    struct db *db;
    assert_int_equal(db_open(&db, store, conf_store(name), role, DB_FOLD, 0), OK);
    return db;
}

static int open_house(void **unused UNUSED)
{
    (void)scratch_open();
    int fd = open(conf_path("curbside.conf"), O_WRONLY | O_CREAT, 0600);
    static const char settings[] = "rate.post_per_minute = 0\nrate.read_per_minute = 0\n"
                                   "rate.vote_per_minute = 3\nrate.sign_in_per_minute = 0\n"
                                   "second.physician = 0\nsecond.staff = 0\n";
    assert_int_equal(write(fd, settings, sizeof settings - 1), sizeof settings - 1);
    close(fd);
    conf_open(conf_state());
    arena_open(&arena, 16 * 1024 * 1024);
    struct db *db = store_make(&board_store, "board", ROLE_CLERK);
    person(db, PHYSICIAN, 1, 3, 0, HOUR_MS);
    person(db, WAITING, 1, 1, 0, HOUR_MS);
    person(db, SPONSOR, 2, 3, 0, HOUR_MS);
    person(db, ADMIN, 3, 3, 0, HOUR_MS);
    person(db, 21, 1, 3, 31 * MINUTE_MS, HOUR_MS); /* idle for too long */
    person(db, 22, 1, 3, 29 * MINUTE_MS, HOUR_MS); /* not quite */
    person(db, 23, 1, 3, 0, -1);                   /* at its absolute end */
    person(db, 24, 3, 3, 16 * MINUTE_MS, HOUR_MS); /* staff may be idle for less */
    db_close(db);
    db_close(store_make(&rank_store, "rank", ROLE_RANKER));
    db_close(store_make(&statement_store, "statement", ROLE_PAYMASTER));
    db_close(store_make(&pad_store, "pad", ROLE_CLERK));
    assert_int_equal(server_open(&clerk, "clerk"), OK);
    web_start(0, POOL_MEMBER);
    web_start(1, POOL_LOGIN);
    return 0;
}

static int close_house(void **unused UNUSED)
{
    for (int i = 0; i < 2; i++) {
        kill(pids[i], SIGTERM);
        waitpid(pids[i], NULL, 0);
    }
    server_close(&clerk);
    return 0;
}

static const char *cookie(int id)
{
    static char text[100];
    uint8_t token[TOKEN_SIZE];
    memset(token, id, sizeof token);
    struct text value = session_token_text(&arena, token);
    snprintf(text, sizeof text, "other=1; __Host-s=%.*s", (int)value.size, value.data);
    return text;
}

static const char *form(int id, const char *action, const char *rest)
{
    static char text[sizeof long_body + 200];
    uint8_t token[TOKEN_SIZE];
    memset(token, id, sizeof token);
    struct text value = session_form(&arena, token, action);
    snprintf(text, sizeof text, "form=%.*s&request=00112233445566778899aabbccddeeff%s",
             (int)value.size, value.data, rest);
    return text;
}

static struct server_message message;

/* Sends; what a command needs of the clerk is answered with `result`. Returns the status;
 * *commands: how many reached the clerk. */
static int ask_clerk(int pool, struct peer_request request, enum result result, int *commands)
{
    if (!request.host)
        request.host = "localhost:8080";
    *commands = 0;
    int fd = peer_send(paths[pool], &request);
    assert_true(fd >= 0);
    for (int i = 0; i < 20; i++) {
        bool other;
        char byte;
        if (server_wait(&clerk, &arena, 50, &message, 1, &other) == 1) {
            ++*commands;
            server_answer(&clerk, message.client, result, TEXT("{\"id\":7}"));
        }
        if (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1)
            break;
    }
    (void)peer_receive(fd, answer, sizeof answer);
    return peer_status(answer);
}

static int ask(int pool, struct peer_request request)
{
    int commands;
    int status = ask_clerk(pool, request, OK, &commands);
    assert_int_equal(commands, 0);
    return status;
}

static struct peer_request solve(void)
{
    return (struct peer_request){
        .method = "POST",
        .uri = "/q/5/solved",
        .cookie = cookie(PHYSICIAN),
        .fetch_site = "same-origin",
        .body = text_of(form(PHYSICIAN, "/q/:id/solved", "&solved=1")),
    };
}

/* The control of all that follows: with everything right the command goes out. */
static void
a_form_of_our_own_page_reaches_the_clerk_with_token_form_and_request_id(void **unused UNUSED)
{
    int commands;
    assert_int_equal(ask_clerk(0, solve(), OK, &commands), 303);
    assert_int_equal(commands, 1);
    assert_string_equal(peer_header(answer, "Location"), "/q/5");
    const char *body = (const char *)message.body.data;
    assert_non_null(memmem(body, message.body.size, "00112233445566778899aabbccddeeff", 32));
    assert_non_null(memmem(body, message.body.size, cookie(PHYSICIAN) + 18, 43));
}

static void
an_origin_of_our_own_stands_in_where_the_browser_sends_no_fetch_site(void **unused UNUSED)
{
    int commands;
    struct peer_request request = solve();
    request.fetch_site = NULL;
    request.origin = "http://localhost:8080";
    assert_int_equal(ask_clerk(0, request, OK, &commands), 303);
    assert_int_equal(commands, 1);
}

static void a_form_from_anywhere_else_is_refused(void **unused UNUSED)
{
    static const char *const sites[] = {"cross-site", "same-site", "none", "", "Same-Origin"};
    struct peer_request request = solve();
    request.origin = "http://localhost:8080";
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++) {
        request.fetch_site = sites[i];
        assert_int_equal(ask(0, request), 403);
    }
    static const char *const origins[] = {NULL,
                                          "",
                                          "null",
                                          "http://localhost",
                                          "http://evil.example",
                                          "http://localhost:8080.evil.example",
                                          "https://localhost:8081",
                                          "localhost:8080",
                                          "ftp://localhost:8080"};
    request.fetch_site = NULL;
    for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
        request.origin = origins[i];
        assert_int_equal(ask(0, request), 403);
    }
}

static void a_form_token_holds_for_one_session_and_one_action(void **unused UNUSED)
{
    struct peer_request request = solve();
    request.body = TEXT("solved=1");
    assert_int_equal(ask(0, request), 409);
    request.body = TEXT("form=&solved=1");
    assert_int_equal(ask(0, request), 409);
    request.body = text_of(form(ADMIN, "/q/:id/solved", "&solved=1"));
    assert_int_equal(ask(0, request), 409);
    request.body = text_of(form(PHYSICIAN, "/q/:id/answer", "&solved=1"));
    assert_int_equal(ask(0, request), 409);
    request.body = text_of(form(PHYSICIAN, "/q/:id/solved", "&solved=1"));
    request.uri = "/q/5/solved?form=x";
    int commands;
    assert_int_equal(ask_clerk(0, request, OK, &commands), 303);
}

static void a_form_is_never_taken_by_another_method(void **unused UNUSED)
{
    struct peer_request request = solve();
    request.method = "GET";
    assert_int_equal(ask(0, request), 405);
    assert_string_equal(peer_header(answer, "Allow"), "POST");
    request.method = "PUT";
    assert_int_equal(ask(0, request), 405);
    request.method = "HEAD";
    assert_int_equal(ask(0, request), 405);
}

static void every_role_gets_what_its_row_says(void **unused UNUSED)
{
    static const struct {
        int who, front, ask, waiting;
    } rows[] = {
        {0, 303, 303, 303},       {PHYSICIAN, 200, 200, 200}, {WAITING, 303, 303, 200},
        {SPONSOR, 403, 403, 200}, {ADMIN, 200, 403, 200},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct peer_request request = {.uri = "/"};
        request.cookie = rows[i].who ? cookie(rows[i].who) : NULL;
        assert_int_equal(ask(0, request), rows[i].front);
        request.uri = "/ask";
        assert_int_equal(ask(0, request), rows[i].ask);
        if (!rows[i].who)
            assert_string_equal(peer_header(answer, "Location"), "/login?next=/ask");
        request.uri = "/waiting";
        int commands, status = ask_clerk(0, request, REFUSED, &commands);
        assert_int_equal(commands, rows[i].who == WAITING); /* how far he is, the clerk knows */
        assert_true(status == rows[i].waiting || (status == 303 && rows[i].who != WAITING));
    }
}

static void a_session_ends_when_idle_or_at_its_end(void **unused UNUSED)
{
    int commands;
    struct peer_request request = {.uri = "/", .cookie = cookie(21)};
    assert_int_equal(ask(0, request), 303);
    request.cookie = cookie(23);
    assert_int_equal(ask(0, request), 303);
    request.cookie = cookie(24);
    assert_int_equal(ask(0, request), 303);
    request.cookie = "__Host-s=";
    assert_int_equal(ask(0, request), 303);
    request.cookie = "__Host-s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_int_equal(ask(0, request), 303);
    request.cookie = cookie(22); /* the control; and a session long not noted as used is noted */
    assert_int_equal(ask_clerk(0, request, OK, &commands), 200);
    bool other;
    if (commands == 0 && server_wait(&clerk, &arena, 1000, &message, 1, &other) == 1) {
        server_answer(&clerk, message.client, OK, NO_TEXT);
        commands++;
    }
    assert_int_equal(commands, 1);
    assert_non_null(memmem(message.body.data, message.body.size, "session_touch", 13));
}

static void somebody_elses_pool_does_not_know_the_path(void **unused UNUSED)
{
    struct peer_request request = {.uri = "/admin", .cookie = cookie(ADMIN)};
    assert_int_equal(ask(0, request), 404);
    request.uri = "/";
    assert_int_equal(ask(1, request), 404);
    static const char *const odd[] = {
        "/q/0",  "/q/-1",  "/q/01", "/q/1x",        "/q/99999999999999999999", "/q/5/", "//",
        "/q//5", "/%71/5", "/Q/5",  "/q/5/answer/x"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        request.uri = odd[i];
        assert_int_equal(ask(0, request), 404);
    }
}

static void what_was_typed_is_kept_when_a_form_is_not_taken(void **unused UNUSED)
{
    struct peer_request request = solve();
    request.uri = "/ask";
    request.body =
        text_of(form(PHYSICIAN, "/q/:id/solved", "&title=Kept+%3Cb%3E+title&body=Kept+words"));
    assert_int_equal(ask(0, request), 409);
    assert_non_null(strstr(peer_body(answer), "Kept &lt;b&gt; title"));
    assert_non_null(strstr(peer_body(answer), "Kept words"));
    request.cookie = NULL; /* signed out meanwhile */
    assert_int_equal(ask(0, request), 409);
    assert_non_null(strstr(peer_body(answer), "Kept words"));
}

static void a_posting_over_its_limit_is_refused_with_both_sizes_and_kept(void **unused UNUSED)
{
    size_t head = (size_t)snprintf(long_body, sizeof long_body, "&title=A+long+enough+title&body=");
    memset(long_body + head, 'w', POSTING_SIZE_MAX + 1);
    struct peer_request request = solve();
    request.uri = "/ask";
    request.body = text_of(form(PHYSICIAN, "/ask", long_body));
    assert_int_equal(ask(0, request), 413);
    assert_non_null(strstr(answer, "16385"));
    assert_non_null(strstr(answer, "16384"));
    assert_non_null(memmem(answer, sizeof answer, long_body + head, POSTING_SIZE_MAX + 1));
}

static void a_body_over_256_kib_is_refused_whatever_it_holds(void **unused UNUSED)
{
    struct peer_request request = solve();
    char *body = malloc(REQUEST_BODY_MAX + 1);
    memset(body, 'a', REQUEST_BODY_MAX + 1);
    request.body = (struct text){body, REQUEST_BODY_MAX + 1};
    assert_int_equal(ask(0, request), 413);
    free(body);
}

static void what_a_program_refuses_has_its_own_status(void **unused UNUSED)
{
    static const struct {
        enum result result;
        int status;
    } rows[] = {{REFUSED, 403},   {NOT_FOUND, 404}, {STALE, 409},   {CONFLICT, 409},
                {TOO_OFTEN, 429}, {BUSY, 503},      {UNKNOWN, 503}, {INVALID, 422}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int commands;
        assert_int_equal(ask_clerk(0, solve(), rows[i].result, &commands), rows[i].status);
        if (rows[i].status == 503 || rows[i].status == 429)
            assert_non_null(peer_header(answer, "Retry-After"));
    }
}

static void votes_have_a_rate_of_their_own(void **unused UNUSED)
{
    struct peer_request request = solve();
    request.uri = "/p/5/vote";
    request.body = text_of(form(PHYSICIAN, "/p/:id/vote", "&stance=1&patients=0"));
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(0, request), 404); /* there is no such posting; but it was asked for */
    assert_int_equal(ask(0, request), 429);
    assert_non_null(peer_header(answer, "Retry-After"));
}

static void before_there_is_a_session_forms_are_bound_to_a_cookie(void **unused UNUSED)
{
    struct peer_request request = {.uri = "/login"};
    char pre[60], token[60], body[300];
    assert_int_equal(ask(1, request), 200);
    const char *set = peer_header(answer, "Set-Cookie");
    assert_non_null(set);
    assert_int_equal(strncmp(set, "__Host-f=", 9), 0);
    assert_non_null(strstr(set, "; Path=/; Secure; HttpOnly; SameSite=Strict"));
    snprintf(pre, sizeof pre, "%.52s", set);
    const char *hidden = strstr(answer, "name=\"form\" value=\"");
    assert_non_null(hidden);
    snprintf(token, sizeof token, "%.22s", hidden + 19);
    snprintf(body, sizeof body, "form=%s&name=Someone11&password=wrong", token);
    request = (struct peer_request){.method = "POST",
                                    .uri = "/login",
                                    .cookie = pre,
                                    .fetch_site = "same-origin",
                                    .body = text_of(body)};
    int commands;
    (void)ask_clerk(1, request, REFUSED, &commands);
    assert_int_equal(commands, 1);
    request.fetch_site = "cross-site";
    assert_int_equal(ask(1, request), 403);
    request.fetch_site = "same-origin";
    request.cookie = NULL;
    assert_int_equal(ask(1, request), 409);
    request.cookie = "__Host-f=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_int_equal(ask(1, request), 409);
}

static void every_answer_carries_the_security_headers(void **unused UNUSED)
{
    static const char *const names[] = {
        "Content-Security-Policy",    "Strict-Transport-Security",    "X-Content-Type-Options",
        "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Referrer-Policy",
        "Permissions-Policy"};
    static const char *const uris[] = {"/", "/nothing", "/ask", "/q/77", "/about/privacy"};
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        struct peer_request request = {.uri = uris[i], .cookie = i % 2 ? cookie(PHYSICIAN) : NULL};
        (void)ask(0, request);
        for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
            assert_non_null(peer_header(answer, names[n]));
        assert_string_equal(peer_header(answer, "Cache-Control"), "no-store");
        assert_int_equal(strtol(peer_header(answer, "Content-Length"), NULL, 10),
                         strlen(peer_body(answer)));
        assert_non_null(strstr(peer_header(answer, "Content-Security-Policy"),
                               "require-trusted-types-for 'script'"));
        assert_null(strstr(peer_header(answer, "Content-Security-Policy"), "unsafe"));
    }
}

static void a_client_that_asks_for_json_gets_json_also_when_refused(void **unused UNUSED)
{
    struct peer_request request = {.uri = "/", .accept = "application/json"};
    assert_int_equal(ask(0, request), 409);
    assert_string_equal(peer_header(answer, "Content-Type"), "application/problem+json");
    assert_non_null(strstr(peer_body(answer), "\"status\":409,"));
    assert_non_null(strstr(peer_body(answer), "\"error\":\"stale\""));
    request.cookie = cookie(PHYSICIAN);
    assert_int_equal(ask(0, request), 200);
    assert_int_equal(peer_body(answer)[0], '{');
}

static void signing_out_takes_the_cookie_away(void **unused UNUSED)
{
    int commands;
    struct peer_request request = {.method = "POST",
                                   .uri = "/logout",
                                   .cookie = cookie(ADMIN),
                                   .fetch_site = "same-origin",
                                   .body = text_of(form(ADMIN, "/logout", ""))};
    assert_int_equal(ask_clerk(1, request, OK, &commands), 303);
    assert_int_equal(commands, 1);
    assert_non_null(
        strstr(answer, "Set-Cookie: __Host-s=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
    assert_non_null(peer_header(answer, "Clear-Site-Data"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_of_our_own_page_reaches_the_clerk_with_token_form_and_request_id),
        cmocka_unit_test(an_origin_of_our_own_stands_in_where_the_browser_sends_no_fetch_site),
        cmocka_unit_test(a_form_from_anywhere_else_is_refused),
        cmocka_unit_test(a_form_token_holds_for_one_session_and_one_action),
        cmocka_unit_test(a_form_is_never_taken_by_another_method),
        cmocka_unit_test(every_role_gets_what_its_row_says),
        cmocka_unit_test(a_session_ends_when_idle_or_at_its_end),
        cmocka_unit_test(somebody_elses_pool_does_not_know_the_path),
        cmocka_unit_test(what_was_typed_is_kept_when_a_form_is_not_taken),
        cmocka_unit_test(a_posting_over_its_limit_is_refused_with_both_sizes_and_kept),
        cmocka_unit_test(a_body_over_256_kib_is_refused_whatever_it_holds),
        cmocka_unit_test(what_a_program_refuses_has_its_own_status),
        cmocka_unit_test(votes_have_a_rate_of_their_own),
        cmocka_unit_test(before_there_is_a_session_forms_are_bound_to_a_cookie),
        cmocka_unit_test(every_answer_carries_the_security_headers),
        cmocka_unit_test(a_client_that_asks_for_json_gets_json_also_when_refused),
        cmocka_unit_test(signing_out_takes_the_cookie_away),
    };
    return cmocka_run_group_tests(tests, open_house, close_house);
}
