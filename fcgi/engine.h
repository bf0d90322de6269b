#pragma once
/* The engine's inside, not for pages: from a received request to the reply. */
#include "fcgi/accept.h"
#include "fcgi/worker.h"

/* Fill *r from what came. INVALID when it is no request a browser would make; the page then is the
 * plain error. */
MUST_USE enum result request_open(struct request *r, struct worker *worker, struct arena *arena,
                                  const struct incoming *in);
/* The value of a hidden field as sent (form, request); absent when not there. Never validated. */
struct text request_hidden(const struct request *r, const char *name);
/* The form token that came. A button that posts elsewhere than its form does (formaction) brings
 * the token of where it posts to, as `button_form`; that one counts then. */
struct text request_form_token(const struct request *r);
/* Makes a body of JSON the form it stands for. INVALID with a fault when it is none. In body.c. */
MUST_USE enum result request_json(struct request *r);
/* Decode query or body into r->typed and r->values by the row's fields. OK; INVALID or TOO_MUCH
 * with r->faults filled. */
MUST_USE enum result request_fields(struct request *r, const struct field *fields);
/* One cookie's value; absent when not there. */
struct text request_cookie(const struct request *r, const char *name);
/* End the snapshots. */
void request_close(struct request *r);

/* Check one field's text and set its value; on failure adds a fault and returns false. In field.c.
 */
bool field_check(struct request *r, const struct field *field, struct text typed,
                 struct field_value *value, bool *too_much);

/* Answer one request. In serve.c. */
void serve_one(struct worker *worker, struct listener *listener, struct incoming *in);
