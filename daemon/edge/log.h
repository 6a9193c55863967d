#ifndef EDGE_LOG_H
#define EDGE_LOG_H

/*
 * Lines for whoever watches the daemon: standard error, each with
 * "headroomd: " before it. Any thread but the realtime one.
 */

/* Writes one line, as printf() would; the newline is added. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
