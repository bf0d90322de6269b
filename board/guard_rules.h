#pragma once
/* The patterns of the patient-data check, as data. Order matters: of two findings on one span the
 * strictest wins, then the first. */
#include "board/board.h"

struct guard_rule {
    const char *name;
    enum guard_level level;
    const char *pattern; /* PCRE2, UTF, case-insensitive, extended (blanks do not count) */
    const char *message;
    bool month_instead; /* the match is a full date; offer month and year */
};
extern const struct guard_rule guard_rules[];
extern const size_t guard_rule_count;
