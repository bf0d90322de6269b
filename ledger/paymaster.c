/* curbside-paymaster: follows the journal, answers sponsors' and admins' commands, commits at a
 * fixed pace and closes periods (`serve`); and the ledger's verbs around it. */
#include "ledger/desk/paymaster.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alive.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/socket.h"
#include "core/trace.h"
#include "ledger/reward/breaker.h"
#include "ledger/reward/month_trial.h"
#include "ledger/payout/payout.h"
#include "ledger/close/preview.h"
#include "ledger/desk/proposal.h"
#include "ledger/earmark/refund.h"
#include "ledger/desk/tools.h"

enum { BATCH_MOST = 32, WAIT_MS = 250, CLOSE_SLICE_MS = 200, RETRY_MS = 5000, LOOK_MS = 500 };

static volatile sig_atomic_t stopping;

static void stop(int number)
{
    (void)number;
    stopping = 1;
}

/* --- serving --- */

/* Whether there may be something to say beside the result. */
static bool said(enum result result)
{
    return result == OK || result == INVALID || result == CONFLICT;
}

static void commands_answer(struct paymaster *paymaster, struct server *server)
{
    static struct arena messages_arena;
    struct server_message messages[BATCH_MOST];
    bool other = false;
    if (messages_arena.block == NULL)
        arena_open(&messages_arena, (size_t)BATCH_MOST * (SOCKET_MESSAGE_MAX + 4096));
    arena_reset(&messages_arena, 0);
    bool busy = paymaster->close != NULL || preview_runs(paymaster) || month_trial_runs(paymaster);
    size_t count =
        server_wait(server, &messages_arena, busy ? 0 : WAIT_MS, messages, BATCH_MOST, &other);
    /* Sessions first: a sponsor who just signed in must be known. */
    enum result followed = vault_follow(paymaster);
    if (followed == OK && paymaster->told_moved) {
        paymaster->told_moved = false;
        followed = moved_catch_up(paymaster);
    }
    for (size_t i = 0; i < count; i++) {
        struct buf reply;
        arena_reset(&paymaster->arena, 0);
        buf_open(&reply, &paymaster->arena, 4096);
        enum result result = followed;
        if (result == OK)
            result = paymaster_command(paymaster, messages[i].body, messages[i].operator_, &reply);
        server_answer(server, messages[i].client, result,
                      said(result) ? buf_done(&reply) : TEXT(""));
    }
    arena_reset(&paymaster->arena, 0);
}

/* The batch of the tick, and after it the close of a month that is over. */
static enum result times_do(struct paymaster *paymaster)
{
    bool closed;
    struct text name;
    int64_t start_ms;
    enum result result;
    uint64_t tick_s = (uint64_t)paymaster->writer.tick_s;
    uint64_t now_s = (uint64_t)(clock_now_ms() / 1000);
    if (paymaster->close != NULL) {
        result = close_run(paymaster, CLOSE_SLICE_MS, &closed);
        return result == CONFLICT ? OK : result; /* it waits for two admins */
    }
    if (now_s - now_s % tick_s <= paymaster->last_tick)
        return OK;
    paymaster->last_tick = now_s - now_s % tick_s;
    result = commit_tick(paymaster);
    if (result == OK)
        result = payout_expire(paymaster);
    if (result == OK)
        result = proposal_expire(paymaster);
    if (result == OK)
        result = refunds_due(paymaster);
    if (result == OK)
        result = breaker_look(paymaster);
    if (result != OK || conf_int("ledger.close_alone") == 0)
        return result;
    result = close_due(paymaster, &paymaster->arena, &name, &start_ms);
    if (result == OK)
        result = close_start(paymaster, name, &closed);
    return result == NOT_FOUND || result == CONFLICT ? OK : result;
}

/* Whether STATE/cosigned/checkpoint is another than the last time. */
static bool cosigned_changed(void)
{
    static struct timespec last;
    struct stat file;
    if (stat(conf_path("cosigned/checkpoint"), &file) != 0 ||
        (file.st_mtim.tv_sec == last.tv_sec && file.st_mtim.tv_nsec == last.tv_nsec))
        return false;
    last = file.st_mtim;
    return true;
}

/* A proposed rule on closed months, when nothing else is to be done. What cannot be done now must
 * hold up nothing. */
static void months_try(struct paymaster *paymaster, int64_t *again_us)
{
    bool idle = true;
    if (paymaster->close != NULL || preview_runs(paymaster) ||
        (!month_trial_runs(paymaster) && clock_steady_us() < *again_us))
        return;
    enum result result = month_trial_step(paymaster, &idle);
    if (result != OK && result != BUSY)
        trace_fail("month_trial", "result=%s, trying again", result_name(result));
    if (result != OK)
        *again_us = clock_steady_us() + (int64_t)RETRY_MS * 1000;
    else if (idle)
        *again_us = clock_steady_us() + (int64_t)LOOK_MS * 1000;
}

static enum result serve_loop(struct paymaster *paymaster, struct server *server, int wake)
{
    int64_t retry_us = 0, months_us = 0, idle_us = clock_steady_us();
    while (!stopping) {
        alive_beat();
        commands_answer(paymaster, server);
        if (wake >= 0)
            wake_drain(wake);
        if (clock_steady_us() < retry_us)
            continue;
        enum result result = times_do(paymaster);
        if (result == OK)
            result = preview_step(paymaster);
        if (result == OK && paymaster->confirmed && paymaster->close == NULL) {
            result = proposal_confirmed(paymaster, &paymaster->confirmed);
        }
        if (result == OK && cosigned_changed())
            result = commit_cosigned(paymaster);
        if (result == OK)
            months_try(paymaster, &months_us);
        arena_reset(&paymaster->arena, 0);
        if (result != OK) {
            trace_fail("serve", "result=%s, trying again", result_name(result));
            if (result != BUSY && result != UNKNOWN)
                retry_us = clock_steady_us() + (int64_t)RETRY_MS * 1000;
        }
        if (clock_steady_us() - idle_us > 60 * 1000000LL) {
            idle_us = clock_steady_us();
            log_checkpoint(paymaster->ledger);
            db_checkpoint(paymaster->book, false);
            db_checkpoint(paymaster->vault, false);
            db_checkpoint(paymaster->statement, false);
        }
    }
    return OK;
}

static int serve(void)
{
    static struct paymaster paymaster;
    struct server server;
    struct sigaction action = {.sa_handler = stop};
    int status = 1;
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    enum result result = paymaster_open(&paymaster);
    if (result == OK)
        result = server_open(&server, "paymaster");
    if (result == OK) {
        int wake = wake_listen("paymaster");
        if (wake >= 0)
            server_watch(&server, wake);
        alive_open("paymaster");
        trace_info("start", "leaves=%llu", (unsigned long long)writer_size(&paymaster.writer));
        status = serve_loop(&paymaster, &server, wake) == OK ? 0 : 1;
        server_close(&server);
        if (wake >= 0)
            close(wake);
    } else {
        trace_fail("start", "result=%s", result_name(result));
    }
    paymaster_close(&paymaster);
    return status;
}

/* --- bench, in a state of its own beside the real one --- */

static int remove_one(const char *path, const struct stat *file, int type, struct FTW *place)
{
    (void)file;
    (void)type;
    (void)place;
    return remove(path);
}

static int bench(const char *state, const char *leaves)
{
    static char scratch[4096];
    if (state == NULL)
        state = getenv("STATE");
    int size =
        snprintf(scratch, sizeof scratch, "%s.bench.XXXXXX", state == NULL ? "state" : state);
    if (size < 0 || (size_t)size >= sizeof scratch || mkdtemp(scratch) == NULL) {
        fprintf(stderr, "the scratch state cannot be made beside the state folder\n");
        return 1;
    }
    conf_open(scratch);
    int status = tool_bench(leaves);
    (void)nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return status;
}

/* --- verbs --- */

struct verb {
    const char *name;
    const char *arguments; /* NULL: none; [WHAT] may be left out */
    const char *meaning;
    int (*run)(void);
    int (*run_with)(const char *argument);
    int (*run_with_two)(const char *first, const char *second); /* second NULL: left out */
};

static const struct verb verbs[] = {
    {"serve", NULL, "follow the journal and serve commands until SIGTERM", .run = serve},
    {"verify", NULL, "is the ledger sound? exit 1 names the entry and the check that fails",
     .run = tool_verify},
    {"replay", NULL, "run the reward rules again and compare with the ledger", .run = tool_replay},
    {"rebuild", NULL, "fold ledger and vault anew into book.db, statement.db and the tiles",
     .run = tool_rebuild},
    {"digest", NULL, "print store, rows and content digest of book.db and statement.db",
     .run = tool_digest},
    {"export", "hledger|ledger|beancount", "print the books in that dialect",
     .run_with = tool_export},
    {"openings", NULL, "print the openings of all commitments whose embargo is over",
     .run = tool_openings},
    {"selection", NULL, "print what an auditor who has the journal needs to choose payees again",
     .run = tool_selection},
    {"audit", "FILE [SELECTION]",
     "prove from published openings that no promise was chosen afterwards",
     .run_with_two = tool_audit},
    {"receipt", "LEAF", "print the proof that a leaf is in the ledger", .run_with = tool_receipt},
    {"check", "FILE [VKEY]", "judge a receipt, by the key in the file VKEY or by this house's",
     .run_with_two = tool_check},
    {"public", "FOLDER [CHECKPOINT]",
     "judge a copy of what a house publishes, and whether it goes on from one you kept",
     .run_with_two = tool_public},
    {"tiles", "FOLDER", "print which tiles such a copy still lacks", .run_with = tool_tiles},
    {"seal", "FILE", "sign and seal an earmark described in a file, for a campaign's page",
     .run_with = tool_seal},
    {"pay", "pain001|nacha", "hold what members are due, for one file to the bank",
     .run_with = tool_pay},
    {"file", "FOLDER", "make that file from list, payees and house (where accounts are known)",
     .run_with = tool_file},
    {"exported", "FILE", "note the file in the ledger", .run_with = tool_exported},
    {"returns", "FILE", "post or void what a bank's answer (pain.002, NACHA return) speaks of",
     .run_with = tool_returns},
    {"deposit", "CAMPAIGN AMOUNT", "book what a sponsor has sent for a campaign",
     .run_with_two = tool_deposit},
    {"remit", "AMOUNT REFERENCE", "withheld taxes (1234.56) went to the tax office",
     .run_with_two = tool_remit},
    {"unblind", "LEAF disclosed|consent|learned", "the maker knows who got the reward at that leaf",
     .run_with_two = tool_unblind},
    {"tax", "YEAR", "list whom the tax office is told of (1099-NEC), by members' numbers",
     .run_with = tool_tax},
    {"open-payments", "YEAR", "list rewards whose payee the maker knows, by members' numbers",
     .run_with = tool_open_payments},
    {"payments", "MEMBER", "list a member's rewards, their leaves and until when they are blinded",
     .run_with = tool_payments},
    {"reverse", "LEAF WHY", "take back the reward at that leaf; its member reads why",
     .run_with_two = tool_reverse},
    {"operations", NULL, "print what was proposed and confirmed, in the paymaster's own words",
     .run = tool_operations},
    {"tick", NULL, "have the serving paymaster commit a batch now", .run = tool_tick},
    {"close", "MONTH", "have the serving paymaster close a month (2026-03)",
     .run_with = tool_close},
    {"bench", "[LEAVES]",
     "measure, in a scratch state; the cost of an entry when there are so many", .run = NULL},
    {"help", NULL, "this", .run = NULL},
};

static int help(FILE *out)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        fprintf(out, "%s%s%s\t%s\n", verbs[i].name, verbs[i].arguments != NULL ? " " : "",
                verbs[i].arguments != NULL ? verbs[i].arguments : "", verbs[i].meaning);
    return 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: curbside-paymaster [--state DIR] VERB ...\n");
    (void)help(stderr);
    return 2;
}

/* Whether so many words are what the verb takes. */
static bool fits(const struct verb *verb, int count)
{
    int least = 0, most = 0;
    for (const char *at = verb->arguments; at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ';
        most++;
        least += *at != '[';
    }
    return count >= least && count <= most;
}

static int verb_run(const struct verb *verb, char **words, int count)
{
    if (verb->run_with_two != NULL)
        return verb->run_with_two(words[0], count > 1 ? words[1] : NULL);
    return verb->run_with != NULL ? verb->run_with(words[0]) : verb->run();
}

int main(int count, char **words)
{
    const char *state = NULL;
    const struct verb *verb = NULL;
    int at = 1;
    trace_open("paymaster");
    if (count > 2 && strcmp(words[1], "--state") == 0) {
        state = words[2];
        at = 3;
    }
    for (size_t i = 0; at < count && i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(words[at], verbs[i].name) == 0)
            verb = &verbs[i];
    if (verb == NULL || !fits(verb, count - at - 1))
        return usage();
    if (strcmp(verb->name, "help") == 0)
        return help(stdout);
    clock_open();
    seal_open();
    if (strcmp(verb->name, "bench") == 0)
        return bench(state, at + 1 < count ? words[at + 1] : NULL);
    conf_open(state);
    int status = verb_run(verb, words + at + 1, count - at - 1);
    return status == 2 ? usage() : status;
}
