#include "board/search/newer.h"

#include "core/trace.h"

#include <stdlib.h>

enum { ROOM_FIRST = 1024 };

void newer_close(struct newer *newer)
{
    free(newer->postings);
}

static int earlier(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

void newer_piece(struct newer *newer, int64_t horizon)
{
    if (newer->known > 0 && newer->count > newer->known)
        qsort(newer->postings, newer->count, sizeof(*newer->postings), earlier);
    newer->known = newer->count;
    newer->at = 0;
    newer->horizon = horizon;
}

static void posting_add(struct newer *newer, int64_t posting)
{
    if (newer->count == newer->room) {
        newer->room = newer->room == 0 ? ROOM_FIRST : newer->room * 2;
        newer->postings = realloc(newer->postings, newer->room * sizeof(*newer->postings));
        if (newer->postings == NULL)
            trace_die("newer_holds", "reason=memory");
    }
    newer->postings[newer->count++] = posting;
}

bool newer_holds(struct newer *newer, int64_t posting)
{
    while (newer->at < newer->known && newer->postings[newer->at] < posting)
        newer->at++;
    const bool holds = newer->at == newer->known || newer->postings[newer->at] != posting;
    if (holds && posting <= newer->horizon)
        posting_add(newer, posting);
    return holds;
}
