#include "core/status.h"
#include "core/alive.h"
#include "core/conf.h"
#include "core/db.h"
#include "core/log.h"
#include "core/program.h"
#include "core/trace.h"
#include "schema/common.h"
#include "schema/log.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MISSING_MAX = 16, LOG_COUNT = 2 };
static const char *const log_names[LOG_COUNT] = {"journal", "ledger"};

/* Any store, for its cursors only: the common statements stand first in every table, so the log's
 * begins with them. */
static const struct store any_store = {"any", NULL, 0, log_statements, 2};

/* --- programs --- */

/* Field `which` (from 3 on) of /proc/PID/stat; the command before it may hold anything but its last
 * ')'. */
static int64_t stat_field(const char *pid, int which)
{
    char path[64], line[1024] = "";
    (void)snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *const file = fopen(path, "re");
    if (file == NULL)
        return -1;
    const char *at = fgets(line, sizeof line, file) == NULL ? NULL : strrchr(line, ')');
    (void)fclose(file);
    for (int i = 2; at != NULL && i < which; i++)
        at = strchr(at + 1, ' ');
    return at == NULL ? -1 : strtoll(at + 1, NULL, 10);
}

static int64_t pss_kib(const char *pid)
{
    char path[64], line[256];
    int64_t kib = 0;
    (void)snprintf(path, sizeof path, "/proc/%.20s/smaps_rollup", pid);
    FILE *const file = fopen(path, "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "Pss:", 4) == 0)
            kib = strtoll(line + 4, NULL, 10);
    (void)fclose(file);
    return kib;
}

/* A program with all its children: its process group is its own. */
static int64_t group_kib(pid_t group)
{
    int64_t kib = 0;
    DIR *const folder = opendir("/proc");
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]) && stat_field(entry->d_name, 5) == group)
            kib += pss_kib(entry->d_name);
    if (folder != NULL)
        (void)closedir(folder);
    return kib;
}

static void print_since(const char *name)
{
    char file[64];
    (void)snprintf(file, sizeof file, "%s.pid", name);
    const int64_t seconds = alive_age_s(file);
    if (seconds < 0)
        return;
    if (seconds < 120)
        (void)printf("  for %" PRId64 " s", seconds);
    else if (seconds < 2 * 3600)
        (void)printf("  for %" PRId64 " min", seconds / 60);
    else
        (void)printf("  for %" PRId64 " h", seconds / 3600);
}

static bool is_missing(const char *const *missing, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(missing[i], name) == 0)
            return true;
    return false;
}

static int64_t print_program(const char *name, bool silent)
{
    const pid_t pid = program_pid(name);
    if (pid == 0) {
        (void)printf("%-12s down\n", name);
        return 0;
    }
    const int64_t kib = group_kib(pid);
    (void)printf("%-12s %-6s %6.1f MiB", name, silent ? "silent" : "up", (double)kib / 1024);
    print_since(name);
    (void)printf("\n");
    return kib;
}

/* --- stores --- */

static int64_t log_size(const char *name)
{
    struct log *log;
    int64_t seq = 0;
    uint8_t digest[32];
    if (access(conf_path("%s/%s.db", name, name), R_OK) != 0 ||
        log_open(&log, name, LOG_READ, 0) != OK)
        return -1;
    if (log_head(log, &seq, digest) != OK)
        seq = -1;
    log_close(log);
    return seq;
}

static void print_lags(const char *path, const int64_t heads[LOG_COUNT], struct arena *arena)
{
    struct db *db;
    if (db_open(&db, &any_store, path, ROLE_OPERATOR, DB_READ, 0) != OK)
        return;
    for (size_t i = 0; i < LOG_COUNT; i++) {
        struct common_cursor_get_row row;
        arena_reset(arena, 0);
        if (common_cursor_get(db, arena, text_of(log_names[i]), &row) == OK && heads[i] >= 0)
            (void)printf("  %s %" PRId64 ", %" PRId64 " behind", log_names[i], row.seq,
                         heads[i] - row.seq);
    }
    db_close(db);
}

static int64_t file_size(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 ? (int64_t)file.st_size : 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void print_stores(void)
{
    struct arena arena;
    struct dirent **entries = NULL;
    int64_t heads[LOG_COUNT];
    arena_open(&arena, 64 * 1024);
    for (size_t i = 0; i < LOG_COUNT; i++)
        heads[i] = log_size(log_names[i]);
    const int count = scandir(conf_state(), &entries, NULL, by_name);
    for (int i = 0; i < count; i++) {
        const char *const name = entries[i]->d_name;
        const char *const path = conf_path("%s/%s.db", name, name);
        const int64_t size = name[0] == '.' ? 0 : file_size(path);
        if (size > 0) {
            (void)printf("%-12s %9.1f MiB +%5.1f", name, (double)size / 1048576,
                         (double)file_size(conf_path("%s/%s.db-wal", name, name)) / 1048576);
            for (size_t j = 0; j < LOG_COUNT; j++)
                if (strcmp(name, log_names[j]) == 0)
                    (void)printf("  %" PRId64 " entries", heads[j]);
            print_lags(path, heads, &arena);
            (void)printf("\n");
        }
        free(entries[i]);
    }
    free(entries);
    arena_close(&arena);
}

int status_print(void)
{
    const char *missing[MISSING_MAX];
    const size_t count = alive_missing(missing, MISSING_MAX);
    int64_t kib = 0;
    bool down = false;
    for (size_t i = 0; alive_programs[i] != NULL; i++) {
        const bool silent = is_missing(missing, count, alive_programs[i]);
        down = down || silent || program_pid(alive_programs[i]) == 0;
        kib += print_program(alive_programs[i], silent);
    }
    kib += print_program("nginx", false);
    (void)printf("%-12s        %6.1f MiB\n\n", "together", (double)kib / 1024);
    print_stores();
    return down ? 1 : 0;
}
