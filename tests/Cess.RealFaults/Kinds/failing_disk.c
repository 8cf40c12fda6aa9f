/* A disk that fails, between a process and its files: preloaded, it looks at each sync and write of a regular file whether the file that
 * CESS_FAILING_DISK names is there. That says in one line what is to fail:
 *
 *     CALL ERRNO PERCENT PATH
 *
 * CALL is "sync", "write", or "short" (half of what was to be written is, without an error); PATH is a part of the paths concerned. Each
 * fault adds a byte to the file with ".hits" behind its name. What a library looks up by itself with dlsym goes past this. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_uint turns;

static ssize_t read_small(const char *path, char *into, size_t size)
{
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (file < 0)
        return -1;
    ssize_t count = syscall(SYS_read, file, into, size - 1);
    syscall(SYS_close, file);
    into[count < 0 ? 0 : count] = 0;
    return count;
}

static void count_hit(const char *trigger)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s.hits", trigger);
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file >= 0) {
        syscall(SYS_write, file, "x", (size_t)1);
        syscall(SYS_close, file);
    }
}

/* 0 for no fault, -1 for a short write, else the errno. */
static int fault(int fd, const char *call)
{
    int before = errno, number = 0, percent = 0, result = 0;
    char text[512], wanted[16], part[256], link[64], path[PATH_MAX];
    const char *trigger = getenv("CESS_FAILING_DISK");
    if (trigger != NULL && read_small(trigger, text, sizeof text) > 0
        && sscanf(text, "%15s %d %d %255s", wanted, &number, &percent, part) == 4) {
        int is_short = strcmp(wanted, "short") == 0;
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, sizeof path - 1);
        if (length > 0 && (strcmp(wanted, call) == 0 || (is_short && strcmp(call, "write") == 0))) {
            path[length] = 0;
            /* A step that shares no factor with 100, so that faults are spread and yet the same share of all. */
            if (strstr(path, part) != NULL && (int)(atomic_fetch_add(&turns, 1) * 37 % 100) < percent) {
                count_hit(trigger);
                result = is_short ? -1 : number;
            }
        }
    }
    errno = before;
    return result;
}

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

#define SYNC(name)                                          \
    int name(int fd)                                        \
    {                                                       \
        static int (*real)(int);                            \
        if (real == NULL)                                   \
            real = (int (*)(int))next(#name);               \
        int failure = fault(fd, "sync");                    \
        if (failure > 0) {                                  \
            errno = failure;                                \
            return -1;                                      \
        }                                                   \
        return real(fd);                                    \
    }

SYNC(fsync)
SYNC(fdatasync)

ssize_t write(int fd, const void *bytes, size_t count)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (real == NULL)
        real = (ssize_t (*)(int, const void *, size_t))next("write");
    int failure = fault(fd, "write");
    if (failure > 0) {
        errno = failure;
        return -1;
    }
    return real(fd, bytes, failure < 0 && count > 1 ? count / 2 : count);
}

#define PWRITE(name)                                                                    \
    ssize_t name(int fd, const void *bytes, size_t count, off_t at)                     \
    {                                                                                   \
        static ssize_t (*real)(int, const void *, size_t, off_t);                       \
        if (real == NULL)                                                               \
            real = (ssize_t (*)(int, const void *, size_t, off_t))next(#name);          \
        int failure = fault(fd, "write");                                               \
        if (failure > 0) {                                                              \
            errno = failure;                                                            \
            return -1;                                                                  \
        }                                                                               \
        return real(fd, bytes, failure < 0 && count > 1 ? count / 2 : count, at);       \
    }

PWRITE(pwrite)
PWRITE(pwrite64)

#define PWRITEV(name)                                                                   \
    ssize_t name(int fd, const struct iovec *pieces, int count, off_t at)               \
    {                                                                                   \
        static ssize_t (*real)(int, const struct iovec *, int, off_t);                  \
        if (real == NULL)                                                               \
            real = (ssize_t (*)(int, const struct iovec *, int, off_t))next(#name);     \
        int failure = fault(fd, "write");                                               \
        if (failure > 0) {                                                              \
            errno = failure;                                                            \
            return -1;                                                                  \
        }                                                                               \
        return real(fd, pieces, failure < 0 && count > 1 ? count / 2 : count, at);      \
    }

PWRITEV(pwritev)
PWRITEV(pwritev64)
