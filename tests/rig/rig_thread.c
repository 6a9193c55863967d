#include "rig.h"

#include <dirent.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define THREAD "headroom-rt"

/* Reads a line of /proc/PID/task/TID/FILE. */
static int
task_line(pid_t pid, const char *task, const char *file, char *line, int size)
{
	char path[512];
	FILE *in;

	snprintf(
	    path, sizeof path, "/proc/%d/task/%s/%s", (int)pid, task, file);
	in = fopen(path, "re");
	if (in == NULL)
		return -1;
	bool got = fgets(line, size, in) != NULL;
	fclose(in);
	return got ? 0 : -1;
}

pid_t
rig_thread(const struct rig *rig)
{
	char path[64], line[512];
	pid_t found = 0;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%d/task", (int)rig->daemon);
	tasks = opendir(path);
	assert_non_null(tasks);
	for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
		if (task->d_name[0] == '.' ||
		    task_line(rig->daemon, task->d_name, "comm", line,
			sizeof line) < 0 ||
		    strcmp(line, THREAD "\n") != 0)
			continue;
		assert_int_equal(found, 0);
		found = (pid_t)strtol(task->d_name, NULL, 10);
	}
	closedir(tasks);
	assert_int_not_equal(found, 0);
	return found;
}

unsigned long
rig_page_faults(const struct rig *rig, pid_t thread)
{
	char task[16], line[1024];
	unsigned long minor = 0, major = 0;

	snprintf(task, sizeof task, "%d", (int)thread);
	assert_int_equal(
	    task_line(rig->daemon, task, "stat", line, sizeof line), 0);
	const char *after = strrchr(line, ')');
	assert_non_null(after);
	/* Fields 10 and 12 of proc(5), stat. */
	assert_int_equal(
	    sscanf(after, ") %*c %*d %*d %*d %*d %*d %*u %lu %*u %lu", &minor,
		&major),
	    2);
	return minor + major;
}

/* The number behind a word at the beginning of a line of a file; 0 without. */
static unsigned long
number_in(const char *path, const char *word, unsigned field)
{
	char line[512];
	unsigned long number = 0;
	FILE *in = fopen(path, "re");

	while (in != NULL && fgets(line, sizeof line, in) != NULL) {
		char *rest, *part = strtok_r(line, " \t\n", &rest);
		if (part == NULL || strcmp(part, word) != 0)
			continue;
		for (unsigned i = 0; part != NULL && i < field; i++)
			part = strtok_r(NULL, " \t\n", &rest);
		number = part != NULL ? strtoul(part, NULL, 10) : 0;
		break;
	}
	if (in != NULL)
		fclose(in);
	return number;
}

unsigned long
rig_taken_away(const struct rig *rig, pid_t thread)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/task/%d/status", (int)rig->daemon,
	    (int)thread);
	return number_in(path, "nonvoluntary_ctxt_switches:", 1) +
	       number_in("/proc/stat", "cpu", 8);
}

bool
rig_may_realtime(void)
{
	struct sched_param before, wanted = { .sched_priority = 70 };
	int policy = sched_getscheduler(0);

	/* A sanitizer's own locks spin, and know no priorities. */
	if (rig_sanitized())
		return false;
	sched_getparam(0, &before);
	if (sched_setscheduler(0, SCHED_FIFO, &wanted) < 0)
		return false;
	sched_setscheduler(0, policy, &before);
	return true;
}
