#include "core/socket.h"
#include "core/clock.h"
#include "core/conf.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena arena;
static struct server server;

static void setup_server(void)
{
    (void)scratch_open();
    if (arena.block == NULL)
        arena_open(&arena, 64 * 1024 * 1024);
    arena_reset(&arena, 0);
    assert_int_equal(server_open(&server, "clerk"), OK);
}

static int raw_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", conf_path("run/clerk.sock"));
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static size_t take(struct server_message *messages, size_t most)
{
    bool other;
    return server_wait(&server, &arena, 100, messages, most, &other);
}

/* The newcomer is accepted by one wait; what it says comes with the next. */
static void settle(void)
{
    struct server_message none[1];
    bool other;
    assert_int_equal(server_wait(&server, &arena, 20, none, 0, &other), 0);
}

static pid_t fork_server(void (*serve)(void))
{
    const pid_t pid = fork();
    if (pid == 0) {
        serve();
        _exit(0);
    }
    return pid;
}

static void end_child(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void serve_echo(void)
{
    for (;;) {
        struct server_message messages[16];
        arena_reset(&arena, 0);
        const size_t count = take(messages, 16);
        for (size_t i = 0; i < count; i++) {
            const struct text body = {(const char *)messages[i].body.data, messages[i].body.size};
            server_answer(&server, messages[i].client, text_is(body, "no") ? REFUSED : OK, body);
        }
    }
}

static enum result ask(struct caller *caller, const char *what, struct bytes *reply)
{
    return caller_ask(caller, &arena, bytes_of(what, strlen(what)), reply);
}

static void a_question_gets_the_programs_result_and_its_reply(void **state)
{
    (void)state;
    setup_server();
    const pid_t pid = fork_server(serve_echo);
    struct caller caller = {"clerk", -1, 2000};
    struct bytes reply;
    assert_int_equal(ask(&caller, "{\"a\":1}", &reply), OK);
    assert_int_equal(reply.size, 7);
    assert_memory_equal(reply.data, "{\"a\":1}", 7);
    assert_int_equal(ask(&caller, "no", &reply), REFUSED);
    const size_t size = SOCKET_MESSAGE_MAX - 16;
    char *const large = arena_take(&arena, SOCKET_MESSAGE_MAX + 1);
    memset(large, 'x', SOCKET_MESSAGE_MAX + 1);
    assert_int_equal(caller_ask(&caller, &arena, bytes_of(large, size), &reply), OK);
    assert_int_equal(reply.size, size);
    assert_int_equal(caller_ask(&caller, &arena, bytes_of(large, SOCKET_MESSAGE_MAX + 1), &reply),
                     TOO_MUCH);
    end_child(pid);
    caller_close(&caller);
    server_close(&server);
}

static void a_program_that_is_not_there_is_busy(void **state)
{
    (void)state;
    setup_server();
    server_close(&server);
    struct caller caller = {"clerk", -1, 200};
    struct bytes reply;
    assert_int_equal(ask(&caller, "x", &reply), BUSY);
}

static void serve_nothing(void)
{
    struct server_message messages[4];
    while (take(messages, 4) == 0)
        continue;
    _exit(0); /* goes away with the command taken */
}

static void a_program_that_goes_away_or_hangs_leaves_the_outcome_unknown(void **state)
{
    (void)state;
    setup_server();
    pid_t pid = fork_server(serve_nothing);
    struct caller caller = {"clerk", -1, 300};
    struct bytes reply;
    assert_int_equal(close(server.listen_fd), 0); /* the child alone holds it */
    server.listen_fd = -1;
    assert_int_equal(ask(&caller, "x", &reply), UNKNOWN);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(ask(&caller, "x", &reply), BUSY); /* and now nobody is there */
    server_close(&server);
    setup_server(); /* nobody serves this one: it hangs */
    assert_int_equal(ask(&caller, "x", &reply), UNKNOWN);
    assert_int_equal(caller.fd, -1); /* its late answer cannot be taken for another's */
    server_close(&server);
}

static void a_caller_goes_on_after_the_program_was_restarted(void **state)
{
    (void)state;
    setup_server();
    pid_t pid = fork_server(serve_echo);
    struct caller caller = {"clerk", -1, 2000};
    struct bytes reply;
    assert_int_equal(ask(&caller, "x", &reply), OK);
    end_child(pid);
    server_close(&server);
    assert_int_equal(server_open(&server, "clerk"), OK);
    pid = fork_server(serve_echo);
    assert_int_equal(ask(&caller, "y", &reply), OK);
    end_child(pid);
    caller_close(&caller);
    server_close(&server);
}

static void a_second_server_on_the_same_folder_is_refused(void **state)
{
    (void)state;
    struct server second;
    setup_server();
    assert_int_equal(server_open(&second, "clerk"), BUSY);
    server_close(&server);
    assert_int_equal(server_open(&server, "clerk"), OK); /* control: a left-over socket is not */
    server_close(&server);
}

static void a_flood_of_one_client_does_not_hold_up_the_others(void **state)
{
    (void)state;
    setup_server();
    struct server_message messages[8];
    int clients[4];
    for (int i = 0; i < 4; i++)
        clients[i] = raw_connect();
    settle();
    for (int i = 0; i < 5; i++)
        assert_int_equal(send(clients[0], "flood", 5, MSG_DONTWAIT), 5);
    for (int i = 1; i < 4; i++)
        assert_int_equal(send(clients[i], "once", 4, MSG_DONTWAIT), 4);
    assert_int_equal(take(messages, 8), 4); /* one of each, not five of one */
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(messages[i].client, messages[j].client);
    for (size_t i = 0; i < 4; i++)
        server_answer(&server, messages[i].client, OK, TEXT(""));
    assert_int_equal(take(messages, 8), 1);
    server_answer(&server, messages[0].client, OK, TEXT(""));
    for (int i = 0; i < 4; i++)
        assert_int_equal(close(clients[i]), 0);
    server_close(&server);
}

static void in_small_batches_everyone_gets_a_like_share(void **state)
{
    (void)state;
    enum { CLIENTS = 10, BATCHES = 100, BATCH = 3 };
    setup_server();
    struct server_message messages[BATCH];
    struct server_client *who[CLIENTS] = {NULL};
    int clients[CLIENTS], counts[CLIENTS] = {0};
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = raw_connect();
    settle();
    for (int i = 0; i < CLIENTS; i++)
        for (int j = 0; j < 5; j++)
            assert_int_equal(send(clients[i], "x", 1, MSG_DONTWAIT), 1);
    for (int batch = 0; batch < BATCHES; batch++) {
        const size_t count = take(messages, BATCH);
        for (size_t i = 0; i < count; i++) {
            int at = 0;
            while (who[at] != NULL && who[at] != messages[i].client)
                at++;
            who[at] = messages[i].client;
            counts[at]++;
            char answer[8];
            server_answer(&server, messages[i].client, OK, TEXT(""));
            for (int j = 0; j < CLIENTS; j++) /* whoever got the answer asks again */
                if (recv(clients[j], answer, sizeof answer, MSG_DONTWAIT) > 0)
                    assert_int_equal(send(clients[j], "x", 1, MSG_DONTWAIT), 1);
        }
    }
    int low = counts[0], high = counts[0];
    for (int i = 1; i < CLIENTS; i++) {
        low = counts[i] < low ? counts[i] : low;
        high = counts[i] > high ? counts[i] : high;
    }
    assert_true(low > 0 && high - low <= 1);
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(close(clients[i]), 0);
    server_close(&server);
}

static void a_client_that_does_not_read_is_dropped_and_others_go_on(void **state)
{
    (void)state;
    setup_server();
    struct server_message messages[2];
    const int rude = raw_connect(), polite = raw_connect();
    settle();
    char *const large = arena_take(&arena, 100000);
    memset(large, 'x', 100000);
    int rounds = 0;
    while (server.client_count == 2 && rounds++ < 100) {
        arena_reset(&arena, 100000);
        if (send(rude, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1 || take(messages, 1) != 1)
            break;
        server_answer(&server, messages[0].client, OK, (struct text){large, 100000});
    }
    assert_int_equal(server.client_count, 1);
    assert_true(rounds < 100);
    char answer[8];
    assert_int_equal(send(polite, "x", 1, MSG_DONTWAIT), 1);
    assert_int_equal(take(messages, 2), 1);
    server_answer(&server, messages[0].client, OK, TEXT(""));
    assert_int_equal(recv(polite, answer, sizeof answer, MSG_DONTWAIT), 3);
    assert_memory_equal(answer, "ok\n", 3);
    assert_int_equal(close(rude), 0);
    assert_int_equal(close(polite), 0);
    server_close(&server);
}

static void a_late_answer_never_reaches_a_newcomer(void **state)
{
    (void)state;
    setup_server();
    struct server_message messages[2], others[2];
    const int gone = raw_connect();
    settle();
    assert_int_equal(send(gone, "slow", 4, MSG_DONTWAIT), 4);
    assert_int_equal(take(messages, 2), 1); /* say, a password is being hashed */
    assert_int_equal(close(gone), 0);
    settle();
    assert_int_equal(take(others, 2), 0); /* its end is seen: its place would be free */
    const int fresh = raw_connect();
    settle();
    server_answer(&server, messages[0].client, OK, TEXT("secret"));
    char answer[16];
    assert_int_equal(recv(fresh, answer, sizeof answer, MSG_DONTWAIT), -1);
    assert_int_equal(close(fresh), 0);
    server_close(&server);
}

static void more_callers_than_places_wait_and_are_served_when_one_leaves(void **state)
{
    (void)state;
    enum { MORE = SOCKET_CLIENTS_MAX + 5 };
    setup_server();
    int clients[MORE];
    struct server_message messages[4];
    for (int i = 0; i < MORE; i++)
        clients[i] = raw_connect();
    settle();
    assert_int_equal(server.client_count, SOCKET_CLIENTS_MAX);
    assert_int_equal(send(clients[MORE - 1], "x", 1, MSG_DONTWAIT), 1);
    assert_int_equal(take(messages, 4), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(close(clients[i]), 0);
    assert_int_equal(take(messages, 4), 0); /* sees them leave */
    settle();                               /* lets the others in */
    assert_int_equal(take(messages, 4), 1);
    server_answer(&server, messages[0].client, OK, TEXT(""));
    for (int i = 5; i < MORE; i++)
        assert_int_equal(close(clients[i]), 0);
    server_close(&server);
}

static void a_message_over_the_limit_ends_the_connection(void **state)
{
    (void)state;
    setup_server();
    struct server_message messages[2];
    const int fd = raw_connect();
    const int room = 4 * SOCKET_MESSAGE_MAX;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room), 0);
    settle();
    char *const large = arena_take(&arena, SOCKET_MESSAGE_MAX + 1);
    assert_int_equal(send(fd, large, SOCKET_MESSAGE_MAX + 1, MSG_DONTWAIT), SOCKET_MESSAGE_MAX + 1);
    assert_int_equal(take(messages, 2), 0);
    assert_int_equal(server.client_count, 0);
    assert_int_equal(close(fd), 0);
    server_close(&server);
}

static void a_watched_handle_ends_the_wait(void **state)
{
    (void)state;
    setup_server();
    int ends[2];
    struct server_message messages[2];
    bool other;
    assert_int_equal(pipe(ends), 0);
    server_watch(&server, ends[0]);
    assert_int_equal(server_wait(&server, &arena, 0, messages, 2, &other), 0);
    assert_false(other);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(server_wait(&server, &arena, 5000, messages, 2, &other), 0);
    assert_true(other);
    server_close(&server);
}

static void our_own_user_is_an_operator(void **state)
{
    (void)state;
    setup_server();
    struct server_message messages[2];
    const int fd = raw_connect();
    settle();
    assert_int_equal(send(fd, "x", 1, MSG_DONTWAIT), 1);
    assert_int_equal(take(messages, 2), 1);
    assert_int_equal(messages[0].uid, getuid());
    assert_true(messages[0].operator_);
    assert_int_equal(close(fd), 0);
    server_close(&server);
}

/* Exit code 0: answered; 1: turned away. By a relative path, since the folders above are closed to
 * others. */
static void call_as_nobody(void *self)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "clerk.sock"};
    char answer[16];
    (void)self;
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (chdir(conf_path("run")) != 0 || setgid(65534) != 0 || setuid(65534) != 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        _exit(77);
    const bool sent = send(fd, "x", 1, MSG_NOSIGNAL) == 1;
    _exit(sent && recv(fd, answer, sizeof answer, 0) > 0 ? 0 : 1);
}

static int nobody_calls(const char *settings)
{
    char state[4096];
    setup_server();
    server_close(&server);
    (void)snprintf(state, sizeof state, "%s", conf_state());
    FILE *const file = fopen(conf_path("curbside.conf"), "w");
    assert_non_null(file);
    assert_true(fputs(settings, file) >= 0);
    assert_int_equal(fclose(file), 0);
    conf_open(state);
    assert_int_equal(server_open(&server, "clerk"), OK);
    assert_int_equal(chmod(conf_path("run"), 0755), 0);
    assert_int_equal(chmod(conf_path("run/clerk.sock"), 0666), 0); /* file modes let it in */
    const pid_t pid = fork_server(serve_echo);
    const int code = scratch_child(call_as_nobody, NULL);
    end_child(pid);
    server_close(&server);
    return code;
}

static void another_user_is_turned_away_unless_the_settings_name_it(void **state)
{
    (void)state;
    if (getuid() != 0)
        skip(); /* needs to become another user */
    assert_int_equal(nobody_calls(""), 1);
    assert_int_equal(nobody_calls("socket.peer_users = www-data nobody\n"), 0);
    assert_int_equal(nobody_calls("socket.peer_users = www-data\n"), 1);
    assert_int_equal(nobody_calls("socket.peer_users = www-data\nsocket.analyst_user = nobody\n"),
                     0);
    assert_int_equal(nobody_calls("socket.peer_users = www-data\nsocket.ranker_user = nobody\n"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_gets_the_programs_result_and_its_reply),
        cmocka_unit_test(a_program_that_is_not_there_is_busy),
        cmocka_unit_test(a_program_that_goes_away_or_hangs_leaves_the_outcome_unknown),
        cmocka_unit_test(a_caller_goes_on_after_the_program_was_restarted),
        cmocka_unit_test(a_second_server_on_the_same_folder_is_refused),
        cmocka_unit_test(a_flood_of_one_client_does_not_hold_up_the_others),
        cmocka_unit_test(in_small_batches_everyone_gets_a_like_share),
        cmocka_unit_test(a_client_that_does_not_read_is_dropped_and_others_go_on),
        cmocka_unit_test(a_late_answer_never_reaches_a_newcomer),
        cmocka_unit_test(more_callers_than_places_wait_and_are_served_when_one_leaves),
        cmocka_unit_test(a_message_over_the_limit_ends_the_connection),
        cmocka_unit_test(a_watched_handle_ends_the_wait),
        cmocka_unit_test(our_own_user_is_an_operator),
        cmocka_unit_test(another_user_is_turned_away_unless_the_settings_name_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
