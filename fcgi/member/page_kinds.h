#pragma once
/* What pages show and take by a thread's kind and state: the ask form's own groups, a question's
 * poll, facts, rating and solution. Pages only. */
#include "fcgi/page/page_parts.h"

struct command_ask;

/* --- page_ask_kinds.c --- */
/* The rows of fields_ask that belong to one kind. */
#define ASK_KIND_FIELDS                                                                      \
    {.name = "options",                                                                      \
     .type = FIELD_TEXT,                                                                     \
     .high = POLL_SIZE_MAX,                                                                  \
     .optional = true,                                                                       \
     .label = "The answers to choose from"},                                                 \
        {.name = "setting",                                                                  \
         .type = FIELD_INT,                                                                  \
         .low = 0,                                                                           \
         .high = SETTING_OTHER,                                                              \
         .optional = true,                                                                   \
         .label = "Where it was seen"},                                                      \
        {.name = "seen",                                                                     \
         .type = FIELD_INT,                                                                  \
         .low = 0,                                                                           \
         .high = 3,                                                                          \
         .optional = true,                                                                   \
         .label = "The number of patients"},                                                 \
        {.name = "from_month", .type = FIELD_MONTH, .optional = true, .label = "The month"}, \
    {                                                                                        \
        .name = "to_month", .type = FIELD_MONTH, .optional = true, .label = "The month"      \
    }
/* As typed, into the form; `options` may have been made more general. For rows that have the
 * fields. */
struct view_ask_kind page_ask_kind(struct request *r, struct text options);
/* Checked fields into the command; faults beside the fields. False: there are some. */
bool page_ask_kind_read(struct request *r, struct command_ask *ask);

/* --- page_question_kinds.c --- */
/* Whose page it is, and what of it has been looked up. */
struct page_kind {
    int64_t question, kind;
    bool physician, asker;
    bool own_read;
    int64_t choice, relevance, importance; /* own; 0: none */
    bool looked;
};
/* What all readers see. */
MUST_USE enum result page_kind_load(struct request *r, int64_t kind, bool solved,
                                    struct view_thread_kind *v);
bool page_has_rated(struct request *r, struct page_kind *me);
struct view_own_rating page_own_rating(struct request *r, struct reply *out, struct page_kind *me);
/* The slots "poll", "own_rating" (of who has rated) and "solve". False: it is none of them. */
bool page_kind_fill(struct request *r, struct reply *out, struct buf *buf, const char *slot,
                    struct page_kind *me);
/* The same three, for JSON. */
void page_kind_json(struct request *r, struct reply *out, struct page_kind *me,
                    struct view_question *v);
/* Faults belong to the solve form, not to the answer's. */
bool page_solve_failed(const struct request *r);
