/* curbside-postman: takes mails that are due from the clerk and gives them to the relay, one at a
 * time. A mail counts as sent when the relay has said so AND the clerk has written that down; only
 * a stop between the two can send one twice, and then with the same Message-ID, so that it can be
 * told apart. That is SMTP's own gap: nobody can close it from this side. Keeps no store.
 *
 * The rule: a mail is never lost to a stop of either side, and each stop doubles one mail at most,
 * the one on its way. A relay that is not there costs no mail a try, however long it lasts; one
 * that refuses a mail is asked again for about five days, as RFC 5321 4.5.4.1 has it. */
#include "core/alive.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/follow.h"
#include "core/json.h"
#include "core/seal.h"
#include "core/socket.h"
#include "core/trace.h"
#include "schema/command.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    WAIT_MS = 1000,
    POSTMAN_ARENA_SIZE = 8 * 1024 * 1024,
    RETRIES_MAX = 256, /* mails that wait for another try; more wait unseen */
    TRIES_MOST = 38,   /* then given up: about five days after the first */
    WAIT_MOST_S = 4 * 3600,
    SEND_SECONDS = 30,
    DIGESTS_MOST = 200, /* asks in a round */
    NOT_REACHED = 1,    /* in place of the relay's code */
};

struct retry {
    int64_t mail; /* 0: free */
    int64_t next_us;
    int tries;
};
struct postman {
    struct caller caller;
    struct arena arena;
    struct retry retries[RETRIES_MAX];
    struct retry relay; /* while it is not there no mail is tried */
    int64_t handed;     /* what the relay has taken and the clerk has not yet written down */
    bool told;          /* that there is no relay */
};

/* --- the clerk's side --- */

static enum result ask(struct postman *p, struct command *command, struct bytes *reply)
{
    struct buf buf;
    command->token = TEXT("");
    command->form = TEXT("");
    seal_random(command->request, sizeof(command->request));
    buf_open(&buf, &p->arena, 256);
    command_write(&buf, command);
    return caller_ask(&p->caller, &p->arena, buf_bytes(&buf), reply);
}

static enum result mails_due(struct postman *p, int64_t after, struct reply_mails *mails)
{
    struct command command = {.kind = COMMAND_MAIL_DUE};
    struct bytes reply = NO_BYTES;
    struct json *json = NULL;
    command.mail_due.after = after;
    enum result result = ask(p, &command, &reply);
    if (result == OK)
        result = json_read(reply, &json);
    if (result == OK)
        result = reply_mails_read(json, &p->arena, mails);
    json_close(json);
    return result;
}

/* Mails of news that are due are made by the clerk, a few members at a time, before those that are
 * due are asked for: so that what waited comes in one mail. */
static enum result digests_make(struct postman *p)
{
    enum result result = OK;
    struct reply_digests digests = {.more = true};
    for (int i = 0; i < DIGESTS_MOST && result == OK && digests.more; i++) {
        struct command command = {.kind = COMMAND_DIGESTS_DUE};
        struct bytes reply = NO_BYTES;
        struct json *json = NULL;
        arena_reset(&p->arena, 0);
        result = ask(p, &command, &reply);
        if (result == OK)
            result = json_read(reply, &json);
        if (result == OK)
            result = reply_digests_read(json, &p->arena, &digests);
        json_close(json);
        alive_beat();
    }
    return result;
}

/* Written down, or we do not go on: otherwise the next round would send it again. */
static bool mail_done(struct postman *p, int64_t mail)
{
    struct command command = {.kind = COMMAND_MAIL_DONE};
    struct bytes reply = NO_BYTES;
    command.mail_done.mail = mail;
    enum result result = ask(p, &command, &reply);
    bool done = result == OK || result == NOT_FOUND;
    p->handed = done ? 0 : mail;
    if (!done)
        trace_warn("mail_done", "mail=%lld the clerk does not answer", (long long)mail);
    return done;
}

/* --- the relay's side --- */

struct reading {
    struct text message;
    size_t at;
};

static size_t message_read(char *out, size_t size, size_t count, void *self)
{
    struct reading *reading = self;
    size_t room = size * count, left = reading->message.size - reading->at;
    size_t given = left < room ? left : room;
    memcpy(out, reading->message.data + reading->at, given);
    reading->at += given;
    return given;
}

static bool line_good(struct text line)
{
    for (size_t i = 0; i < line.size; i++) {
        if ((unsigned char)line.data[i] < 0x20)
            return false;
    }
    return line.size > 0;
}

/* The host of site.url, for Message-IDs. */
static struct text site_host(void)
{
    struct text url = conf_text("site.url");
    const char *start = url.data;
    for (size_t i = 0; i + 2 < url.size; i++) {
        if (memcmp(url.data + i, "://", 3) == 0)
            start = url.data + i + 3;
    }
    size_t size = 0, left = url.size - (size_t)(start - url.data);
    while (size < left && start[size] != '/' && start[size] != ':')
        size++;
    return (struct text){start, size};
}

static struct text message_make(struct postman *p, const struct record_mail *mail)
{
    struct text from = conf_text("smtp.from"), host = site_host();
    struct buf out;
    char date[64];
    time_t now = (time_t)(clock_now_ms() / 1000);
    struct tm day;
    (void)gmtime_r(&now, &day);
    (void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &day);
    buf_open(&out, &p->arena, mail->body.size + 1024);
    buf_format(&out, "Date: %s\r\nFrom: <%.*s>\r\nTo: <%.*s>\r\n", date, (int)from.size, from.data,
               (int)mail->to.size, mail->to.data);
    buf_format(&out, "Message-ID: <mail-%lld@%.*s>\r\nSubject: =?UTF-8?B?", (long long)mail->id,
               (int)host.size, host.data);
    buf_base64(&out, text_bytes(mail->subject));
    buf_format(&out, "?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                     "Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n");
    if (mail->stop.size > 0) /* RFC 8058: the reader's mail program ends them with one click */
        buf_format(&out,
                   "List-Unsubscribe: <%.*s>\r\n"
                   "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                   (int)mail->stop.size, mail->stop.data);
    buf_format(&out, "\r\n");
    for (size_t i = 0; i < mail->body.size; i++) {
        if (mail->body.data[i] == '\n')
            buf_char(&out, '\r');
        buf_char(&out, mail->body.data[i]);
    }
    return buf_done(&out);
}

static bool host_is_local(struct text host)
{
    return text_is(host, "localhost") || text_is(host, "127.0.0.1") || text_is(host, "::1");
}

/* 0 when the relay took it; else the code it refused with, or NOT_REACHED. */
static long mail_send(struct postman *p, const struct record_mail *mail)
{
    struct text host = conf_text("smtp.host"), from = conf_text("smtp.from");
    struct reading reading = {message_make(p, mail), 0};
    struct curl_slist *to = curl_slist_append(
        NULL, arena_format(&p->arena, "<%.*s>", (int)mail->to.size, mail->to.data).data);
    CURL *curl = curl_easy_init();
    long code = 0;
    if (curl == NULL || to == NULL)
        trace_die("mail_send", "reason=memory");
    (void)curl_easy_setopt(curl, CURLOPT_URL,
                           arena_format(&p->arena, "smtp://%.*s:%lld", (int)host.size, host.data,
                                        (long long)conf_int("smtp.port"))
                               .data);
    (void)curl_easy_setopt(curl, CURLOPT_USE_SSL,
                           (long)(host_is_local(host) ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SEND_SECONDS);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM,
                           arena_format(&p->arena, "<%.*s>", (int)from.size, from.data).data);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    (void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, message_read);
    (void)curl_easy_setopt(curl, CURLOPT_READDATA, &reading);
    (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    CURLcode outcome = curl_easy_perform(curl);
    if (outcome != CURLE_OK) {
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
        if (code < 400) /* it broke off behind an answer that refuses nothing */
            code = NOT_REACHED;
    }
    curl_slist_free_all(to);
    curl_easy_cleanup(curl);
    return code;
}

/* --- one round --- */

/* Twice as long each time. */
static void retry_put(struct retry *retry, int64_t mail)
{
    int64_t wait_s = conf_int("smtp.retry_seconds");
    for (int i = 0; i < retry->tries && wait_s < WAIT_MOST_S; i++)
        wait_s *= 2;
    wait_s = wait_s < WAIT_MOST_S ? wait_s : WAIT_MOST_S;
    *retry = (struct retry){mail, clock_steady_us() + wait_s * 1000000, retry->tries + 1};
}

static struct retry *retry_find(struct postman *p, int64_t mail)
{
    for (size_t i = 0; i < RETRIES_MAX; i++) {
        if (p->retries[i].mail == mail)
            return &p->retries[i];
    }
    return NULL;
}

/* Tries one mail. False: stop this round (the relay is not there, or the clerk is not). */
static bool mail_try(struct postman *p, const struct record_mail *mail)
{
    struct retry *retry = retry_find(p, mail->id);
    if (retry != NULL && clock_steady_us() < retry->next_us)
        return true;
    bool sendable = line_good(mail->to) && line_good(mail->subject) &&
                    memchr(mail->to.data, '>', mail->to.size) == NULL;
    long code = sendable ? mail_send(p, mail) : 550;
    alive_beat();
    if (code == NOT_REACHED) {
        trace_warn("relay_away", "mail=%lld", (long long)mail->id);
        retry_put(&p->relay, 0);
        return false; /* it will not be there for the others either */
    }
    p->relay = (struct retry){0};
    if (code == 0)
        trace_info("mail_sent", "mail=%lld", (long long)mail->id);
    if (retry == NULL && code != 0 && sendable)
        retry = retry_find(p, 0);
    bool given_up = !sendable || (retry != NULL && retry->tries + 1 >= TRIES_MOST);
    if (code != 0)
        trace_warn("mail_failed", "mail=%lld code=%ld%s", (long long)mail->id, code,
                   given_up ? " given up" : "");
    if (code == 0 || given_up) {
        if (retry != NULL)
            *retry = (struct retry){0};
        return mail_done(p, mail->id);
    }
    if (retry != NULL)
        retry_put(retry, mail->id);
    return true;
}

static void round_run(struct postman *p)
{
    struct reply_mails mails;
    int64_t after = 0;
    if (conf_text("smtp.host").size == 0 || conf_text("smtp.from").size == 0) {
        if (!p->told)
            trace_info("no_relay", "settings=smtp.host,smtp.from");
        p->told = true;
        return;
    }
    arena_reset(&p->arena, 0);
    if (clock_steady_us() < p->relay.next_us || (p->handed != 0 && !mail_done(p, p->handed)))
        return;
    if (digests_make(p) != OK)
        return;
    do {
        arena_reset(&p->arena, 0);
        if (mails_due(p, after, &mails) != OK)
            return;
        for (size_t i = 0; i < mails.mails_count; i++) {
            if (!mail_try(p, &mails.mails[i]))
                return;
        }
        after = mails.last;
    } while (after > 0);
}

static int serve(void)
{
    static struct postman postman;
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    struct pollfd fds[] = {{.fd = signalfd(-1, &set, SFD_CLOEXEC), .events = POLLIN},
                           {.fd = wake_listen("postman"), .events = POLLIN}};
    postman.caller = (struct caller){.program = "clerk", .fd = -1, .wait_ms = 5000};
    arena_open(&postman.arena, POSTMAN_ARENA_SIZE);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        trace_die("serve", "reason=curl");
    alive_open("postman");
    trace_info("serving", "relay=%s", conf_text("smtp.host").size > 0 ? "set" : "none");
    while (fds[0].revents == 0) {
        alive_beat();
        round_run(&postman);
        (void)poll(fds, 2, WAIT_MS);
        if (fds[1].revents != 0)
            wake_drain(fds[1].fd);
    }
    curl_global_cleanup();
    return 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: curbside-postman [--state DIR] serve|help\n");
    return 2;
}

int main(int count, char **words)
{
    const char *state = NULL;
    int at = 1;
    trace_open("postman");
    if (count > 2 && strcmp(words[1], "--state") == 0) {
        state = words[2];
        at = 3;
    }
    if (count != at + 1)
        return usage();
    const char *verb = words[at];
    if (strcmp(verb, "help") == 0) {
        printf("serve\thand mails that are due to the relay until SIGTERM\n");
        return 0;
    }
    if (strcmp(verb, "rebuild") == 0 || strcmp(verb, "digest") == 0)
        return 0; /* keeps no store */
    if (strcmp(verb, "serve") != 0)
        return usage();
    conf_open(state);
    clock_open();
    seal_open();
    return serve();
}
