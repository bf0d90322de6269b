#pragma once
/* `curbside up`: raises every program and nginx in order, each in a process group of its own with
 * its messages in STATE/log/NAME.log, raises again what ends (waiting longer each time), and stops
 * all in reverse on SIGTERM or SIGINT. SIGHUP rolls the web pools and nginx. One supervisor a state
 * folder: a lock says so. Reads no store. */
#include "core/result.h"

#include <stdbool.h>

/* Runs until it is told to stop. Exit code: 0; 1 if it could not start. */
int supervise_up(bool with_nginx);
/* Tell the supervisor of this state folder to stop, and wait until it has. 0, or 1 when none is up
 * or it does not stop. */
int supervise_stop(void);
/* Take the state folder for ourselves until we end: false, with a message, while it is up. */
bool supervise_lock(void);
