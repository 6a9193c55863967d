#ifndef CTL_OUTPUT_PLUGIN_H
#define CTL_OUTPUT_PLUGIN_H

#include "output.h"

/*
 * The part of output_text that shows insert slots and plugins.
 */

void text_slots(struct output *out);
void text_slot(struct output *out, const struct roster_strip *strip,
    const struct roster_slot *slot, bool bypass, const struct texts *params);
void text_plugins(
    struct output *out, const struct output_plugin *plugin, size_t count);
void text_plugin(struct output *out, struct cJSON *json);

#endif
