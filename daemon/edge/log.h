#ifndef EDGE_LOG_H
#define EDGE_LOG_H

#include <stddef.h>

/*
 * Lines for whoever watches the daemon. Where standard error is the journal
 * (JOURNAL_STREAM) they go there with their level and fields; else to standard
 * error, as "headroomd: warning: TEXT". Any thread but the realtime one.
 */

/* As in syslog(3), and with the same numbers. */
enum log_level {
	LOG_LEVEL_ERROR = 3,   /* something does not work */
	LOG_LEVEL_WARNING = 4, /* something works less well than it should */
	LOG_LEVEL_NOTICE = 5,  /* worth knowing; the default */
	LOG_LEVEL_INFO = 6,    /* also what is usual */
	LOG_LEVEL_DEBUG = 7    /* everything */
};

/* "error", "warning", "notice", "info", "debug". Returns a level, or -1. */
int log_level_find(const char *name);

/* From now on lines above this level are left out, and lines have their level,
 * which those before have not. Before there is a second thread. */
void log_open(enum log_level most);

/* Writes one line at a level, as printf() would; the newline is added. */
void log_at(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same at LOG_LEVEL_NOTICE. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define LOG_FIELDS 4 /* of a line at most */

/* Writes a line with fields for the journal, each a text such as
 * "STRIP=ch/kick". Elsewhere they are left out. */
void log_fields(enum log_level level, const char *const field[], size_t fields,
    const char *text);

#endif
