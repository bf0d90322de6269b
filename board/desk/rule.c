#include "board/board.h"
#include "board/clerk/confirm.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/operation.h"

#include "schema/desk.h"

static bool is_of_pay(struct text name)
{
    return text_starts(name, "reward/");
}

/* Rules that are tried, and run in the shadow, before they hold: of standing, and of pay. */
static bool is_tried(struct text name)
{
    return text_starts(name, "rank/") || is_of_pay(name);
}

static bool rule_name_good(struct text name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool good = (c >= 'a' && c <= 'z') || (i > 0 && ((c >= '0' && c <= '9') || c == '_'));
        if (!good && !(i > 0 && (c == '-' || c == '/')))
            return false;
    }
    return name.size >= 2;
}

enum result rule_propose_run(struct work *work)
{
    const struct command_rule_propose *c = &work->command->rule_propose;
    struct event event = {.kind = EVENT_RULE_PROPOSED};
    struct event_rule_proposed *e = &event.rule_proposed;
    request_put(work, e->request);
    if (!rule_name_good(c->name))
        return problem(work, INVALID, "name", "There is no rule of this name.");
    if (text_trim(c->script).size == 0)
        return problem(work, INVALID, "script", "The rule is empty.");
    if (text_trim(c->reason).size == 0)
        return problem(work, INVALID, "reason", "Say why the rule should change.");
    e->name = c->name;
    e->by = work->actor.member;
    e->reason = c->reason;
    enum result result = clerk_record(work->clerk, &event, &c->script, 1);
    if (result == OK) {
        draft_rule_done(work, c->name);
        reply_created(work, event.seq);
    }
    return result;
}

void rule_operation(uint8_t digest[DIGEST_SIZE], const char *what, int64_t proposal,
                    struct text name, struct text script)
{
    const struct bytes parts[] = {text_bytes(name), text_bytes(script)};
    operation_digest(digest, what, proposal, parts, sizeof(parts) / sizeof(*parts));
}

/* The hash of what this command would do, by the journal's own words. */
static enum result operation_of(struct work *work, const char *what, int64_t proposal,
                                uint8_t digest[DIGEST_SIZE])
{
    struct journal_entry *entries;
    size_t count = 0;
    enum result result =
        journal_read(work->clerk->journal, work->arena, proposal - 1, 1, &entries, &count);
    if (result == OK && (count != 1 || entries[0].event.kind != EVENT_RULE_PROPOSED))
        result = BROKEN;
    if (result == OK)
        rule_operation(digest, what, proposal, entries[0].event.rule_proposed.name,
                       entries[0].texts[0]);
    return result;
}

/* OK when the proposal is there and still open. */
static enum result proposal_open(struct work *work, int64_t proposal, struct desk_rule_get_row *row)
{
    enum result result = desk_rule_get(work->clerk->desk, work->arena, proposal, row);
    if (result == OK && row->state != RULE_PROPOSED)
        return problem(work, CONFLICT, "proposal", "This proposal has been decided already.");
    return result;
}

/* What such a rule must have behind it: a trial that it passed, and one of pay a second one, on
 * what closed months' earmarks were on. The page shows their figures; what holds is what ranker and
 * paymaster told. */
static enum result trial_need(struct work *work, const struct desk_rule_get_row *row)
{
    if (is_of_pay(row->name) && row->trial == RULE_TRIAL_PASSED && row->months != RULE_TRIAL_PASSED)
        return problem(work, CONFLICT, "proposal",
                       row->months == RULE_TRIAL_FAILED
                           ? "It failed on the house's closed months, so it cannot be approved. "
                             "Propose a better one."
                           : "It has not gone through the house's closed months yet.");
    if (!is_tried(row->name) || row->trial == RULE_TRIAL_PASSED)
        return OK;
    return problem(work, CONFLICT, "proposal",
                   row->trial == RULE_TRIAL_FAILED
                       ? "Its trial failed, so it cannot be approved. Propose a better one."
                       : "Its trial is not done yet. Look at what it came to first.");
}

enum result rule_approve_run(struct work *work)
{
    const struct command_rule_approve *c = &work->command->rule_approve;
    struct event event = {.kind = EVENT_RULE_APPROVED};
    struct event_rule_approved *e = &event.rule_approved;
    struct desk_rule_get_row row;
    uint8_t operation[DIGEST_SIZE];
    request_put(work, e->request);
    enum result result = proposal_open(work, c->proposal, &row);
    if (result != OK)
        return result;
    if (row.proposed_by == work->actor.member)
        return problem(work, REFUSED, "proposal",
                       "Another admin has to approve what you proposed.");
    result = trial_need(work, &row);
    if (result != OK)
        return result;
    int64_t days = conf_int("rule.shadow_days");
    if (rule_needs_shadow(row.name) &&
        (row.shadow_ms == 0 || work->clerk->now_ms < row.shadow_ms + days * DAY_MS))
        return problem(work, CONFLICT, "proposal",
                       arena_format(work->arena,
                                    "It has to run in the shadow of the rule in force for %lld "
                                    "days first.",
                                    (long long)days)
                           .data);
    result = operation_of(work, RULE_APPROVE, c->proposal, operation);
    if (result == OK)
        result = confirm_take(work, TEXT(RULE_APPROVE), c->proposal, operation, &c->proof, NULL);
    if (result != OK)
        return result;
    e->proposal = c->proposal;
    e->by = work->actor.member;
    return clerk_record(work->clerk, &event, NULL, 0);
}

bool rule_needs_shadow(struct text name)
{
    return is_tried(name) && conf_int("rule.shadow_days") > 0;
}

enum result rule_shadow_run(struct work *work)
{
    struct event event = {.kind = EVENT_RULE_SHADOWED};
    struct event_rule_shadowed *e = &event.rule_shadowed;
    struct desk_rule_get_row row;
    request_put(work, e->request);
    e->proposal = work->command->rule_shadow.proposal;
    enum result result = proposal_open(work, e->proposal, &row);
    if (result == OK && (!rule_needs_shadow(row.name) || row.shadow_ms > 0))
        return problem(work, CONFLICT, "proposal",
                       row.shadow_ms > 0 ? "It is in the shadow already."
                                         : "This rule needs no time in the shadow.");
    if (result == OK)
        result = trial_need(work, &row);
    e->by = work->actor.member;
    e->days = conf_int("rule.shadow_days");
    return result == OK ? clerk_record(work->clerk, &event, NULL, 0) : result;
}

/* The ranker keeps note of what it told; a second time makes no event. Nothing is recorded of a
 * proposal that was decided meanwhile. */
enum result rule_tried_run(struct work *work)
{
    const struct command_rule_tried *c = &work->command->rule_tried;
    struct event event = {.kind = EVENT_RULE_TRIED};
    struct desk_rule_get_row row;
    enum result result = desk_rule_get(work->clerk->desk, work->arena, c->proposal, &row);
    if (result == NOT_FOUND)
        return OK;
    int64_t trial = c->passed ? RULE_TRIAL_PASSED : RULE_TRIAL_FAILED;
    if (result != OK || row.state != RULE_PROPOSED || row.trial == trial)
        return result;
    event.rule_tried =
        (struct event_rule_tried){.proposal = c->proposal, .passed = c->passed, .words = c->words};
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* The same of the paymaster, who tells it of rules of pay alone. */
enum result rule_months_tried_run(struct work *work)
{
    const struct command_rule_months_tried *c = &work->command->rule_months_tried;
    struct event event = {.kind = EVENT_RULE_TRIED};
    struct desk_rule_get_row row;
    enum result result = desk_rule_get(work->clerk->desk, work->arena, c->proposal, &row);
    if (result == NOT_FOUND)
        return OK;
    int64_t months = c->passed ? RULE_TRIAL_PASSED : RULE_TRIAL_FAILED;
    if (result != OK || row.state != RULE_PROPOSED || row.months == months)
        return result;
    if (!is_of_pay(row.name))
        return INVALID;
    event.rule_tried = (struct event_rule_tried){.proposal = c->proposal,
                                                 .passed = c->passed,
                                                 .words = c->words,
                                                 .has_months = true,
                                                 .months = true};
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* One admin may: what holds again has been approved by two. */
enum result rule_rollback_run(struct work *work)
{
    const struct command_rule_rollback *c = &work->command->rule_rollback;
    struct event event = {.kind = EVENT_RULE_ROLLED_BACK};
    struct event_rule_rolled_back *e = &event.rule_rolled_back;
    struct desk_rule_get_row row = {.name = c->name, .state = RULE_SUPERSEDED};
    uint8_t operation[DIGEST_SIZE];
    request_put(work, e->request);
    enum result result =
        c->proposal > 0 ? desk_rule_get(work->clerk->desk, work->arena, c->proposal, &row) : OK;
    if (result == OK && (row.state != RULE_SUPERSEDED || !text_equal(row.name, c->name) ||
                         !rule_name_good(c->name)))
        return problem(work, CONFLICT, "proposal",
                       "Only a version that was in force before can hold again.");
    if (result == OK && text_trim(c->reason).size == 0)
        return problem(work, INVALID, "reason", "Say why the older version should hold again.");
    if (result == OK && c->proposal > 0)
        result = operation_of(work, RULE_ROLLBACK, c->proposal, operation);
    else if (result == OK)
        rule_operation(operation, RULE_ROLLBACK, 0, c->name, TEXT(""));
    if (result == OK)
        result = confirm_take(work, TEXT(RULE_ROLLBACK), c->proposal, operation, &c->proof, NULL);
    if (result != OK)
        return result;
    e->name = c->name;
    e->proposal = c->proposal;
    e->by = work->actor.member;
    e->reason = c->reason;
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result rule_withdraw_run(struct work *work)
{
    const struct command_rule_withdraw *c = &work->command->rule_withdraw;
    struct event event = {.kind = EVENT_RULE_WITHDRAWN};
    struct event_rule_withdrawn *e = &event.rule_withdrawn;
    struct desk_rule_get_row row;
    request_put(work, e->request);
    enum result result = proposal_open(work, c->proposal, &row);
    if (result != OK)
        return result;
    e->proposal = c->proposal;
    e->by = work->actor.member;
    e->reason = c->reason;
    return clerk_record(work->clerk, &event, NULL, 0);
}
