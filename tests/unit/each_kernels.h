#ifndef TESTS_EACH_KERNELS_H
#define TESTS_EACH_KERNELS_H

#include "engine/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/*
 * Tests that are run with every set of kernels that this machine has.
 */

struct each_kernels {
	const char *name;
	void (*test)(const struct kernels *kernels);
};

static inline void
each_kernels_run(void **state)
{
	const struct each_kernels *each = *state;
	const struct kernels *kernels;

	for (unsigned i = 0; (kernels = kernel_at(i)) != NULL; i++)
		each->test(kernels);
}

/* Puts `count` of them into a table of tests. */
static inline void
each_kernels_add(
    struct CMUnitTest *tests, struct each_kernels *each, size_t count)
{
	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){ each[i].name, each_kernels_run,
			NULL, NULL, &each[i] };
}

#define EACH_KERNELS(test)  \
	{                   \
#test, test \
	}

#endif
