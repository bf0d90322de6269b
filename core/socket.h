#pragma once
/* The command socket: Unix SOCK_SEQPACKET, one message a command, one message an answer. The peer's
 * user is checked (SO_PEERCRED) against the settings; what it may do follows from the session token
 * inside the command, never from its word.
 *
 * An answer's first line is the result's name, then the reply record as JSON (may be empty). */
#include "core/arena.h"

enum { SOCKET_MESSAGE_MAX = 160 * 1024, SOCKET_CLIENTS_MAX = 256 };

/* --- the caller's side --- */
struct caller {
    const char *program; /* "clerk" or "paymaster": STATE/run/PROGRAM.sock */
    int fd;      /* -1: not connected; connects when first used, and again after a failure */
    int wait_ms; /* longest wait for an answer: 5000 */
};
/* Send, wait, receive. BUSY when the program is not there, UNKNOWN when it went away after the
 * command was sent (the caller may ask again with the same request id). Otherwise the program's own
 * result; *reply is the JSON in the arena (size 0 if none). */
MUST_USE enum result caller_ask(struct caller *caller, struct arena *arena, struct bytes message,
                                struct bytes *reply);
/* The same with a descriptor beside the message: what is too long for one. It stays the caller's.
 */
MUST_USE enum result caller_ask_with(struct caller *caller, struct arena *arena,
                                     struct bytes message, int descriptor, struct bytes *reply);
void caller_close(struct caller *caller);

/* --- the answering side: what one wakeful program needs --- */
struct server_client;
struct server {
    int listen_fd;
    int epoll_fd;
    struct server_client *clients;
    size_t client_count;
    size_t next; /* round robin: who is asked first in the next batch */
};
struct server_message {
    struct server_client *client;
    uint32_t uid;
    bool operator_; /* same user as the server (or root): may run operator commands without a token
                     */
    struct bytes body;
    int descriptor; /* that came beside it, or -1; the taker closes it */
};
MUST_USE enum result server_open(struct server *server, const char *program);
void server_watch(struct server *server,
                  int fd); /* have server_wait also return when this fd is readable */
/* Wait up to wait_ms, accept newcomers, then take AT MOST ONE message of every client that has one
 * (fair), up to `most`. *other: a watched fd is readable. */
size_t server_wait(struct server *server, struct arena *arena, int wait_ms,
                   struct server_message *messages, size_t most, bool *other);
/* Clients that send and do not read are dropped: a slow caller never holds the program. */
void server_answer(struct server *server, struct server_client *client, enum result result,
                   struct text json);
void server_close(struct server *server);
/* Whether that user is among these names, by spaces. */
bool socket_user_named(uint32_t uid, struct text names);
