#define SD_JOURNAL_SUPPRESS_LOCATION

#include "edge/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define LOG_LONGEST 1024 /* bytes of a line; the rest is cut off */

/* Set once, before there is a second thread. 0: not opened yet. */
static enum log_level most;

static const char *const name[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_NOTICE] = "notice",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

int
log_level_find(const char *wanted)
{
	for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++)
		if (strcmp(name[i], wanted) == 0)
			return i;
	return -1;
}

void
log_open(enum log_level level)
{
	most = level;
}

/* Is standard error the stream that systemd made for us? */
static bool
is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long device, inode;
	struct stat info;

	return stream && sscanf(stream, "%lu:%lu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &info) == 0 && info.st_dev == device &&
	       info.st_ino == inode;
}

static struct iovec
as_vector(const char *text)
{
	union {
		const char *in;
		void *out;
	} base = { .in = text };

	return (struct iovec){ base.out, strlen(text) };
}

static int
to_journal(enum log_level level, const char *const field[], size_t fields,
    const char *text)
{
	char message[LOG_LONGEST + 16], priority[16];
	struct iovec vector[LOG_FIELDS + 3];
	size_t count = 0;

	snprintf(message, sizeof message, "MESSAGE=%s", text);
	snprintf(priority, sizeof priority, "PRIORITY=%d", (int)level);
	vector[count++] = as_vector(message);
	vector[count++] = as_vector(priority);
	vector[count++] = as_vector("SYSLOG_IDENTIFIER=headroomd");
	for (size_t i = 0; i < fields && i < LOG_FIELDS; i++)
		vector[count++] = as_vector(field[i]);
	return sd_journal_sendv(vector, (int)count);
}

/* One call, so that lines of two threads never mix. */
static void
to_stderr(enum log_level level, const char *text)
{
	bool told = level <= LOG_LEVEL_WARNING;

	/* Before it is opened, errors are about the command line. */
	if (most == 0 || !told)
		fprintf(stderr, "headroomd: %s\n", text);
	else
		fprintf(stderr, "headroomd: %s: %s\n", name[level], text);
}

void
log_fields(enum log_level level, const char *const field[], size_t fields,
    const char *text)
{
	if (most != 0 && level > most)
		return;
	if (!is_journal() || to_journal(level, field, fields, text) < 0)
		to_stderr(level, text);
}

void
log_at(enum log_level level, const char *format, ...)
{
	char line[LOG_LONGEST];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	log_fields(level, NULL, 0, line);
}

void
log_line(const char *format, ...)
{
	char line[LOG_LONGEST];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	log_fields(LOG_LEVEL_NOTICE, NULL, 0, line);
}
