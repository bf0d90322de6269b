#pragma once
/* What the ranker found out of a month's acts, for the rules of pay: links, trust, worth, odds. The
 * ranker and the paymaster never link each other, so it comes from a child, `curbside-ranker
 * facts`, confined to the journal, which is told the month and not what is earmarked; of its lines
 * (ranking/facts.h) those about earmarked postings are taken, and kept in the vault with the
 * month; of all others only what kept an act from earning (ledger/reward/held.h). A month closed
 * without them stays as it was. Private to ledger/.
 *
 * A preview (no period) takes them and keeps nothing.
 *
 * The child may take minutes in a large house; the paymaster takes its lines as they come and goes
 * on answering commands. */
#include <sys/types.h>

#include "ledger/reward/reward.h"

struct paymaster;
struct evaluation;

enum { FINDING_LINE_MAX = 400, FINDING_PART = 65536 };
struct finding {
    pid_t child; /* 0: nothing runs */
    int fd;
    bool ended; /* its last line came */
    int64_t postings, votes;
    size_t size;
    char text[FINDING_PART]; /* what is not a whole line yet, and what came last */
};

/* Give the rules what the vault holds of this month; or, `fresh` and as the settings are, start the
 * child. BUSY: it cannot be started. Earmarks come before. */
MUST_USE enum result finding_open(struct paymaster *paymaster, struct evaluation *evaluation,
                                  struct text period, bool fresh);
/* What the child said since; waits a moment for it. *done: all of it is with the rules and in the
 * vault. BUSY: it failed, and everything may be tried again. */
MUST_USE enum result finding_step(struct paymaster *paymaster, struct evaluation *evaluation,
                                  bool *done);
/* One of its lines. False: it is none. */
bool finding_line(struct finding *finding, struct reward *reward, struct text line);
void finding_close(struct finding *finding); /* kills what runs */
