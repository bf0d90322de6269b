#include "ledger/desk/tools.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"
#include "ledger/audit/audit.h"
#include "ledger/desk/paymaster.h"
#include "ledger/log/tile.h"
#include "schema/book.h"
#include "schema/statement.h"

enum { PROGRESS_AFTER_US = 2000000, PERIODS_MOST = 1200 };

/* Progress on standard error for what takes longer than two seconds, at most twice a second. */
static void progress_show(uint64_t done, uint64_t all)
{
    static int64_t start_us, shown_us;
    int64_t now_us = clock_steady_us();
    if (start_us == 0)
        start_us = now_us;
    if (now_us - start_us < PROGRESS_AFTER_US || now_us - shown_us < 500000)
        return;
    shown_us = now_us;
    fprintf(stderr, "%llu of %llu leaves\n", (unsigned long long)done, (unsigned long long)all);
}

int tool_verify(void)
{
    struct audit_report report;
    enum result result = audit_run(&report, progress_show);
    if (result == OK && report.check == NULL) {
        printf("sound: %llu leaves, %llu accounts, %llu transfers, checkpoint of %llu, "
               "%llu anchors of the journal%s, witnesses saw %llu%s\n",
               (unsigned long long)report.leaves, (unsigned long long)report.accounts,
               (unsigned long long)report.transfers, (unsigned long long)report.checkpoint_size,
               (unsigned long long)report.anchors,
               report.anchors_checked ? "" : " (no journal here to compare with)",
               (unsigned long long)report.cosigned,
               report.vault_checked ? ", the vault is as it was written" : "");
        return 0;
    }
    if (report.leaf >= 0)
        fprintf(stderr, "not sound: leaf %lld: %s: %s\n", (long long)report.leaf, report.check,
                report.what);
    else
        fprintf(stderr, "not sound: %s: %s\n", report.check, report.what);
    return 1;
}

int tool_replay(void)
{
    static struct paymaster paymaster;
    struct vault_periods_row *rows;
    size_t count = 0;
    int64_t payments = 0, differ = 0, periods = 0;
    enum result result = paymaster_open_reading(&paymaster, true);
    if (result == OK)
        result = vault_periods(paymaster.vault, &paymaster.arena, PERIODS_MOST, &rows, &count);
    for (size_t i = count; i > 0 && result == OK; i--)
        if (rows[i - 1].state == 3) {
            periods++;
            result = close_replay(&paymaster, rows[i - 1].name, &payments, &differ);
        }
    paymaster_close(&paymaster);
    if (result != OK) {
        trace_fail("replay", "result=%s", result_name(result));
        return 1;
    }
    printf("%lld periods, %lld payments, %lld differ\n", (long long)periods, (long long)payments,
           (long long)differ);
    return differ == 0 ? 0 : 1;
}

/* --- rebuild and digest --- */

static int digest_print(const char *name, const struct store *store)
{
    struct db *db;
    uint8_t digest[32];
    int64_t rows;
    enum result result = db_open(&db, store, conf_store(name), ROLE_PAYMASTER, DB_READ, 0);
    if (result == OK) {
        result = db_content_digest(db, NULL, digest, &rows);
        db_close(db);
    }
    if (result != OK) {
        trace_fail("digest", "store=%s result=%s", name, result_name(result));
        return 1;
    }
    printf("%s\t%lld\t", name, (long long)rows);
    for (size_t i = 0; i < sizeof digest; i++)
        printf("%02x", digest[i]);
    putchar('\n');
    return 0;
}

int tool_digest(void)
{
    int failed = digest_print("book", &book_store);
    return digest_print("statement", &statement_store) | failed;
}

static void side_path(char out[4096], const char *name, const char *end)
{
    snprintf(out, 4096, "%s.fresh%s", conf_store(name), end);
}

static void side_remove(const char *name)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[4096];
    for (size_t i = 0; i < 3; i++) {
        side_path(path, name, ends[i]);
        (void)unlink(path);
    }
}

/* The fresh file under the old one's name; the old one's log and index of it are of no use to it.
 */
static enum result side_rename(const char *name)
{
    char fresh[4096], old[4096];
    side_path(fresh, name, "");
    snprintf(old, sizeof old, "%s-wal", conf_store(name));
    (void)unlink(old);
    snprintf(old, sizeof old, "%s-shm", conf_store(name));
    (void)unlink(old);
    return rename(fresh, conf_store(name)) == 0 ? OK : BUSY;
}

static void book_progress(int64_t seq)
{
    progress_show((uint64_t)seq, (uint64_t)seq);
}

/* The tiles up to the latest checkpoint, all of them: what is there already is written again as it
 * was. */
static enum result tiles_make(struct paymaster *paymaster)
{
    struct tree_source source = book_source(&paymaster->writer.book);
    struct vault_checkpoint_last_row last;
    enum result result = vault_checkpoint_last(paymaster->vault, &paymaster->arena, &last);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    return tile_write(conf_path("public"), &source, 0, (uint64_t)last.size);
}

/* Fold ledger into book, then ledger, vault and journal into statements, both into files beside. */
static enum result folds_make(struct paymaster *paymaster)
{
    char path[4096];
    enum result result = log_open(&paymaster->journal, "journal", LOG_READ, 0);
    if (result == OK)
        result = log_open(&paymaster->ledger, "ledger", LOG_READ, 0);
    if (result == OK)
        result = db_open(&paymaster->vault, &vault_store, conf_store("vault"), ROLE_PAYMASTER,
                         DB_READ, 0);
    side_path(path, "book", "");
    if (result == OK)
        result = db_open(&paymaster->book, &book_store, path, ROLE_PAYMASTER, DB_FOLD, 0);
    side_path(path, "statement", "");
    if (result == OK)
        result = db_open(&paymaster->statement, &statement_store, path, ROLE_PAYMASTER, DB_FOLD, 0);
    if (result == OK)
        result = paymaster_keys(paymaster, false);
    if (result == OK)
        result = book_open(&paymaster->writer.book, paymaster->book, paymaster->ledger, NULL,
                           &paymaster->book_arena);
    if (result == OK)
        result = book_catch_up(&paymaster->writer.book, book_progress);
    if (result == OK)
        result = statement_catch_up(paymaster);
    if (result == OK)
        result = tiles_make(paymaster);
    if (result == OK) {
        db_checkpoint(paymaster->book, true);
        db_checkpoint(paymaster->statement, true);
    }
    return result;
}

int tool_rebuild(void)
{
    static struct paymaster paymaster;
    paymaster = (struct paymaster){.signer = {.fd = -1}};
    paymaster_arenas_open(&paymaster);
    side_remove("book");
    side_remove("statement");
    enum result result = folds_make(&paymaster);
    paymaster_close(&paymaster);
    if (result == OK)
        result = side_rename("book");
    if (result == OK)
        result = side_rename("statement");
    side_remove("book");
    side_remove("statement");
    if (result != OK)
        trace_fail("rebuild", "result=%s", result_name(result));
    return result == OK ? 0 : 1;
}
