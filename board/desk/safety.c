#include "board/desk/safety.h"

#include "core/clock.h"
#include "schema/desk.h"

#include <string.h>

enum { WATCHES_MOST = 60, SIGHTINGS_MOST = 50, CONTACTS_MOST = 30, NAME_LEAST = 3 };

/* --- what names a product --- */

/* texts: their words (db_words), so that a name is parted but once. */
static bool has_name(const struct text *texts, size_t count, struct text words)
{
    for (size_t i = 0; words.size > 0 && i < count; i++)
        if (texts[i].size >= words.size &&
            memmem(texts[i].data, texts[i].size, words.data, words.size) != NULL)
            return true;
    return false;
}

static const struct text *words_of(struct work *work, const struct text *texts, size_t count)
{
    struct text *words = arena_array(work->arena, struct text, count + 1);
    for (size_t i = 0; i < count; i++)
        words[i] = db_words(work->clerk->desk, work->arena, texts[i]);
    return words;
}

static bool names_any(struct work *work, const struct text *words, size_t count,
                      struct text product, struct text names)
{
    struct text rest = names, name = product;
    do {
        if (has_name(words, count, db_words(work->clerk->desk, work->arena, name)))
            return true;
    } while (text_next(&rest, ';', &name));
    return false;
}

bool safety_names(struct work *work, const struct text *texts, size_t count, struct text product,
                  struct text names)
{
    return names_any(work, words_of(work, texts, count), count, product, names);
}

enum result safety_look(struct work *work, int64_t posting, int64_t question,
                        const struct text *texts, size_t count)
{
    struct desk_watches_open_row *rows;
    size_t found;
    const struct text *words;
    enum result result =
        desk_watches_open(work->clerk->desk, work->arena, WATCHES_MOST, &rows, &found);
    if (result != OK || found == 0)
        return result;
    words = words_of(work, texts, count);
    for (size_t i = 0; i < found && result == OK; i++) {
        struct event event = {.kind = EVENT_PRODUCT_NAMED};
        struct desk_sighting_waits_row before;
        if (!names_any(work, words, count, rows[i].product, rows[i].names))
            continue;
        result = desk_sighting_waits(work->clerk->desk, work->arena, rows[i].id, posting,
                                     work->actor.member, &before);
        if (result != NOT_FOUND)
            continue; /* it waits already, or a fault */
        event.product_named = (struct event_product_named){.watch = rows[i].id,
                                                           .posting = posting,
                                                           .question = question,
                                                           .member = work->actor.member};
        result = clerk_record(work->clerk, &event, NULL, 0);
    }
    return result;
}

/* --- the desk --- */

enum result safety_desk_run(struct work *work)
{
    const struct command_safety_desk *c = &work->command->safety_desk;
    struct reply_safety_desk reply = {0};
    struct desk_watches_row *watches;
    struct desk_sightings_row *rows;
    size_t count, found;
    struct db *desk = work->clerk->desk;
    enum result result =
        desk_watches(desk, work->arena, c->watch, c->before, WATCHES_MOST, &watches, &count);
    if (result == OK)
        result =
            desk_sightings(desk, work->arena, c->watch, c->after, SIGHTINGS_MOST, &rows, &found);
    if (result != OK)
        return result;
    reply.watches = arena_array(work->arena, struct record_watch, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct desk_watches_row *w = &watches[i];
        reply.watches[reply.watches_count++] = (struct record_watch){w->id,
                                                                     w->sponsor,
                                                                     w->product,
                                                                     w->names,
                                                                     w->study,
                                                                     w->until_ms,
                                                                     w->at_ms,
                                                                     w->ended_ms,
                                                                     w->seen,
                                                                     w->waiting,
                                                                     w->cases,
                                                                     w->unsent,
                                                                     w->looked * 100 / w->id};
    }
    reply.sightings = arena_array(work->arena, struct record_sighting, found + 1);
    for (size_t i = 0; i < found; i++) {
        const struct desk_sightings_row *s = &rows[i];
        reply.sightings[reply.sightings_count++] = (struct record_sighting){
            s->id,       s->watch,   s->product, s->sponsor, s->study,   s->posting,
            s->question, s->member,  s->at_ms,   s->outcome, s->patient, s->reaction,
            s->serious,  s->sent_ms, s->contact, s->told,    s->earlier};
    }
    reply_safety_desk_write(&work->reply, &reply);
    return OK;
}

/* Signs alone find nothing, and what is shorter stands in too many texts. */
static bool is_name(struct work *work, struct text name)
{
    const struct text words = db_words(work->clerk->desk, work->arena, name);
    size_t letters = 0;
    for (size_t i = 0; i < words.size; i++)
        letters += words.data[i] != ' ';
    return letters >= NAME_LEAST && text_good(name);
}

static enum result watch_check(struct work *work)
{
    const struct command_watch_set *c = &work->command->watch_set;
    struct desk_watches_open_count_row open;
    struct text rest = c->names, name;
    if (!is_name(work, c->product))
        return problem(work, INVALID, "product",
                       "A product’s name has at least three letters or digits.");
    while (text_next(&rest, ';', &name))
        if (text_trim(name).size > 0 && !is_name(work, name))
            return problem(work, INVALID, "names",
                           "Each other name has at least three letters or digits: shorter ones "
                           "stand in too many texts.");
    if (text_trim(c->sponsor).size == 0 || !text_good(c->sponsor))
        return problem(work, INVALID, "sponsor", "Say for whom it is watched.");
    if (c->until_ms <= work->clerk->now_ms)
        return problem(work, INVALID, "until", "The study’s end lies ahead.");
    if (c->back_ms > work->clerk->now_ms)
        return problem(work, INVALID, "back", "What is written from now on is looked at anyway.");
    enum result result = desk_watches_open_count(work->clerk->desk, work->arena, &open);
    if (result == OK && open.watches >= WATCHES_MOST)
        return problem(work, TOO_MUCH, "", "Sixty products are watched; end one of them first.");
    return result;
}

enum result watch_set_run(struct work *work)
{
    const struct command_watch_set *c = &work->command->watch_set;
    struct event event = {.kind = EVENT_WATCH_SET};
    struct event_watch_set *e = &event.watch_set;
    request_put(work, e->request);
    enum result result = watch_check(work);
    if (result != OK)
        return result;
    e->by = work->actor.member;
    e->sponsor = text_trim(c->sponsor);
    e->product = text_trim(c->product);
    e->names = text_trim(c->names);
    e->study = text_trim(c->study);
    e->until_ms = c->until_ms;
    e->has_back_ms = c->back_ms > 0;
    e->back_ms = c->back_ms;
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result watch_end_run(struct work *work)
{
    const int64_t watch = work->command->watch_end.watch;
    struct event event = {.kind = EVENT_WATCH_ENDED};
    struct event_watch_ended *e = &event.watch_ended;
    struct desk_watch_counts_row row;
    request_put(work, e->request);
    enum result result = desk_watch_counts(work->clerk->desk, work->arena, watch, &row);
    if (result != OK)
        return result;
    if (row.ended_ms > 0)
        return problem(work, CONFLICT, "", "It is reconciled already.");
    if (row.looked < watch)
        return problem(work, CONFLICT, "",
                       "Older postings are still looked at: nothing can be reconciled yet.");
    if (row.waiting > 0 || row.unsent > 0)
        return problem(work, CONFLICT, "",
                       row.waiting > 0
                           ? "Postings still wait for a decision: nothing can be reconciled yet."
                           : "Cases have not been handed on yet, or not what their authors said "
                             "since: nothing can be reconciled yet.");
    e->watch = watch;
    e->by = work->actor.member;
    e->seen = row.seen;
    e->cases = row.cases;
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* --- one sighting --- */

static enum result open_sighting(struct work *work, int64_t id, struct desk_sighting_get_row *row)
{
    enum result result = desk_sighting_get(work->clerk->desk, work->arena, id, row);
    if (result == OK && row->ended_ms > 0)
        return problem(work, CONFLICT, "", "Its study is reconciled.");
    return result;
}

static enum result judge_check(struct work *work, const struct desk_sighting_get_row *row)
{
    const struct command_sighting_judge *c = &work->command->sighting_judge;
    if (row->sent_ms > 0)
        return problem(work, CONFLICT, "", "It has been handed on: what was told stays.");
    if (!text_good(c->patient) || !text_good(c->reaction))
        return problem(work, INVALID, "patient", "The text holds control characters.");
    if (c->outcome == SIGHTING_CASE && text_trim(c->patient).size == 0)
        return problem(work, INVALID, "patient",
                       "A case has a patient: what is known, as “woman, seventies”. If nothing "
                       "is, it is incomplete.");
    if (c->outcome == SIGHTING_CASE && text_trim(c->reaction).size == 0)
        return problem(work, INVALID, "reaction",
                       "A case has a reaction: what happened, in the fewest words.");
    enum result result = guard_text(work, "patient", c->patient);
    return result == OK ? guard_text(work, "reaction", c->reaction) : result;
}

enum result sighting_judge_run(struct work *work)
{
    const struct command_sighting_judge *c = &work->command->sighting_judge;
    struct event event = {.kind = EVENT_SIGHTING_JUDGED};
    struct event_sighting_judged *e = &event.sighting_judged;
    struct desk_sighting_get_row row;
    request_put(work, e->request);
    enum result result = open_sighting(work, c->sighting, &row);
    if (result == OK)
        result = judge_check(work, &row);
    if (result != OK)
        return result;
    const bool is_none = c->outcome == SIGHTING_NONE;
    e->sighting = c->sighting;
    e->by = work->actor.member;
    e->outcome = c->outcome;
    e->patient = is_none ? TEXT("") : text_trim(c->patient);
    e->reaction = is_none ? TEXT("") : text_trim(c->reaction);
    e->serious = !is_none && c->serious;
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result cases_send_run(struct work *work)
{
    const int64_t watch = work->command->cases_send.watch;
    struct event event = {.kind = EVENT_CASES_SENT};
    struct event_cases_sent *e = &event.cases_sent;
    struct desk_watch_counts_row row;
    request_put(work, e->request);
    enum result result = desk_watch_counts(work->clerk->desk, work->arena, watch, &row);
    if (result != OK)
        return result;
    if (row.unsent == 0)
        return problem(work, CONFLICT, "",
                       "There is no case that has not been handed on, and no author’s word "
                       "that came since.");
    e->watch = watch;
    e->by = work->actor.member;
    e->count = row.unsent;
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* --- getting in touch --- */

enum result contact_ask_run(struct work *work)
{
    struct event event = {.kind = EVENT_CONTACT_ASKED};
    struct event_contact_asked *e = &event.contact_asked;
    struct desk_sighting_get_row row;
    const int64_t sighting = work->command->contact_ask.sighting;
    request_put(work, e->request);
    enum result result = open_sighting(work, sighting, &row);
    if (result == OK && row.contact != CONTACT_NONE)
        return problem(work, CONFLICT, "", "Its author has been asked already.");
    if (result == OK && row.outcome == SIGHTING_NONE)
        return problem(work, CONFLICT, "", "There is nothing to ask about: it is no case.");
    if (result != OK)
        return result;
    e->sighting = sighting;
    e->question = row.question;
    e->member = row.member;
    e->by = work->actor.member;
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result contacts_run(struct work *work)
{
    struct reply_contacts reply = {0};
    struct desk_contacts_row *rows;
    size_t count;
    enum result result = desk_contacts(work->clerk->desk, work->arena, work->actor.member,
                                       CONTACTS_MOST, &rows, &count);
    if (result != OK)
        return result;
    reply.contacts = arena_array(work->arena, struct record_contact, count + 1);
    for (size_t i = 0; i < count; i++)
        reply.contacts[reply.contacts_count++] =
            (struct record_contact){rows[i].id,          rows[i].posting,
                                    rows[i].question,    rows[i].product,
                                    rows[i].sponsor,     rows[i].contact,
                                    rows[i].contact_ms,  rows[i].told == CONTACT_AGREED,
                                    rows[i].ended_ms > 0};
    reply_contacts_write(&work->reply, &reply);
    return OK;
}

/* He may say yes after a no, and no after a yes, until the study is reconciled; what was handed on
 * stays told. */
enum result contact_answer_run(struct work *work)
{
    const struct command_contact_answer *c = &work->command->contact_answer;
    struct event event = {.kind = EVENT_CONTACT_ANSWERED};
    struct desk_sighting_get_row row;
    enum result result = desk_sighting_get(work->clerk->desk, work->arena, c->sighting, &row);
    if (result == OK && (row.member != work->actor.member || row.contact == CONTACT_NONE))
        return NOT_FOUND;
    if (result == OK && row.ended_ms > 0)
        return problem(work, CONFLICT, "", "The study is over: nobody will ask you any more.");
    if (result != OK)
        return result;
    if (row.contact == (c->agreed ? CONTACT_AGREED : CONTACT_DECLINED))
        return OK;
    event.contact_answered = (struct event_contact_answered){
        .sighting = c->sighting, .member = work->actor.member, .agreed = c->agreed};
    return clerk_record(work->clerk, &event, NULL, 0);
}
