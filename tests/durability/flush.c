/* Flushes that fail with EIO while there is a file $FAILING, for a process that is started with this
 * library in LD_PRELOAD, and for its children. The file $FLUSHED gets the path of each file and folder
 * that is flushed, a line each. Unlike disk.c it models no power cut, which would take
 * a memory that all processes of a server share. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int fails(void) {
    const char *path = getenv("FAILING");
    if (!path || access(path, F_OK)) return 0;
    errno = EIO;
    return 1;
}

static void note(int fd) {
    const char *path = getenv("FLUSHED");
    char link[64], found[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = path ? readlink(link, found, sizeof found - 1) : -1;
    FILE *notes = length < 0 ? NULL : fopen(path, "a");
    if (!notes) return;
    fprintf(notes, "%.*s\n", (int)length, found);
    fclose(notes);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int flush(int fd, int (*real)(int)) {
    if (fails()) return -1;
    int done = real(fd);
    if (!done) note(fd);
    return done;
}

int fsync(int fd) { return flush(fd, NEXT(fsync)); }
int fdatasync(int fd) { return flush(fd, NEXT(fdatasync)); }
