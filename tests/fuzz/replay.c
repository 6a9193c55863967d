#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/*
 * Takes a target through its corpus: seeds, and all that ever broke it.
 */

#define LARGEST 131072 /* bytes of an input */

/* "packet" of "build/tests/fuzz/test_packet". */
static const char *target;

/* An exact copy, so that a byte read too far is one that is not ours. */
static void
replay(const char *path)
{
	static uint8_t inbox[LARGEST];
	FILE *file = fopen(path, "rb");

	if (file == NULL) {
		fail_msg("%s cannot be read", path);
		return;
	}
	size_t size = fread(inbox, 1, sizeof inbox, file);
	fclose(file);
	uint8_t *copy = malloc(size + (size == 0));
	assert_non_null(copy);
	memcpy(copy, inbox, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void
the_corpus_breaks_no_promise(void **state)
{
	char path[1024];
	unsigned count = 0;

	(void)state;
	snprintf(path, sizeof path, "tests/fuzz/corpus/%s", target);
	DIR *corpus = opendir(path);
	if (corpus == NULL) {
		fail_msg("no directory %s", path);
		return;
	}
	for (struct dirent *entry; (entry = readdir(corpus)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "tests/fuzz/corpus/%s/%s", target,
		    entry->d_name);
		replay(path);
		count++;
	}
	closedir(corpus);
	assert_true(count > 0);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_corpus_breaks_no_promise),
	};

	(void)argc;
	target = strrchr(argv[0], '_');
	target = target ? target + 1 : "";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
