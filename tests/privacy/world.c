/* world STATE MEMBERS MONTHS SEED [ONE_IN]: writes the journal of an invented community into
 * STATE/journal: MEMBERS physicians by the specialties of the United States, MONTHS months up to
 * March 2026 with questions of every size, votes, and answers in which words of the public list
 * stand; most of them tell their region or years in practice; one word rises in the last weeks, and
 * one drug is written with one event. ONE_IN: so few of the members answer in a week (12; 1 for all
 * of them). For looking at reports, and for tests that read them over the web. */
#include "core/clock.h"
#include "core/conf.h"
#include "core/journal.h"
#include "core/seal.h"
#include "core/trace.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS_MAX = 20000, QUESTIONS_A_MONTH = 6, BATCH = 400, WEEKS_A_MONTH = 4 };

struct world {
    struct log *journal;
    struct arena arena;
    uint64_t seed;
    int64_t at_ms;
    int64_t members[MEMBERS_MAX];
    int64_t count;
    int in_batch;
    uint64_t requests;
    int64_t one_in;
};

static const struct {
    const char *name;
    int weight; /* of 1000 */
} specialties[] = {
    {"Internal medicine", 200}, {"Family medicine", 190},   {"Pediatrics", 75},
    {"Emergency medicine", 70}, {"Obstetrics", 55},         {"Anesthesiology", 50},
    {"Psychiatry", 55},         {"Radiology", 35},          {"General surgery", 35},
    {"Cardiology", 60},         {"Orthopedic surgery", 25}, {"Gastroenterology", 25},
    {"Hematology", 20},         {"Pulmonary medicine", 20}, {"Neurology", 25},
    {"Nephrology", 15},         {"Infectious disease", 15}, {"Endocrinology", 15},
    {"Dermatology", 10},        {"Occupational health", 5},
};
static const char *const titles[] = {
    "Do you stop metformin before contrast imaging when eGFR is above 45?",
    "Apixaban in dialysis: do you reduce the dose?",
    "Is a troponin drawn at three hours enough to send home a low-risk patient?",
    "Do you continue an SGLT2 inhibitor through an acute infection?",
    "Semaglutide before elective surgery: how long do you pause it?",
    "Do you still give albumin after large-volume paracentesis below five litres?",
};
static const char *const words[] = {"metformin", "apixaban",   "troponin",   "semaglutide",
                                    "albumin",   "amiodarone", "lisinopril", "warfarin",
                                    "ferritin",  "statin",     "sepsis",     "migraine"};
static const char *const events[] = {"hyperkalemia", "delirium", "syncope",
                                     "pneumonia",    "gout",     "migraine"};
enum { EVENTS = sizeof(events) / sizeof(*events) };
enum {
    SPECIALTIES = sizeof(specialties) / sizeof(*specialties),
    WORDS = 12,
    TITLES = 6,
    LISINOPRIL = 6
};

static uint64_t draw(struct world *w, uint64_t bound)
{
    w->seed ^= w->seed << 13;
    w->seed ^= w->seed >> 7;
    w->seed ^= w->seed << 17;
    return (w->seed >> 11) % bound;
}

/* As if a form had been sent: no two the same. */
static void request_fill(struct world *w, uint8_t request[ID_SIZE])
{
    w->requests++;
    memcpy(request, &w->requests, sizeof(w->requests));
}

static int64_t add(struct world *w, struct event event, struct text text0, struct text text1)
{
    struct text texts[] = {text0, text1};
    enum result result = OK;
    event.at_ms = w->at_ms;
    if (w->in_batch == 0)
        result = log_begin(w->journal);
    if (result == OK)
        result = journal_append(w->journal, &w->arena, &event, texts, 2);
    if (result == OK && ++w->in_batch == BATCH) {
        result = log_commit(w->journal);
        w->in_batch = 0;
    }
    assert(result == OK);
    arena_reset(&w->arena, 0);
    return event.seq;
}

/* Six in ten tell what they are asked: half of them a region, half a band of years. */
static void background_tell(struct world *w, int64_t member)
{
    struct event event = {.kind = EVENT_BACKGROUND_TOLD};
    const char part[2] = {(char)('1' + (int)draw(w, 4)), 0};
    request_fill(w, event.background_told.request);
    event.background_told.member = member;
    event.background_told.asked = 1 + (int64_t)draw(w, 2);
    if (draw(w, 10) < 6)
        (void)add(w, event, text_of(part), NO_TEXT);
}

static void members_add(struct world *w, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        size_t s = 0;
        int64_t left = (int64_t)draw(w, 1000);
        while (s + 1 < SPECIALTIES && left >= specialties[s].weight)
            left -= specialties[s++].weight;
        struct event event = {.kind = EVENT_MEMBER_APPLIED};
        char name[40];
        snprintf(name, sizeof(name), "Colleague_%d", (int)i);
        request_fill(w, event.member_applied.request);
        event.member_applied.pseudonym = text_of(name);
        event.member_applied.specialty = text_of(specialties[s].name);
        event.member_applied.credential = bytes_of("x", 1);
        const int64_t id = add(w, event, NO_TEXT, NO_TEXT);
        event = (struct event){.kind = EVENT_MEMBER_LEVEL_SET};
        event.member_level_set.member = id;
        event.member_level_set.level = 3;
        event.member_level_set.why = TEXT("document");
        (void)add(w, event, NO_TEXT, NO_TEXT);
        w->members[w->count++] = id;
        background_tell(w, id);
    }
}

static int64_t posting_add(struct world *w, int kind, int64_t question, int64_t member,
                           struct text title, struct text body, const char *topic)
{
    struct event event = {.kind = EVENT_POSTING_ADDED};
    request_fill(w, event.posting_added.request);
    event.posting_added.kind = kind;
    event.posting_added.member = member;
    event.posting_added.question = question;
    event.posting_added.topics = text_of(topic);
    event.posting_added.source = event.posting_added.url = event.posting_added.licence = TEXT("");
    return add(w, event, title, body);
}

/* Votes on one answer by a random part (of 1000) of every `step`th member: who voted once does not
 * again. */
static void votes_add(struct world *w, int64_t question, int64_t posting, int64_t author,
                      uint64_t part, uint64_t agree, int64_t from, int64_t step)
{
    for (int64_t i = from; i < w->count; i += step) {
        if (draw(w, 1000) >= part || w->members[i] == author)
            continue;
        struct event event = {.kind = EVENT_VOTE_CAST};
        event.vote_cast.posting = posting;
        event.vote_cast.question = question;
        event.vote_cast.author = author;
        event.vote_cast.member = w->members[i];
        event.vote_cast.stance = draw(w, 12) == 0 ? 3 : draw(w, 100) < agree ? 1 : 2;
        (void)add(w, event, NO_TEXT, NO_TEXT);
    }
}

/* Four weeks of answers, about two words each from a twelfth of the members; semaglutide rises. */
static void week_write(struct world *w, int64_t question, int week, int weeks)
{
    for (int64_t i = 0; i < w->count; i++) {
        const bool is_new = week + 2 >= weeks && draw(w, 40) == 0;
        char body[200], then[60] = "";
        if (draw(w, (uint64_t)w->one_in) != 0 && !is_new)
            continue;
        const uint64_t first = draw(w, WORDS) * draw(w, 5) / 4, second = draw(w, WORDS);
        const bool is_known = second == LISINOPRIL && draw(w, 2) == 0;
        if (is_known || draw(w, 3) == 0)
            snprintf(then, sizeof(then), " Then came %s.", events[is_known ? 0 : draw(w, EVENTS)]);
        snprintf(body, sizeof(body), "I would think of %s and %s here.%s",
                 is_new ? "semaglutide" : words[first], words[second], then);
        (void)posting_add(w, 4, question, w->members[i], NO_TEXT, text_of(body), "");
    }
}

static void months_live(struct world *w, int months)
{
    static const char *const topics[] = {"cardiology", "nephrology", "diabetes",
                                         "surgery",    "emergency",  "drugs"};
    static const uint64_t parts[] = {450, 250, 120, 60, 25, 8};
    int64_t carried = 0, carried_answer = 0, carried_author = 0;
    for (int m = 0; m < months; m++) {
        const int month = 3 - months + m; /* from January 2026, which is 0 */
        const int64_t start_ms = clock_from_date(2026 + (month < 0 ? (month - 11) / 12 : 0),
                                                 (month % 12 + 12) % 12 + 1, 1);
        w->at_ms = start_ms + HOUR_MS;
        for (int q = 0; q < QUESTIONS_A_MONTH; q++) {
            const int64_t author = w->members[draw(w, (uint64_t)w->count)];
            const int64_t question = posting_add(w, 1, 0, author, text_of(titles[(q + m) % TITLES]),
                                                 TEXT("As asked."), topics[q]);
            const int64_t by = w->members[draw(w, (uint64_t)w->count)];
            const int64_t answer = posting_add(w, 4, question, by, NO_TEXT, TEXT("Yes."), "");
            votes_add(w, question, answer, by, parts[(q + m) % 6], 45 + draw(w, 45), 0,
                      m + q > 0 ? 1 : months);
            if (m == 0 && q == 0) {
                carried = question;
                carried_answer = answer;
                carried_author = by;
            }
        }
        if (m > 0) /* one question goes on from month to month */
            votes_add(w, carried, carried_answer, carried_author, 900, (uint64_t)(60 + 4 * m), m,
                      months);
        for (int week = 0; week < WEEKS_A_MONTH; week++) {
            w->at_ms = start_ms + (1 + 7 * week) * DAY_MS;
            week_write(w, carried, m * WEEKS_A_MONTH + week, months * WEEKS_A_MONTH);
        }
    }
    w->at_ms = clock_from_date(2026, 4, 2);
    (void)posting_add(w, 1, 0, w->members[0], TEXT("What next?"), TEXT("As asked."), "drugs");
}

int main(int argc, char **argv)
{
    static struct world world;
    int64_t members, months, seed;
    trace_open("world");
    world.one_in = 12;
    if (argc < 5 || argc > 6 || !text_int(text_of(argv[2]), 1, MEMBERS_MAX, &members) ||
        !text_int(text_of(argv[3]), 1, 60, &months) ||
        !text_int(text_of(argv[4]), 1, 1 << 30, &seed) ||
        (argc == 6 && !text_int(text_of(argv[5]), 1, 1000, &world.one_in)))
        return 2;
    conf_open(argv[1]);
    clock_open();
    seal_open();
    arena_open(&world.arena, 4u << 20);
    world.seed = (uint64_t)seed * 0x9e3779b97f4a7c15u + 1;
    world.at_ms = clock_from_date(2024, 6, 1);
    if (log_open(&world.journal, "journal", LOG_APPEND, 1000) != OK)
        return 1;
    members_add(&world, members);
    months_live(&world, (int)months);
    if (world.in_batch > 0 && log_commit(world.journal) != OK)
        return 1;
    log_close(world.journal);
    return 0;
}
