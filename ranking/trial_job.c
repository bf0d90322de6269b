#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"
#include "ranking/trial.h"
#include "schema/rank.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Half an hour of wall time and 2 GiB are far above what the whole past of a large house needs: 50
 * million votes take minutes. */
enum { SECONDS_MAX = 1800, PROGRESS_US = 500000 };
static const rlim_t memory_max = (rlim_t)2 << 30;

void trial_job_open(struct trial_job *job)
{
    memset(job, 0, offsetof(struct trial_job, text));
    job->size = 0;
    job->fd = -1;
}

/* The child is told its proposal; of a look from the shadow with a minus before it. */
static NORETURN void child_run(int fd, int64_t proposal, bool shadow)
{
    char number[24];
    snprintf(number, sizeof(number), "%lld", (long long)(shadow ? -proposal : proposal));
    struct rlimit memory = {memory_max, memory_max}, seconds = {SECONDS_MAX, SECONDS_MAX};
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it has nobody to speak to without the ranker */
#ifndef __SANITIZE_ADDRESS__          /* which maps terabytes of shadow */
    setrlimit(RLIMIT_AS, &memory);
#else
    (void)memory;
#endif
    setrlimit(RLIMIT_CPU, &seconds);
    if (dup2(fd, STDOUT_FILENO) >= 0)
        execl("/proc/self/exe", "curbside-ranker", "--state", conf_state(), "trial-run", number,
              (char *)NULL);
    _exit(127);
}

static enum result lines_clear(struct db *db, int64_t proposal)
{
    enum result result = rank_trial_moves_clear(db, proposal);
    if (result == OK)
        result = rank_trial_worlds_clear(db, proposal);
    if (result == OK)
        result = rank_trial_months_clear(db, proposal);
    if (result == OK)
        result = rank_trial_reasons_clear(db, proposal);
    return result == OK ? rank_trial_tops_clear(db, proposal) : result;
}

enum result trial_job_start(struct trial_job *job, struct db *db, struct arena *arena)
{
    if (job->proposal)
        return OK;
    struct rank_trial_next_row row;
    struct rank_shadow_next_row due;
    enum result result = rank_trial_next(db, arena, &row);
    bool shadow = result == NOT_FOUND;
    if (shadow) {
        result = rank_shadow_next(db, arena, clock_now_ms(), &due);
        row.proposal = due.proposal;
    }
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return BUSY;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        child_run(ends[1], row.proposal, shadow);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return BUSY;
    }
    trial_job_open(job);
    job->proposal = row.proposal;
    job->shadow = shadow;
    job->child = child;
    job->fd = ends[0];
    job->until_us = clock_steady_us() + (int64_t)SECONDS_MAX * 1000000;
    fcntl(job->fd, F_SETFL, O_NONBLOCK);
    trace_info("trial_start", "proposal=%lld shadow=%d", (long long)row.proposal, shadow);
    if (shadow)
        return OK;
    result = lines_clear(db, row.proposal);
    return result == OK ? rank_trial_progress(db, row.proposal, TRIAL_RUNNING, 0, 0) : result;
}

/* --- reading the lines --- */

static enum result move_write(struct trial_job *job, struct db *db, int64_t kind, int64_t place,
                              struct text line)
{
    double n[6];
    if (text_reals(line, n, 6) != 6)
        return BROKEN;
    return rank_trial_move_add(db, job->proposal, kind, place, (int64_t)n[0], (int64_t)n[1], n[2],
                               n[3], (int64_t)n[4], (int64_t)n[5]);
}

static enum result result_write(struct trial_job *job, struct db *db, struct text line)
{
    double n[11];
    if (text_reals(line, n, 11) != 11)
        return BROKEN;
    return rank_trial_finish(db, job->proposal, (int64_t)n[0], (int64_t)n[1], (int64_t)n[2],
                             (int64_t)n[3], (int64_t)n[4], (int64_t)n[5], (int64_t)n[6],
                             (int64_t)n[7], (int64_t)n[8], (int64_t)n[9], n[10]);
}

static enum result world_write(struct trial_job *job, struct db *db, struct text line)
{
    double n[11];
    size_t end = line.size;
    while (end > 0 && line.data[end - 1] != ' ')
        end--;
    struct text preset = {line.data + end, line.size - end};
    if (end == 0 || text_reals((struct text){line.data, end - 1}, n, 11) != 11)
        return BROKEN;
    return rank_trial_world_put(db, job->proposal, (int64_t)n[0], preset, (int64_t)n[1], n[2], n[3],
                                n[4], n[5], n[6], n[7], n[8], n[9], n[10]);
}

static enum result top_write(struct trial_job *job, struct db *db, struct text line)
{
    double n[3];
    if (text_reals(line, n, 3) != 3)
        return BROKEN;
    return rank_trial_top_add(db, job->proposal, (int64_t)n[0], (int64_t)n[1], (int64_t)n[2]);
}

/* Sums by month or by reason: rank_trial_month_add, rank_trial_reason_add. */
static enum result sum_write(struct trial_job *job, struct db *db, struct text line,
                             enum result (*add)(struct db *, int64_t, int64_t, int64_t, int64_t,
                                                int64_t))
{
    double n[4];
    if (text_reals(line, n, 4) != 4)
        return BROKEN;
    return add(db, job->proposal, (int64_t)n[0], (int64_t)n[1], (int64_t)n[2], (int64_t)n[3]);
}

static enum result paid_write(struct trial_job *job, struct db *db, struct text line)
{
    double n[6];
    if (text_reals(line, n, 6) != 6)
        return BROKEN;
    return rank_trial_paid(db, job->proposal, (int64_t)n[0], (int64_t)n[1], (int64_t)n[2],
                           (int64_t)n[3], (int64_t)n[4], (int64_t)n[5]);
}

/* What a look from the shadow found: one row, and when to look again. */
static enum result shadow_write(struct trial_job *job, struct db *db, const char *cut_short)
{
    struct text rest = {job->text, job->size}, line, word;
    double r[11] = {0}, p[6] = {0};
    struct text why = text_of(cut_short ? cut_short : "it ended without a result");
    while (!cut_short && text_next(&rest, '\n', &line)) {
        struct text numbers = line;
        if (!text_next(&numbers, ' ', &word))
            continue;
        if (text_is(word, "failed"))
            why = numbers;
        else if (text_is(word, "paid") && text_reals(numbers, p, 6) != 6)
            return BROKEN;
        else if (text_is(word, "result") && text_reals(numbers, r, 11) == 11)
            why = TEXT("");
    }
    int64_t now_ms = clock_now_ms();
    enum result result =
        rank_shadow_day_add(db, job->proposal, now_ms, job->done, r[10], (int64_t)r[6],
                            (int64_t)r[7], (int64_t)p[4], (int64_t)p[5], why);
    return result == OK ? rank_shadow_due(db, job->proposal, now_ms + DAY_MS) : result;
}

/* Everything the child said, when it has ended: one transaction. */
static enum result lines_write(struct trial_job *job, struct db *db, bool *told)
{
    struct text rest = {job->text, job->size}, line, word;
    int64_t places[3] = {0, 0, 0};
    enum result result = OK;
    while (result == OK && text_next(&rest, '\n', &line)) {
        struct text numbers = line;
        if (!text_next(&numbers, ' ', &word))
            continue;
        if (text_is(word, "member"))
            result = move_write(job, db, 1, ++places[1], numbers);
        else if (text_is(word, "posting"))
            result = move_write(job, db, 2, ++places[2], numbers);
        else if (text_is(word, "result"))
            result = result_write(job, db, numbers);
        else if (text_is(word, "world"))
            result = world_write(job, db, numbers);
        else if (text_is(word, "top"))
            result = top_write(job, db, numbers);
        else if (text_is(word, "paid"))
            result = paid_write(job, db, numbers);
        else if (text_is(word, "month"))
            result = sum_write(job, db, numbers, rank_trial_month_add);
        else if (text_is(word, "reason"))
            result = sum_write(job, db, numbers, rank_trial_reason_add);
        else if (text_is(word, "failed"))
            result = rank_trial_fail(db, job->proposal, numbers);
        *told |= text_is(word, "result") || text_is(word, "failed");
    }
    return result;
}

static enum result job_end(struct trial_job *job, struct db *db, const char *cut_short)
{
    int status = 0;
    if (cut_short)
        kill(job->child, SIGKILL);
    while (waitpid(job->child, &status, 0) < 0 && errno == EINTR)
        ;
    close(job->fd);
    bool told = false;
    enum result result = db_begin(db);
    if (result == OK && job->shadow)
        result = shadow_write(job, db, cut_short);
    else if (result == OK)
        result = lines_clear(db, job->proposal);
    if (result == OK && !cut_short && !job->shadow)
        result = lines_write(job, db, &told);
    if (result == OK && !told && !job->shadow)
        result =
            rank_trial_fail(db, job->proposal,
                            text_of(cut_short             ? cut_short
                                    : WIFSIGNALED(status) ? "the trial was killed (memory or time)"
                                                          : "the trial ended without a result"));
    result = result == OK ? db_commit(db) : result;
    if (result != OK)
        db_rollback(db);
    trace_info("trial_end", "proposal=%lld result=%s", (long long)job->proposal,
               result_name(result));
    trial_job_open(job);
    return result;
}

/* The last complete "progress DONE TOTAL" line; such lines are dropped, so that the text stays
 * small. */
static int64_t progress_take(struct trial_job *job)
{
    static const char word[] = "progress ";
    int64_t done = -1;
    size_t kept = 0, at = 0;
    while (at < job->size) {
        char *line = job->text + at, *end = memchr(line, '\n', job->size - at);
        size_t size = end ? (size_t)(end - line) + 1 : job->size - at;
        if (end && size > sizeof(word) && memcmp(line, word, sizeof(word) - 1) == 0) {
            char *next;
            job->step = (enum trial_step)strtoll(line + sizeof(word) - 1, &next, 10);
            done = job->done = strtoll(next, NULL, 10);
        } else {
            memmove(job->text + kept, line, size);
            kept += size;
        }
        at += size;
    }
    job->size = kept;
    return done;
}

enum result trial_job_step(struct trial_job *job, struct db *db)
{
    if (!job->proposal)
        return OK;
    while (job->size < sizeof(job->text)) {
        ssize_t got = read(job->fd, job->text + job->size, sizeof(job->text) - job->size);
        if (got == 0)
            return job_end(job, db, NULL);
        if (got < 0)
            break;
        job->size += (size_t)got;
        int64_t done = progress_take(job);
        int64_t now = clock_steady_us();
        if (done >= 0 && now - job->shown_us > PROGRESS_US) {
            job->shown_us = now;
            enum result result = job->shadow ? OK
                                             : rank_trial_progress(db, job->proposal, TRIAL_RUNNING,
                                                                   (int64_t)job->step, done);
            if (result != OK)
                return result;
        }
    }
    if (job->size == sizeof(job->text))
        return job_end(job, db, "the trial said more than it may");
    if (clock_steady_us() > job->until_us)
        return job_end(job, db, "the trial took more than half an hour");
    return OK;
}

/* Whether what runs is still wanted. */
static bool is_wanted(const struct trial_job *job, struct db *db, struct arena *arena)
{
    struct rank_trial_of_row trial;
    struct rank_shadow_of_row shadow;
    if (job->shadow)
        return rank_shadow_of(db, arena, job->proposal, &shadow) == OK && shadow.due_ms < INT64_MAX;
    return rank_trial_of(db, arena, job->proposal, &trial) == OK && trial.state != TRIAL_FAILED;
}

void trial_job_drop(struct trial_job *job, struct db *db, struct arena *arena)
{
    if (job->proposal && !is_wanted(job, db, arena))
        trial_job_close(job);
}

void trial_job_close(struct trial_job *job)
{
    if (!job->proposal)
        return;
    kill(job->child, SIGKILL);
    while (waitpid(job->child, NULL, 0) < 0 && errno == EINTR)
        ;
    close(job->fd);
    trial_job_open(job);
}
