#include "edge/log.h"

#include <stdarg.h>
#include <stdio.h>

#define LOG_LONGEST 1024 /* bytes of a line; the rest is cut off */

void
log_line(const char *format, ...)
{
	char line[LOG_LONGEST];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	/* One call, so that lines of two threads never mix. */
	fprintf(stderr, "headroomd: %s\n", line);
}
