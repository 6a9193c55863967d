#include "edge/state_file.h"

#include "edge/log.h"
#include "edge/loop.h"
#include "edge/replace.h"
#include "edge/worker.h"
#include "mixer/state.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define LOOK_MS 250    /* between two looks for changes */
#define LATEST_MS 1500 /* from a change to the start of writing it */
#define RETRY_MS 5000  /* after a failure */
#define LARGEST ((size_t)64 << 20) /* bytes of a state that is read */
#define LEAVE_MS 2000              /* at the end, for what is being written */
#define LAST_TRIES 2               /* at the end: no other time comes */

struct state_file {
	struct worker_job job; /* must be first */
	struct mixer *mixer;
	struct loop *loop;
	struct worker *worker;
	char path[PATH_MAX], before[PATH_MAX]; /* the generations */
	int timer;
	unsigned written; /* mixer_changes() of what the disk has */
	unsigned writing; /* and of what is on its way there */
	unsigned waited;  /* ms since the first change that is not written */
	bool busy;        /* a job is on its way */
	char *text;       /* of the job */
	int error;        /* of the job, -errno */
	int told;         /* the failure that the log knows of, or 0 */
};

/* --- events --- */

/* The file without its directory, which every client knows or need not. */
static void
happen(struct state_file *file, const char *what, const char *path,
    const char *why)
{
	struct event event = { .kind = EVENT_STATE };
	char words[512];
	const char *slash = strrchr(path, '/');

	snprintf(event.state, sizeof event.state, "%s", what);
	/* What is too long for an event is cut; the log has it whole. */
	snprintf(words, sizeof words, "%s%s%s", slash ? slash + 1 : path,
	    why[0] != '\0' ? ": " : "", why);
	snprintf(event.text, sizeof event.text, "%.*s",
	    (int)sizeof event.text - 1, words);
	event_log_add(mixer_events(file->mixer), &event);
}

/* --- names --- */

/* DIRECTORY/club-1a2b3c4d.state.json: desks in different places have different
 * states, even if their files have the same name. */
static bool
name_files(struct state_file *file, const char *directory, const char *config)
{
	char real[PATH_MAX], *name;
	struct stat info;
	int size;

	if (!realpath(config, real) || stat(real, &info) < 0 ||
	    !S_ISREG(info.st_mode))
		return false;
	unsigned sum =
	    (unsigned)crc32_z(0, (const unsigned char *)real, strlen(real));
	name = strrchr(real, '/') + 1;
	size = (int)strlen(name);
	if (size > 5 && strcmp(name + size - 5, ".json") == 0)
		size -= 5;
	if (snprintf(file->path, sizeof file->path, "%s/%.*s-%08x.state.json",
		directory, size < 64 ? size : 64, name,
		sum) >= (int)sizeof file->path - 32)
		return false;
	snprintf(file->before, sizeof file->before, "%.*s.1",
	    (int)sizeof file->before - 3, file->path);
	return true;
}

/* --- in --- */

/* Out of the way, but kept: "….state.json.damaged-20261123T013500Z". */
static void
set_aside(struct state_file *file, const char *path, const char *what,
    const char *why)
{
	char aside[PATH_MAX + 64], when[32];
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &utc);
	snprintf(aside, sizeof aside, "%s.%s-%s", path, what, when);
	if (rename(path, aside) < 0) {
		log_at(LOG_LEVEL_ERROR,
		    "state %s: %s; it could not be set aside: %s", path, why,
		    strerror(errno));
		return;
	}
	log_at(LOG_LEVEL_WARNING, "state %s: %s; it is set aside as %s", path,
	    why, aside);
	happen(file, "set-aside", path, why);
}

/* A disk that fails once need not fail twice, and what is set aside is not
 * restored. */
static char *
read_state(const char *path, size_t *size)
{
	char *text = read_whole_file(path, LARGEST, size);

	if (text || errno == ENOENT)
		return text;
	log_at(LOG_LEVEL_WARNING, "state %s: %s; it is tried once more", path,
	    strerror(errno));
	return read_whole_file(path, LARGEST, size);
}

/* Returns true if the values of this file were taken. */
static bool
restore_from(struct state_file *file, const char *path)
{
	struct state_count count;
	char why[256], *text;
	size_t size;

	text = read_state(path, &size);
	if (!text) {
		if (errno != ENOENT)
			set_aside(file, path, "unreadable", strerror(errno));
		return false;
	}
	switch (state_read(
	    mixer_state(file->mixer), text, size, &count, why, sizeof why)) {
	case STATE_NEWER:
		set_aside(file, path, "newer", why);
		break;
	case STATE_DAMAGED:
		set_aside(file, path, "damaged", why);
		break;
	case STATE_TAKEN:
		free(text);
		log_line("state %s: %u values are as they were left", path,
		    count.taken);
		snprintf(why, sizeof why, "%u values", count.taken);
		happen(file, "restored", path, why);
		if (count.kept > 0)
			log_line("state %s: %u values have no place in this "
				 "desk; they are kept for when they have",
			    path, count.kept);
		return true;
	}
	free(text);
	return false;
}

/* --- to be looked at --- */

/* Adds what this file would give to the JSON; true if it would be taken. */
static bool
dump_from(struct state *state, const char *path, cJSON *refused, cJSON *root)
{
	struct state_count count;
	char why[256], *text;
	size_t size;

	text = read_whole_file(path, LARGEST, &size);
	if (!text && errno == ENOENT)
		return false;
	if (!text)
		snprintf(why, sizeof why, "%s", strerror(errno));
	if (text && state_read(state, text, size, &count, why, sizeof why) ==
			STATE_TAKEN) {
		cJSON *whole = cJSON_ParseWithLength(text, size);
		cJSON_AddStringToObject(root, "file", path);
		cJSON_AddNumberToObject(root, "taken", count.taken);
		cJSON_AddNumberToObject(root, "kept", count.kept);
		cJSON_AddItemToObject(root, "values",
		    cJSON_DetachItemFromObjectCaseSensitive(whole, "values"));
		cJSON_Delete(whole);
		free(text);
		return true;
	}
	free(text);
	cJSON *item = cJSON_CreateObject();
	cJSON_AddStringToObject(item, "file", path);
	cJSON_AddStringToObject(item, "reason", why);
	cJSON_AddItemToArray(refused, item);
	return false;
}

static int
print_json(const cJSON *root, FILE *out)
{
	char *text = cJSON_Print(root);
	int error =
	    text && fprintf(out, "%s\n", text) > 0 && fflush(out) == 0 ? 0 : -1;

	cJSON_free(text);
	if (error < 0)
		log_at(LOG_LEVEL_ERROR, "cannot print the state: %s",
		    strerror(errno));
	return error;
}

int
state_file_dump(
    struct mixer *mixer, const char *directory, const char *config, FILE *out)
{
	struct state_file names;
	struct state *state;
	cJSON *root, *refused;
	int error;

	if (!name_files(&names, directory, config)) {
		log_at(LOG_LEVEL_ERROR,
		    "the configuration is no file: it has no state");
		return -1;
	}
	state = mixer_state(mixer);
	root = cJSON_CreateObject();
	refused = cJSON_CreateArray();
	if (!dump_from(state, names.path, refused, root) &&
	    !dump_from(state, names.before, refused, root)) {
		cJSON_AddNullToObject(root, "file");
		cJSON_AddNumberToObject(root, "taken", 0);
		cJSON_AddNumberToObject(root, "kept", 0);
		cJSON_AddObjectToObject(root, "values");
	}
	cJSON_AddItemToObject(root, "refused", refused);
	error = print_json(root, out);
	cJSON_Delete(root);
	return error;
}

/* --- out --- */

static void
write_state(struct worker_job *job)
{
	struct state_file *file = (struct state_file *)(void *)job;

	file->error = replace_file(
	    file->path, file->before, file->text, strlen(file->text));
}

static void
tell(struct state_file *file)
{
	if (file->error < 0 && file->error != file->told)
		happen(file, "unsaved", file->path, strerror(-file->error));
	else if (file->error == 0 && file->told != 0)
		happen(file, "saved", file->path, "");
	if (file->error < 0 && file->error != file->told)
		log_at(LOG_LEVEL_ERROR,
		    "state %s: cannot be written: %s; what is there "
		    "stays as it is, mixing goes on, and it is tried "
		    "again",
		    file->path, strerror(-file->error));
	else if (file->error == 0 && file->told != 0)
		log_line("state %s: written again", file->path);
	file->told = file->error;
}

static void
wrote_state(struct worker_job *job)
{
	struct state_file *file = (struct state_file *)(void *)job;

	file->busy = false;
	free(file->text);
	file->text = NULL;
	tell(file);
	if (file->error == 0)
		file->written = file->writing;
}

static void
look(void *arg)
{
	struct state_file *file = arg;
	unsigned wait = file->told == 0 ? LATEST_MS : RETRY_MS;

	if (file->busy || mixer_changes(file->mixer) == file->written) {
		file->waited = 0;
		return;
	}
	file->waited += LOOK_MS;
	if (file->waited < wait)
		return;
	file->waited = 0;
	file->text = state_print(mixer_state(file->mixer));
	if (!file->text)
		return;
	file->writing = mixer_changes(file->mixer);
	file->busy = true;
	worker_post(file->worker, &file->job);
}

/* --- start and stop --- */

struct state_file *
state_file_open(struct mixer *mixer, struct loop *loop, const char *directory,
    const char *config, bool restore)
{
	struct state_file *file = calloc(1, sizeof *file);

	if (!file)
		return NULL;
	file->job = (struct worker_job){ write_state, wrote_state, NULL };
	file->mixer = mixer;
	file->loop = loop;
	file->timer = -1;
	if (!name_files(file, directory, config)) {
		free(file);
		log_at(LOG_LEVEL_WARNING,
		    "the configuration is no file: values are not "
		    "remembered");
		return NULL;
	}
	file->worker = worker_new(loop);
	if (file->worker)
		file->timer = loop_every(loop, LOOK_MS, look, file);
	if (file->timer < 0) {
		log_at(LOG_LEVEL_ERROR,
		    "values are not remembered: no memory or no thread");
		state_file_close(file);
		return NULL;
	}
	if (restore && !restore_from(file, file->path))
		restore_from(file, file->before);
	file->written = mixer_changes(mixer);
	return file;
}

void
state_file_close(struct state_file *file)
{
	if (!file)
		return;
	if (file->timer >= 0)
		loop_end(file->loop, file->timer);
	/* A disk that hangs must not hold up the end; what it holds is left to
	 * it. */
	if (file->worker && !worker_free(file->worker, LEAVE_MS)) {
		log_at(LOG_LEVEL_ERROR, "state %s: the disk does not answer",
		    file->path);
		return;
	}
	for (int i = 0; file->timer >= 0 && i < LAST_TRIES &&
			mixer_changes(file->mixer) != file->written;
	     i++) {
		file->writing = mixer_changes(file->mixer);
		file->text = state_print(mixer_state(file->mixer));
		if (!file->text)
			break;
		write_state(&file->job);
		wrote_state(&file->job);
	}
	free(file);
}
