#ifndef CTL_OUTPUT_SCENE_H
#define CTL_OUTPUT_SCENE_H

#include "output.h"

/*
 * Scenes on standard output: the functions `scene` of both forms. Printing
 * only.
 */

void
text_scene(struct output *out, const char *action, const struct cJSON *answer);
void
json_scene(struct output *out, const char *action, const struct cJSON *answer);

#endif
