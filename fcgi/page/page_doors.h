#pragma once
/* What pages have in common that is no thread: amounts, months and dates in words, and commands
 * whose reply is read. Pages only. */
#include "core/json.h"
#include "fcgi/page/page_parts.h"
#include "schema/command.h"

/* "$1,234.50"; no limit but int64. */
struct text page_money(struct arena *arena, int64_t cents);
/* Thousands apart: "1,234". */
struct text page_number(struct arena *arena, int64_t number);
/* "2026-03-14", as a date field takes it. */
struct text page_date(struct arena *arena, int64_t at_ms);
/* "March 2026" for "2026-03". */
struct text page_month(struct arena *arena, struct text period);
struct text page_hex(struct arena *arena, struct bytes bytes);

/* page_problems, in a form whose fields are `names` (space separated): a fault of anything else
 * stands for the whole form, so that no link leads nowhere. */
void page_form_problems(const struct request *r, const char *names, struct view_problem **problems,
                        size_t *count);

/* Send a command to "clerk" or "paymaster". OK: *root is its reply, which the caller reads and then
 * closes (json_close). Else the refusal's words stand among the request's faults; a refusal that
 * came with words is INVALID, so that only they are shown. */
MUST_USE enum result page_program(struct request *r, const char *program, struct command *command,
                                  struct json **root);
/* The same for one whose reply says nothing. */
MUST_USE enum result page_program_done(struct request *r, const char *program,
                                       struct command *command);
/* The same for one that may take a second person, and whose reply says nothing else: *proposed when
 * it waits for him now. */
MUST_USE enum result page_program_two(struct request *r, const char *program,
                                      struct command *command, bool *proposed);
/* False in an `again` page when a program has just not answered: asking it once more would keep the
 * person waiting, and this worker longer than it may. The page then gives r->why back, and what was
 * typed stands on the error page. */
bool page_may_ask(const struct request *r);

struct reply_account;
/* What the clerk says of the reader's own account. BUSY when it does not answer. */
MUST_USE enum result page_account_ask(struct request *r, struct reply_account *reply);
