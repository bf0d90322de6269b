#pragma once
/* The front page's lists narrowed by kind and state. A list of one kind and state is a walk of an
 * index; lists whose order comes from elsewhere (followed topics, ranks, ratings) are read on until
 * a page is full, but never further than a fixed number of threads: "older" then goes on. */
#include "fcgi/page/page_parts.h"

enum { FRONT_AHEAD = PAGE_ROWS + 1 };

struct front_filter {
    struct text kind, state, by; /* as chosen; "" all */
    int64_t kinds[3], states[3];
    size_t kind_count, state_count;
    bool narrowed;
    bool members_alone; /* without questions of sponsors */
};
/* Reads the fields "kind", "state", "asked" and "by". */
struct front_filter front_filter_read(const struct request *r, struct text tab);
/* Ids behind `before`, in the list's order: at most FRONT_AHEAD. */
typedef enum result front_ids(struct request *r, struct text followed, int64_t before, int64_t *ids,
                              size_t *count);
MUST_USE enum result front_list_scanned(struct request *r, front_ids *source, struct text followed,
                                        const struct front_filter *filter, struct view_front *v);
/* Newest first, by kind and state. */
MUST_USE enum result front_list_of_states(struct request *r, const struct front_filter *filter,
                                          struct view_front *v);
/* Rated threads, by the scale in the field "by". */
MUST_USE enum result front_rated_ids(struct request *r, struct text followed, int64_t before,
                                     int64_t *ids, size_t *count);
/* The links to the other choices. */
void front_chips(struct request *r, const struct front_filter *filter, struct view_front *v);
/* For qsort. */
int front_newest_first(const void *a, const void *b);
