/* Flushes that fail with EIO while there is a file $FAILING, for a process that is started with this
 * library in LD_PRELOAD, and for its children. Unlike disk.c it models no power cut, which would take
 * a memory that all processes of a server share. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int fails(void) {
    const char *path = getenv("FAILING");
    if (!path || access(path, F_OK)) return 0;
    errno = EIO;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd) { return fails() ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fails() ? -1 : NEXT(fdatasync)(fd); }
