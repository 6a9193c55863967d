#include "events_file.h"

#include "notice.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct reading {
	struct command *command;
	const struct since *since;
	unsigned long strange; /* lines that are no events */
};

static bool
is_wanted(const struct since *since, const struct event_line *line)
{
	if (since->by_time)
		return event_line_time(line) >= since->time;
	return event_line_sequence(line) > since->sequence;
}

static void
take_line(struct reading *reading, const char *text, size_t size)
{
	struct output *out = &reading->command->out;
	struct link_message message;
	struct event_line line;
	char address[NOTICE_ADDRESS];

	if (event_line_read(&line, text, size) < 0) {
		reading->strange++;
	} else if (is_wanted(reading->since, &line)) {
		notice_message(&line, address, &message);
		out->form->event(out, &message);
	}
}

static int
read_stream(struct reading *reading, FILE *file)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t size;

	while ((size = getline(&text, &room, file)) > 0)
		take_line(reading, text, (size_t)size);
	free(text);
	return ferror(file) ? -1 : 0;
}

static int
read_path(struct reading *reading, const char *path)
{
	FILE *file = fopen(path, "re");
	int result;

	if (!file)
		return -1;
	result = read_stream(reading, file);
	int error = errno;
	fclose(file);
	errno = error;
	return result;
}

/* The highest number N of an events.N.jsonl, 0 if there is none. */
static unsigned
oldest_of(const char *directory)
{
	DIR *dir = opendir(directory);
	unsigned oldest = 0, number;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int size = 0;
		if (sscanf(entry->d_name, "events.%6u.jsonl%n", &number,
			&size) == 1 &&
		    size == (int)strlen(entry->d_name) && number > oldest)
			oldest = number;
	}
	if (dir)
		closedir(dir);
	return oldest;
}

static int
read_directory(struct reading *reading, const char *directory)
{
	char path[PATH_MAX];

	for (unsigned i = oldest_of(directory); i > 0; i--) {
		snprintf(
		    path, sizeof(path), "%s/events.%u.jsonl", directory, i);
		if (read_path(reading, path) < 0 && errno != ENOENT)
			return -1;
	}
	snprintf(path, sizeof(path), "%s/events.jsonl", directory);
	return read_path(reading, path);
}

enum status
events_file_print(
    struct command *command, const char *path, const struct since *since)
{
	struct reading reading = { command, since, 0 };
	struct stat about;
	int result;

	if (strcmp(path, "-") == 0)
		result = read_stream(&reading, stdin);
	else if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
		result = read_directory(&reading, path);
	else
		result = read_path(&reading, path);
	if (result < 0) {
		command_warn("cannot read %s: %s", path, strerror(errno));
		return STATUS_LOST;
	}
	if (reading.strange)
		command_warn("%s: %lu line%s passed over, which hold%s no "
			     "event",
		    path, reading.strange, reading.strange == 1 ? "" : "s",
		    reading.strange == 1 ? "s" : "");
	return STATUS_OK;
}
