#include "rig.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * On a server with realtime priority, and with memory that stays in RAM: what
 * a machine that mixes a show has. Skipped where we may not have it.
 */

#define RATE 48000
#define PERIOD 64
#define PRIORITY 70
#define LENGTH 4800

static const char desk[] =
    "{ \"version\": 1, \"channels\": ["
    " { \"id\": \"a\", \"from\": [\"rig-play:out_1\"],"
    "   \"sends\": { \"verb\": { \"level\": -12 } } },"
    " { \"id\": \"b\", \"lanes\": 2,"
    "   \"from\": [\"rig-play:out_1\", \"rig-play:out_2\"] } ],"
    " \"buses\": [ { \"id\": \"verb\", \"lanes\": 2 } ],"
    " \"master\": { \"outputs\": [\"rig-rec:in_1\", \"rig-rec:in_2\"] } }";

static void
start_realtime(struct rig *rig)
{
	if (!rig_may_realtime()) {
		print_message("SKIPPED: no realtime priority for us here "
			      "(ulimit -r, CAP_SYS_NICE, no sanitizer)\n");
		skip();
	}
	rig_init(rig, RATE, PERIOD);
	rig->priority = PRIORITY;
	rig_start_server(rig);
	rig_start_daemon(rig, desk);
	rig_wait_state(rig, "running");
	rig_join(rig, 2, 2);
	rig_wait_connected(rig, "rig-play:out_2", "headroom:b_in_2");
	rig_wait_connected(rig, "headroom:master_out_2", "rig-rec:in_2");
}

static void
the_realtime_thread_has_the_servers_priority_less_5(void **state)
{
	struct rig *rig = *state;
	struct sched_param param = { 0 };

	start_realtime(rig);
	pid_t thread = rig_thread(rig);
	/* A child of such a thread must not inherit it. */
	assert_int_equal(
	    sched_getscheduler(thread) & ~SCHED_RESET_ON_FORK, SCHED_FIFO);
	assert_int_equal(sched_getparam(thread, &param), 0);
	assert_int_equal(param.sched_priority, PRIORITY - 5);
	/* What waits, answers and writes must not stand in its way. */
	assert_int_equal(sched_getscheduler(rig->daemon), SCHED_OTHER);
}

/* Kilobytes that a process has locked (proc(5), status: VmLck). */
static long
locked_kb(pid_t pid)
{
	char path[64], line[256];
	long kb = -1;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmLck:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	fclose(file);
	return kb;
}

/* The daemon says it if it may not lock its memory. */
static void
need_locked(const struct rig *rig)
{
	char *log = rig_daemon_log(rig);
	bool unlocked = strstr(log, "memory is not locked") != NULL;

	free(log);
	if (!unlocked)
		return;
	print_message("SKIPPED: no locked memory for us here (ulimit -l, or "
		      "CAP_IPC_LOCK)\n");
	skip();
}

static void
its_memory_stays_in_ram(void **state)
{
	struct rig *rig = *state;

	start_realtime(rig);
	need_locked(rig);
	/* Program, libraries and desk: some megabytes. */
	assert_true(locked_kb(rig->daemon) > 1024);
}

static void
no_page_fault_while_the_desk_is_played(void **state)
{
	struct rig *rig = *state;
	struct rig_take take = {
		.frames = UINT32_MAX / 4, .played = LENGTH, .loops = true
	};

	start_realtime(rig);
	need_locked(rig);
	take.play[0] = take.play[1] = calloc(LENGTH, sizeof(float));
	signal_noise(take.play[0], LENGTH, 0.3, 1);
	pid_t thread = rig_thread(rig);
	rig_roll(rig, &take);
	rig_settle(rig, 300);
	unsigned long before = rig_page_faults(rig, thread);
	for (int i = 0; i < 40; i++) {
		osc_send(rig->osc, "/ch/*/fader", "f", -0.5 * i);
		osc_send(rig->osc, "/ch/b/mute", "i", i % 2);
		osc_send(rig->osc, "/bus/verb/pan", "f", i % 2 - 0.5);
		if (i == 10)
			osc_send(rig->osc, "/ch/*/delay", "f", 3.0);
		rig_settle(rig, 20);
	}
	assert_int_equal(rig_page_faults(rig, thread), before);
	rig_cut(rig);
	free(take.play[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(the_realtime_thread_has_the_servers_priority_less_5),
		RIG_TEST(its_memory_stays_in_ram),
		RIG_TEST(no_page_fault_while_the_desk_is_played),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
