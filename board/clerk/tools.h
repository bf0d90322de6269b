#pragma once
/* The operator's verbs of curbside-clerk. Each returns the exit status: 0 done, 1 failed (said
 * why), 2 used wrongly. */
#include "board/clerk/clerk.h"

/* A text file line by line, decompressed by a gzip child when it is a gzip file. */
struct lines {
    int fd;
    int source;    /* the file itself: a gzip child moves the same place in it */
    int64_t total; /* its size in bytes */
    int child;     /* pid, 0: none */
    char *data;
    size_t size, at, room;
    int64_t number; /* of the line last given, from 1 */
    bool ended, failed;
};
enum { LINE_SIZE_MAX = 1024 * 1024 };
/* Exits with a message if the file cannot be opened. */
void lines_open(struct lines *lines, const char *path);
/* The next line without its end (LF or CRLF); valid until the next call. False at the end. A line
 * over LINE_SIZE_MAX comes back cut, with *whole false. */
bool lines_next(struct lines *lines, struct text *line, bool *whole);
/* The same file in pieces instead, as they come. False at the end. */
bool lines_piece(struct lines *lines, struct bytes *piece);
/* What comes next, without taking it. */
struct text lines_peek(struct lines *lines);
/* How much of the file has been read, 0 to 1. */
double lines_share(const struct lines *lines);
/* False when the file or its decompression broke off. */
bool lines_close(struct lines *lines);

int roster_match(const char *path, const char *today_or_null); /* roster_match.c */
int roster_recheck(void);                                      /* recheck.c */
int roster_suspicions(void);
int roster_suspicion_decide(int64_t member, const char *entry, const char *decision);
int pubmed_import(const char *const *paths, size_t count); /* pubmed_import.c */
/* import.c; `unanswered`: also questions whose answer the publisher keeps, pointing there */
int import_medquad(const char *path, bool unanswered);
/* search_batch.c: `id<TAB>text` lines in, `id<TAB>rank<TAB>source id<TAB>score` out, at most `top`
 * for each; how long it took on standard error; `all`: without the cap on postings looked at; the
 * first `warm` lines are answered for nobody, so that the others find everything read */
int search_batch(bool similar, bool all, int64_t top, int64_t warm);
/* points: what an answer that was not accepted needs to come in. */
int import_stackexchange(const char *folder, const char *site_or_null,
                         int64_t points);                     /* import_stack.c */
int import_jsonl(const char *path, const char *name_or_null); /* import_jsonl.c */
/* Tables that no content digest covers: the cursor, and what FTS5 keeps for itself. */
extern const char *const fold_skipped[];
int fold_rebuild(void); /* rebuild.c */
int fold_digest(void);
int fold_check(void); /* compares the FTS index with the texts */
int staff_add(const char *pseudonym, const char *role, const char *organisation, const char *email);
int member_list(void);
int member_match(void); /* tools_door.c */
int journal_verify_verb(void);
int journal_show(int64_t after, int64_t most);
int clerk_status(void);
int text_blank(int64_t seq, int64_t part);
int member_unlock(int64_t member); /* takes his second factors away */
/* The tax office refused a member's form, or accepts it again. */
int tax_form_refuse(int64_t member, bool refused);
/* The payees' file (docs/operators.md) for the members of a batch's list, out of a copy of
 * identity.db; or, `tax`, their tax forms. Noted in the copy's record like every opening. */
int identity_payees(const char *store, const char *key, const char *list, bool tax,
                    const char *reason);
/* CSV files for an office (identity_report.c) out of FOLDER/list, which the paymaster made of
 * members' numbers, FOLDER/map (board/offline/column_map.h) and FOLDER/facts, what the operator
 * knows: NAME = VALUE, a line each, among it sponsor.NUMBER.NAME and member.NUMBER.FIELD. Written
 * to FOLDER/1.csv and so on, or, if a row is not whole, not at all. Noted in the copy's record. */
int identity_report(const char *store, const char *key, const char *folder, const char *reason);
/* On the machine with the offline key (identity_tool.c). member 0: all. */
int identity_keygen(const char *folder);
int identity_open(const char *store, const char *key, int64_t member, const char *reason);
int identity_audit(const char *store);
int guard_check_lines(void); /* guard_tool.c; standard input to standard output */
int guard_rules_print(void);
int guard_test(const char *path);
int guard_reload(const char *path_or_null);
int guard_reset(void);
int specialties_load(const char *path); /* specialty_load.c */
/* Ask the clerk that is serving this state. */
MUST_USE enum result clerk_ask(struct arena *arena, struct command *command, struct bytes *reply);
