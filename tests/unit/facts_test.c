/* What the ranker tells at a month's close: rings are told, directions are not, and it is the same
 * each time. */
#include "core/clock.h"
#include "core/conf.h"
#include "tests/support/past.h"
#include "tests/support/scratch.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { OUT_MAX = 1 << 20, MEMBERS = 30, ANSWERS = 300, RING = 5 };

static struct past past;
static char program[512];

/* All that `facts` prints; the journal up to `upto`, everything from `start_ms` on. */
static char *facts(int64_t upto, int64_t start_ms)
{
    static char numbers[3][24];
    char *text = malloc(OUT_MAX);
    size_t size = 0;
    ssize_t got;
    int ends[2], status;
    assert_non_null(text);
    snprintf(numbers[0], sizeof numbers[0], "%lld", (long long)upto);
    snprintf(numbers[1], sizeof numbers[1], "%lld", (long long)start_ms);
    snprintf(numbers[2], sizeof numbers[2], "%lld", (long long)(past.at_ms + 1));
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        execl(program, program, "--state", conf_state(), "facts", numbers[0], numbers[1],
              numbers[2], (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while ((got = read(ends[0], text + size, OUT_MAX - 1 - size)) > 0)
        size += (size_t)got;
    close(ends[0]);
    text[size] = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return text;
}

/* 300 answers with three votes of colleagues in turn; five mates also corroborate (turned: dispute)
 * all of each other's. The place in the journal. */
static int64_t live(bool turned)
{
    int64_t seq = 0;
    (void)scratch_open();
    memset(&past, 0, sizeof past);
    past_open(&past, 7);
    past_members(&past, MEMBERS);
    int64_t question = past_question(&past, past.members[0]);
    for (size_t i = 0; i < ANSWERS; i++) {
        size_t author = 1 + i % (MEMBERS - 1);
        (void)past_answer(&past, question, past.members[author]);
        for (size_t v = 0; v < 3; v++) {
            size_t voter = (author + 7 + 5 * v + i / (MEMBERS - 1)) % MEMBERS;
            if (voter != author)
                seq = past_vote(&past, past.posting_count - 1, past.members[voter],
                                v == 2               ? 3
                                : (v == 0) != turned ? 2
                                                     : 1,
                                1);
        }
        for (size_t mate = 1; author <= RING && mate <= RING; mate++)
            if (mate != author)
                seq =
                    past_vote(&past, past.posting_count - 1, past.members[mate], turned ? 2 : 1, 1);
    }
    return seq;
}

/* The lines of votes alone, one after the other. */
static char *votes_of(const char *text)
{
    char *votes = calloc(1, OUT_MAX);
    assert_non_null(votes);
    for (const char *line = text; *line; line = strchr(line, '\n') + 1)
        if (line[0] == 'v')
            strncat(votes, line, (size_t)(strchr(line, '\n') + 1 - line));
    return votes;
}

static void a_ring_is_told_and_colleagues_are_not(void **state)
{
    (void)state;
    char *text = facts(live(false), 0);
    long linked = 0, apart = 0;
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        long long posting, member;
        double is_apart, trust, worth;
        if (sscanf(line, "v %lld %lld %lf %lf %lf", &posting, &member, &is_apart, &trust, &worth) !=
            5)
            continue;
        linked += is_apart < 0.5;
        apart += is_apart > 0.99;
    }
    assert_true(linked > 10);
    assert_true(apart > 600);
    assert_non_null(strstr(text, "\nend 301 "));
    free(text);
    past_close(&past);
}

static void turned_votes_leave_every_line_of_a_vote_as_it_is(void **state)
{
    (void)state;
    char *one = facts(live(false), 0);
    past_close(&past);
    char *other = facts(live(true), 0);
    char *votes = votes_of(one), *turned = votes_of(other);
    assert_true(strlen(votes) > 1000);
    assert_string_equal(votes, turned);
    assert_string_not_equal(one, other); /* control: what is told of postings does move */
    free(one);
    free(other);
    free(votes);
    free(turned);
    past_close(&past);
}

static void it_is_the_same_each_time_and_of_the_month_alone(void **state)
{
    (void)state;
    int64_t head = live(false);
    char *one = facts(head, 0), *other = facts(head, 0), *late = facts(head, past.at_ms);
    assert_string_equal(one, other);
    char *none = votes_of(late);
    assert_string_equal(none, "");
    free(one);
    free(other);
    free(late);
    free(none);
    past_close(&past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ring_is_told_and_colleagues_are_not),
        cmocka_unit_test(turned_votes_leave_every_line_of_a_vote_as_it_is),
        cmocka_unit_test(it_is_the_same_each_time_and_of_the_month_alone),
    };
    const char *build = getenv("BUILD");
    snprintf(program, sizeof program, "%s/bin/curbside-ranker", build ? build : "build");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
