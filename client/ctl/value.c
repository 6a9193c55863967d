#include "value.h"

#include "protocol/level.h"
#include "protocol/number.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What follows the first path part, past its "/"; NULL if nothing does. */
static const char *
value_next_part(const char *path)
{
	const char *slash = path ? strchr(path, '/') : NULL;

	return slash ? slash + 1 : NULL;
}

/* What follows "insert/". A parameter's row is the one for all of them: its
 * range is the plugin's. */
static const struct schema_param *
value_insert(const char *path)
{
	const char *tail = value_next_part(path);

	if (!tail)
		return NULL;
	if (strncmp(tail, "param/", 6) == 0 && tail[6] &&
	    !strchr(tail + 6, '/'))
		return schema_param(PARAM_INSERT_PARAM);
	return schema_find(SCOPE_INSERT, tail);
}

const struct schema_param *
value_param(const char *address)
{
	const struct schema_param *param = NULL;
	const char *master, *strip;

	if (address[0] != '/')
		return NULL;
	for (int kind = 0; kind < GROUP_KINDS; kind++) {
		const char *name = schema_group_name((enum group_kind)kind);
		size_t size = strlen(name);
		if (strncmp(address + 1, name, size) != 0 ||
		    address[size + 1] != '/')
			continue;
		strip = value_next_part(address + size + 2);
		return schema_find(schema_group_scope((enum group_kind)kind),
		    strip ? strip : "");
	}
	/* "master/TAIL" has one part before the tail, "ch/kick/TAIL" two. */
	master = value_next_part(address + 1);
	strip = value_next_part(master);
	for (int i = 0; i < 2 && !param; i++) {
		const char *tail = i ? master : strip;
		if (!tail)
			continue;
		if (strncmp(tail, "insert/", 7) == 0) {
			param = value_insert(tail + 7);
			continue;
		}
		if (strncmp(tail, "send/", 5) != 0) {
			param = schema_find(SCOPE_STRIP, tail);
			continue;
		}
		tail = value_next_part(tail + 5);
		if (tail)
			param = schema_find(SCOPE_SEND, tail);
	}
	return param;
}

/* What a number in the unit `found` is to be multiplied with for the unit
 * `wanted`; 0 if the one is no measure of the other. */
static double
value_scale(const char *wanted, const char *found)
{
	static const struct {
		const char *wanted, *found;
		double factor;
	} scales[] = { { "ms", "s", 1e3 }, { "s", "ms", 1e-3 },
		{ "Hz", "kHz", 1e3 }, { "kHz", "Hz", 1e-3 } };

	if (!*found || strcasecmp(found, wanted) == 0)
		return 1;
	for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
		if (strcasecmp(wanted, scales[i].wanted) == 0 &&
		    strcasecmp(found, scales[i].found) == 0)
			return scales[i].factor;
	return 0;
}

bool
value_in_unit(const char *unit, const char *text, double *number)
{
	char *end;
	double found = strtod(text, &end);

	if (end == text || !isfinite(found))
		return false;
	while (*end == ' ')
		end++;
	double scale = value_scale(unit, end);
	if (scale != 0)
		*number = found * scale;
	return scale != 0;
}

static bool
value_word(const struct schema_param *param, const char *text, double *number)
{
	static const struct {
		const char *word;
		double number;
	} switches[] = { { "on", 1 }, { "yes", 1 }, { "true", 1 }, { "off", 0 },
		{ "no", 0 }, { "false", 0 } };

	if (param->type == SCHEMA_FLOAT && strcmp(param->unit, "dB") == 0 &&
	    param->min <= LEVEL_SILENCE) {
		if (strcasecmp(text, "-inf") != 0 &&
		    strcasecmp(text, "off") != 0)
			return false;
		*number = LEVEL_SILENCE;
		return true;
	}
	if (param->type != SCHEMA_INT || param->max > 1)
		return false;
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (strcasecmp(text, switches[i].word) == 0) {
			*number = switches[i].number;
			return true;
		}
	return false;
}

void
value_parse(const struct schema_param *param, const char *text,
    struct schema_value *value)
{
	double number = 0;
	bool as_float = param && param->type == SCHEMA_FLOAT;

	*value = (struct schema_value){ .type = 's', .text = text };
	if (param &&
	    (param->type == SCHEMA_TEXT || param->type == SCHEMA_CHOICE))
		return;
	if (param && value_word(param, text, &value->number)) {
		value->type = as_float ? 'f' : 'i';
		return;
	}
	if (!value_in_unit(param ? param->unit : "", text, &number))
		return;
	value->number = number;
	value->type =
	    !as_float && number == rint(number) && fabs(number) < 2147483648.0
		? 'i'
		: 'f';
}

void
value_text(const struct schema_value *value, char *text, size_t size)
{
	switch (value->type) {
	case 's':
	case 'S':
		snprintf(text, size, "%s", value->text);
		for (char *c = text; *c; c++)
			if (iscntrl((unsigned char)*c))
				*c = '?';
		break;
	case 'f':
		number_text(value->number, text, size);
		break;
	case 'd':
		snprintf(text, size, "%.15g", value->number);
		break;
	default:
		snprintf(text, size, "%.0f", value->number);
	}
}

double
value_number(const struct schema_value *value)
{
	return value->type == 'f' ? number_shortest(value->number)
				  : value->number;
}

bool
value_equal(const struct schema_value *a, const struct schema_value *b)
{
	if (a->text && b->text)
		return strcmp(a->text, b->text) == 0;
	if (a->text || b->text)
		return false;
	return fabs(a->number - b->number) <=
	       1e-5 * fmax(1, fmax(fabs(a->number), fabs(b->number)));
}
