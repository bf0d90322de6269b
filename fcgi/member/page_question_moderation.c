#include "fcgi/member/page_question_moderation.h"

#include <inttypes.h>
#include <string.h>

#include "core/text.h"
#include "fcgi/guard.h"
#include "schema/command.h"

enum { MERGED_MOST = 50, OTHERS_SHOWN = 20, WITHHELD_SHOWN = 20, PROPOSED_SHOWN = 5 };

const struct field fields_duplicate[] = {
    {.name = "target",
     .type = FIELD_INT,
     .low = 1,
     .high = PAGE_BEFORE_ALL,
     .label = "The older question"},
    {.name = "linked", .type = FIELD_INT, .low = 0, .high = 1, .label = "Your choice"},
    {.name = NULL},
};

struct text page_hold_words(int64_t state)
{
    switch (state) {
    case HOLD_WAITS:
        return TEXT("It waits for a colleague's look.");
    case HOLD_HIDDEN:
        return TEXT("It was hidden.");
    case HOLD_RETURNED:
        return TEXT("It came back to you.");
    case HOLD_REMOVED:
        return TEXT("Its text was removed.");
    default:
        return TEXT("The question it stands under was hidden.");
    }
}

enum result page_duplicates_load(struct request *r, struct view_question_duplicates *v)
{
    struct board_duplicate_of_row of;
    struct board_duplicates_of_row *rows;
    size_t count = 0;
    struct db *board = request_store(r, WEB_BOARD);
    enum result result = board_duplicate_of(board, r->arena, r->id, &of);
    if (result == OK) {
        v->of = arena_array(r->arena, struct view_duplicate, 1);
        v->of[v->of_count++] = (struct view_duplicate){of.target, of.title, of.merged != 0};
    }
    if (result != OK && result != NOT_FOUND)
        return result;
    result = board_duplicates_of(board, r->arena, r->id, OTHERS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v->others = arena_array(r->arena, struct view_duplicate, count + 1);
    for (size_t i = 0; i < count; i++)
        v->others[v->others_count++] =
            (struct view_duplicate){rows[i].question, rows[i].title, rows[i].merged != 0};
    return OK;
}

static void withheld_load(struct request *r, struct view_question_own *v)
{
    struct board_withheld_in_thread_row *rows;
    size_t count = 0;
    if (board_withheld_in_thread(request_store(r, WEB_BOARD), r->arena, v->question,
                                 r->reader.member, WITHHELD_SHOWN, &rows, &count) != OK)
        return; /* the page stands without them */
    v->withheld = arena_array(r->arena, struct view_own_withheld, count + 1);
    for (size_t i = 0; i < count; i++)
        v->withheld[v->withheld_count++] =
            (struct view_own_withheld){rows[i].id, text_kept_html(rows[i].html),
                                       page_hold_words(rows[i].state), rows[i].comment};
}

static void proposed_load(struct request *r, struct reply *out, struct view_question_own *v)
{
    struct board_posting_author_web_row thread;
    struct board_duplicates_proposed_of_row *rows;
    size_t count = 0;
    struct db *board = request_store(r, WEB_BOARD);
    if (board_posting_author_web(board, r->arena, v->question, &thread) != OK ||
        thread.member != r->reader.member ||
        board_duplicates_proposed_of(board, r->arena, v->question, PROPOSED_SHOWN, &rows, &count) !=
            OK)
        return;
    v->form = guard_form(r, out, "/q/:id/duplicate");
    v->proposed = arena_array(r->arena, struct view_duplicate, count + 1);
    for (size_t i = 0; i < count; i++)
        v->proposed[v->proposed_count++] =
            (struct view_duplicate){rows[i].target, rows[i].title, false};
}

struct view_question_own page_question_own(struct request *r, struct reply *out, int64_t question,
                                           const struct board_thread_state_row *thread)
{
    struct view_question_own v = {.question = question, .form = TEXT("")};
    if (r->reader.role != BOARD_PHYSICIAN)
        return v;
    if (thread->away > 0)
        withheld_load(r, &v);
    if (thread->proposed > 0)
        proposed_load(r, out, &v);
    return v;
}

enum result page_question_gone(struct request *r, struct reply *out)
{
    struct board_withheld_own_row row;
    if (r->reader.role != BOARD_PHYSICIAN)
        return NOT_FOUND;
    enum result result =
        board_withheld_own(request_store(r, WEB_BOARD), r->arena, r->id, r->reader.member, &row);
    return result == OK ? reply_redirect(r, out, "/p/%" PRId64 "/withheld", r->id) : result;
}

enum result page_duplicate_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_DUPLICATE_ANSWER};
    command.duplicate_answer.question = r->id;
    command.duplicate_answer.target = request_int(r, "target");
    command.duplicate_answer.linked = request_int(r, "linked") == 1;
    enum result result = page_command(r, &command);
    return result == OK ? reply_redirect(r, out, "/q/%" PRId64, r->id) : result;
}

/* ---- merged threads ---- */

enum result page_merged_load(struct request *r, const struct board_thread_state_row *thread,
                             struct board_merged_into_row **merged, size_t *count)
{
    *count = 0;
    return thread->merged == 0 ? OK
                               : board_merged_into(request_store(r, WEB_BOARD), r->arena, r->id,
                                                   MERGED_MOST, merged, count);
}

enum result page_merged_version(struct request *r, const struct board_merged_into_row *merged,
                                size_t count, int64_t *version)
{
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++) {
        struct rank_question_version_row row = {0};
        result =
            rank_question_version(request_store(r, WEB_RANK), r->arena, merged[i].question, &row);
        if (result == NOT_FOUND)
            result = OK;
        if (row.version > *version)
            *version = row.version;
    }
    return result;
}

enum result page_thread_rows(struct request *r, size_t most,
                             struct board_postings_of_thread_row **rows, size_t *count)
{
    struct board_duplicate_of_row of;
    struct board_merged_into_row *merged;
    size_t merged_count = 0;
    struct db *board = request_store(r, WEB_BOARD);
    enum result result =
        board_postings_of_thread(board, r->arena, r->id, (int64_t)most, rows, count);
    if (result == OK)
        result = board_duplicate_of(board, r->arena, r->id, &of);
    if (result == OK && of.merged != 0 && *count > 1)
        *count = 1; /* its answers are shown in the other */
    if (result == OK || result == NOT_FOUND)
        result = board_merged_into(board, r->arena, r->id, MERGED_MOST, &merged, &merged_count);
    for (size_t i = 0; i < merged_count && result == OK && *count < most; i++) {
        struct board_postings_of_thread_row *more, *all;
        size_t more_count = 0;
        result = board_postings_of_thread(board, r->arena, merged[i].question,
                                          (int64_t)(most - *count + 1), &more, &more_count);
        if (result != OK || more_count < 2)
            continue;
        all = arena_array(r->arena, struct board_postings_of_thread_row, *count + more_count);
        memcpy(all, *rows, *count * sizeof *all);
        memcpy(all + *count, more + 1, (more_count - 1) * sizeof *all);
        *rows = all;
        *count += more_count - 1;
    }
    return result;
}

enum result page_thread_scores(struct request *r, struct rank_posting_scores_row **scores,
                               size_t *count)
{
    struct board_merged_into_row *merged;
    size_t merged_count = 0;
    struct db *rank = request_store(r, WEB_RANK);
    enum result result = rank_posting_scores(rank, r->arena, r->id, scores, count);
    if (result == OK)
        result = board_merged_into(request_store(r, WEB_BOARD), r->arena, r->id, MERGED_MOST,
                                   &merged, &merged_count);
    for (size_t i = 0; i < merged_count && result == OK; i++) {
        struct rank_posting_scores_row *more, *all;
        size_t more_count = 0;
        result = rank_posting_scores(rank, r->arena, merged[i].question, &more, &more_count);
        if (result != OK || more_count == 0)
            continue;
        all = arena_array(r->arena, struct rank_posting_scores_row, *count + more_count);
        memcpy(all, *scores, *count * sizeof *all);
        memcpy(all + *count, more, more_count * sizeof *all);
        *scores = all;
        *count += more_count;
    }
    return result;
}
