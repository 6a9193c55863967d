#include "edge/state_dir.h"

#include "edge/log.h"
#include "edge/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes what the environment says. */
static bool
from_environment(char path[PATH_MAX])
{
	const char *systemd = getenv("STATE_DIRECTORY");
	const char *xdg = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	/* systemd gives a list; the first is ours. */
	if (systemd && systemd[0] == '/')
		snprintf(path, PATH_MAX, "%.*s", (int)strcspn(systemd, ":"),
		    systemd);
	else if (xdg && xdg[0] == '/')
		snprintf(path, PATH_MAX, "%s/headroom", xdg);
	else if (home && home[0] == '/')
		snprintf(path, PATH_MAX, "%s/.local/state/headroom", home);
	else
		return false;
	return true;
}

/* Returns 0 or -errno. */
static int
make_all(char *path)
{
	int error = 0;

	for (char *slash = path + 1; error == 0 && (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		error = make_directory(path);
		*slash = '/';
	}
	return error == 0 ? make_directory(path) : error;
}

/* Whoever has the file wrote its process number there. */
static void
tell_owner(const char *directory, int fd)
{
	char owner[16] = "";
	ssize_t size = pread(fd, owner, sizeof owner - 1, 0);

	if (size <= 0 || strspn(owner, "0123456789") == 0)
		snprintf(owner, sizeof owner, "?");
	owner[strcspn(owner, "\n")] = '\0';
	log_at(LOG_LEVEL_ERROR,
	    "state directory \"%s\": another headroomd has it (process %s); "
	    "stop that one, or give this one another with --state",
	    directory, owner);
}

int
state_dir_lock(const char *directory)
{
	char path[PATH_MAX], owner[16];
	int fd, error;

	if (snprintf(path, sizeof path, "%s/lock", directory) >=
	    (int)sizeof path)
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
		int size = snprintf(owner, sizeof owner, "%d\n", (int)getpid());
		/* Only words for the next one: a full disk is no reason. */
		if (ftruncate(fd, 0) < 0 ||
		    pwrite(fd, owner, (size_t)size, 0) < 0)
			return fd;
		return fd;
	}
	error = errno;
	if (fd >= 0 && error == EWOULDBLOCK)
		tell_owner(directory, fd);
	else
		log_at(LOG_LEVEL_WARNING,
		    "%s: %s; nothing keeps a second headroomd away", path,
		    strerror(error));
	if (fd >= 0)
		close(fd);
	return -error;
}

char *
state_dir_name(const char *wanted)
{
	char path[PATH_MAX];

	if (wanted)
		return wanted[0] != '\0' ? strdup(wanted) : NULL;
	return from_environment(path) ? strdup(path) : NULL;
}

char *
state_dir_open(const char *wanted)
{
	char path[PATH_MAX] = "";
	int error;

	if (wanted) {
		snprintf(path, sizeof path, "%s", wanted);
	} else if (!from_environment(path)) {
		log_at(LOG_LEVEL_WARNING,
		    "no state directory: neither --state nor "
		    "STATE_DIRECTORY, XDG_STATE_HOME or HOME names one; "
		    "nothing is remembered");
		return NULL;
	}
	error = path[0] == '\0' ? -EINVAL : make_all(path);
	if (error == 0 && access(path, W_OK) < 0)
		error = -errno;
	if (error < 0) {
		log_at(LOG_LEVEL_WARNING,
		    "state directory \"%s\": %s; nothing is remembered", path,
		    strerror(-error));
		return NULL;
	}
	return strdup(path);
}
