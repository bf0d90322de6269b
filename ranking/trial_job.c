#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"
#include "ranking/trial.h"
#include "schema/rank.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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
    *job = (struct trial_job){.fd = -1};
}

static NORETURN void child_run(int fd, int64_t proposal)
{
    char number[24];
    snprintf(number, sizeof(number), "%lld", (long long)proposal);
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

enum result trial_job_start(struct trial_job *job, struct db *db, struct arena *arena)
{
    if (job->proposal)
        return OK;
    struct rank_trial_next_row row;
    enum result result = rank_trial_next(db, arena, &row);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return BUSY;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        child_run(ends[1], row.proposal);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return BUSY;
    }
    trial_job_open(job);
    job->proposal = row.proposal;
    job->child = child;
    job->fd = ends[0];
    job->until_us = clock_steady_us() + (int64_t)SECONDS_MAX * 1000000;
    fcntl(job->fd, F_SETFL, O_NONBLOCK);
    trace_info("trial_start", "proposal=%lld", (long long)row.proposal);
    result = rank_trial_moves_clear(db, row.proposal);
    return result == OK ? rank_trial_progress(db, row.proposal, TRIAL_RUNNING, 0) : result;
}

/* --- reading the lines --- */

/* `count` numbers separated by spaces; false when there are others. */
static bool numbers_read(struct text line, double *numbers, size_t count)
{
    size_t found = 0;
    struct text word;
    while (text_next(&line, ' ', &word)) {
        char copy[40] = "";
        if (found == count || word.size >= sizeof(copy))
            return false;
        memcpy(copy, word.data, word.size);
        char *end;
        numbers[found++] = strtod(copy, &end);
        if (end == copy || *end)
            return false;
    }
    return found == count;
}

static enum result move_write(struct trial_job *job, struct db *db, int64_t kind, int64_t place,
                              struct text line)
{
    double n[6];
    if (!numbers_read(line, n, 6))
        return BROKEN;
    return rank_trial_move_add(db, job->proposal, kind, place, (int64_t)n[0], (int64_t)n[1], n[2],
                               n[3], (int64_t)n[4], (int64_t)n[5]);
}

static enum result result_write(struct trial_job *job, struct db *db, struct text line)
{
    double n[11];
    if (!numbers_read(line, n, 11))
        return BROKEN;
    return rank_trial_finish(db, job->proposal, (int64_t)n[0], (int64_t)n[1], (int64_t)n[2],
                             (int64_t)n[3], (int64_t)n[4], (int64_t)n[5], (int64_t)n[6],
                             (int64_t)n[7], (int64_t)n[8], (int64_t)n[9], n[10]);
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
    if (result == OK)
        result = rank_trial_moves_clear(db, job->proposal);
    if (result == OK && !cut_short)
        result = lines_write(job, db, &told);
    if (result == OK && !told)
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
    int64_t done = -1;
    char *line_end;
    while (job->size > 9 && memcmp(job->text, "progress ", 9) == 0 &&
           (line_end = memchr(job->text, '\n', job->size))) {
        done = strtoll(job->text + 9, NULL, 10);
        size_t used = (size_t)(line_end - job->text) + 1;
        memmove(job->text, job->text + used, job->size - used);
        job->size -= used;
    }
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
            enum result result = rank_trial_progress(db, job->proposal, TRIAL_RUNNING, done);
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
