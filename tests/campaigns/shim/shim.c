/* A disk that can fail: loaded in front of the C library (LD_PRELOAD) of a program under test.
 *
 * Notes which bytes of which file were synced, and can lie, dawdle, fail or be full when told so
 * in a small shared file. Also moves the clock. What is written through stdio's buffers is seen
 * when it is synced, not when it is written. tests/campaigns/shim/__init__.py is its only user. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* In the order of the fields of Orders in __init__.py. */
struct orders {
    int64_t lie;           /* 1: syncing returns at once and nothing is noted */
    int64_t delay_us;      /* every sync takes this much longer */
    int64_t fail_from;     /* the first sync that fails with EIO, counted from 1; 0: none */
    int64_t fail_times;    /* how many do */
    int64_t syncs;         /* counted here */
    int64_t space_limited; /* 1: `space` counts */
    int64_t space;         /* bytes that can still be written */
    int64_t clock_s;       /* seconds by which the clock is ahead */
};

struct note {
    int64_t device, inode, synced;
};

static volatile struct orders nothing, *orders = &nothing;
static char below[PATH_MAX], boot[PATH_MAX];
static size_t below_length;
static int map = -1;

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("DISK_SHIM_BELOW");
    const char *control = getenv("DISK_SHIM_ORDERS");
    const char *notes = getenv("DISK_SHIM_MAP");
    const char *started = getenv("DISK_SHIM_BOOT");
    if (!folder || !control || !notes || !started) return;
    if (strlen(folder) >= sizeof below || strlen(started) >= sizeof boot) return;
    int fd = syscall(SYS_openat, AT_FDCWD, control, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *shared = mmap(0, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    if (shared == MAP_FAILED) return;
    map = syscall(SYS_openat, AT_FDCWD, notes, O_WRONLY | O_APPEND | O_CLOEXEC);
    /* Out of the way of programs that close or count the low descriptors. */
    int high = fcntl(map, F_DUPFD_CLOEXEC, 200);
    if (high >= 0) {
        syscall(SYS_close, map);
        map = high;
    }
    strcpy(below, folder);
    strcpy(boot, started);
    below_length = strlen(below);
    orders = shared;
}

static int is_ours(int fd, struct stat *found) {
    char link[40], path[PATH_MAX];
    if (!below_length || syscall(SYS_fstat, fd, found) || !S_ISREG(found->st_mode)) return 0;
    char digits[12], *end = digits + sizeof digits - 1;
    *end = 0;
    do *--end = '0' + fd % 10;
    while (fd /= 10);
    strcpy(link, "/proc/self/fd/");
    strcat(link, end);
    ssize_t length = readlink(link, path, sizeof path - 1);
    return length > (ssize_t)below_length && !strncmp(path, below, below_length);
}

static void note(const struct stat *file, int64_t synced) {
    struct note one = {file->st_dev, file->st_ino, synced};
    int before = errno;
    if (map >= 0) syscall(SYS_write, map, &one, sizeof one);
    errno = before;
}

static int sync_with(long call, int fd) {
    struct stat file;
    if (!is_ours(fd, &file)) return syscall(call, fd);
    int64_t nth = __atomic_add_fetch(&orders->syncs, 1, __ATOMIC_SEQ_CST);
    if (orders->delay_us > 0) usleep(orders->delay_us);
    int64_t from = orders->fail_from;
    if (from && nth >= from && nth < from + orders->fail_times) {
        errno = EIO;
        return -1;
    }
    if (orders->lie) return 0;
    /* The length from before the call: what others append meanwhile is not promised. */
    int done = syscall(call, fd);
    if (!done) note(&file, file.st_size);
    return done;
}

int fsync(int fd) { return sync_with(SYS_fsync, fd); }

int fdatasync(int fd) { return sync_with(SYS_fdatasync, fd); }

/* How many of `wanted` bytes fit; -1 with ENOSPC when none do. */
static ssize_t room_for(int fd, size_t wanted) {
    struct stat file;
    if (!orders->space_limited || !wanted || !is_ours(fd, &file)) return wanted;
    int64_t before = __atomic_fetch_sub(&orders->space, wanted, __ATOMIC_SEQ_CST);
    if (before >= (int64_t)wanted) return wanted;
    orders->space = 0;
    if (before > 0) return before;
    errno = ENOSPC;
    return -1;
}

ssize_t write(int fd, const void *bytes, size_t wanted) {
    ssize_t fits = room_for(fd, wanted);
    return fits < 0 ? -1 : syscall(SYS_write, fd, bytes, fits);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    size_t wanted = 0;
    for (int i = 0; i < count; i++) wanted += parts[i].iov_len;
    ssize_t fits = room_for(fd, wanted);
    if (fits < 0) return -1;
    if ((size_t)fits == wanted) return syscall(SYS_writev, fd, parts, count);
    size_t first = parts[0].iov_len < (size_t)fits ? parts[0].iov_len : (size_t)fits;
    return syscall(SYS_write, fd, parts[0].iov_base, first);
}

/* A file that is gone or emptied has nothing synced; its inode may come back as another file. */
static void forget(const char *path) {
    struct stat file;
    if (below_length && path && !syscall(SYS_newfstatat, AT_FDCWD, path, &file, 0) &&
        S_ISREG(file.st_mode) && file.st_nlink < 2)
        note(&file, 0);
}

int unlink(const char *path) {
    forget(path);
    return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int rename(const char *from, const char *to) {
    forget(to);
    return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static int open_with(int at, const char *path, int flags, mode_t mode) {
    if (boot[0] && !strcmp(path, "/proc/sys/kernel/random/boot_id")) path = boot;
    if (flags & O_TRUNC) forget(path);
    return syscall(SYS_openat, at, path, flags, mode);
}

#define MODE(flags)                                \
    mode_t mode = 0;                               \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {       \
        va_list more;                              \
        va_start(more, flags);                     \
        mode = va_arg(more, mode_t);               \
        va_end(more);                              \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    return open_with(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    return open_with(AT_FDCWD, path, flags, mode);
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int done = syscall(SYS_clock_gettime, which, now);
    if (!done && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
        now->tv_sec += orders->clock_s;
    return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *also) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (also) *also = now.tv_sec;
    return now.tv_sec;
}
