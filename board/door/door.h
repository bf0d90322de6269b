#pragma once
/* The door, inside of the clerk: how somebody comes from "applied" (level 0) over the quiz (1) and
 * the lists (2) to proof of possession (3), and how a place is lost again.
 *
 * Every change of a level is one event, made by level_move alone. What the lists hold is public, so
 * levels 1 and 2 open nothing that a member wrote. Codes and invitations are never stored: they
 * follow from an event's seq under a key of the clerk's (door_code). */
#include "board/clerk/clerk.h"
#include "schema/desk.h"

enum {
    CODE_LETTER = 1,
    CODE_MAIL = 2,
    CODE_SIZE = 10, /* letters of a code, without the dash: 50 bits */
    CODE_TEXT_SIZE = CODE_SIZE + 1,
    VOUCHES_NEEDED = 2,
    PROPOSAL_LET_IN = 1,
    PROPOSAL_BRANCH = 2,
    PROPOSAL_RESTORE = 3,
};

/* --- level.c --- */
/* Record that a member's level is now `level`; nothing if it is so already. Whoever comes to level
 * 3 from waiting is in: his application is sealed. CONFLICT with words when another member holds
 * his NPI or licence. */
MUST_USE enum result level_move(struct work *work, int64_t member, int64_t level, const char *why,
                                int64_t by);
/* The quiz was passed and the lists accept him: level 2, unless he is there. */
MUST_USE enum result level_by_lists(struct work *work, int64_t member, bool *raised);
/* What proves that it is he: level 3 for whoever waits at level 2, nothing for others. */
MUST_USE enum result level_by_proof(struct work *work, int64_t member, const char *why);

/* --- application.c --- */
/* What the lists say, and whether somebody else already stands under this NPI or licence. */
struct judgement {
    enum advice advice;
    const char *reason; /* one word */
    bool hard;          /* letting in against it takes two admins */
    struct text findings;
};
MUST_USE enum result application_judge(struct work *work, int64_t member,
                                       const struct application *application,
                                       struct judgement *judgement);
/* One person, one membership: CONFLICT with words when somebody who is in holds NPI or licence. */
MUST_USE enum result person_free(struct work *work, const struct application *application,
                                 int64_t member);

/* --- code.c --- */
/* The code that belongs to an event; `what` keeps letters, mails and invitations apart. */
void door_code(const struct keyring *keys, const char *what, int64_t seq,
               char code[CODE_TEXT_SIZE + 1]);
/* As typed ("abcde fghjk"), against the right one; constant time. */
bool door_code_is(struct text typed, const char *code);
/* What the mail with a code says, and to whom; NOT_FOUND: no longer wanted. */
MUST_USE enum result code_mail_write(struct work *work, int64_t code, struct record_mail *mail);
/* How a member's latest code stands: 0 none, 1 asked for, 2 sent, 3 no longer good. */
MUST_USE enum result code_standing(struct work *work, int64_t member, int64_t kind, int64_t *state,
                                   struct desk_code_latest_row *row);

/* --- lists.c: what roster.db has for the door --- */
struct lists_address {
    struct text name, line_1, line_2, city, state, zip;
};
/* NOT_FOUND: no such provider, or no address of his. */
MUST_USE enum result lists_address(struct work *work, struct text npi,
                                   struct lists_address *address);
/* "Springfield 65801", "" when there is none. */
MUST_USE enum result lists_place(struct work *work, struct text npi, struct text *place);
MUST_USE enum result lists_school(struct work *work, struct text state, struct text licence,
                                  struct text *school);
/* What he said | NPPES | board | LEIE, a row a fact. */
MUST_USE enum result lists_evidence(struct work *work, const struct application *application,
                                    struct record_evidence **rows, size_t *count);

/* --- vouch.c --- */
MUST_USE enum result vouch_edges_read(struct work *work, struct desk_vouch_edges_row **rows,
                                      size_t *count);
/* The code a pioneer may pass on, as "ABCDE-FGHJK". */
struct text invitation_code(struct work *work, int64_t id);

/* --- quiz.c --- */
/* Tries that are left for this licence, and when the next becomes free (0: now). */
MUST_USE enum result quiz_tries_left(struct work *work, const struct application *application,
                                     int64_t *left, int64_t *from_ms);
/* Whether this state's list holds enough to ask. */
MUST_USE enum result quiz_offered(struct work *work, struct text state, bool *offered);
