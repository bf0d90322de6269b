#include "demo/house.h"

#include "core/alive.h"
#include "core/conf.h"
#include "core/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
enum { START_TRIES = 300, START_WAIT_US = 100 * 1000 };

/* Quick hashes and day-long sessions while the past is played; the file goes away with the building
 * site. */
static const char building_settings[] = "password.memory_mib = 8\n"
                                        "password.passes = 1\n"
                                        "session.idle_minutes = 1440\n"
                                        "session.idle_minutes_staff = 1440\n"
                                        "session.hours = 168\n"
                                        "session.hours_staff = 168\n"
                                        "session.touch_minutes = 60\n"
                                        "password.per_minute = 100000\n"
                                        "second.physician = 0\n"
                                        "second.staff = 0\n"
                                        "confirm.passkey_hours = 0\n"
                                        "money.two_admins = 0\n"
                                        "key.two_admins = 0\n"
                                        "posting.hold_first = 0\n"
                                        "earmark.audience = 20\n";
/* What stays: whoever looks around signs in with the printed passwords alone. */
static const char demo_settings[] = "# A demo: second factors are offered, and nobody needs one; "
                                    "deposits take one admin, first postings\n"
                                    "# are seen at once, and earmarks pay in a community of forty. "
                                    "A house that is meant in earnest leaves these out.\n"
                                    "second.physician = 0\n"
                                    "second.staff = 0\n"
                                    "confirm.passkey_hours = 0\n"
                                    "money.two_admins = 0\n"
                                    "key.two_admins = 0\n"
                                    "posting.hold_first = 0\n"
                                    "earmark.audience = 20\n";

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat, (void)type, (void)ftw;
    return remove(path);
}

static enum result write_file(const char *path, const void *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return BUSY;
    bool whole = write(fd, data, size) == (ssize_t)size;
    return close(fd) == 0 && whole ? OK : BUSY;
}

static const char *path_in(struct house *house, const char *name)
{
    return arena_format(house->arena, "%s/%s", house->state, name).data;
}

enum result house_open(struct house *house, struct arena *arena, const char *target,
                       int64_t start_ms)
{
    /* A copy: conf_open below points elsewhere. */
    *house = (struct house){.arena = arena, .target = arena_text(arena, text_of(target)).data};
    house->state = arena_format(arena, "%s.building", target).data;
    if (access(path_in(house, "demo-in-progress"), F_OK) == 0)
        (void)!nftw(house->state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (mkdir(house->state, 0755) != 0) {
        fprintf(stderr, "demo: %s: %s\n", house->state, strerror(errno));
        return BUSY;
    }
    house->clock_path = path_in(house, "clock");
    if (write_file(path_in(house, "demo-in-progress"), "", 0) != OK ||
        write_file(path_in(house, "curbside.conf"), building_settings,
                   sizeof(building_settings) - 1) != OK ||
        write_file(house->clock_path, &start_ms, sizeof(start_ms)) != OK)
        return BUSY;
    int fd = open(house->clock_path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return BUSY;
    house->clock_ms = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if ((void *)house->clock_ms == MAP_FAILED)
        return BUSY;
    /* From here on this process, too, speaks to the building site and lives in its time. */
    setenv("STATE", house->state, 1);
    setenv("CURBSIDE_CLOCK", house->clock_path, 1);
    conf_open(house->state);
    return OK;
}

static const char *sibling(struct house *house, const char *program)
{
    char self[4096];
    ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (size < 0)
        trace_die("demo", "own path cannot be read");
    self[size] = 0;
    char *slash = strrchr(self, '/');
    *slash = 0;
    return arena_format(house->arena, "%s/%s", self, program).data;
}

/* What the programs say goes to STATE/log; what the supervisor says, beside it. */
static pid_t start(struct house *house, const char *const argv[])
{
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, path_in(house, "building.log"),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    int fault = posix_spawn(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return fault == 0 ? pid : 0;
}

enum result house_start(struct house *house)
{
    const char *missing[16];
    const char *argv[] = {
        sibling(house, "curbside"), "--state", house->state, "up", "--no-nginx", NULL};
    house->up = start(house, argv);
    if (house->up == 0)
        return BROKEN;
    for (int i = 0; i < START_TRIES; i++) {
        if (alive_missing(missing, 16) == 0)
            return OK;
        if (waitpid(house->up, NULL, WNOHANG) != 0)
            break;
        usleep(START_WAIT_US);
    }
    fprintf(stderr, "demo: the programs did not come up; see %s/log\n", house->state);
    return BUSY;
}

enum result house_import_rosters(struct house *house)
{
    static const char *const lists[][2] = {{"board:MO", "roster-missouri.tsv"},
                                           {"nppes", "roster-nppes.csv"}};
    for (size_t i = 0; i < 2; i++) {
        int status = 1;
        const char *argv[] = {sibling(house, "curbside-clerk"),
                              "--state",
                              house->state,
                              "roster",
                              "import",
                              lists[i][0],
                              path_in(house, lists[i][1]),
                              NULL};
        pid_t pid = start(house, argv);
        if (pid == 0 || waitpid(pid, &status, 0) != pid || status != 0) {
            fprintf(stderr, "demo: the roster %s was not imported\n", lists[i][1]);
            return BROKEN;
        }
    }
    return OK;
}

bool house_finish(struct house *house, bool whole)
{
    static const char *const leftovers[] = {
        "demo-in-progress", "curbside.conf",       "clock",           "building.log",
        "building.log",     "roster-missouri.tsv", "roster-nppes.csv"};
    if (house->up > 0) {
        kill(house->up, SIGTERM);
        waitpid(house->up, NULL, 0);
    }
    if (!whole)
        return false;
    for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++)
        unlink(path_in(house, leftovers[i]));
    if (write_file(path_in(house, "curbside.conf"), demo_settings, sizeof(demo_settings) - 1) != OK)
        fprintf(stderr, "demo: %s/curbside.conf was not written\n", house->state);
    (void)rmdir(house->target); /* an empty folder may stand in the way */
    if (rename(house->state, house->target) == 0)
        return true;
    fprintf(stderr, "demo: %s: %s\n", house->target, strerror(errno));
    return false;
}
