#include "mixer/config_reader.h"

#include "mixer/json_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LONGEST 1024 /* bytes of one part of an error */

/* Writes "channels[3].sends" for a path, and returns its length. */
static size_t
path_text(const struct config_path *path, char *text, size_t size)
{
	size_t at;
	int n;

	if (!path) {
		text[0] = '\0';
		return 0;
	}
	at = path_text(path->up, text, size);
	if (path->key)
		n = snprintf(
		    &text[at], size - at, "%s%s", at ? "." : "", path->key);
	else
		n = snprintf(&text[at], size - at, "[%zu]", path->index);
	if (n < 0)
		return at;
	return at + (size_t)n < size ? at + (size_t)n : size - 1;
}

static struct config_finding *
new_finding(struct config_reader *reader)
{
	if (reader->findings == reader->room) {
		size_t room = reader->room ? 2 * reader->room : 16;
		void *finding =
		    realloc(reader->finding, room * sizeof(*reader->finding));

		if (!finding) {
			reader->no_memory = true;
			return NULL;
		}
		reader->finding = finding;
		reader->room = room;
	}
	return &reader->finding[reader->findings];
}

void
config_fail(struct config_reader *reader, size_t offset,
    const struct config_path *path, const char *found, const char *allowed)
{
	char text[TEXT_LONGEST];
	struct config_finding *finding;

	if (reader->findings > CONFIG_ERRORS_MOST)
		return;
	if (reader->findings == CONFIG_ERRORS_MOST) {
		path = NULL;
		found = "more errors than are shown";
		allowed = "none";
	}
	finding = new_finding(reader);
	if (!finding)
		return;
	path_text(path, text, sizeof(text));
	finding->offset = offset;
	finding->warning = false;
	finding->order = reader->findings;
	finding->error.path = config_copy(reader, text);
	finding->error.found = config_copy(reader, found);
	finding->error.allowed = config_copy(reader, allowed);
	reader->findings++;
}

void
config_fail_value(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const char *allowed)
{
	char found[TEXT_LONGEST];

	json_text_value(reader->text, node, found, sizeof(found));
	config_fail(reader, (size_t)node->valueint, path, found, allowed);
}

void
config_fail_type(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const char *allowed)
{
	const char *type = json_text_type(node);
	char value[TEXT_LONGEST], found[TEXT_LONGEST + 16];

	json_text_value(reader->text, node, value, sizeof(value));
	snprintf(
	    found, sizeof(found), "%s%s%s", value, *type ? ", " : "", type);
	config_fail(reader, (size_t)node->valueint, path, found, allowed);
}

void
config_warn_value(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const char *allowed)
{
	size_t before = reader->findings;

	config_fail_value(reader, node, path, allowed);
	/* At the limit it is an error that there are more. */
	if (reader->findings == before || before >= CONFIG_ERRORS_MOST)
		return;
	reader->finding[before].warning = true;
	reader->warnings++;
}

static int
compare_findings(const void *a, const void *b)
{
	const struct config_finding *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
file_finding(struct config_errors *errors, const struct config_finding *finding)
{
	if (finding->warning && errors->warning) {
		errors->warning[errors->warnings++] = finding->error;
	} else if (!finding->warning && errors->error) {
		errors->error[errors->count++] = finding->error;
	} else {
		free(finding->error.path);
		free(finding->error.found);
		free(finding->error.allowed);
	}
}

void
config_finish(struct config_reader *reader, struct config_errors *errors)
{
	const size_t failures = reader->findings - reader->warnings;
	size_t at = 0;
	unsigned line = 1;

	if (!reader->findings)
		return;
	qsort(reader->finding, reader->findings, sizeof(*reader->finding),
	    compare_findings);
	if (failures)
		errors->error = calloc(failures, sizeof(*errors->error));
	if (reader->warnings)
		errors->warning =
		    calloc(reader->warnings, sizeof(*errors->warning));
	for (size_t i = 0; i < reader->findings; i++) {
		struct config_finding *finding = &reader->finding[i];

		line = json_text_line(reader->text, at, line, finding->offset);
		at = finding->offset;
		finding->error.line = line;
		file_finding(errors, finding);
	}
	free(reader->finding);
	reader->finding = NULL;
	reader->findings = reader->warnings = reader->room = 0;
}

static bool
key_fits(const struct config_keys *keys, const struct config_key *key)
{
	return !keys->kinds || keys->kinds & key->kinds;
}

static size_t
find_key(const struct config_keys *keys, const char *name)
{
	for (size_t i = 0; i < keys->count; i++)
		if (key_fits(keys, &keys->key[i]) &&
		    !strcmp(keys->key[i].name, name))
			return i;
	return keys->count;
}

void
config_fail_key(struct config_reader *reader, const cJSON *member,
    const struct config_path *path, const char *form, const char *allowed)
{
	char found[TEXT_LONGEST], key[64];

	/* Keys are as long as their writer likes. */
	snprintf(key, sizeof(key), "%.40s%s", member->string,
	    strlen(member->string) > 40 ? "..." : "");
	for (char *c = key; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			*c = '?';
	snprintf(found, sizeof(found), "the key \"%s\"%s", key, form);
	config_fail(
	    reader, json_text_key(reader->text, member), path, found, allowed);
}

static void
fail_unknown(struct config_reader *reader, const cJSON *member,
    const struct config_path *path, const struct config_keys *keys)
{
	char allowed[TEXT_LONGEST] = "";

	for (size_t i = 0; i < keys->count; i++)
		if (key_fits(keys, &keys->key[i]))
			config_list(
			    allowed, sizeof(allowed), keys->key[i].name);
	config_fail_key(reader, member, path, "", allowed);
}

static void
fail_missing(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const struct config_key *key)
{
	const struct config_path missing = { path, key->name, 0 };

	config_fail(
	    reader, (size_t)node->valueint, &missing, "nothing", key->required);
}

void
config_object(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, const struct config_keys *keys, void *into)
{
	unsigned seen = 0;

	if (!cJSON_IsObject(node)) {
		config_fail_type(reader, node, path, "an object: { ... }");
		return;
	}
	for (const cJSON *member = node->child; member; member = member->next) {
		const struct config_path step = { path, member->string, 0 };
		size_t at = find_key(keys, member->string);
		const struct config_item item = { &keys->key[at], member, &step,
			into };

		if (at == keys->count)
			fail_unknown(reader, member, path, keys);
		else if (seen & 1U << at)
			config_fail_key(
			    reader, member, path, " again", "each key once");
		else
			keys->key[at].read(reader, &item);
		seen |= at < keys->count ? 1U << at : 0;
	}
	for (size_t i = 0; i < keys->count; i++)
		if (key_fits(keys, &keys->key[i]) && keys->key[i].required &&
		    !(seen & 1U << i))
			fail_missing(reader, node, path, &keys->key[i]);
}

bool
config_array(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, size_t most, const char *allowed)
{
	if (!cJSON_IsArray(node)) {
		config_fail_type(reader, node, path, allowed);
		return false;
	}
	if ((size_t)cJSON_GetArraySize(node) > most) {
		config_fail_value(reader, node, path, allowed);
		return false;
	}
	return true;
}

void
config_name(struct config_reader *reader, const cJSON *node,
    const struct config_path *path, char *name, const char *allowed)
{
	const struct schema_param *param = schema_param(PARAM_NAME);
	const struct schema_value in = { 's', 0, node->valuestring };
	struct schema_value out;
	char why[256], range[512], text[TEXT_LONGEST];

	schema_allowed(param, range, sizeof(range));
	snprintf(text, sizeof(text), "%s without control characters", range);
	allowed = allowed ? allowed : text;
	if (!cJSON_IsString(node))
		config_fail_type(reader, node, path, allowed);
	else if (schema_accept(param, &in, &out, why, sizeof(why)))
		config_fail_value(reader, node, path, allowed);
	else
		snprintf(name, DESK_NAME_LONGEST + 1, "%s", node->valuestring);
}

static bool
value_of(const struct schema_param *param, const cJSON *node,
    struct schema_value *in)
{
	if (param->type == SCHEMA_CHOICE) {
		*in = (struct schema_value){ 's', 0, node->valuestring };
		return cJSON_IsString(node);
	}
	if (param->type == SCHEMA_INT && cJSON_IsBool(node)) {
		*in = (struct schema_value){ 'd', cJSON_IsTrue(node), NULL };
		return true;
	}
	*in = (struct schema_value){ 'd', node->valuedouble, NULL };
	return cJSON_IsNumber(node);
}

void
config_param(
    struct config_reader *reader, const struct config_item *item, double *value)
{
	const struct schema_param *param = item->key->param;
	struct schema_value in, out;
	char why[256], range[512], allowed[TEXT_LONGEST];

	schema_allowed(param, range, sizeof(range));
	snprintf(allowed, sizeof(allowed), "%s%s",
	    param->type == SCHEMA_FLOAT ? "a number from " : "", range);
	if (!value_of(param, item->node, &in))
		config_fail_type(reader, item->node, item->path, allowed);
	else if ((param->type == SCHEMA_INT && in.number != floor(in.number)) ||
		 schema_accept(param, &in, &out, why, sizeof(why)) != SCHEMA_OK)
		config_fail_value(reader, item->node, item->path, allowed);
	else
		*value = out.number;
}

char *
config_copy(struct config_reader *reader, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		reader->no_memory = true;
	return copy;
}

bool
config_list(char *list, size_t size, const char *word)
{
	const size_t used = strlen(list), more = strlen(", ...");

	if (used >= 3 && !strcmp(&list[used - 3], "..."))
		return false;
	if (used + 2 + strlen(word) + more >= size) {
		snprintf(&list[used], size - used, "%s...", used ? ", " : "");
		return false;
	}
	snprintf(&list[used], size - used, "%s%s", used ? ", " : "", word);
	return true;
}

void
config_whole(struct config_reader *reader, const struct config_item *item,
    unsigned least, unsigned most, unsigned *value)
{
	const double number = item->node->valuedouble;
	char allowed[64];

	snprintf(allowed, sizeof(allowed), "a whole number from %u to %u",
	    least, most);
	if (!cJSON_IsNumber(item->node))
		config_fail_type(reader, item->node, item->path, allowed);
	else if (!(number >= least && number <= most) ||
		 number != floor(number))
		config_fail_value(reader, item->node, item->path, allowed);
	else
		*value = (unsigned)number;
}
