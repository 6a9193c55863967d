#include "mixer/plugin_param.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NEAREST 6         /* symbols that are named instead of one */
#define SYMBOL_LONGEST 64 /* bytes that are compared */

int
plugin_param_find(const struct plugin *plugin, const char *symbol)
{
	for (size_t i = 0; i < plugin->params; i++)
		if (strcmp(plugin->param[i].symbol, symbol) == 0)
			return (int)i;
	return -1;
}

/* --- symbols that are like another --- */

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance: characters to put in, take out or replace, whatever
 * their case. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[SYMBOL_LONGEST + 1];
	size_t size = strnlen(b, SYMBOL_LONGEST);

	for (unsigned j = 0; j <= size; j++)
		row[j] = j;
	for (unsigned i = 0; i < SYMBOL_LONGEST && a[i] != '\0'; i++) {
		unsigned diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < size; j++) {
			bool same = tolower((unsigned char)a[i]) ==
				    tolower((unsigned char)b[j]);
			unsigned above = row[j + 1];
			row[j + 1] =
			    least(diagonal + !same, least(above, row[j]) + 1);
			diagonal = above;
		}
	}
	return row[size];
}

/* A part of a symbol is nearer than any slip, and so is its name. */
static unsigned
strangeness(const struct plugin_param *param, const char *symbol)
{
	if (strcasestr(param->symbol, symbol) != NULL ||
	    strcasestr(symbol, param->symbol) != NULL ||
	    strcasecmp(param->name, symbol) == 0)
		return 0;
	return distance(param->symbol, symbol);
}

void
plugin_param_nearest(
    const struct plugin *plugin, const char *symbol, char *text, size_t size)
{
	size_t named = 0, used = 0;

	snprintf(text, size, "none, as it has no parameters");
	/* In rounds, each naming those that are a little stranger. */
	for (unsigned round = 0; round <= SYMBOL_LONGEST; round++) {
		for (size_t i = 0; i < plugin->params; i++) {
			const struct plugin_param *param = &plugin->param[i];
			if (strangeness(param, symbol) != round)
				continue;
			if (named == NEAREST || used + 8 >= size) {
				snprintf(text + used, size - used, ", ...");
				return;
			}
			used += (size_t)snprintf(text + used, size - used,
			    "%s%s", named++ > 0 ? ", " : "", param->symbol);
			if (used >= size)
				return;
		}
	}
}

/* --- values --- */

const struct plugin_choice *
plugin_param_choice(const struct plugin_param *param, double value)
{
	for (size_t i = 0; i < param->choices; i++)
		if ((float)param->choice[i].value == (float)value)
			return &param->choice[i];
	return NULL;
}

const struct plugin_choice *
plugin_param_label(const struct plugin_param *param, const char *label)
{
	for (size_t i = 0; i < param->choices; i++)
		if (strcasecmp(param->choice[i].label, label) == 0)
			return &param->choice[i];
	return NULL;
}

void
plugin_param_allowed(const struct plugin_param *param, char *text, size_t size)
{
	char range[128];
	size_t used = 0;

	schema_allowed(&param->row, range, sizeof range);
	text[0] = '\0';
	for (size_t i = 0; i < param->choices; i++) {
		const struct plugin_choice *choice = &param->choice[i];
		if (used + strlen(choice->label) + sizeof range + 32 > size) {
			used +=
			    (size_t)snprintf(text + used, size - used, ", ...");
			break;
		}
		used += (size_t)snprintf(text + used, size - used, "%s%s (%g)",
		    i > 0 ? ", " : "", choice->label, choice->value);
	}
	if (!param->only_choices || param->choices == 0)
		snprintf(text + used, size - used, "%s%s",
		    used > 0 ? ", or " : "", range);
}

static const struct plugin_choice *
nearest_choice(const struct plugin_param *param, double value)
{
	const struct plugin_choice *best = &param->choice[0];

	for (size_t i = 1; i < param->choices; i++)
		if (fabs(param->choice[i].value - value) <
		    fabs(best->value - value))
			best = &param->choice[i];
	return best;
}

static enum schema_verdict
accept_label(const struct plugin_param *param, const char *label, double *value,
    char *why, size_t why_size)
{
	const struct plugin_choice *choice = plugin_param_label(param, label);
	char allowed[256];

	if (choice != NULL) {
		*value = choice->value;
		return SCHEMA_OK;
	}
	plugin_param_allowed(param, allowed, sizeof allowed);
	snprintf(why, why_size, "found \"%.40s\"; allowed %s", label, allowed);
	return SCHEMA_CHOICE_UNKNOWN;
}

enum schema_verdict
plugin_param_accept(const struct plugin_param *param,
    const struct schema_value *in, double *value, char *why, size_t why_size)
{
	struct schema_value out;
	enum schema_verdict verdict;

	if (param->choices > 0 && (in->type == 's' || in->type == 'S'))
		return accept_label(param, in->text, value, why, why_size);
	verdict = schema_accept(&param->row, in, &out, why, why_size);
	if (verdict != SCHEMA_OK && verdict != SCHEMA_CLAMPED)
		return verdict;
	*value = (double)(float)out.number;
	if (!param->only_choices || param->choices == 0 ||
	    plugin_param_choice(param, *value) != NULL)
		return verdict;
	*value = nearest_choice(param, *value)->value;
	return SCHEMA_CLAMPED;
}
