#ifndef EDGE_OSC_SCENE_H
#define EDGE_OSC_SCENE_H

#include "edge/osc_internal.h"
#include "edge/scene_file.h"
#include "mixer/scene.h"

/*
 * What the files about scenes share: osc_scene.c takes commands, and has the
 * disk do its part; osc_scene_done.c goes on from there; osc_scene_tell.c tells
 * what is long; osc_scene_desk.c goes to another desk. Control thread.
 */

/* A command on its way: first its order to the disk, then its answers. */
struct osc_asking {
	struct scene_order order; /* must be first */
	struct osc *osc;
	enum param command;
	struct lease_peer peer; /* who asked */
	struct scene_scope scope;
	double seconds;     /* of a fade */
	struct scene scene; /* as it was saved, or read */
	char *text;         /* the same, between two desks; else NULL */
	bool telling;
	size_t next; /* value, unknown address or row that is told next */
	unsigned changes, safe, unknown; /* told so far */
	struct osc_asking *behind;
};

struct osc_scenes {
	struct scene_files *files;
	struct scene current;      /* as it was recalled or saved last */
	char *text;                /* the same, between two desks; else NULL */
	char name[SCENE_NAME];     /* "" for none */
	struct osc_asking *asking; /* the one that came first */
	size_t askings;
	unsigned ticks; /* of the fade that goes on */
};

/* Ends it, and frees it. */
void osc_scene_forget(struct osc_asking *asking);

/* The disk has done its part: of a struct osc_asking. */
void osc_scene_done(struct scene_order *order);

/* Answers to whoever asked; nobody, if it is not known any more. */
struct osc_scene_reply {
	struct osc_target target;
	struct osc_packer packer;
};

void
osc_scene_reply(const struct osc_asking *asking, struct osc_scene_reply *reply);

/* Answers /error to whoever asked. */
void osc_scene_refuse(
    const struct osc_asking *asking, const char *code, const char *text);

/* Packs /scene/current. */
void osc_scene_pack(struct osc_packer *packer, struct osc *osc, double now);

/* Tells the state leases of the current scene. */
void osc_scene_publish(struct osc *osc, double now);

/* Tells the next stretch of what was asked for, until `end` or OSC_SCENE;
 * false when all is told. */
bool osc_scene_tell(struct osc_asking *asking, double end);

#endif
