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
