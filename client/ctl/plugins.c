#include "command.h"

#include "texts.h"

#include <stdlib.h>
#include <string.h>

#define RENEW 0.25    /* seconds between signs of life that are asked for */
#define ASK_AGAIN 5.0 /* seconds without any plugin: a datagram may be lost */
#define PATIENCE 60.0 /* seconds that a search may take */

/* A search that is being answered. */
struct search {
	const char *filter;
	struct output_plugin *plugin;
	size_t count;
	bool complete, again, failed, refused;
	char refusal[400];
};

static void
search_forget(struct search *search)
{
	for (size_t i = 0; i < search->count; i++) {
		free(search->plugin[i].uri);
		free(search->plugin[i].name);
	}
	free(search->plugin);
	search->plugin = NULL;
	search->count = 0;
}

static void
search_add(struct search *search, const struct schema_value *value)
{
	struct output_plugin *grown =
	    realloc(search->plugin, (search->count + 1) * sizeof(*grown));

	if (!grown) {
		search->failed = true;
		return;
	}
	search->plugin = grown;
	grown[search->count++] =
	    (struct output_plugin){ .uri = strdup(value[0].text),
		    .name = strdup(value[1].text),
		    .inputs = (int)value[2].number,
		    .outputs = (int)value[3].number,
		    .params = (int)value[4].number };
	if (!grown[search->count - 1].uri || !grown[search->count - 1].name)
		search->failed = true;
}

static void
search_take(void *arg, const struct link_message *message)
{
	struct search *search = arg;
	const struct schema_value *value = message->value;

	if (search->complete)
		return;
	if (strcmp(message->address, "/plugins") == 0 && message->values == 5 &&
	    value[0].text && value[1].text) {
		search_add(search, value);
	} else if (strcmp(message->address, "/plugins/end") == 0 &&
		   message->values == 2 && value[0].text) {
		if (strcmp(value[0].text, search->filter) != 0)
			return;
		search->complete = value[1].number == (double)search->count;
		search->again = !search->complete;
	} else if (strcmp(message->address, "/error") == 0 &&
		   message->values == 3 && value[0].text && value[2].text &&
		   strcmp(value[0].text, "/plugins") == 0) {
		snprintf(search->refusal, sizeof(search->refusal), "%s",
		    value[2].text);
		search->refused = search->complete = true;
	}
}

/* The daemon reads the files of all plugins at the first search, and may be
 * silent for long: /renew tells that from one that is away. */
static enum status
search_run(struct search *search, struct command *command)
{
	struct link *link = &command->link;
	double start = link_now(), heard = start, renewed = 0, asked = 0;

	while (!search->complete && !search->failed) {
		double now = link_now();
		if (now - heard >= command->timeout || now - start > PATIENCE)
			return command_silent(command);
		if (search->again || now - asked >= ASK_AGAIN) {
			search_forget(search);
			search->again = false;
			osc_pack_print(
			    &link->packer, "/plugins", "s", search->filter);
			asked = now;
		}
		if (now - renewed >= RENEW) {
			osc_pack_print(&link->packer, "/renew", "");
			renewed = now;
		}
		link_flush(link);
		size_t before = search->count;
		int got = link_receive(link, RENEW, search_take, search);
		if (got < 0) {
			link->fault = got;
			return command_silent(command);
		}
		if (got > 0)
			heard = link_now();
		if (search->count != before)
			asked = heard;
	}
	if (search->refused)
		command_warn("%s", search->refusal);
	if (search->failed)
		command_warn("out of memory");
	if (search->failed)
		return STATUS_LOST;
	return search->refused ? STATUS_REFUSED : STATUS_OK;
}

/* Of what looks like a URI, tells everything; STATUS_REFUSED where it is
 * none of a plugin's. */
static enum status
plugins_one(struct command *command, const char *uri)
{
	struct texts texts;
	enum status status = texts_ask(command, "/plugin", uri, &texts);

	if (status != STATUS_OK)
		return status;
	command->out.form->plugin(&command->out, texts.json[0]);
	texts_free(&texts);
	return STATUS_OK;
}

enum status
plugins_run(struct command *command, int count, char **argument)
{
	struct search search = { .filter = count ? argument[0] : "" };

	if (count > 1) {
		command_warn("plugins: found %d arguments, allowed: one FILTER "
			     "or URI",
		    count);
		return STATUS_USAGE;
	}
	if (strchr(search.filter, ':')) {
		enum status status = plugins_one(command, search.filter);
		if (status != STATUS_REFUSED)
			return status;
	}
	enum status status = search_run(&search, command);
	if (status == STATUS_OK && search.count == 0 && count) {
		command_warn("plugins: no plugin has \"%s\" in its name or URI",
		    search.filter);
		status = STATUS_REFUSED;
	}
	if (status == STATUS_OK)
		command->out.form->plugins(
		    &command->out, search.plugin, search.count);
	search_forget(&search);
	return status;
}
