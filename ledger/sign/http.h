#pragma once
/* As much HTTP/1.1 as a witness and who asks it need: one request a connection, a body of known
 * size, no TLS (nginx stands in front; what travels is public and signed). Private to ledger/. */
#include "core/buf.h"

enum { HTTP_BODY_MAX = 64 * 1024, HTTP_WAIT_MS = 10 * 1000 };

/* Listen on 127.0.0.1; port 0: any, given back. BUSY: taken. */
MUST_USE enum result http_listen(int64_t port, int *fd, int64_t *bound);
/* What a handler is told and fills; the status is what it returns. */
struct http_exchange {
    struct text method, path, body;
    struct buf *reply;
    const char *type; /* of the reply; text/plain before */
};
/* Take one connection of a listening socket and answer it. A peer that is slow or talks no HTTP is
 * dropped. */
void http_answer(int fd, struct arena *arena, int (*handle)(void *self, struct http_exchange *),
                 void *self);
/* POST to "http://host[:port]/path". BUSY: nobody there, or no whole answer in HTTP_WAIT_MS;
 * INVALID: the URL. */
MUST_USE enum result http_post(struct arena *arena, struct text url, struct text body, int *status,
                               struct text *reply);
