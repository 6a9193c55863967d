#include "mixer/mixer.h"

#include "tests/unit/large.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * What a strip costs in memory, by malloc's own books.
 */

#define RATE 48000
#define CHANNELS 256

/* Bytes that are allocated now; 0 under a sanitizer, which keeps no such
 * books. */
static size_t
allocated(void)
{
	struct mallinfo2 books = mallinfo2();

	return books.uordblks + books.hblkhd;
}

/* Bytes of a desk at work: the desk, what sounds, its plan, its meters. */
static size_t
desk_bytes(unsigned channels)
{
	size_t before = allocated();
	struct mixer *mixer = mixer_new(large_desk(channels));

	assert_non_null(mixer);
	assert_int_equal(mixer_set_rate(mixer, RATE), 0);
	size_t bytes = allocated() - before;
	mixer_free(mixer);
	return bytes;
}

static void
a_strip_without_delay_takes_less_than_64_kb(void **state)
{
	(void)state;
	desk_bytes(16); /* what libc takes once */
	if (allocated() == 0) {
		print_message("SKIPPED: this malloc keeps no books\n");
		skip();
	}
	size_t small = desk_bytes(CHANNELS), large = desk_bytes(2 * CHANNELS);
	/* A bus comes with each 16 channels. */
	size_t strips = CHANNELS + CHANNELS / 16;
	double each = (double)(large - small) / (double)strips;

	print_message("%.1f kB a strip\n", each / 1024);
	assert_true(each > 1024);
	assert_true(each < 64 * 1024);
	/* All that does not grow with the desk is small beside 256 strips. */
	assert_true((double)small < 1.5 * each * (double)strips);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_strip_without_delay_takes_less_than_64_kb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
