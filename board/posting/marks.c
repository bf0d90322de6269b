/* Short words on a posting: thanks, the asker's choice, and the marks outdated and dangerous. */
#include "board/posting/posting.h"

#include "schema/board.h"
#include "schema/desk.h"

/* Saying thanks again is no event. */
enum result thank_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct event event = {.kind = EVENT_THANKS_GIVEN};
    struct desk_posting_get_row place;
    struct desk_thank_get_row there;
    int64_t posting = work->command->thank.posting;
    enum result result = desk_posting_get(clerk->desk, work->arena, posting, &place);
    if (result != OK)
        return result;
    if (place.member == work->actor.member || place.member == 0)
        return REFUSED; /* one's own, or a reference that nobody here wrote */
    result = desk_thank_get(clerk->desk, work->arena, posting, work->actor.member, &there);
    if (result != NOT_FOUND)
        return result;
    event.thanks_given = (struct event_thanks_given){.posting = posting,
                                                     .question = place.question,
                                                     .member = work->actor.member,
                                                     .author = place.member};
    return clerk_record(clerk, &event, NULL, 0);
}

/* The asker says which answer helped most. It is shown and moves nothing: the order stays by what
 * colleagues corroborate. */
enum result choose_run(struct work *work)
{
    const struct command_choose *c = &work->command->choose;
    struct event event = {.kind = EVENT_ANSWER_CHOSEN};
    struct desk_posting_get_row thread, answer;
    struct board_choice_get_row now = {0};
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->question, &thread);
    if (result != OK)
        return result;
    if (thread.question != c->question || thread.kind > POSTING_CASE)
        return NOT_FOUND;
    if (thread.member != work->actor.member)
        return REFUSED;
    if (c->posting > 0) {
        result = desk_posting_get(work->clerk->desk, work->arena, c->posting, &answer);
        if (result == OK && (answer.question != c->question || c->posting == c->question))
            result = NOT_FOUND;
        if (result != OK)
            return result;
    }
    result = board_choice_get(work->clerk->board, work->arena, c->question, &now);
    if (result != OK && result != NOT_FOUND)
        return result;
    if (now.posting == c->posting)
        return OK;
    event.answer_chosen = (struct event_answer_chosen){
        .question = c->question, .posting = c->posting, .member = work->actor.member};
    return clerk_record(work->clerk, &event, NULL, 0);
}

static enum result mark_check(struct work *work, const struct command_mark_set *c,
                              const struct desk_posting_get_row *place, struct citation *source)
{
    if (place->member == work->actor.member)
        return problem(work, CONFLICT, "", "It is yours: edit it instead.");
    if (!citation_read(work->arena, c->source, source))
        return problem(work, INVALID, "source",
                       "The source is a PubMed id (PMID 31535829), a DOI (10.1056/NEJMoa1911303) "
                       "or an address (https://...).");
    if (source->kind == CITATION_ADDRESS) {
        enum result result = guard_text(work, "source", c->source);
        if (result != OK)
            return result;
    }
    return posting_short_check(work, "comment", c->comment, COMMENT_CHARACTERS_MAX, true);
}

/* With its words a mark goes as well; the words of one that is replaced are not kept either. */
static enum result own_mark_erase(struct work *work, int64_t posting, int64_t what)
{
    struct board_mark_own_row own;
    enum result result =
        board_mark_own(work->clerk->board, work->arena, posting, work->actor.member, what, &own);
    if (result == NOT_FOUND)
        return OK;
    if (result == OK)
        result = posting_text_erase(work, own.id, 0, work->actor.member);
    if (result != OK)
        work->clerk->fatal = result;
    return result;
}

enum result mark_set_run(struct work *work)
{
    const struct command_mark_set *c = &work->command->mark_set;
    struct event event = {.kind = EVENT_MARK_SET};
    struct event_mark_set *e = &event.mark_set;
    struct desk_posting_get_row place;
    struct citation source;
    request_put(work, e->request);
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->posting, &place);
    if (result == OK)
        result = mark_check(work, c, &place, &source);
    if (result != OK)
        return result;
    result = own_mark_erase(work, c->posting, c->what);
    if (result != OK)
        return result;
    e->posting = c->posting;
    e->question = place.question;
    e->member = work->actor.member;
    e->author = place.member;
    e->what = c->what;
    e->source = source.kind;
    e->key = source.key;
    result = clerk_record(work->clerk, &event, &c->comment, 1);
    if (result == OK)
        reply_created(work, event.seq);
    return result;
}

enum result mark_withdraw_run(struct work *work)
{
    const struct command_mark_withdraw *c = &work->command->mark_withdraw;
    struct desk_posting_get_row place;
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->posting, &place);
    return result == OK ? own_mark_erase(work, c->posting, c->what) : result;
}
