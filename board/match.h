#pragma once
/* What the public lists say about an application: advice for the admin who decides, never a
 * decision. Pure reading of roster.db.
 *
 * In order: the NPI's check digit (Luhn over 80840 and the number), its being listed, active and a
 * person's; the name; the licence (in the board's list, and the one the NPI is registered with);
 * the profession; the licence's end; discipline. The first that fails decides. Missing lists, other
 * statuses and discipline ask for a person's eye; everything else that fails advises to reject. */
#include "core/db.h"

/* What an applicant said of himself. */
struct application {
    struct text first_name, last_name, npi, licence, state, specialty;
};

enum advice { ADVICE_ACCEPT, ADVICE_REVIEW, ADVICE_REJECT };
struct match {
    enum advice advice;
    const char *reason;   /* one word: "ok", "bad_check", "unknown_npi", ... */
    struct text findings; /* one a line, for the admin; at most 400 bytes */
};
const char *advice_name(enum advice advice); /* "accept", "review", "reject" */

/* `roster` may be NULL: no list was ever imported, which is a review. `today`: 2025-12-31. */
MUST_USE enum result match_application(struct db *roster, struct arena *arena,
                                       const struct application *application, struct text today,
                                       struct match *match);

/* Ten digits whose check digit is right. */
bool npi_valid(struct text npi);
/* Same person's name, as far as spelling goes: case, accents, hyphens, blanks, titles and Jr./III
 * do not count. */
bool names_match(struct arena *arena, struct text a, struct text b);
