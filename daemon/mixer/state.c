#include "mixer/state.h"

#include "mixer/desk_map.h"
#include "mixer/mixer_state.h"
#include "mixer/values.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define CHECKSUM ",\n\t\"checksum\":\t\""

struct state {
	struct mixer *mixer;
	double *number; /* of each value, in the order of values_each() */
	size_t numbers;
	char **text;     /* of each value that is one; else NULL */
	cJSON *homeless; /* values that have no place in this desk */
};

/* --- as the configuration has it --- */

struct tally {
	struct state *state;
	size_t count;
	bool failed; /* no memory */
};

static void
count_value(void *arg, const struct address *address)
{
	size_t *count = arg;

	(void)address;
	(*count)++;
}

static void
remember(void *arg, const struct address *address)
{
	struct tally *tally = arg;
	struct state *state = tally->state;
	struct schema_value value;

	mixer_get(state->mixer, address, &value);
	if (value.type == 's' && address->param->type == SCHEMA_TEXT) {
		state->text[tally->count] = strdup(value.text);
		tally->failed |= !state->text[tally->count];
	}
	state->number[tally->count++] = value.number;
}

struct state *
state_new(struct mixer *mixer)
{
	struct state *state = calloc(1, sizeof *state);
	struct tally tally = { state, 0, false };

	if (!state)
		return NULL;
	state->mixer = mixer;
	values_each(mixer, count_value, &state->numbers);
	state->number = calloc(state->numbers, sizeof *state->number);
	state->text = calloc(state->numbers, sizeof *state->text);
	state->homeless = cJSON_CreateObject();
	if (state->number && state->text && state->homeless)
		values_each(mixer, remember, &tally);
	else
		tally.failed = true;
	if (!tally.failed)
		return state;
	state_free(state);
	return NULL;
}

void
state_free(struct state *state)
{
	if (!state)
		return;
	cJSON_Delete(state->homeless);
	for (size_t i = 0; state->text && i < state->numbers; i++)
		free(state->text[i]);
	free(state->text);
	free(state->number);
	free(state);
}

int
state_configure(struct state *state, struct desk *desk)
{
	struct mixer around = { .desk = desk }; /* only to be read by */
	struct state *as_configured = state_new(&around);
	struct state before = *state;

	/* A plugin may have been installed since. */
	if (!as_configured || as_configured->numbers != state->numbers) {
		state_free(as_configured);
		return -1;
	}
	state->number = as_configured->number;
	state->text = as_configured->text;
	as_configured->number = before.number;
	as_configured->text = before.text;
	state_free(as_configured);
	/* There is less to be remembered. */
	state->mixer->changes++;
	return 0;
}

/* --- out --- */

/* Is it another one than in the configuration? */
static bool
is_touched(
    const struct state *state, size_t index, const struct schema_value *value)
{
	return state->text[index] ? strcmp(value->text, state->text[index]) != 0
				  : value->number != state->number[index];
}

struct writing {
	const struct state *state;
	size_t count;
	cJSON *values;
	bool failed; /* no memory */
};

static void
write_value(void *arg, const struct address *address)
{
	struct writing *writing = arg;
	const struct state *state = writing->state;
	size_t index = writing->count++;
	struct schema_value value;

	mixer_get(state->mixer, address, &value);
	if (!is_touched(state, index, &value))
		return;
	if (values_add(writing->values, state->mixer, address, &value) < 0)
		writing->failed = true;
}

static bool
write_homeless(struct writing *writing)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, writing->state->homeless)
	{
		if (cJSON_GetObjectItemCaseSensitive(
			writing->values, item->string))
			continue;
		if (!cJSON_AddItemToObject(writing->values, item->string,
			cJSON_Duplicate(item, true)))
			return false;
	}
	return true;
}

static unsigned
checksum_of(const char *text, size_t size)
{
	return (unsigned)crc32_z(0, (const unsigned char *)text, size);
}

/* The checksum is of all that stands before it, and stands last. */
static char *
seal(const char *body)
{
	size_t size = strlen(body), room = size + sizeof CHECKSUM + 16;
	char *text = NULL;

	if (size > 2 && strcmp(body + size - 2, "\n}") == 0)
		text = malloc(room);
	if (!text)
		return NULL;
	snprintf(text, room, "%.*s" CHECKSUM "%08x\"\n}\n", (int)(size - 2),
	    body, checksum_of(body, size - 2));
	return text;
}

char *
state_print(const struct state *state)
{
	cJSON *root = cJSON_CreateObject();
	struct writing writing = { .state = state };
	char *body = NULL, *text;

	cJSON_AddNumberToObject(root, "version", STATE_VERSION);
	cJSON_AddStringToObject(root, "desk", mixer_desk(state->mixer)->name);
	writing.values = cJSON_AddObjectToObject(root, "values");
	if (writing.values) {
		values_each(state->mixer, write_value, &writing);
		if (write_homeless(&writing) && !writing.failed)
			body = cJSON_Print(root);
	}
	cJSON_Delete(root);
	text = body ? seal(body) : NULL;
	cJSON_free(body);
	return text;
}

/* --- in --- */

/* Does the text carry its own checksum? */
static bool
is_sealed(const char *text, size_t size)
{
	size_t tail = strlen(CHECKSUM) + strlen("01234567\"\n}\n");
	char wanted[16];

	if (size <= tail ||
	    memcmp(text + size - tail, CHECKSUM, strlen(CHECKSUM)) != 0)
		return false;
	snprintf(wanted, sizeof wanted, "%08x\"\n}\n",
	    checksum_of(text, size - tail));
	return memcmp(text + size - strlen(wanted), wanted, strlen(wanted)) ==
	       0;
}

static bool
set_home(struct state *state, const cJSON *item, const struct address *address)
{
	struct schema_value value;
	enum schema_verdict verdict;
	char why[256];

	if (!values_read(item, &value))
		return false;
	verdict =
	    mixer_set(state->mixer, address, &value, NULL, why, sizeof why);
	return verdict == SCHEMA_OK || verdict == SCHEMA_CLAMPED;
}

static void
take_values(struct state *state, const cJSON *values, struct state_count *count)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, values)
	{
		struct address address = { 0 };

		if (values_find(state->mixer, item, &address) &&
		    set_home(state, item, &address)) {
			count->taken++;
			continue;
		}
		if (cJSON_AddItemToObject(state->homeless, item->string,
			cJSON_Duplicate(item, true)))
			count->kept++;
	}
}

enum state_verdict
state_read(struct state *state, const char *text, size_t size,
    struct state_count *count, char *why, size_t why_size)
{
	enum state_verdict verdict = STATE_DAMAGED;
	cJSON *root = cJSON_ParseWithLength(text, size);
	const cJSON *version =
	    cJSON_GetObjectItemCaseSensitive(root, "version");
	const cJSON *values = cJSON_GetObjectItemCaseSensitive(root, "values");

	*count = (struct state_count){ 0 };
	if (cJSON_IsNumber(version) && version->valuedouble > STATE_VERSION) {
		snprintf(why, why_size,
		    "found version %g; allowed: at most %d, it is of a newer "
		    "headroomd",
		    version->valuedouble, STATE_VERSION);
		verdict = STATE_NEWER;
	} else if (!root) {
		snprintf(why, why_size,
		    "found no JSON object; it was cut off or overwritten");
	} else if (!is_sealed(text, size)) {
		snprintf(why, why_size,
		    "found a text that its checksum does not fit");
	} else if (!cJSON_IsObject(values)) {
		snprintf(why, why_size, "found no \"values\"");
	} else {
		take_values(state, values, count);
		verdict = STATE_TAKEN;
	}
	cJSON_Delete(root);
	return verdict;
}

/* --- from desk to desk --- */

/* A value that is to be set. */
struct moved {
	struct address address;
	bool is_text;
	double number;
	char text[DESK_NAME_LONGEST + 1];
};

struct following {
	const struct state *before;
	struct state *after;
	const struct desk_map *map;
	size_t index; /* of the value before */
	struct moved *moved;
	size_t count, room;
	bool failed; /* no memory */
};

static void
follow_add(struct following *following, const struct address *address,
    const struct schema_value *value)
{
	if (following->count == following->room) {
		size_t room = following->room * 2 + 64;
		struct moved *more =
		    realloc(following->moved, room * sizeof *more);
		if (!more) {
			following->failed = true;
			return;
		}
		following->moved = more;
		following->room = room;
	}
	struct moved *moved = &following->moved[following->count++];
	*moved = (struct moved){ .address = *address,
		.number = value->number,
		.is_text = value->type == 's' };
	if (moved->is_text)
		snprintf(moved->text, sizeof moved->text, "%s", value->text);
}

/* Has the configuration the value that it had before? */
static bool
is_configured_as_before(const struct following *following, size_t index,
    const struct address *after)
{
	struct schema_value value;

	mixer_get(following->after->mixer, after, &value);
	return !is_touched(following->before, index, &value);
}

static void
follow_value(void *arg, const struct address *address)
{
	struct following *following = arg;
	const struct state *before = following->before;
	size_t index = following->index++;
	struct address after = *address;
	struct schema_value value;

	mixer_get(before->mixer, address, &value);
	if (!is_touched(before, index, &value))
		return;
	if (!desk_map_address(following->map, &after)) {
		if (values_add(following->after->homeless, before->mixer,
			address, &value) < 0)
			following->failed = true;
	} else if (is_configured_as_before(following, index, &after)) {
		mixer_get(before->mixer, address, &value);
		follow_add(following, &after, &value);
	}
}

/* What had no place may have one now. */
static void
follow_homeless(struct following *following)
{
	struct state *after = following->after;
	const cJSON *item;

	cJSON_ArrayForEach(item, following->before->homeless)
	{
		struct address address = { 0 };
		struct schema_value value;

		if (values_find(after->mixer, item, &address) &&
		    values_read(item, &value))
			follow_add(following, &address, &value);
		else if (!cJSON_GetObjectItemCaseSensitive(
			     after->homeless, item->string) &&
			 !cJSON_AddItemToObject(after->homeless, item->string,
			     cJSON_Duplicate(item, true)))
			following->failed = true;
	}
}

struct state *
state_follow(
    const struct state *before, struct mixer *next, const struct desk_map *map)
{
	struct following following = {
		.before = before, .after = state_new(next), .map = map
	};
	char why[256];

	if (!following.after)
		return NULL;
	values_each(before->mixer, follow_value, &following);
	follow_homeless(&following);
	for (size_t i = 0; !following.failed && i < following.count; i++) {
		const struct moved *moved = &following.moved[i];
		struct schema_value value = { .type =
						  moved->is_text ? 's' : 'd',
			.number = moved->number,
			.text = moved->is_text ? moved->text : NULL };

		enum schema_verdict verdict = mixer_set(
		    next, &moved->address, &value, NULL, why, sizeof why);
		/* The monitor's source may be gone, though the monitor is
		 * there. */
		if (verdict != SCHEMA_OK && verdict != SCHEMA_CLAMPED &&
		    values_add(following.after->homeless, next, &moved->address,
			&value) < 0)
			following.failed = true;
	}
	free(following.moved);
	if (following.failed) {
		state_free(following.after);
		return NULL;
	}
	return following.after;
}

void
state_adopt(struct state *state, struct mixer *mixer)
{
	state->mixer = mixer;
}

void
state_forget(struct state *state, const struct address *address)
{
	char text[ADDRESS_LONGEST];

	mixer_address_text(state->mixer, address, text);
	cJSON_DeleteItemFromObjectCaseSensitive(state->homeless, text);
}
