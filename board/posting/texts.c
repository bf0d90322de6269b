/* Other wordings, comments, summaries: the commands, and erasing texts. */
#include "board/posting/posting.h"
#include "board/desk/safety.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/desk.h"

enum { ERASE_SLICE = 500 };

enum result posting_short_check(struct work *work, const char *field, struct text text,
                                size_t characters_max, bool needed)
{
    if (needed && text_trim(text).size == 0)
        return problem(work, INVALID, field, "The text is empty.");
    if (text_characters(text) > characters_max)
        return problem(work, TOO_MUCH, field,
                       arena_format(work->arena,
                                    "The text has %zu characters; at most %zu can be taken.",
                                    text_characters(text), characters_max)
                           .data);
    if (!text_good(text))
        return problem(work, INVALID, field, "The text holds control characters.");
    return guard_text(work, field, text);
}

/* --- other wordings --- */

static enum result edit_check(struct work *work, const struct command_posting_edit *c,
                              const struct desk_posting_get_row *place)
{
    bool opens = place->question == c->posting;
    struct board_posting_place_row now;
    enum result result = OK;
    if (place->member != work->actor.member)
        return REFUSED;
    if (opens)
        result = posting_title_check(work, c->title);
    else if (c->title.size > 0)
        result = problem(work, INVALID, "title", "An answer has no title.");
    if (result == OK)
        result = posting_body_check(work, c->body);
    if (result == OK)
        result = posting_short_check(work, "note", c->note, NOTE_SIZE_MAX, false);
    if (result == OK)
        result = board_posting_place(work->clerk->board, work->arena, c->posting, &now);
    if (result == OK && text_equal(now.title, c->title) && text_equal(now.body, c->body))
        result = problem(work, INVALID, "body", "Nothing was changed.");
    return result;
}

enum result posting_edit_run(struct work *work)
{
    const struct command_posting_edit *c = &work->command->posting_edit;
    struct event event = {.kind = EVENT_POSTING_EDITED};
    struct event_posting_edited *e = &event.posting_edited;
    struct desk_posting_get_row place;
    request_put(work, e->request);
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->posting, &place);
    if (result == OK)
        result = edit_check(work, c, &place);
    if (result != OK)
        return result;
    const struct text texts[] = {place.question == c->posting ? c->title : NO_TEXT, c->body};
    e->posting = c->posting;
    e->question = place.question;
    e->member = work->actor.member;
    e->note = c->note;
    result = clerk_record(work->clerk, &event, texts, 2);
    if (result == OK)
        result = safety_look(work, c->posting, place.question, texts, 2);
    if (result == OK)
        reply_created(work, event.seq);
    if (result == OK)
        draft_done(work, arena_format(work->arena, "edit-%lld", (long long)c->posting));
    return result;
}

/* --- comments --- */

enum result comment_add_run(struct work *work)
{
    const struct command_comment_add *c = &work->command->comment_add;
    struct event event = {.kind = EVENT_COMMENT_ADDED};
    struct event_comment_added *e = &event.comment_added;
    struct desk_posting_get_row place;
    struct board_comments_since_row day;
    request_put(work, e->request);
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->posting, &place);
    if (result == OK)
        result = posting_short_check(work, "body", c->body, COMMENT_CHARACTERS_MAX, true);
    if (result == OK)
        result = board_comments_since(work->clerk->board, work->arena, work->actor.member,
                                      work->clerk->now_ms - DAY_MS, &day);
    if (result == OK && day.comments >= conf_int("comment.per_day"))
        result = TOO_OFTEN;
    if (result != OK)
        return result;
    e->posting = c->posting;
    e->question = place.question;
    e->member = work->actor.member;
    e->author = place.member;
    result = clerk_record(work->clerk, &event, &c->body, 1);
    if (result == OK)
        result = safety_look(work, c->posting, place.question, &c->body, 1);
    if (result == OK)
        reply_created(work, event.seq);
    if (result == OK)
        draft_done(work, arena_format(work->arena, "comment-%lld", (long long)c->posting));
    return result;
}

enum result comment_remove_run(struct work *work)
{
    struct board_comment_place_row row;
    int64_t comment = work->command->comment_remove.comment;
    enum result result = board_comment_place(work->clerk->board, work->arena, comment, &row);
    if (result != OK)
        return result;
    if (row.member != work->actor.member)
        return REFUSED;
    result = posting_text_erase(work, comment, 0, work->actor.member);
    if (result != OK)
        work->clerk->fatal = result;
    return result;
}

/* --- the common summary --- */

/* Sources that are postings stand in this very thread. */
static enum result sources_check(struct work *work, const struct summary *summary, int64_t question)
{
    for (size_t i = 0; i < summary->source_count; i++) {
        int64_t posting = summary->sources[i].posting;
        struct desk_posting_get_row row;
        if (posting == 0)
            continue;
        enum result result = desk_posting_get(work->clerk->desk, work->arena, posting, &row);
        if (result == NOT_FOUND || (result == OK && row.question != question))
            return problem(work, INVALID, "body",
                           arena_format(work->arena,
                                        "[%lld] is no posting of this thread: take the number that "
                                        "stands beside an answer.",
                                        (long long)posting)
                               .data);
        if (result != OK)
            return result;
    }
    return OK;
}

/* Somebody else saved a version while this one was being written: said, never overwritten. */
static enum result base_check(struct work *work, const struct command_summary_edit *c)
{
    struct board_summary_get_row now = {0};
    enum result result = board_summary_get(work->clerk->board, work->arena, c->question, &now);
    if (result == NOT_FOUND)
        result = OK;
    if (result != OK)
        return result;
    if (now.id != c->base)
        return problem(work, CONFLICT, "body",
                       "Another version was saved while you wrote. Both are shown: take over what "
                       "you want to keep, and save again.");
    if (now.id > 0 && text_equal(now.body, c->body))
        return problem(work, INVALID, "body", "Nothing was changed.");
    return OK;
}

static enum result summary_check(struct work *work, const struct command_summary_edit *c)
{
    struct desk_posting_get_row thread;
    struct board_summaries_since_row day;
    struct summary summary;
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->question, &thread);
    if (result == OK && thread.question != c->question)
        result = NOT_FOUND;
    if (result != OK)
        return result;
    if (!text_good(c->body))
        return problem(work, INVALID, "body", "The text holds control characters.");
    const char *fault = summary_read(work->arena, c->body, &summary);
    if (fault != NULL)
        return problem(work, INVALID, "body", fault);
    result = guard_text(work, "body", c->body);
    if (result == OK)
        result = posting_short_check(work, "note", c->note, NOTE_SIZE_MAX, false);
    if (result == OK)
        result = sources_check(work, &summary, c->question);
    if (result == OK)
        result = board_summaries_since(work->clerk->board, work->arena, work->actor.member,
                                       work->clerk->now_ms - DAY_MS, &day);
    if (result == OK && day.summaries >= conf_int("summary.per_day"))
        result = TOO_OFTEN;
    return result == OK ? base_check(work, c) : result;
}

enum result summary_edit_run(struct work *work)
{
    const struct command_summary_edit *c = &work->command->summary_edit;
    struct event event = {.kind = EVENT_SUMMARY_EDITED};
    struct event_summary_edited *e = &event.summary_edited;
    request_put(work, e->request);
    enum result result = summary_check(work, c);
    if (result != OK)
        return result;
    e->question = c->question;
    e->member = work->actor.member;
    e->base = c->base;
    e->note = c->note;
    result = clerk_record(work->clerk, &event, &c->body, 1);
    if (result == OK)
        reply_created(work, event.seq);
    if (result == OK)
        draft_done(work, arena_format(work->arena, "summary-%lld", (long long)c->question));
    return result;
}

/* --- erasing --- */

static enum result one_erase(struct work *work, int64_t seq, int64_t part, int64_t by)
{
    struct clerk *clerk = work->clerk;
    struct event event = {.kind = EVENT_TEXT_BLANKED};
    uint8_t salt[16];
    struct text body;
    enum result result = log_text_get(clerk->journal, work->arena, seq, part, &body, salt);
    if (result != OK || body.data == NULL)
        return result; /* never there, or blanked before */
    event.text_blanked = (struct event_text_blanked){.seq = seq, .part = part, .by = by};
    result = clerk_record(clerk, &event, NULL, 0);
    if (result == OK)
        result = log_text_blank(clerk->journal, seq, part);
    if (result == OK)
        images_drop(work, body);
    return result;
}

enum result posting_text_erase(struct work *work, int64_t seq, int64_t part, int64_t by)
{
    struct board_revision_ids_row *rows;
    enum result result = OK;
    int64_t after = 0;
    /* The later wordings first: the posting's own event then blanks what the board shows. */
    for (size_t count = ERASE_SLICE; count == ERASE_SLICE && result == OK;) {
        result = board_revision_ids(work->clerk->board, work->arena, seq, after, ERASE_SLICE, &rows,
                                    &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].id;
            result = one_erase(work, after, part, by);
            if (result == NOT_FOUND)
                result = OK; /* answers have no title */
        }
    }
    return result == OK ? one_erase(work, seq, part, by) : result;
}

enum result texts_own_erase(struct work *work)
{
    struct db *board = work->clerk->board;
    int64_t me = work->actor.member;
    enum result result = OK;
    int64_t after = 0;
    for (size_t count = ERASE_SLICE; count == ERASE_SLICE && result == OK;) {
        struct board_comment_ids_row *rows;
        result = board_comment_ids(board, work->arena, me, after, ERASE_SLICE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].id;
            result = one_erase(work, after, 0, me);
        }
    }
    after = 0;
    for (size_t count = ERASE_SLICE; count == ERASE_SLICE && result == OK;) {
        struct board_mark_ids_row *rows;
        result = board_mark_ids(board, work->arena, me, after, ERASE_SLICE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].id;
            result = one_erase(work, after, 0, me);
        }
    }
    return result;
}
