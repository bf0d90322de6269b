#pragma once
/* The one vocabulary of outcomes. Expected failures are values of this type: they must be used,
 * they pass through one `done:` exit, and they are turned into words for a person only in
 * fcgi/reply.c. A programmer's error is an assert instead. */

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(place, first) __attribute__((format(printf, place, first)))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))

enum result {
    OK = 0,
    ROW,       /* only inside core/db.c: a statement has a row */
    NOT_FOUND, /* 404: no such thing, or not for you: both look the same */
    REFUSED,   /* 403: you may not */
    INVALID,   /* 422: what was sent cannot be taken as it is */
    STALE,     /* 409 with the form kept: session, form or version is no longer current */
    CONFLICT,  /* 409: it is there already, with other content */
    TOO_MUCH,  /* 413: over a limit of size */
    TOO_OFTEN, /* 429: over a limit of rate */
    BUSY,    /* 503 with Retry-After: the store or program cannot answer now; nothing was changed */
    UNKNOWN, /* 503: it is not known whether it was done; asking again (same request id) is safe */
    BROKEN,  /* 500: data or program is not as it must be; logged with its cause */
};

/* Lower-case word for logs and the command socket ("not_found"). Never NULL. */
const char *result_name(enum result result);
/* The inverse; BROKEN for a word it does not know. */
enum result result_from_name(const char *name);
