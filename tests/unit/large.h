#ifndef TESTS_LARGE_H
#define TESTS_LARGE_H

#include "mixer/config.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * A large desk: mono channels into stereo buses, 16 to each, into a master.
 */

/* NULL, with errors on stderr, if it is refused. */
static inline struct desk *
large_desk(unsigned channels)
{
	struct config_errors errors = { 0 };
	unsigned buses = (channels + 15) / 16;
	char *json = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&json, &size);

	if (out == NULL)
		return NULL;
	fprintf(out, "{ \"version\": 1, \"channels\": [");
	for (unsigned i = 1; i <= channels; i++)
		fprintf(out,
		    "%s{ \"id\": \"c%u\", \"fader\": -60, \"to\": [\"b%u\"] }",
		    i > 1 ? "," : "", i, i % buses + 1);
	fprintf(out, "], \"buses\": [");
	for (unsigned i = 1; i <= buses; i++)
		fprintf(out, "%s{ \"id\": \"b%u\", \"lanes\": 2 }",
		    i > 1 ? "," : "", i);
	fprintf(out, "] }");
	fclose(out);
	struct desk *desk = config_parse(json, size, NULL, &errors);
	config_print_errors(stderr, "large", &errors);
	config_free_errors(&errors);
	free(json);
	return desk;
}

#endif
