#include "mixer/plugin.h"

#include <stdio.h>

bool
plugin_fits(
    const struct plugin *plugin, unsigned lanes, char *why, size_t why_size)
{
	if (plugin->inputs == plugin->outputs &&
	    (plugin->inputs == lanes || plugin->inputs == 1))
		return true;
	snprintf(why, why_size,
	    "it has %u inputs and %u outputs; a slot of %u lane%s holds 1 and "
	    "1%s",
	    plugin->inputs, plugin->outputs, lanes, lanes == 1 ? "" : "s",
	    lanes == 1 ? "" : ", or 2 and 2");
	return false;
}
