#include "edge/scene_file.h"

#include "edge/replace.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".json"
#define FILE_NAME (3 * SCENE_NAME + 8) /* bytes of the longest */
#define LEAVE_MS 2000 /* at the end, for what is being written */

struct scene_files {
	struct worker *worker;
	char directory[PATH_MAX - FILE_NAME - 8];
};

/* --- names --- */

static bool
is_plain(const char *name, size_t at)
{
	return isalnum((unsigned char)name[at]) || name[at] == '-' ||
	       name[at] == '_' || (name[at] == '.' && at > 0);
}

static void
encode(const char *name, char file[FILE_NAME])
{
	size_t used = 0;

	for (size_t i = 0; name[i] != '\0'; i++) {
		if (is_plain(name, i))
			file[used++] = name[i];
		else
			used += (size_t)sprintf(file + used, "%%%02X",
			    (unsigned)(unsigned char)name[i]);
	}
	memcpy(file + used, SUFFIX, sizeof SUFFIX);
}

/* The scene that the file holds; false for what encode() does not make. */
static bool
decode(const char *file, char name[SCENE_NAME])
{
	size_t size = strlen(file), used = 0;
	char again[FILE_NAME], why[128];
	unsigned byte;

	if (size >= FILE_NAME || size <= strlen(SUFFIX))
		return false;
	size -= strlen(SUFFIX);
	for (size_t i = 0; i < size && used < SCENE_NAME - 1; used++) {
		name[used] = file[i++];
		if (name[used] != '%')
			continue;
		if (sscanf(file + i, "%2X", &byte) != 1)
			return false;
		name[used] = (char)byte;
		i += 2;
	}
	name[used] = '\0';
	encode(name, again);
	return strcmp(again, file) == 0 &&
	       scene_name_is_valid(name, why, sizeof why);
}

void
scene_file_path(
    const struct scene_files *files, const char *name, char *path, size_t size)
{
	char file[FILE_NAME];

	encode(name, file);
	snprintf(path, size, "%s/%s", files->directory, file);
}

/* --- on the worker --- */

static int
save(const struct scene_order *order, const char *path)
{
	int error = make_directory(order->files->directory);

	if (error < 0)
		return error;
	return replace_file(path, NULL, order->text, order->size);
}

static int
load(const char *path, char **text, size_t *size)
{
	*text = read_whole_file(path, SCENE_LARGEST, size);
	return *text ? 0 : -errno;
}

/* The new one first: at any moment one of both is there. */
static int
move(const struct scene_order *order, const char *path)
{
	char to[PATH_MAX];
	int error;

	scene_file_path(order->files, order->other, to, sizeof to);
	if (access(to, F_OK) == 0)
		return -EEXIST;
	error = save(order, to);
	if (error == 0)
		error = remove_file(path);
	if (error < 0)
		unlink(to);
	return error;
}

static int
is_scene(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name), tail = strlen(SUFFIX);

	return entry->d_name[0] != '.' && size > tail &&
	       strcmp(entry->d_name + size - tail, SUFFIX) == 0;
}

static void
read_row(
    const struct scene_order *order, const char *file, struct scene_row *row)
{
	char path[PATH_MAX + NAME_MAX];
	struct stat info;

	*row = (struct scene_row){ .text = NULL };
	row->misnamed = !decode(file, row->name);
	if (row->misnamed)
		snprintf(row->name, sizeof row->name, "%.*s",
		    (int)sizeof row->name - 1, file);
	snprintf(path, sizeof path, "%s/%s", order->files->directory, file);
	row->error = load(path, &row->text, &row->size);
	if (stat(path, &info) == 0)
		row->saved = (int64_t)info.st_mtim.tv_sec * 1000 +
			     info.st_mtim.tv_nsec / 1000000;
}

static int
by_name(const void *a, const void *b)
{
	const struct scene_row *first = a, *second = b;

	return strcmp(first->name, second->name);
}

static int
read_rows(struct scene_order *order)
{
	struct dirent **entry;
	int count = scandir(order->files->directory, &entry, is_scene, NULL);

	if (count < 0)
		return errno == ENOENT ? 0 : -errno;
	order->row = calloc((size_t)count + 1, sizeof *order->row);
	for (int i = 0; i < count; i++) {
		if (order->row)
			read_row(order, entry[i]->d_name,
			    &order->row[order->rows++]);
		free(entry[i]);
	}
	free(entry);
	if (!order->row)
		return -ENOMEM;
	qsort(order->row, order->rows, sizeof *order->row, by_name);
	return 0;
}

static void
carry_out(struct worker_job *job)
{
	struct scene_order *order = (struct scene_order *)(void *)job;
	char path[PATH_MAX];

	scene_file_path(order->files, order->name, path, sizeof path);
	switch (order->verb) {
	case SCENE_SAVE:
		order->error = save(order, path);
		break;
	case SCENE_LOAD:
		order->error = load(path, &order->text, &order->size);
		break;
	case SCENE_MOVE:
		order->error = move(order, path);
		break;
	case SCENE_DELETE:
		order->error = remove_file(path);
		break;
	case SCENE_ROWS:
		order->error = read_rows(order);
		break;
	}
}

/* --- on the control thread --- */

static void
is_done(struct worker_job *job)
{
	struct scene_order *order = (struct scene_order *)(void *)job;

	order->done(order);
}

struct scene_files *
scene_files_open(struct loop *loop, const char *directory)
{
	struct scene_files *files = calloc(1, sizeof *files);

	if (!files)
		return NULL;
	if (snprintf(files->directory, sizeof files->directory, "%s/scenes",
		directory) < (int)sizeof files->directory)
		files->worker = worker_new(loop);
	if (!files->worker) {
		free(files);
		return NULL;
	}
	return files;
}

bool
scene_files_close(struct scene_files *files)
{
	if (!files)
		return true;
	if (!worker_free(files->worker, LEAVE_MS))
		return false;
	free(files);
	return true;
}

void
scene_files_order(struct scene_files *files, struct scene_order *order)
{
	order->job = (struct worker_job){ carry_out, is_done, NULL };
	order->files = files;
	worker_post(files->worker, &order->job);
}

void
scene_order_clear(struct scene_order *order)
{
	for (size_t i = 0; i < order->rows; i++)
		free(order->row[i].text);
	free(order->row);
	free(order->text);
	order->row = NULL;
	order->rows = 0;
	order->text = NULL;
}
