#pragma once
/* How many words the title and the body of each posting have, near enough for ranking: a byte for
 * each, in steps of four per cent. They are read from the index's own table a thousand at a time,
 * when a posting among them is first found, and stay as they were read: a posting that was changed
 * or blanked keeps its old size until the process ends, which moves it a little and breaks nothing.
 */
#include "core/db.h"

enum { SIZES_CODES = 256 };
struct size {
    uint8_t title, body; /* codes; 0: cannot be read */
};
struct sizes {
    struct db *db;
    struct size **blocks; /* of a thousand postings each; NULL: not read yet */
    size_t count;
};

void sizes_open(struct sizes *sizes, struct db *db);
void sizes_close(struct sizes *sizes);
/* Of a posting that is in the index. */
struct size sizes_of(struct sizes *sizes, struct arena *arena, int64_t posting);
/* What a code stands for, in words. */
double sizes_words(uint8_t code);
