#pragma once
/* One request as a page sees it: who asks, what was asked, typed fields that were checked before
 * the page runs, and doors to the stores and to the programs that write. A page never parses
 * anything itself and never opens anything.
 *
 * Everything lives in r->arena and is gone when the reply has been sent. */
#include "core/arena.h"
#include "core/buf.h"
#include "core/db.h"

enum {
    REQUEST_BODY_MAX = 256 * 1024,      /* bytes of a form as sent; more is TOO_MUCH */
    REQUEST_FILE_MAX = 5 * 1024 * 1024, /* bytes of an uploaded file */
    REQUEST_UPLOAD_MAX = REQUEST_FILE_MAX + REQUEST_BODY_MAX,
    REQUEST_FIELDS_MAX = 24, /* rows of one page's field table */
    REQUEST_FAULTS_MAX = 8,
};

enum method { METHOD_GET = 1, METHOD_POST = 2 };

/* What a page takes from the query (GET) or the form (POST). The table ends with a row whose name
 * is NULL. LINE: one line, white space trimmed and runs of it made one; TEXT: many lines, CRLF made
 * LF; both valid UTF-8 without control characters, low..high bytes. SECRET: as sent, low..high
 * bytes, never shown again. INT: low..high. FLAG: absent, "" or "0" is false, "1", "on" or "true"
 * is true. KEY: exactly `high` lower-case hex digits. MONTH: 2026-03. DATE: 2026-03-14, given as
 * the first millisecond of that UTC day. MONEY: dollars with at most two decimals, given in cents,
 * low..high in cents. FILE: bytes as sent, low..high, never shown again; a form may come as
 * multipart/form-data only where its table has one. LIST: the values of a name that was sent any
 * number of times, one a line in their order, each as sent; low..high bytes together. */
enum field_type {
    FIELD_LINE,
    FIELD_TEXT,
    FIELD_SECRET,
    FIELD_INT,
    FIELD_FLAG,
    FIELD_KEY,
    FIELD_MONTH,
    FIELD_DATE,
    FIELD_MONEY,
    FIELD_FILE,
    FIELD_LIST
};
struct field {
    const char *name;
    enum field_type type;
    int64_t low, high;
    bool optional;     /* may be absent or empty: text then is "", number is `fallback` */
    const char *label; /* what a person calls it: "Title"; used in the words of a fault */
    int64_t fallback;
};

/* Why a form cannot be taken as it is: shown beside the field. field "" concerns the whole form. */
struct fault {
    const char *field;
    struct text
        words; /* a sentence for the person: "The title is 214 bytes long; at most 200 fit." */
};

/* Who asks. who_anyone: not signed in. Names match the route table's column `who`. */
enum who {
    WHO_ANYONE = 1,    /* no session needed */
    WHO_WAITING = 2,   /* a session; assurance level may be below 3 */
    WHO_PHYSICIAN = 3, /* role 1 and assurance level 3 */
    WHO_SPONSOR = 4,   /* role 2 */
    WHO_ADMIN = 5,     /* role 3 */
    WHO_MEMBER = 6,    /* a physician of level 3, or an admin: reading what members wrote */
    WHO_ACCOUNT = 7,   /* a session of any role, with or without the second factor it needs */
};
struct reader {
    bool signed_in;
    int64_t member; /* 0: nobody */
    int64_t role;   /* 1 physician, 2 sponsor, 3 admin */
    int64_t level;  /* assurance level */
    struct text pseudonym;
    int64_t unread; /* notices not yet seen */
    struct text organisation;
    bool second_missing; /* only his own account is open, until he adds a second factor */
    bool program;        /* a personal token asks, not a session (fcgi/guard_program.c) */
    int64_t scopes;      /* and this is what it is for: bits of enum token_scope */
    uint8_t token[32];   /* raw; all zero when not signed in. Never printed. */
    int64_t seen_ms;     /* when the session was last written down as used */
    struct bytes view_box;
    bool has_view_key;
    uint8_t view_key[32];
};

enum web_store {
    WEB_BOARD,
    WEB_RANK,
    WEB_STATEMENT,
    WEB_RELEASE,
    WEB_PAD,
    WEB_PUBMED,
    WEB_VOCAB,
    WEB_SIGNAL,
    WEB_STORES
};

struct route;
struct worker;
struct kept_cache;
struct field_value {
    bool given;
    struct text text; /* as checked; size 0 when absent */
    int64_t number;
};

struct request {
    struct arena *arena;
    struct worker *worker;
    const struct route *route;
    enum method method;
    bool head;       /* HEAD: as GET, nothing of the body is sent */
    bool wants_json; /* Accept names application/json */
    bool takes_gzip;
    int64_t now_ms;
    struct text device; /* what nginx makes of the browser's name: "iPhone", "Linux", "other" */
    struct text path;   /* percent-decoded, starts with '/' */
    struct text query, cookies, remote, host, origin, fetch_site, content_type;
    struct text bearer; /* of the header Authorization; absent: a browser asks */
    int64_t id;         /* :id of the pattern, 1 .. 2^53; else 0 */
    struct text name;   /* :name ([a-z0-9-], at most 40), :key (32 hex digits) or :token of the
                           pattern; else absent */
    struct bytes body;
    struct reader reader;
    const struct field *fields;
    struct field_value values[REQUEST_FIELDS_MAX];
    struct text typed[REQUEST_FIELDS_MAX]; /* what the person typed, valid or not (UTF-8 made sure),
                                              for showing again */
    struct fault faults[REQUEST_FAULTS_MAX];
    size_t fault_count;
    enum result why;    /* in an `again` page: what went wrong (INVALID, STALE, TOO_MUCH, TOO_OFTEN,
                           BUSY ...) */
    bool keeps;         /* what is rendered now is for other readers too (fcgi/kept.h) */
    bool has_form_root; /* a new __Host-f cookie goes out with this reply */
    uint8_t form_root[32];
    int64_t report_read;  /* this report was read; the clerk is told after the answer has gone */
    uint32_t open_stores; /* bit (1 << enum web_store): has a snapshot in this request */
};

/* Checked fields by name; asserts that the page's table has the name. */
struct text request_text(const struct request *r, const char *name);
int64_t request_int(const struct request *r, const char *name);
bool request_flag(const struct request *r, const char *name);
struct bytes request_file(const struct request *r, const char *name); /* size 0: none was sent */
bool request_given(const struct request *r, const char *name);
/* What was typed, for showing a form again (never of a SECRET). Never absent: "" when nothing was.
 */
struct text request_typed(const struct request *r, const char *name);
/* As if this had been typed there. A name the page's table does not have is let pass. */
void request_typed_put(struct request *r, struct text name, struct text typed);
/* Words for a field, absent when there is nothing to complain of. For the form's template. */
struct text request_fault(const struct request *r, const char *field);
/* Add a fault of the page's own ("These two passwords differ."); the page then returns INVALID. */
void request_fault_add(struct request *r, const char *field, const char *format, ...) PRINTF(3, 4);

/* The store, with one snapshot for this request (begun at first use, ended by the engine). Asserts
 * that this pool may read it. Never NULL. */
struct db *request_store(struct request *r, enum web_store store);
/* A store that may not be there: NULL then. */
struct db *request_store_maybe(struct request *r, enum web_store store);
/* End all snapshots, so that the next read sees what a command just did. */
void request_fresh(struct request *r);

/* Send a command to "clerk" or "paymaster". The caller fills command->kind and its fields; token,
 * form and request id come from here: the request id is the form's hidden field `request`, so a
 * form sent twice acts once. *reply is the JSON of the reply record. The result is the program's
 * own; the engine has words for each. */
struct command;
MUST_USE enum result request_command(struct request *r, const char *program,
                                     struct command *command, struct bytes *reply);
/* The same of the clerk, for what a page can do without: BUSY or UNKNOWN after a moment. */
MUST_USE enum result request_command_soon(struct request *r, struct command *command,
                                          struct bytes *reply);
/* The same with bytes beside it that are too long for a command: they are handed on in memory. */
MUST_USE enum result request_command_with(struct request *r, const char *program,
                                          struct command *command, struct bytes file,
                                          struct bytes *reply);
/* The reader's view key (opens the own rows of board.db). REFUSED when not signed in, BROKEN when
 * the box does not open. */
MUST_USE enum result request_view_key(struct request *r, const uint8_t **view_key);
/* One pointer that the pages keep for this worker's life (search handle, compiled patterns); NULL
 * at first. Made at the first request that needs it, or in route_hooks.open before the sandbox
 * closes. */
void **request_handle(struct request *r);
