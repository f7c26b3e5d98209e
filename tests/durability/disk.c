/* A disk that can lose its power, fail and fill up, for a process that is started with this library
 * in LD_PRELOAD.
 *
 * What the process writes below $DISK reaches the files there at once, as it always does. Beside it,
 * $DISK.durable holds what would be left after a power cut: a write or a truncation gets there only
 * when the file is flushed.
 *
 * A file $DISK.failing makes every flush fail with EIO. What was to be flushed is then forgotten, as
 * Linux forgets it (https://wiki.postgresql.org/wiki/Fsync_Errors): a later flush that succeeds does
 * not bring it back. A file $DISK.full makes every write fail with ENOSPC.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct change {
    struct change *next;
    char path[PATH_MAX]; /* below $DISK, with the slash before it */
    off_t at;
    ssize_t length; /* -1: the file is cut off at `at` */
    char bytes[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct change *first, **last = &first;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Whether the file is on the disk, and its path. */
static int on_disk(int fd, char *path) {
    const char *disk = getenv("DISK");
    char link[64], found[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = disk ? readlink(link, found, sizeof found - 1) : -1;
    if (length < 0) return 0;
    found[length] = 0;
    size_t prefix = strlen(disk);
    if (strncmp(found, disk, prefix) || found[prefix] != '/') return 0;
    strcpy(path, found + prefix);
    return 1;
}

static int is(const char *state) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s.%s", getenv("DISK"), state);
    return access(path, F_OK) == 0;
}

static void remember(const char *path, off_t at, const void *bytes, ssize_t length) {
    struct change *change = malloc(sizeof *change + (length > 0 ? length : 0));
    if (!change) abort();
    change->next = NULL;
    strcpy(change->path, path);
    change->at = at;
    change->length = length;
    if (length > 0) memcpy(change->bytes, bytes, length);
    *last = change;
    last = &change->next;
}

static void make_durable(const struct change *change) {
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s.durable%s", getenv("DISK"), change->path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    int done = fd < 0 ? -1
        : change->length < 0 ? NEXT(ftruncate)(fd, change->at)
        : NEXT(pwrite)(fd, change->bytes, change->length, change->at) == change->length ? 0 : -1;
    if (done < 0) abort();
    close(fd);
}

static int flush(int fd, int (*real)(int)) {
    char path[PATH_MAX];
    if (!on_disk(fd, path)) return real(fd);
    pthread_mutex_lock(&lock);
    int failing = is("failing");
    struct change **at = &first;
    while (*at) {
        struct change *change = *at;
        if (strcmp(change->path, path)) {
            at = &change->next;
            continue;
        }
        if (!failing) make_durable(change);
        *at = change->next;
        free(change);
    }
    last = at;
    pthread_mutex_unlock(&lock);
    if (failing) errno = EIO;
    return failing ? -1 : 0;
}

static ssize_t write_at(int fd, const char *path, const void *bytes, size_t length, off_t at) {
    pthread_mutex_lock(&lock);
    ssize_t written = -1;
    if (is("full")) errno = ENOSPC;
    else written = NEXT(pwrite)(fd, bytes, length, at);
    if (written > 0) remember(path, at, bytes, written);
    pthread_mutex_unlock(&lock);
    return written;
}

static int cut(int fd, off_t length, int (*real)(int, off_t)) {
    char path[PATH_MAX];
    if (!on_disk(fd, path)) return real(fd, length);
    pthread_mutex_lock(&lock);
    int done = real(fd, length);
    if (done == 0) remember(path, length, NULL, -1);
    pthread_mutex_unlock(&lock);
    return done;
}

int fsync(int fd) { return flush(fd, NEXT(fsync)); }
int fdatasync(int fd) { return flush(fd, NEXT(fdatasync)); }
int ftruncate(int fd, off_t length) { return cut(fd, length, NEXT(ftruncate)); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length, NEXT(ftruncate)); }

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[PATH_MAX];
    if (!on_disk(fd, path)) return NEXT(write)(fd, bytes, length);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t written = write_at(fd, path, bytes, length, at);
    if (written > 0) lseek(fd, at + written, SEEK_SET);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    char path[PATH_MAX];
    return on_disk(fd, path) ? write_at(fd, path, bytes, length, at)
                             : NEXT(pwrite)(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    return pwrite(fd, bytes, length, at);
}

/* Nobody here writes in these ways; should that change, the model of the disk must learn them. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
    char path[PATH_MAX];
    if (on_disk(fd, path)) abort();
    return NEXT(writev)(fd, parts, count);
}
