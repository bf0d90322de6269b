/* Self-attack: each probe runs in a child of its own after it has been confined, and must fail;
 * outside, most of them succeed. */
#include "core/sandbox.h"

#include "core/buf.h"
#include "core/conf.h"
#include "core/db.h"
#include "core/json.h"
#include "core/seal.h"
#include "core/text.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[600], inside_file[700], outside_file[700];

/* --- probes: true when the attack succeeded --- */

static bool forks(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0;
}

static bool starts_a_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
    return false; /* what ran would exit with 0 as well; see PROBE_EXEC */
}

static bool opens_for_writing(void)
{
    return open(inside_file, O_RDWR | O_CLOEXEC) >= 0;
}

static bool makes_a_file(void)
{
    return open(conf_path("store/new"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static bool empties_a_file_it_opens_for_reading(void)
{
    return open(inside_file, O_RDONLY | O_TRUNC | O_CLOEXEC) >= 0;
}

static bool makes_a_nameless_file(void)
{
    return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) >= 0;
}

static bool opens_by_openat2(void)
{
    uint64_t how[3] = {O_RDONLY, 0, 0};
    return syscall(SYS_openat2, AT_FDCWD, inside_file, how, sizeof(how)) >= 0;
}

static bool removes_a_file(void)
{
    return unlink(inside_file) == 0;
}

static bool renames_a_file(void)
{
    return rename(inside_file, outside_file) == 0;
}

static bool links_a_file(void)
{
    return link(inside_file, conf_path("link")) == 0;
}

static bool makes_a_folder(void)
{
    return mkdir(conf_path("store/folder"), 0700) == 0;
}

static bool changes_a_mode(void)
{
    return chmod(inside_file, 0777) == 0;
}

static bool opens_an_internet_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool opens_an_internet6_datagram_socket(void)
{
    return socket(AF_INET6, SOCK_DGRAM, 0) >= 0;
}

static bool opens_a_netlink_socket(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool binds_a_socket(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "x"};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    return fd >= 0 && bind(fd, (struct sockaddr *)&address, 4) == 0;
}

static bool maps_executable_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

static bool makes_memory_executable(void)
{
    void *data = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return data != MAP_FAILED && mprotect(data, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool makes_memory_executable_by_key(void)
{
    void *data = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return syscall(SYS_pkey_mprotect, data, 4096, PROT_READ | PROT_EXEC, -1) == 0;
}

static bool signals_its_parent(void)
{
    return kill(getppid(), 0) == 0;
}

static bool traces_another(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool reads_anothers_memory(void)
{
    char here;
    struct iovec local = {&here, 1}, remote = {&here, 1};
    return syscall(SYS_process_vm_readv, getpid(), &local, 1, &remote, 1, 0) == 1;
}

static bool types_into_a_terminal(void)
{
    /* Refused by us as EPERM; without us /dev/null says ENOTTY. */
    return ioctl(STDOUT_FILENO, TIOCSTI, "x") == 0 || errno == ENOTTY;
}

static bool changes_its_user(void)
{
    return setuid(getuid()) == 0;
}

static bool raises_its_limits(void)
{
    struct rlimit limit = {64, 64};
    return setrlimit(RLIMIT_CORE, &limit) == 0 || getrlimit(RLIMIT_CORE, &limit) == 0;
}

static bool makes_a_namespace(void)
{
    return unshare(CLONE_NEWUSER) == 0 || unshare(0) == 0;
}

static bool changes_its_folder(void)
{
    return chdir("/") == 0;
}

/* A web worker may make such a file, to hand an upload on; but nobody may run what is in it. */
static bool runs_a_nameless_program(void)
{
    int fd = memfd_create("x", MFD_CLOEXEC);
    if (fd < 0 || write(fd, "\xc3", 1) != 1)
        return false;
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) != MAP_FAILED;
}

static bool uses_an_io_ring(void)
{
    char parameters[256] = {0};
    return syscall(SYS_io_uring_setup, 4, parameters) >= 0;
}

static bool lists_processes_of_others(void)
{
    return open("/proc/1/status", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool reads_outside_its_folders(void)
{
    return open(outside_file, O_RDONLY | O_CLOEXEC) >= 0;
}

static bool dumps_core(void)
{
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
}

static const struct probe {
    const char *name;
    bool (*works)(void);
    bool needs_landlock;
} probes[] = {
    {"fork", forks, false},
    {"exec", starts_a_program, false},
    {"open for writing", opens_for_writing, false},
    {"make a file", makes_a_file, false},
    {"truncate by opening", empties_a_file_it_opens_for_reading, false},
    {"O_TMPFILE", makes_a_nameless_file, false},
    {"openat2", opens_by_openat2, false},
    {"unlink", removes_a_file, false},
    {"rename", renames_a_file, false},
    {"link", links_a_file, false},
    {"mkdir", makes_a_folder, false},
    {"chmod", changes_a_mode, false},
    {"internet socket", opens_an_internet_socket, false},
    {"internet datagram socket", opens_an_internet6_datagram_socket, false},
    {"netlink", opens_a_netlink_socket, false},
    {"bind", binds_a_socket, false},
    {"mmap executable", maps_executable_memory, false},
    {"mprotect executable", makes_memory_executable, false},
    {"pkey_mprotect executable", makes_memory_executable_by_key, false},
    {"kill", signals_its_parent, false},
    {"ptrace", traces_another, false},
    {"process_vm_readv", reads_anothers_memory, false},
    {"TIOCSTI", types_into_a_terminal, false},
    {"setuid", changes_its_user, false},
    {"limits", raises_its_limits, false},
    {"unshare", makes_a_namespace, false},
    {"chdir", changes_its_folder, false},
    {"memfd", runs_a_nameless_program, false},
    {"io_uring", uses_an_io_ring, false},
    {"/proc of others", lists_processes_of_others, true},
    {"read elsewhere", reads_outside_its_folders, true},
    {"core dump", dumps_core, false},
};
enum { PROBE_COUNT = sizeof(probes) / sizeof(probes[0]) };

static const char *const folders[] = {folder};

static void enter(enum sandbox_kind kind)
{
    sandbox_enter(&(struct sandbox){
        .kind = kind, .files_max = 64, .folders = folders, .folder_count = kind == SANDBOX_WEB});
}

struct attempt {
    const struct probe *probe;
    enum sandbox_kind kind;
    bool confined;
};

enum { HELD = 20, BROKE_OUT = 21 };

static void attempt(void *self)
{
    const struct attempt *attempt = self;
    if (attempt->confined)
        enter(attempt->kind);
    _exit(attempt->probe->works() ? BROKE_OUT : HELD);
}

static bool has_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1;
}

static void no_probe_gets_through_whatever_the_kind(void **state UNUSED)
{
    for (enum sandbox_kind kind = 0; kind < SANDBOX_COUNT; kind++) {
        for (size_t i = 0; i < PROBE_COUNT; i++) {
            struct attempt try = {&probes[i], kind, true};
            if (probes[i].needs_landlock && kind == SANDBOX_WEB && !has_landlock())
                continue;
            int code = scratch_child(attempt, &try);
            if (code != HELD)
                fail_msg("%s: %s ended with %d", sandbox_name(kind), probes[i].name, code);
        }
    }
}

static void the_same_probes_get_through_without_a_sandbox(void **state UNUSED)
{
    size_t through = 0;
    for (size_t i = 0; i < PROBE_COUNT; i++) {
        struct attempt try = {&probes[i], SANDBOX_WEB, false};
        int code = scratch_child(attempt, &try);
        through += code == BROKE_OUT || code == 0; /* 0: /bin/true ran */
        /* Put back what a probe took away. */
        unlink(conf_path("link"));
        unlink(conf_path("store/new"));
        rmdir(conf_path("store/folder"));
        close(open(inside_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        close(open(outside_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    }
    /* A container may itself forbid some of them. */
    assert_true(through >= PROBE_COUNT - 8);
}

/* The setting, for this child alone. */
static void refuse_by_killing(void)
{
    int fd = open(conf_path("curbside.conf"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const char line[] = "sandbox.kill = 1\n";
    if (write(fd, line, strlen(line)) < 0)
        _exit(9);
    char state[600];
    struct text now = text_of(conf_state());
    memcpy(state, now.data, now.size + 1);
    conf_open(state);
    unlink(conf_path("curbside.conf"));
}

static void kill_at_the_first_refusal(void *probe)
{
    refuse_by_killing();
    enter(SANDBOX_WEB);
    _exit(((const struct probe *)probe)->works() ? BROKE_OUT : HELD);
}

static void
the_setting_makes_a_refusal_deadly_but_not_opening_a_store_for_writing(void **state UNUSED)
{
    struct probe chdir_probe = {"chdir", changes_its_folder, false};
    struct probe open_probe = {"open", opens_for_writing, false};
    assert_int_equal(scratch_child(kill_at_the_first_refusal, &chdir_probe), 128 + SIGSYS);
    assert_int_equal(scratch_child(kill_at_the_first_refusal, &open_probe), HELD);
}

/* --- what each kind is for still works, at the strictest setting --- */

static bool web_work(struct arena *arena)
{
    char byte;
    int file = open(inside_file, O_RDONLY | O_CLOEXEC);
    struct json *json;
    struct html html;
    if (file < 0 || read(file, &byte, 1) < 0 || access(inside_file, R_OK) != 0)
        return false;
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    if (fcntl(file, F_SETLK, &lock) != 0 ||
        mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0) == MAP_FAILED)
        return false;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/nowhere"};
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ||
        (errno != ENOENT && errno != ECONNREFUSED))
        return false;
    if (json_read(text_bytes(TEXT("{\"a\":1}")), &json) != OK)
        return false;
    json_close(json);
    int upload = memfd_create("upload", MFD_CLOEXEC);
    if (upload < 0 || write(upload, "a", 1) != 1)
        return false;
    return text_markdown(arena, TEXT("*a*"), &html) == OK;
}

static void work(void *self)
{
    enum sandbox_kind kind = *(enum sandbox_kind *)self;
    struct arena arena;
    char hash[PASSWORD_HASH_SIZE];
    uint8_t number[16];
    arena_open(&arena, 1 << 20);
    enter(kind);
    seal_random(number, sizeof(number));
    void *memory = malloc(8 << 20);
    bool good = memory != NULL;
    free(memory);
    if (kind == SANDBOX_WEB)
        good = good && web_work(&arena);
    if (kind == SANDBOX_HASH)
        good = good && seal_password_hash(hash, TEXT("word"), 8, 1) == OK &&
               seal_password_check(hash, TEXT("word"));
    struct timespec now;
    good = good && clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0;
    _exit(good ? 0 : 5);
}

static void what_each_kind_is_for_still_works(void **state UNUSED)
{
    for (enum sandbox_kind kind = 0; kind < SANDBOX_COUNT; kind++)
        assert_int_equal(scratch_child(work, &kind), 0);
}

static struct db *open_store(enum role role, enum db_mode mode)
{
    static const struct migration migrations[] = {
        {"test/001",
         "CREATE TABLE note (id INTEGER PRIMARY KEY) STRICT; INSERT INTO note VALUES (7);"},
    };
    static const struct statement statements[] = {
        {"note_list", "SELECT id FROM note", 1U << ROLE_CLERK | 1U << ROLE_WEB_MEMBER, 1, 0},
    };
    static const struct store store = {"test", migrations, 1, statements, 1};
    struct db *db;
    return db_open(&db, &store, conf_path("store/test.db"), role, mode, 0) == OK ? db : NULL;
}

static bool can_read(struct db *db)
{
    struct db_statement *st = db == NULL ? NULL : db_statement(db, 0);
    bool read = st != NULL && db_step(st) == ROW && db_column_int(st, 0) == 7;
    if (st != NULL)
        db_reset(st);
    return read;
}

/* A store opened before, and one opened when confined (after a rebuild put a new file there). */
static void read_stores_inside(void *killing)
{
    if (killing != NULL)
        refuse_by_killing();
    struct db *before = open_store(ROLE_WEB_MEMBER, DB_READ);
    enter(SANDBOX_WEB);
    struct db *after = open_store(ROLE_WEB_MEMBER, DB_READ);
    struct db *writing = open_store(ROLE_CLERK, DB_FOLD);
    _exit(can_read(before) && can_read(after) ? writing == NULL ? 0 : 6 : 7);
}

static void a_confined_worker_reads_stores_and_cannot_write_them(void **state UNUSED)
{
    struct db *writer = open_store(ROLE_CLERK, DB_FOLD);
    assert_non_null(writer);
    assert_int_equal(scratch_child(read_stores_inside, NULL), 0);
    assert_int_equal(scratch_child(read_stores_inside, writer), 0);
    db_close(writer);
}

static void abort_inside(void *unused UNUSED)
{
    enter(SANDBOX_RULE);
    abort();
}

static void spin_inside(void *unused UNUSED)
{
    sandbox_enter(&(struct sandbox){.kind = SANDBOX_RULE, .cpu_seconds = 1});
    for (volatile uint64_t i = 0;; i++)
        ;
}

#ifndef __SANITIZE_ADDRESS__ /* which maps terabytes itself */
static void eat_inside(void *unused UNUSED)
{
    sandbox_enter(&(struct sandbox){.kind = SANDBOX_RULE, .memory_mib = 128});
    void *memory =
        mmap(NULL, 256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    _exit(memory == MAP_FAILED ? HELD : BROKE_OUT);
}
#endif

static void asserts_time_and_memory_still_end_a_confined_process(void **state UNUSED)
{
    assert_int_equal(scratch_child(abort_inside, NULL), 128 + SIGABRT);
    int code = scratch_child(spin_inside, NULL);
    assert_true(code == 128 + SIGXCPU || code == 128 + SIGKILL);
#ifndef __SANITIZE_ADDRESS__
    assert_int_equal(scratch_child(eat_inside, NULL), HELD);
#endif
}

static int open_all(void **state UNUSED)
{
    scratch_open();
    snprintf(folder, sizeof(folder), "%s", conf_folder("store"));
    snprintf(inside_file, sizeof(inside_file), "%s", conf_path("store/file"));
    snprintf(outside_file, sizeof(outside_file), "%s", conf_path("file"));
    close(open(inside_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    close(open(outside_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    return truncate(inside_file, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_probe_gets_through_whatever_the_kind),
        cmocka_unit_test(the_same_probes_get_through_without_a_sandbox),
        cmocka_unit_test(the_setting_makes_a_refusal_deadly_but_not_opening_a_store_for_writing),
        cmocka_unit_test(what_each_kind_is_for_still_works),
        cmocka_unit_test(a_confined_worker_reads_stores_and_cannot_write_them),
        cmocka_unit_test(asserts_time_and_memory_still_end_a_confined_process),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
