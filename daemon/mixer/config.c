#include "mixer/config.h"

#include "mixer/config_reader.h"
#include "mixer/json_text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
read_version(struct config_reader *reader, const struct config_item *item)
{
	if (!cJSON_IsNumber(item->node))
		config_fail_type(reader, item->node, item->path, "1");
	else if (item->node->valuedouble != 1)
		config_fail_value(reader, item->node, item->path, "1");
}

/* For editors, which find the schema by it. */
static void
read_schema(struct config_reader *reader, const struct config_item *item)
{
	if (!cJSON_IsString(item->node))
		config_fail_type(reader, item->node, item->path, "a string");
}

static void
read_desk_name(struct config_reader *reader, const struct config_item *item)
{
	config_name(reader, item->node, item->path, reader->desk->name, NULL);
}

static void
read_pan_law(struct config_reader *reader, const struct config_item *item)
{
	static const double law[] = { -3, -4.5, -6 };
	const char *allowed = "-3, -4.5 or -6 dB";

	if (!cJSON_IsNumber(item->node)) {
		config_fail_type(reader, item->node, item->path, allowed);
		return;
	}
	for (size_t i = 0; i < sizeof(law) / sizeof(law[0]); i++) {
		if (item->node->valuedouble == law[i]) {
			reader->desk->pan_law = law[i];
			return;
		}
	}
	config_fail_value(reader, item->node, item->path, allowed);
}

static void
read_client(struct config_reader *reader, const struct config_item *item)
{
	const char *allowed = "a JACK client name: 1 to 32 bytes, no \":\", "
			      "no control characters";
	char name[DESK_NAME_LONGEST + 1] = "";
	const char *given = item->node->valuestring;
	char *copy;

	if (!cJSON_IsString(item->node)) {
		config_fail_type(reader, item->node, item->path, allowed);
		return;
	}
	if (!given[0] || strlen(given) > CONFIG_CLIENT_LONGEST ||
	    strchr(given, ':')) {
		config_fail_value(reader, item->node, item->path, allowed);
		return;
	}
	config_name(reader, item->node, item->path, name, allowed);
	copy = config_copy(reader, name);
	if (copy) {
		free(reader->desk->jack_client);
		reader->desk->jack_client = copy;
	}
}

static void
read_jack(struct config_reader *reader, const struct config_item *item)
{
	static const struct config_key key[] = {
		{ "client", read_client, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key, 1, 0 };

	config_object(reader, item->node, item->path, &keys, reader->desk);
}

static void
read_clip_samples(struct config_reader *reader, const struct config_item *item)
{
	config_whole(reader, item, 1, 15, &reader->desk->clip_samples);
}

static void
read_insert_share(struct config_reader *reader, const struct config_item *item)
{
	config_whole(reader, item, 1, 100, &reader->desk->insert_share);
}

static void
read_meters(struct config_reader *reader, const struct config_item *item)
{
	static const struct config_key key[] = {
		{ "clip_samples", read_clip_samples, 0, NULL, NULL },
		{ "insert_share", read_insert_share, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key, 2, 0 };

	config_object(reader, item->node, item->path, &keys, reader->desk);
}

static void
read_file_bytes(struct config_reader *reader, const struct config_item *item)
{
	config_whole(
	    reader, item, 10000, 1000000000, &reader->desk->event_bytes);
}

static void
read_files(struct config_reader *reader, const struct config_item *item)
{
	config_whole(
	    reader, item, 1, DESK_EVENT_FILES, &reader->desk->event_files);
}

static void
read_events(struct config_reader *reader, const struct config_item *item)
{
	static const struct config_key key[] = {
		{ "file_bytes", read_file_bytes, 0, NULL, NULL },
		{ "files", read_files, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key, 2, 0 };

	config_object(reader, item->node, item->path, &keys, reader->desk);
}

static void
read_file(struct config_reader *reader)
{
	static const struct config_key key[] = {
		{ "$schema", read_schema, 0, NULL, NULL },
		{ "version", read_version, 0, "1", NULL },
		{ "name", read_desk_name, 0, NULL, NULL },
		{ "pan_law", read_pan_law, 0, NULL, NULL },
		{ "jack", read_jack, 0, NULL, NULL },
		{ "osc", config_read_osc, 0, NULL, NULL },
		{ "meters", read_meters, 0, NULL, NULL },
		{ "targets", config_read_targets, 0, NULL, NULL },
		{ "guard", config_read_guards, 0, NULL, NULL },
		{ "events", read_events, 0, NULL, NULL },
		{ "channels", config_read_strips, 0, NULL, NULL },
		{ "buses", config_read_strips, 0, NULL, NULL },
		{ "master", config_read_one, 0, NULL, NULL },
		{ "monitor", config_read_one, 0, NULL, NULL },
		{ "dcas", config_read_groups, 0, NULL, NULL },
		{ "mutegroups", config_read_groups, 0, NULL, NULL },
	};
	static const struct config_keys keys = { key,
		sizeof(key) / sizeof(key[0]), 0 };

	config_prepare_groups(reader);
	config_prepare_strips(reader);
	if (reader->no_memory)
		return;
	config_object(reader, reader->root, NULL, &keys, reader->desk);
	config_resolve_targets(reader->desk);
	config_resolve_guards(reader->desk);
	if (config_check_loops(reader))
		config_check_cuts(reader);
}

/* `text` ends with a zero byte that `size` does not count. */
static struct desk *
parse_terminated(const char *text, size_t size, struct plugin_host *host,
    struct config_errors *errors)
{
	struct config_reader reader = {
		.text = text, .desk = desk_new(), .host = host
	};
	struct json_fault fault;
	cJSON *root = reader.desk ? json_text_parse(text, size, &fault) : NULL;

	if (root) {
		reader.root = root;
		read_file(&reader);
	} else if (reader.desk) {
		config_fail(
		    &reader, fault.offset, NULL, fault.found, fault.allowed);
	}
	if (!root || reader.findings > reader.warnings || reader.no_memory) {
		desk_free(reader.desk);
		reader.desk = NULL;
	}
	config_finish(&reader, errors);
	free(reader.edge);
	cJSON_Delete(root);
	return reader.desk;
}

/* An error about the file as a whole, which is on no line. */
static void
fail_file(struct config_errors *errors, const char *found, const char *allowed)
{
	errors->error = calloc(1, sizeof(*errors->error));
	if (!errors->error)
		return;
	errors->count = 1;
	errors->error[0].path = strdup("");
	errors->error[0].found = strdup(found);
	errors->error[0].allowed = strdup(allowed);
}

struct desk *
config_parse(const char *text, size_t size, struct plugin_host *host,
    struct config_errors *errors)
{
	struct desk *desk = NULL;
	char *copy;

	if (size > JSON_TEXT_LARGEST) {
		fail_file(errors, "more than 16 MiB", "at most 16 MiB");
		return NULL;
	}
	copy = malloc(size + 1);
	if (copy) {
		memcpy(copy, text, size);
		copy[size] = '\0';
		desk = parse_terminated(copy, size, host, errors);
		free(copy);
	}
	if (!desk && !errors->count)
		fail_file(errors, "no memory left", "more memory");
	return desk;
}

/* The bytes of a stream, at most some more than a text may have, and a zero byte
 * behind them. */
static char *
read_stream(FILE *stream, size_t *size)
{
	size_t room = 1 << 16, got;
	char *text = malloc(room);

	*size = 0;
	while (text) {
		got = fread(&text[*size], 1, room - 1 - *size, stream);
		*size += got;
		if (*size < room - 1 || *size > JSON_TEXT_LARGEST) {
			text[*size] = '\0';
			return text;
		}
		room *= 2;
		char *more = realloc(text, room);

		if (!more)
			free(text);
		text = more;
	}
	errno = ENOMEM;
	return NULL;
}

char *
config_load(const char *file, size_t *size, struct config_errors *errors)
{
	const bool standard = !strcmp(file, "-");
	FILE *stream = standard ? stdin : fopen(file, "re");
	char *text = NULL;

	if (stream)
		text = read_stream(stream, size);
	if (!text || ferror(stream)) {
		fail_file(errors, strerror(errno), "a file that can be read");
		free(text);
		text = NULL;
	}
	if (stream && !standard)
		fclose(stream);
	return text;
}

static void
free_errors(struct config_error *error, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(error[i].path);
		free(error[i].found);
		free(error[i].allowed);
	}
	free(error);
}

void
config_free_errors(struct config_errors *errors)
{
	free_errors(errors->error, errors->count);
	free_errors(errors->warning, errors->warnings);
	*errors = (struct config_errors){ 0 };
}
