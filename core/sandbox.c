#include "core/sandbox.h"

#include "core/conf.h"
#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { WEB = 1 << SANDBOX_WEB, HASH = 1 << SANDBOX_HASH, RULE = 1 << SANDBOX_RULE };
enum { IMAGE = 1 << SANDBOX_IMAGE, ALL = 15 };
_Static_assert(SANDBOX_COUNT == 4, "ALL covers every kind");

/* Calls that are allowed whatever their arguments. */
static const struct allowed {
    int call;
    unsigned kinds;
} allowed[] = {
    /* what is open already */
    {SCMP_SYS(read), ALL},
    {SCMP_SYS(readv), ALL},
    {SCMP_SYS(write), ALL},
    {SCMP_SYS(writev), ALL},
    {SCMP_SYS(close), ALL},
    {SCMP_SYS(poll), ALL},
    {SCMP_SYS(ppoll), ALL},
    {SCMP_SYS(fstat), ALL},
    {SCMP_SYS(sendto), ALL},
    {SCMP_SYS(recvfrom), ALL},
    {SCMP_SYS(sendmsg), ALL},
    {SCMP_SYS(recvmsg), ALL},
    {SCMP_SYS(lseek), WEB},
    {SCMP_SYS(pread64), WEB | IMAGE},
    {SCMP_SYS(memfd_create), WEB}, /* what is uploaded is handed on in memory */
    {SCMP_SYS(select), WEB},
    {SCMP_SYS(pselect6), WEB},
    {SCMP_SYS(epoll_wait), WEB},
    {SCMP_SYS(epoll_pwait), WEB},
    {SCMP_SYS(epoll_ctl), WEB},
    {SCMP_SYS(epoll_create1), WEB},
    /* looking for stores */
    {SCMP_SYS(newfstatat), ALL}, /* glibc's fstat */
    {SCMP_SYS(stat), WEB},
    {SCMP_SYS(lstat), WEB},
    {SCMP_SYS(statfs), WEB}, /* free space, for the page about the house */
    {SCMP_SYS(access), WEB},
    {SCMP_SYS(faccessat), WEB},
    {SCMP_SYS(faccessat2), WEB},
    {SCMP_SYS(readlink), WEB},
    {SCMP_SYS(getcwd), WEB},
    /* sockets that are there */
    {SCMP_SYS(accept), WEB},
    {SCMP_SYS(accept4), WEB},
    {SCMP_SYS(connect), WEB},
    {SCMP_SYS(shutdown), WEB},
    {SCMP_SYS(getsockopt), WEB},
    {SCMP_SYS(setsockopt), WEB},
    {SCMP_SYS(getsockname), WEB},
    {SCMP_SYS(getpeername), WEB},
    /* memory */
    {SCMP_SYS(brk), ALL},
    {SCMP_SYS(munmap), ALL},
    {SCMP_SYS(mremap), ALL},
    {SCMP_SYS(madvise), ALL},
    {SCMP_SYS(mlock), ALL},
    {SCMP_SYS(munlock), ALL},
    /* time, chance, signals, self */
    {SCMP_SYS(clock_gettime), ALL},
    {SCMP_SYS(clock_nanosleep), ALL},
    {SCMP_SYS(nanosleep), ALL},
    {SCMP_SYS(gettimeofday), ALL},
    {SCMP_SYS(time), ALL},
    {SCMP_SYS(getrandom), ALL},
    {SCMP_SYS(futex), ALL},
    {SCMP_SYS(rt_sigaction), ALL},
    {SCMP_SYS(rt_sigprocmask), ALL},
    {SCMP_SYS(rt_sigpending), ALL},
    {SCMP_SYS(rt_sigtimedwait), WEB},
    {SCMP_SYS(rt_sigreturn), ALL},
    {SCMP_SYS(sigaltstack), ALL},
    {SCMP_SYS(restart_syscall), ALL},
    {SCMP_SYS(getpid), ALL},
    {SCMP_SYS(gettid), ALL},
    {SCMP_SYS(getppid), ALL},
    {SCMP_SYS(getuid), ALL},
    {SCMP_SYS(geteuid), ALL},
    {SCMP_SYS(getgid), ALL},
    {SCMP_SYS(getegid), ALL},
    {SCMP_SYS(getrusage), ALL},
    {SCMP_SYS(sched_yield), ALL},
    {SCMP_SYS(sched_getaffinity), ALL},
    {SCMP_SYS(setitimer), WEB | RULE},
    {SCMP_SYS(alarm), WEB}, /* each request's time */
    {SCMP_SYS(timer_settime), RULE},
    {SCMP_SYS(exit), ALL},
    {SCMP_SYS(exit_group), ALL},
};

/* Arguments that are allowed: (argument & mask) == value. */
struct condition {
    int call;
    unsigned kinds;
    unsigned argument;
    uint64_t mask, value;
};

#define WHOLE UINT64_MAX

enum { TEMPORARY = 020000000 }; /* __O_TMPFILE: the half of O_TMPFILE that is not O_DIRECTORY */
#define WRITES (O_ACCMODE | O_CREAT | O_TRUNC | TEMPORARY)

static const struct condition conditions[] = {
    {SCMP_SYS(mmap), ALL, 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), ALL, 2, PROT_EXEC, 0},
    {SCMP_SYS(open), WEB, 1, WRITES, O_RDONLY},
    {SCMP_SYS(openat), WEB, 2, WRITES, O_RDONLY},
    {SCMP_SYS(socket), WEB, 0, WHOLE, AF_UNIX},
    {SCMP_SYS(ioctl), ALL, 1, WHOLE, TCGETS},
    {SCMP_SYS(ioctl), WEB, 1, WHOLE, FIONREAD},
    {SCMP_SYS(ioctl), WEB, 1, WHOLE, FIONBIO},
    {SCMP_SYS(utimensat), WEB, 1, WHOLE, 0}, /* of an open file: the sign of life */
    {SCMP_SYS(fcntl), ALL, 1, WHOLE, F_GETFD},
    {SCMP_SYS(fcntl), ALL, 1, WHOLE, F_SETFD},
    {SCMP_SYS(fcntl), ALL, 1, WHOLE, F_GETFL},
    {SCMP_SYS(fcntl), ALL, 1, WHOLE, F_SETFL},
    {SCMP_SYS(fcntl), WEB, 1, WHOLE, F_GETLK},
    {SCMP_SYS(fcntl), WEB, 1, WHOLE, F_SETLK},
    {SCMP_SYS(fcntl), WEB, 1, WHOLE, F_SETLKW},
    {SCMP_SYS(prctl), ALL, 0, WHOLE, PR_SET_VMA}, /* glibc and sanitizers name their maps */
};

/* What SQLite tries on its way to reading only: ways to open for writing and, as root, to give a
 * file its owner. These fail with EACCES even where others kill, see the header. */
static const struct condition refusals[] = {
    {SCMP_SYS(open), WEB, 1, O_ACCMODE, O_WRONLY},
    {SCMP_SYS(open), WEB, 1, O_ACCMODE, O_RDWR},
    {SCMP_SYS(open), WEB, 1, O_CREAT, O_CREAT},
    {SCMP_SYS(open), WEB, 1, O_TRUNC, O_TRUNC},
    {SCMP_SYS(open), WEB, 1, TEMPORARY, TEMPORARY},
    {SCMP_SYS(openat), WEB, 2, O_ACCMODE, O_WRONLY},
    {SCMP_SYS(openat), WEB, 2, O_ACCMODE, O_RDWR},
    {SCMP_SYS(openat), WEB, 2, O_CREAT, O_CREAT},
    {SCMP_SYS(openat), WEB, 2, O_TRUNC, O_TRUNC},
    {SCMP_SYS(openat), WEB, 2, TEMPORARY, TEMPORARY},
    {SCMP_SYS(fchown), WEB, 0, 0, 0},
    {SCMP_SYS(fchmod), WEB, 0, 0, 0},
};

const char *sandbox_name(enum sandbox_kind kind)
{
    static const char *const names[SANDBOX_COUNT] = {"web", "hash", "rule", "image"};
    assert(kind < SANDBOX_COUNT);
    return names[kind];
}

/* A limit never rises: what was stricter before stays. */
static void limit_set(__rlimit_resource_t resource, int64_t most)
{
    struct rlimit limit;
    int failed = getrlimit(resource, &limit);
    assert(!failed && most >= 0);
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > (rlim_t)most)
        limit.rlim_max = (rlim_t)most;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(resource, &limit) != 0)
        trace_die("sandbox", "limit=%d error=%d", (int)resource, errno);
}

/* Landlock's first versions as the kernel grew them; the packaged header knows only some. */
struct landlock_rights {
    uint64_t files, net, scopes;
};

enum {
    FILES_ABI_1 = (1 << 13) - 1, /* execute, write, read, list, remove, make every kind */
    FILES_ABI_2 = 1 << 13,       /* refer */
    FILES_ABI_3 = 1 << 14,       /* truncate */
    FILES_ABI_5 = 1 << 15,       /* ioctl on devices */
    NET_ABI_4 = 3,               /* bind and connect TCP */
    SCOPES_ABI_6 = 3,            /* abstract Unix sockets, signals to others */
};

static void landlock_allow(int ruleset, const char *folder)
{
    struct landlock_path_beneath_attr beneath = {
        .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
        .parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC),
    };
    if (beneath.parent_fd < 0)
        trace_die("sandbox", "%s: cannot be opened, error=%d", folder, errno);
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0)
        trace_die("sandbox", "%s: landlock error=%d", folder, errno);
    close(beneath.parent_fd);
}

/* The version in force, 0 where the kernel has none: file modes and seccomp then stand alone. */
static int landlock_enter(const struct sandbox *sandbox)
{
    int version =
        (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return 0;
    struct landlock_rights rights = {.files = FILES_ABI_1};
    rights.files |= version >= 2 ? FILES_ABI_2 : 0;
    rights.files |= version >= 3 ? FILES_ABI_3 : 0;
    rights.files |= version >= 5 ? FILES_ABI_5 : 0;
    rights.net = version >= 4 ? NET_ABI_4 : 0;
    rights.scopes = version >= 6 ? SCOPES_ABI_6 : 0;
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rights, size, 0);
    if (ruleset < 0)
        return 0;
    for (size_t i = 0; i < sandbox->folder_count; i++)
        landlock_allow(ruleset, sandbox->folders[i]);
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        trace_die("sandbox", "landlock error=%d", errno);
    close(ruleset);
    return version;
}

static void rule_add(scmp_filter_ctx filter, uint32_t action, int call, unsigned count,
                     const struct scmp_arg_cmp *compare)
{
    int error = seccomp_rule_add_array(filter, action, call, count, compare);
    /* A call this machine does not have cannot be made, so its rule may be missing. */
    if (error != 0 && error != -EDOM && error != -EOPNOTSUPP)
        trace_die("sandbox", "call=%d error=%d", call, -error);
}

static void conditions_add(scmp_filter_ctx filter, unsigned kind, uint32_t action,
                           const struct condition *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct condition *c = &list[i];
        struct scmp_arg_cmp compare = {c->argument, SCMP_CMP_MASKED_EQ, c->mask, c->value};
        if (c->mask == WHOLE)
            compare = (struct scmp_arg_cmp){c->argument, SCMP_CMP_EQ, c->value, 0};
        if (c->kinds & kind)
            rule_add(filter, action, c->call, 1, &compare);
    }
}

static void seccomp_enter(const struct sandbox *sandbox, bool kill)
{
    unsigned kind = 1U << sandbox->kind;
    scmp_filter_ctx filter = seccomp_init(kill ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        trace_die("sandbox", "no memory for the filter");
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        if (allowed[i].kinds & kind)
            rule_add(filter, SCMP_ACT_ALLOW, allowed[i].call, 0, NULL);
    }
    conditions_add(filter, kind, SCMP_ACT_ALLOW, conditions,
                   sizeof(conditions) / sizeof(conditions[0]));
    conditions_add(filter, kind, SCMP_ACT_ERRNO(EACCES), refusals,
                   sizeof(refusals) / sizeof(refusals[0]));
    /* abort() signals its own process, and nobody else's. */
    struct scmp_arg_cmp self = {0, SCMP_CMP_EQ, (uint64_t)getpid(), 0};
    rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &self);
    int error = seccomp_load(filter);
    if (error != 0)
        trace_die("sandbox", "seccomp error=%d", -error);
    seccomp_release(filter);
}

void sandbox_enter(const struct sandbox *sandbox)
{
    assert(sandbox->kind < SANDBOX_COUNT);
    assert(sandbox->folder_count == 0 || sandbox->kind == SANDBOX_WEB);
    bool kill = conf_int("sandbox.kill") != 0;
    limit_set(RLIMIT_CORE, 0);
    if (sandbox->memory_mib > 0 && !SANITIZED) /* sanitizers map terabytes and touch little */
        limit_set(RLIMIT_AS, sandbox->memory_mib << 20);
    if (sandbox->cpu_seconds > 0)
        limit_set(RLIMIT_CPU, sandbox->cpu_seconds);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        trace_die("sandbox", "error=%d", errno);
    int landlock = landlock_enter(sandbox);
    if (sandbox->files_max > 0)
        limit_set(RLIMIT_NOFILE, sandbox->files_max);
    seccomp_enter(sandbox, kill);
    trace_info("sandbox", "kind=%s landlock=%d kill=%d", sandbox_name(sandbox->kind), landlock,
               kill);
}
