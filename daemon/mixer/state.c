#include "mixer/state.h"

#include "mixer/walk.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define CHECKSUM ",\n\t\"checksum\":\t\""

struct state {
	struct mixer *mixer;
	double *number; /* of each value, in the order of each_value() */
	size_t numbers;
	char (*name)[DESK_NAME_LONGEST + 1]; /* of each strip */
	cJSON *homeless; /* values that have no place in this desk */
};

/* --- every value --- */

typedef void visit(void *arg, const struct address *address);

/* All that can be set, each once, in an order that depends on nothing but the
 * desk. */
static void
each_value(const struct mixer *mixer, visit *each, void *arg)
{
	struct walk walk = { 0 };
	struct address address;

	while (walk_next(mixer, &walk, &address)) {
		if (address.param->writable &&
		    address.param->id != PARAM_FADER_POSITION)
			each(arg, &address);
	}
}

/* --- as the configuration has it --- */

struct tally {
	struct state *state;
	size_t count;
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
	state->number[tally->count++] = value.number;
	if (address->param->id == PARAM_NAME)
		snprintf(state->name[address->strip], sizeof state->name[0],
		    "%s", value.text);
}

struct state *
state_new(struct mixer *mixer)
{
	struct state *state = calloc(1, sizeof *state);
	struct tally tally = { state, 0 };

	if (!state)
		return NULL;
	state->mixer = mixer;
	each_value(mixer, count_value, &state->numbers);
	state->number = calloc(state->numbers, sizeof *state->number);
	state->name = calloc(mixer_desk(mixer)->strips, sizeof *state->name);
	state->homeless = cJSON_CreateObject();
	if (!state->number || !state->name || !state->homeless) {
		state_free(state);
		return NULL;
	}
	each_value(mixer, remember, &tally);
	return state;
}

void
state_free(struct state *state)
{
	if (!state)
		return;
	cJSON_Delete(state->homeless);
	free(state->number);
	free(state->name);
	free(state);
}

/* --- out --- */

struct writing {
	const struct state *state;
	size_t count;
	cJSON *values;
	bool failed; /* no memory */
};

/* A plugin's values go with the plugin: "/ch/kick/insert/1/param/gain" is of
 * another one once the slots have changed. */
static cJSON *
as_json(const struct mixer *mixer, const struct address *address,
    const struct schema_value *value)
{
	cJSON *plain = value->type == 's' ? cJSON_CreateString(value->text)
					  : cJSON_CreateNumber(value->number);
	const struct desk_insert *insert;
	cJSON *whole;

	if (address->param->scope != SCOPE_INSERT_PARAM)
		return plain;
	insert = &mixer_desk(mixer)->strip[address->strip].insert[address->sub];
	whole = cJSON_CreateObject();
	cJSON_AddItemToObject(whole, "value", plain);
	cJSON_AddStringToObject(whole, "plugin", insert->uri);
	return whole;
}

static void
write_value(void *arg, const struct address *address)
{
	struct writing *writing = arg;
	const struct state *state = writing->state;
	size_t index = writing->count++;
	char text[ADDRESS_LONGEST];
	struct schema_value value;

	mixer_get(state->mixer, address, &value);
	if (address->param->id == PARAM_NAME
		? strcmp(value.text, state->name[address->strip]) == 0
		: value.number == state->number[index])
		return;
	mixer_address_text(state->mixer, address, text);
	if (!cJSON_AddItemToObject(
		writing->values, text, as_json(state->mixer, address, &value)))
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
		each_value(state->mixer, write_value, &writing);
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

static void
find_one(void *arg, const struct address *address)
{
	*(struct address *)arg = *address;
}

/* The writable value that an address names now; for a plugin's, only of the
 * same plugin. */
static bool
find_home(const struct state *state, const cJSON *item, struct address *address)
{
	const cJSON *plugin = cJSON_GetObjectItemCaseSensitive(item, "plugin");
	unsigned tries = 1;

	if (mixer_each(state->mixer, item->string, &tries, find_one, address) !=
		1 ||
	    !address->param->writable)
		return false;
	if (address->param->scope != SCOPE_INSERT_PARAM)
		return !cJSON_IsObject(item);
	const struct desk_insert *insert = &mixer_desk(state->mixer)
						->strip[address->strip]
						.insert[address->sub];
	return cJSON_IsString(plugin) && insert->uri &&
	       strcmp(plugin->valuestring, insert->uri) == 0;
}

static bool
set_home(struct state *state, const cJSON *item, const struct address *address)
{
	const cJSON *plain =
	    cJSON_IsObject(item)
		? cJSON_GetObjectItemCaseSensitive(item, "value")
		: item;
	struct schema_value value = { .type = 'd' };
	enum schema_verdict verdict;
	char why[256];

	if (cJSON_IsString(plain)) {
		value.type = 's';
		value.text = plain->valuestring;
	} else if (cJSON_IsNumber(plain)) {
		value.number = plain->valuedouble;
	} else {
		return false;
	}
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

		if (find_home(state, item, &address) &&
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
