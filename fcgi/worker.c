#include "fcgi/worker.h"

#include <assert.h>
#include <sys/stat.h>

#include "core/conf.h"
#include "core/db.h"
#include "core/trace.h"
#include "schema/board.h"
#include "schema/pad.h"
#include "schema/pubmed.h"
#include "schema/rank.h"
#include "schema/release.h"
#include "schema/signal.h"
#include "schema/statement.h"
#include "schema/vocab.h"

enum { ARENA_SIZE = 16 * 1024 * 1024, CALL_WAIT_MS = 5000, KIB = 1024 };

static const struct store *const stores[WEB_STORES] = {
    [WEB_BOARD] = &board_store,
    [WEB_RANK] = &rank_store,
    [WEB_STATEMENT] = &statement_store,
    [WEB_RELEASE] = &release_store,
    [WEB_PAD] = &pad_store,
    [WEB_PUBMED] = &pubmed_store,
    [WEB_VOCAB] = &vocab_store,
    [WEB_SIGNAL] = &signal_store,
};
#define BIT(store) (1u << (store))
/* There only once an operator has imported something; pages do without. */
static const uint32_t optional = BIT(WEB_PUBMED) | BIT(WEB_VOCAB);
/* The walls between the pools (design.md, Programs): what each may read at all. */
static const struct {
    enum role role;
    uint32_t stores;
} rights[POOL_COUNT] = {
    [POOL_LOGIN] = {ROLE_WEB_LOGIN, BIT(WEB_BOARD)},
    [POOL_MEMBER] = {ROLE_WEB_MEMBER, BIT(WEB_BOARD) | BIT(WEB_RANK) | BIT(WEB_STATEMENT) |
                                          BIT(WEB_PAD) | BIT(WEB_PUBMED) | BIT(WEB_VOCAB)},
    [POOL_SPONSOR] = {ROLE_WEB_SPONSOR, BIT(WEB_BOARD) | BIT(WEB_RELEASE)},
    [POOL_ADMIN] = {ROLE_WEB_ADMIN, BIT(WEB_BOARD) | BIT(WEB_RANK) | BIT(WEB_STATEMENT) |
                                        BIT(WEB_PUBMED) | BIT(WEB_SIGNAL) | BIT(WEB_PAD)},
};

static const char *store_path(size_t store)
{
    return conf_path("%s/%s.db", stores[store]->name, stores[store]->name);
}

static bool store_stat(size_t store, struct stat *status)
{
    return stat(store_path(store), status) == 0;
}

static void store_open(struct worker *worker, size_t store)
{
    struct stat status;
    if (!store_stat(store, &status))
        return;
    enum result result = db_open(&worker->stores[store], stores[store], store_path(store),
                                 rights[worker->pool].role, DB_READ, 0);
    if (result == OK)
        worker->files[store] = status.st_ino;
    else if (result != BUSY) /* its writer is making it just now */
        trace_warn("store", "%s is not open: %s", stores[store]->name, result_name(result));
}

bool worker_complete(struct worker *worker)
{
    for (size_t i = 0; i < WEB_STORES; i++)
        if ((worker->store_mask >> i & 1) && !worker->stores[i])
            store_open(worker, i);
    return worker_is_whole(worker);
}

void worker_open(struct worker *worker, enum pool pool)
{
    *worker = (struct worker){
        .pool = pool,
        .store_mask = rights[pool].stores,
        .clerk = {.program = "clerk", .fd = -1, .wait_ms = CALL_WAIT_MS},
        .paymaster = {.program = "paymaster", .fd = -1, .wait_ms = CALL_WAIT_MS},
        .ranker = {.program = "ranker", .fd = -1, .wait_ms = CALL_WAIT_MS},
    };
    arena_open(&worker->arena, ARENA_SIZE);
    (void)worker_complete(worker);
    worker->kept = kept_open((size_t)conf_int("web.kept_mib") * KIB * KIB);
    worker->rates = rates_open();
    if (route_hooks.open)
        route_hooks.open(&worker->pages, pool, worker->stores[WEB_BOARD]);
}

void worker_close(struct worker *worker)
{
    for (size_t i = 0; i < WEB_STORES; i++)
        if (worker->stores[i])
            db_close(worker->stores[i]);
    caller_close(&worker->clerk);
    caller_close(&worker->paymaster);
    caller_close(&worker->ranker);
    rates_close(worker->rates);
    kept_close(worker->kept);
    arena_close(&worker->arena);
}

bool worker_is_whole(const struct worker *worker)
{
    for (size_t i = 0; i < WEB_STORES; i++)
        if (((worker->store_mask & ~optional) >> i & 1) && !worker->stores[i])
            return false;
    return true;
}

bool worker_is_stale(const struct worker *worker)
{
    for (size_t i = 0; i < WEB_STORES; i++) {
        struct stat status;
        if ((worker->store_mask >> i & 1) && store_stat(i, &status) &&
            status.st_ino != worker->files[i])
            return true;
    }
    return false;
}

size_t worker_folders(const struct worker *worker, const char *folders[WEB_STORES])
{
    size_t count = 0;
    for (size_t i = 0; i < WEB_STORES; i++) {
        const char *folder = conf_path("%s", stores[i]->name);
        struct stat status;
        if ((worker->store_mask >> i & 1) && stat(folder, &status) == 0)
            folders[count++] = folder;
    }
    return count;
}
