/* The accept path: what a peer may send, and that nothing else gets through to libfcgi. */
#include "fcgi/accept.h"

#include "core/clock.h"
#include "tests/support/scratch.h"

#include <fcgiapp.h> /* the control: the library alone with the same bytes */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { BODY_MAX = 1000, STEP_MS = 300, WHOLE_MS = 700, ANSWER_MAX = 200000, PATIENCE_MS = 4000 };

struct bytes_out {
    uint8_t data[ANSWER_MAX];
    size_t size;
};
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static pid_t server;
static struct bytes_out sent;
static int64_t *missed; /* of all servers that have ended: woken in vain */

static int listen_here(void)
{
    unlink(address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 64), 0);
    return fd;
}

/* Answers with the method and the number of body bytes; /big with 150,000 bytes more. */
static void serve(int fd, const char *users)
{
    struct listener listener;
    struct arena arena;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies leaves nobody behind */
    arena_open(&arena, 4 * 1024 * 1024);
    accept_open(&listener, fd, text_of(users), BODY_MAX, STEP_MS, WHOLE_MS);
    for (;;) {
        struct incoming in;
        arena_reset(&arena, 0);
        enum accepted accepted = accept_next(&listener, &arena, 100, &in);
        if (accepted == ACCEPT_STOP)
            break;
        if (accepted == ACCEPT_NOTHING)
            continue;
        struct text method = accept_param(&in, "REQUEST_METHOD");
        struct text head =
            arena_format(&arena, "Status: 200 OK\r\n\r\n%.*s %zu%s", (int)method.size,
                         method.data ? method.data : "", in.body.size, in.body_over ? " over" : "");
        bool big = text_is(accept_param(&in, "REQUEST_URI"), "/big");
        struct bytes body = {big ? arena_take(&arena, 150000) : NULL, big ? 150000 : 0};
        (void)accept_answer(&listener, &in, text_bytes(head), body);
    }
    (void)__atomic_fetch_add(missed, listener.missed, __ATOMIC_RELAXED);
    accept_close(&listener);
    _exit(0);
}

static void start(const char *users)
{
    int fd = listen_here();
    server = fork();
    if (server == 0)
        serve(fd, users);
    close(fd);
}

static int open_scratch(void **unused UNUSED)
{
    snprintf(address.sun_path, sizeof address.sun_path, "%s/w.sock", scratch_open());
    missed = mmap(NULL, sizeof *missed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(missed != MAP_FAILED);
    start("");
    return 0;
}

static int stop_server(void **unused UNUSED)
{
    int status;
    kill(server, SIGTERM);
    assert_int_equal(waitpid(server, &status, 0), server);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static void add(const void *data, size_t size)
{
    assert_true(sent.size + size <= sizeof sent.data);
    if (size > 0)
        memcpy(sent.data + sent.size, data, size);
    sent.size += size;
}

static void add_record(int type, int id, const void *content, size_t size)
{
    const uint8_t head[8] = {
        1, (uint8_t)type, (uint8_t)(id >> 8), (uint8_t)id, (uint8_t)(size >> 8), (uint8_t)size, 0,
        0};
    add(head, sizeof head);
    add(content, size);
}

static void add_begin(void)
{
    sent.size = 0;
    add_record(1, 1, "\0\1\0\0\0\0\0", 8);
}

static size_t pair(uint8_t *out, const char *name, const char *value)
{
    size_t n = strlen(name), v = strlen(value);
    out[0] = (uint8_t)n;
    out[1] = (uint8_t)v;
    memcpy(out + 2, name, n);
    memcpy(out + 2 + n, value, v);
    return 2 + n + v;
}

static void add_params(const char *method, const char *uri)
{
    uint8_t params[200];
    size_t size = pair(params, "REQUEST_METHOD", method);
    size += pair(params + size, "REQUEST_URI", uri);
    add_record(4, 1, params, size);
    add_record(4, 1, NULL, 0);
}

static int call(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {PATIENCE_MS / 1000, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static size_t receive(int fd, char *out, size_t room)
{
    size_t size = 0;
    ssize_t got;
    while (size < room && (got = recv(fd, out + size, room - size, 0)) > 0)
        size += (size_t)got;
    close(fd);
    return size;
}

/* What came back to the bytes in `sent`: the text of the first record, "" when the peer was just
 * dropped. */
static const char *answer(void)
{
    static char got[ANSWER_MAX];
    int fd = call();
    (void)send(fd, sent.data, sent.size, MSG_NOSIGNAL);
    size_t size = receive(fd, got, sizeof got - 1);
    got[size] = 0;
    if (size == 0)
        return "";
    assert_true(size > 8 && got[1] == 6);
    size_t text = (size_t)(uint8_t)got[4] << 8 | (uint8_t)got[5];
    got[8 + (text < size - 8 ? text : size - 8)] = 0;
    return got + 8;
}

static void assert_serves(void)
{
    add_begin();
    add_params("GET", "/");
    add_record(5, 1, NULL, 0);
    assert_non_null(strstr(answer(), "GET 0"));
}

static void
a_whole_request_is_answered_and_the_answer_ends_as_the_protocol_says(void **unused UNUSED)
{
    char got[1000];
    add_begin();
    add_params("POST", "/");
    add_record(5, 1, "name=value", 10);
    add_record(5, 1, NULL, 0);
    int fd = call();
    assert_int_equal(send(fd, sent.data, sent.size, 0), sent.size);
    size_t size = receive(fd, got, sizeof got);
    assert_true(size > 24);
    assert_memory_equal(got + size - 24, "\1\6\0\1\0\0\0\0\1\3\0\1\0\10\0\0\0\0\0\0\0\0\0\0", 24);
    got[size - 24] = 0;
    assert_non_null(strstr(got + 8, "POST 10"));
}

static void a_request_in_single_bytes_is_the_same_request(void **unused UNUSED)
{
    add_begin();
    add_params("GET", "/");
    add_record(5, 1, NULL, 0);
    char got[1000];
    int fd = call();
    for (size_t i = 0; i < sent.size; i++)
        assert_int_equal(send(fd, sent.data + i, 1, 0), 1);
    assert_true(receive(fd, got, sizeof got) > 24);
    assert_non_null(memmem(got, sizeof got, "GET 0", 5));
}

static void an_answer_of_many_records_is_whole(void **unused UNUSED)
{
    static char got[ANSWER_MAX];
    add_begin();
    add_params("GET", "/big");
    add_record(5, 1, NULL, 0);
    int fd = call();
    assert_int_equal(send(fd, sent.data, sent.size, 0), sent.size);
    size_t size = receive(fd, got, sizeof got), at = 0, content = 0;
    while (at + 8 <= size && got[at + 1] == 6) {
        size_t part = (size_t)(uint8_t)got[at + 4] << 8 | (uint8_t)got[at + 5];
        content += part;
        at += 8 + part;
    }
    assert_int_equal(got[at + 1], 3);
    assert_true(content > 150000 && content < 150040);
}

static void a_body_over_the_limit_is_cut_and_said_to_be(void **unused UNUSED)
{
    char body[BODY_MAX + 1] = {0};
    add_begin();
    add_params("POST", "/");
    add_record(5, 1, body, BODY_MAX);
    add_record(5, 1, NULL, 0);
    assert_non_null(strstr(answer(), "POST 1000"));
    assert_null(strstr(answer(), "over"));
    add_begin();
    add_params("POST", "/");
    add_record(5, 1, body, BODY_MAX + 1);
    add_record(5, 1, NULL, 0);
    assert_non_null(strstr(answer(), "POST 1000 over"));
}

/* FCGI_GET_VALUES for `names` names of the three that libfcgi knows. */
static void add_get_values(int names)
{
    uint8_t values[200];
    size_t size = 0;
    for (int i = 0; i < names; i++)
        size += pair(values + size, "FCGI_MAX_CONNS", "");
    /* Padded, and more behind it: the library looks for another record before it answers this one.
     */
    add_record(9, 0, values, size);
    add_record(9, 0, NULL, 0);
}

static void management_records_never_reach_the_library(void **unused UNUSED)
{
    sent.size = 0;
    add_get_values(4);
    assert_string_equal(answer(), "");
    add_begin(); /* behind a good first record, where a look at the first eight bytes does not see
                    it */
    add_get_values(4);
    add_params("GET", "/");
    add_record(5, 1, NULL, 0);
    assert_string_equal(answer(), "");
    add_begin();
    add_params("POST", "/");
    add_record(5, 1, "a", 1);
    add_get_values(4);
    add_record(5, 1, NULL, 0);
    assert_string_equal(answer(), "");
    assert_serves();
}

static void library_alone(void *unused UNUSED)
{
    FCGX_Request request;
    int fd = FCGX_OpenSocket(address.sun_path, 5);
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, fd, 0) != 0)
        _exit(3);
    pid_t peer = fork();
    if (peer == 0) {
        int out = call();
        (void)send(out, sent.data, sent.size, MSG_NOSIGNAL);
        char got[200];
        (void)receive(out, got, sizeof got);
        _exit(0);
    }
    (void)FCGX_Accept_r(&request);
    _exit(0);
}

/* The control: the same bytes kill a process that hands its connections to the library. */
static void the_same_records_kill_the_library_when_it_stands_alone(void **unused UNUSED)
{
    char before[sizeof address.sun_path];
    memcpy(before, address.sun_path, sizeof before);
    size_t end = strlen(address.sun_path);
    if (end + 2 < sizeof address.sun_path)
        memcpy(address.sun_path + end, "x", 2);
    sent.size = 0;
    add_get_values(6);
    int code = scratch_child(library_alone, NULL);
    memcpy(address.sun_path, before, sizeof before);
    assert_int_equal(code, 128 + SIGABRT);
}

static void garbage_is_dropped_and_the_next_request_is_served(void **unused UNUSED)
{
    static const char *const lines[] = {
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "\1\1\0\0\0\10\0\0\0\1\0\0\0\0\0\0",
        "\2\1\0\1\0\10\0\0",
        "\1\1\0\1\0\10\0\0\0\2\0\0\0\0\0\0",
        "\1\4\0\1\0\0\0\0",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        sent.size = 0;
        add(lines[i], i == 0 ? strlen(lines[0]) : 16 > strlen(lines[i]) ? 8 : 16);
        assert_string_equal(answer(), "");
    }
    srand(7);
    for (int i = 0; i < 300; i++) {
        add_begin();
        add_params("GET", "/");
        add_record(5, 1, NULL, 0);
        size_t hits = 1 + (size_t)(random() % 4);
        while (hits-- > 0)
            sent.data[(size_t)random() % sent.size] = (uint8_t)random();
        int fd = call();
        (void)send(fd, sent.data, sent.size, MSG_NOSIGNAL);
        shutdown(fd, SHUT_WR);
        char got[500];
        (void)receive(fd, got, sizeof got);
    }
    assert_serves();
}

static void lengths_that_lie_are_refused(void **unused UNUSED)
{
    static const struct {
        const char *bytes;
        size_t size;
    } lies[] = {
        {"\x7f\x7f"
         "ab",
         4}, /* longer than what came */
        {"\xff\xff\xff\xfe\xff\xff\xff\xfe"
         "ab",
         10},                /* 2^31-2: negative sum in the library */
        {"\x80\x00\x00", 3}, /* half a length */
        {"\x00\x01"
         "a",
         3}, /* no name */
        {"\x02\x01"
         "A=b",
         5}, /* '=' in a name */
        {"\x01\x01"
         "A\0",
         4}, /* NUL in a value */
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        add_begin();
        add_record(4, 1, lies[i].bytes, lies[i].size);
        add_record(4, 1, NULL, 0);
        add_record(5, 1, NULL, 0);
        assert_string_equal(answer(), "");
    }
    assert_serves();
}

static void params_over_their_limit_are_refused(void **unused UNUSED)
{
    static char filler[30000];
    add_begin();
    add_record(4, 1, filler, sizeof filler);
    add_record(4, 1, filler, sizeof filler);
    add_record(4, 1, NULL, 0);
    assert_string_equal(answer(), "");
    assert_serves();
}

static void
a_silent_peer_and_half_a_request_hold_the_worker_for_a_second_at_most(void **unused UNUSED)
{
    for (int half = 0; half < 2; half++) {
        int silent = call();
        add_begin();
        if (half)
            assert_int_equal(send(silent, sent.data, sent.size, 0), sent.size);
        usleep(50 * 1000);
        int64_t before = clock_steady_us();
        assert_serves();
        assert_true(clock_steady_us() - before < 1000 * 1000);
        close(silent);
    }
}

static void a_peer_that_sends_a_byte_now_and_then_is_ended_too(void **unused UNUSED)
{
    add_begin();
    add_params("GET", "/");
    add_record(5, 1, NULL, 0);
    int fd = call();
    int64_t before = clock_steady_us();
    size_t at = 0;
    while (at < sent.size && send(fd, sent.data + at, 1, MSG_NOSIGNAL) == 1) {
        at++;
        usleep(100 * 1000);
    }
    assert_true(at < sent.size);
    assert_true(clock_steady_us() - before < 2000 * 1000);
    close(fd);
    assert_serves();
}

static void a_peer_that_does_not_read_is_ended(void **unused UNUSED)
{
    int fds[40];
    add_begin();
    add_params("GET", "/big");
    add_record(5, 1, NULL, 0);
    for (int i = 0; i < 2; i++) {
        int small = 2048;
        fds[i] = call();
        setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        assert_int_equal(send(fds[i], sent.data, sent.size, 0), sent.size);
    }
    usleep(50 * 1000);
    int64_t before = clock_steady_us();
    assert_serves();
    assert_true(clock_steady_us() - before < 2500 * 1000);
    close(fds[0]);
    close(fds[1]);
}

static void a_stop_comes_through_although_connections_never_cease(void **unused UNUSED)
{
    pid_t flood[4];
    for (int i = 0; i < 4; i++) {
        flood[i] = fork();
        if (flood[i] == 0)
            for (;;) {
                int fd = socket(AF_UNIX, SOCK_STREAM, 0);
                if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
                    _exit(0);
                close(fd);
            }
    }
    usleep(200 * 1000);
    int64_t before = clock_steady_us();
    assert_int_equal(stop_server(NULL), 0);
    assert_true(clock_steady_us() - before < 1000 * 1000);
    for (int i = 0; i < 4; i++) {
        kill(flood[i], SIGKILL);
        waitpid(flood[i], NULL, 0);
    }
    start("");
}

static void a_connection_wakes_one_worker_not_all_that_wait(void **unused UNUSED)
{
    enum { WORKERS = 4, REQUESTS = 200 };
    pid_t workers[WORKERS];
    assert_serves(); /* it is up: earlier a stop would just end it */
    assert_int_equal(stop_server(NULL), 0);
    int fd = listen_here();
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        if (workers[i] == 0)
            serve(fd, "");
    }
    close(fd);
    *missed = 0;
    for (int i = 0; i < REQUESTS; i++)
        assert_serves();
    for (int i = 0; i < WORKERS; i++)
        kill(workers[i], SIGTERM);
    for (int i = 0; i < WORKERS; i++)
        waitpid(workers[i], NULL, 0);
    print_message("%lld woken in vain by %d connections\n", (long long)*missed, REQUESTS);
    assert_true(*missed < REQUESTS / 4); /* with all woken: 150 and more */
    start("");
    assert_serves();
}

/* Bytes that a process of user 65534 gets back; the folder above may be closed to it, so it calls
 * from inside. */
static int answer_to_stranger(void)
{
    char folder[sizeof address.sun_path];
    snprintf(folder, sizeof folder, "%s", address.sun_path);
    *strrchr(folder, '/') = 0;
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(address.sun_path, 0666), 0);
    pid_t stranger = fork();
    if (stranger == 0) {
        struct sockaddr_un near = {.sun_family = AF_UNIX, .sun_path = "w.sock"};
        if (chdir(folder) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
            _exit(9);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&near, sizeof near) != 0)
            _exit(8);
        add_begin();
        add_params("GET", "/");
        add_record(5, 1, NULL, 0);
        (void)send(fd, sent.data, sent.size, MSG_NOSIGNAL);
        char got[200];
        _exit(receive(fd, got, sizeof got) == 0 ? 0 : 1);
    }
    int status;
    waitpid(stranger, &status, 0);
    return WEXITSTATUS(status);
}

static void another_user_is_heard_only_when_named(void **unused UNUSED)
{
    if (geteuid() != 0)
        skip();
    assert_int_equal(answer_to_stranger(), 0);
    assert_int_equal(stop_server(NULL), 0);
    start("nobody-we-know 65534");
    assert_int_equal(answer_to_stranger(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_request_is_answered_and_the_answer_ends_as_the_protocol_says),
        cmocka_unit_test(a_request_in_single_bytes_is_the_same_request),
        cmocka_unit_test(an_answer_of_many_records_is_whole),
        cmocka_unit_test(a_body_over_the_limit_is_cut_and_said_to_be),
        cmocka_unit_test(management_records_never_reach_the_library),
        cmocka_unit_test(the_same_records_kill_the_library_when_it_stands_alone),
        cmocka_unit_test(garbage_is_dropped_and_the_next_request_is_served),
        cmocka_unit_test(lengths_that_lie_are_refused),
        cmocka_unit_test(params_over_their_limit_are_refused),
        cmocka_unit_test(a_silent_peer_and_half_a_request_hold_the_worker_for_a_second_at_most),
        cmocka_unit_test(a_peer_that_sends_a_byte_now_and_then_is_ended_too),
        cmocka_unit_test(a_peer_that_does_not_read_is_ended),
        cmocka_unit_test(a_stop_comes_through_although_connections_never_cease),
        cmocka_unit_test(a_connection_wakes_one_worker_not_all_that_wait),
        cmocka_unit_test(another_user_is_heard_only_when_named),
    };
    return cmocka_run_group_tests(tests, open_scratch, stop_server);
}
