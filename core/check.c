#include "core/check.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/sandbox.h"
#include "core/trace.h"
#include "schema/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_MEMORY_MIB = 256, CHILD_SECONDS = 4, NUMBERS_MAX = 200 };

void check_open(struct check *check)
{
    check->client = NULL;
    check->fd = -1;
    check->size = 0;
}

static void child_end(struct check *check)
{
    kill(check->child, SIGKILL);
    while (waitpid(check->child, NULL, 0) < 0 && errno == EINTR)
        ;
    close(check->fd);
    check_open(check);
}

void check_close(struct check *check)
{
    if (check->client)
        child_end(check);
}

static NORETURN void child_run(int in, int out, const char *program, const char *name)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
        execl("/proc/self/exe", program, "--state", conf_state(), "check-run", name, (char *)NULL);
    _exit(127);
}

/* The script as a file in memory, at its start. */
static int script_file(struct text script)
{
    int fd = memfd_create("rule", MFD_CLOEXEC);
    size_t at = 0;
    while (fd >= 0 && at < script.size) {
        ssize_t written = write(fd, script.data + at, script.size - at);
        if (written <= 0) {
            close(fd);
            return -1;
        }
        at += (size_t)written;
    }
    if (fd >= 0)
        (void)lseek(fd, 0, SEEK_SET);
    return fd;
}

enum result check_start(struct check *check, struct server *server, struct server_client *client,
                        const char *program, struct text name, struct text script)
{
    int ends[2] = {-1, -1};
    char word[48];
    if (check->client || name.size >= sizeof(word))
        return BUSY;
    snprintf(word, sizeof(word), "%.*s", (int)name.size, name.data);
    int in = script_file(script);
    if (in < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        if (in >= 0)
            close(in);
        return BUSY;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        child_run(in, ends[1], program, word);
    close(in);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return BUSY;
    }
    check->client = client;
    check->child = child;
    check->fd = ends[0];
    check->size = 0;
    check->until_us = clock_steady_us() + (int64_t)CHECK_MS_MAX * 1000;
    fcntl(check->fd, F_SETFL, O_NONBLOCK);
    server_watch(server, check->fd);
    return OK;
}

/* What is told when the child could not: killed for its time or memory. */
static void answer_killed(struct check *check, struct server *server)
{
    struct record_rule_fault fault = {0, TEXT("Checking it took too long, and was stopped.")};
    const struct reply_rule_checked reply = {.faults = &fault, .faults_count = 1};
    struct arena arena;
    struct buf out;
    arena_open(&arena, 64 * 1024);
    buf_open(&out, &arena, 1024);
    reply_rule_checked_write(&out, &reply);
    server_answer(server, check->client, OK, buf_done(&out));
    arena_close(&arena);
}

void check_step(struct check *check, struct server *server)
{
    if (!check->client)
        return;
    ssize_t got = -1;
    while (check->size < sizeof(check->text)) {
        got = read(check->fd, check->text + check->size, sizeof(check->text) - check->size);
        if (got <= 0)
            break;
        check->size += (size_t)got;
    }
    bool ended = got == 0, late = clock_steady_us() > check->until_us;
    if (!ended && !late && check->size < sizeof(check->text))
        return;
    if (ended && check->size > 0)
        server_answer(server, check->client, OK, (struct text){check->text, check->size});
    else
        answer_killed(check, server);
    child_end(check);
}

/* --- the child --- */

static struct text numbers_text(struct arena *arena, const double *numbers, int count)
{
    struct buf out;
    buf_open(&out, arena, 64);
    for (int i = 0; i < count && out.size < NUMBERS_MAX - 24; i++)
        buf_format(&out, "%s%.10g", i > 0 ? " " : "", numbers[i]);
    return out.size > 0 ? buf_done(&out) : TEXT("");
}

static void report_write(struct arena *arena, const struct rule_report *report, struct buf *out)
{
    struct reply_rule_checked reply = {.good = report->good};
    reply.faults = arena_array(arena, struct record_rule_fault, RULE_FAULTS_MAX);
    reply.constants = arena_array(arena, struct record_rule_constant, RULE_CONSTANTS_MAX);
    reply.examples = arena_array(arena, struct record_rule_example, RULE_EXAMPLES_SHOWN);
    for (size_t i = 0; i < report->fault_count; i++)
        reply.faults[reply.faults_count++] =
            (struct record_rule_fault){report->faults[i].line, report->faults[i].words};
    for (size_t i = 0; i < report->constant_count; i++) {
        const struct rule_constant *c = &report->constants[i];
        reply.constants[reply.constants_count++] =
            (struct record_rule_constant){c->name, c->value, c->low, c->high, c->unit, c->meaning};
    }
    for (size_t i = 0; i < report->example_count; i++) {
        const struct rule_example *e = &report->examples[i];
        reply.examples[reply.examples_count++] = (struct record_rule_example){
            .line = e->line,
            .call = text_cut(e->call, 60),
            .with = numbers_text(arena, e->with, e->with_count),
            .gives = numbers_text(arena, e->gives, e->gives_count),
            .got = numbers_text(arena, e->got, e->got_count),
            .why = text_cut(e->why, NUMBERS_MAX),
            .good = e->good,
            .fault = text_cut(e->fault, 2 * NUMBERS_MAX),
        };
    }
    reply_rule_checked_write(out, &reply);
}

void check_reply(struct arena *arena, struct text script, const struct rule_function *functions,
                 size_t count, struct buf *out)
{
    static struct rule_report report; /* too large for a stack */
    rule_inspect(arena, script, functions, count, &report);
    report_write(arena, &report, out);
}

int check_child(const struct rule_function *functions, size_t count)
{
    static char script[RULE_TEXT_MAX + 1];
    struct arena arena;
    struct buf out;
    size_t size = 0;
    ssize_t got;
    arena_open(&arena, 64 * 1024 * 1024);
    sandbox_enter(&(struct sandbox){
        .kind = SANDBOX_RULE, .memory_mib = CHILD_MEMORY_MIB, .cpu_seconds = CHILD_SECONDS});
    while (size < sizeof(script) &&
           (got = read(STDIN_FILENO, script + size, sizeof(script) - size)) > 0)
        size += (size_t)got;
    buf_open(&out, &arena, 64 * 1024);
    check_reply(&arena, (struct text){script, size}, functions, count, &out);
    for (size_t at = 0; at < out.size;) {
        got = write(STDOUT_FILENO, out.data + at, out.size - at);
        if (got <= 0)
            return 1;
        at += (size_t)got;
    }
    return 0;
}
