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
#define GROUP_SOURCE "AAMC, 2022 Physician Specialty Data Report"

/* What members may tell beside it, each of them one of the two only (board/account/background.h):
 * four regions of the Census Bureau, four bands of years in practice. */
enum margin { MARGIN_REGION, MARGIN_YEARS, MARGINS };
enum { PARTS = 4 };
const char *part_name(enum margin margin, int part);
/* "region", "years": as it stands in files. */
const char *margin_name(enum margin margin);
