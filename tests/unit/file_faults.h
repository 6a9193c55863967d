#ifndef TESTS_FILE_FAULTS_H
#define TESTS_FILE_FAULTS_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * File calls that fail as a test says. The linker puts these before the calls of
 * the daemon's files (--wrap, see unit.mk); only what is a file or a directory
 * counts, no socket, event or timer.
 */

struct faults {
	_Atomic bool armed; /* a worker may look at it at any time */
	int calls;          /* since armed */
	int failing;        /* the one that fails, from 1; 0: none */
	bool for_good;      /* and so does each one behind it */
	int error;   /* errno; with ENOSPC a write does half of its work */
	bool halves; /* reads and writes do half of theirs, and succeed */
	bool half;   /* the next write fails, after half of one */
	const char *which; /* the first that failed */
};

extern struct faults faults;

void faults_arm(int failing, bool for_good, int error);
void faults_disarm(void);

#endif
