#include "board/clerk/clerk.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/desk.h"

/* What belongs to one kind of thread when it is asked, the poll of a case, and the rating of any.
 * Choices and ratings are states as votes are: saying the same again is no event. They count
 * towards the day's votes. */

static struct text or_empty(struct text text)
{
    return text.data == NULL ? TEXT("") : text;
}

static enum result poll_check(struct work *work, struct event_posting_added *e,
                              struct text *options)
{
    const struct command_ask *c = &work->command->ask;
    const char *fault = poll_options_read(work->arena, or_empty(c->options), options, &e->options);
    if (fault != NULL)
        return problem(work, INVALID, "options", fault);
    e->has_options = e->options > 0;
    if (!e->has_options) {
        *options = NO_TEXT;
        return OK;
    }
    if (c->kind != POSTING_CASE)
        return problem(work, INVALID, "options", "Only a case has answer options.");
    return guard_text(work, "options", *options);
}

enum result kind_check(struct work *work, struct event_posting_added *e, struct text *options)
{
    const struct command_ask *c = &work->command->ask;
    struct text from = or_empty(c->from_month), to = or_empty(c->to_month);
    bool observed = c->has_setting || (c->has_seen && c->seen > 0) || from.size > 0 || to.size > 0;
    enum result result = poll_check(work, e, options);
    if (result != OK || !observed)
        return result;
    if (c->kind != POSTING_OBSERVATION)
        return problem(work, INVALID, "setting",
                       "Setting, patients and months belong to an observation.");
    const char *fault = months_fault(work->arena, from, to, work->clerk->now_ms);
    if (fault != NULL)
        return problem(work, INVALID, "from_month", fault);
    e->has_setting = c->has_setting;
    e->setting = c->setting;
    e->has_seen = c->has_seen;
    e->seen = c->seen;
    e->from_month = from.size > 0 ? from : NO_TEXT;
    e->to_month = to.size > 0 ? to : NO_TEXT;
    return OK;
}

static bool day_full(const struct clerk *clerk, int64_t day, int64_t votes)
{
    return day == clerk->now_ms / DAY_MS && votes >= conf_int("vote.per_day");
}

/* Whoever has a row, chosen or only looked, has seen the counts: what he chooses next is no longer
 * his own first thought. */
enum result poll_choose_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_poll_choose *c = &work->command->poll_choose;
    struct event event = {.kind = EVENT_POLL_CHOSEN};
    struct desk_choice_place_row place;
    enum result result =
        desk_choice_place(clerk->desk, work->arena, c->question, work->actor.member, &place);
    if (result != OK)
        return result;
    if (place.author == work->actor.member)
        return REFUSED; /* the options are his; the answers are others' */
    if (c->choice > place.options)
        return problem(work, INVALID, "choice", "There is no such option.");
    bool there = place.there != 0;
    if (there && (c->choice == place.choice || c->choice == 0))
        return OK;
    if (day_full(clerk, place.day, place.votes))
        return TOO_OFTEN;
    event.poll_chosen = (struct event_poll_chosen){.question = c->question,
                                                   .member = work->actor.member,
                                                   .choice = c->choice,
                                                   .looked = there || c->choice == 0,
                                                   .was = place.choice,
                                                   .was_looked = place.looked != 0};
    return clerk_record(clerk, &event, NULL, 0);
}

enum result question_rate_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_question_rate *c = &work->command->question_rate;
    struct event event = {.kind = EVENT_QUESTION_RATED};
    struct desk_rating_place_row place;
    enum result result =
        desk_rating_place(clerk->desk, work->arena, c->question, work->actor.member, &place);
    if (result != OK)
        return result;
    if (place.kind > POSTING_OBSERVATION)
        return NOT_FOUND;
    if (place.author == work->actor.member)
        return REFUSED;
    int64_t importance = c->importance > 0 ? c->importance : place.importance;
    int64_t relevance = c->relevance > 0 ? c->relevance : place.relevance;
    if (importance == 0 && relevance == 0)
        return problem(work, INVALID, "relevance", "Choose how relevant or how important it is.");
    if (importance == place.importance && relevance == place.relevance)
        return OK;
    if (day_full(clerk, place.day, place.votes))
        return TOO_OFTEN;
    event.question_rated = (struct event_question_rated){.question = c->question,
                                                         .member = work->actor.member,
                                                         .importance = importance,
                                                         .relevance = relevance,
                                                         .was_importance = place.importance,
                                                         .was_relevance = place.relevance};
    return clerk_record(clerk, &event, NULL, 0);
}
