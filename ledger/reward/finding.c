#include "ledger/reward/finding.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/conf.h"
#include "core/program.h"
#include "core/trace.h"
#include "ledger/reward/held.h"
#include "ledger/desk/paymaster.h"

enum { PAGE = 1024, WAIT_MS = 50, NUMBERS = 6, VOTE_NUMBERS = 5 };

/* --- the child --- */

static NORETURN void child_run(int fd, const char *path, const struct evaluation *evaluation)
{
    char upto[24], start[24], end[24];
    snprintf(upto, sizeof upto, "%lld", (long long)evaluation->journal_seq);
    snprintf(start, sizeof start, "%lld", (long long)evaluation->start_ms);
    snprintf(end, sizeof end, "%lld", (long long)evaluation->end_ms);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it has nobody to speak to without the paymaster */
    if (dup2(fd, STDOUT_FILENO) >= 0)
        execl(path, "curbside-ranker", "--state", conf_state(), "facts", upto, start, end,
              (char *)NULL);
    _exit(127);
}

static enum result child_start(struct evaluation *evaluation)
{
    const char *path = program_path("curbside-ranker");
    int ends[2];
    if (path == NULL || pipe2(ends, O_CLOEXEC) != 0) {
        trace_fail("findings", "the ranker's program cannot be run");
        return BUSY;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        child_run(ends[1], path, evaluation);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return BUSY;
    }
    evaluation->finding = calloc(1, sizeof *evaluation->finding);
    assert(evaluation->finding != NULL);
    evaluation->finding->child = child;
    evaluation->finding->fd = ends[0];
    return OK;
}

static int child_end(struct finding *finding)
{
    int status = 0;
    close(finding->fd);
    while (waitpid(finding->child, &status, 0) < 0 && errno == EINTR)
        ;
    finding->child = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void finding_close(struct finding *finding)
{
    if (finding == NULL)
        return;
    if (finding->child > 0) {
        kill(finding->child, SIGKILL);
        (void)child_end(finding);
    }
    free(finding);
}

/* --- its lines --- */

static bool is_number(double number)
{
    return number >= 0 && number <= 9007199254740992.0 && number == floor(number);
}

static bool is_share(double number)
{
    return number >= 0 && number <= 1;
}

static bool posting_line(struct reward *reward, const double *n)
{
    if (!is_number(n[0]) || !is_number(n[1]) || n[3] < 0 || !is_share(n[4]))
        return false;
    const struct posting_finding found = {(int64_t)n[0], n[2], n[3], n[4], n[5]};
    if (reward_concerns(reward, found.posting, (int64_t)n[1]))
        findings_posting_put(reward_findings(reward), &found);
    if (findings_posting_low(&found))
        findings_posting_put(reward_low(reward), &found);
    return true;
}

static bool vote_line(struct reward *reward, const double *n)
{
    if (!is_number(n[0]) || !is_number(n[1]) || !is_share(n[2]) || !is_share(n[3]) ||
        !is_share(n[4]))
        return false;
    const struct vote_finding found = {(int64_t)n[0], (int64_t)n[1], n[2], n[3], n[4]};
    if (reward_concerns(reward, found.posting, found.posting))
        findings_vote_put(reward_findings(reward), &found);
    if (findings_vote_low(&found))
        findings_vote_put(reward_low(reward), &found);
    return true;
}

bool finding_line(struct finding *finding, struct reward *reward, struct text line)
{
    double n[NUMBERS];
    struct text kind = NO_TEXT;
    if (finding->ended || !text_next(&line, ' ', &kind))
        return false;
    int count = text_reals(line, n, NUMBERS);
    if (text_is(kind, "p") && count == NUMBERS) {
        finding->postings++;
        return posting_line(reward, n);
    }
    if (text_is(kind, "v") && count == VOTE_NUMBERS) {
        finding->votes++;
        return vote_line(reward, n);
    }
    if (!text_is(kind, "end") || count != 2)
        return false;
    finding->ended = true;
    return n[0] == (double)finding->postings && n[1] == (double)finding->votes;
}

static bool lines_take(struct finding *finding, struct reward *reward)
{
    size_t from = 0;
    for (;;) {
        const char *end = memchr(finding->text + from, '\n', finding->size - from);
        if (end == NULL)
            break;
        size_t size = (size_t)(end - finding->text) - from;
        if (!finding_line(finding, reward, (struct text){finding->text + from, size}))
            return false;
        from += size + 1;
    }
    memmove(finding->text, finding->text + from, finding->size - from);
    finding->size -= from;
    return finding->size <= FINDING_LINE_MAX;
}

/* --- the vault --- */

static enum result findings_write(struct paymaster *paymaster, const struct findings *findings,
                                  struct text period)
{
    const struct posting_finding *p = findings->postings;
    const struct vote_finding *v = findings->votes;
    size_t postings = findings->posting_of.count, votes = findings->vote_of.count;
    enum result result =
        vault_finding_month_add(paymaster->vault, period, (int64_t)postings, (int64_t)votes);
    for (size_t i = 0; i < postings && result == OK; i++)
        result = vault_posting_finding_add(paymaster->vault, period, p[i].posting, p[i].odds,
                                           p[i].support, p[i].trust, p[i].standing);
    for (size_t i = 0; i < votes && result == OK; i++)
        result = vault_vote_finding_add(paymaster->vault, period, v[i].posting, v[i].member,
                                        v[i].apart, v[i].trust, v[i].worth);
    return result;
}

static enum result findings_keep(struct paymaster *paymaster, const struct evaluation *evaluation)
{
    enum result result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    result = findings_write(paymaster, reward_findings(evaluation->reward), evaluation->period);
    if (result == OK)
        result = held_write(paymaster, reward_low(evaluation->reward), evaluation->period);
    if (result == OK)
        return db_commit(paymaster->vault);
    db_rollback(paymaster->vault);
    return result;
}

static enum result postings_load(struct paymaster *paymaster, struct reward *reward,
                                 struct text period)
{
    int64_t after = 0;
    enum result result = OK;
    for (size_t count = PAGE; count == PAGE && result == OK;) {
        struct vault_posting_findings_row *rows;
        size_t mark = paymaster->arena.used;
        result = vault_posting_findings(paymaster->vault, &paymaster->arena, period, after, PAGE,
                                        &rows, &count);
        for (size_t i = 0; result == OK && i < count; i++) {
            const struct posting_finding found = {rows[i].posting, rows[i].odds, rows[i].support,
                                                  rows[i].trust, rows[i].standing};
            after = rows[i].posting;
            findings_posting_put(reward_findings(reward), &found);
        }
        arena_reset(&paymaster->arena, mark);
    }
    return result;
}

static enum result votes_load(struct paymaster *paymaster, struct reward *reward,
                              struct text period)
{
    int64_t posting = 0, member = 0;
    enum result result = OK;
    for (size_t count = PAGE; count == PAGE && result == OK;) {
        struct vault_vote_findings_row *rows;
        size_t mark = paymaster->arena.used;
        result = vault_vote_findings(paymaster->vault, &paymaster->arena, period, posting, member,
                                     PAGE, &rows, &count);
        for (size_t i = 0; result == OK && i < count; i++) {
            const struct vote_finding found = {rows[i].posting, rows[i].member, rows[i].apart,
                                               rows[i].trust, rows[i].worth};
            posting = found.posting;
            member = found.member;
            findings_vote_put(reward_findings(reward), &found);
        }
        arena_reset(&paymaster->arena, mark);
    }
    return result;
}

/* --- both --- */

enum result finding_open(struct paymaster *paymaster, struct evaluation *evaluation,
                         struct text period, bool fresh)
{
    struct vault_finding_month_find_row kept;
    enum result result =
        vault_finding_month_find(paymaster->vault, &paymaster->arena, period, &kept);
    if (result == NOT_FOUND)
        return fresh && conf_int("ledger.findings") != 0 ? child_start(evaluation) : OK;
    if (result == OK)
        result = postings_load(paymaster, evaluation->reward, period);
    return result == OK ? votes_load(paymaster, evaluation->reward, period) : result;
}

enum result finding_step(struct paymaster *paymaster, struct evaluation *evaluation, bool *done)
{
    struct finding *finding = evaluation->finding;
    struct pollfd wait = {.fd = finding->fd, .events = POLLIN};
    *done = false;
    if (poll(&wait, 1, WAIT_MS) <= 0)
        return OK;
    ssize_t got =
        read(finding->fd, finding->text + finding->size, sizeof finding->text - finding->size);
    if (got < 0)
        return errno == EINTR ? OK : BUSY;
    finding->size += (size_t)got;
    if (got > 0 && lines_take(finding, evaluation->reward))
        return OK;
    if (got > 0) {
        trace_fail("findings", "the ranker said what is no finding");
        return BUSY;
    }
    int code = child_end(finding);
    if (code != 0 || !finding->ended || finding->size > 0) {
        trace_fail("findings", "the ranker's child ended with %d before it was done", code);
        return BUSY;
    }
    finding_close(finding);
    evaluation->finding = NULL;
    *done = true;
    return evaluation->period.size > 0 ? findings_keep(paymaster, evaluation) : OK;
}
