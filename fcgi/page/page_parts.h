#pragma once
/* What several pages have in common: the head, rows of lists, faults of a form, evidence, and the
 * two handles a worker keeps for the board (patient-data guard, search). Pages only; the engine
 * knows nothing of it. */
#include "board/board.h"
#include "fcgi/html.h" /* generated from fcgi/html */
#include "fcgi/pages.h"

enum {
    PAGE_ROWS = 20,     /* threads on one page of a list */
    PAGE_SIMILAR = 5,   /* similar questions shown */
    PAGE_PROBLEMS = 10, /* faults shown in one form */
    PAGE_SPANS = 50     /* marked places shown */
};
#define PAGE_BEFORE_ALL INT64_C(9007199254740992) /* 2^53: above every id */
/* The field of lists that go on: rows before this id. */
#define PAGE_FIELD_BEFORE                                                                         \
    {                                                                                             \
        .name = "before", .type = FIELD_INT, .low = 1, .high = PAGE_BEFORE_ALL, .optional = true, \
        .fallback = PAGE_BEFORE_ALL, .label = "The place in the list"                             \
    }

/* The first page of whoever is signed in: "/", "/waiting", "/sponsor/campaigns", "/admin/members".
 */
const char *page_home(int64_t role, int64_t level);

/* Title and who is asking. Nothing personal of it is rendered outside of the slot `reader`, so kept
 * pages may use it. */
struct view_head page_head(const struct request *r, struct text title);

/* A thread as lists show it; the columns that all statements threads_* share. */
struct thread_facts {
    int64_t question, kind, solved, answers, member, at_ms;
    struct text topics, title, excerpt, source;
};
#define THREAD_FACTS(row)                                                          \
    (struct thread_facts)                                                          \
    {                                                                              \
        .question = (row)->question, .kind = (row)->kind, .solved = (row)->solved, \
        .answers = (row)->answers, .member = (row)->member, .at_ms = (row)->at_ms, \
        .topics = (row)->topics, .title = (row)->title, .excerpt = (row)->excerpt, \
        .source = (row)->source                                                    \
    }
/* Whose question it is, of a sponsor's; "" of anything else. */
struct text page_sponsor_name(int64_t kind, int64_t member, struct text source);
/* A title where there is room for nothing else: one of a sponsor's question says so. */
struct text page_titled(struct arena *arena, int64_t kind, int64_t member, struct text source,
                        struct text title);
/* Sums of votes are in it for whoever opened the thread, and for admins. */
struct view_thread_row page_thread_row(struct request *r, struct thread_facts facts);
/* "unsolved", "solved", "case study", "observation" or "reference". */
const char *page_state(int64_t kind, int64_t solved, int64_t answers);
/* "/q/12#p34", where a posting stands; a comment (POSTING_COMMENT) at "#c34". */
struct text page_posting_place(struct arena *arena, int64_t question, int64_t id, int64_t kind);
/* A mean of ratings, in hundredths, as "4.2"; "" for 0. */
struct text page_mean(struct arena *arena, int64_t hundredths);
/* Space separated names as a list. */
void page_topics(struct arena *arena, struct text names, struct view_topic **topics, size_t *count);

/* A form's faults in words, from what the engine and the program that refused it found. When there
 * is none but the form was not taken, one that says what `r->why` means. */
void page_problems(const struct request *r, struct view_problem **problems, size_t *count);
/* Takes a command's refusal (reply_problem as JSON, may be empty) over into the request's faults;
 * gives `result` back. */
MUST_USE enum result page_refused(struct request *r, enum result result, struct bytes json);
/* Sends a command that makes a posting, to the clerk. */
struct command;
struct reply_created;
MUST_USE enum result page_command_created(struct request *r, struct command *command,
                                          struct reply_created *created);
/* Sends one whose reply is empty. */
MUST_USE enum result page_command(struct request *r, struct command *command);
/* Whether something is wrong with this field. */
bool page_field_bad(const struct request *r, const char *field);

/* Places in a text that may point to a patient (page_guard.c). Returns how many of them forbid
 * posting. `field`: "title" or "body". */
size_t page_spans(struct request *r, const char *field, struct text text, struct view_span **spans,
                  size_t *count);
/* The same for a title and a text together; `asking`: those that are not mere hints; `general`: one
 * of these has a more general form. */
struct page_checked {
    struct view_span *spans;
    size_t count, blocked, asking;
    bool general;
};
void page_check(struct request *r, struct text title, struct text body, struct page_checked *out);
/* A further text of the same form. */
void page_check_more(struct request *r, const char *field, struct text text,
                     struct page_checked *out);
/* May a text with these marks be posted? Else INVALID, and a fault of the field "body". Reads the
 * field "confirmed". */
MUST_USE enum result page_check_post(struct request *r, const struct page_checked *checked);
/* The same with the fault beside another field. */
MUST_USE enum result page_check_post_of(struct request *r, const char *field,
                                        const struct page_checked *checked);
/* The text with the one place that `change` names (a view_span's), or without it every place that
 * is no mere hint, in its more general form. */
struct text page_generalise(struct request *r, const char *field, struct text text,
                            struct text change);
/* Did the person press one of the buttons for that ("general", "change")? */
bool page_wants_general(struct request *r);
/* This worker's handles, made by page_hook_open. Never NULL. */
struct guard *page_guard(struct request *r);
struct search *page_search_handle(struct request *r);
/* Threads like this one, but not itself. */
MUST_USE enum result page_similar_rows(struct request *r, struct text title, int64_t not_this,
                                       struct view_thread_row **rows, size_t *count);

/* The page of question r->id with this text in the answer's form, and its preview if asked for. */
MUST_USE enum result page_question_with(struct request *r, struct reply *out, struct text body,
                                        bool preview);

/* The live discussion of thread r->id as this reader sees it (page_question_round.c). */
struct board_thread_state_row;
struct view_round page_round(struct request *r, struct reply *out,
                             const struct board_thread_state_row *thread, bool asker);
struct text page_time_of_day(struct arena *arena, int64_t at_ms); /* "15:30 UTC" */

/* One of the reader's own rows, opened (page_parts.c): NO_BYTES when there is none. */
MUST_USE enum result page_own(struct request *r, const uint8_t *view_key, const uint8_t *tag,
                              struct bytes *plain);

/* Topics the reader follows, space separated; "" for who follows none. Only the reader's own key
 * opens them. */
MUST_USE enum result page_followed(struct request *r, struct text *topics);
bool page_follows(struct text followed, struct text topic);
/* Whether the reader follows this thread, for its page (page_follow.c). */
struct view_follow page_follow_view(struct request *r, struct reply *out, int64_t question,
                                    bool own);
/* Threads for which the reader's experience is sought, newest first. */
MUST_USE enum result page_sought(struct request *r, struct view_thread_row **rows, size_t *count);
/* A member's band and counts; NOT_FOUND when there is no such member. Sums of votes and the score
 * are in it for himself and admins alone. */
MUST_USE enum result page_standing(struct request *r, int64_t member, struct view_standing *v);

struct tally_facts {
    int64_t corroborate, dispute, cannot_say, patients;
};
/* Totals that the reader may see (page_question_votes.h). */
struct view_evidence page_evidence(struct arena *arena, int64_t posting, struct tally_facts tally);
