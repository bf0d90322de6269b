#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/trace.h"
#include "ledger/log/account.h"
#include "ledger/audit/audit_fold.h"
#include "ledger/ledger.h"
#include "ledger/desk/tools.h"

/* The books in three dialects of plain-text accounting, for judges that share nothing with us. Only
 * what is posted: holds move no money. Accounts carry the first 12 hex digits of their keyed id;
 * two that share these stop the export rather than being joined. */

enum dialect { DIALECT_HLEDGER, DIALECT_LEDGER, DIALECT_BEANCOUNT };
enum { PAGE = 1000, ARENA = 16 * 1024 * 1024, DAY_S = 24 * 60 * 60 };

struct exporter {
    enum dialect dialect;
    struct arena arena;
    struct log *log;
    struct audit_fold fold;
    struct table names;
    uint64_t last_s;
};

static void account_print(const uint8_t id[16], uint32_t code)
{
    static const char *const roots[] = {
        [ACCOUNT_BANK] = "Assets:Bank",
        [ACCOUNT_ESCROW] = "Liabilities:Escrow",
        [ACCOUNT_MEMBER] = "Liabilities:Member",
        [ACCOUNT_TRANSIT] = "Liabilities:Transit",
        [ACCOUNT_FEE] = "Expenses:Fee",
        [ACCOUNT_ADJUSTMENT] = "Equity:Adjustment",
        [ACCOUNT_WITHHELD] = "Liabilities:Withheld",
        [ACCOUNT_BLINDED] = "Equity:Memo:Blinded",
        [ACCOUNT_NAMED] = "Equity:Memo:Named",
    };
    bool known = code > 0 && code < sizeof roots / sizeof roots[0];
    printf("%s:X", known ? roots[code] : "Equity:Other");
    for (size_t i = 0; i < 6; i++)
        printf("%02X", id[i]);
}

static void day_print(uint64_t at_s, char separator)
{
    struct arena arena;
    arena_open(&arena, 4096);
    struct text iso = clock_iso(&arena, (int64_t)at_s * 1000);
    for (size_t i = 0; i < 10; i++)
        putchar(iso.data[i] == '-' ? separator : iso.data[i]);
    arena_close(&arena);
}

/* Until when its maker may not know of whom a reward went to, as a tag of the transaction. */
static void blind_until_print(const struct exporter *exporter, uint64_t at_s)
{
    int64_t until_ms = ledger_blind_until_ms((int64_t)at_s * 1000) - 1;
    printf(exporter->dialect == DIALECT_BEANCOUNT ? "  blind_until: " : "  ; blind_until: ");
    day_print((uint64_t)until_ms / 1000, '-');
    putchar('\n');
}

static void amount_print(int64_t amount, uint8_t exponent, const char currency[3])
{
    uint64_t unit = 1, whole = amount < 0 ? (uint64_t)-amount : (uint64_t)amount;
    for (uint8_t i = 0; i < exponent; i++)
        unit *= 10;
    printf("%s%llu", amount < 0 ? "-" : "", (unsigned long long)(whole / unit));
    if (exponent > 0)
        printf(".%0*llu", exponent, (unsigned long long)(whole % unit));
    printf(" %.3s", currency);
}

static void posting_print(const struct audit_account *account, int64_t amount)
{
    printf("  ");
    account_print(account->id, account->code);
    printf("  ");
    amount_print(amount, account->exponent, account->currency);
    putchar('\n');
}

static enum result account_export(struct exporter *exporter, const struct leaf *leaf)
{
    uint8_t key[16] = {0};
    bool fresh;
    memcpy(key, leaf->account.id, 6);
    memcpy(key + 8, &leaf->account.code, 4);
    (void)table_put(&exporter->names, key, &fresh);
    if (!fresh) {
        trace_fail("export", "leaf=%llu two accounts would have one name",
                   (unsigned long long)leaf->seq);
        return INVALID;
    }
    if (exporter->dialect == DIALECT_BEANCOUNT) {
        day_print(leaf->tick, '-');
        printf(" open ");
    } else {
        printf("account ");
    }
    account_print(leaf->account.id, leaf->account.code);
    if (exporter->dialect == DIALECT_BEANCOUNT)
        printf(" %.3s", leaf->account.currency);
    printf("\n\n");
    return OK;
}

static void transfer_export(struct exporter *exporter, const struct leaf *leaf)
{
    const struct leaf_transfer *transfer = &leaf->transfer;
    size_t debit = table_find(&exporter->fold.account_ids, transfer->debit);
    size_t credit = table_find(&exporter->fold.account_ids, transfer->credit);
    bool beancount = exporter->dialect == DIALECT_BEANCOUNT;
    if (leaf->flags == TRANSFER_PENDING || leaf->flags == TRANSFER_VOID)
        return;
    day_print(leaf->tick, '-');
    printf(beancount ? " * \"%s %llu\"\n" : " * (%2$llu) %1$s\n",
           transfer_code_name(transfer->code), (unsigned long long)leaf->seq);
    /* What makes a reward good comes out of escrow too; what takes one back does not. */
    if (transfer->code == TRANSFER_REWARD ||
        (transfer->code == TRANSFER_CORRECTION &&
         exporter->fold.accounts[debit].code == ACCOUNT_ESCROW))
        blind_until_print(exporter, leaf->tick);
    posting_print(&exporter->fold.accounts[debit], (int64_t)transfer->amount);
    posting_print(&exporter->fold.accounts[credit], -(int64_t)transfer->amount);
    putchar('\n');
}

/* What every account must come to, as assertions the judges check. */
static void balances_export(struct exporter *exporter)
{
    for (size_t i = 0; i < exporter->fold.account_ids.count; i++) {
        const struct audit_account *account = &exporter->fold.accounts[i];
        int64_t balance = account->sums[1] - account->sums[3];
        if (exporter->dialect == DIALECT_BEANCOUNT) {
            day_print(exporter->last_s + DAY_S, '-');
            printf(" balance ");
            account_print(account->id, account->code);
            printf(" ");
            amount_print(balance, account->exponent, account->currency);
        } else {
            if (i == 0) {
                day_print(exporter->last_s, '-');
                printf(" * balances\n");
            }
            printf("  ");
            account_print(account->id, account->code);
            printf("  ");
            amount_print(0, account->exponent, account->currency);
            printf(" = ");
            amount_print(balance, account->exponent, account->currency);
        }
        putchar('\n');
    }
}

static enum result entry_export(struct exporter *exporter, const struct log_entry *entry)
{
    struct leaf leaf;
    const char *why = NULL;
    if (leaf_decode(entry->body, &leaf, &why) != OK ||
        (why = audit_fold_take(&exporter->fold, &leaf)) != NULL) {
        trace_fail("export", "leaf=%lld %s", (long long)entry->seq - 1, why);
        return INVALID;
    }
    exporter->last_s = leaf.tick;
    if (leaf.kind == LEAF_ACCOUNT)
        return account_export(exporter, &leaf);
    if (leaf.kind == LEAF_TRANSFER)
        transfer_export(exporter, &leaf);
    return OK;
}

static enum result all_export(struct exporter *exporter)
{
    int64_t after = 0;
    enum result result = log_open(&exporter->log, "ledger", LOG_READ, 0);
    if (exporter->dialect == DIALECT_BEANCOUNT)
        printf("option \"operating_currency\" \"%s\"\n\n", LEDGER_CURRENCY);
    for (size_t count = 1; result == OK && count > 0;) {
        struct log_entry *entries;
        arena_reset(&exporter->arena, 0);
        result = log_read(exporter->log, &exporter->arena, after, PAGE, &entries, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = entries[i].seq;
            result = entry_export(exporter, &entries[i]);
        }
    }
    if (result == OK)
        balances_export(exporter);
    return result;
}

int tool_export(const char *dialect)
{
    static const char *const dialects[] = {"hledger", "ledger", "beancount"};
    struct exporter exporter = {0};
    int which = 0;
    while (which < 3 && strcmp(dialects[which], dialect) != 0)
        which++;
    if (which == 3)
        return 2;
    exporter.dialect = (enum dialect)which;
    arena_open(&exporter.arena, ARENA);
    enum result result = all_export(&exporter);
    if (result != OK)
        trace_fail("export", "result=%s", result_name(result));
    audit_fold_close(&exporter.fold);
    table_close(&exporter.names);
    log_close(exporter.log);
    arena_close(&exporter.arena);
    return result == OK && fflush(stdout) == 0 ? 0 : 1;
}
