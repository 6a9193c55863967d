#include "mixer/config.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/*
 * A configuration: it is a desk or has errors, each with its words, and a desk
 * that is printed in full reads as the same desk.
 */

static char *
print_desk(const struct desk *desk, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	FUZZ_HOLDS(out != NULL && config_print(out, desk) == 0);
	fclose(out);
	return text;
}

static void
hold_errors(const struct config_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		FUZZ_HOLDS(errors->error[i].line > 0);
		FUZZ_HOLDS(errors->error[i].path != NULL);
		FUZZ_HOLDS(errors->error[i].found[0] != '\0');
		FUZZ_HOLDS(errors->error[i].allowed[0] != '\0');
	}
}

static void
hold_round_trip(const struct desk *desk)
{
	struct config_errors errors = { 0 };
	size_t size, again_size;
	char *text = print_desk(desk, &size), *again;
	struct desk *same = config_parse(text, size, NULL, &errors);

	FUZZ_HOLDS(same != NULL);
	again = print_desk(same, &again_size);
	FUZZ_HOLDS(size == again_size && memcmp(text, again, size) == 0);
	free(text);
	free(again);
	desk_free(same);
	config_free_errors(&errors);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_errors errors = { 0 };
	struct desk *desk =
	    config_parse((const char *)data, size, NULL, &errors);

	FUZZ_HOLDS((desk == NULL) == (errors.count > 0));
	hold_errors(&errors);
	if (desk)
		hold_round_trip(desk);
	desk_free(desk);
	config_free_errors(&errors);
	return 0;
}
