#pragma once
/* What the two pages about rules share. */
#include "fcgi/page_doors.h"

/* The script in force under this name, shipped or approved. What the stores or the paymaster say
 * when it cannot be read; *script is then "". */
MUST_USE enum result page_rule_active(struct request *r, struct text name, struct text *script);

/* What changed between two texts, line by line, with a few lines around each change. `kind` of a
 * line: "same", "gone", "new" or "skip" (lines left out). */
struct view_diff_line;
void page_diff(struct arena *arena, struct text before, struct text after,
               struct view_diff_line **lines, size_t *count);
