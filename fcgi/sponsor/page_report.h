#pragma once
/* What the pages about reports share. */
#include "fcgi/page/page_doors.h"
#include "insight/insight.h"

struct text page_report_title(int64_t template);
/* "March 2026", "Week 11 of 2026", "1st quarter of 2026". */
struct text page_report_period(struct arena *arena, struct text period);
/* "71 %" and "64 to 78 %". */
struct text page_percent(struct arena *arena, double share);
struct text page_interval(struct arena *arena, struct insight_share share);
/* Of a figure's width, for a share between 0 and 1. */
int64_t page_thousandths(double share);
/* The report that is asked for, its row and what its bytes say. */
struct release_report_get_row;
enum result page_report_get(struct request *r, struct release_report_get_row *row,
                            struct insight_report *report);
/* "specialty", "specialty, region and years in practice": what a result is weighted by. */
struct text page_report_by(struct arena *arena, const struct insight_report *report);
/* A table below a figure: its caption, heads ("" from the third on: two columns) and room for
 * PAGE_TABLE_ROWS rows, which the caller counts in table->rows_count. */
enum { PAGE_TABLE_ROWS = 100 };
struct view_report_cells *page_table(struct request *r, struct view_report_table *table,
                                     const char *caption, const char *const heads[5]);
/* The eleven items that AAPOR asks to be told of every survey, and what protects members, in plain
 * words (page_report_method.c). */
void page_report_items(struct request *r, const struct insight_report *report,
                       struct view_report *v);

/* Points of a line over time, in a box of PAGE_SERIES_WIDTH x PAGE_SERIES_HEIGHT
 * (page_report_series.c): values between 0 and 1, oldest first; a value below 0 is a gap. */
enum { PAGE_SERIES_WIDTH = 1000, PAGE_SERIES_HEIGHT = 200 };
struct page_point {
    double low, at, high;
    bool rings; /* stands out */
};
void page_series(struct arena *arena, const struct page_point *points, size_t count,
                 struct view_report_series *series);
