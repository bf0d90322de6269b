#pragma once
/* The groups of specialties in which results are broken down: 24 and "other", the same in every
 * release for ever (a domain that followed the data would give away who is in it). */
#include "core/bytes.h"

enum { GROUPS = 25, GROUP_OTHER = GROUPS - 1 };

/* 0 to GROUPS - 1. codes: NUCC taxonomy codes by blanks, the first counts; words: used when there
 * is no code. */
int group_of(struct text codes, struct text words);
const char *group_name(int group);
/* Active physicians in the United States in 2021 (AAMC, 2022 Physician Specialty Data Report), sum
 * 843,085. Subspecialties the report counts apart are in the group they belong to here. */
int64_t group_physicians(int group);
