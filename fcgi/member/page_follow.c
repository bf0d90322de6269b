/* Following a thread, and declining to be asked for one's experience. */
#include "fcgi/page/page_parts.h"

#include "core/session.h"
#include "fcgi/guard.h"
#include "schema/board.h"
#include "schema/command.h"

enum { SOUGHT_SHOWN = 5 };

/* One short read and a box of at most 200 numbers: the page of a question pays it for each reader.
 * When it cannot be read the button is left out. */
struct view_follow page_follow_view(struct request *r, struct reply *out, int64_t question,
                                    bool own)
{
    const uint8_t *view_key;
    uint8_t tag[SESSION_TAG_SIZE];
    struct bytes plain;
    struct view_follow v = {.question = question, .form = TEXT("")};
    if (r->reader.role != BOARD_PHYSICIAN || own || request_view_key(r, &view_key) != OK)
        return v;
    session_follows_tag(tag, view_key);
    if (page_own(r, view_key, tag, &plain) != OK)
        return v;
    v.can = true;
    v.follows = session_follows_has(plain, question);
    v.form = guard_form(r, out, "/q/:id/follow");
    return v;
}

enum result page_thread_follow_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_THREAD_FOLLOW};
    command.thread_follow.question = r->id;
    command.thread_follow.follows = request_flag(r, "follows");
    enum result result = page_command(r, &command);
    return result == OK ? reply_redirect(r, out, "/q/%lld", (long long)r->id) : result;
}

enum result page_decline_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_OPINION_DECLINE};
    command.opinion_decline.question = r->id;
    enum result result = page_command(r, &command);
    return result == OK ? reply_redirect(r, out, "/") : result;
}

enum result page_sought(struct request *r, struct view_thread_row **rows, size_t *count)
{
    struct db *board = request_store(r, WEB_BOARD);
    struct board_opinions_open_row *open;
    size_t found = 0;
    *count = 0;
    *rows = arena_array(r->arena, struct view_thread_row, SOUGHT_SHOWN);
    enum result result =
        board_opinions_open(board, r->arena, r->reader.member, SOUGHT_SHOWN, &open, &found);
    for (size_t i = 0; i < found && result == OK; i++) {
        struct board_thread_get_row thread;
        result = board_thread_get(board, r->arena, open[i].question, &thread);
        if (result == OK)
            (*rows)[(*count)++] = page_thread_row(r, THREAD_FACTS(&thread));
    }
    return result;
}
