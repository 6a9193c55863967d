#include "edge/lv2_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LONGEST 4096 /* bytes of a path, and of a line of the file */
#define STACK 32768  /* bytes; with AVX-512 a signal frame takes 4 kB */

static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
#define FATAL (sizeof fatal / sizeof *fatal)

/* Of each thread. In the program itself, where reaching it is one load. */
static _Thread_local struct lv2_guard guard;
static _Thread_local char stack[STACK];

/* What the handler uses; a handler is given no argument. */
static char crash_file[LONGEST];
static struct sigaction before_us[FATAL];

struct lv2_guard
lv2_guard_enter(const char *uri, bool realtime)
{
	struct lv2_guard before = guard;

	guard.realtime = realtime;
	guard.allocated = false;
	guard.uri = uri;
	return before;
}

bool
lv2_guard_leave(struct lv2_guard before)
{
	bool allocated = guard.allocated;

	guard = before;
	return allocated;
}

bool
lv2_guard_is_realtime(void)
{
	return guard.realtime;
}

bool
lv2_guard_note_allocation(void)
{
	if (guard.realtime)
		guard.allocated = true;
	return guard.uri != NULL;
}

/* --- the process goes down --- */

/* Only what may be done in a signal handler. The line is "URI @SECONDS". */
static void
remember(const char *uri)
{
	char line[LONGEST];
	size_t used = strlen(uri);
	uint64_t now = (uint64_t)time(NULL);
	char digit[24];
	size_t digits = 0;
	int fd =
	    open(crash_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0 || used + sizeof digit + 3 > sizeof line)
		return;
	memcpy(line, uri, used);
	line[used++] = ' ';
	line[used++] = '@';
	for (; now != 0 && digits < sizeof digit; now /= 10)
		digit[digits++] = (char)('0' + now % 10);
	while (digits > 0)
		line[used++] = digit[--digits];
	line[used++] = '\n';
	if (write(fd, line, used) >= 0)
		fsync(fd);
	close(fd);
}

/* What was there before us then has its turn, and most often ends the
 * process. */
static void
went_down(int signal)
{
	const char *uri = guard.uri;

	if (uri != NULL && crash_file[0] != '\0')
		remember(uri);
	guard.uri = NULL;
	for (size_t i = 0; i < FATAL; i++)
		if (fatal[i] == signal)
			sigaction(signal, &before_us[i], NULL);
	raise(signal);
}

int
lv2_guard_open(const char *file)
{
	struct sigaction action = { .sa_handler = went_down,
		.sa_flags = SA_ONSTACK };

	size_t size = strlen(file) + 1;

	if (size > sizeof crash_file)
		return -ENAMETOOLONG;
	memcpy(crash_file, file, size);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &action, &before_us[i]);
	lv2_guard_thread();
	return 0;
}

void
lv2_guard_close(void)
{
	if (crash_file[0] == '\0')
		return;
	crash_file[0] = '\0';
	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &before_us[i], NULL);
}

void
lv2_guard_thread(void)
{
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack };
	stack_t now;

	if (sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE) != 0)
		sigaltstack(&alternate, NULL);
}

/* --- and starts again --- */

static bool
names(const char *line, const char *uri)
{
	size_t length = strcspn(line, " \n");

	return length == strlen(uri) && strncmp(line, uri, length) == 0;
}

bool
lv2_guard_crashed(
    const char *file, const char *uri, char *when, size_t when_size)
{
	FILE *lines = fopen(file, "re");
	char line[LONGEST];
	bool found = false;

	if (lines == NULL)
		return false;
	while (fgets(line, sizeof line, lines) != NULL) {
		struct tm day;

		if (!names(line, uri))
			continue;
		found = true;
		/* The time is the last one; an URI may have an @ too. */
		const char *at = strrchr(line, '@');
		time_t second = at != NULL ? strtoll(at + 1, NULL, 10) : 0;
		snprintf(when, when_size, "some time");
		if (second > 0 && localtime_r(&second, &day) != NULL)
			strftime(when, when_size, "%Y-%m-%d %H:%M:%S", &day);
	}
	fclose(lines);
	return found;
}

static int
copy_others(FILE *from, FILE *to, const char *uri)
{
	char line[LONGEST];

	while (fgets(line, sizeof line, from) != NULL)
		if (!names(line, uri))
			fputs(line, to);
	return ferror(from) || fflush(to) != 0 || fsync(fileno(to)) < 0 ? -EIO
									: 0;
}

int
lv2_guard_forgive(const char *file, const char *uri)
{
	char fresh[LONGEST + 8];
	FILE *from = fopen(file, "re");
	int error;

	if (from == NULL)
		return errno == ENOENT ? 0 : -errno;
	snprintf(fresh, sizeof fresh, "%s.new", file);
	FILE *to = fopen(fresh, "we");
	if (to == NULL) {
		error = -errno;
		fclose(from);
		return error;
	}
	error = copy_others(from, to, uri);
	fclose(from);
	if (fclose(to) != 0 && error == 0)
		error = -errno;
	if (error == 0 && rename(fresh, file) < 0)
		error = -errno;
	if (error < 0)
		unlink(fresh);
	return error;
}
