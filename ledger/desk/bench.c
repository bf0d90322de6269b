#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/audit/audit.h"
#include "ledger/desk/paymaster.h"
#include "ledger/log/receipt.h"
#include "ledger/desk/tools.h"
#include "schema/book.h"

/* Measured in a state of its own, on the disk the real one would lie on. Ratios travel, absolute
 * figures do not: fsync_per_s stands beside. */

enum { ACCOUNTS = 1000, SINGLE = 1500, BATCHES = 150, BATCH = 100, FSYNCS = 1500 };
/* What an entry costs in a small ledger and in a large one. */
enum { SMALL = 100000, FILL_BATCH = 1000, RECEIPTS = 2000 };

static void print_rate(const char *name, int64_t count, int64_t us)
{
    printf("%s %.0f 1/s\n", name, us > 0 ? (double)count * 1e6 / (double)us : 0.0);
    fflush(stdout);
}

static int fsync_measure(void)
{
    char block[4096];
    memset(block, 'x', sizeof block);
    int fd = open(conf_path("fsync"), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return 1;
    int64_t start_us = clock_steady_us();
    for (int i = 0; i < FSYNCS; i++)
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block || fsync(fd) != 0)
            break;
    print_rate("fsync_per_s", FSYNCS, clock_steady_us() - start_us);
    close(fd);
    return 0;
}

static void account_id(uint64_t number, uint8_t id[16])
{
    memset(id, 0, 16);
    id[0] = 1;
    memcpy(id + 8, &number, 8);
}

static struct leaf_transfer transfer_of(uint64_t debit, uint64_t credit, uint64_t amount)
{
    struct leaf_transfer transfer = {.amount = amount, .exponent = 2, .code = TRANSFER_REWARD};
    seal_random(transfer.id, sizeof transfer.id);
    account_id(debit, transfer.debit);
    account_id(credit, transfer.credit);
    memcpy(transfer.currency, LEDGER_CURRENCY, 3);
    return transfer;
}

/* Account 0 is a bank; the others start with money in them. */
static enum result accounts_make(struct paymaster *paymaster)
{
    enum result result = writer_begin(&paymaster->writer);
    for (uint64_t i = 0; i < ACCOUNTS && result == OK; i++) {
        uint8_t id[16];
        enum book_answer answer;
        uint64_t seq;
        account_id(i, id);
        struct leaf_account account = account_leaf(i == 0 ? ACCOUNT_BANK : ACCOUNT_MEMBER, id);
        result = writer_account(&paymaster->writer, &account);
        if (result != OK || i == 0)
            continue;
        struct leaf_transfer transfer = transfer_of(0, i, 100000000);
        result = writer_transfer(&paymaster->writer, 0, &transfer, &answer, &seq);
    }
    return result == OK ? writer_commit(&paymaster->writer) : result;
}

static enum result commits_make(struct paymaster *paymaster, int commits, int each)
{
    enum result result = OK;
    for (int i = 0; i < commits && result == OK; i++) {
        result = writer_begin(&paymaster->writer);
        for (int j = 0; j < each && result == OK; j++) {
            uint64_t from = 1 + seal_random_below(ACCOUNTS - 2), seq;
            enum book_answer answer;
            struct leaf_transfer transfer = transfer_of(from, from + 1, 1);
            result = writer_transfer(&paymaster->writer, 0, &transfer, &answer, &seq);
            if (result == OK && answer != BOOK_CREATED)
                result = BROKEN;
        }
        if (result == OK)
            result = writer_commit(&paymaster->writer);
    }
    return result;
}

static enum result verify_measure(struct paymaster *paymaster)
{
    struct audit_report report;
    enum result result = commit_publish(paymaster);
    int64_t start_us = clock_steady_us();
    if (result == OK)
        result = audit_run(&report, NULL);
    if (result == OK && report.check != NULL) {
        trace_fail("bench", "not sound: %s %s", report.check, report.what);
        result = BROKEN;
    }
    if (result == OK)
        print_rate("ledger_verify_per_s", (int64_t)report.leaves, clock_steady_us() - start_us);
    return result;
}

/* What a member's machine does to believe a receipt: signature, inclusion, leaf hash. */
static enum result receipt_measure(struct paymaster *paymaster)
{
    enum { CHECKS = 1000 };
    struct tree_source source = book_source(&paymaster->writer.book);
    struct vault_checkpoint_last_row last;
    struct tree_proof proof;
    struct checkpoint checkpoint;
    struct bytes leaf;
    struct buf receipt;
    uint64_t index;
    const char *why;
    enum result result = vault_checkpoint_last(paymaster->vault, &paymaster->arena, &last);
    if (result == OK)
        result = tree_inclusion(&source, ACCOUNTS, (uint64_t)last.size, &proof);
    if (result == OK)
        result = book_leaf(&paymaster->writer.book, &paymaster->arena, ACCOUNTS, &leaf);
    if (result != OK)
        return result;
    buf_open(&receipt, &paymaster->arena, 4096);
    receipt_write(&receipt, leaf, ACCOUNTS, &proof, last.note);
    int64_t start_us = clock_steady_us();
    for (int i = 0; i < CHECKS && result == OK; i++)
        result = receipt_check(&paymaster->arena, buf_done(&receipt), &paymaster->signer.key, &leaf,
                               &index, &checkpoint, &why);
    printf("ledger_receipt_bytes %zu bytes\nledger_receipt_check %.1f us\n", receipt.size,
           (double)(clock_steady_us() - start_us) / CHECKS);
    return result;
}

static enum result rates_measure(struct paymaster *paymaster)
{
    enum result result = accounts_make(paymaster);
    int64_t start_us = clock_steady_us();
    if (result == OK)
        result = commits_make(paymaster, SINGLE, 1);
    if (result == OK)
        print_rate("ledger_single_per_s", SINGLE, clock_steady_us() - start_us);
    start_us = clock_steady_us();
    if (result == OK)
        result = commits_make(paymaster, BATCHES, BATCH);
    if (result == OK)
        print_rate("ledger_batch_per_s", (int64_t)BATCHES * BATCH, clock_steady_us() - start_us);
    if (result == OK)
        result = verify_measure(paymaster);
    return result == OK ? receipt_measure(paymaster) : result;
}

/* --- growth: the same work at sizes of tenfold steps, by entry --- */

struct cost_us {
    double append, verify, receipt;
};

static enum result fill(struct paymaster *paymaster, uint64_t size)
{
    enum result result = OK;
    int64_t start_us = clock_steady_us();
    uint64_t before = writer_size(&paymaster->writer);
    while (result == OK && writer_size(&paymaster->writer) < size) {
        result = commits_make(paymaster, 1, FILL_BATCH);
        /* As the paymaster does when it is idle. */
        if (writer_size(&paymaster->writer) % (50 * FILL_BATCH) < FILL_BATCH) {
            log_checkpoint(paymaster->ledger);
            db_checkpoint(paymaster->book, false);
        }
    }
    fprintf(stderr, "%llu entries more, %.0f a second\n",
            (unsigned long long)(writer_size(&paymaster->writer) - before),
            (double)(writer_size(&paymaster->writer) - before) * 1e6 /
                (double)(clock_steady_us() - start_us + 1));
    return result;
}

/* Receipts of leaves anywhere in the ledger, under the latest checkpoint. */
static enum result receipts_make(struct paymaster *paymaster)
{
    struct tree_source source = book_source(&paymaster->writer.book);
    struct vault_checkpoint_last_row last;
    struct tree_proof proof;
    struct bytes leaf;
    struct buf receipt;
    enum result result = vault_checkpoint_last(paymaster->vault, &paymaster->arena, &last);
    for (int i = 0; i < RECEIPTS && result == OK; i++) {
        size_t mark = paymaster->arena.used;
        uint64_t index = seal_random_below((uint64_t)last.size);
        result = tree_inclusion(&source, index, (uint64_t)last.size, &proof);
        if (result == OK)
            result = book_leaf(&paymaster->writer.book, &paymaster->arena, index, &leaf);
        if (result == OK) {
            buf_open(&receipt, &paymaster->arena, 4096);
            receipt_write(&receipt, leaf, index, &proof, last.note);
        }
        arena_reset(&paymaster->arena, mark);
    }
    return result;
}

static enum result cost_measure(struct paymaster *paymaster, uint64_t size, struct cost_us *cost)
{
    struct audit_report report = {.check = NULL};
    enum result result = fill(paymaster, size);
    if (result == OK)
        result = commit_publish(paymaster);
    int64_t start_us = clock_steady_us();
    if (result == OK)
        result = audit_run(&report, NULL);
    if (result == OK && report.check != NULL)
        result = BROKEN;
    cost->verify = (double)(clock_steady_us() - start_us) / (double)(report.leaves + 1);
    start_us = clock_steady_us();
    if (result == OK)
        result = receipts_make(paymaster);
    cost->receipt = (double)(clock_steady_us() - start_us) / RECEIPTS;
    start_us = clock_steady_us();
    if (result == OK)
        result = commits_make(paymaster, BATCHES, BATCH);
    cost->append = (double)(clock_steady_us() - start_us) / (BATCHES * BATCH);
    printf("ledger_append_at_%llu %.2f us\nledger_verify_at_%llu %.2f us\n"
           "ledger_receipt_at_%llu %.2f us\n",
           (unsigned long long)size, cost->append, (unsigned long long)size, cost->verify,
           (unsigned long long)size, cost->receipt);
    return result;
}

/* At 100,000 entries, at ten times as many, and so on up to `size`. */
static enum result growth_measure(struct paymaster *paymaster, uint64_t size)
{
    struct cost_us small, large;
    enum result result = cost_measure(paymaster, SMALL, &small);
    for (uint64_t next = SMALL; next < size && result == OK;) {
        next = next * 10 < size ? next * 10 : size;
        result = cost_measure(paymaster, next, &large);
    }
    if (result == OK)
        printf("ledger_append_growth %.2f x\nledger_verify_growth %.2f x\n"
               "ledger_receipt_growth %.2f x\n",
               large.append / small.append, large.verify / small.verify,
               large.receipt / small.receipt);
    return result;
}

int tool_bench(const char *leaves)
{
    char *end = NULL;
    unsigned long long size = leaves == NULL ? 0 : strtoull(leaves, &end, 10);
    if (leaves != NULL && (*end != '\0' || size <= SMALL)) {
        fprintf(stderr, "bench: LEAVES is a number above %d\n", SMALL);
        return 2;
    }
    static struct paymaster paymaster;
    int failed = fsync_measure();
    (void)unlink(conf_path("fsync"));
    struct log *journal = NULL; /* empty: the paymaster follows one */
    enum result result = log_open(&journal, "journal", LOG_APPEND, 0);
    log_close(journal);
    if (result == OK)
        result = paymaster_open(&paymaster);
    if (result == OK)
        result = rates_measure(&paymaster);
    if (result == OK && leaves != NULL)
        result = growth_measure(&paymaster, size);
    paymaster_close(&paymaster);
    if (result != OK)
        trace_fail("bench", "result=%s", result_name(result));
    return result == OK && !failed ? 0 : 1;
}
