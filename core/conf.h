#pragma once
/* Settings: one table (core/conf.c) of name, type, unit, range, default and meaning. `curbside
 * settings` prints it, STATE/curbside.conf overrides it (`name = value`; lines beginning with # are
 * comments); an unknown name or a value out of range stops the start with file, line and reason.
 * And the state folder: where each store, socket and key lies. */
#include "core/arena.h"

struct setting {
    const char *name;    /* "session.idle_minutes" */
    const char *unit;    /* "minutes", "bytes", "" */
    const char *meaning; /* one sentence */
    int64_t low, high, fallback;
    const char *text_fallback; /* not NULL: a text setting; low..high is its length in bytes */
};
extern const struct setting conf_settings[];
extern const size_t conf_setting_count;

/* Find the state folder (argument, else variable STATE, else "state"), read its curbside.conf.
 * Exits with a message on a fault. */
void conf_open(const char *state_or_null); /* the folder need not exist yet */
int64_t conf_int(const char *name);        /* asserts that the name exists */
struct text conf_text(const char *name);   /* NUL-terminated; valid until exit */

/* Paths, NUL-terminated, owned by conf (valid until exit). */
const char *conf_state(void); /* absolute */
/* Below the state folder; a ring of 16 buffers. */
const char *conf_path(const char *format, ...) PRINTF(1, 2);
/* The same; made if missing, with what leads there (0750). */
const char *conf_folder(const char *format, ...) PRINTF(1, 2);
const char *conf_store(const char *store); /* STATE/STORE/STORE.db; folder made if missing (0750) */
