#include "edge/state_dir.h"

#include "edge/log.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0755

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

static int
make_all(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		int made = mkdir(path, MODE);
		*slash = '/';
		if (made < 0 && errno != EEXIST)
			return -1;
	}
	return mkdir(path, MODE) < 0 && errno != EEXIST ? -1 : 0;
}

char *
state_dir_open(const char *wanted)
{
	char path[PATH_MAX] = "";

	if (wanted) {
		snprintf(path, sizeof path, "%s", wanted);
	} else if (!from_environment(path)) {
		log_at(LOG_LEVEL_WARNING,
		    "no state directory: neither --state nor "
		    "STATE_DIRECTORY, XDG_STATE_HOME or HOME names one; "
		    "nothing is remembered");
		return NULL;
	}
	if (path[0] == '\0' || make_all(path) < 0 || access(path, W_OK) < 0) {
		log_at(LOG_LEVEL_WARNING,
		    "state directory \"%s\": %s; nothing is remembered", path,
		    strerror(path[0] == '\0' ? EINVAL : errno));
		return NULL;
	}
	return strdup(path);
}
