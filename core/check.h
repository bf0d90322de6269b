#pragma once
/* A rule looked over for who writes it (rule_inspect), in a child that is killed when it takes too
 * long: the program that would run the rule starts itself again with the verb `check-run NAME`, the
 * script as its standard input, confined (SANDBOX_RULE). The program never waits: one check at a
 * time, others are BUSY. Answers a command `rule_check` with `rule_checked`. */
#include "core/rule.h"
#include "core/socket.h"

#include <sys/types.h>

enum { CHECK_MS_MAX = 5000 };

struct check {
    struct server_client *client; /* NULL: nothing runs */
    pid_t child;
    int fd; /* readable when it said something; -1 */
    int64_t until_us;
    size_t size;
    char text[SOCKET_MESSAGE_MAX - 64]; /* beside the result's name */
};
void check_open(struct check *check);
void check_close(struct check *check);
/* Starts one for this client and has the server watch it; BUSY (to be answered by the caller) when
 * one runs or it cannot be started. `program`: its name, for the list of processes. */
MUST_USE enum result check_start(struct check *check, struct server *server,
                                 struct server_client *client, const char *program,
                                 struct text name, struct text script);
/* Takes what the child said; answers its client when it has ended, or was killed. */
void check_step(struct check *check, struct server *server);

/* The reply itself, made here and now: loading and examples together have 100 ms of CPU time. */
struct buf;
void check_reply(struct arena *arena, struct text script, const struct rule_function *functions,
                 size_t count, struct buf *out);
/* The verb: reads the script, prints the reply. Exit code 0 whenever it could be judged. */
int check_child(const struct rule_function *functions, size_t count);
