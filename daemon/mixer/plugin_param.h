#ifndef MIXER_PLUGIN_PARAM_H
#define MIXER_PLUGIN_PARAM_H

#include "mixer/plugin.h"
#include "protocol/schema.h"

#include <stddef.h>

/*
 * Parameters of plugins: found by their symbols, values checked against their
 * ranges and choices. Values are single-precision floats, as plugins have
 * them. Pure functions; control thread.
 */

/* Index of the parameter with this symbol, or -1. */
int plugin_param_find(const struct plugin *plugin, const char *symbol);

/* Writes the symbols that are most like one that is not there, nearest first:
 * "thr, rat, att"; "none, as it has no parameters". */
void plugin_param_nearest(
    const struct plugin *plugin, const char *symbol, char *text, size_t size);

/* The choice that stands for a value, or NULL. */
const struct plugin_choice *
plugin_param_choice(const struct plugin_param *param, double value);

/* The choice with this label, whatever its case, or NULL. */
const struct plugin_choice *
plugin_param_label(const struct plugin_param *param, const char *label);

/* What is allowed, for people: "-60 to 0 dB", "peak or rms", "one of peak,
 * rms, …, or 0 to 100 %". */
void
plugin_param_allowed(const struct plugin_param *param, char *text, size_t size);

/* Takes a number or a label as schema_accept() does: clamps to the range,
 * rounds to whole numbers and to the nearest choice where there are only
 * choices. */
enum schema_verdict plugin_param_accept(const struct plugin_param *param,
    const struct schema_value *in, double *value, char *why, size_t why_size);

#endif
