/* The admins' desk: what members flagged, first postings that wait, objections; and threads that
 * repeat another. The clerk says what waits, the board has the texts. */
#include "fcgi/member/page_question_moderation.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "fcgi/page/page_doors.h"

enum { PAIRS_SHOWN = 50, WORDS_MAX = 400, PROPOSED = 1, LINKED = 2 };
enum { DONE_DECIDED = 1, DONE_LINKED, DONE_DIFFER, DONE_MERGED, DONE_APART };

const struct field fields_desk[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_DECIDED,
     .high = DONE_APART,
     .optional = true,
     .label = "What was before"},
    {.name = "posting",
     .type = FIELD_INT,
     .low = 1,
     .high = PAGE_BEFORE_ALL,
     .optional = true,
     .label = "The posting"},
    {.name = NULL},
};
const struct field fields_desk_decide[] = {
    {.name = "outcome",
     .type = FIELD_INT,
     .low = OUTCOME_KEPT,
     .high = OUTCOME_REMOVED,
     .label = "The decision"},
    {.name = "reason",
     .type = FIELD_INT,
     .low = FLAG_NONE,
     .high = FLAG_OTHER,
     .optional = true,
     .label = "The reason"},
    {.name = "words",
     .type = FIELD_LINE,
     .high = WORDS_MAX,
     .optional = true,
     .label = "Words to its author"},
    {.name = NULL},
};
const struct field fields_pair[] = {
    {.name = "target",
     .type = FIELD_INT,
     .low = 1,
     .high = PAGE_BEFORE_ALL,
     .label = "The older question"},
    {.name = "linked", .type = FIELD_INT, .low = 0, .high = 1, .label = "The choice"},
    {.name = NULL},
};
const struct field fields_merge[] = {
    {.name = "target",
     .type = FIELD_INT,
     .low = 1,
     .high = PAGE_BEFORE_ALL,
     .label = "The older question"},
    {.name = "merged", .type = FIELD_INT, .low = 0, .high = 1, .label = "The choice"},
    {.name = NULL},
};

static enum result comment_text(struct request *r, const struct record_queue_item *item,
                                struct view_desk_item *v)
{
    struct board_comment_get_row row;
    enum result result =
        board_comment_get(request_store(r, WEB_BOARD), r->arena, item->posting, &row);
    if (result != OK)
        return result;
    v->title = row.thread_title.size > 0 ? row.thread_title : TEXT("Without a title");
    v->body = text_kept_html(row.html);
    v->author = row.member > 0 ? row.pseudonym : row.source;
    if (row.html.size == 0)
        v->stands = TEXT("taken back by its author");
    v->ago = clock_ago(r->arena, row.at_ms, r->now_ms);
    v->iso = clock_iso(r->arena, row.at_ms);
    return OK;
}

/* The text of an item, wherever it lies now. */
static enum result item_text(struct request *r, const struct record_queue_item *item,
                             struct view_desk_item *v)
{
    struct db *board = request_store(r, WEB_BOARD);
    struct board_withheld_get_row away;
    struct board_posting_get_row row;
    struct board_posting_excerpt_row thread;
    int64_t at_ms = 0;
    enum result result = OK;
    v->shown = !item->withheld;
    v->comment = item->kind == POSTING_COMMENT;
    v->place = page_posting_place(r->arena, item->question, item->posting, item->kind);
    if (v->comment)
        return comment_text(r, item, v);
    if (item->withheld) {
        result = board_withheld_get(board, r->arena, item->posting, &away);
        if (result != OK)
            return result;
        v->title = away.title.size > 0 ? away.title : away.thread_title;
        v->body = text_kept_html(away.html);
        v->author = away.member > 0 ? away.pseudonym : away.source;
        v->sponsor = page_sponsor_name(away.kind, away.member, away.source);
        at_ms = away.at_ms;
    } else {
        result = board_posting_get(board, r->arena, item->posting, &row);
        if (result == OK)
            result = board_posting_excerpt(board, r->arena, item->posting, &thread);
        if (result != OK)
            return result;
        v->title = thread.thread_title;
        v->body = text_kept_html(row.html);
        v->author = row.member > 0 ? row.pseudonym : row.source;
        v->sponsor = page_sponsor_name(row.kind, row.member, row.source);
        at_ms = row.at_ms;
    }
    if (v->title.size == 0)
        v->title = TEXT("Without a title");
    if (v->sponsor.size > 0 && item->state == HOLD_WAITS)
        v->stands = TEXT("a sponsor’s question, seen by nobody yet");
    v->ago = clock_ago(r->arena, at_ms, r->now_ms);
    v->iso = clock_iso(r->arena, at_ms);
    return OK;
}

static struct text item_stands(const struct record_queue_item *item)
{
    if (item->withheld)
        return item->state == HOLD_WAITS ? TEXT("a first posting, seen by nobody yet")
                                         : page_hold_words(item->state);
    return item->flags_count > 0 ? TEXT("flagged, and seen by all") : TEXT("seen by all");
}

static enum result item_fill(struct request *r, const struct record_queue_item *item,
                             struct view_desk_item *v)
{
    bool typed = r->why != OK && r->id == item->posting;
    *v = (struct view_desk_item){.posting = item->posting,
                                 .question = item->question,
                                 .kind = text_of(posting_kind_name(item->kind)),
                                 .state = item->state,
                                 .stands = item_stands(item),
                                 .own = item->own,
                                 .sponsor = TEXT(""),
                                 .appeal = item->appeal,
                                 .words = typed ? request_typed(r, "words") : TEXT(""),
                                 .problem = TEXT("")};
    v->flags = arena_array(r->arena, struct view_desk_flag, item->flags_count + 1);
    for (size_t i = 0; i < item->flags_count; i++)
        v->flags[v->flags_count++] = (struct view_desk_flag){
            text_of(flag_reason_words(item->flags[i].reason)), item->flags[i].words,
            clock_ago(r->arena, item->flags[i].at_ms, r->now_ms)};
    v->reason = item->flags_count > 0 ? item->flags[0].reason : FLAG_NONE;
    if (typed)
        (void)text_int(request_typed(r, "reason"), FLAG_NONE, FLAG_OTHER, &v->reason);
    if (typed && r->fault_count > 0)
        v->problem = r->faults[0].words;
    return item_text(r, item, v);
}

static enum result items_load(struct request *r, int64_t posting, struct view_desk *v)
{
    struct json *root;
    struct reply_moderation_queue queue = {0};
    struct command command = {.kind = COMMAND_MODERATION_QUEUE};
    command.moderation_queue.posting = posting;
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_moderation_queue_read(root, r->arena, &queue) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v->waiting = queue.waiting;
    v->items = arena_array(r->arena, struct view_desk_item, queue.items_count + 1);
    for (size_t i = 0; i < queue.items_count; i++) {
        result = item_fill(r, &queue.items[i], &v->items[v->items_count]);
        if (result == OK)
            v->items_count++;
        else if (result != NOT_FOUND) /* it moved between two looks */
            return result;
    }
    return OK;
}

static enum result pairs_load(struct request *r, int64_t state, struct view_desk_pair **pairs,
                              size_t *count)
{
    struct board_duplicates_listed_row *rows;
    size_t found = 0;
    enum result result = board_duplicates_listed(request_store(r, WEB_BOARD), r->arena, state,
                                                 PAIRS_SHOWN, &rows, &found);
    if (result != OK)
        return result;
    *pairs = arena_array(r->arena, struct view_desk_pair, found + 1);
    for (*count = 0; *count < found; ++*count)
        (*pairs)[*count] =
            (struct view_desk_pair){rows[*count].question, rows[*count].title, rows[*count].target,
                                    rows[*count].target_title, rows[*count].merged != 0};
    return OK;
}

static enum result desk_show(struct request *r, struct reply *out, int64_t posting,
                             struct text notice)
{
    struct view_desk v = {.head = page_head(r, TEXT("Desk")), .notice = notice};
    enum result result = items_load(r, posting, &v);
    if (result == OK)
        result = pairs_load(r, PROPOSED, &v.proposed, &v.proposed_count);
    if (result == OK)
        result = pairs_load(r, LINKED, &v.linked, &v.linked_count);
    if (result != OK)
        return result;
    v.reasons = arena_array(r->arena, struct view_flag_choice, FLAG_REASONS);
    for (int64_t reason = FLAG_PATIENT; reason < FLAG_REASONS; reason++)
        v.reasons[v.reasons_count++] = (struct view_flag_choice){
            .reason = reason, .words = text_of(flag_reason_words(reason))};
    v.form = guard_form(r, out, "/admin/desk/:id");
    v.pair_form = guard_form(r, out, "/admin/duplicate/:id");
    v.merge_form = guard_form(r, out, "/admin/merge/:id");
    v.request = guard_request_id(r);
    page_form_problems(r, "", &v.problems, &v.problems_count);
    return reply_view(r, out, desk, &v);
}

enum result page_desk(struct request *r, struct reply *out)
{
    static const char *const notices[] = {
        "",
        "Decided.",
        "Linked. Each names the other now.",
        "So they differ: nobody proposes these two again.",
        "Merged: the answers stand in the older thread.",
        "Taken apart: each answer stands in its own thread.",
    };
    return desk_show(r, out, request_int(r, "posting"), text_of(notices[request_int(r, "done")]));
}

enum result page_desk_again(struct request *r, struct reply *out)
{
    bool one = r->route != NULL && text_is(text_of(r->route->pattern), "/admin/desk/:id");
    return desk_show(r, out, one ? r->id : 0, TEXT(""));
}

enum result page_desk_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_POSTING_DECIDE};
    command.posting_decide.posting = r->id;
    command.posting_decide.outcome = request_int(r, "outcome");
    command.posting_decide.reason = request_int(r, "reason");
    command.posting_decide.words = request_text(r, "words");
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/admin/desk?done=%d", DONE_DECIDED) : result;
}

enum result page_pair_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_DUPLICATE_DECIDE};
    command.duplicate_decide.question = r->id;
    command.duplicate_decide.target = request_int(r, "target");
    command.duplicate_decide.linked = request_int(r, "linked") == 1;
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK
               ? reply_redirect(r, out, "/admin/desk?done=%d",
                                command.duplicate_decide.linked ? DONE_LINKED : DONE_DIFFER)
               : result;
}

enum result page_merge_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_THREADS_MERGE};
    command.threads_merge.question = r->id;
    command.threads_merge.target = request_int(r, "target");
    command.threads_merge.merged = request_int(r, "merged") == 1;
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/admin/desk?done=%d",
                                         command.threads_merge.merged ? DONE_MERGED : DONE_APART)
                        : result;
}
