#pragma once
/* What the desk's pages about early signals share. */
#include "fcgi/sponsor/page_report.h"
#include "schema/signal.h"

enum { PAGE_WEEK_MAX = 100000 };

/* A time in which a word was written more; drawn on the weeks from..upto. word: 0 for no link. */
struct page_burst {
    int64_t word, first, last, from, upto;
    double weight;
    struct text name, first_name, last_name;
};
void page_bursts_begin(struct request *r, size_t count, struct view_signal_figure *f);
void page_burst_add(struct request *r, const struct page_burst *burst,
                    struct view_signal_figure *f);
