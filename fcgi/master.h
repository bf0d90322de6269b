#pragma once
/* One pool's master: holds the listening socket, starts workers, replaces those that end. It reads
 * nothing a stranger sent.
 *
 * Workers are started by exec, so each has its own address-space layout and canary, and a rolling
 * replacement (SIGHUP) takes up a new program file and new settings. SIGHUP: for each worker in
 * turn a new one is started, and when it is ready the old one is told to stop; it first answers the
 * request it has. The socket and its queue stay, so no request is lost. SIGTERM, SIGINT: no new
 * requests, workers finish what they have, then the master ends. A worker that dies is replaced at
 * once, one that keeps dying ever more slowly. */

enum { MASTER_LISTEN_FD = 3, MASTER_READY_FD = 4 };

struct master {
    const char *const *worker_argv; /* what to exec; NULL-terminated; [0] is an absolute path */
    int listen_fd;
    int workers;
    int drain_ms;       /* longest wait for workers at SIGTERM */
    void (*beat)(void); /* about once a second */
};
/* Runs until SIGTERM or SIGINT; returns the exit status. */
int master_run(const struct master *master);

/* The worker's side: tell the master that this worker takes requests now. */
void master_tell_ready(void);
