#include "core/trace.h"
#include "ledger/desk/paymaster.h"
#include "schema/common.h"
#include "schema/statement.h"

/* statement.db's second part: what became of a member's money after the month that earned it. Items
 * of bank batches, rewards taken back, rewards whose payee the maker knows and objections, in the
 * order in which the vault numbers their changes; the cursors "rail", "reversal", "unblinding",
 * "payee" and "objection" say how far. And what the rule of pay for votes that is in force says of
 * a day, the same for everybody. */

enum { PAGE = 500 };

static enum result cursor_of(struct paymaster *paymaster, const char *name, int64_t *seq)
{
    struct common_cursor_get_row cursor = {0};
    enum result result =
        common_cursor_get(paymaster->statement, &paymaster->arena, text_of(name), &cursor);
    *seq = cursor.seq;
    return result == NOT_FOUND ? OK : result;
}

static enum result items_take(struct paymaster *paymaster, size_t *count)
{
    struct vault_rail_items_changed_row *rows;
    int64_t after;
    enum result result = cursor_of(paymaster, "rail", &after);
    if (result == OK)
        result = vault_rail_items_changed(paymaster->vault, &paymaster->arena, after, PAGE, &rows,
                                          count);
    for (size_t i = 0; result == OK && i < *count; i++) {
        after = rows[i].changed;
        result = statement_outgoing_put(
            paymaster->statement, rows[i].transfer, rows[i].member, rows[i].cents, rows[i].withheld,
            rows[i].state, rows[i].batch, rows[i].since_ms, rows[i].changed_ms, rows[i].reason);
    }
    return result == OK && *count > 0 ? common_cursor_set(paymaster->statement, TEXT("rail"), after)
                                      : result;
}

static enum result reversals_take(struct paymaster *paymaster, size_t *count)
{
    struct vault_reversals_after_row *rows;
    int64_t after;
    enum result result = cursor_of(paymaster, "reversal", &after);
    if (result == OK)
        result =
            vault_reversals_after(paymaster->vault, &paymaster->arena, after, PAGE, &rows, count);
    for (size_t i = 0; result == OK && i < *count; i++) {
        after = rows[i].number;
        result = statement_reversal_put(paymaster->statement, rows[i].payment, rows[i].why,
                                        rows[i].at_ms, rows[i].leaf_seq);
    }
    return result == OK && *count > 0
               ? common_cursor_set(paymaster->statement, TEXT("reversal"), after)
               : result;
}

static enum result unblindings_take(struct paymaster *paymaster, size_t *count)
{
    struct vault_unblindings_after_row *rows;
    int64_t after;
    enum result result = cursor_of(paymaster, "unblinding", &after);
    if (result == OK)
        result =
            vault_unblindings_after(paymaster->vault, &paymaster->arena, after, PAGE, &rows, count);
    for (size_t i = 0; result == OK && i < *count; i++) {
        after = rows[i].number;
        result = statement_unblinding_put(paymaster->statement, rows[i].payment, rows[i].reason,
                                          rows[i].at_ms, rows[i].leaf_seq);
    }
    return result == OK && *count > 0
               ? common_cursor_set(paymaster->statement, TEXT("unblinding"), after)
               : result;
}

static enum result payees_take(struct paymaster *paymaster, size_t *count)
{
    struct vault_payees_changed_row *rows;
    int64_t after;
    enum result result = cursor_of(paymaster, "payee", &after);
    if (result == OK)
        result =
            vault_payees_changed(paymaster->vault, &paymaster->arena, after, PAGE, &rows, count);
    for (size_t i = 0; result == OK && i < *count; i++) {
        after = rows[i].changed;
        result = statement_payee_put(paymaster->statement, rows[i].member, rows[i].rail,
                                     rows[i].charity, rows[i].form, rows[i].asked_ms);
    }
    return result == OK && *count > 0
               ? common_cursor_set(paymaster->statement, TEXT("payee"), after)
               : result;
}

static enum result objections_take(struct paymaster *paymaster, size_t *count)
{
    struct vault_objections_changed_row *rows;
    int64_t after;
    enum result result = cursor_of(paymaster, "objection", &after);
    if (result == OK)
        result = vault_objections_changed(paymaster->vault, &paymaster->arena, after, PAGE, &rows,
                                          count);
    for (size_t i = 0; result == OK && i < *count; i++) {
        after = rows[i].changed;
        result = statement_objection_put(paymaster->statement, rows[i].member, rows[i].period,
                                         rows[i].state, rows[i].at_ms, rows[i].why, rows[i].paid);
    }
    return result == OK && *count > 0
               ? common_cursor_set(paymaster->statement, TEXT("objection"), after)
               : result;
}

static enum result allowance_take(struct paymaster *paymaster)
{
    struct vault_rule_current_row rule;
    struct statement_allowance_get_row had;
    int64_t votes;
    enum result result =
        vault_rule_current(paymaster->vault, &paymaster->arena, TEXT("reward/vote"), &rule);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    result = statement_allowance_get(paymaster->statement, &paymaster->arena, &had);
    if (result != NOT_FOUND && (result != OK || had.rule == rule.id))
        return result;
    result = reward_rule_day_most(&paymaster->arena, rule.name, rule.script, &votes);
    return result == OK ? statement_allowance_put(paymaster->statement, rule.id, votes) : result;
}

enum result moved_catch_up(struct paymaster *paymaster)
{
    enum result result = OK;
    for (size_t items = 1, reversals = 1, unblindings = 1, payees = 1, objections = 1;
         result == OK && items + reversals + unblindings + payees + objections > 0;) {
        size_t mark = paymaster->arena.used;
        result = db_begin(paymaster->statement);
        if (result != OK)
            return result;
        result = items_take(paymaster, &items);
        if (result == OK)
            result = reversals_take(paymaster, &reversals);
        if (result == OK)
            result = unblindings_take(paymaster, &unblindings);
        if (result == OK)
            result = payees_take(paymaster, &payees);
        if (result == OK)
            result = objections_take(paymaster, &objections);
        if (result == OK)
            result = allowance_take(paymaster);
        if (result == OK)
            result = db_commit(paymaster->statement);
        else
            db_rollback(paymaster->statement);
        arena_reset(&paymaster->arena, mark);
    }
    if (result != OK)
        trace_fail("statement", "money moved: result=%s", result_name(result));
    return result;
}
