/* test-seconds: 120
 * The program itself: killed at random moments, it keeps what it acknowledged; passwords are hashed
 * in its children. */
#include "board/clerk/tools.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 8, CLIENTS = 4, ACKED_MAX = 200000 };

struct acked {
    int64_t key, id;
};
static struct arena arena;
static struct acked acked[ACKED_MAX];
static size_t acked_count;

static int open_all(void **state UNUSED)
{
    FILE *file;
    (void)scratch_open();
    arena_open(&arena, 64 << 20);
    file = fopen(conf_path("curbside.conf"), "w");
    assert_non_null(file);
    assert_true(fputs("password.memory_mib = 8\nsecond.staff = 0\n", file) > 0);
    return fclose(file);
}

static bool clerk_is_up(void)
{
    struct command command = {.kind = COMMAND_STATUS};
    struct bytes reply;
    return clerk_ask(&arena, &command, &reply) == OK;
}

static pid_t clerk_start(void)
{
    const char *build = getenv("BUILD");
    char program[600];
    (void)snprintf(program, sizeof(program), "%s/bin/curbside-clerk",
                   build == NULL ? "build" : build);
    pid_t pid = fork();
    if (pid == 0) {
        int log = open(conf_path("clerk.log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
        (void)dup2(log, STDERR_FILENO);
        (void)execl(program, "curbside-clerk", "--state", conf_state(), "serve", (char *)NULL);
        _exit(127);
    }
    for (int tries = 0; tries < 500 && !clerk_is_up(); tries++) {
        (void)usleep(10000);
        arena_reset(&arena, 0);
    }
    assert_true(clerk_is_up());
    return pid;
}

static void clerk_end(pid_t pid, int signal_number, int want)
{
    int status = 0;
    assert_int_equal(kill(pid, signal_number), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) ? WEXITSTATUS(status) == want : WTERMSIG(status) == want);
}

static enum result reference_ask(struct caller *caller, int64_t key, int64_t *id)
{
    struct command command = {.kind = COMMAND_REFERENCE_ADD, .token = TEXT(""), .form = TEXT("")};
    struct reply_reference_added created = {0};
    struct json *json = NULL;
    struct bytes reply;
    struct buf buf;
    arena_reset(&arena, 0);
    command.reference_add =
        (struct command_reference_add){.key = arena_format(&arena, "kill:%lld", (long long)key),
                                       .title = TEXT("What is kept?"),
                                       .body = TEXT("What was acknowledged."),
                                       .topics = TEXT("durability"),
                                       .source = TEXT("A test"),
                                       .url = TEXT(""),
                                       .licence = TEXT("none")};
    buf_open(&buf, &arena, 1024);
    command_write(&buf, &command);
    enum result result = caller_ask(caller, &arena, buf_bytes(&buf), &reply);
    if (result == OK &&
        (json_read(reply, &json) != OK || reply_reference_added_read(json, &arena, &created) != OK))
        result = BROKEN;
    json_close(json);
    *id = created.id;
    return result;
}

/* Adds references as fast as it is answered and tells which were acknowledged, until the clerk is
 * gone. */
NORETURN static void client_main(int64_t first, int out)
{
    struct caller caller = {.program = "clerk", .fd = -1, .wait_ms = 5000};
    for (int64_t key = first;; key++) {
        struct acked one = {key, 0};
        if (reference_ask(&caller, key, &one.id) != OK ||
            write(out, &one, sizeof(one)) != sizeof(one))
            _exit(0);
    }
}

/* How many of the acknowledged are not there any more, or have become something else. */
static size_t acked_lost(void)
{
    struct caller caller = {.program = "clerk", .fd = -1, .wait_ms = 5000};
    size_t lost = 0;
    for (size_t i = 0; i < acked_count; i++) {
        int64_t id = 0;
        lost += reference_ask(&caller, acked[i].key, &id) != OK || id != acked[i].id;
    }
    caller_close(&caller);
    return lost;
}

static void round_run(int64_t number)
{
    int ends[2];
    pid_t clerk = clerk_start(), clients[CLIENTS];
    assert_int_equal(pipe(ends), 0);
    for (int64_t i = 0; i < CLIENTS; i++) {
        clients[i] = fork();
        if (clients[i] == 0)
            client_main((number * CLIENTS + i) * 1000000 + 1, ends[1]);
    }
    (void)close(ends[1]);
    (void)usleep(20000 + (unsigned)seal_random_below(80000));
    clerk_end(clerk, SIGKILL, SIGKILL);
    while (acked_count < ACKED_MAX &&
           read(ends[0], &acked[acked_count], sizeof(*acked)) == sizeof(*acked))
        acked_count++;
    (void)close(ends[0]);
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(waitpid(clients[i], NULL, 0), clients[i]);
}

static void digest_of(uint8_t digest[DIGEST_SIZE])
{
    struct db *db = NULL;
    int64_t rows = 0;
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_OPERATOR, DB_READ, 0),
                     OK);
    assert_int_equal(db_content_digest(db, fold_skipped, digest, &rows), OK);
    db_close(db);
}

static void what_was_acknowledged_survives_kill_9(void **state UNUSED)
{
    uint8_t live[DIGEST_SIZE], rebuilt[DIGEST_SIZE];
    for (int64_t i = 0; i < ROUNDS; i++)
        round_run(i);
    pid_t clerk = clerk_start();
    print_message("# %zu acknowledged in %d rounds\n", acked_count, ROUNDS);
    assert_true(acked_count > ROUNDS);
    assert_int_equal(acked_lost(), 0);
    acked[acked_count++] = (struct acked){999999999, 1}; /* control: one that never was */
    assert_int_equal(acked_lost(), 1);
    clerk_end(clerk, SIGTERM, 0);
    digest_of(live);
    assert_int_equal(fold_rebuild(), 0);
    digest_of(rebuilt);
    assert_memory_equal(live, rebuilt, DIGEST_SIZE);
}

static enum result sign_in(const char *name, const char *password)
{
    struct command command = {.kind = COMMAND_SIGN_IN};
    struct bytes reply;
    arena_reset(&arena, 0);
    command.sign_in = (struct command_sign_in){text_of(name), text_of(password), NO_TEXT};
    return clerk_ask(&arena, &command, &reply);
}

static void passwords_open_sessions_and_too_many_tries_wait(void **state UNUSED)
{
    pid_t clerk = clerk_start();
    struct command command = {.kind = COMMAND_STAFF_ADD};
    struct bytes reply;
    command.staff_add = (struct command_staff_add){TEXT("Switchboard"), TEXT("correct horse"),
                                                   BOARD_ADMIN, TEXT(""), TEXT("")};
    assert_int_equal(clerk_ask(&arena, &command, &reply), OK);
    assert_int_equal(sign_in("Switchboard", "correct horse"), OK);
    assert_int_equal(sign_in("switch board", "correct horse"), OK);
    for (int i = 0; i < THROTTLE_TRIES; i++) {
        assert_int_equal(sign_in("Switchboard", "wrong horse"), REFUSED);
        assert_int_equal(sign_in("Nobody", "wrong horse"), REFUSED); /* told the same */
    }
    assert_int_equal(sign_in("Switchboard", "correct horse"), TOO_OFTEN);
    assert_int_equal(sign_in("Nobody", "wrong horse"), TOO_OFTEN);
    assert_int_equal(sign_in("Somebody", "wrong horse"), REFUSED);
    clerk_end(clerk, SIGTERM, 0);
}

static void a_second_clerk_on_the_same_state_does_not_start(void **state UNUSED)
{
    pid_t clerk = clerk_start();
    const char *build = getenv("BUILD");
    char program[600];
    int status = 0;
    (void)snprintf(program, sizeof(program), "%s/bin/curbside-clerk",
                   build == NULL ? "build" : build);
    pid_t other = fork();
    if (other == 0) {
        int log = open(conf_path("clerk.log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
        (void)dup2(log, STDERR_FILENO);
        (void)execl(program, "curbside-clerk", "--state", conf_state(), "serve", (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_true(clerk_is_up());
    assert_int_equal(fold_rebuild(), 1); /* nor does a rebuild touch a state that is served */
    clerk_end(clerk, SIGTERM, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_acknowledged_survives_kill_9),
        cmocka_unit_test(passwords_open_sessions_and_too_many_tries_wait),
        cmocka_unit_test(a_second_clerk_on_the_same_state_does_not_start),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
