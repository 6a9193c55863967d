#include "file_faults.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct faults faults;

void
faults_arm(int failing, bool for_good, int error)
{
	faults = (struct faults){ .armed = true,
		.failing = failing,
		.for_good = for_good,
		.error = error,
		.halves = faults.halves };
}

void
faults_disarm(void)
{
	faults.armed = false;
}

/* Does this call happen? */
static bool
happens(const char *which)
{
	if (!faults.armed)
		return true;
	faults.calls++;
	if (faults.failing == 0 || faults.calls < faults.failing ||
	    (faults.calls > faults.failing && !faults.for_good))
		return true;
	if (faults.calls == faults.failing)
		faults.which = which;
	errno = faults.error;
	return false;
}

/* WRAP(TYPE, NAME, PARAMETERS, ARGUMENTS): a call that fails by -1. */
#define WRAP(type, name, parameters, arguments)                       \
	type __real_##name parameters;                                \
	type __wrap_##name parameters;                                \
	type __wrap_##name parameters                                 \
	{                                                             \
		return happens(#name) ? __real_##name arguments : -1; \
	}

WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, renameat, (int in, const char *from, int to, const char *name),
    (in, from, to, name))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, unlinkat, (int in, const char *path, int flags), (in, path, flags))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, rmdir, (const char *path), (path))
WRAP(int, access, (const char *path, int mode), (path, mode))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, ftruncate, (int fd, off_t size), (fd, size))
WRAP(int, flock, (int fd, int operation), (fd, operation))
WRAP(int, fstatat, (int in, const char *path, struct stat *about, int flags),
    (in, path, about, flags))
WRAP(int, scandir,
    (const char *path, struct dirent ***list,
	int (*wanted)(const struct dirent *),
	int (*compare)(const struct dirent **, const struct dirent **)),
    (path, list, wanted, compare))

int __real_fstat(int fd, struct stat *about);
int __wrap_fstat(int fd, struct stat *about);

static bool
is_file(int fd)
{
	struct stat about;

	return faults.armed && __real_fstat(fd, &about) == 0 &&
	       (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode));
}

/* The log asks of standard error, too. */
int
__wrap_fstat(int fd, struct stat *about)
{
	return fd <= STDERR_FILENO || happens("fstat") ? __real_fstat(fd, about)
						       : -1;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_openat(int in, const char *path, int flags, ...);
int __wrap_openat(int in, const char *path, int flags, ...);

int
__wrap_open(const char *path, int flags, ...)
{
	va_list mode;

	va_start(mode, flags);
	int bits = flags & O_CREAT ? va_arg(mode, int) : 0;
	va_end(mode);
	return happens("open") ? __real_open(path, flags, bits) : -1;
}

int
__wrap_openat(int in, const char *path, int flags, ...)
{
	va_list mode;

	va_start(mode, flags);
	int bits = flags & O_CREAT ? va_arg(mode, int) : 0;
	va_end(mode);
	return happens("openat") ? __real_openat(in, path, flags, bits) : -1;
}

/* It is closed in any case, as Linux does. */
int __real_close(int fd);
int __wrap_close(int fd);

int
__wrap_close(int fd)
{
	bool well = !is_file(fd) || happens("close");
	int error = errno;

	__real_close(fd);
	errno = error;
	return well ? 0 : -1;
}

/* --- reading and writing --- */

/* How much is done where all would be done without a fault. */
static size_t
some(size_t size)
{
	return faults.armed && faults.halves && size > 1 ? size / 2 : size;
}

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t at);
ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __real_pread(int fd, void *data, size_t size, off_t at);
ssize_t __wrap_pread(int fd, void *data, size_t size, off_t at);

/* A disk that fills up takes what it has room for, and then nothing. */
static bool
takes_half(void)
{
	bool takes = faults.error == ENOSPC && !faults.half;

	faults.half = takes;
	errno = faults.error;
	return takes;
}

ssize_t
__wrap_write(int fd, const void *data, size_t size)
{
	if (!is_file(fd))
		return __real_write(fd, data, size);
	if (faults.half || !happens("write"))
		return takes_half() ? __real_write(fd, data, size / 2) : -1;
	return __real_write(fd, data, some(size));
}

ssize_t
__wrap_pwrite(int fd, const void *data, size_t size, off_t at)
{
	if (!is_file(fd))
		return __real_pwrite(fd, data, size, at);
	if (faults.half || !happens("pwrite"))
		return size > 1 && takes_half()
			   ? __real_pwrite(fd, data, size / 2, at)
			   : -1;
	return __real_pwrite(fd, data, some(size), at);
}

ssize_t
__wrap_read(int fd, void *data, size_t size)
{
	if (!is_file(fd))
		return __real_read(fd, data, size);
	return happens("read") ? __real_read(fd, data, some(size)) : -1;
}

ssize_t
__wrap_pread(int fd, void *data, size_t size, off_t at)
{
	return happens("pread") ? __real_pread(fd, data, some(size), at) : -1;
}
