#ifndef EDGE_STATUS_DUMP_H
#define EDGE_STATUS_DUMP_H

/*
 * How the daemon stands, as lines of the log. Control thread.
 */

struct mixer;

/* Version, uptime, JACK, load, xruns, subscribers and drops, then a line for each
 * stage that is not silent now or was over since the reset: its zone and
 * headroom. */
void status_dump(struct mixer *mixer);

#endif
