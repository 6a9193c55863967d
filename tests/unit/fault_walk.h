#ifndef TESTS_FAULT_WALK_H
#define TESTS_FAULT_WALK_H

#include "file_faults.h"

#include <stdbool.h>

/*
 * What headroomd remembers, while each file call of an operation in turn fails:
 * whatever one it is, what was there is there and whole, the failure is told with
 * its file and its reason, and the next try works.
 */

/* A directory of its own. */
struct place {
	char directory[64];
	char config[96];
	/* What the operation is to be armed with. */
	int failing, error;
	bool for_good;
	int log; /* what it said */
};

struct operation {
	const char *name;
	const char *file; /* a part of the file's name, in the log; NULL: it is
			   * returned */
	void (*prepare)(struct place *place);
	/* Arms what it is about. 0 or -errno. */
	int (*work)(struct place *place);
	/* After that, what the disk must hold. */
	void (*check)(struct place *place, int code);
};

/* All of it: each call once and for good, with a broken and with a full disk, and
 * all reads and writes by halves. There must be `least` calls. */
void walk(void **state, const struct operation *operation, int least);

/* From here on calls fail as the walk has it, until faults_disarm(). */
void arm(const struct place *place);

int fault_set_up(void **state);
int fault_tear_down(void **state);
#define FAULT_TEST(name) \
	cmocka_unit_test_setup_teardown(name, fault_set_up, fault_tear_down)

/* Valid until the next call. */
const char *path_of(const struct place *place, const char *name);

bool exists(const struct place *place, const char *name);
void put(const struct place *place, const char *name, const char *text);

/* What a file holds, "" if it is not there; valid until the next call. */
const char *content(const char *path);

/* Standard error goes to the log from here on, until it is given back. */
int hide_log(const struct place *place);
void show_log(int shown);

#endif
