#pragma once
/* What a page answers. Built whole in the request's arena, then sent at once: an error half-way is
 * a clean error page. A page fills one body (markup, JSON or a kept page), may add headers, and
 * returns OK; any other result makes the engine throw the body away and show the words for that
 * result, with the typed text kept. Security headers, Content-Length, compression, Vary and caching
 * are the engine's. */
#include "fcgi/request.h"

enum reply_kind {
    REPLY_NONE,
    REPLY_HTML,
    REPLY_JSON,
    REPLY_TEXT,
    REPLY_KEPT,
    REPLY_FILE,
    REPLY_IMAGE
};

struct kept_page;
struct reply {
    struct arena *arena;
    int status; /* 200 unless set */
    enum reply_kind kind;
    struct buf body;
    struct buf headers; /* extra lines, each ended by CRLF */
    const char *content_type;
    struct text words; /* said on the error page beside the result's own words */
    int fault_status;  /* of the error page, where the result's own would not do; 0: it does */
    int retry_after;   /* seconds; 0: the default of the status */
    struct kept_page *kept;
    struct buf fills;  /* kept pages: the slots' bytes one after another */
    size_t *fill_ends; /* end of each slot's bytes in `fills` */
    bool sign_out;     /* adds Clear-Site-Data */
};

/* Start the body; the buf to write into. Asserts that no body was started. */
struct buf *reply_html(struct reply *out);
struct buf *reply_json(struct reply *out);
struct buf *reply_text(struct reply *out);
/* Of another type, to be read where it is: "application/atom+xml; charset=utf-8". */
struct buf *reply_typed(struct reply *out, const char *type);
/* A file to save: type "text/plain; charset=utf-8", name "receipt-17.txt" (ASCII, no quotes). */
struct buf *reply_file(struct reply *out, const char *type, struct text file_name);

/* A picture of ours (JPEG), which its reader's browser may keep for an hour. */
void reply_image(struct reply *out, struct bytes jpeg);

/* The usual end of a page: the view as markup, or as JSON when the client asked for it.
 *     return reply_view(r, out, question, &view);
 * calls html_question(buf, &view) or view_question_write(buf, &view). */
#define reply_view(r, out, NAME, view)                              \
    ((r)->wants_json ? view_##NAME##_write(reply_json(out), (view)) \
                     : html_##NAME(reply_html(out), (view)),        \
     OK)

/* After a form: 303 to `format` (a path on this site). With Accept: application/json: 200 and
 * {"location": path}. */
MUST_USE enum result reply_redirect(struct request *r, struct reply *out, const char *format, ...)
    PRINTF(3, 4);
/* The same after something new came to be, which now has this id. With Accept: application/json:
 * 201, and {"id": id, "location": path}. */
MUST_USE enum result reply_made(struct request *r, struct reply *out, int64_t id,
                                const char *format, ...) PRINTF(4, 5);
void reply_status(struct reply *out, int status);
void reply_header(struct reply *out, const char *name,
                  struct text value); /* asserts: no control characters in it */
/* Say more on the error page than the result's own words do; then return the result. */
void reply_words(struct reply *out, const char *format, ...) PRINTF(2, 3);
/* Session cookie: absent token takes it away. For the sign-in and sign-out pages only. */
void reply_session(struct reply *out, struct text token_base64url);

/* The engine's side: */
void reply_open(struct reply *out, struct arena *arena);
/* The words for a person: a short title and a sentence saying what to do. Never NULL. */
int result_status(enum result result);
const char *result_title(enum result result);
const char *result_advice(enum result result);
/* Replace whatever was built by the error page of `result`; for who wants JSON by an object of
 * RFC 9457 (problem details), with the faults as `problems`. */
void reply_fault(struct request *r, struct reply *out, enum result result);
/* Whole answer as CGI text: head (Status and headers, empty line) and body, compressed if the
 * client takes it and that is safe. */
void reply_finish(struct request *r, struct reply *out, struct bytes *head, struct bytes *body);
