#ifndef MIXER_JSON_PRINT_H
#define MIXER_JSON_PRINT_H

#include <cjson/cJSON.h>

/*
 * JSON as people write configurations: two blanks a level, and on one line what
 * fits there. Pure; control thread.
 */

/* The text of a value, a line end behind it; the caller frees it. Order and
 * every key stay. `source` is the text that json_text_parse() made the value
 * from: what had lines of its own there has them again, and what stood on one
 * line, stays on one. NULL, or a text that is one line, says nothing of that;
 * nor does it of arrays and objects whose `valueint` is 0. NULL without
 * memory. */
char *json_print(const cJSON *value, const char *source);

#endif
