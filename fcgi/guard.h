#pragma once
/* Who asks, and may he: run before every page, in this order: same-site check and form token of a
 * POST, session from the cookie (digest, absolute end, idle time), role and assurance level of the
 * row. Every refusal happens before a field is looked at by a page and before any command is sent.
 * The clerk and the paymaster check token and form again: a worker's word counts for nothing. */
#include "fcgi/route.h"

enum { GUARD_TOKEN_TEXT_MAX = 64 };

/* r->reader from the session cookie. OK also when there is none or it has ended (reader.signed_in
 * is then false); BUSY when the store cannot be read. */
MUST_USE enum result guard_reader(struct request *r);
/* May this reader use this row? OK; STALE: has to sign in first; REFUSED; NOT_FOUND: the row is not
 * for this role, and not even its being there is told. */
MUST_USE enum result guard_row(const struct request *r);
/* A POST must come from our own page: Sec-Fetch-Site same-origin, or (where the browser does not
 * send it) Origin equal to our own host. REFUSED otherwise. */
MUST_USE enum result guard_origin(const struct request *r);
/* The hidden field `form` (a button's own `button_form`, if it posts elsewhere than its form) must
 * be the token of this session and this row (or, when not signed in, of the cookie __Host-f). STALE
 * otherwise. */
MUST_USE enum result guard_form_check(const struct request *r);

/* --- guard_program.c: a personal token in the header Authorization --- */
/* r->reader from r->bearer; as guard_reader, and of the member pool alone. */
MUST_USE enum result guard_program_reader(struct request *r);
/* Is this token good, and is it for this row? OK; STALE: no such token; REFUSED. Says why in `out`.
 */
MUST_USE enum result guard_program(struct request *r, struct reply *out);
/* What an answer to a program that was refused carries beside its words (RFC 6750, section 3). */
void guard_program_failed(struct request *r, struct reply *out, enum result result);
/* Scopes any of which opens this row to a token; 0: none does. */
int64_t route_scopes(const struct route *route);

/* The value of the hidden field `form` for a form that posts to `pattern`. Not signed in: bound to
 * the cookie __Host-f, which is set with this reply. */
struct text guard_form(struct request *r, struct reply *out, const char *pattern);
/* The value of the hidden field `request`: 32 hex digits. A form shown again keeps the one it had.
 */
struct text guard_request_id(struct request *r);
/* Both hidden fields as markup, for a slot of a kept page: <input type="hidden" ...>. */
void guard_form_inputs(struct request *r, struct reply *out, struct buf *buf, const char *pattern);
/* Move the session's idle clock, at most every session.touch_minutes, through the clerk. Never
 * fails a request. */
void guard_touch(struct request *r);
/* And if a report was read, tell the clerk, whose authors may know by what kind of sponsor. */
void guard_report_read(struct request *r);
