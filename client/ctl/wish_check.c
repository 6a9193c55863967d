#include "wish.h"

#include "ask.h"
#include "texts.h"
#include "value.h"

#include "protocol/match.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

static bool
wish_covers(const struct wish *wish, const char *address)
{
	return wish->pattern ? match_address(wish->address, address)
			     : strcmp(wish->address, address) == 0;
}

/* What the daemon makes of the wish at an address. */
static enum schema_verdict
wish_accept(const struct wish *wish, const struct schema_param *param,
    struct schema_value *due)
{
	enum schema_verdict verdict =
	    schema_accept(param, &wish->value, due, NULL, 0);

	if (param->type == SCHEMA_CHOICE)
		*due = wish->value;
	return verdict;
}

static bool
wish_stands(const struct wish *wish, const struct link_message *answer)
{
	const struct schema_param *param = value_param(answer->address);
	struct schema_value due;

	if (!param || answer->values != 1)
		return false;
	enum schema_verdict verdict = wish_accept(wish, param, &due);
	return (verdict == SCHEMA_OK || verdict == SCHEMA_CLAMPED) &&
	       value_equal(&due, &answer->value[0]);
}

/* May two addresses lead to one value? A strip goes by its id and by its place,
 * which is a number as no id is, and a fader has a level and a position. */
static bool
check_may_be_same(const char *a, const char *b)
{
	static const char digits[] = "0123456789", position[] = "/position";

	while (*a == '/' && *b == '/') {
		size_t a_size = strcspn(++a, "/"), b_size = strcspn(++b, "/");
		bool same = a_size == b_size && memcmp(a, b, a_size) == 0;
		bool a_place = strspn(a, digits) == a_size;
		bool b_place = strspn(b, digits) == b_size;
		if (!same && a_place == b_place)
			return false;
		a += a_size;
		b += b_size;
	}
	return strcmp(a, b) == 0 || strcmp(a, position) == 0 ||
	       strcmp(b, position) == 0;
}

/* Did a wish from `first` on move the value by another address of it? */
static bool
check_moved_it(const struct wishes *wishes, size_t first, const struct ask *ask,
    const struct link_message *answer)
{
	for (size_t i = 0; i < ask_answers(ask); i++) {
		const struct link_message *other = ask_answer(ask, i);
		if (other == answer ||
		    !check_may_be_same(answer->address, other->address))
			continue;
		/* One value reads alike by all addresses of one parameter. */
		if (value_param(answer->address) ==
			value_param(other->address) &&
		    !value_equal(&answer->value[0], &other->value[0]))
			continue;
		for (size_t w = first; w < wishes->count; w++)
			if (wish_covers(&wishes->wish[w], other->address) &&
			    wish_stands(&wishes->wish[w], other))
				return true;
	}
	return false;
}

/* Says, once for a pattern, that a value went to a bound. */
static void
check_tell_bound(struct wish *wish, const struct schema_param *param,
    const struct link_message *answer)
{
	char allowed[200], found[VALUE_LONGEST];

	if (wish->told)
		return;
	wish->told = wish->param != NULL;
	schema_allowed(param, allowed, sizeof(allowed));
	value_text(&answer->value[0], found, sizeof(found));
	command_warn("%s: set to %s, allowed: %s",
	    wish->param ? wish->address : answer->address, found, allowed);
}

/* What a plugin's parameter makes of a number. */
static double
check_plugin_due(const cJSON *param, double number)
{
	double min = texts_number(param, "min", number);
	double max = texts_number(param, "max", number);
	double best = fmin(fmax(number, min), max), nearest = HUGE_VAL;
	const cJSON *choice;

	if (texts_true(param, "whole") || texts_true(param, "toggle"))
		best = rint(best);
	if (!texts_true(param, "only_choices"))
		return best;
	cJSON_ArrayForEach(
	    choice, cJSON_GetObjectItemCaseSensitive(param, "choices"))
	{
		double value = texts_number(choice, "value", HUGE_VAL);
		if (fabs(value - best) < fabs(nearest - best))
			nearest = value;
	}
	return nearest;
}

/* The schema leaves the range of a plugin's parameter open: is what stands
 * there the nearest that the plugin takes? Then that is said. */
static bool
check_is_plugin_bound(struct command *command, const struct wish *wish,
    const struct link_message *answer)
{
	struct texts texts;
	char found[VALUE_LONGEST];
	bool same = false;

	if (texts_ask(command, "/describe", answer->address, &texts) !=
	    STATUS_OK)
		return false;
	if (texts.count == 1) {
		const cJSON *param = texts.json[0];
		const char *unit = texts_word(param, "unit", "");
		struct schema_value due = { .type = 'f',
			.number = check_plugin_due(param, wish->value.number) };
		same = value_equal(&due, &answer->value[0]);
		value_text(&answer->value[0], found, sizeof(found));
		if (same)
			command_warn("%s: set to %s, allowed: %g to %g%s%s",
			    answer->address, found,
			    texts_number(param, "min", 0),
			    texts_number(param, "max", 0), unit[0] ? " " : "",
			    unit);
	}
	texts_free(&texts);
	return same;
}

/* Compares what stands at an address with the last wish that covers it: at a
 * bound it is a remark, anything else is a failure. */
static enum status
check_compare(struct command *command, const struct wishes *wishes,
    size_t index, const struct ask *ask, const struct link_message *answer)
{
	struct wish *wish = &wishes->wish[index];
	const struct schema_param *param = value_param(answer->address);
	struct schema_value due;
	char found[VALUE_LONGEST];

	if (!param || answer->values != 1)
		return STATUS_OK;
	enum schema_verdict verdict = wish_accept(wish, param, &due);
	if (verdict != SCHEMA_OK && verdict != SCHEMA_CLAMPED)
		return STATUS_OK;
	if (value_equal(&due, &answer->value[0])) {
		if (verdict == SCHEMA_CLAMPED)
			check_tell_bound(wish, param, answer);
		return STATUS_OK;
	}
	if (check_moved_it(wishes, index, ask, answer) ||
	    (param->scope == SCOPE_INSERT_PARAM &&
		check_is_plugin_bound(command, wish, answer)))
		return STATUS_OK;
	value_text(&answer->value[0], found, sizeof(found));
	command_warn("%s: stands at %s, not at %s: lost on the way, or moved "
		     "by someone else",
	    answer->address, found, wish->text);
	return STATUS_REFUSED;
}

enum status
wishes_check(
    struct command *command, const struct wishes *wishes, const struct ask *ask)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < ask_answers(ask); i++) {
		const struct link_message *answer = ask_answer(ask, i);
		size_t last = wishes->count;
		while (last > 0 &&
		       !wish_covers(&wishes->wish[last - 1], answer->address))
			last--;
		if (last == 0 || ask_item(ask, last - 1)->refused)
			continue;
		if (check_compare(command, wishes, last - 1, ask, answer) !=
		    STATUS_OK)
			status = STATUS_REFUSED;
	}
	return status;
}
