/* A line over time with its band, as paths. The box is stretched to whatever room there is; strokes
 * are not (site.css), and labels stand outside of it in the page's own type, so nothing is clipped
 * or squeezed on a narrow screen. */
#include "fcgi/sponsor/page_report.h"

#include <math.h>

static int x_of(size_t i, size_t count)
{
    return count < 2 ? PAGE_SERIES_WIDTH / 2
                     : (int)lround((double)i * PAGE_SERIES_WIDTH / (double)(count - 1));
}

static int y_of(double value)
{
    return (int)lround((1 - fmin(1, fmax(0, value))) * PAGE_SERIES_HEIGHT);
}

void page_series(struct arena *arena, const struct page_point *points, size_t count,
                 struct view_report_series *series)
{
    struct buf line, dots, rings, band;
    bool was_gap = true;
    buf_open(&line, arena, 512);
    buf_open(&dots, arena, 512);
    buf_open(&rings, arena, 64);
    buf_open(&band, arena, 1024);
    for (size_t i = 0; i < count; i++) {
        const bool is_gap = points[i].at < 0;
        if (!is_gap) {
            buf_format(&line, "%c%d %d", was_gap ? 'M' : 'L', x_of(i, count), y_of(points[i].at));
            buf_format(points[i].rings ? &rings : &dots, "M%d %dh0", x_of(i, count),
                       y_of(points[i].at));
        }
        if (!is_gap && was_gap) { /* a stretch without gaps: along its upper edge and back */
            size_t end = i;
            while (end + 1 < count && points[end + 1].at >= 0)
                end++;
            for (size_t k = i; k <= end; k++)
                buf_format(&band, "%c%d %d", k == i ? 'M' : 'L', x_of(k, count),
                           y_of(points[k].high));
            for (size_t k = end + 1; k-- > i;)
                buf_format(&band, "L%d %d", x_of(k, count), y_of(points[k].low));
            buf_char(&band, 'z');
        }
        was_gap = is_gap;
    }
    series->line = buf_done(&line);
    series->dots = buf_done(&dots);
    series->rings = buf_done(&rings);
    series->band = buf_done(&band);
}
