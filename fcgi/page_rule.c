/* One proposed rule: what it changes, its trial on the past, and the decision of another admin. */
#include "fcgi/page_rules.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"
#include "fcgi/page_confirm.h"
#include "ranking/ranking.h"
#include "schema/board.h"
#include "schema/rank.h"

enum { MOVES_SHOWN = 10, SETS_LOOKED_AT = 50, MOVE_MEMBER = 1 };

const struct field fields_withdraw[] = {
    {.name = "reason", .type = FIELD_LINE, .low = 1, .high = 400, .label = "The reason"},
    {.name = NULL},
};

const struct field fields_approve[] = {PAGE_FIELDS_PROOF, {.name = NULL}};

static struct text band_words(struct arena *arena, double score, int64_t band)
{
    bool known = band >= 0 && band < RANKING_BANDS;
    return arena_format(arena, "%.3f %s", score, known ? ranking_band_name(band) : "");
}

static struct view_trial_move move_view(struct request *r, const struct rank_trial_moves_row *move)
{
    struct arena *arena = r->arena;
    struct board_member_profile_row profile;
    struct board_thread_get_row thread;
    struct db *board = request_store(r, WEB_BOARD);
    struct view_trial_move v = {
        .change = arena_format(arena, "%+.3f", move->after - move->before),
    };
    if (move->kind == MOVE_MEMBER) {
        bool found = board_member_profile(board, arena, move->id, &profile) == OK;
        v.what = found ? profile.pseudonym : arena_format(arena, "Member %" PRId64, move->id);
        v.link = arena_format(arena, "/m/%" PRId64, move->id);
        v.before = band_words(arena, move->before, move->order_before);
        v.after = band_words(arena, move->after, move->order_after);
        return v;
    }
    bool found = board_thread_get(board, arena, move->question, &thread) == OK;
    v.what = found ? thread.title : arena_format(arena, "Posting %" PRId64, move->id);
    v.link = arena_format(arena, "/q/%" PRId64 "#p%" PRId64, move->question, move->id);
    v.before = arena_format(arena, "%.3f, place %" PRId64, move->before, move->order_before);
    v.after = arena_format(arena, "%.3f, place %" PRId64, move->after, move->order_after);
    return v;
}

static enum result moves_load(struct request *r, struct view_rule_page *v)
{
    struct rank_trial_moves_row *moves;
    size_t count;
    enum result result =
        rank_trial_moves(request_store(r, WEB_RANK), r->arena, v->rule.proposal, &moves, &count);
    if (result != OK)
        return result;
    v->members = arena_array(r->arena, struct view_trial_move, MOVES_SHOWN);
    v->postings = arena_array(r->arena, struct view_trial_move, MOVES_SHOWN);
    for (size_t i = 0; i < count; i++) {
        bool member = moves[i].kind == MOVE_MEMBER;
        if (member && v->members_count < MOVES_SHOWN)
            v->members[v->members_count++] = move_view(r, &moves[i]);
        else if (!member && v->postings_count < MOVES_SHOWN)
            v->postings[v->postings_count++] = move_view(r, &moves[i]);
    }
    return OK;
}

static void figure_add(struct request *r, struct view_rule_page *v, const char *name, int64_t value,
                       const char *words)
{
    v->figures[v->figures_count++] = (struct view_figure){
        .name = text_of(name), .value = page_number(r->arena, value), .words = text_of(words)};
}

static void figures_fill(struct request *r, const struct rank_trial_of_row *trial,
                         struct view_rule_page *v)
{
    struct arena *arena = r->arena;
    v->figures = arena_array(arena, struct view_figure, 6);
    figure_add(r, v, "Postings rescored", trial->postings_changed,
               arena_format(arena, "of %" PRId64, trial->postings).data);
    figure_add(r, v, "Threads reordered", trial->questions_reordered,
               arena_format(arena, "of %" PRId64, trial->questions).data);
    figure_add(r, v, "New first answers", trial->questions_new_top,
               arena_format(arena, "of %" PRId64, trial->questions).data);
    figure_add(r, v, "Members up", trial->members_up,
               arena_format(arena, "%" PRId64 " into a higher band", trial->bands_up).data);
    figure_add(r, v, "Members down", trial->members_down,
               arena_format(arena, "%" PRId64 " into a lower band", trial->bands_down).data);
    v->figures[v->figures_count++] = (struct view_figure){
        .name = TEXT("Agreement"),
        .value = arena_format(arena, "%.2f", trial->agreement),
        .words = TEXT("of the members’ order, 1 is the same"),
    };
}

static enum result trial_load(struct request *r, struct view_rule_page *v)
{
    struct rank_trial_of_row trial;
    if (!text_is(v->rule.name, RANKING_RULE_NAME)) {
        v->trial_state = TEXT("none");
        v->trial_words =
            TEXT("A reward rule is checked by its own examples when it is approved. It "
                 "pays only for earmarks placed after that; what was promised "
                 "before is paid by the rule it was promised under.");
        return OK;
    }
    enum result result =
        rank_trial_of(request_store(r, WEB_RANK), r->arena, v->rule.proposal, &trial);
    if (result == NOT_FOUND || (result == OK && trial.state == TRIAL_WAITING)) {
        v->trial_state = TEXT("waiting");
        v->trial_words = TEXT("Waits for its turn. Reload this page in a moment.");
        return OK;
    }
    if (result != OK)
        return result;
    if (trial.state == TRIAL_RUNNING) {
        v->trial_state = TEXT("running");
        v->trial_words = arena_format(r->arena,
                                      "Runs: %" PRId64 " of %" PRId64
                                      " events so far. Reload this page in a moment.",
                                      trial.done, trial.total);
        return OK;
    }
    if (trial.state == TRIAL_FAILED) {
        v->trial_state = TEXT("failed");
        v->trial_words =
            arena_format(r->arena, "It failed: %.*s", (int)trial.why.size, trial.why.data);
        return OK;
    }
    v->trial_state = TEXT("passed");
    v->trial_words = arena_format(r->arena,
                                  "The whole past, %" PRId64 " events, once with the rule in force "
                                  "and once with this one.",
                                  trial.total);
    figures_fill(r, &trial, v);
    return moves_load(r, v);
}

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
        v->fate = arena_format(r->arena, "%s, so the rule before it holds on: %.*s",
                               refused ? "It could not be used when it was approved"
                                       : "It failed while it was in use",
                               (int)sets[i].why.size, sets[i].why.data);
    }
    return result;
}

static void approval_set(const struct request *r, const struct board_rule_get_row *row,
                         struct view_rule_page *v)
{
    bool own = row->proposed_by == r->reader.member;
    bool tried = text_is(v->trial_state, "passed") || text_is(v->trial_state, "none");
    v->can_approve = row->state == RULE_PROPOSED && !own && tried;
    if (own)
        v->why_not = TEXT("You proposed it, so another admin has to approve it.");
    else if (text_is(v->trial_state, "failed"))
        v->why_not = TEXT("It cannot be approved: its trial failed.");
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
    enum result result = trial_load(r, v);
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
    struct text active;
    v->compared = row->state == RULE_PROPOSED && page_may_ask(r) &&
                  page_rule_active(r, row->name, &active) == OK;
    if (v->compared)
        page_diff(r->arena, active, row->script, &v->diff, &v->diff_count);
}

static enum result rule_show(struct request *r, struct reply *out, struct text reason)
{
    struct board_rule_get_row row;
    struct view_rule_page v = {.reason = reason, .why_not = TEXT("")};
    enum result result = board_rule_get(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result == OK)
        result = rule_load_view(r, &row, &v);
    if (result != OK)
        return result;
    compare(r, &row, &v);
    v.head = page_head(r, arena_format(r->arena, "%.*s, proposal %" PRId64, (int)row.name.size,
                                       row.name.data, row.proposal));
    if (v.can_approve) {
        uint8_t operation[DIGEST_SIZE];
        rule_operation(operation, RULE_APPROVE, row.proposal, row.name, row.script);
        page_confirm(r, out, "/admin/rule/:id/approve",
                     arena_format(r->arena, "/admin/rule/%" PRId64 "/approve", row.proposal),
                     operation, &v.confirm);
    }
    v.withdraw_form = guard_form(r, out, "/admin/rule/:id/withdraw");
    v.request = guard_request_id(r);
    page_form_problems(r, "reason", &v.problems, &v.problems_count);
    return reply_view(r, out, rule_page, &v);
}

enum result page_rule(struct request *r, struct reply *out)
{
    return rule_show(r, out, TEXT(""));
}

enum result page_rule_again(struct request *r, struct reply *out)
{
    return rule_show(r, out, request_typed(r, "reason"));
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
