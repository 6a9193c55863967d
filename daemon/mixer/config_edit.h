#ifndef MIXER_CONFIG_EDIT_H
#define MIXER_CONFIG_EDIT_H

#include <stddef.h>

/*
 * Changes to the text of a configuration. Each returns the text of another
 * one, which the caller frees, or NULL with `why`: what was found, and what is
 * allowed. Every key stays, known or not, and their order; lines are
 * laid out by json_print(). Whether what comes out is a configuration is
 * for config_parse() to say. Pure; control thread.
 *
 * A strip is named "ch/kick" or "bus/verb" by its id, or "ch/3" by its place;
 * inserts may be those of "master", too. Places count from 1.
 */

struct cJSON;

/* `json` is {"channel": {…}} or {"bus": {…}} with an entry of "channels" or
 * "buses", and {…, "at": 2} where it is not to be the last. */
char *config_add_strip(
    const char *text, const char *json, char *why, size_t why_size);

/* Takes out with it what leads to it: its sends, and its id in each "to". A
 * strip that went nowhere else has no "to" then, so that it goes to the
 * master. What osc.allow says of it stays. */
char *config_remove_strip(
    const char *text, const char *strip, char *why, size_t why_size);

/* Among its kind. */
char *config_move_strip(
    const char *text, const char *strip, int place, char *why, size_t why_size);

/* `json` is an entry of "inserts"; place 0 is the last. */
char *config_add_insert(const char *text, const char *strip, int place,
    const char *json, char *why, size_t why_size);

char *config_remove_insert(
    const char *text, const char *strip, int place, char *why, size_t why_size);

char *config_move_insert(const char *text, const char *strip, int from, int to,
    char *why, size_t why_size);

/* What became of the values that were merged. */
struct config_merged {
	unsigned taken;
	/* of no strip, send or plugin of this text, or without a key in
	 * configurations: solo */
	unsigned left;
};

/* Puts live values into a configuration: `values` is an object of them by their
 * addresses, as values_add() makes it. A float becomes the shortest decimal
 * that means it. */
char *config_merge(const char *text, const struct cJSON *values,
    struct config_merged *merged, char *why, size_t why_size);

#endif
