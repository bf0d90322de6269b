/* One proposed rule: what it changes, its trial on the past, and the decision of another admin. */
#include "fcgi/admin/page_rules.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"
#include "fcgi/page/page_confirm.h"
#include "ranking/ranking.h"
#include "schema/board.h"
#include "schema/rank.h"

enum { SETS_LOOKED_AT = 50, OTHERS_SHOWN = 50, STEPS_SHOWN = 50 };
enum { STEP_APPROVED = 3, STEP_BACK = 5 }; /* as in board.db's rule_step */

const struct field fields_withdraw[] = {
    {.name = "reason", .type = FIELD_LINE, .low = 1, .high = 400, .label = "The reason"},
    {.name = NULL},
};

const struct field fields_rule[] = {
    {.name = "with",
     .type = FIELD_INT,
     .low = 0,
     .high = PAGE_BEFORE_ALL,
     .optional = true,
     .label = "The other version"},
    {.name = NULL},
};
const struct field fields_rollback[] = {
    {.name = "reason", .type = FIELD_LINE, .low = 1, .high = 400, .label = "The reason"},
    {.name = "first", .type = FIELD_FLAG, .optional = true, .label = "The first version"},
    PAGE_FIELDS_PROOF,
    {.name = NULL},
};
const struct field fields_approve[] = {PAGE_FIELDS_PROOF, {.name = NULL}};

/* What the ranker made of an approved rule, when it could not use it. */
static enum result fate_load(struct request *r, struct view_rule_page *v)
{
    struct rank_rule_sets_row *sets;
    size_t count;
    v->fate = TEXT("");
    enum result result =
        rank_rule_sets(request_store(r, WEB_RANK), r->arena, SETS_LOOKED_AT, &sets, &count);
    for (size_t i = 0; result == OK && i < count; i++) {
        bool refused = sets[i].state == RULE_SET_REFUSED;
        if (sets[i].proposal != v->rule.proposal ||
            (!refused && sets[i].state != RULE_SET_PUT_ASIDE))
            continue;
        v->rule.state = refused ? TEXT("refused") : TEXT("put aside");
        v->until = refused ? 0 : sets[i].ended_seq;
        v->fate = arena_format(r->arena,
                               "%s (journal entry %" PRId64 "), so the rule before it holds on: "
                               "%.*s",
                               refused ? "It could not be used when it was approved"
                                       : "It failed while it was in use",
                               sets[i].ended_seq, (int)sets[i].why.size, sets[i].why.data);
    }
    return result;
}

static void approval_set(const struct request *r, const struct board_rule_get_row *row,
                         struct view_rule_page *v)
{
    bool own = row->proposed_by == r->reader.member;
    bool first = text_is(v->trial_state, "passed") || text_is(v->trial_state, "none");
    bool tried = first && (v->months_state.size == 0 || text_is(v->months_state, "passed"));
    bool shadowed = page_rule_shadow_over(r, row, v);
    v->can_approve = row->state == RULE_PROPOSED && !own && tried && shadowed;
    v->can_shadow =
        row->state == RULE_PROPOSED && tried && rule_needs_shadow(row->name) && row->shadow_ms == 0;
    if (tried && !shadowed)
        v->why_not = v->shadow_words;
    else if (text_is(v->trial_state, "failed"))
        v->why_not = TEXT("It cannot be approved: its trial failed.");
    else if (text_is(v->months_state, "failed"))
        v->why_not = TEXT("It cannot be approved: it failed on closed months.");
    else if (own)
        v->why_not = TEXT("You proposed it, so another admin has to approve it.");
    else
        v->why_not = TEXT("It can be approved as soon as its trial is done.");
}

static enum result rule_load_view(struct request *r, const struct board_rule_get_row *row,
                                  struct view_rule_page *v)
{
    v->rule = (struct view_rule_row){
        .proposal = row->proposal,
        .name = row->name,
        .state = text_of(rule_state_name(row->state)),
        .reason = row->reason,
        .by = row->proposer,
        .ago = clock_ago(r->arena, row->proposed_ms, r->now_ms),
        .iso = clock_iso(r->arena, row->proposed_ms),
    };
    v->script = row->script;
    v->active_from = row->active_seq;
    v->decider = row->decider;
    v->decided = row->decided_ms > 0 ? clock_day(r->arena, row->decided_ms) : TEXT("");
    uint8_t hash[DIGEST_SIZE];
    const struct bytes parts[] = {text_bytes(row->script), text_bytes(TEXT(""))};
    seal_digest(hash, NULL, parts, 2); /* as the rule host makes it */
    v->hash = page_hex(r->arena, bytes_of(hash, DIGEST_SIZE));
    enum result result = page_rule_trial(r, v);
    if (result == OK)
        result = page_rule_months(r, v);
    if (result == OK)
        result = page_rule_shadow(r, row, v);
    if (result == OK)
        result = fate_load(r, v);
    if (result == OK && row->state == RULE_PROPOSED)
        approval_set(r, row, v);
    return result;
}

/* Without the script in force only the comparison is missing. */
static void compare(struct request *r, const struct board_rule_get_row *row,
                    struct view_rule_page *v)
{
    struct text other = TEXT("");
    struct board_rule_get_row with;
    if (v->with > 0) {
        v->compared = board_rule_get(request_store(r, WEB_BOARD), r->arena, v->with, &with) == OK &&
                      text_equal(with.name, row->name);
        other = with.script;
    } else {
        v->compared = page_may_ask(r) && page_rule_active(r, row->name, &other) == OK;
    }
    if (v->compared)
        page_diff(r->arena, other, row->script, &v->diff, &v->diff_count);
}

/* Versions of the same rule to compare with, and every step of it. */
static enum result history_load(struct request *r, struct view_rule_page *v)
{
    static const char *const words[] = {"",         "proposed",  "put into the shadow",
                                        "approved", "withdrawn", "made to hold again"};
    struct board_rules_list_row *rows;
    struct board_rule_steps_row *steps;
    size_t count, step_count = 0;
    int64_t until = 0;
    struct db *board = request_store(r, WEB_BOARD);
    enum result result =
        board_rules_list(board, r->arena, PAGE_BEFORE_ALL, OTHERS_SHOWN, &rows, &count);
    if (result == OK)
        result = board_rule_steps(board, r->arena, v->rule.name, STEPS_SHOWN, &steps, &step_count);
    if (result != OK)
        return result;
    v->others = arena_array(r->arena, struct view_rule_row, count + 1);
    for (size_t i = 0; i < count; i++)
        if (text_equal(rows[i].name, v->rule.name) && rows[i].proposal != v->rule.proposal)
            v->others[v->others_count++] = (struct view_rule_row){
                .proposal = rows[i].proposal,
                .name = rows[i].name,
                .state = text_of(rule_state_name(rows[i].state)),
                .reason = rows[i].reason,
                .by = rows[i].proposer,
                .ago = clock_ago(r->arena, rows[i].proposed_ms, r->now_ms),
                .iso = clock_iso(r->arena, rows[i].proposed_ms),
            };
    v->history = arena_array(r->arena, struct view_rule_step, step_count + 1);
    for (size_t i = 0; i < step_count && v->until == 0 && v->active_from > 0; i++)
        if (steps[i].seq > v->active_from &&
            (steps[i].step == STEP_APPROVED || steps[i].step == STEP_BACK))
            until = steps[i].seq; /* the first of them comes last */
    v->until = v->until > 0 ? v->until : until;
    for (size_t i = 0; i < step_count; i++)
        v->history[v->history_count++] = (struct view_rule_step){
            .what = text_of(words[steps[i].step]),
            .proposal = steps[i].proposal,
            .who = steps[i].who,
            .at = clock_day(r->arena, steps[i].at_ms),
            .iso = clock_iso(r->arena, steps[i].at_ms),
            .reason = steps[i].reason,
            .seq = steps[i].seq,
        };
    return OK;
}

/* The one form that a passkey confirms: the proposal's approval, or an older version's return. */
static void confirm_fill(struct request *r, struct reply *out, const struct board_rule_get_row *row,
                         struct view_rule_page *v)
{
    uint8_t operation[DIGEST_SIZE];
    v->back_first = row->state == RULE_ACTIVE;
    v->can_back = v->back_first || row->state == RULE_SUPERSEDED;
    v->confirm.why = TEXT("");
    if (v->can_back) {
        rule_operation(operation, RULE_ROLLBACK, v->back_first ? 0 : row->proposal, row->name,
                       v->back_first ? TEXT("") : row->script);
        page_confirm(r, out, "/admin/rule/:id/rollback",
                     arena_format(r->arena, "/admin/rule/%" PRId64 "/rollback", row->proposal),
                     operation, &v->confirm);
    } else if (v->can_approve) {
        rule_operation(operation, RULE_APPROVE, row->proposal, row->name, row->script);
        page_confirm(r, out, "/admin/rule/:id/approve",
                     arena_format(r->arena, "/admin/rule/%" PRId64 "/approve", row->proposal),
                     operation, &v->confirm);
    }
}

static enum result rule_show(struct request *r, struct reply *out, struct text reason, int64_t with)
{
    struct board_rule_get_row row;
    struct view_rule_page v = {.reason = reason, .why_not = TEXT(""), .with = with};
    enum result result = board_rule_get(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result == OK)
        result = rule_load_view(r, &row, &v);
    if (result == OK)
        result = history_load(r, &v);
    if (result != OK)
        return result;
    compare(r, &row, &v);
    v.head = page_head(r, arena_format(r->arena, "%.*s, proposal %" PRId64, (int)row.name.size,
                                       row.name.data, row.proposal));
    confirm_fill(r, out, &row, &v);
    v.withdraw_form = guard_form(r, out, "/admin/rule/:id/withdraw");
    v.shadow_form = guard_form(r, out, "/admin/rule/:id/shadow");
    v.request = guard_request_id(r);
    page_form_problems(r, "reason", &v.problems, &v.problems_count);
    return reply_view(r, out, rule_page, &v);
}

enum result page_rule(struct request *r, struct reply *out)
{
    return rule_show(r, out, TEXT(""), request_int(r, "with"));
}

enum result page_rule_again(struct request *r, struct reply *out)
{
    return rule_show(r, out,
                     r->fields == fields_withdraw || r->fields == fields_rollback
                         ? request_typed(r, "reason")
                         : TEXT(""),
                     0);
}

enum result page_approve_post(struct request *r, struct reply *out)
{
    struct board_rule_get_row row;
    struct view_rule_page v = {.why_not = TEXT("")};
    struct command command = {.kind = COMMAND_RULE_APPROVE};
    command.rule_approve.proposal = r->id;
    command.rule_approve.proof = page_proof(r);
    enum result result = board_rule_get(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result == OK)
        result = rule_load_view(r, &row, &v);
    if (result != OK)
        return result;
    if (row.state == RULE_PROPOSED && !v.can_approve) { /* of the rest the clerk says why not */
        request_fault_add(r, "", "%s", v.why_not.data);
        return INVALID;
    }
    result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/admin/rule/%" PRId64, r->id);
}

enum result page_withdraw_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_RULE_WITHDRAW};
    command.rule_withdraw.proposal = r->id;
    command.rule_withdraw.reason = request_text(r, "reason");
    enum result result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/admin/rule/%" PRId64, r->id);
}

enum result page_shadow_post(struct request *r, struct reply *out)
{
    struct board_rule_get_row row;
    struct view_rule_page v = {.why_not = TEXT("")};
    struct command command = {.kind = COMMAND_RULE_SHADOW};
    command.rule_shadow.proposal = r->id;
    enum result result = board_rule_get(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result == OK)
        result = rule_load_view(r, &row, &v);
    if (result != OK)
        return result;
    if (row.state == RULE_PROPOSED && row.shadow_ms == 0 && !v.can_shadow) {
        request_fault_add(r, "", "It goes into the shadow once its trial is passed.");
        return INVALID;
    }
    result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/admin/rule/%" PRId64, r->id);
}

enum result page_rollback_post(struct request *r, struct reply *out)
{
    struct board_rule_get_row row;
    struct command command = {.kind = COMMAND_RULE_ROLLBACK};
    enum result result = board_rule_get(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result != OK)
        return result;
    command.rule_rollback.name = row.name;
    command.rule_rollback.proposal = request_flag(r, "first") ? 0 : r->id;
    command.rule_rollback.reason = request_text(r, "reason");
    command.rule_rollback.proof = page_proof(r);
    result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/admin/rules");
}
