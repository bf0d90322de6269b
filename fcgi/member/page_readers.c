/* What kinds of sponsors read the reports that a member's postings stood in, by the week, when the
 * week is over. That he is told of a report gives away what its release has: that it was made. */
#include "fcgi/sponsor/page_report.h"

#include "board/board.h"
#include "core/clock.h"
#include "schema/board.h"

enum { ROWS_SHOWN = 100 };

/* "a company, an investor" for bits of 1 << kind; those of whom nobody said it come last. */
static struct text kinds_words(struct request *r, int64_t kinds)
{
    struct buf out;
    buf_open(&out, r->arena, 64);
    for (int64_t i = 1; i <= SPONSOR_KINDS; i++) {
        const int64_t kind = i % SPONSOR_KINDS;
        if (kinds >> kind & 1)
            buf_format(&out, "%s%s", out.size > 0 ? ", " : "", sponsor_kind_name(kind));
    }
    return buf_done(&out);
}

enum result page_readers(struct request *r, struct reply *out)
{
    struct board_readings_of_row *rows;
    size_t count = 0;
    struct view_readers v = {.head = page_head(r, TEXT("Read by sponsors")),
                             .member = r->reader.member};
    enum result result =
        board_readings_of(request_store(r, WEB_BOARD), r->arena, r->reader.member,
                          clock_week_start(r->now_ms), ROWS_SHOWN + 1, &rows, &count);
    if (result != OK)
        return result;
    v.more = count > ROWS_SHOWN;
    v.rows = arena_array(r->arena, struct view_reader_row, count + 1);
    for (size_t i = 0; i < count && i < ROWS_SHOWN; i++) {
        const bool is_gone = rows[i].question > 0 && rows[i].title.size == 0;
        v.rows[v.rows_count++] = (struct view_reader_row){
            .question = is_gone ? 0 : rows[i].question,
            .title = is_gone                ? TEXT("A question, text removed since")
                     : rows[i].question > 0 ? rows[i].title
                                            : TEXT("What members wrote about"),
            .what = page_report_title(rows[i].template),
            .period = page_report_period(r->arena, rows[i].period),
            .week = clock_day(r->arena, rows[i].week_ms),
            .kinds = kinds_words(r, rows[i].kinds),
        };
    }
    return reply_view(r, out, readers, &v);
}
