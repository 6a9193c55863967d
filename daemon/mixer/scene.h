#ifndef MIXER_SCENE_H
#define MIXER_SCENE_H

#include "mixer/mixer.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Scenes: values of a desk, or of a part of it, under a name, as text (JSON,
 * without a checksum, as people edit it), compared with what stands now, and
 * recalled at once or in a fade. Solo, which is of the moment, and safe, which
 * is about recalls, are in none. Control thread.
 */

#define SCENE_VERSION 1
#define SCENE_NAME 65                   /* bytes, terminator included */
#define SCENE_PATTERNS 8                /* of a scope */
#define SCENE_LARGEST ((size_t)4 << 20) /* bytes of a text */
#define SCENE_FADE_LONGEST 3600.0       /* s */

/* Which values are meant: those that one of the patterns matches, whole or at
 * the front in whole parts, by id or by place; all where there is none. */
struct scene_scope {
	char pattern[SCENE_PATTERNS][ADDRESS_LONGEST];
	size_t patterns;
};

/* Adds "/ch/kick", or "ch/dr*" for "/ch/dr*". Returns 0, or -1 and why: it is
 * no pattern, or there are SCENE_PATTERNS. */
int scene_scope_add(
    struct scene_scope *scope, const char *pattern, char *why, size_t why_size);

/* Is this address, which the desk need not have, in the scope? */
bool scene_scope_names(const struct scene_scope *scope, const char *address);

/* A value as the scene has it. */
struct scene_value {
	struct address address;
	double number;
	char *text; /* of a text, owned; else NULL */
};

struct scene {
	struct scene_value *value;
	size_t values, room;
	char **unknown; /* addresses without a place in this desk, owned */
	size_t unknowns;
};

void scene_free(struct scene *scene);

/* Is this 1 to 64 bytes of printable UTF-8 without "/"? If not, says why. */
bool scene_name_is_valid(const char *name, char *why, size_t why_size);

/* What the desk is now, within the scope. Returns 0, or -1 without memory. */
int scene_capture(
    struct scene *scene, struct mixer *mixer, const struct scene_scope *scope);

/* Its text under a name; the caller frees it. NULL without memory. */
char *scene_print(
    const struct scene *scene, const struct mixer *mixer, const char *name);

/* Reads a text of `size` bytes with a zero byte behind it. Numbers beyond
 * their range are taken at the nearest bound. Returns 0, or -1 and why, with
 * line, what was found and what is allowed; then the scene is empty. */
int scene_read(struct scene *scene, struct mixer *mixer, const char *text,
    size_t size, char *why, size_t why_size);

/* The text of a scene with another name in it; NULL for what is no JSON
 * object, or without memory. */
char *scene_rename(const char *text, size_t size, const char *name);

/* What a recall would make of a value. */
enum scene_part {
	SCENE_OUTSIDE, /* not in the scope */
	SCENE_SAFE,    /* another than now, but its strip is safe */
	SCENE_SAME,
	SCENE_CHANGE
};

enum scene_part scene_judge(struct mixer *mixer,
    const struct scene_scope *scope, const struct scene_value *value);

/* The value as it goes onto the wire. */
struct schema_value scene_value_of(const struct scene_value *value);

/* Removes what is outside, or safe; returns how many values were safe and would
 * have changed. */
size_t scene_narrow(
    struct scene *scene, struct mixer *mixer, const struct scene_scope *scope);

/* Sets all values of a scene as one step for mixer_undo(), labelled "scene
 * NAME": at once with `seconds` 0, to be heard from the next mixer_commit() on;
 * else by a fade that begins at `now`, in seconds of any clock, and ends any
 * other. `origin` as for mixer_set(). Returns how many values change. */
size_t scene_recall(struct mixer *mixer, const struct scene *scene,
    const char *name, double seconds, double now, const void *origin);

/* Logs that a scene was "saved", "recalled", "renamed" or "deleted". */
void scene_log(struct mixer *mixer, const char *name, const char *action);

/* Does the desk still stand as the scene has it? */
bool scene_stands(struct mixer *mixer, const struct scene *scene);

#endif
