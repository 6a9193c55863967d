#include "mixer/port_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For one name; usual expressions need some hundreds. 20,000 take up to 8 ms. */
#define STEPS 20000
#define HEAP 1024 /* KiB, for one name */

#define OPTIONS                                                 \
	(PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_UTF | \
	    PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C)

struct port_pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
};

static struct port_pattern *
out_of_memory(struct port_pattern *pattern, char why[PORT_PATTERN_WHY])
{
	snprintf(why, PORT_PATTERN_WHY, "no memory left");
	port_pattern_free(pattern);
	return NULL;
}

struct port_pattern *
port_pattern_new(const char *expression, char why[PORT_PATTERN_WHY])
{
	struct port_pattern *pattern = calloc(1, sizeof(*pattern));
	PCRE2_SIZE at;
	int error;

	if (!pattern)
		return out_of_memory(pattern, why);
	pattern->code = pcre2_compile((PCRE2_SPTR)expression,
	    PCRE2_ZERO_TERMINATED, OPTIONS, &error, &at, NULL);
	if (!pattern->code) {
		pcre2_get_error_message(
		    error, (PCRE2_UCHAR *)why, PORT_PATTERN_WHY);
		port_pattern_free(pattern);
		return NULL;
	}
	pattern->data = pcre2_match_data_create(1, NULL);
	pattern->context = pcre2_match_context_create(NULL);
	if (!pattern->data || !pattern->context)
		return out_of_memory(pattern, why);
	pcre2_set_match_limit(pattern->context, STEPS);
	pcre2_set_heap_limit(pattern->context, HEAP);
	return pattern;
}

enum port_pattern_match
port_pattern_match(const struct port_pattern *pattern, const char *name)
{
	int found = pcre2_match(pattern->code, (PCRE2_SPTR)name, strlen(name),
	    0, 0, pattern->data, pattern->context);

	if (found == PCRE2_ERROR_NOMATCH)
		return PORT_PATTERN_DIFFERS;
	return found < 0 ? PORT_PATTERN_GIVES_UP : PORT_PATTERN_MATCHES;
}

void
port_pattern_free(struct port_pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_context_free(pattern->context);
	pcre2_match_data_free(pattern->data);
	pcre2_code_free(pattern->code);
	free(pattern);
}
