#include "board/tools.h"

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

/* The clerk commits what many clients ask in one go, so an import is many clients: this process
 * reads lines and makes commands, children with one connection each take them from a shared socket
 * as fast as the clerk answers. */
enum {
    SENDERS = 24,
    TRIES_MOST = 100,
    TRY_AGAIN_US = 100 * 1000,
    FAULTS_SHOWN = 20,
    IMPORT_ARENA_SIZE = 64 * 1024 * 1024,
    NAMES_SIZE_MAX = 1000,
};

struct outcome {
    int64_t line;
    enum result result;
    char reason[120];
};

struct import {
    int jobs, outcomes;
    pid_t children[SENDERS];
    int64_t done, empty, broken, sent;
    int64_t start_us, shown_us;
    bool unanswered; /* keep questions without an answer */
    struct lines lines;
    struct arena arena;
};

/* The collections of MedQuAD: who published them, and the topic they are filed under. */
struct collection {
    const char *prefix, *source, *topic;
};
static const struct collection collections[] = {
    {"10_", "MedlinePlus A.D.A.M.", "health-topics"},
    {"11_", "MedlinePlus Drugs", "drugs"},
    {"12_", "MedlinePlus Herbs and Supplements", "herbs"},
    {"1_", "National Cancer Institute", "cancer"},
    {"2_", "Genetic and Rare Diseases Information Center", "rare-diseases"},
    {"3_", "Genetics Home Reference", "genetics"},
    {"4_", "MedlinePlus Health Topics", "health-topics"},
    {"5_", "National Institute of Diabetes and Digestive and Kidney Diseases",
     "digestive-and-kidney"},
    {"6_", "National Institute of Neurological Disorders and Stroke", "neurology"},
    {"7_", "NIHSeniorHealth", "geriatrics"},
    {"8_", "National Heart, Lung, and Blood Institute", "heart-lung-blood"},
    {"9_", "Centers for Disease Control and Prevention", "public-health"},
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
    if (outcome->result == OK)
        return;
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

static void senders_start(struct import *im)
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

static void line_broken(struct import *im, int64_t line, const char *why)
{
    if (++im->broken <= FAULTS_SHOWN)
        fprintf(stderr, "\rline %lld: %s\n", (long long)line, why);
}

static void progress_show(struct import *im)
{
    int64_t now_us = clock_steady_us(), spent_us = now_us - im->start_us;
    double share = lines_share(&im->lines);
    if (now_us - im->shown_us < 500000 || share <= 0)
        return;
    im->shown_us = now_us;
    fprintf(stderr, "\r%lld references, %lld/s, about %lld s left ", (long long)im->done,
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
    if (outcome.result == OK)
        im->done++;
    else
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

/* --- a line of MedQuAD --- */

static const struct collection *collection_find(struct text name)
{
    static const struct collection other = {"", "MedQuAD", "health-topics"};
    for (size_t i = 0; i < sizeof(collections) / sizeof(*collections); i++) {
        if (text_starts(name, collections[i].prefix))
            return &collections[i];
    }
    return &other;
}

/* At most `most` bytes, cut between words. */
static struct text words_cut(struct text text, size_t most)
{
    struct text cut = text_cut(text, most);
    if (cut.size == text.size)
        return text;
    while (cut.size > 0 && cut.data[cut.size - 1] != ' ')
        cut.size--;
    return text_trim(cut);
}

/* Plain text as Markdown that reads the same, cut to a posting's size with a note. */
static struct text body_make(struct import *im, struct text answer)
{
    static const char note[] = "\n\n(Shortened here; the source has the whole text.)";
    size_t most = (size_t)conf_int("posting.size_max"), escapes = 0;
    struct buf out;
    buf_open(&out, &im->arena, answer.size + 256);
    for (size_t i = 0; i < answer.size; i++)
        escapes += strchr("\\`*_[]<>", answer.data[i]) != NULL;
    bool cut = answer.size + escapes > most;
    if (cut)
        answer = words_cut(answer, most - sizeof(note) - escapes);
    for (size_t i = 0; i < answer.size; i++) {
        if (answer.data[i] != 0 && strchr("\\`*_[]<>", answer.data[i]) != NULL)
            buf_char(&out, '\\');
        buf_char(&out, answer.data[i]);
    }
    if (cut)
        buf_add(&out, note, sizeof(note) - 1);
    return buf_done(&out);
}

/* "What causes X ?" → "What causes X?" */
static struct text title_make(struct import *im, struct text question)
{
    question = text_trim(question);
    size_t size = question.size;
    if (size > 2 && question.data[size - 1] == '?' && question.data[size - 2] == ' ')
        question = arena_format(&im->arena, "%.*s?", (int)(size - 2), question.data);
    return words_cut(question, TITLE_SIZE_MAX);
}

/* What the source calls its subject, the main name first. What does not fit is left out whole. */
static struct text names_make(struct import *im, const struct json *line)
{
    const struct json *list = json_get(line, "synonyms");
    struct text name;
    struct buf out;
    buf_open(&out, &im->arena, NAMES_SIZE_MAX);
    if (json_get_text(json_get(line, "focus"), &im->arena, NAMES_SIZE_MAX, &name))
        buf_add(&out, name.data, name.size);
    for (size_t i = 0; json_is_array(list) && i < json_count(list); i++) {
        if (!json_get_text(json_at(list, i), &im->arena, NAMES_SIZE_MAX, &name) ||
            out.size + name.size + 2 > NAMES_SIZE_MAX)
            continue;
        if (out.size > 0)
            buf_add(&out, "; ", 2);
        buf_add(&out, name.data, name.size);
    }
    return buf_done(&out);
}

static const char *reference_make(struct import *im, const struct json *line,
                                  struct command_reference_add *c)
{
    struct text id, collection, url = TEXT(""), question, answer;
    if (!json_is_object(line))
        return "not a JSON object";
    if (!json_get_text(json_get(line, "id"), &im->arena, 60, &id) || id.size == 0)
        return "no id";
    if (!json_get_text(json_get(line, "question"), &im->arena, LINE_SIZE_MAX, &question))
        return "no question";
    if (json_get(line, "answer") == NULL)
        answer = TEXT("");
    else if (!json_get_text(json_get(line, "answer"), &im->arena, LINE_SIZE_MAX, &answer))
        return "the answer is not a text";
    if (!json_get_text(json_get(line, "collection"), &im->arena, 100, &collection))
        collection = TEXT("");
    if (!json_get_text(json_get(line, "url"), &im->arena, 500, &url))
        url = TEXT("");
    const struct collection *from = collection_find(collection);
    if (text_trim(question).size == 0)
        return "the question is empty";
    *c = (struct command_reference_add){
        .key = arena_format(&im->arena, "medquad:%.*s", (int)id.size, id.data),
        .title = title_make(im, question),
        .body = text_trim(answer).size == 0 ? TEXT("") : body_make(im, text_trim(answer)),
        .topics = text_of(from->topic),
        .source = arena_format(&im->arena, "%s, by way of MedQuAD", from->source),
        .url = url,
        .licence = TEXT("CC BY 4.0"),
        .names = names_make(im, line)};
    return NULL;
}

static void line_import(struct import *im, struct text line)
{
    struct command command = {.kind = COMMAND_REFERENCE_ADD, .token = TEXT(""), .form = TEXT("")};
    struct json *json = NULL;
    struct buf job;
    if (json_read(text_bytes(line), &json) != OK) {
        line_broken(im, im->lines.number, json_error());
        return;
    }
    const char *why = reference_make(im, json, &command.reference_add);
    json_close(json);
    if (why != NULL) {
        line_broken(im, im->lines.number, why);
        return;
    }
    if (command.reference_add.body.size == 0 && im->unanswered)
        command.reference_add.body = TEXT("The publisher keeps the answer: read it at the source.");
    if (command.reference_add.body.size == 0) {
        im->empty++;
        return;
    }
    buf_open(&job, &im->arena, 8192);
    buf_add(&job, &im->lines.number, sizeof(int64_t));
    command_write(&job, &command);
    if (job.size > SOCKET_MESSAGE_MAX) {
        line_broken(im, im->lines.number, "too long");
        return;
    }
    job_send(im, job.data, job.size);
}

static bool senders_end(struct import *im)
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

int import_medquad(const char *path, bool unanswered)
{
    static struct import im;
    struct command status = {.kind = COMMAND_STATUS};
    struct bytes reply = NO_BYTES;
    struct text line;
    bool whole = true;
    arena_open(&im.arena, IMPORT_ARENA_SIZE);
    if (clerk_ask(&im.arena, &status, &reply) != OK) {
        fprintf(stderr, "curbside-clerk: no clerk is serving this state (curbside up)\n");
        return 1;
    }
    im.unanswered = unanswered;
    lines_open(&im.lines, path);
    senders_start(&im);
    im.start_us = im.shown_us = clock_steady_us();
    while (lines_next(&im.lines, &line, &whole)) {
        arena_reset(&im.arena, 0);
        if (!whole)
            line_broken(&im, im.lines.number, "longer than a mebibyte");
        else if (text_trim(line).size > 0)
            line_import(&im, line);
    }
    bool sent = senders_end(&im), ended = lines_close(&im.lines);
    double seconds = (double)(clock_steady_us() - im.start_us) / 1e6;
    fprintf(stderr, "\r");
    printf("%lld references imported, %lld without an answer left out, %lld lines refused, "
           "%.1f s, %.0f rows/s\n",
           (long long)im.done, (long long)im.empty, (long long)im.broken, seconds,
           (double)im.done / (seconds > 0 ? seconds : 1));
    if (!sent || !ended)
        fprintf(stderr, "curbside-clerk: %s broke off before its end\n", path);
    arena_close(&im.arena);
    return sent && ended ? 0 : 1;
}
