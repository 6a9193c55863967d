#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include "link.h"
#include "roster.h"

#include "protocol/schema.h"

#include <stddef.h>
#include <stdio.h>

/*
 * Everything that is printed on standard output: one table of functions, once
 * as text for people and once as JSON for programs.
 */

struct cJSON;
struct texts;
struct advice_report;
struct soundcheck_report;

/* A plugin that is installed. */
struct output_plugin {
	char *uri, *name;
	int inputs, outputs, params;
};

struct output {
	const struct output_form *form;
	FILE *file;
	struct cJSON *root; /* JSON that is gathered until close */
	size_t printed;     /* things printed */
};

struct output_form {
	/* An address and its value or values, as get and set tell. */
	void (*answer)(struct output *out, const struct link_message *message);
	/* The same, but each at once on a line of its own. */
	void (*change)(struct output *out, const struct link_message *message);
	/* One of /status/…, its unit with it. */
	void (*status)(struct output *out, const struct link_message *message);
	/* One of /event/…, on a line of its own. */
	void (*event)(struct output *out, const struct link_message *message);
	/* One window of all meters that are shown. */
	void (*meters)(struct output *out, const struct roster *roster);
	/* The strips of a desk. */
	void (*strips)(struct output *out, const struct roster *roster);
	/* Begins a table of insert slots. */
	void (*slots)(struct output *out);
	/* One insert slot; `params` describes each of its parameters. */
	void (*slot)(struct output *out, const struct roster_strip *strip,
	    const struct roster_slot *slot, bool bypass,
	    const struct texts *params);
	/* Plugins that are installed. */
	void (*plugins)(struct output *out, const struct output_plugin *plugin,
	    size_t count);
	/* One plugin, as /plugin tells. */
	void (*plugin)(struct output *out, struct cJSON *json);
	/* What the advisor has found, and what was applied of it. */
	void (*advice)(struct output *out, const struct advice_report *report);
	/* What an undo took back: so many values, 0 for nothing. */
	void (*undone)(struct output *out, int sets, const char *step);
	/* What a sound check has heard, and what was moved. */
	void (*soundcheck)(
	    struct output *out, const struct soundcheck_report *report);
	/* What a command of scenes, such as "recall", was answered. */
	void (*scene)(
	    struct output *out, const char *action, const struct cJSON *answer);
	/* What a reload or another change of the configuration was answered. */
	void (*reload)(struct output *out, const struct cJSON *answer);
	/* One address of a desk. */
	void (*address)(struct output *out, const char *address);
	/* One row of the schema. */
	void (*param)(struct output *out, const struct schema_param *param);
	/* Writes what was gathered. */
	void (*close)(struct output *out);
};

extern const struct output_form output_text, output_json;

#endif
