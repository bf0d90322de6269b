/* Saying that something is wrong with a posting. Who says so, only the clerk's desk knows. */
#include "fcgi/page/page_doors.h"

#include <inttypes.h>

#include "fcgi/guard.h"
#include "schema/board.h"

enum { WORDS_MAX = 1000, TARGET_MAX = 200, DONE_FLAGGED = 1, DONE_WITHDRAWN };

const struct field fields_flag_form[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_FLAGGED,
     .high = DONE_WITHDRAWN,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_flag[] = {
    {.name = "reason",
     .type = FIELD_INT,
     .low = FLAG_PATIENT,
     .high = FLAG_OTHER,
     .label = "The reason"},
    {.name = "target",
     .type = FIELD_LINE,
     .high = TARGET_MAX,
     .optional = true,
     .label = "The older question"},
    {.name = "words",
     .type = FIELD_TEXT,
     .high = WORDS_MAX,
     .optional = true,
     .label = "Your words"},
    {.name = NULL},
};
const struct field fields_flag_withdraw[] = {
    {.name = "reason",
     .type = FIELD_INT,
     .low = FLAG_PATIENT,
     .high = FLAG_OTHER,
     .label = "The reason"},
    {.name = NULL},
};

/* "1234", "/q/1234#p5" or a whole address of this site; 0: none of them. */
static int64_t target_read(struct text typed)
{
    struct text digits = text_trim(typed);
    for (size_t i = 0; i + 3 <= digits.size; i++) {
        struct text rest = {digits.data + i, digits.size - i};
        if (!text_starts(rest, "/q/"))
            continue;
        digits = (struct text){rest.data + 3, 0};
        while (digits.size + 3 < rest.size && digits.data[digits.size] >= '0' &&
               digits.data[digits.size] <= '9')
            digits.size++;
        break;
    }
    int64_t id = 0;
    return text_int(digits, 1, PAGE_BEFORE_ALL, &id) ? id : 0;
}

static enum result choices_load(struct request *r, struct view_flag *v)
{
    struct json *root;
    struct reply_flags_own own = {0};
    struct command command = {.kind = COMMAND_FLAGS_OWN};
    command.flags_own.posting = r->id;
    v->choices = arena_array(r->arena, struct view_flag_choice, FLAG_REASONS);
    if (v->admin || v->own)
        return OK;
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_flags_own_read(root, r->arena, &own) : BROKEN;
    json_close(root);
    for (int64_t reason = FLAG_PATIENT; reason < FLAG_REASONS && result == OK; reason++) {
        if (v->comment && reason == FLAG_DUPLICATE)
            continue;
        struct view_flag_choice choice = {.reason = reason,
                                          .words = text_of(flag_reason_words(reason))};
        for (size_t i = 0; i < own.flags_count; i++) {
            choice.open = choice.open || (own.flags[i].reason == reason && own.flags[i].open);
            choice.decided =
                choice.decided || (own.flags[i].reason == reason && !own.flags[i].open);
        }
        v->choices[v->choices_count++] = choice;
    }
    return result;
}

/* A posting, or a comment by its own number. */
static enum result subject_find(struct request *r, struct view_flag *v)
{
    struct db *board = request_store(r, WEB_BOARD);
    struct board_posting_excerpt_row row;
    struct board_comment_excerpt_row comment;
    enum result result = board_posting_excerpt(board, r->arena, r->id, &row);
    int64_t kind = row.kind, member = row.member;
    if (result == NOT_FOUND) {
        result = board_comment_excerpt(board, r->arena, r->id, &comment);
        if (result != OK)
            return result;
        row.question = comment.question;
        row.thread_title = comment.thread_title;
        row.excerpt = comment.excerpt;
        member = comment.member;
        kind = POSTING_COMMENT;
    }
    if (result != OK)
        return result;
    v->comment = kind == POSTING_COMMENT;
    v->posting = r->id;
    v->question = row.question;
    v->what = text_of(posting_kind_name(kind));
    v->title = row.thread_title;
    v->excerpt = row.excerpt;
    v->own = member > 0 && member == r->reader.member;
    v->place = page_posting_place(r->arena, row.question, r->id, kind);
    return OK;
}

static enum result flag_show(struct request *r, struct reply *out, struct text notice)
{
    struct view_flag v = {.head = page_head(r, TEXT("Flag")),
                          .admin = r->reader.role == BOARD_ADMIN,
                          .form = TEXT(""),
                          .withdraw_form = TEXT(""),
                          .target = request_typed(r, "target"),
                          .words = request_typed(r, "words"),
                          .request = guard_request_id(r),
                          .notice = notice};
    enum result result = subject_find(r, &v);
    if (result == OK)
        result = choices_load(r, &v);
    if (result != OK)
        return result;
    (void)text_int(request_typed(r, "reason"), FLAG_PATIENT, FLAG_OTHER, &v.reason);
    if (r->reader.role == BOARD_PHYSICIAN) {
        v.form = guard_form(r, out, "/p/:id/flag");
        v.withdraw_form = guard_form(r, out, "/p/:id/flag/withdraw");
    }
    page_form_problems(r, "reason target words", &v.problems, &v.problems_count);
    return reply_view(r, out, flag, &v);
}

enum result page_flag(struct request *r, struct reply *out)
{
    static const char *const notices[] = {"", "Thank you. An admin looks at it.",
                                          "Taken back: as if you had never said it."};
    return flag_show(r, out, text_of(notices[request_int(r, "done")]));
}

/* Like page_flag, with what was typed: the GET row's field is not among those of the POST row. */
enum result page_flag_again(struct request *r, struct reply *out)
{
    return flag_show(r, out, TEXT(""));
}

enum result page_flag_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_FLAG};
    struct text target = request_text(r, "target");
    command.flag.posting = r->id;
    command.flag.reason = request_int(r, "reason");
    command.flag.words = request_text(r, "words");
    if (command.flag.reason == FLAG_DUPLICATE) {
        command.flag.target = target_read(target);
        if (command.flag.target == 0) {
            request_fault_add(r, "target", "Which one? Its number or address, such as /q/1234.");
            return INVALID;
        }
    }
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/p/%" PRId64 "/flag?done=%d", r->id, DONE_FLAGGED)
                        : result;
}

enum result page_flag_withdraw_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_FLAG_WITHDRAW};
    command.flag_withdraw.posting = r->id;
    command.flag_withdraw.reason = request_int(r, "reason");
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK
               ? reply_redirect(r, out, "/p/%" PRId64 "/flag?done=%d", r->id, DONE_WITHDRAWN)
               : result;
}
