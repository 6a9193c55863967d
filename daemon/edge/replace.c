#include "edge/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0644
#define DIRECTORY_MODE 0755

static int
write_all(int fd, const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t wrote = write(fd, data, size);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -errno;
		data += wrote;
		size -= (size_t)wrote;
	}
	return 0;
}

/* On the disk, not only in its cache, before it is given the name. Whoever may
 * not read the file that it replaces may not read this one, either. */
static int
write_new(const char *path, const char *old, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, MODE);
	struct stat info;
	int error = 0;

	if (fd < 0)
		return -errno;
	if (stat(old, &info) == 0) {
		/* Another owner can only be kept by who may give files away. */
		if (fchown(fd, info.st_uid, info.st_gid) < 0 && errno != EPERM)
			error = -errno;
		if (error == 0 && fchmod(fd, info.st_mode & 07777) < 0)
			error = -errno;
	}
	if (error == 0)
		error = write_all(fd, data, size);
	if (error == 0 && fsync(fd) < 0)
		error = -errno;
	if (close(fd) < 0 && error == 0)
		error = -errno;
	return error;
}

/* Without it the names may be the old ones after the power was gone. */
static int
sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd, error = 0;

	snprintf(copy, sizeof copy, "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0 && errno != EINVAL)
		error = -errno;
	close(fd);
	return error;
}

int
replace_file(
    const char *path, const char *before, const void *data, size_t size)
{
	char fresh[PATH_MAX + 8];
	int error;

	snprintf(fresh, sizeof fresh, "%s.new", path);
	error = write_new(fresh, path, data, size);
	if (error == 0 && before && rename(path, before) < 0 && errno != ENOENT)
		error = -errno;
	if (error == 0 && rename(fresh, path) < 0) {
		error = -errno;
		if (before)
			rename(before, path);
	}
	if (error < 0) {
		unlink(fresh);
		return error;
	}
	return sync_directory(path);
}

int
remove_file(const char *path)
{
	char gone[PATH_MAX + 8];
	int error;

	snprintf(gone, sizeof gone, "%s.gone", path);
	if (rename(path, gone) < 0)
		return -errno;
	error = sync_directory(path);
	if (error == 0 && unlink(gone) < 0)
		error = -errno;
	if (error < 0)
		rename(gone, path);
	return error;
}

int
make_directory(const char *path)
{
	int error;

	if (mkdir(path, DIRECTORY_MODE) < 0)
		return errno == EEXIST ? 0 : -errno;
	error = sync_directory(path);
	if (error < 0)
		rmdir(path);
	return error;
}

/* Returns 0 or errno. A file that somebody shortens gives less than it had. */
static int
read_all(int fd, char *text, size_t wanted, size_t *size)
{
	*size = 0;
	while (*size < wanted) {
		ssize_t got = read(fd, text + *size, wanted - *size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		*size += (size_t)got;
	}
	text[*size] = '\0';
	return 0;
}

char *
read_whole_file(const char *path, size_t largest, size_t *size)
{
	/* A pipe of that name must not hold up whoever reads. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	char *text = NULL;
	int error = 0;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &info) < 0)
		error = errno;
	else if (!S_ISREG(info.st_mode))
		error = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
	else if ((uintmax_t)info.st_size > largest)
		error = EFBIG;
	else if (!(text = malloc((size_t)info.st_size + 1)))
		error = ENOMEM;
	if (text)
		error = read_all(fd, text, (size_t)info.st_size, size);
	close(fd);
	if (error != 0) {
		free(text);
		text = NULL;
		errno = error;
	}
	return text;
}
