#ifndef CTL_OUTPUT_RELOAD_H
#define CTL_OUTPUT_RELOAD_H

#include "output.h"

/*
 * Changes of the configuration on standard output: the functions `reload` of both
 * forms. Printing only.
 */

void text_reload(struct output *out, const struct cJSON *answer);
void json_reload(struct output *out, const struct cJSON *answer);

#endif
