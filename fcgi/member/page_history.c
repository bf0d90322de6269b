/* Earlier wordings of a posting, and of a thread's summary, with what each changed. */
#include "fcgi/member/page_texts.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/step.h"
#include "schema/board.h"

enum { WORDINGS_SHOWN = 8 };

const struct field fields_history[] = {
    PAGE_FIELD_BEFORE,
    {.name = NULL},
};

static struct text whole(struct text text)
{
    return text.data != NULL ? text : TEXT("");
}

/* The words of one wording against those of the one before; absent: it is the first. */
static void words_compare(struct request *r, struct text before, struct text after,
                          struct view_diff_word **words, size_t *count)
{
    page_diff_words(r->arena, before.data != NULL ? before : after, after, words, count);
}

/* One row more than is shown: the wording that the last one shown came from. */
static void revisions_fill(struct request *r, const struct board_revisions_of_row *rows,
                           size_t count, struct view_history *v)
{
    size_t shown = count < WORDINGS_SHOWN ? count : WORDINGS_SHOWN;
    v->revisions = arena_array(r->arena, struct view_revision, shown + 1);
    for (size_t i = 0; i < shown; i++) {
        const struct board_revisions_of_row *row = &rows[i];
        const struct board_revisions_of_row *older = i + 1 < count ? &rows[i + 1] : NULL;
        struct view_revision *to = &v->revisions[v->revisions_count++];
        *to = (struct view_revision){
            .id = row->id,
            .author = {.name = TEXT(""), .specialty = TEXT(""), .band = TEXT("")},
            .ago = clock_ago(r->arena, row->at_ms, r->now_ms),
            .iso = clock_iso(r->arena, row->at_ms),
            .note = row->note,
            .first = row->id == r->id,
            .blank = row->body.size == 0,
            .votes = row->votes >= STEP_VOTERS, /* fewer are not shown anywhere */
        };
        words_compare(r, older != NULL ? whole(older->title) : NO_TEXT, row->title, &to->title,
                      &to->title_count);
        words_compare(r, older != NULL ? whole(older->body) : NO_TEXT, row->body, &to->body,
                      &to->body_count);
    }
    if (count > shown)
        v->next = rows[shown - 1].id;
}

enum result page_history(struct request *r, struct reply *out)
{
    struct board_revisions_of_row *rows;
    struct page_posting posting;
    size_t count;
    enum result result = page_posting_find(r, r->id, &posting);
    if (result == OK)
        result = board_revisions_of(request_store(r, WEB_BOARD), r->arena, r->id,
                                    request_int(r, "before"), WORDINGS_SHOWN + 1, &rows, &count);
    if (result != OK)
        return result;
    struct view_history v = {
        .head = page_head(r, TEXT("Earlier wordings")),
        .link = arena_format(r->arena, "/q/%" PRId64 "#p%" PRId64, posting.question, r->id),
        .title = posting.thread,
        .what = posting.question == r->id
                    ? TEXT("Wordings of the question")
                    : arena_format(r->arena, "Wordings of %.*s’s answer", (int)posting.author.size,
                                   posting.author.data),
    };
    revisions_fill(r, rows, count, &v);
    return reply_view(r, out, history, &v);
}

static void summaries_fill(struct request *r, const struct board_summaries_of_row *rows,
                           size_t count, struct view_history *v)
{
    size_t shown = count < WORDINGS_SHOWN ? count : WORDINGS_SHOWN;
    v->revisions = arena_array(r->arena, struct view_revision, shown + 1);
    for (size_t i = 0; i < shown; i++) {
        const struct board_summaries_of_row *row = &rows[i];
        struct view_revision *to = &v->revisions[v->revisions_count++];
        *to = (struct view_revision){
            .id = row->id,
            .author = {.id = row->member, .name = row->pseudonym},
            .ago = clock_ago(r->arena, row->at_ms, r->now_ms),
            .iso = clock_iso(r->arena, row->at_ms),
            .note = row->note,
            .first = i + 1 == count,
            .blank = row->body.size == 0,
        };
        words_compare(r, i + 1 < count ? whole(rows[i + 1].body) : NO_TEXT, row->body, &to->body,
                      &to->body_count);
    }
    if (count > shown)
        v->next = rows[shown - 1].id;
}

enum result page_summary_history(struct request *r, struct reply *out)
{
    struct board_summaries_of_row *rows;
    struct board_thread_get_row thread;
    size_t count;
    struct db *board = request_store(r, WEB_BOARD);
    enum result result = board_thread_get(board, r->arena, r->id, &thread);
    if (result == OK)
        result = board_summaries_of(board, r->arena, r->id, request_int(r, "before"),
                                    WORDINGS_SHOWN + 1, &rows, &count);
    if (result != OK)
        return result;
    struct view_history v = {
        .head = page_head(r, TEXT("Versions of the summary")),
        .link = arena_format(r->arena, "/q/%" PRId64, r->id),
        .title = page_titled(r->arena, thread.kind, thread.member, thread.source, thread.title),
        .what = TEXT("Versions of the summary"),
    };
    summaries_fill(r, rows, count, &v);
    return reply_view(r, out, history, &v);
}
