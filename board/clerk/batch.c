#include "board/clerk/clerk.h"
#include "board/search/packing.h"
#include "board/search/pieces.h"

#include "core/alive.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"
#include "schema/board.h"
#include "schema/desk.h"
#include "schema/common.h"
#include "schema/roster.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    BATCH_MOST = 1024,                     /* the highest value of the setting clerk.batch_most */
    BATCH_ARENA_SIZE = 1024 * 1024 * 1024, /* of address space; only what is touched costs memory */
    CATCH_UP_SLICE = 32,
    WAIT_MS = 500,
    CHILDREN = HASH_CHILDREN + 1, /* places for what they finish, beside what arrives */
    GATHER_US = 20,
    JOIN_PACE_MS = 2,  /* between two steps of joining the search index's pieces */
    WAKE_PACE_MS = 10, /* followers are poked at most this often: each poke costs them a commit */
};

/* --- one batch --- */

static enum result entry_apply(struct clerk *clerk, const struct journal_entry *entry)
{
    actors_event(clerk->actors, entry->event.kind);
    enum result result = fold_desk_apply(clerk->desk, entry, &clerk->arena);
    if (result == OK)
        result = fold_board_apply(&clerk->fold_board, entry, &clerk->arena);
    if (result != OK)
        trace_fail("apply", "seq=%lld kind=%s result=%s", (long long)entry->event.seq,
                   event_kind_name(entry->event.kind), result_name(result));
    return result;
}

enum result clerk_record(struct clerk *clerk, struct event *event, const struct text *texts,
                         size_t text_count)
{
    struct journal_entry entry = {0};
    event->at_ms = clerk->now_ms;
    enum result result = journal_append(clerk->journal, &clerk->arena, event, texts, text_count);
    if (result == OK) {
        entry.event = *event;
        for (size_t i = 0; i < text_count; i++)
            entry.texts[i] = texts[i];
        result = entry_apply(clerk, &entry);
    }
    if (result == OK) {
        clerk->head = event->seq;
        clerk->appended++;
    } else {
        clerk->fatal = result == CONFLICT ? BROKEN : result;
    }
    return result;
}

/* What other clerks appended since: applied in this batch's own transactions. */
static enum result batch_catch_up(struct clerk *clerk)
{
    int64_t head = 0;
    uint8_t digest[DIGEST_SIZE];
    enum result result = log_head(clerk->journal, &head, digest);
    while (result == OK && clerk->head < head) {
        struct journal_entry *entries;
        size_t count = 0, mark = clerk->arena.used;
        result = journal_read(clerk->journal, &clerk->arena, clerk->head, CATCH_UP_SLICE, &entries,
                              &count);
        if (result == OK && count == 0)
            result = BROKEN;
        for (size_t i = 0; i < count && result == OK; i++) {
            result = entry_apply(clerk, &entries[i]);
            clerk->head = entries[i].event.seq;
            clerk->appended++;
        }
        arena_reset(&clerk->arena, mark);
    }
    return result;
}

void batch_undo(struct clerk *clerk, int64_t head)
{
    fold_board_forget(&clerk->fold_board);
    actors_forget(clerk->actors);
    log_rollback(clerk->journal);
    db_rollback(clerk->board);
    db_rollback(clerk->desk);
    keyring_rollback(&clerk->keys);
    pad_rollback(&clerk->pad);
    clerk->head = head;
    clerk->appended = 0;
}

enum result batch_begin(struct clerk *clerk)
{
    enum result result = log_begin(clerk->journal);
    if (result == OK)
        result = db_begin(clerk->board);
    if (result == OK)
        result = db_begin(clerk->desk);
    if (result == OK)
        result = batch_catch_up(clerk);
    return result;
}

/* The folds' commits failed after the journal's: what was asked is done, but cannot be read yet.
 * Take it up again from the journal. */
static enum result batch_behind(struct clerk *clerk)
{
    fold_board_forget(&clerk->fold_board);
    actors_forget(clerk->actors);
    db_rollback(clerk->board);
    db_rollback(clerk->desk);
    clerk->head = -1;
    trace_fail("folds_behind", "result=%s", result_name(UNKNOWN));
    return UNKNOWN;
}

enum result batch_commit(struct clerk *clerk)
{
    bool identities = clerk->keys.writing;
    enum result result = fold_board_settle(&clerk->fold_board);
    if (result == OK)
        result = common_cursor_set(clerk->board, TEXT("journal"), clerk->head);
    if (result == OK)
        result = common_cursor_set(clerk->desk, TEXT("journal"), clerk->head);
    if (result == OK)
        result = keyring_commit(&clerk->keys);
    if (result == OK)
        result = pad_commit(&clerk->pad);
    if (result != OK)
        return result;
    result = log_commit(clerk->journal);
    if (result != OK) {
        db_rollback(clerk->desk);
        if (identities && keyring_sweep(&clerk->keys, clerk->desk, &clerk->scratch) != OK)
            trace_warn("identity_sweep", "until=start");
        return result;
    }
    pad_after(&clerk->pad, clerk->now_ms);
    if (db_commit(clerk->board) != OK || db_commit(clerk->desk) != OK)
        return batch_behind(clerk);
    keyring_after(&clerk->keys);
    return OK;
}

static size_t jobs_more(struct clerk *clerk, struct job *jobs, size_t count, size_t most);

/* While a batch's commands run, others arrive: they still come along, up to `most`, so that one
 * commit serves all who wait for one. */
static enum result batch_try(struct clerk *clerk, struct job *jobs, size_t *count, size_t most)
{
    int64_t head = clerk->head;
    clerk->fatal = OK;
    clerk->appended = 0;
    enum result result = batch_begin(clerk);
    for (size_t done = 0; done < *count && result == OK;) {
        command_run(clerk, &jobs[done++]);
        result = clerk->fatal;
        if (result == OK && done == *count && done < most)
            *count += jobs_more(clerk, jobs, done, most);
    }
    bool nothing = result == OK && clerk->appended == 0 && !clerk->keys.writing;
    if (result == OK && !nothing)
        result = batch_commit(clerk);
    else if (result == OK) /* drafts touch neither the journal nor a fold */
        result = pad_commit(&clerk->pad);
    if (result == OK && nothing)
        pad_after(&clerk->pad, clerk->now_ms);
    if (result == UNKNOWN)
        return result;
    if (result != OK || nothing)
        batch_undo(clerk, head);
    else
        clerk->wake_due = true;
    return result;
}

/* Followers must be at most 100 ms behind; poking them for every batch would give them, on a busy
 * machine, the time that the batches need. */
static void followers_wake(struct clerk *clerk)
{
    int64_t now_us = clock_steady_us();
    if (!clerk->wake_due || now_us - clerk->woken_us < WAKE_PACE_MS * 1000)
        return;
    wake_all();
    clerk->wake_due = false;
    clerk->woken_us = now_us;
}

static size_t batch_run_open(struct clerk *clerk, struct job *jobs, size_t count, size_t most)
{
    enum result result = OK;
    clerk->now_ms = clock_now_ms();
    clerk->batches++;
    if (clerk->head < 0)
        result = clerk_catch_up(clerk, NULL);
    if (result == OK)
        result = batch_try(clerk, jobs, &count, most);
    clerk->commands += (int64_t)count;
    if (result == OK)
        return count;
    if (result != BUSY && result != UNKNOWN && count > 1) {
        /* One of them breaks the batch: let each stand for itself, so that the others are served.
         */
        for (size_t i = 0; i < count; i++)
            batch_run(clerk, &jobs[i], 1);
        return count;
    }
    trace_warn("batch_undone", "commands=%zu result=%s", count, result_name(result));
    for (size_t i = 0; i < count; i++) {
        jobs[i].result = result;
        jobs[i].reply = TEXT("");
    }
    return count;
}

void batch_run(struct clerk *clerk, struct job *jobs, size_t count)
{
    (void)batch_run_open(clerk, jobs, count, count);
}

/* --- opening --- */

enum result clerk_catch_up(struct clerk *clerk, void (*progress)(int64_t cursor))
{
    actors_forget(clerk->actors);
    enum result result =
        fold_catch_up(&clerk->desk_fold, clerk->journal, &clerk->scratch, progress);
    if (result == OK)
        result = fold_catch_up(&clerk->board_fold, clerk->journal, &clerk->scratch, progress);
    if (result == OK)
        result = fold_cursor(&clerk->board_fold, &clerk->head);
    return result;
}

enum result clerk_open(struct clerk *clerk)
{
    arena_open(&clerk->arena, BATCH_ARENA_SIZE);
    arena_open(&clerk->scratch, BATCH_ARENA_SIZE);
    throttle_open(&clerk->throttle);
    clerk->actors = actors_open();
    tickets_open(&clerk->tickets);
    passwords_open(&clerk->passwords);
    clerk->guard = guard_open();
    enum result result = keyring_open(&clerk->keys);
    if (result == OK)
        result = pad_open(&clerk->pad);
    if (result == OK)
        result = log_open(&clerk->journal, "journal", LOG_APPEND, 0);
    if (result == OK)
        result = db_open(&clerk->board, &board_store, conf_store("board"), ROLE_CLERK, DB_FOLD, 0);
    if (result == OK)
        result = db_open(&clerk->desk, &desk_store, conf_store("desk"), ROLE_CLERK, DB_FOLD, 0);
    if (result != OK)
        return result;
    clerk->packing = packing_open(clerk->board);
    if (db_open(&clerk->roster, &roster_store, conf_store("roster"), ROLE_CLERK, DB_READ, 0) != OK)
        clerk->roster = NULL;
    fold_board_open(&clerk->fold_board, clerk->board, &clerk->keys);
    clerk->board_fold = (struct fold){.name = "journal",
                                      .db = clerk->board,
                                      .apply = fold_board_apply,
                                      .self = &clerk->fold_board,
                                      .settle = fold_board_settle,
                                      .forget = fold_board_forget};
    clerk->desk_fold = (struct fold){
        .name = "journal", .db = clerk->desk, .apply = fold_desk_apply, .self = clerk->desk};
    return OK;
}

void clerk_close(struct clerk *clerk)
{
    if (clerk->server.clients != NULL)
        server_close(&clerk->server);
    hasher_close(&clerk->hasher);
    imager_close(&clerk->imager);
    guard_close(clerk->guard);
    throttle_close(&clerk->throttle);
    actors_close(clerk->actors);
    tickets_close(&clerk->tickets);
    passwords_close(&clerk->passwords);
    if (clerk->roster != NULL)
        db_close(clerk->roster);
    if (clerk->desk != NULL)
        db_close(clerk->desk);
    packing_close(clerk->packing);
    if (clerk->board != NULL)
        db_close(clerk->board);
    log_close(clerk->journal);
    fold_board_close(&clerk->fold_board);
    pad_close(&clerk->pad);
    keyring_close(&clerk->keys);
    arena_close(&clerk->scratch);
    arena_close(&clerk->arena);
}

/* --- the loop --- */

static void job_answer(struct clerk *clerk, const struct job *job)
{
    server_answer(&clerk->server, job->client, job->result, job->reply);
}

/* A command that needs a password hashed goes to the children first. False: it is answered already.
 */
static bool job_hash(struct clerk *clerk, struct job *job)
{
    struct hash_ask ask;
    clerk->now_ms = clock_now_ms();
    job->result = command_hash(clerk, job, &ask);
    if (job->result == OK &&
        hasher_put(&clerk->hasher, job->client, job->operator_, job->body, &ask)) {
        seal_wipe(&ask, sizeof(ask));
        return true;
    }
    seal_wipe(&ask, sizeof(ask));
    if (job->result == OK)
        job->result = BUSY;
    job_answer(clerk, job);
    return false;
}

/* So does a picture. What came beside any other command is nothing. */
static bool job_image(struct clerk *clerk, struct job *job, int file)
{
    bool image = job->readable && job->command.kind == COMMAND_IMAGE_ADD;
    if (!image || file < 0) {
        if (file >= 0)
            (void)close(file);
        return false; /* without a file it is refused when it runs */
    }
    clerk->now_ms = clock_now_ms();
    job->result = command_may(clerk, job);
    if (job->result != OK)
        (void)close(file);
    else if (!imager_put(&clerk->imager, job->client, job->operator_, job->body, file))
        job->result = BUSY;
    if (job->result != OK)
        job_answer(clerk, job);
    return true;
}

/* Messages as jobs; those that need a hash go to the children. */
static size_t jobs_read(struct clerk *clerk, const struct server_message *messages, size_t taken,
                        struct job *jobs)
{
    size_t count = 0;
    for (size_t i = 0; i < taken; i++) {
        struct job *job = &jobs[count];
        *job = (struct job){.client = messages[i].client,
                            .operator_ = messages[i].operator_,
                            .uid = messages[i].uid,
                            .body = messages[i].body};
        job_read(clerk, job);
        if (job_image(clerk, job, messages[i].descriptor))
            continue;
        const struct command_row *row = job->readable ? command_row_find(job->command.kind) : NULL;
        if (row != NULL && row->hash != NULL)
            (void)job_hash(clerk, job);
        else
            count++;
    }
    return count;
}

/* Who asks by now, behind the `count` jobs there are. Whoever was answered a moment ago is about to
 * ask again, and would wait for a commit of his own: so if fewer ask than in the last batch, look
 * twice, a little apart. A lone caller never waits. */
static size_t jobs_more(struct clerk *clerk, struct job *jobs, size_t count, size_t most)
{
    static struct server_message messages[BATCH_MOST];
    bool other = false;
    if (clerk->server.clients == NULL)
        return 0;
    size_t taken = server_wait(&clerk->server, &clerk->arena, 0, messages, most - count, &other);
    if (taken == 0 && count < clerk->taken) {
        (void)usleep(GATHER_US);
        taken = server_wait(&clerk->server, &clerk->arena, 0, messages, most - count, &other);
    }
    return jobs_read(clerk, messages, taken, jobs + count);
}

static size_t jobs_take(struct clerk *clerk, struct job *jobs, size_t most)
{
    static struct server_message messages[BATCH_MOST];
    bool other = false;
    int wait_ms = clerk->wake_due                    ? WAKE_PACE_MS
                  : clerk->joining || clerk->looking ? JOIN_PACE_MS
                                                     : WAIT_MS;
    size_t taken =
        server_wait(&clerk->server, &clerk->arena, wait_ms, messages, most - CHILDREN, &other);
    size_t count = jobs_read(clerk, messages, taken, jobs);
    if (other || taken == 0)
        hasher_turn(&clerk->hasher);
    while (count < most) {
        struct job *job = &jobs[count];
        memset(job, 0, sizeof(*job));
        if (!hasher_take(&clerk->hasher, &clerk->arena, &job->client, &job->operator_, &job->body,
                         &job->hash))
            break;
        job_read(clerk, job);
        count++;
    }
    while ((other || taken == 0) && count < most) {
        struct job *job = &jobs[count];
        memset(job, 0, sizeof(*job));
        if (!imager_take(&clerk->imager, &clerk->arena, &job->client, &job->operator_, &job->body,
                         &job->image))
            break;
        job_read(clerk, job);
        count++;
    }
    return count;
}

/* A command of the clerk's own, one slice of older postings, so that nobody waits for all. */
static void older_look(struct clerk *clerk)
{
    struct job job = {
        .operator_ = true,
        .readable = true,
        .command = {.kind = COMMAND_WATCHES_LOOK, .token = TEXT(""), .form = TEXT("")}};
    struct reply_watches_looked reply = {.more = false};
    struct json *json = NULL;
    batch_run(clerk, &job, 1);
    if (job.result == OK && json_read(text_bytes(job.reply), &json) == OK &&
        reply_watches_looked_read(json, &clerk->arena, &reply) != OK)
        reply.more = false;
    json_close(json);
    clerk->looking = reply.more; /* else the next quiet moment looks again */
}

static int signals_open(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        trace_die("signals", "error=%s", strerror(errno));
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        trace_die("signals", "error=%s", strerror(errno));
    return fd;
}

/* A step of what makes searches quick, in a quiet moment: the next one comes. */
static void index_tend(struct clerk *clerk)
{
    bool more = false;
    enum result result = pieces_join(clerk->board, &clerk->scratch, &more);
    if (result == OK && !more)
        result = packing_step(clerk->packing, &clerk->scratch, &more);
    clerk->joining = result == OK && more;
}

int clerk_serve(struct clerk *clerk)
{
    static struct job jobs[BATCH_MOST];
    struct signalfd_siginfo signal_info;
    size_t most = (size_t)conf_int("clerk.batch_most");
    bool idle = false;
    int signals = signals_open();
    most = most < CHILDREN + 1 ? CHILDREN + 1 : most;
    assert(most <= BATCH_MOST);
    (void)prctl(PR_SET_TIMERSLACK, 1000UL); /* ns: a wait of 20 us is to be one */
    if (server_open(&clerk->server, "clerk") != OK)
        return 1;
    hasher_watch(&clerk->hasher, &clerk->server);
    imager_watch(&clerk->imager, &clerk->server);
    server_watch(&clerk->server, signals);
    alive_open("clerk");
    trace_info("serving", "head=%lld", (long long)clerk->head);
    while (read(signals, &signal_info, sizeof(signal_info)) < 0) {
        arena_reset(&clerk->arena, 0);
        size_t count = jobs_take(clerk, jobs, most);
        if (count > 0)
            clerk->taken = count = batch_run_open(clerk, jobs, count, most);
        for (size_t i = 0; i < count; i++)
            job_answer(clerk, &jobs[i]);
        alive_beat();
        if (clerk->wake_due) {
            followers_wake(clerk);
            idle = false;
            continue;
        }
        if (count == 0 && !idle) {
            log_checkpoint(clerk->journal);
            db_checkpoint(clerk->board, false);
            db_checkpoint(clerk->desk, false);
            pad_prune(&clerk->pad, clock_now_ms());
            db_checkpoint(clerk->pad.db, false);
            clerk->joining = clerk->looking = true;
        }
        if (count == 0 && clerk->looking)
            older_look(clerk);
        if (count == 0 && clerk->joining)
            index_tend(clerk);
        arena_reset(&clerk->scratch, 0);
        idle = count == 0;
    }
    (void)close(signals);
    trace_info("stopping", "batches=%lld commands=%lld", (long long)clerk->batches,
               (long long)clerk->commands);
    return 0;
}
