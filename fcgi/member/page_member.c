/* A member as colleagues see one: pseudonym, specialty if shown, standing, postings. Nothing else
 * is known here. */
#include "fcgi/member/page_question_votes.h"

#include <math.h>

#include "core/clock.h"
#include "ranking/ranking.h"
#include "schema/board.h"
#include "schema/rank.h"

enum { MONTHS_SHOWN = 12, BAR_STEP = 4, BAR_BOX = 24, BAR_LEAST = 2 };

const struct field fields_member[] = {
    PAGE_FIELD_BEFORE,
    {.name = NULL},
};

/* Bars on a scale from the lowest to the highest month shown; the rows come latest first. */
static enum result months_load(struct request *r, struct view_member *v)
{
    struct rank_member_months_row *rows;
    size_t count;
    enum result result = rank_member_months(request_store(r, WEB_RANK), r->arena, r->id,
                                            MONTHS_SHOWN, &rows, &count);
    if (result != OK || count == 0)
        return result;
    double low = rows[0].score;
    double high = rows[0].score;
    for (size_t i = 1; i < count; i++) {
        low = fmin(low, rows[i].score);
        high = fmax(high, rows[i].score);
    }
    v->months = arena_array(r->arena, struct view_month, count);
    v->months_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct rank_member_months_row *row = &rows[count - 1 - i];
        double share = high > low ? (row->score - low) / (high - low) : 1;
        int64_t height = BAR_LEAST + (int64_t)(share * (BAR_BOX - BAR_LEAST));
        v->months[i] = (struct view_month){
            .month = row->month,
            .score = arena_format(r->arena, "%.2f", row->score),
            .band = text_of(ranking_band_name(row->band)),
            .x = (int64_t)i * BAR_STEP,
            .y = BAR_BOX - height,
            .height = height,
        };
    }
    return OK;
}

/* Totals of one of his postings, for himself and admins. */
static enum result totals_load(struct request *r, struct view_contribution *row)
{
    struct board_totals_of_posting_row totals = {0};
    enum result result =
        board_totals_of_posting(request_store(r, WEB_BOARD), r->arena, row->id, r->now_ms, &totals);
    row->corroborate = totals.corroborate;
    row->dispute = totals.dispute;
    row->patients = totals.patients;
    return result == NOT_FOUND ? OK : result;
}

/* Only threads are in a state. */
static struct text state_of(struct request *r, int64_t id, int64_t kind)
{
    struct board_thread_solved_row row;
    if (kind > POSTING_OBSERVATION ||
        board_thread_solved(request_store(r, WEB_BOARD), r->arena, id, &row) != OK)
        return TEXT("");
    return text_of(page_state(kind, row.solved, 0));
}

static enum result rows_load(struct request *r, struct view_member *v)
{
    struct board_postings_of_member_row *rows;
    size_t count;
    enum result result =
        board_postings_of_member(request_store(r, WEB_BOARD), r->arena, r->id,
                                 request_int(r, "before"), PAGE_ROWS + 1, &rows, &count);
    if (result != OK)
        return result;
    v->rows = arena_array(r->arena, struct view_contribution, PAGE_ROWS);
    for (size_t i = 0; i < count && i < PAGE_ROWS; i++)
        v->rows[v->rows_count++] = (struct view_contribution){
            .id = rows[i].id,
            .question = rows[i].question,
            .title = rows[i].thread_title,
            .excerpt = rows[i].excerpt,
            .kind = text_of(posting_kind_name(rows[i].kind)),
            .state = state_of(r, rows[i].id, rows[i].kind),
            .ago = clock_ago(r->arena, rows[i].at_ms, r->now_ms),
            .iso = clock_iso(r->arena, rows[i].at_ms),
        };
    for (size_t i = 0; i < v->rows_count && v->figures && result == OK; i++)
        result = totals_load(r, &v->rows[i]);
    v->next = count > PAGE_ROWS ? rows[PAGE_ROWS - 1].id : 0;
    return result;
}

enum result page_member(struct request *r, struct reply *out)
{
    struct board_member_profile_row profile;
    enum result result =
        board_member_profile(request_store(r, WEB_BOARD), r->arena, r->id, &profile);
    if (result != OK)
        return result;
    /* Sponsors, admins and applicants have no page. */
    if (profile.role != BOARD_PHYSICIAN || profile.level < BOARD_LEVEL_OPEN)
        return NOT_FOUND;
    struct view_member v = {.head = page_head(r, profile.pseudonym)};
    v.author = (struct view_author){.id = profile.id,
                                    .name = profile.pseudonym,
                                    .specialty = profile.specialty,
                                    .band = TEXT("")};
    v.joined = clock_day(r->arena, profile.joined_ms);
    v.self = profile.id == r->reader.member;
    v.figures = sight_member(r, profile.id);
    result = page_standing(r, r->id, &v.standing);
    v.author.band = v.standing.band;
    if (result == OK && v.figures)
        result = months_load(r, &v);
    if (result == OK)
        result = rows_load(r, &v);
    if (result != OK)
        return result;
    return reply_view(r, out, member, &v);
}
