#pragma once
/* Letters with codes as one PDF, a page each, for a #10 window envelope (US Letter). The operator's
 * tool alone makes them: the clerk never links what draws them. */
#include "schema/command.h"

/* Writes `path` anew. `date`: as it stands in the letter. False, said on standard error, when it
 * cannot. */
bool letter_pdf_write(const char *path, const struct record_letter *letters, size_t count,
                      struct text date, struct text site, struct text url, struct arena *arena);
