#include "board/import/import.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/json.h"
#include "core/trace.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The senders of an import, and how far it is. */

enum { TRIES_MOST = 100, TRY_AGAIN_US = 100 * 1000 };

struct outcome {
    int64_t line;
    enum result result;
    bool fresh;
    char reason[120];
};

/* --- a sender --- */

static void command_send(struct caller *caller, struct arena *arena, struct bytes message,
                         struct outcome *outcome)
{
    struct bytes reply = NO_BYTES;
    struct reply_problem fault;
    struct json *json = NULL;
    for (int tries = 0; tries < TRIES_MOST; tries++) {
        outcome->result = caller_ask(caller, arena, message, &reply);
        bool again = outcome->result == BUSY || outcome->result == UNKNOWN;
        if (!again)
            break;
        (void)usleep(TRY_AGAIN_US);
    }
    if (outcome->result == OK) {
        struct reply_reference_added added;
        outcome->fresh = json_read(reply, &json) == OK &&
                         reply_reference_added_read(json, arena, &added) == OK && added.fresh;
        json_close(json);
        return;
    }
    bool said = reply.size > 0 && json_read(reply, &json) == OK &&
                reply_problem_read(json, arena, &fault) == OK;
    (void)snprintf(outcome->reason, sizeof(outcome->reason), "%s%s%.*s",
                   result_name(outcome->result), said ? ": " : "",
                   said ? (int)fault.reason.size : 0, said ? fault.reason.data : "");
    json_close(json);
}

/* A job is the line's number (8 bytes) and the command. */
NORETURN static void sender_main(int jobs, int outcomes)
{
    struct caller caller = {.program = "clerk", .fd = -1, .wait_ms = 15000};
    struct arena arena;
    arena_open(&arena, IMPORT_ARENA_SIZE);
    for (;;) {
        struct outcome outcome = {0};
        arena_reset(&arena, 0);
        uint8_t *job = arena_take(&arena, SOCKET_MESSAGE_MAX + sizeof(int64_t));
        ssize_t size = recv(jobs, job, SOCKET_MESSAGE_MAX + sizeof(int64_t), 0);
        if (size <= (ssize_t)sizeof(int64_t))
            _exit(0);
        memcpy(&outcome.line, job, sizeof(int64_t));
        command_send(&caller, &arena,
                     bytes_of(job + sizeof(int64_t), (size_t)size - sizeof(int64_t)), &outcome);
        if (send(outcomes, &outcome, sizeof(outcome), MSG_NOSIGNAL) != sizeof(outcome))
            _exit(1);
    }
}

void senders_start(struct import *im)
{
    int jobs[2], outcomes[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, jobs) != 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET, 0, outcomes) != 0)
        trace_die("import", "error=%s", strerror(errno));
    const int room = 4 * SOCKET_MESSAGE_MAX;
    (void)setsockopt(jobs[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    for (size_t i = 0; i < SENDERS; i++) {
        im->children[i] = fork();
        if (im->children[i] < 0)
            trace_die("import", "error=%s", strerror(errno));
        if (im->children[i] == 0) {
            (void)close(jobs[0]);
            (void)close(outcomes[0]);
            sender_main(jobs[1], outcomes[1]);
        }
    }
    (void)close(jobs[1]);
    (void)close(outcomes[1]);
    im->jobs = jobs[0];
    im->outcomes = outcomes[0];
}

/* --- the reader --- */

void line_broken(struct import *im, int64_t line, const char *why)
{
    if (++im->broken <= FAULTS_SHOWN)
        fprintf(stderr, "\rline %lld: %s\n", (long long)line, why);
}

void progress_show(struct import *im)
{
    int64_t now_us = clock_steady_us(), spent_us = now_us - im->start_us;
    double share = im->share_from + im->share_part * lines_share(&im->lines);
    if (now_us - im->shown_us < 500000 || share <= 0)
        return;
    im->shown_us = now_us;
    fprintf(stderr, "\r%lld %s, %lld/s, about %lld s left ", (long long)im->done, im->what,
            (long long)(im->done * 1000000 / (spent_us + 1)),
            (long long)((double)spent_us * (1 - share) / share / 1e6));
}

/* Take an outcome if there is one; with `wait`, until there is one. False at the end. */
static bool outcome_take(struct import *im, bool wait)
{
    struct outcome outcome;
    ssize_t size = recv(im->outcomes, &outcome, sizeof(outcome), wait ? 0 : MSG_DONTWAIT);
    if (size != sizeof(outcome))
        return false;
    if (outcome.result == OK) {
        im->done++;
        im->fresh += outcome.fresh;
    } else
        line_broken(im, outcome.line, outcome.reason);
    progress_show(im);
    return true;
}

static void job_send(struct import *im, const void *job, size_t size)
{
    for (;;) {
        struct pollfd ends[] = {{.fd = im->jobs, .events = POLLOUT},
                                {.fd = im->outcomes, .events = POLLIN}};
        while (outcome_take(im, false))
            continue;
        if (send(im->jobs, job, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size) {
            im->sent++;
            return;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            line_broken(im, im->lines.number, strerror(errno));
            return;
        }
        (void)poll(ends, 2, 1000);
    }
}

static void any_send(struct import *im, int64_t place, struct command *command)
{
    struct buf job;
    command->token = command->form = TEXT("");
    buf_open(&job, &im->arena, 8192);
    buf_add(&job, &place, sizeof(int64_t));
    command_write(&job, command);
    if (job.size > SOCKET_MESSAGE_MAX)
        line_broken(im, place, "too long");
    else
        job_send(im, job.data, job.size);
}

void reference_send(struct import *im, int64_t place, const struct command_reference_add *c)
{
    struct command command = {.kind = COMMAND_REFERENCE_ADD};
    command.reference_add = *c;
    any_send(im, place, &command);
}

void comment_send(struct import *im, int64_t place, const struct command_reference_comment *c)
{
    struct command command = {.kind = COMMAND_REFERENCE_COMMENT};
    command.reference_comment = *c;
    any_send(im, place, &command);
}

void topic_send(struct import *im, int64_t place, const struct command_reference_topic *c)
{
    struct command command = {.kind = COMMAND_REFERENCE_TOPIC};
    command.reference_topic = *c;
    any_send(im, place, &command);
}

bool senders_end(struct import *im)
{
    bool good = true;
    (void)close(im->jobs);
    while (outcome_take(im, true))
        continue;
    for (size_t i = 0; i < SENDERS; i++) {
        int status = 0;
        good = waitpid(im->children[i], &status, 0) > 0 && status == 0 && good;
    }
    (void)close(im->outcomes);
    return good && im->done + im->broken >= im->sent;
}

bool import_open(struct import *im, const char *what)
{
    struct command status = {.kind = COMMAND_STATUS};
    struct bytes reply = NO_BYTES;
    memset(im, 0, sizeof(*im));
    arena_open(&im->arena, IMPORT_ARENA_SIZE);
    im->what = what;
    im->share_part = 1;
    im->start_us = im->shown_us = clock_steady_us();
    if (clerk_ask(&im->arena, &status, &reply) == OK)
        return true;
    fprintf(stderr, "curbside-clerk: no clerk is serving this state (curbside up)\n");
    arena_close(&im->arena);
    return false;
}

void import_close(struct import *im)
{
    arena_close(&im->arena);
}

/* So many digits from there on; -1: they are none. */
static int64_t digits(struct text text, size_t from, size_t count, int64_t most)
{
    int64_t number = -1;
    if (text.size < from + count ||
        !text_int((struct text){text.data + from, count}, 0, most, &number))
        return -1;
    return number;
}

int64_t import_time_ms(struct text iso)
{
    int64_t year = digits(iso, 0, 4, 9999), month = digits(iso, 5, 2, 12);
    int64_t day = digits(iso, 8, 2, 31), hour = digits(iso, 11, 2, 23);
    int64_t minute = digits(iso, 14, 2, 59), second = digits(iso, 17, 2, 59);
    if (year < 1990 || month < 1 || day < 1)
        return 0;
    int64_t at_ms = clock_from_date((int)year, (int)month, (int)day);
    if (hour >= 0 && minute >= 0 && second >= 0)
        at_ms += hour * HOUR_MS + minute * MINUTE_MS + second * 1000;
    return at_ms;
}

struct text words_cut(struct text text, size_t most)
{
    struct text cut = text_cut(text, most);
    if (cut.size == text.size)
        return text;
    while (cut.size > 0 && cut.data[cut.size - 1] != ' ')
        cut.size--;
    return text_trim(cut);
}

struct text body_fit(struct arena *arena, struct text markdown)
{
    static const char note[] = "\n\n(Shortened here; the source has the whole text.)";
    size_t most = (size_t)conf_int("posting.size_max");
    if (markdown.size <= most)
        return markdown;
    struct text cut = words_cut(markdown, most - sizeof(note));
    return arena_format(arena, "%.*s%s", (int)cut.size, cut.data, note);
}
