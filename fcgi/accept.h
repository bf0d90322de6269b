#pragma once
/* Taking one request from nginx and giving its answer back; the only place that knows FastCGI.
 *
 * The packaged libfcgi trusts its peer: a management record with four names overflows its stack, a
 * silent peer holds it for ever, a name length of 2^31-2 aborts it. So nothing a peer sent reaches
 * it: this file accepts, asks who the peer is, reads and checks every record and every name and
 * value length under limits of size and time, and then hands FCGX_Accept_r an encoding of its own
 * making. Answers are written here as well, in one call, from a reply that is already whole. One
 * request a connection; the connection is closed after the answer. */
#include "core/arena.h"

enum {
    ACCEPT_PARAMS_MAX = 32 * 1024, /* bytes of all names and values together */
    /* A body longer by more than this ends the connection without an answer. */
    ACCEPT_BODY_DRAIN_MAX = 1024 * 1024,
    ACCEPT_USERS_MAX = 8,
};

struct listener {
    int fd;                           /* nonblocking; shared with the other workers */
    int epoll;                        /* own: waits for fd */
    int feed;                         /* own end of the pair through which libfcgi is fed */
    unsigned users[ACCEPT_USERS_MAX]; /* user ids that may connect */
    size_t user_count;
    size_t body_max; /* bytes kept of a body */
    const char
        *large_path;  /* the one path that may bring more; NULL: none. Set after accept_open. */
    size_t large_max; /* bytes kept there */
    int step_ms;      /* longest wait for one piece of a request or for room to send */
    int whole_ms;     /* longest time to receive a whole request */
    int64_t refused;  /* connections dropped without an answer, since start */
    int64_t missed;   /* woken for a connection that another worker had taken by then */
    void *library;    /* FCGX_Request */
    uint8_t *input;   /* bytes of the connection being read */
    uint8_t *params;  /* names and values of the request being read */
};

struct incoming {
    int fd;
    uint16_t id;       /* of the request, the peer's choice */
    char **params;     /* "NAME=VALUE", NULL-terminated; valid until accept_answer or accept_drop */
    struct bytes body; /* in the arena */
    bool body_over;    /* more than body_max came: body is what fitted */
};

/* fd: a listening Unix stream socket. users: names or numbers, separated by spaces; the own user is
 * always among them. Unknown names are left out with a trace. */
void accept_open(struct listener *listener, int fd, struct text users, size_t body_max, int step_ms,
                 int whole_ms);
void accept_close(struct listener *listener);

enum accepted { ACCEPT_REQUEST, ACCEPT_NOTHING, ACCEPT_STOP };
/* Wait at most wait_ms. REQUEST: *in is to be answered or dropped. NOTHING: time is up, or somebody
 * was refused. STOP: SIGTERM has come; also when it came while connections wait, which waiting
 * alone would never notice. accept_open blocks SIGTERM, so it never comes in the middle of a
 * request. */
enum accepted accept_next(struct listener *listener, struct arena *arena, int wait_ms,
                          struct incoming *in);
struct text accept_param(const struct incoming *in,
                         const char *name); /* absent when it is not there */
/* Send head and body as they are, end the request, close. False when the peer did not take it in
 * time. */
bool accept_answer(struct listener *listener, struct incoming *in, struct bytes head,
                   struct bytes body);
void accept_drop(struct listener *listener, struct incoming *in);
