/* The demo is no part of the library that tests are linked with. */
#include "client/demo/band.c"   /* NOLINT(bugprone-suspicious-include) */
#include "client/demo/voices.c" /* NOLINT(bugprone-suspicious-include) */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK 8192

struct session {
	struct band band;
	float buffer[BAND_SOURCES][BLOCK];
	float *out[BAND_SOURCES];
};

static struct session *
session_new(unsigned rate)
{
	struct session *session = calloc(1, sizeof(*session));

	assert_non_null(session);
	assert_int_equal(band_init(&session->band, rate), 0);
	for (unsigned s = 0; s < BAND_SOURCES; s++)
		session->out[s] = session->buffer[s];
	return session;
}

/* Plays one bar and raises `peak` to what it peaked at; returns the largest
 * sum of all the sources. */
static double
play_bar(struct session *session, unsigned bar, double peak[BAND_SOURCES])
{
	const uint64_t end = band_bar_frame(&session->band, bar + 1);
	double largest = 0;

	while (session->band.frame < end) {
		uint32_t n = BLOCK;

		if (end - session->band.frame < n)
			n = (uint32_t)(end - session->band.frame);
		band_run(&session->band, session->out, n);
		for (uint32_t i = 0; i < n; i++) {
			double sum = 0;

			for (unsigned s = 0; s < BAND_SOURCES; s++) {
				const double x = session->buffer[s][i];

				sum += x;
				peak[s] = fmax(peak[s], fabs(x));
				assert_true(isfinite(x));
			}
			largest = fmax(largest, fabs(sum));
		}
	}
	return largest;
}

static double
decibels(double gain)
{
	return gain > 0 ? 20 * log10(gain) : -200;
}

/* The table of band.h. */
static void
assert_levels(unsigned rate, unsigned first, unsigned bars, double tolerance)
{
	static const double stated[BAND_SOURCES] = { 3, -12, -34, -3, -3, -14,
		-14, -6 };
	struct session *session = session_new(rate);
	double peak[BAND_SOURCES] = { 0 };

	for (unsigned bar = 0; bar < first; bar++)
		play_bar(session, bar, (double[BAND_SOURCES]){ 0 });
	for (unsigned bar = first; bar < first + bars; bar++)
		play_bar(session, bar, peak);
	for (unsigned s = 0; s < BAND_SOURCES; s++)
		if (fabs(decibels(peak[s]) - stated[s]) > tolerance)
			fail_msg("%s peaks at %.2f dBFS at %u Hz, not at %g",
			    band_source_name(s), decibels(peak[s]), rate,
			    stated[s]);
	free(session);
}

static void
every_source_peaks_where_the_table_says(void **state)
{
	(void)state;
	assert_levels(48000, 0, BAND_BARS, 0.5);
}

static void
levels_stay_when_the_song_begins_again(void **state)
{
	(void)state;
	assert_levels(48000, BAND_BARS, BAND_BARS, 0.5);
}

static void
levels_are_alike_at_other_sample_rates(void **state)
{
	(void)state;
	assert_levels(44100, 0, BAND_BARS, 1);
	assert_levels(96000, 0, BAND_BARS, 1);
}

static void
voice_has_dynamics_within_its_range(void **state)
{
	struct session *session = session_new(48000);
	double softest = 0, loudest = -200;

	(void)state;
	for (unsigned bar = 0; bar < BAND_BARS; bar++) {
		double peak[BAND_SOURCES] = { 0 };
		double level;

		play_bar(session, bar, peak);
		level = decibels(peak[BAND_VOICE]);
		if (bar < song[0].bars) {
			assert_true(level < -150);
			continue;
		}
		assert_in_range(-100 * level, 580, 1620);
		softest = fmin(softest, level);
		loudest = fmax(loudest, level);
	}
	assert_true(loudest - softest > 6);
	free(session);
}

static void
sum_of_the_band_is_over_full_scale(void **state)
{
	struct session *session = session_new(48000);
	double peak[BAND_SOURCES] = { 0 };
	unsigned over = 0;

	(void)state;
	for (unsigned bar = 0; bar < BAND_BARS; bar++)
		over += play_bar(session, bar, peak) > 1;
	assert_int_equal(over, BAND_BARS);
	free(session);
}

static void
sound_does_not_depend_on_the_block_length(void **state)
{
	static const uint32_t lengths[] = { 1, 64, 441, 1024, 3, 4097, 5 };
	struct session *whole = session_new(48000);
	struct session *parts = session_new(48000);
	const uint64_t end = band_bar_frame(&whole->band, 6);
	unsigned turn = 0;

	(void)state;
	while (whole->band.frame < end) {
		uint32_t done = 0;

		band_run(&whole->band, whole->out, BLOCK);
		while (done < BLOCK) {
			float *out[BAND_SOURCES];
			uint32_t n = lengths[turn++ % 7];

			if (n > BLOCK - done)
				n = BLOCK - done;
			for (unsigned s = 0; s < BAND_SOURCES; s++)
				out[s] = parts->buffer[s] + done;
			band_run(&parts->band, out, n);
			done += n;
		}
		assert_memory_equal(
		    whole->buffer, parts->buffer, sizeof(whole->buffer));
	}
	free(whole);
	free(parts);
}

static void
song_is_the_same_at_each_start(void **state)
{
	struct session *first = session_new(44100);
	struct session *second = session_new(44100);

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		band_run(&first->band, first->out, BLOCK);
		band_run(&second->band, second->out, BLOCK);
		assert_memory_equal(
		    first->buffer, second->buffer, sizeof(first->buffer));
	}
	free(first);
	free(second);
}

static void
bars_keep_to_the_tempo_without_drift(void **state)
{
	struct session *session = session_new(44100);

	(void)state;
	/* 104 quarters a minute, four a bar: 26 bars are a minute. */
	for (unsigned minute = 0; minute < 600; minute++)
		assert_int_equal(band_bar_frame(&session->band, 26 * minute),
		    (uint64_t)minute * 60 * 44100);
	free(session);
}

/* Looks for the strongest partial around the note after a third of a second. */
static void
guitar_is_in_tune(void **state)
{
	struct guitar *guitar = calloc(1, sizeof(*guitar));
	float out[BLOCK];
	double best = 0, best_hz = 0;

	(void)state;
	assert_non_null(guitar);
	guitar_init(guitar, 48000, 1, 1);
	guitar_pick(guitar, 0, 220, 0.5F);
	guitar_run(guitar, out, BLOCK);
	guitar_run(guitar, out, BLOCK);
	for (unsigned quarter = 800; quarter < 960; quarter++) {
		const double hz = quarter / 4.0;
		double re = 0, im = 0;

		for (unsigned i = 0; i < BLOCK; i++) {
			const double window =
			    0.5 - 0.5 * cos(6.283185307 * i / BLOCK);

			re +=
			    window * out[i] * cos(6.283185307 * hz * i / 48e3);
			im +=
			    window * out[i] * sin(6.283185307 * hz * i / 48e3);
		}
		if (hypot(re, im) > best) {
			best = hypot(re, im);
			best_hz = hz;
		}
	}
	free(guitar);
	assert_true(fabs(best_hz - 220) <= 0.5);
}

static void
rates_the_band_cannot_play_at_are_refused(void **state)
{
	struct band *band = calloc(1, sizeof(*band));

	(void)state;
	assert_non_null(band);
	assert_int_equal(band_init(band, BAND_RATE_LEAST), 0);
	assert_int_equal(band_init(band, BAND_RATE_MOST), 0);
	assert_int_equal(band_init(band, BAND_RATE_LEAST - 1), -1);
	assert_int_equal(band_init(band, BAND_RATE_MOST + 1), -1);
	assert_int_equal(band_init(band, 0), -1);
	free(band);
}

static void
every_rate_plays_within_its_buffers(void **state)
{
	static const unsigned rates[] = { BAND_RATE_LEAST, BAND_RATE_MOST };

	(void)state;
	for (unsigned r = 0; r < 2; r++) {
		struct session *session = session_new(rates[r]);
		double peak[BAND_SOURCES] = { 0 };

		for (unsigned bar = 0; bar < 6; bar++)
			play_bar(session, bar, peak);
		for (unsigned s = 0; s < BAND_SOURCES; s++)
			assert_true(peak[s] > 0.01 && peak[s] < 1.6);
		free(session);
	}
}

static void
parts_are_whole_bars(void **state)
{
	unsigned bars = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(song) / sizeof(song[0]); i++) {
		const char *const part[] = { song[i].kick, song[i].snare,
			song[i].fill, song[i].bass, song[i].strum, song[i].pick,
			song[i].keys };

		for (size_t p = 0; p < sizeof(part) / sizeof(part[0]); p++)
			assert_int_equal(strlen(part[p]), BAR);
		bars += song[i].bars;
	}
	assert_int_equal(bars, BAND_BARS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_source_peaks_where_the_table_says),
		cmocka_unit_test(levels_stay_when_the_song_begins_again),
		cmocka_unit_test(levels_are_alike_at_other_sample_rates),
		cmocka_unit_test(voice_has_dynamics_within_its_range),
		cmocka_unit_test(sum_of_the_band_is_over_full_scale),
		cmocka_unit_test(sound_does_not_depend_on_the_block_length),
		cmocka_unit_test(song_is_the_same_at_each_start),
		cmocka_unit_test(bars_keep_to_the_tempo_without_drift),
		cmocka_unit_test(guitar_is_in_tune),
		cmocka_unit_test(rates_the_band_cannot_play_at_are_refused),
		cmocka_unit_test(every_rate_plays_within_its_buffers),
		cmocka_unit_test(parts_are_whole_bars),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
