#include "mixer/scene.h"

#include "mixer/fade.h"
#include "mixer/json_text.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"
#include "mixer/undo.h"
#include "mixer/values.h"
#include "protocol/match.h"
#include "protocol/number.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- names and scopes --- */

bool
scene_name_is_valid(const char *name, char *why, size_t why_size)
{
	struct schema_value in = { .type = 's', .text = name }, out;

	if (name[0] == '\0' || strchr(name, '/')) {
		snprintf(why, why_size,
		    "found a name %s; allowed 1 to 64 bytes of text without /",
		    name[0] == '\0' ? "without a letter" : "with a /");
		return false;
	}
	return schema_accept(schema_param(PARAM_NAME), &in, &out, why,
		   why_size) == SCHEMA_OK;
}

int
scene_scope_add(
    struct scene_scope *scope, const char *pattern, char *why, size_t why_size)
{
	char text[ADDRESS_LONGEST];

	if (scope->patterns == SCENE_PATTERNS) {
		snprintf(why, why_size,
		    "found more than %d patterns; allowed "
		    "at most that many",
		    SCENE_PATTERNS);
		return -1;
	}
	if (snprintf(text, sizeof text, "%s%s", pattern[0] == '/' ? "" : "/",
		pattern) >= (int)sizeof text ||
	    text[1] == '\0' || !match_is_valid(text)) {
		snprintf(why, why_size,
		    "found the pattern \"%.80s\"; allowed one such as "
		    "/ch/*/fader or ch/drum*, of ? * [a-z] [!x] {a,b} //",
		    pattern);
		return -1;
	}
	memcpy(scope->pattern[scope->patterns++], text, sizeof text);
	return 0;
}

/* Does the pattern match the whole of it, or a front in whole parts? */
static bool
matches_front(const char *pattern, const char *text)
{
	char front[ADDRESS_LONGEST];
	const char *end = text;

	while (*end != '\0') {
		end += 1 + strcspn(end + 1, "/");
		snprintf(front, sizeof front, "%.*s", (int)(end - text), text);
		if (match_address(pattern, front))
			return true;
	}
	return false;
}

bool
scene_scope_names(const struct scene_scope *scope, const char *text)
{
	for (size_t i = 0; i < scope->patterns; i++)
		if (matches_front(scope->pattern[i], text))
			return true;
	return scope->patterns == 0;
}

static bool
covers(const struct scene_scope *scope, const struct mixer *mixer,
    const struct address *address)
{
	struct address form = *address;
	char text[ADDRESS_LONGEST];
	unsigned forms = BY_PLACE_STRIP | BY_PLACE_BUS;

	if (scope->patterns == 0)
		return true;
	for (form.by_place = 0; form.by_place <= forms; form.by_place++) {
		mixer_address_text(mixer, &form, text);
		if (scene_scope_names(scope, text))
			return true;
	}
	return false;
}

/* --- values --- */

static void
value_free(struct scene_value *value)
{
	free(value->text);
}

void
scene_free(struct scene *scene)
{
	for (size_t i = 0; i < scene->values; i++)
		value_free(&scene->value[i]);
	for (size_t i = 0; i < scene->unknowns; i++)
		free(scene->unknown[i]);
	free(scene->value);
	free(scene->unknown);
	*scene = (struct scene){ .value = NULL };
}

static int
add(struct scene *scene, const struct address *address,
    const struct schema_value *value)
{
	bool text = address->param->type == SCHEMA_TEXT;

	if (scene->values == scene->room) {
		size_t room = scene->room * 2 + 64;
		struct scene_value *more =
		    realloc(scene->value, room * sizeof *more);
		if (more == NULL)
			return -1;
		scene->value = more;
		scene->room = room;
	}
	struct scene_value *added = &scene->value[scene->values];
	*added = (struct scene_value){ .address = *address,
		.number = value->number };
	added->address.by_place = 0;
	if (text && (added->text = strdup(value->text)) == NULL)
		return -1;
	scene->values++;
	return 0;
}

/* What the engineer listens to is no part of the show. */
static bool
belongs(const struct mixer *mixer, const struct address *address)
{
	enum param id = address->param->id;

	return id != PARAM_SOLO && id != PARAM_SAFE &&
	       address->strip != desk_monitor(mixer_desk(mixer));
}

struct capture {
	struct scene *scene;
	struct mixer *mixer;
	const struct scene_scope *scope;
	bool failed;
};

static void
capture_one(void *arg, const struct address *address)
{
	struct capture *capture = arg;
	struct schema_value value;

	if (!belongs(capture->mixer, address) ||
	    !covers(capture->scope, capture->mixer, address))
		return;
	mixer_get(capture->mixer, address, &value);
	if (add(capture->scene, address, &value) < 0)
		capture->failed = true;
}

int
scene_capture(
    struct scene *scene, struct mixer *mixer, const struct scene_scope *scope)
{
	struct capture capture = { scene, mixer, scope, false };

	*scene = (struct scene){ .value = NULL };
	values_each(mixer, capture_one, &capture);
	if (capture.failed)
		scene_free(scene);
	return capture.failed ? -1 : 0;
}

struct schema_value
scene_value_of(const struct scene_value *value)
{
	const struct schema_param *param = value->address.param;
	struct schema_value out = { .type = 'f', .number = value->number };

	if (param->type == SCHEMA_TEXT) {
		out.type = 's';
		out.text = value->text;
	} else if (param->type == SCHEMA_CHOICE) {
		out.type = 's';
		out.text = param->choices[(size_t)value->number];
	} else if (param->type == SCHEMA_INT &&
		   param->scope != SCOPE_INSERT_PARAM) {
		out.type = 'i';
	}
	return out;
}

/* --- out --- */

static cJSON *
new_root(const char *name)
{
	cJSON *root = cJSON_CreateObject();

	cJSON_AddNumberToObject(root, "version", SCENE_VERSION);
	cJSON_AddStringToObject(root, "name", name);
	return root;
}

/* With a line feed at its end, as editors want it. */
static char *
print(cJSON *root)
{
	char *body = cJSON_Print(root), *text = NULL;
	size_t size = body ? strlen(body) : 0;

	if (body && (text = malloc(size + 2)) != NULL) {
		memcpy(text, body, size);
		memcpy(text + size, "\n", 2);
	}
	cJSON_free(body);
	return text;
}

char *
scene_print(
    const struct scene *scene, const struct mixer *mixer, const char *name)
{
	cJSON *root = new_root(name);
	cJSON *values = cJSON_AddObjectToObject(root, "values");
	bool failed = values == NULL;
	char *text;

	for (size_t i = 0; !failed && i < scene->values; i++) {
		struct schema_value value = scene_value_of(&scene->value[i]);
		value.number = number_shortest(value.number);
		failed = values_add(values, mixer, &scene->value[i].address,
			     &value) < 0;
	}
	text = failed ? NULL : print(root);
	cJSON_Delete(root);
	return text;
}

char *
scene_rename(const char *text, size_t size, const char *name)
{
	struct json_fault fault;
	cJSON *old = json_text_parse(text, size, &fault), *root;
	char *renamed = NULL;

	if (cJSON_IsObject(old)) {
		root = new_root(name);
		for (const cJSON *item = old->child; item; item = item->next)
			if (strcmp(item->string, "name") != 0 &&
			    strcmp(item->string, "version") != 0)
				cJSON_AddItemToObject(root, item->string,
				    cJSON_Duplicate(item, true));
		renamed = print(root);
		cJSON_Delete(root);
	}
	cJSON_Delete(old);
	return renamed;
}

/* --- in --- */

struct reading {
	struct scene *scene;
	struct mixer *mixer;
	const char *text;
	char *why;
	size_t why_size;
};

static int
refuse(const struct reading *reading, const cJSON *node, const char *what,
    const char *allowed)
{
	char found[80];

	json_text_value(reading->text, node, found, sizeof found);
	snprintf(reading->why, reading->why_size,
	    "line %u: %s: found %s; allowed %s",
	    json_text_line(reading->text, 0, 1, (size_t)node->valueint), what,
	    found, allowed);
	return -1;
}

static int
no_memory(const struct reading *reading)
{
	snprintf(reading->why, reading->why_size, "no memory");
	return -1;
}

static int
keep_unknown(const struct reading *reading, const char *address)
{
	struct scene *scene = reading->scene;
	char **more =
	    realloc(scene->unknown, (scene->unknowns + 1) * sizeof(char *));

	if (more == NULL)
		return no_memory(reading);
	scene->unknown = more;
	more[scene->unknowns] = strdup(address);
	if (more[scene->unknowns] == NULL)
		return no_memory(reading);
	scene->unknowns++;
	return 0;
}

static int
read_item(const struct reading *reading, const cJSON *item)
{
	struct address address = { 0 };
	struct schema_value value, taken;
	char why[256];

	if (!values_find(reading->mixer, item, &address) ||
	    !belongs(reading->mixer, &address) ||
	    schema_fader_of(address.param->id) != PARAMS)
		return keep_unknown(reading, item->string);
	if (!values_read(item, &value))
		return refuse(reading, item, item->string,
		    "a number or a text, as headroomctl get prints it");
	switch (mixer_accept(
	    reading->mixer, &address, &value, &taken, why, sizeof why)) {
	case SCHEMA_OK:
	case SCHEMA_CLAMPED:
		break;
	default:
		snprintf(reading->why, reading->why_size, "line %u: %s: %s",
		    json_text_line(reading->text, 0, 1, (size_t)item->valueint),
		    item->string, why);
		return -1;
	}
	return add(reading->scene, &address, &taken) < 0 ? no_memory(reading)
							 : 0;
}

static int
read_root(const struct reading *reading, const cJSON *root)
{
	const cJSON *version =
	    cJSON_GetObjectItemCaseSensitive(root, "version");
	const cJSON *values = cJSON_GetObjectItemCaseSensitive(root, "values");
	int result = 0;

	if (!cJSON_IsObject(root))
		return refuse(reading, root, "the file", "an object");
	for (const cJSON *item = root->child; item; item = item->next)
		if (item != version && item != values &&
		    strcmp(item->string, "name") != 0)
			return refuse(reading, item, item->string,
			    "the keys version, name and values");
	if (version &&
	    (!cJSON_IsNumber(version) || version->valuedouble != SCENE_VERSION))
		return refuse(reading, version, "version", "1");
	if (!cJSON_IsObject(values))
		return refuse(reading, values ? values : root, "values",
		    "an object of addresses and their values");
	for (const cJSON *item = values->child; item && result == 0;
	     item = item->next)
		result = read_item(reading, item);
	return result;
}

int
scene_read(struct scene *scene, struct mixer *mixer, const char *text,
    size_t size, char *why, size_t why_size)
{
	struct reading reading = { scene, mixer, text, why, why_size };
	struct json_fault fault;
	cJSON *root = json_text_parse(text, size, &fault);
	int result = -1;

	*scene = (struct scene){ .value = NULL };
	if (root == NULL)
		snprintf(why, why_size, "line %u: found %s; allowed %s",
		    json_text_line(text, 0, 1, fault.offset), fault.found,
		    fault.allowed);
	else
		result = read_root(&reading, root);
	if (result < 0)
		scene_free(scene);
	cJSON_Delete(root);
	return result;
}

/* --- against what stands --- */

/* As floats, which is what the wire and the engine have. */
static bool
is_now(struct mixer *mixer, const struct scene_value *value)
{
	struct schema_value now;

	mixer_get(mixer, &value->address, &now);
	if (value->address.param->type == SCHEMA_TEXT)
		return strcmp(now.text, value->text) == 0;
	return (float)now.number == (float)value->number;
}

/* A strip may be, a group is not. */
static bool
is_safe(const struct mixer *mixer, const struct address *address)
{
	const struct desk *desk = mixer_desk(mixer);

	return schema_scope_group(address->param->scope) == GROUP_KINDS &&
	       desk->strip[address->strip].value[PARAM_SAFE] != 0;
}

enum scene_part
scene_judge(struct mixer *mixer, const struct scene_scope *scope,
    const struct scene_value *value)
{
	if (!covers(scope, mixer, &value->address))
		return SCENE_OUTSIDE;
	if (is_now(mixer, value))
		return SCENE_SAME;
	return is_safe(mixer, &value->address) ? SCENE_SAFE : SCENE_CHANGE;
}

size_t
scene_narrow(
    struct scene *scene, struct mixer *mixer, const struct scene_scope *scope)
{
	size_t kept = 0, safe = 0;

	for (size_t i = 0; i < scene->values; i++) {
		struct scene_value *value = &scene->value[i];
		enum scene_part part = scene_judge(mixer, scope, value);

		safe += part == SCENE_SAFE;
		if (part == SCENE_OUTSIDE || is_safe(mixer, &value->address))
			value_free(value);
		else
			scene->value[kept++] = *value;
	}
	scene->values = kept;
	return safe;
}

bool
scene_stands(struct mixer *mixer, const struct scene *scene)
{
	for (size_t i = 0; i < scene->values; i++)
		if (!is_now(mixer, &scene->value[i]))
			return false;
	return true;
}

size_t
scene_recall(struct mixer *mixer, const struct scene *scene, const char *name,
    double seconds, double now, const void *origin)
{
	char label[UNDO_LABEL], why[256];
	size_t changes = 0;

	snprintf(label, sizeof label, "scene %s", name);
	fade_begin(mixer->fade, seconds, now);
	mixer_undo_begin(mixer, label);
	for (size_t i = 0; i < scene->values; i++) {
		const struct scene_value *value = &scene->value[i];
		struct schema_value out = scene_value_of(value);

		if (is_now(mixer, value))
			continue;
		changes++;
		if (seconds > 0 && fade_add(mixer->fade, mixer, &value->address,
				       value->number)) {
			undo_note(mixer, &value->address);
			continue;
		}
		if (out.type != 's')
			out.type = 'd';
		mixer_set(
		    mixer, &value->address, &out, origin, why, sizeof why);
	}
	mixer_undo_end(mixer);
	return changes;
}

void
scene_log(struct mixer *mixer, const char *name, const char *action)
{
	struct event event = {
		.kind = EVENT_SCENE,
		.frame = meters_frame(mixer->meters),
	};

	snprintf(event.state, sizeof event.state, "%s", action);
	snprintf(event.text, sizeof event.text, "%s", name);
	event_log_add(mixer->events, &event);
}
