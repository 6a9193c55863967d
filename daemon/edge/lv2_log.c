#include "edge/lv2_guard.h"
#include "edge/lv2_internal.h"
#include "edge/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LONGEST 256 /* bytes of what a plugin says at once */

static const char *
kind(const struct lv2_host_shared *shared, LV2_URID type)
{
	if (type == shared->error)
		return "error: ";
	if (type == shared->warning)
		return "warning: ";
	return "";
}

int
lv2_log_vprintf(
    LV2_Log_Handle handle, LV2_URID type, const char *format, va_list args)
{
	struct lv2_log *log = handle;
	char line[LONGEST];

	if (type == log->shared->trace)
		return 0;
	int used = snprintf(line, sizeof line, "%s", kind(log->shared, type));
	int wrote =
	    vsnprintf(line + used, sizeof line - (size_t)used, format, args);
	size_t length = strcspn(line, "\n");
	line[length] = '\0';
	if (!lv2_guard_is_realtime())
		log_line("%s: %s", log->uri, line);
	else if (!lv2_ring_write(&log->lines, line, (uint32_t)length + 1))
		atomic_fetch_add_explicit(
		    &log->missed, 1, memory_order_relaxed);
	return wrote;
}

int
lv2_log_printf(LV2_Log_Handle handle, LV2_URID type, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int wrote = lv2_log_vprintf(handle, type, format, args);
	va_end(args);
	return wrote;
}

void
lv2_log_drain(struct lv2_log *log, unsigned lines)
{
	const char *line;
	uint32_t size;

	for (unsigned i = 0; i < lines; i++) {
		line = lv2_ring_peek(&log->lines, &size);
		if (line == NULL)
			break;
		log_line("%s: %s", log->uri, line);
		lv2_ring_pop(&log->lines);
	}
	uint32_t missed =
	    atomic_exchange_explicit(&log->missed, 0, memory_order_relaxed);
	if (missed > 0)
		log_line(
		    "%s: says more: %u lines are left out", log->uri, missed);
}
