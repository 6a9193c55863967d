#include "rig.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* --- files --- */

void
rig_take_place(struct rig *rig)
{
	snprintf(rig->place, sizeof rig->place, "/tmp/headroom-rig-XXXXXX");
	assert_non_null(mkdtemp(rig->place));
	snprintf(rig->place_config, sizeof rig->place_config, "%s/club.json",
	    rig->place);
	rig->state_dir = rig->place;
	rig->config = rig->place_config;
}

void
rig_remove(const char *path)
{
	DIR *directory = opendir(path);
	char inner[512];

	if (directory == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
		if (unlink(inner) < 0)
			rig_remove(inner);
	}
	closedir(directory);
	rmdir(path);
}

void
rig_configure(const struct rig *rig, const char *json)
{
	FILE *out = fopen(rig->config, "w");

	assert_non_null(out);
	fputs(json, out);
	assert_int_equal(fclose(out), 0);
}

/* --- the daemon's process --- */

long
rig_resident(const struct rig *rig)
{
	char path[64], line[256];
	long kilobytes = 0;

	snprintf(path, sizeof path, "/proc/%d/status", (int)rig->daemon);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kilobytes = strtol(line + 6, NULL, 10);
	fclose(file);
	return kilobytes;
}

unsigned
rig_descriptors(const struct rig *rig)
{
	unsigned count = 0;
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/fd", (int)rig->daemon);
	DIR *directory = opendir(path);
	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

/* --- another desk --- */

bool
rig_was_done(struct rig *rig, const char *command, char lines[RIG_LINES])
{
	int count = 0;

	lines[0] = '\0';
	for (double end = rig_now() + 20; rig_now() < end;) {
		const struct osc_reply *reply = osc_next(rig->osc, 200);
		size_t used = strlen(lines);

		if (reply == NULL)
			continue;
		if (strcmp(reply->address, "/error") == 0)
			rig_fail(rig, "%s: %s", command, osc_text(reply, 2));
		if (strcmp(reply->address, "/reload/line") == 0) {
			count++;
			snprintf(lines + used, RIG_LINES - used, "%s %s\n",
			    osc_text(reply, 0), osc_text(reply, 1));
		}
		if (strcmp(reply->address, "/reload/end") != 0)
			continue;
		assert_string_equal(osc_text(reply, 0), command);
		assert_int_equal(osc_number(reply, 2), count);
		return strcmp(osc_text(reply, 1), "refused") != 0;
	}
	rig_fail(rig, "%s was not answered", command);
}

void
rig_reload(struct rig *rig, const char *json)
{
	char lines[RIG_LINES];

	rig_configure(rig, json);
	osc_send(rig->osc, "/reload", "");
	if (!rig_was_done(rig, "/reload", lines))
		rig_fail(rig, "it was refused:\n%s", lines);
}
