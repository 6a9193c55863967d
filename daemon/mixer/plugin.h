#ifndef MIXER_PLUGIN_H
#define MIXER_PLUGIN_H

#include "engine/processor.h"
#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Plugins as the mixer knows them: what is installed, and working instances
 * of it. An interface; the edge that hosts them implements it. Control thread.
 */

/* A named value of a parameter. */
struct plugin_choice {
	double value;
	char *label;
};

/* A control input that can be set. */
struct plugin_param {
	char *symbol;         /* in addresses and in the configuration */
	char *name;           /* for people */
	char *unit;           /* "dB", "Hz", "ms", "%", ""… */
	double min, max, def; /* where they go with the rate: at 48 kHz */
	bool whole;           /* whole numbers only */
	bool toggle;          /* 0 or 1 */
	bool logarithmic;     /* moves evenly on a logarithmic scale */
	struct plugin_choice *choice;
	size_t choices;
	bool only_choices; /* no value but those */
	/* The same as a row of the schema, its tail the symbol, FLOAT or INT;
	 * not of the table, so that it has no id and no scope. */
	struct schema_param row;
};

struct plugin {
	char *uri, *name;
	unsigned inputs, outputs; /* channels that it passes through */
	unsigned sidechains;      /* more audio inputs; they get silence */
	struct plugin_param *param;
	size_t params;
	char **preset; /* URIs */
	char **preset_name;
	size_t presets;
	bool hard_rt; /* says of itself that it is fit for realtime */
};

/* What a slot wants of an instance. The host copies what it keeps. */
struct plugin_order {
	const char *uri;
	unsigned lanes; /* 1 or 2; a mono plugin on 2 is run twice */
	unsigned rate;  /* Hz */
	/* URI of a preset or path of a file with a state, or NULL: what it says
	 * beside the values of parameters */
	const char *preset;
	/* values, in the order of struct plugin; NULL: those of the preset, else
	 * the defaults */
	const double *param;
};

struct plugin_host {
	/* How many are installed, and the URI of each. */
	size_t (*count)(struct plugin_host *host);
	const char *(*uri)(struct plugin_host *host, size_t index);

	/* The plugin of a URI; valid as long as the host. NULL if there is
	 * none, or none that a slot can hold: then `why` says which. The first
	 * time it reads files. */
	const struct plugin *(*find)(struct plugin_host *host, const char *uri,
	    char *why, size_t why_size);

	/* Values of a preset into `param` (as many as plugin->params; those it
	 * says nothing of stay). 0, or -1 and why. */
	int (*preset)(struct plugin_host *host, const struct plugin *plugin,
	    const char *preset, double *param, char *why, size_t why_size);

	/* Begins to make an instance and returns. Later, from the loop of the
	 * control thread, `done` is called once: with one that has been
	 * activated and run, or with NULL and why. */
	void (*load)(struct plugin_host *host, const struct plugin_order *order,
	    void (*done)(
		void *arg, struct processor *processor, const char *why),
	    void *arg);

	/* Begins to bring an instance back to the state after load(), for
	 * one that is no longer run; its values stay. `done` as for load(): with
	 * NULL the instance has been ended. */
	void (*reset)(struct plugin_host *host, struct processor *processor,
	    void (*done)(
		void *arg, struct processor *processor, const char *why),
	    void *arg);

	/* Ends an instance that no plan names any more. */
	void (*unload)(struct plugin_host *host, struct processor *processor);
};

/* Can a slot of so many lanes hold it? Says why not. */
bool plugin_fits(
    const struct plugin *plugin, unsigned lanes, char *why, size_t why_size);

#endif
