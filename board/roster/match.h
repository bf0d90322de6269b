#pragma once
/* What the public lists say about an application: advice for the admin who decides, and the ground
 * of assurance level 2. Pure reading of roster.db.
 *
 * The rules stand in one table in match.c, in the order in which they are looked at. The first that
 * rejects decides; if none does, the first that asks for a person's eye. */
#include "board/roster/name.h"
#include "core/db.h"

/* What an applicant said of himself. */
struct application {
    struct text first_name, last_name, npi, licence, state, specialty;
};

/* provider.kind */
enum { PROVIDER_PHYSICIAN = 1, PROVIDER_OTHER, PROVIDER_ORGANISATION, PROVIDER_DEACTIVATED };

enum advice { ADVICE_ACCEPT, ADVICE_REVIEW, ADVICE_REJECT };
struct match {
    enum advice advice;
    const char *reason;   /* one word: "ok", "ok_variant", "bad_check", ...; static storage */
    struct text findings; /* one a line, for the admin; at most 400 bytes */
};
const char *advice_name(enum advice advice); /* "accept", "review", "reject" */

/* `roster` may be NULL: no list was ever imported, which is a review. `today`: 2025-12-31. */
MUST_USE enum result match_application(struct db *roster, struct arena *arena,
                                       const struct application *application, struct text today,
                                       struct match *match);

/* One line of provider.taxonomies; false at the end. The texts borrow from `rest`. */
struct taxonomy {
    struct text code, state, number;
    bool main;
};
bool taxonomy_next(struct text *rest, struct taxonomy *taxonomy);
/* Allopathic & Osteopathic Physicians. */
bool taxonomy_is_physician(struct text code);
