#pragma once
/* What no password may be: one of those that everybody tries first. No rules about kinds of signs:
 * length and being uncommon are what helps. The lists are files of Debian packages (setting
 * password.lists), read once; one that is missing is told to the log and left out. */
#include "core/arena.h"

struct passwords {
    uint64_t *digests; /* of the listed ones, sorted */
    size_t count;
};

void passwords_open(struct passwords *passwords);
void passwords_close(struct passwords *passwords);
/* NULL when it may be used; else why not, for a person. Looked at without case, without the digits
 * and marks at its ends, and with the letters that digits stand for. */
const char *password_fault(const struct passwords *passwords, struct arena *arena,
                           struct text password, struct text pseudonym);
