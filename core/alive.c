#include "core/alive.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BEAT_US = 1000 * 1000 };

const char *const alive_programs[] = {"clerk",     "ranker",    "paymaster",  "analyst",
                                      "postman",   "web-login", "web-member", "web-sponsor",
                                      "web-admin", NULL};

/* The handle of this program's own file. */
static int beat_fd = -1;
static int64_t beat_us;

void alive_open(const char *program)
{
    const char *const path = conf_path("run/%s.alive", program);
    beat_fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (beat_fd < 0)
        trace_die("alive", "cannot be noted: %s", strerror(errno));
    beat_us = 0;
    alive_beat();
}

void alive_beat(void)
{
    const int64_t now_us = clock_steady_us();
    if (beat_fd < 0 || (beat_us != 0 && now_us - beat_us < BEAT_US))
        return;
    beat_us = now_us;
    if (futimens(beat_fd, NULL) != 0)
        trace_warn("alive", "cannot be noted: %s", strerror(errno));
}

/* Real time on both sides: the clock that tests set stands still while programs live. */
int64_t alive_age_s(const char *file)
{
    struct stat state;
    struct timespec now;
    if (stat(conf_path("run/%s", file), &state) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    return (int64_t)(now.tv_sec - state.st_mtim.tv_sec);
}

size_t alive_missing(const char *missing[], size_t most)
{
    size_t count = 0;
    for (size_t i = 0; alive_programs[i] != NULL && count < most; i++) {
        char file[64];
        (void)snprintf(file, sizeof file, "%s.alive", alive_programs[i]);
        const int64_t age_s = alive_age_s(file);
        if (age_s < 0 || age_s > conf_int("alive.seconds"))
            missing[count++] = alive_programs[i];
    }
    return count;
}
