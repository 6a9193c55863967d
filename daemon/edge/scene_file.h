#ifndef EDGE_SCENE_FILE_H
#define EDGE_SCENE_FILE_H

#include "edge/worker.h"
#include "mixer/scene.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Scenes on disk: one file each, whole at any moment, in scenes/ below the state
 * directory. A scene is named after its file: letters, digits, "-", "_" and "."
 * as they are, each other byte as "%" and two hexadecimal digits, ".json"
 * behind. Control thread; the disk is waited for on a worker, and orders are
 * carried out one after the other.
 */

struct loop;
struct scene_files;

/* Scenes are here, below the state directory. NULL without memory or thread. */
struct scene_files *scene_files_open(struct loop *loop, const char *directory);

/* Carries out what was ordered. False if the disk does not answer in time: then
 * orders that are not done must never be freed. */
bool scene_files_close(struct scene_files *files);

enum scene_verb {
	SCENE_SAVE, /* `text` in the place of what was there */
	SCENE_LOAD, /* into `text` */
	SCENE_MOVE, /* `text` as `other`, which must not be there yet, and
		       * `name` is gone */
	SCENE_DELETE,
	SCENE_ROWS /* all there are, into `row` */
};

/* A file of the directory. */
struct scene_row {
	char name[SCENE_NAME]; /* or the file's name, where it is no scene's */
	char *text;            /* NULL: it could not be read */
	size_t size;
	int64_t saved; /* ms since 1970, UTC */
	int error;     /* why it could not be read, -errno */
	bool misnamed; /* no scene has this file name */
};

struct scene_order {
	struct worker_job job; /* must be first; the worker's own */
	struct scene_files *files;
	enum scene_verb verb;
	char name[SCENE_NAME], other[SCENE_NAME];
	char *text; /* owned, with a zero byte behind it */
	size_t size;
	struct scene_row *row; /* by name */
	size_t rows;
	int error; /* 0 or -errno: nothing has changed, but that a SCENE_SAVE
		    * may stand where only the directory fails */
	void (*done)(struct scene_order *order); /* may free the order */
};

/* Gives the order; `done` is called later. */
void scene_files_order(struct scene_files *files, struct scene_order *order);

/* Frees what the order holds. */
void scene_order_clear(struct scene_order *order);

/* Writes the path of a scene's file. */
void scene_file_path(
    const struct scene_files *files, const char *name, char *path, size_t size);

#endif
