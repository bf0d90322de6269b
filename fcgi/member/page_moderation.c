/* What was decided on postings, and what is asked again most often: for every member. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "schema/board.h"

enum { ROWS_SHOWN = 50, MONTHS_SHOWN = 24 };

const struct field fields_moderation[] = {
    PAGE_FIELD_BEFORE,
    {.name = NULL},
};

static enum result months_load(struct request *r, struct view_moderation *v)
{
    struct board_moderation_months_row *rows;
    size_t count = 0;
    enum result result =
        board_moderation_months(request_store(r, WEB_BOARD), r->arena, MONTHS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v->months = arena_array(r->arena, struct view_moderation_month, count + 1);
    for (size_t i = 0; i < count; i++)
        v->months[v->months_count++] = (struct view_moderation_month){
            .month = page_month(r->arena, rows[i].month),
            .kept = rows[i].kept,
            .hidden = rows[i].hidden,
            .returned = rows[i].returned,
            .removed = rows[i].removed,
            .appeals = rows[i].appeals,
            .restored = rows[i].restored,
        };
    return OK;
}

enum result page_moderation(struct request *r, struct reply *out)
{
    struct board_moderations_row *rows;
    size_t count = 0;
    struct view_moderation v = {.head = page_head(r, TEXT("Moderation"))};
    enum result result = board_moderations(request_store(r, WEB_BOARD), r->arena,
                                           request_int(r, "before"), ROWS_SHOWN, &rows, &count);
    if (result == OK)
        result = months_load(r, &v);
    if (result != OK)
        return result;
    v.rows = arena_array(r->arena, struct view_moderation_row, count + 1);
    for (size_t i = 0; i < count; i++)
        v.rows[v.rows_count++] = (struct view_moderation_row){
            .day = clock_day(r->arena, rows[i].day_ms),
            .what = text_of(moderation_outcome_words(rows[i].outcome)),
            .why = rows[i].reason == FLAG_NONE ? TEXT("Nothing is wrong with it.")
                                               : text_of(flag_reason_words(rows[i].reason)),
            .kind = text_of(posting_kind_name(rows[i].kind)),
            .appealed = rows[i].appealed != 0,
        };
    v.next = count == ROWS_SHOWN ? rows[count - 1].id : 0;
    return reply_view(r, out, moderation, &v);
}

enum result page_duplicates(struct request *r, struct reply *out)
{
    struct board_duplicates_most_row *rows;
    size_t count = 0;
    struct view_duplicates v = {.head = page_head(r, TEXT("Asked again and again"))};
    enum result result =
        board_duplicates_most(request_store(r, WEB_BOARD), r->arena, ROWS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v.rows = arena_array(r->arena, struct view_duplicates_row, count + 1);
    for (size_t i = 0; i < count; i++)
        v.rows[v.rows_count++] = (struct view_duplicates_row){
            .question = rows[i].question,
            .title = rows[i].title,
            .state = text_of(page_state(rows[i].state_kind, rows[i].solved, rows[i].answers)),
            .answers = rows[i].answers,
            .duplicates = rows[i].duplicates,
        };
    return reply_view(r, out, duplicates, &v);
}
