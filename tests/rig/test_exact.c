#include "rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * What comes out is what the reference computes, to the sample and within
 * 1e-6 of full scale, for every kind of path and at any period.
 */

#define EXACT 1e-6
#define PLAYED 6000
#define FRAMES 9000
#define LONGEST_DELAY 50.0 /* ms; fits between PLAYED and FRAMES */

enum { A, B, C, D, E, F, SUB, MONO, GROUP, VERB, WEDGE, EARS, MASTER };

struct exact {
	struct rig rig;
	struct ref_desk desk;
};

/* Every kind of path: A and C mono, B and D stereo into stereo, E and F into a
 * mono bus, that into a stereo one; wedges that never reach the master. */
static void
make_band(struct ref_desk *desk, double pan_law)
{
	static const char *const id[] = { "a", "b", "c", "d", "e", "f" };

	ref_init(desk, pan_law);
	for (int i = A; i <= F; i++)
		ref_channel(desk, id[i], i % 2 == 0 ? 1 : 2);
	ref_bus(desk, "sub", 2);
	ref_bus(desk, "mono", 1);
	ref_bus(desk, "group", 2);
	ref_bus(desk, "verb", 2);
	ref_bus(desk, "wedge", 1);
	ref_bus(desk, "ears", 2);
	ref_master(desk, 2);
	ref_to(desk, A, SUB);
	ref_to(desk, B, SUB);
	ref_to(desk, C, SUB);
	ref_to(desk, C, MASTER);
	ref_to(desk, D, MASTER);
	ref_to(desk, E, MONO);
	ref_to(desk, F, MONO);
	ref_to(desk, SUB, MASTER);
	ref_to(desk, MONO, GROUP);
	ref_to(desk, GROUP, MASTER);
	ref_to(desk, VERB, MASTER);
	ref_send(desk, A, VERB, -12, false)->pan = -0.4;
	ref_send(desk, B, VERB, -9, true)->pan = 0.6;
	ref_send(desk, C, WEDGE, -3, true);
	ref_send(desk, D, WEDGE, -6, false)->pan = -0.5;
	ref_send(desk, D, EARS, -4, true)->pan = 0.25;
	ref_send(desk, E, EARS, -10, true)->pan = -1;
	ref_send(desk, SUB, VERB, -20, false)->pan = 0.1;
	ref_send(desk, GROUP, WEDGE, -15, true);
	desk->strip[A].trim = 3.5;
	desk->strip[A].pan = 0.3;
	desk->strip[B].fader = -4;
	desk->strip[B].pan = -0.35;
	desk->strip[C].delay = 4.25;
	desk->strip[C].polarity = true;
	desk->strip[D].trim = -7;
	desk->strip[D].pan = 0.75;
	desk->strip[E].fader = 4;
	desk->strip[F].pan = -0.2;
	desk->strip[SUB].pan = 0.15;
	desk->strip[MONO].pan = -0.6;
	desk->strip[MONO].fader = -3;
	desk->strip[GROUP].trim = 1;
	desk->strip[MASTER].fader = -1.5;
}

/* --- signals --- */

enum kind { NOISE, SINE, IMPULSE, KINDS };

static void
fill(struct rig_take *take, enum kind kind, unsigned ports, unsigned rate)
{
	for (unsigned i = 0; i < ports; i++) {
		float *x = take->play[i];
		if (kind == NOISE)
			signal_noise(x, take->played, 0.25, 77 + i);
		else if (kind == SINE)
			signal_sine(
			    x, take->played, 0.25, (50 + 331.0 * i) / rate);
		else
			x[17 + 61 * i] = i % 2 == 0 ? 0.5F : -0.5F;
	}
}

static void
check(struct exact *exact, enum kind kind)
{
	unsigned plays = ref_plays(&exact->desk);
	struct rig_take *take =
	    take_new(plays, ref_captures(&exact->desk), PLAYED, FRAMES);

	fill(take, kind, plays, exact->rig.rate);
	rig_run(&exact->rig, take);
	struct ref_sound *sound = ref_run(&exact->desk, exact->rig.rate, take);
	ref_compare(&exact->rig, &exact->desk, sound, take, EXACT);
	ref_free(sound);
	take_free(take);
}

static void
check_pushed(struct exact *exact)
{
	ref_push(&exact->rig, &exact->desk);
	check(exact, NOISE);
}

/* --- set-up --- */

static void
start_desk(struct exact *exact)
{
	char *json = ref_json(&exact->desk);

	rig_start_daemon(&exact->rig, json);
	free(json);
	rig_wait_state(&exact->rig, "running");
	rig_join(
	    &exact->rig, ref_plays(&exact->desk), ref_captures(&exact->desk));
	ref_patch(&exact->rig, &exact->desk);
	rig_freewheel(&exact->rig, true);
}

static void
stop_desk(struct exact *exact)
{
	rig_freewheel(&exact->rig, false);
	rig_leave(&exact->rig);
	assert_int_equal(rig_stop_daemon(&exact->rig), 0);
}

static int
set_up(void **state, unsigned rate, unsigned period)
{
	struct exact *exact = calloc(1, sizeof *exact);

	*state = exact;
	rig_init(&exact->rig, rate, period);
	rig_start_server(&exact->rig);
	return 0;
}

static int
set_up_32(void **state)
{
	return set_up(state, 48000, 32);
}

static int
set_up_64(void **state)
{
	return set_up(state, 48000, 64);
}

static int
set_up_441(void **state)
{
	return set_up(state, 44100, 441);
}

static int
set_up_1024(void **state)
{
	return set_up(state, 48000, 1024);
}

static int
tear_down(void **state)
{
	struct exact *exact = *state;

	rig_end(&exact->rig);
	free(exact);
	return 0;
}

/* --- promises --- */

static void
every_path_is_exact_as_configured(void **state)
{
	struct exact *exact = *state;

	make_band(&exact->desk, -3);
	start_desk(exact);
	rig_settle(&exact->rig, 150);
	for (int kind = NOISE; kind < KINDS; kind++)
		check(exact, (enum kind)kind);
	rig_freewheel(&exact->rig, false);
	check(exact, NOISE);
	rig_freewheel(&exact->rig, true);
}

static void
levels_are_exact_over_osc(void **state)
{
	struct exact *exact = *state;
	static const double fader[] = { -200, -89.5, -40, -0.1, 10 };

	for (unsigned i = 0; i < sizeof fader / sizeof *fader; i++) {
		make_band(&exact->desk, -3);
		exact->desk.strip[A + i].fader = fader[i];
		exact->desk.strip[D].trim = fader[i] < -40 ? -40 : fader[i];
		exact->desk.strip[SUB].fader = -fader[i] / 20;
		exact->desk.strip[C].send[0].level = fader[i];
		check_pushed(exact);
	}
}

static void
pans_are_exact_over_osc(void **state)
{
	struct exact *exact = *state;
	static const double pan[] = { -1, -0.62, 0, 0.05, 1 };

	for (unsigned i = 0; i < sizeof pan / sizeof *pan; i++) {
		make_band(&exact->desk, -3);
		for (int s = A; s < MASTER; s++)
			exact->desk.strip[s].pan = s % 2 ? pan[i] : -pan[i];
		for (int s = A; s < MASTER; s++)
			for (unsigned k = 0; k < exact->desk.strip[s].sends;
			     k++)
				exact->desk.strip[s].send[k].pan = pan[i];
		check_pushed(exact);
	}
}

static void
polarity_and_delay_are_exact(void **state)
{
	struct exact *exact = *state;

	make_band(&exact->desk, -3);
	exact->desk.strip[A].polarity = true;
	exact->desk.strip[A].delay = 1.0 / 48;
	exact->desk.strip[B].delay = 12.34;
	exact->desk.strip[C].polarity = false;
	exact->desk.strip[SUB].polarity = true;
	exact->desk.strip[SUB].delay = 7.7;
	exact->desk.strip[MASTER].polarity = true;
	check_pushed(exact);
	exact->desk.strip[B].delay = LONGEST_DELAY;
	exact->desk.strip[C].delay = 0;
	exact->desk.strip[SUB].delay = 0;
	exact->desk.strip[SUB].polarity = false;
	ref_push(&exact->rig, &exact->desk);
	check(exact, IMPULSE);
	check(exact, NOISE);
}

static void
mutes_close_what_comes_after_the_fader(void **state)
{
	struct exact *exact = *state;

	make_band(&exact->desk, -3);
	exact->desk.strip[B].mute = true;
	exact->desk.strip[D].mute = true;
	exact->desk.strip[GROUP].mute = true;
	check_pushed(exact);
	make_band(&exact->desk, -3);
	exact->desk.strip[SUB].mute = true;
	exact->desk.strip[A].send[0].mute = true;
	exact->desk.strip[C].send[0].mute = true;
	check_pushed(exact);
	exact->desk.strip[MASTER].mute = true;
	check_pushed(exact);
}

static void
taps_of_sends_are_exact(void **state)
{
	struct exact *exact = *state;

	make_band(&exact->desk, -3);
	for (int s = A; s < MASTER; s++)
		for (unsigned k = 0; k < exact->desk.strip[s].sends; k++)
			exact->desk.strip[s].send[k].pre ^= true;
	check_pushed(exact);
	exact->desk.strip[A].mute = true;
	exact->desk.strip[B].fader = -200;
	check_pushed(exact);
}

/* Each strip on its own, then some together. */
static void
solo_closes_paths_and_not_strips(void **state)
{
	struct exact *exact = *state;
	static const int together[][3] = { { A, D, A }, { C, GROUP, C },
		{ SUB, VERB, F }, { WEDGE, A, A } };

	for (int s = A; s < MASTER; s++) {
		make_band(&exact->desk, -3);
		exact->desk.strip[s].solo = true;
		check_pushed(exact);
	}
	for (unsigned i = 0; i < sizeof together / sizeof *together; i++) {
		make_band(&exact->desk, -3);
		for (int k = 0; k < 3; k++)
			exact->desk.strip[together[i][k]].solo = true;
		check_pushed(exact);
	}
	make_band(&exact->desk, -3);
	check_pushed(exact);
	stop_desk(exact);
}

static void
pan_laws_are_exact(void **state)
{
	struct exact *exact = *state;
	static const double law[] = { -3, -4.5, -6 };
	char id[8];

	for (int i = 0; i < 3; i++) {
		ref_init(&exact->desk, law[i]);
		for (int c = 0; c < 9; c++) {
			snprintf(id, sizeof id, "c%d", c);
			ref_channel(&exact->desk, id, 1 + (unsigned)c % 2);
		}
		int bus = ref_bus(&exact->desk, "bus", 1);
		int master = ref_master(&exact->desk, 2);
		ref_to(&exact->desk, bus, master);
		exact->desk.strip[bus].pan = -0.3;
		for (int c = 0; c < 9; c++) {
			exact->desk.strip[c].pan = c / 4.0 - 1;
			ref_to(&exact->desk, c, c < 5 ? master : bus);
			ref_send(&exact->desk, c, bus, -6, c % 3 == 0)->pan =
			    1 - c / 4.0;
		}
		start_desk(exact);
		rig_settle(&exact->rig, 150);
		check(exact, NOISE);
		for (int c = 0; c < 9; c++)
			exact->desk.strip[c].pan = 0.9 - c * 0.2;
		exact->desk.strip[bus].pan = 0.8;
		check_pushed(exact);
		stop_desk(exact);
	}
}

static double
pick(uint32_t *seed, double low, double high)
{
	return low + (high - low) * signal_random(seed);
}

static bool
chance(uint32_t *seed, double odds)
{
	return signal_random(seed) < odds;
}

static void
shake(struct ref_desk *desk, uint32_t *seed)
{
	for (unsigned i = 0; i < desk->strips; i++) {
		struct ref_strip *s = &desk->strip[i];
		s->trim = pick(seed, -12, 3);
		s->fader = pick(seed, -12, 3);
		s->polarity = chance(seed, 0.3);
		s->mute = chance(seed, 0.1);
		s->delay =
		    chance(seed, 0.3) ? floor(pick(seed, 0, 10)) + 0.2 : 0;
		if (s->kind == REF_MASTER)
			continue;
		s->pan = pick(seed, -1, 1);
		s->solo = chance(seed, 0.12);
		for (unsigned k = 0; k < s->sends; k++) {
			s->send[k].level = pick(seed, -20, 0);
			s->send[k].pan = pick(seed, -1, 1);
			s->send[k].mute = chance(seed, 0.2);
			s->send[k].pre = chance(seed, 0.5);
		}
	}
}

/* Links only go to buses after the strip, so that there is no loop. */
static void
make_random(struct ref_desk *desk, uint32_t *seed)
{
	char id[8];

	ref_init(desk, -3);
	for (int c = 0; c < 8; c++) {
		snprintf(id, sizeof id, "c%d", c);
		ref_channel(desk, id, chance(seed, 0.5) ? 1 : 2);
	}
	for (int b = 0; b < 6; b++) {
		snprintf(id, sizeof id, "b%d", b);
		ref_bus(desk, id, chance(seed, 0.5) ? 1 : 2);
	}
	int master = ref_master(desk, chance(seed, 0.7) ? 2 : 1);
	for (int s = 0; s < master; s++) {
		int first = s < 8 ? 8 : s + 1;
		for (int b = first; b < master; b++) {
			if (chance(seed, 0.2))
				ref_to(desk, s, b);
			if (desk->strip[s].sends < 3 && chance(seed, 0.3))
				ref_send(desk, s, b, 0, false);
		}
		if (chance(seed, 0.6))
			ref_to(desk, s, master);
	}
	shake(desk, seed);
}

static void
random_desks_are_exact(void **state)
{
	struct exact *exact = *state;
	uint32_t seed = 20240 + exact->rig.period;

	for (int i = 0; i < 3; i++) {
		make_random(&exact->desk, &seed);
		for (unsigned s = 0; s < exact->desk.strips; s++)
			exact->desk.strip[s].solo = false;
		start_desk(exact);
		rig_settle(&exact->rig, 150);
		check(exact, NOISE);
		for (int k = 0; k < 4; k++) {
			shake(&exact->desk, &seed);
			check_pushed(exact);
		}
		stop_desk(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_is_exact_as_configured),
		cmocka_unit_test(levels_are_exact_over_osc),
		cmocka_unit_test(pans_are_exact_over_osc),
		cmocka_unit_test(polarity_and_delay_are_exact),
		cmocka_unit_test(mutes_close_what_comes_after_the_fader),
		cmocka_unit_test(taps_of_sends_are_exact),
		cmocka_unit_test(solo_closes_paths_and_not_strips),
		cmocka_unit_test(pan_laws_are_exact),
		cmocka_unit_test(random_desks_are_exact),
	};

	return cmocka_run_group_tests_name(
		   "period 32", tests, set_up_32, tear_down) +
	       cmocka_run_group_tests_name(
		   "period 64", tests, set_up_64, tear_down) +
	       cmocka_run_group_tests_name(
		   "period 441", tests, set_up_441, tear_down) +
	       cmocka_run_group_tests_name(
		   "period 1024", tests, set_up_1024, tear_down);
}
