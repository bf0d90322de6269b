#pragma once
/* Whose cosignatures make a checkpoint one to rely on: c2sp.org/tlog-policy, a text file.
 *
 *   log VKEY
 *   witness NAME VKEY [URL]          NAME is used within this file only
 *   group NAME any|all|K MEMBER...   members: witnesses or groups named above
 *   quorum NAME|none
 *
 * Lines beginning with '#' and empty ones say nothing. Exactly one quorum line. */
#include "ledger/sign/cosign.h"

enum { QUORUM_PARTS_MAX = 64, QUORUM_MEMBERS_MAX = 32 };

/* A witness (members 0), or a group of which `need` must hold. */
struct quorum_part {
    struct text name;
    struct cosigner cosigner;
    struct text url; /* absent: it is not asked */
    size_t members[QUORUM_MEMBERS_MAX];
    size_t member_count;
    size_t need;
};
struct quorum {
    struct quorum_part parts[QUORUM_PARTS_MAX];
    size_t count;
    size_t quorum; /* index of a part; SIZE_MAX: none is needed */
    bool has_log;
    struct note_key log;
};
/* Borrows from the text. INVALID, with the line's number and *why (a literal). */
MUST_USE enum result quorum_read(struct arena *arena, struct text text, struct quorum *policy,
                                 int *line, const char **why);
/* Whether the note has cosignatures enough; *count (may be NULL): how many of the policy's
 * witnesses. A wrong cosignature counts as none. */
bool quorum_holds(struct arena *arena, const struct quorum *policy, struct text note,
                  size_t *count);
