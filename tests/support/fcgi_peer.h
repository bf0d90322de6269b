#pragma once
/* nginx's side of a FastCGI connection, for tests: one request, one answer. */
#include "core/bytes.h"

struct peer_request {
    const char *method, *uri;                                            /* NULL: GET */
    const char *host, *cookie, *origin, *fetch_site, *accept, *encoding; /* NULL: not sent */
    struct text body;
};
/* Connects and sends; the descriptor, or -1. */
int peer_send(const char *socket_path, const struct peer_request *request);
/* The whole answer as CGI text, NUL behind it; 0 when the connection ended without one. Closes fd.
 */
size_t peer_receive(int fd, char *out, size_t room);
int peer_status(const char *answer); /* of its line "Status: 200 OK"; 0 when there is none */
/* Value of a header line, up to its end, in static storage; NULL when it is not there. */
const char *peer_header(const char *answer, const char *name);
const char *peer_body(const char *answer);
