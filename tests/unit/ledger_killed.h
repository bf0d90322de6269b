#pragma once
/* Work of the paymaster's, done in a child that is killed before one of its system calls, and again
 * from what that left behind. Included by one test file each, after ledger_world.h. */
#include "tests/unit/ledger_world.h"

#include <sys/ptrace.h>

static char killed_state[600], killed_copy[640];

static UNUSED void killed_call(const char *const *words)
{
    pid_t pid = fork();
    int status;
    if (pid == 0) {
        execvp(words[0], (char *const *)(uintptr_t)words);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* Keep the state folder as it is; nothing in it is open. */
static UNUSED void killed_keep(void)
{
    snprintf(killed_state, sizeof killed_state, "%.590s", conf_path("."));
    killed_state[strlen(killed_state) - 2] = '\0';
    snprintf(killed_copy, sizeof killed_copy, "%s.kept", killed_state);
    const char *const keep[] = {"cp", "-a", killed_state, killed_copy, NULL};
    killed_call(keep);
}

static UNUSED void killed_restore(void)
{
    char from[700];
    snprintf(from, sizeof from, "%s/.", killed_copy);
    const char *const clear[] = {"rm", "-rf", killed_state, NULL};
    const char *const copy[] = {"cp", "-a", from, killed_state, NULL};
    killed_call(clear);
    assert_int_equal(mkdir(killed_state, 0700), 0);
    killed_call(copy);
}

static UNUSED void killed_forget(void)
{
    const char *const clear[] = {"rm", "-rf", killed_copy, NULL};
    killed_call(clear);
}

/* Do it in a child that is killed before its system call number `kill_at` (0: never); `open` comes
 * before the calls that count. How many it made, or -1 when it was killed. */
static UNUSED long killed_run(enum result (*open)(void), enum result (*work)(void), long kill_at)
{
    fflush(NULL);
    pid_t pid = fork();
    int status;
    long calls = 0;
    assert_true(pid >= 0);
    if (pid == 0) {
        if (open() != OK)
            _exit(8);
        (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        (void)raise(SIGSTOP);
        _exit(work() == OK ? 0 : 9);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSTOPPED(status));
    for (;;) {
        assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (!WIFSTOPPED(status))
            break;
        if (++calls == kill_at) {
            kill(pid, SIGKILL);
            assert_int_equal(waitpid(pid, &status, 0), pid);
            return -1;
        }
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return calls;
}

/* Of so many calls each one with KILLS=1, else about so many of them. */
static UNUSED long killed_step(long calls, long some)
{
    return getenv("KILLS") != NULL ? 1 : calls / some + 1;
}
