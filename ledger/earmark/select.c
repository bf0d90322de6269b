#include "ledger/earmark/select.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/rule.h"
#include "ledger/log/table.h"

enum { TOPICS = 5, SPECIALTY_AT = 4, BUDGET_MS = 60 * 1000, IN = 3 };

static const char too_small[] = "its audience is too small";

struct posting {
    int64_t question, at_ms, specialty;
    int kind;
    int64_t topics[TOPICS];
};
struct member {
    int64_t specialty; /* number; 0: none shown */
    int64_t seen_ms;   /* last act */
    bool in;
};
struct selector {
    struct rule_set *set; /* NULL: chosen by hand, or void */
    int64_t sponsor, from_ms;
    int64_t topic, kind; /* what its constants limit it to; 0: nothing */
    enum earmark_kind pays;
    bool script, to_authors;
    bool *admits; /* by index of specialty: its members could have earned */
    const char *fault;
};
/* A member who is not in an earmark's audience. */
struct absence {
    size_t earmark;
    int64_t member;
};
struct select {
    struct table postings, members, specialties, names;
    char **name; /* of numbers, while watched */
    size_t name_room;
    struct posting *posting;
    struct member *member;
    int64_t *specialty; /* numbers that were seen */
    size_t posting_room, member_room, specialty_room, admits_room;
    struct selector *selectors;
    size_t count;
    struct absence *absences;
    size_t absence_count, absence_room;
    struct table topics;
    struct select_topic *topic;
    size_t topic_room;
    int64_t watch_from_ms; /* INT64_MAX: nobody watches */
    bool any;              /* by a script */
    bool hand_free;        /* see select_hand_free */
};

/* --- open and close --- */

struct select *select_open(void)
{
    struct select *select = calloc(1, sizeof *select);
    assert(select != NULL);
    select->watch_from_ms = INT64_MAX;
    return select;
}

void select_close(struct select *select)
{
    if (select == NULL)
        return;
    for (size_t i = 0; i < select->count; i++) {
        rule_close(select->selectors[i].set);
        free(select->selectors[i].admits);
    }
    table_close(&select->postings);
    table_close(&select->members);
    table_close(&select->specialties);
    for (size_t i = 0; i < select->names.count; i++)
        free(select->name[i]);
    table_close(&select->names);
    table_close(&select->topics);
    free(select->topic);
    free(select->name);
    free(select->posting);
    free(select->member);
    free(select->specialty);
    free(select->selectors);
    free(select->absences);
    free(select);
}

/* The value of the one constant in this unit; 0: there is none, or more. */
static int64_t limit_of(const struct rule_set *set, const char *unit)
{
    const struct rule_constant *constants;
    size_t count = rule_constants(set, &constants), found = 0;
    int64_t limit = 0;
    for (size_t i = 0; i < count; i++)
        if (text_is(constants[i].unit, unit)) {
            limit = llround(constants[i].value);
            found++;
        }
    return found == 1 ? limit : 0;
}

void select_add(struct select *select, struct arena *arena, const struct earmark *terms,
                int64_t sponsor, struct text script)
{
    struct text why = NO_TEXT;
    assert(select->postings.count == 0);
    select->selectors =
        reallocarray(select->selectors, select->count + 1, sizeof *select->selectors);
    assert(select->selectors != NULL);
    struct selector *selector = &select->selectors[select->count++];
    *selector = (struct selector){.sponsor = sponsor,
                                  .from_ms = terms->valid_from_s * 1000,
                                  .pays = terms->kind,
                                  .script = terms->by.script,
                                  .to_authors = terms->kind != EARMARK_VOTE};
    if (!terms->by.script)
        return;
    select->any = true;
    if (select_load(&selector->set, arena, script, &terms->by, &why) != OK) {
        selector->fault = "its selector does not load with its values";
        return;
    }
    rule_budget(selector->set, BUDGET_MS);
    selector->topic = limit_of(selector->set, "topic");
    selector->kind = limit_of(selector->set, "kind");
}

bool select_any(const struct select *select)
{
    return select->any;
}

void select_hand_free(struct select *select)
{
    select->hand_free = true;
}

void select_watch(struct select *select, int64_t from_ms)
{
    select->watch_from_ms = from_ms;
}

static bool watches(const struct select *select)
{
    return select->watch_from_ms < INT64_MAX;
}

void select_without(struct select *select, size_t earmark, int64_t member)
{
    const struct selector *selector = &select->selectors[earmark];
    if (selector->script || selector->pays != EARMARK_VOTE || member == 0)
        return;
    select->absences = table_room(select->absences, &select->absence_room,
                                  select->absence_count + 1, sizeof *select->absences);
    select->absences[select->absence_count++] = (struct absence){earmark, member};
}

/* Whether audiences are asked about at all. */
static bool has_audiences(const struct select *select)
{
    return select->any || watches(select) || (select->count > 0 && !select->hand_free);
}

/* --- facts --- */

/* The number of a name, which is kept while somebody watches. */
static int64_t number_of(struct select *select, struct text name)
{
    int64_t number = select_number(name);
    uint8_t key[16];
    bool fresh = false;
    if (!watches(select) || number == 0)
        return number;
    table_key(key, number, 0);
    size_t index = table_put(&select->names, key, &fresh);
    if (!fresh)
        return number;
    name = text_trim(name);
    select->name = table_room(select->name, &select->name_room, index + 1, sizeof *select->name);
    select->name[index] = strndup(name.data, name.size);
    assert(select->name[index] != NULL);
    return number;
}

/* 0, no specialty, is the first. */
static size_t specialty_index(struct select *select, int64_t number)
{
    uint8_t key[16];
    bool fresh;
    table_key(key, number, 0);
    size_t index = table_put(&select->specialties, key, &fresh);
    select->specialty = table_room(select->specialty, &select->specialty_room, index + 1,
                                   sizeof *select->specialty);
    select->specialty[index] = number;
    return index;
}

static struct member *member_of(struct select *select, int64_t id)
{
    uint8_t key[16];
    table_key(key, id, 0);
    size_t index = table_put(&select->members, key, NULL);
    select->member =
        table_room(select->member, &select->member_room, index + 1, sizeof *select->member);
    return &select->member[index];
}

static const struct posting *posting_find(const struct select *select, int64_t id)
{
    uint8_t key[16];
    table_key(key, id, 0);
    size_t index = table_find(&select->postings, key);
    return index == SIZE_MAX ? NULL : &select->posting[index];
}

static void topics_count(struct select *select, const struct posting *posting)
{
    uint8_t key[16];
    for (size_t i = 0; i < TOPICS && posting->topics[i] != 0; i++) {
        table_key(key, posting->topics[i], 0);
        size_t index = table_put(&select->topics, key, NULL);
        select->topic =
            table_room(select->topic, &select->topic_room, index + 1, sizeof *select->topic);
        select->topic[index].number = posting->topics[i];
        if (posting->kind < SELECT_KINDS)
            select->topic[index].postings[posting->kind]++;
    }
}

static void posting_take(struct select *select, const struct event *event)
{
    const struct event_posting_added *added = &event->posting_added;
    member_of(select, added->member)->seen_ms = event->at_ms;
    if (!select->any && !watches(select))
        return;
    struct text topics = added->topics, topic;
    struct posting posting = {.question = added->question,
                              .at_ms = event->at_ms,
                              .kind = (int)added->kind,
                              .specialty = member_of(select, added->member)->specialty};
    uint8_t key[16];
    const struct posting *thread =
        added->question == 0 ? NULL : posting_find(select, added->question);
    if (thread != NULL)
        memcpy(posting.topics, thread->topics, sizeof posting.topics);
    for (size_t i = 0; thread == NULL && i < TOPICS && text_next(&topics, ' ', &topic); i++)
        posting.topics[i] = number_of(select, topic);
    if (posting.at_ms >= select->watch_from_ms)
        topics_count(select, &posting);
    if (!select->any && thread != NULL)
        return; /* only threads give topics to others */
    table_key(key, event->seq, 0);
    size_t index = table_put(&select->postings, key, NULL);
    select->posting =
        table_room(select->posting, &select->posting_room, index + 1, sizeof *select->posting);
    select->posting[index] = posting;
}

static void specialty_set(struct select *select, int64_t member, bool shown, struct text name)
{
    int64_t number = shown ? number_of(select, name) : 0;
    (void)specialty_index(select, number);
    member_of(select, member)->specialty = number;
}

void select_event(struct select *select, const struct event *event)
{
    struct text rest, first = NO_TEXT;
    if (!has_audiences(select))
        return;
    if (select->specialties.count == 0)
        (void)specialty_index(select, 0);
    switch (event->kind) {
    case EVENT_MEMBER_APPLIED:
        specialty_set(select, event->seq, event->member_applied.show_specialty,
                      event->member_applied.specialty);
        return;
    case EVENT_SPECIALTY_SHOWN:
        specialty_set(select, event->specialty_shown.member, event->specialty_shown.shown,
                      event->specialty_shown.specialty);
        return;
    case EVENT_SPECIALTIES_CHOSEN:
        rest = event->specialties_chosen.words; /* "Cardiology, Sleep Medicine" */
        (void)text_next(&rest, ',', &first);
        specialty_set(select, event->specialties_chosen.member, event->specialties_chosen.shown,
                      first);
        return;
    case EVENT_MEMBER_DECIDED:
        member_of(select, event->member_decided.member)->in =
            event->member_decided.accepted && event->member_decided.level == IN;
        member_of(select, event->member_decided.member)->seen_ms = event->at_ms;
        return;
    case EVENT_MEMBER_LEVEL_SET:
        member_of(select, event->member_level_set.member)->in = event->member_level_set.level == IN;
        return;
    case EVENT_MEMBER_LEFT:
        member_of(select, event->member_left.member)->in = false;
        return;
    case EVENT_SESSION_OPENED:
        member_of(select, event->session_opened.member)->seen_ms = event->at_ms;
        return;
    case EVENT_POSTING_ADDED:
        posting_take(select, event);
        return;
    case EVENT_VOTE_CAST:
        member_of(select, event->vote_cast.member)->seen_ms = event->at_ms;
        return;
    default:
        return;
    }
}

/* --- asking --- */

static double days_between(int64_t from_ms, int64_t to_ms)
{
    return to_ms > from_ms ? (double)((to_ms - from_ms) / DAY_MS) : 0;
}

/* Its answer; whatever is none makes the earmark void. */
static bool ask(struct selector *selector, const double facts[SELECT_ARGUMENTS])
{
    double yes = 0;
    const char *why;
    if (selector->fault != NULL)
        return false;
    if (rule_call(selector->set, 0, facts, &yes, &why) != OK)
        selector->fault = "its selector failed";
    else if (yes != 0 && yes != 1)
        selector->fault = "its selector gave something else than 1 or 0";
    return selector->fault == NULL && yes == 1;
}

/* Who else could have been the author of what it took. */
static void admit(struct select *select, struct selector *selector,
                  const double facts[SELECT_ARGUMENTS])
{
    double other[SELECT_ARGUMENTS];
    memcpy(other, facts, sizeof other);
    if (selector->admits == NULL) /* grows with no event after: see select_takes */
        selector->admits = calloc(select->specialties.count, sizeof *selector->admits);
    assert(selector->admits != NULL);
    for (size_t i = 0; i < select->admits_room; i++) {
        other[SPECIALTY_AT] = (double)select->specialty[i];
        if (!selector->admits[i])
            selector->admits[i] = ask(selector, other);
    }
}

/* As many places as there are specialties by now, in each selector that has any. */
static void admits_grow(struct select *select)
{
    size_t count = select->specialties.count;
    for (size_t i = 0; i < select->count && count > select->admits_room; i++) {
        struct selector *selector = &select->selectors[i];
        if (selector->admits == NULL)
            continue;
        selector->admits = reallocarray(selector->admits, count, sizeof *selector->admits);
        assert(selector->admits != NULL);
        memset(selector->admits + select->admits_room, 0, count - select->admits_room);
    }
    select->admits_room = count;
}

/* Most earmarks are on one topic: its script is not called for votes on all the others. */
static bool within_limits(const struct selector *selector, const struct posting *of)
{
    bool found = selector->topic == 0;
    for (size_t i = 0; i < TOPICS && !found; i++)
        found = of->topics[i] == selector->topic;
    return found && (selector->kind == 0 || of->kind == selector->kind);
}

bool select_takes(struct select *select, size_t earmark, int64_t posting, int64_t order,
                  int64_t at_ms)
{
    struct selector *selector = &select->selectors[earmark];
    const struct posting *of = posting_find(select, posting);
    if (!selector->script || selector->fault != NULL || of == NULL || !within_limits(selector, of))
        return false;
    double facts[SELECT_ARGUMENTS] = {of->kind, (double)order, days_between(of->at_ms, at_ms),
                                      days_between(selector->from_ms, at_ms),
                                      (double)of->specialty};
    for (size_t i = 0; i < TOPICS; i++)
        facts[SPECIALTY_AT + 1 + i] = (double)of->topics[i];
    if (!ask(selector, facts))
        return false;
    if (selector->to_authors) {
        admits_grow(select);
        admit(select, selector, facts);
    }
    return selector->fault == NULL;
}

/* --- audiences --- */

static bool in_audience(const struct selector *selector, size_t specialty, size_t known)
{
    if (!selector->script || !selector->to_authors)
        return true;
    return selector->admits != NULL && specialty < known && selector->admits[specialty];
}

/* Members in one of two audiences and not in the other; of one alone when b is NULL. */
static int64_t members_between(struct select *select, const int64_t *active,
                               const struct selector *a, const struct selector *b)
{
    int64_t count = 0;
    for (size_t i = 0; i < select->specialties.count; i++) {
        bool is_a = in_audience(a, i, select->admits_room);
        bool is_b = b != NULL && in_audience(b, i, select->admits_room);
        count += is_a != is_b ? active[i] : 0;
    }
    return count;
}

static bool is_active(const struct member *member, int64_t end_ms)
{
    return member->in && end_ms - member->seen_ms <= SELECT_ACTIVE_DAYS * (int64_t)DAY_MS;
}

/* Those chosen by hand: one of all active members, but for absences. */
static void hand_judge(struct select *select, const int64_t *active, int64_t end_ms, int64_t least)
{
    int64_t *counts = calloc(select->count + 1, sizeof *counts);
    assert(counts != NULL);
    for (size_t i = 0; i < select->count; i++)
        counts[i] = members_between(select, active, &select->selectors[i], NULL);
    for (size_t i = 0; i < select->absence_count; i++)
        counts[select->absences[i].earmark] -=
            is_active(member_of(select, select->absences[i].member), end_ms);
    for (size_t i = 0; i < select->count; i++) {
        struct selector *selector = &select->selectors[i];
        if (!selector->script && selector->pays != EARMARK_POSTING && counts[i] < least)
            selector->fault = too_small;
    }
    free(counts);
}

static const char *audience_fault(struct select *select, const int64_t *active, size_t at,
                                  int64_t least)
{
    struct selector *selector = &select->selectors[at];
    if (members_between(select, active, selector, NULL) < least)
        return too_small;
    for (size_t i = 0; i < select->count; i++) {
        const struct selector *other = &select->selectors[i];
        /* Those by hand are judged first; the others by their order in the ledger. */
        bool settled = !other->script || i < at;
        if (i == at || !settled || other->sponsor != selector->sponsor || other->fault != NULL)
            continue;
        int64_t apart = members_between(select, active, selector, other);
        if (apart > 0 && apart < least)
            return "its audience differs too little from another of its sponsor's";
    }
    return NULL;
}

void select_active(const struct select *select, int64_t end_ms, int64_t *counts)
{
    uint8_t key[16];
    memset(counts, 0, select->specialties.count * sizeof *counts);
    for (size_t i = 0; i < select->members.count; i++) {
        if (!is_active(&select->member[i], end_ms))
            continue;
        table_key(key, select->member[i].specialty, 0);
        counts[table_find(&select->specialties, key)]++;
    }
}

void select_finish(struct select *select, int64_t end_ms, int64_t audience_least)
{
    if (!has_audiences(select))
        return;
    int64_t *active = calloc(select->specialties.count + 1, sizeof *active);
    assert(active != NULL);
    select_active(select, end_ms, active);
    if (!select->hand_free)
        hand_judge(select, active, end_ms, audience_least);
    for (size_t i = 0; i < select->count; i++) {
        struct selector *selector = &select->selectors[i];
        bool told = !selector->to_authors || selector->admits != NULL;
        if (selector->script && selector->fault == NULL && told)
            selector->fault = audience_fault(select, active, i, audience_least);
    }
    free(active);
}

const char *select_void(const struct select *select, size_t earmark)
{
    return select->selectors[earmark].fault;
}

/* --- watching --- */

size_t select_topics(const struct select *select, const struct select_topic **topics)
{
    *topics = select->topic;
    return select->topics.count;
}

size_t select_specialties(const struct select *select, const int64_t **numbers)
{
    *numbers = select->specialty;
    return select->specialties.count;
}

struct text select_name(const struct select *select, int64_t number)
{
    uint8_t key[16];
    table_key(key, number, 0);
    size_t index = table_find(&select->names, key);
    return index == SIZE_MAX ? TEXT("") : text_of(select->name[index]);
}
