/* Sends mutated messages to one of the house's sockets and counts what comes back, one line a kind.
 * Templates (made by fuzz_test.mjs) are what a real caller would send; most are changed here in one
 * to six places, some are left alone (each at least once), a few are noise. A run is repeated by
 * its seed.
 *
 * Usage: fuzz packet|stream FOLDER SOCKET COUNT SEED TEMPLATES NEEDLES [UID]
 *
 * packet: SOCK_SEQPACKET, one template a message; "@" times 32 becomes a fresh request id.
 * stream: FastCGI, one connection a template, its parts framed as records.
 *
 * A file of templates holds, again and again: number of parts, and for each its type (one byte),
 * its size and its bytes; numbers are four bytes, low ones first. A file of needles holds sizes and
 * bytes of what no answer may hold; one that does is counted as "(told a secret)". UID is who it
 * becomes once the folder is entered, so that the socket sees a stranger. */
#include "tests/support/chance.h"

#include <assert.h>
#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    PARTS_MAX = 6,
    TEMPLATES_MAX = 4000,
    MESSAGE_MAX = 200 * 1024,
    OUTCOMES_MAX = 24,
    OUTCOME_SIZE = 24,
    PATIENCE_S = 10,
    REQUEST_SIZE = 32,
    NEEDLES_MAX = 256,
};

struct message {
    size_t count;
    uint8_t type[PARTS_MAX];
    size_t size[PARTS_MAX];
    uint8_t data[PARTS_MAX][MESSAGE_MAX / 4];
};
struct template
{
    size_t count;
    struct {
        uint8_t type;
        size_t size;
        const uint8_t *data;
    } part[PARTS_MAX];
};

static struct template templates[TEMPLATES_MAX];
static struct {
    const uint8_t *data;
    size_t size;
} needles[NEEDLES_MAX];
static size_t needle_count;
static size_t template_count;
static struct {
    char name[OUTCOME_SIZE];
    long long count;
} outcomes[OUTCOMES_MAX];

static void outcome_count(const char *name, size_t size)
{
    size = size < OUTCOME_SIZE - 1 ? size : OUTCOME_SIZE - 1;
    for (size_t i = 0; i < OUTCOMES_MAX; i++) {
        if (outcomes[i].count == 0)
            memcpy(outcomes[i].name, name, size);
        if (strncmp(outcomes[i].name, name, size) == 0 && outcomes[i].name[size] == 0) {
            outcomes[i].count++;
            return;
        }
    }
    assert(false); /* more kinds of answers than the house has */
}

/* --- templates --- */

static size_t number_read(const uint8_t **at)
{
    const uint8_t *b = *at;
    *at += 4;
    return (size_t)b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 | (size_t)b[3] << 24;
}

/* A whole file, kept to the end. */
static const uint8_t *file_read(const char *path, size_t *size)
{
    struct stat info;
    FILE *file = fopen(path, "rb");
    assert(file != NULL && fstat(fileno(file), &info) == 0 && info.st_size > 0);
    *size = (size_t)info.st_size;
    uint8_t *data = malloc(*size);
    assert(data != NULL && fread(data, 1, *size, file) == *size);
    (void)fclose(file);
    return data;
}

static void needles_read(const char *path)
{
    size_t size;
    const uint8_t *data = file_read(path, &size);
    for (const uint8_t *at = data; at < data + size; needle_count++) {
        assert(needle_count < NEEDLES_MAX);
        needles[needle_count].size = number_read(&at);
        needles[needle_count].data = at;
        at += needles[needle_count].size;
    }
}

static void answer_look(const char *answer, size_t size)
{
    static const char told[] = "(told a secret)";
    for (size_t i = 0; i < needle_count; i++)
        if (memmem(answer, size, needles[i].data, needles[i].size) != NULL)
            outcome_count(told, sizeof told - 1);
}

static void templates_read(const char *path)
{
    size_t size;
    const uint8_t *data = file_read(path, &size);
    for (const uint8_t *at = data; at < data + size; template_count++) {
        struct template *t = &templates[template_count];
        assert(template_count < TEMPLATES_MAX);
        t->count = number_read(&at);
        assert(t->count > 0 && t->count <= PARTS_MAX);
        for (size_t i = 0; i < t->count; i++) {
            t->part[i].type = *at++;
            t->part[i].size = number_read(&at);
            t->part[i].data = at;
            at += t->part[i].size;
            assert(t->part[i].size <= MESSAGE_MAX / 8);
        }
    }
}

static void message_from(struct message *m, const struct template *t)
{
    m->count = t->count;
    for (size_t i = 0; i < t->count; i++) {
        m->type[i] = t->part[i].type;
        m->size[i] = t->part[i].size;
        memcpy(m->data[i], t->part[i].data, t->part[i].size);
        uint8_t *mark = memmem(m->data[i], m->size[i], "@@@@@@@@@@@@@@@@", 16);
        for (size_t k = 0; mark != NULL && k < REQUEST_SIZE; k++)
            mark[k] = (uint8_t) "0123456789abcdef"[chance(16)];
    }
}

/* --- changes --- */

static const char *const pieces[] = {
    "-1",
    "0",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "1e308",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\\u0000",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xff",
    "%00",
    "%2e%2e%2f",
    "../../",
    "' OR 1=1 --",
    "<script>",
    "\r\n\r\n",
    "4294967296",
    "staff_add",
    "text_blank",
    "period_close",
    "member_decide",
    "campaign_fund",
    "mail_done",
    "rule_approve",
    "payout_close",
    "payout_export",
    "payout_answer",
    "earmark_terms",
    "sponsor_key_add",
    "earmark_seal",
    "/admin/fund",
    "/sponsor/campaigns",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "HTTP_COOKIE",
    ",\"role\":3",
    ",\"member\":1",
    ",\"operator\":true",
    "\"token\":\"\"",
    "\xe2\x80\xae",
    "&form=",
};

static void put(uint8_t *data, size_t *size, size_t at, size_t cut, const void *in, size_t in_size)
{
    size_t room = MESSAGE_MAX / 4 - (*size - cut);
    in_size = in_size < room ? in_size : room;
    memmove(data + at + in_size, data + at + cut, *size - at - cut);
    memcpy(data + at, in, in_size);
    *size = *size - cut + in_size;
}

/* The digits at or behind `at` become another number. */
static void number_change(uint8_t *data, size_t *size, size_t at)
{
    char number[24];
    size_t digits = 0;
    while (at < *size && (data[at] < '0' || data[at] > '9'))
        at++;
    while (at + digits < *size && data[at + digits] >= '0' && data[at + digits] <= '9')
        digits++;
    int length = snprintf(number, sizeof(number), "%lld",
                          (long long)(chance_bits() >> chance(64)) * (chance(8) == 0 ? -1 : 1));
    if (digits > 0)
        put(data, size, at, digits, number, (size_t)length);
}

static void splice(uint8_t *data, size_t *size, size_t at)
{
    const struct template *other = &templates[chance(template_count)];
    size_t part = chance(other->count), from = chance(other->part[part].size);
    put(data, size, at, 0, other->part[part].data + from, chance(other->part[part].size - from));
}

static void change(uint8_t *data, size_t *size)
{
    static uint8_t copy[MESSAGE_MAX / 4];
    size_t at = chance(*size + 1), left = *size - at, cut = chance(left < 40 ? left : 40);
    const char *piece = pieces[chance(sizeof(pieces) / sizeof(pieces[0]))];
    switch (chance(9)) {
    case 0:
        if (left > 0)
            data[at] ^= (uint8_t)(1U << chance(8));
        break;
    case 1:
        if (left > 0)
            data[at] = (uint8_t)chance_bits();
        break;
    case 2:
        put(data, size, at, 0, piece, strlen(piece));
        break;
    case 3:
        put(data, size, at, cut, piece, strlen(piece));
        break;
    case 4:
        put(data, size, at, cut, "", 0);
        break;
    case 5:
        number_change(data, size, at);
        break;
    case 6:
        splice(data, size, at);
        break;
    case 7:
        if (chance(10) == 0)
            *size = at;
        break;
    default:
        cut = chance(left < 4096 ? left : 4096);
        memcpy(copy, data + at, cut);
        for (size_t times = chance(chance(20) == 0 ? 200 : 3); times > 0; times--)
            put(data, size, at, 0, copy, cut);
    }
}

static void noise(uint8_t *data, size_t *size)
{
    *size = 1 + chance(600);
    for (size_t i = 0; i < *size; i++)
        data[i] = (uint8_t)chance_bits();
}

/* --- sending --- */

static int socket_connect(const char *name, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {PATIENCE_S, 0};
    const int room = 2 * MESSAGE_MAX;
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    for (int tries = 0; fd >= 0 && tries < 500; tries++) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
        if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
            return fd;
        if (errno != EAGAIN && errno != ECONNREFUSED && errno != ENOENT)
            break;
        (void)usleep(10000);
    }
    fprintf(stderr, "fuzz: %s: %s\n", name, strerror(errno));
    exit(1);
}

static void packet_round(const char *name, struct message *m)
{
    static int fd = -1;
    static char reply[MESSAGE_MAX];
    if (fd < 0)
        fd = socket_connect(name, SOCK_SEQPACKET);
    if (m->size[0] == 0) /* that would be the end */
        return;
    if (send(fd, m->data[0], m->size[0], MSG_NOSIGNAL) < 0) {
        outcome_count(errno == EMSGSIZE ? "(too long to send)" : "(dropped)",
                      errno == EMSGSIZE ? 18 : 9);
        (void)close(fd);
        fd = -1;
        return;
    }
    ssize_t got = recv(fd, reply, sizeof(reply), 0);
    if (got > 0) {
        answer_look(reply, (size_t)got);
        const char *end = memchr(reply, '\n', (size_t)got);
        outcome_count(reply, end != NULL ? (size_t)(end - reply) : (size_t)got);
        return;
    }
    outcome_count(got == 0 ? "(dropped)" : "(silent)", got == 0 ? 9 : 8);
    (void)close(fd);
    fd = -1;
}

static size_t frame(uint8_t *out, const struct message *m)
{
    size_t size = 0;
    for (size_t i = 0; i < m->count; i++) {
        size_t at = 0, piece = 0;
        do {
            piece = m->size[i] - at < 65000 ? m->size[i] - at : 65000;
            const uint8_t head[8] = {1, m->type[i], 0, 1, (uint8_t)(piece >> 8), (uint8_t)piece,
                                     0, 0};
            memcpy(out + size, head, sizeof(head));
            memcpy(out + size + sizeof(head), m->data[i] + at, piece);
            size += sizeof(head) + piece;
            at += piece;
        } while (at < m->size[i]);
    }
    return size;
}

static void stream_round(const char *name, const uint8_t *data, size_t size)
{
    static char reply[MESSAGE_MAX];
    int fd = socket_connect(name, SOCK_STREAM);
    (void)send(fd, data, size, MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    size_t got = 0;
    ssize_t more = 0;
    while (got < sizeof(reply) && (more = recv(fd, reply + got, sizeof(reply) - got, 0)) > 0)
        got += (size_t)more;
    answer_look(reply, got);
    const char *status = memmem(reply, got, "Status: ", 8);
    if (status != NULL)
        outcome_count(status + 8, 3);
    else if (more < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        outcome_count("(silent)", 8);
    else
        outcome_count("(dropped)", 9);
    (void)close(fd);
}

/* Each template once as it is, then any of them, mostly changed. */
static void one_round(bool packet, const char *name, size_t number)
{
    static struct message m;
    static uint8_t whole[2 * MESSAGE_MAX];
    bool first = number < template_count;
    size_t kind = first ? 0 : chance(100), changes = kind < 15 ? 0 : 1 + chance(6);
    message_from(&m, &templates[first ? number : chance(template_count)]);
    if (kind > 97) {
        m.count = 1;
        noise(m.data[0], &m.size[0]);
        changes = 0;
    }
    if (packet || kind % 2 == 0) { /* what the records hold */
        for (; changes > 0; changes--) {
            size_t part = chance(m.count);
            change(m.data[part], &m.size[part]);
        }
    }
    if (packet) {
        packet_round(name, &m);
        return;
    }
    size_t size = kind > 97 ? m.size[0] : frame(whole, &m);
    if (kind > 97)
        memcpy(whole, m.data[0], size);
    size = size < MESSAGE_MAX / 4 ? size : MESSAGE_MAX / 4;
    for (; changes > 0; changes--) /* the records themselves */
        change(whole, &size);
    stream_round(name, whole, size);
}

int main(int count, char **words)
{
    if (count < 8) {
        fprintf(stderr,
                "usage: fuzz packet|stream FOLDER SOCKET COUNT SEED TEMPLATES NEEDLES [UID]\n");
        return 2;
    }
    bool packet = strcmp(words[1], "packet") == 0;
    long long rounds = strtoll(words[4], NULL, 10);
    chance_state = strtoull(words[5], NULL, 10);
    templates_read(words[6]);
    needles_read(words[7]);
    if (chdir(words[2]) != 0)
        return 1;
    if (count > 8) {
        unsigned user = (unsigned)strtoul(words[8], NULL, 10);
        if (setgroups(0, NULL) != 0 || setgid(user) != 0 || setuid(user) != 0)
            return 1;
    }
    for (long long i = 0; i < rounds; i++) {
        one_round(packet, words[3], (size_t)i);
        if (rounds >= 100000 && (i + 1) % (rounds / 10) == 0)
            fprintf(stderr, "%s %lld of %lld\n", words[3], i + 1, rounds);
    }
    for (size_t i = 0; i < OUTCOMES_MAX && outcomes[i].count > 0; i++)
        printf("%s\t%lld\n", outcomes[i].name, outcomes[i].count);
    return 0;
}
