#include <stdio.h>

#include "core/conf.h"
#include "core/trace.h"
#include "ledger/desk/paymaster.h"
#include "ledger/log/table.h"
#include "ledger/desk/tools.h"

/* What an auditor who has the journal needs besides the openings, to choose payees again: the lines
 * that ledger/audit/audit_choice.h reads. It says who earned what, by members' numbers: for
 * auditors alone. */

enum { PAGE = 1000, PERIODS_MOST = 1200, CAMPAIGNS_MOST = 100000 };

static void pair_print(const char *what, struct bytes of, int64_t number)
{
    printf("%s\t", what);
    for (size_t i = 0; i < of.size; i++)
        printf("%02x", of.data[i]);
    printf("\t%lld\n", (long long)number);
}

static enum result script_print(struct paymaster *paymaster, const uint8_t sha256[32])
{
    struct vault_rule_by_hash_row rule;
    struct buf line;
    enum result result =
        vault_rule_by_hash(paymaster->vault, &paymaster->arena, bytes_of(sha256, 32), &rule);
    if (result != OK)
        return result;
    buf_open(&line, &paymaster->arena, rule.script.size * 2 + 128);
    buf_format(&line, "script\t");
    buf_hex(&line, bytes_of(sha256, 32));
    buf_char(&line, '\t');
    buf_base64(&line, text_bytes(rule.script));
    printf("%.*s\n", (int)line.size, line.data);
    return OK;
}

/* From where on an opened earmark holds, and once the script that chooses for it. */
static enum result earmark_print(struct paymaster *paymaster, const struct log_entry *entry,
                                 struct table *scripts)
{
    struct vault_earmark_at_leaf_row row;
    struct bytes opened;
    struct earmark terms;
    const char *why;
    struct leaf leaf;
    bool fresh;
    if (leaf_decode(entry->body, &leaf, NULL) != OK)
        return BROKEN;
    if (leaf.kind != LEAF_COMMITMENT)
        return OK;
    enum result result =
        vault_earmark_at_leaf(paymaster->vault, &paymaster->arena, (int64_t)leaf.seq, &row);
    if (result != OK || row.period.data == NULL)
        return result == NOT_FOUND ? OK : result;
    result = earmark_open(paymaster, &paymaster->arena, row.sealed, bytes_of(leaf.commitment, 32),
                          &opened, &terms, &why);
    if (result != OK)
        return result;
    printf("earmark\t%llu\t%lld\n", (unsigned long long)leaf.seq, (long long)row.journal_seq);
    if (!terms.by.script)
        return OK;
    (void)table_put(scripts, terms.by.sha256, &fresh);
    return fresh ? script_print(paymaster, terms.by.sha256) : OK;
}

/* Whose the accounts are that this month's rewards went to. */
static enum result accounts_print(struct paymaster *paymaster, struct text period,
                                  struct table *members)
{
    struct vault_payouts_row *rows;
    size_t count;
    enum result result = vault_payouts(paymaster->vault, &paymaster->arena, period, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        uint8_t id[16];
        bool fresh;
        account_member(&paymaster->key, rows[i].member, id);
        (void)table_put(members, id, &fresh);
        if (fresh)
            pair_print("account", bytes_of(id, 16), rows[i].member);
    }
    return result;
}

/* The months whose commitments are open, and who was paid in them. */
static enum result months_print(struct paymaster *paymaster, int64_t limit)
{
    struct vault_periods_row *rows;
    struct table members = {0};
    size_t count;
    enum result result =
        vault_periods(paymaster->vault, &paymaster->arena, PERIODS_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct vault_period_find_row row;
        size_t mark = paymaster->arena.used;
        if (rows[i].state != 3 || rows[i].first_leaf > limit)
            continue;
        result = vault_period_find(paymaster->vault, &paymaster->arena, rows[i].name, &row);
        if (result != OK)
            break;
        printf("month\t%.*s\t%lld\n", (int)rows[i].name.size, rows[i].name.data,
               (long long)(row.has_audience ? row.audience : -conf_int("earmark.audience")));
        result = accounts_print(paymaster, rows[i].name, &members);
        arena_reset(&paymaster->arena, mark);
    }
    table_close(&members);
    return result;
}

static enum result campaigns_print(struct paymaster *paymaster)
{
    struct vault_campaigns_of_row *rows;
    size_t count;
    enum result result =
        vault_campaigns_of(paymaster->vault, &paymaster->arena, 0, CAMPAIGNS_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct vault_campaign_find_row row;
        result = vault_campaign_find(paymaster->vault, &paymaster->arena, rows[i].id, &row);
        if (result == OK)
            pair_print("campaign", rows[i].id, row.sponsor);
    }
    return result;
}

int tool_selection(void)
{
    static struct paymaster paymaster;
    struct table scripts = {0};
    int64_t limit = 0, after = 0;
    enum result result = paymaster_open_reading(&paymaster, true);
    if (result == OK)
        result = openings_limit(&paymaster, &limit);
    if (result == OK)
        result = months_print(&paymaster, limit);
    if (result == OK)
        result = campaigns_print(&paymaster);
    for (size_t count = 1; result == OK && count > 0 && after < limit;) {
        struct log_entry *entries;
        arena_reset(&paymaster.arena, 0);
        result = log_read(paymaster.ledger, &paymaster.arena, after, PAGE, &entries, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = entries[i].seq;
            if (after <= limit)
                result = earmark_print(&paymaster, &entries[i], &scripts);
        }
    }
    if (result != OK)
        trace_fail("selection", "result=%s", result_name(result));
    table_close(&scripts);
    paymaster_close(&paymaster);
    return result == OK ? 0 : 1;
}
