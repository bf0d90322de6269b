#pragma once
/* THE table of what this site answers: one row a method and path, with everything that is checked
 * before a page runs. A test walks every row with every role. `curbside-web routes` prints it. Rows
 * are in fcgi/route.c; a page is added by adding its row. */
#include "fcgi/kept.h"

enum pool { POOL_LOGIN, POOL_MEMBER, POOL_SPONSOR, POOL_ADMIN, POOL_COUNT };
enum effect { READS, WRITES };
/* Per member (address, when not signed in) and minute: settings rate.CLASS_per_minute. */
enum rate { RATE_READ, RATE_SEARCH, RATE_POST, RATE_VOTE, RATE_SIGN_IN, RATE_DRAFT, RATE_COUNT };

/* The one path whose form may bring a file (accept.h reads its body by another limit). */
#define ROUTE_UPLOAD "/image"

typedef enum result page_function(struct request *r, struct reply *out);

struct route {
    enum method method;
    const char *pattern; /* "/q/:id/answer"; :id, :name, :key or :token, at most one */
    enum pool pool;
    enum who who;
    enum effect effect;
    enum rate rate;
    const struct field *fields; /* NULL: none */
    page_function *page;
    /* Shows the form again with text as typed and faults beside the fields, when the fields are not
     * valid, the form is stale, or `page` returned INVALID, STALE, TOO_MUCH, TOO_OFTEN, CONFLICT,
     * BUSY or UNKNOWN. Status stays that of the result. NULL: the general error page, which keeps
     * the typed text as well. For POST rows only. */
    page_function *again;
};
extern const struct route route_table[];
extern const size_t route_count;
extern const char *const pool_names[POOL_COUNT]; /* login, member, sponsor, admin */
const char *who_name(enum who who);
const char *rate_name(enum rate rate);

/* The row for this path in this pool; fills r->id and r->name. NOT_FOUND, or REFUSED when the path
 * is there for another method only
 * (*allow then says which). */
MUST_USE enum result route_find(enum pool pool, struct request *r, const struct route **route,
                                const char **allow);

/* Whether the address itself is the permission (":token" in the pattern): who has it may, from any
 * site and without a form of ours, as mail programs do (RFC 8058). Such a path is in no log. */
bool route_by_token(const struct route *route);
/* The place in route_table of the row that takes a POST to `pattern`; asserts that there is one. */
size_t route_of_form(const char *pattern);

/* What the engine asks of the pages, so that every page looks alike; NULL: plain words without
 * layout. fill: returns false for a slot that is not one of every page's. It runs for kept pages
 * and for ordinary ones (a page written by reply_html may contain {% slot reader 0 %}). fault:
 * writes the whole error page (result_title, result_advice, out->words, r->faults, and what was
 * typed: r->typed) into reply_html(out); OK, else the plain words are used. */
struct route_hooks {
    void (*open)(void **handle, enum pool pool, struct db *board); /* board: NULL when not there */
    bool (*fill)(struct request *r, struct reply *out, struct buf *buf, const char *slot,
                 int64_t id);
    enum result (*fault)(struct request *r, struct reply *out, enum result result);
};
extern const struct route_hooks route_hooks;
