#ifndef MIXER_CONFIG_DIFF_H
#define MIXER_CONFIG_DIFF_H

#include "mixer/desk.h"

#include <stddef.h>

/*
 * What another configuration would change, for people. Pure, any thread.
 */

/* "added", "removed", "moved", "changed". */
enum config_change {
	CONFIG_ADDED,
	CONFIG_REMOVED,
	CONFIG_MOVED,
	CONFIG_CHANGED,
	CONFIG_CHANGES
};

const char *config_change_name(enum config_change change);

/* Room for the sum of changes in words, terminator included. */
#define CONFIG_SUMMARY 96

/* Calls `each` with every difference between two desks as their configurations
 * have them: strips that were added or removed ("ch/kick"), that come in another
 * order ("ch/kick: from place 1 to 3"), and values ("ch/kick: fader: from 0 to
 * -3"). Tokens are not looked at. Returns how many there are, and counts them
 * into `count` by kind; -1 without memory. */
int config_diff(const struct desk *before, const struct desk *after,
    void (*each)(void *arg, enum config_change change, const char *text),
    void *arg, unsigned count[CONFIG_CHANGES]);

/* Writes "2 added, 1 changed"; "nothing changed". */
void
config_summary(const unsigned count[CONFIG_CHANGES], char text[CONFIG_SUMMARY]);

#endif
