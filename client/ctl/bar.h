#ifndef CTL_BAR_H
#define CTL_BAR_H

#include <stdbool.h>

/*
 * The ballistics and the scale of one meter bar. The daemon publishes facts;
 * how they move on a screen is decided here. Times are seconds of one clock
 * that never goes back.
 */

#define BAR_FALL (20 / 1.7) /* dB per second, IEC 60268-18 */
#define BAR_HOLD 1.0        /* seconds a peak stays marked */
#define BAR_TOP 6.0         /* dBFS at the upper end of a drawn bar */

struct bar {
	double level; /* dBFS, where the bar stands */
	double moved; /* time of `level` */
	double held;  /* dBFS, the marked peak */
	double since; /* time of `held` */
};

/* A bar at rest that has seen nothing. */
void bar_reset(struct bar *bar, double now);

/* A new peak in dBFS: rises at once, falls as bar_fall() says. */
void bar_feed(struct bar *bar, double peak, double now);

/* Lets the bar fall by the time that has passed, and drops a peak mark that
 * is older than BAR_HOLD onto the bar. True if anything moved. */
bool bar_fall(struct bar *bar, double now);

/* Deflection of a level in percent after IEC 60268-18: -70 dB and below 0, -60
 * 2.5, -50 7.5, -40 15, -30 30, -20 50, 0 100; above 0 dBFS it goes on at the
 * slope it had. */
double bar_deflection(double db);

/* Where a level stands on a bar from nothing to BAR_TOP: 0…1. */
double bar_position(double db);

/* The level in dBFS at a position of 0…1, the inverse of bar_position(). */
double bar_level(double position);

#endif
