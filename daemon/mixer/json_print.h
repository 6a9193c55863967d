#ifndef MIXER_JSON_PRINT_H
#define MIXER_JSON_PRINT_H

#include <cjson/cJSON.h>

/*
 * JSON as people write configurations: two blanks a level, and on one line
 * what fits there. Pure; control thread.
 */

/* The text of a value, a line end behind it; the caller frees it. Order and
 * every key stay. NULL without memory. */
char *json_print(const cJSON *value);

#endif
