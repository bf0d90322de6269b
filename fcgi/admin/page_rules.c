/* The rules, for admins: versions, and what is in force. page_rule_edit.c has the form that changes
 * one, page_rule.c what becomes of a proposed change. */
#include "fcgi/admin/page_rules.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"
#include "ranking/ranking.h"
#include "schema/board.h"
#include "schema/rank.h"

enum { RULES_SHOWN = 50 };

const struct field fields_rules_form[] = {
    {.name = "name", .type = FIELD_LINE, .high = 40, .optional = true, .label = "The rule"},
    {.name = NULL},
};
/* What an admin may tune, and what each is for. */
static const struct {
    const char *name, *words;
} known[] = {
    {RANKING_RULE_NAME, "who stands where"},
    {"reward/posting", "pay for a posting"},
    {"reward/answer", "pay for answers"},
    {"reward/vote", "pay for votes"},
};
enum { KNOWN = sizeof known / sizeof known[0] };

struct text page_rule_known(struct text name)
{
    for (size_t i = 0; i < KNOWN; i++)
        if (text_is(name, known[i].name))
            return text_of(known[i].name);
    return TEXT("");
}

/* Reward rules lie in the vault, which only the paymaster reads. */
static enum result reward_script(struct request *r, struct text name, struct text *script)
{
    struct json *root;
    struct reply_rule_active active;
    struct command command = {.kind = COMMAND_RULE_ACTIVE};
    command.rule_active.name = name;
    enum result result = page_program(r, "paymaster", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_rule_active_read(root, r->arena, &active) : BROKEN;
    if (result == OK)
        *script = active.script;
    json_close(root);
    return result;
}

/* What the ranker holds: an approved script it could not use never came into force. */
static enum result rank_script(struct request *r, struct text *script)
{
    struct rank_rule_sets_row *sets;
    struct rank_rule_shipped_row shipped;
    struct board_rule_get_row row;
    size_t count, i = 0;
    struct db *rank = request_store(r, WEB_RANK);
    enum result result = rank_rule_sets(rank, r->arena, RULES_SHOWN, &sets, &count);
    if (result != OK)
        return result;
    while (i < count && sets[i].state != RULE_SET_HOLDS)
        i++;
    if (i < count && sets[i].proposal > 0) {
        result = board_rule_get(request_store(r, WEB_BOARD), r->arena, sets[i].proposal, &row);
        if (result == OK)
            *script = row.script;
        return result;
    }
    result = rank_rule_shipped(rank, r->arena, &shipped);
    if (result == OK)
        *script = shipped.script;
    return result;
}

enum result page_rule_active(struct request *r, struct text name, struct text *script)
{
    *script = TEXT("");
    return text_is(name, RANKING_RULE_NAME) ? rank_script(r, script)
                                            : reward_script(r, name, script);
}

/* A rule that was approved and could not be used is not in force, whatever the journal says. */
static struct text state_words(const struct rank_rule_sets_row *sets, size_t count,
                               int64_t proposal, int64_t state)
{
    for (size_t i = 0; i < count && state == RULE_ACTIVE; i++) {
        if (sets[i].proposal != proposal)
            continue;
        if (sets[i].state == RULE_SET_REFUSED)
            return TEXT("refused");
        if (sets[i].state == RULE_SET_PUT_ASIDE)
            return TEXT("put aside");
    }
    return text_of(rule_state_name(state));
}

static enum result rows_load(struct request *r, struct view_rules *v)
{
    struct board_rules_list_row *rows;
    struct rank_rule_sets_row *sets;
    size_t count, set_count;
    enum result result = board_rules_list(request_store(r, WEB_BOARD), r->arena, PAGE_BEFORE_ALL,
                                          RULES_SHOWN, &rows, &count);
    if (result == OK)
        result =
            rank_rule_sets(request_store(r, WEB_RANK), r->arena, RULES_SHOWN, &sets, &set_count);
    if (result != OK)
        return result;
    v->rows = arena_array(r->arena, struct view_rule_row, count + 1);
    for (size_t i = 0; i < count; i++)
        v->rows[v->rows_count++] = (struct view_rule_row){
            .proposal = rows[i].proposal,
            .name = rows[i].name,
            .state = state_words(sets, set_count, rows[i].proposal, rows[i].state),
            .reason = rows[i].reason,
            .by = rows[i].proposer,
            .ago = clock_ago(r->arena, rows[i].proposed_ms, r->now_ms),
            .iso = clock_iso(r->arena, rows[i].proposed_ms),
        };
    return OK;
}

enum result page_rules_show(struct request *r, struct reply *out, struct view_rules *v)
{
    v->head = page_head(r, TEXT("Rules"));
    v->kinds = arena_array(r->arena, struct view_rule_kind, KNOWN);
    for (size_t i = 0; i < KNOWN; i++)
        v->kinds[v->kinds_count++] = (struct view_rule_kind){
            .name = text_of(known[i].name),
            .words = text_of(known[i].words),
            .chosen = text_is(v->name, known[i].name),
        };
    enum result result = rows_load(r, v);
    if (result != OK)
        return result;
    page_rule_look(r, v);
    v->form = guard_form(r, out, "/admin/rules");
    v->check_form = guard_form(r, out, "/admin/rules/check");
    v->draft_form = guard_form(r, out, "/admin/rules/draft");
    v->request = guard_request_id(r);
    page_form_problems(r, "reason script", &v->problems, &v->problems_count);
    return reply_view(r, out, rules, v);
}

enum result page_rules(struct request *r, struct reply *out)
{
    struct text asked = request_text(r, "name");
    struct text name = page_rule_known(asked.size > 0 ? asked : text_of(known[0].name));
    if (name.size == 0)
        return NOT_FOUND;
    struct view_rules v = {.name = name, .reason = TEXT(""), .draft_words = TEXT("")};
    page_rule_begun(r, &v);
    return page_rules_show(r, out, &v);
}
