#pragma once
/* What the pages about rules share. */
#include "fcgi/page/page_doors.h"

/* The script in force under this name, shipped or approved. What the stores or the paymaster say
 * when it cannot be read; *script is then "". */
MUST_USE enum result page_rule_active(struct request *r, struct text name, struct text *script);

/* The name as the house has it; "" when there is no such rule. */
struct text page_rule_known(struct text name);
/* The page with this script in its form. */
struct view_rules;
MUST_USE enum result page_rules_show(struct request *r, struct reply *out, struct view_rules *v);
/* The script to begin with: the reader's draft of a change, else the rule in force. */
void page_rule_begun(struct request *r, struct view_rules *v);
/* Has v->script looked over by the program that would run it: constants, faults, examples. */
void page_rule_look(struct request *r, struct view_rules *v);

/* What a proposal's trial says, and its time in the shadow (page_rule_trial.c). page_rule_shadow
 * fills shadow_words; _over: whether it may be approved as far as the shadow goes. */
struct view_rule_page;
struct board_rule_get_row;
MUST_USE enum result page_rule_trial(struct request *r, struct view_rule_page *v);
MUST_USE enum result page_rule_shadow(struct request *r, const struct board_rule_get_row *row,
                                      struct view_rule_page *v);
/* Of a rule of pay (page_rule_pay.c): what it would have paid. */
struct rank_trial_of_row;
MUST_USE enum result page_rule_pay(struct request *r, const struct rank_trial_of_row *trial,
                                   struct view_rule_page *v);
/* One bar of a month's pair into a drawing of 320 by 120 for eight months. */
void page_rule_bar(struct buf *path, size_t month, bool then, int64_t amount, int64_t most);
/* Of a rule of pay (page_rule_months.c): what it would have paid for what closed months' earmarks
 * were on, as the paymaster tells it. Fills months_state: "" (of another rule, or decided before
 * there was this), unknown (it cannot be asked), waiting, running, passed, failed. */
MUST_USE enum result page_rule_months(struct request *r, struct view_rule_page *v);
bool page_rule_shadow_over(const struct request *r, const struct board_rule_get_row *row,
                           const struct view_rule_page *v);

/* What changed between two texts, line by line, with a few lines around each change. `kind` of a
 * line: "same", "gone", "new" or "skip" (lines left out). */
struct view_diff_line;
void page_diff(struct arena *arena, struct text before, struct text after,
               struct view_diff_line **lines, size_t *count);
