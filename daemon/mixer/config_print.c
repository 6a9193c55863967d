#include "mixer/config.h"

#include "mixer/config_reader.h"
#include "mixer/plugin.h"
#include "mixer/target.h"
#include "protocol/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *
or_nothing(const char *text)
{
	return text ? text : "";
}

static void
print_error(FILE *out, const char *file, const char *kind,
    const struct config_error *error)
{
	const char *path = or_nothing(error->path);

	fprintf(out, "%s:", file);
	if (error->line)
		fprintf(out, "%u:", error->line);
	fprintf(out, " %s%s%sfound %s; allowed: %s\n", kind, path,
	    *path ? ": " : "", or_nothing(error->found),
	    or_nothing(error->allowed));
}

void
config_print_errors(
    FILE *out, const char *file, const struct config_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		print_error(out, file, "", &errors->error[i]);
	for (size_t i = 0; i < errors->warnings; i++)
		print_error(out, file, "warning: ", &errors->warning[i]);
}

static void
print_text(FILE *out, const char *text)
{
	putc('"', out);
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if ((unsigned char)*c < ' ')
			fprintf(out, "\\u%04x", (unsigned)*c);
		else
			putc(*c, out);
	}
	putc('"', out);
}

/* The fewest digits that read back as the same number. Every number of a desk
 * is below 10^15. */
static void
print_number(FILE *out, double number)
{
	char text[32];

	if (number == floor(number)) {
		fprintf(out, "%.0f", number);
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	fputs(text, out);
}

static void
print_value(FILE *out, const struct schema_param *param, double value)
{
	fprintf(out, "\"%s\": ", param->tail);
	if (param->type == SCHEMA_CHOICE)
		print_text(out, param->choices[(size_t)value]);
	else
		print_number(out, value);
}

static void
print_port(FILE *out, const struct desk_port *port)
{
	char text[CONFIG_PORT_LONGEST + 3];

	snprintf(text, sizeof(text), "%s%s%s", port->pattern ? "/" : "",
	    port->text, port->pattern ? "/" : "");
	print_text(out, text);
}

static void
print_lane(FILE *out, const struct desk_ports *ports)
{
	if (ports->count == 1) {
		print_port(out, &ports->port[0]);
		return;
	}
	putc('[', out);
	for (size_t i = 0; i < ports->count; i++) {
		fputs(i ? ", " : "", out);
		print_port(out, &ports->port[i]);
	}
	putc(']', out);
}

/* Between two members of a strip. */
static void
print_gap(FILE *out, const struct desk_strip *strip)
{
	fputs(schema_kind_is_one(strip->kind) ? ",\n    " : ",\n      ", out);
}

static void
print_lanes(FILE *out, const char *key, const struct desk_strip *strip,
    const struct desk_ports *ports)
{
	size_t count = 0;

	for (unsigned lane = 0; lane < strip->lanes; lane++)
		count += ports[lane].count;
	fprintf(out, "\"%s\": [", key);
	for (unsigned lane = 0; count && lane < strip->lanes; lane++) {
		fputs(lane ? ", " : "", out);
		print_lane(out, &ports[lane]);
	}
	putc(']', out);
}

static void
print_ports(FILE *out, const char *key, const struct desk_strip *strip,
    const struct desk_ports *ports)
{
	print_gap(out, strip);
	print_lanes(out, key, strip, ports);
}

/* The fewest digits that read back as the same single-precision number. */
static void
print_float(FILE *out, double number)
{
	char text[32];

	if (number == floor(number) && fabs(number) < 1e15) {
		print_number(out, number);
		return;
	}
	number_text(number, text, sizeof(text));
	fputs(text, out);
}

/* Every parameter with its value; of a missing plugin those that the file
 * had. */
static void
print_params(FILE *out, const struct desk_insert *insert)
{
	const size_t params = insert->plugin ? insert->plugin->params : 0;

	if (insert->unread) {
		fprintf(out, ",\n          \"params\": %s", insert->unread);
		return;
	}
	fputs(",\n          \"params\": {", out);
	for (size_t i = 0; i < params; i++) {
		fputs(i ? ",\n            " : "\n            ", out);
		print_text(out, insert->plugin->param[i].symbol);
		fputs(": ", out);
		print_float(out, insert->param[i]);
	}
	fputs(params ? "\n          }" : "}", out);
}

static void
print_insert(
    FILE *out, const struct desk_strip *strip, const struct desk_insert *insert)
{
	if (insert->kind == INSERT_JACK) {
		fprintf(out, "{ \"jack\": { \"mode\": \"%s\", ",
		    config_mode_name(insert->mode));
		print_lanes(out, "send", strip, insert->send);
		fputs(", ", out);
		print_lanes(out, "return", strip, insert->back);
		fprintf(out, " }, \"bypass\": %d }", insert->bypass);
		return;
	}
	fputs("{ \"lv2\": ", out);
	print_text(out, insert->uri);
	if (insert->preset) {
		fputs(", \"preset\": ", out);
		print_text(out, insert->preset);
	}
	print_params(out, insert);
	fprintf(out, ",\n          \"bypass\": %d, \"required\": %s }",
	    insert->bypass, insert->required ? "true" : "false");
}

static void
print_inserts(FILE *out, const struct desk_strip *strip)
{
	fputs("\"inserts\": [", out);
	for (size_t i = 0; i < strip->inserts; i++) {
		fputs(i ? ",\n        " : "\n        ", out);
		print_insert(out, strip, &strip->insert[i]);
	}
	if (strip->inserts)
		fputs("\n      ", out);
	putc(']', out);
}

static void
print_values(FILE *out, const struct desk_strip *strip)
{
	for (unsigned i = 0; i < STRIP_VALUES; i++) {
		const struct schema_param *param = schema_param((enum param)i);

		if (!param->in_config ||
		    !(param->kinds & KIND_BIT(strip->kind)))
			continue;
		print_gap(out, strip);
		print_value(out, param, strip->value[i]);
	}
}

static void
print_to(FILE *out, const struct desk *desk, const struct desk_strip *strip)
{
	fputs(",\n      \"to\": [", out);
	for (size_t i = 0; i < strip->tos; i++) {
		fputs(i ? ", " : "", out);
		print_text(out, desk->strip[strip->to[i]].id);
	}
	putc(']', out);
}

static void
print_send(FILE *out, const struct desk_send *send)
{
	bool first = true;

	fputs("{ ", out);
	for (unsigned i = PARAM_SEND_LEVEL; i < SEND_END; i++) {
		const struct schema_param *param = schema_param((enum param)i);

		if (!param->in_config)
			continue;
		fputs(first ? "" : ", ", out);
		print_value(out, param, send->value[SEND_VALUE(i)]);
		first = false;
	}
	fputs(" }", out);
}

static void
print_sends(FILE *out, const struct desk *desk, const struct desk_strip *strip)
{
	fputs(",\n      \"sends\": {", out);
	for (size_t i = 0; i < strip->sends; i++) {
		fputs(i ? ",\n        " : "\n        ", out);
		print_text(out, desk->strip[strip->send[i].bus].id);
		fputs(": ", out);
		print_send(out, &strip->send[i]);
	}
	fputs(strip->sends ? "\n      }" : "}", out);
}

/* A row's tail without "target/" in front is the key. */
static void
print_target(
    FILE *out, enum strip_kind kind, const double target[TARGET_VALUES])
{
	const char *gap = "{ ";

	for (unsigned i = PARAM_TARGET_LOW; i < TARGET_END; i++) {
		const struct schema_param *param = schema_param((enum param)i);

		if (!(param->kinds & KIND_BIT(kind)))
			continue;
		fprintf(out, "%s\"%s\": ", gap, strchr(param->tail, '/') + 1);
		print_number(out, target[TARGET_VALUE(i)]);
		gap = ", ";
	}
	fputs(" }", out);
}

static void
print_guard(FILE *out, const double guard[GUARD_VALUES])
{
	fprintf(out, "{ \"on\": %g, \"after\": ", guard[0]);
	print_number(out, guard[PARAM_GUARD_AFTER - PARAM_GUARD]);
	fputs(", \"most\": ", out);
	print_number(out, guard[PARAM_GUARD_MOST - PARAM_GUARD]);
	fputs(" }", out);
}

static void
print_targets(FILE *out, const struct desk *desk)
{
	static const char *const key[STRIP_MONITOR] = { "channel", "bus",
		"master" };

	fprintf(out, "  \"targets\": {\n    \"preset\": \"%s\"",
	    target_preset_name((enum target_preset)desk->preset));
	for (int i = 0; i < STRIP_MONITOR; i++) {
		fprintf(out, ",\n    \"%s\": ", key[i]);
		print_target(out, (enum strip_kind)i, desk->target[i]);
	}
	fputs("\n  },\n  \"guard\": ", out);
	print_guard(out, desk->guard);
	fputs(",\n", out);
}

/* The ids of the groups that a strip is in. */
static void
print_members(FILE *out, const struct desk *desk,
    const struct desk_strip *strip, enum group_kind kind)
{
	const char *gap = "";

	putc('[', out);
	for (size_t i = 0; i < desk->groups[kind]; i++) {
		if (!(strip->groups[kind] >> i & 1))
			continue;
		fputs(gap, out);
		print_text(out, desk->group[kind][i].id);
		gap = ", ";
	}
	putc(']', out);
}

/* What only those have that are mixed. */
static void
print_mix(FILE *out, const struct desk *desk, const struct desk_strip *strip)
{
	print_gap(out, strip);
	print_inserts(out, strip);
	if (!schema_kind_is_one(strip->kind)) {
		fprintf(out, ",\n      \"align\": %s",
		    strip->align ? "true" : "false");
		print_to(out, desk, strip);
		print_sends(out, desk, strip);
		fputs(",\n      \"dcas\": ", out);
		print_members(out, desk, strip, GROUP_DCA);
		fputs(",\n      \"mutegroups\": ", out);
		print_members(out, desk, strip, GROUP_MUTE);
	}
	print_gap(out, strip);
	fputs("\"target\": ", out);
	print_target(out, strip->kind, strip->target);
	if (strip->kind != STRIP_CHANNEL) {
		print_gap(out, strip);
		fputs("\"guard\": ", out);
		print_guard(out, &strip->value[PARAM_GUARD]);
	}
}

static void
print_strip(FILE *out, const struct desk *desk, const struct desk_strip *strip)
{
	const bool one = schema_kind_is_one(strip->kind);

	fputs(one ? "{\n    " : "{\n      ", out);
	if (!one) {
		fputs("\"id\": ", out);
		print_text(out, strip->id);
		print_gap(out, strip);
	}
	fputs("\"name\": ", out);
	print_text(out, strip->name);
	print_gap(out, strip);
	fprintf(out, "\"lanes\": %u", strip->lanes);
	if (strip->kind == STRIP_CHANNEL)
		print_ports(out, "from", strip, strip->from);
	print_values(out, strip);
	if (strip->kind == STRIP_MONITOR) {
		print_gap(out, strip);
		fputs("\"source\": ", out);
		print_text(out, desk->source_text);
	} else {
		print_mix(out, desk, strip);
	}
	if (strip->has_outputs)
		print_ports(out, "outputs", strip, strip->outputs);
	fputs(one ? "\n  }" : "\n    }", out);
}

static void
print_kind(FILE *out, const struct desk *desk, const char *key, size_t first,
    size_t count)
{
	fprintf(out, "  \"%s\": [", key);
	for (size_t i = first; i < first + count; i++) {
		fputs(i > first ? ",\n    " : "\n    ", out);
		print_strip(out, desk, &desk->strip[i]);
	}
	fputs(count ? "\n  ],\n" : "],\n", out);
}

static void
print_groups(FILE *out, const struct desk *desk, enum group_kind kind)
{
	fputc('[', out);
	for (size_t i = 0; i < desk->groups[kind]; i++) {
		const struct desk_group *group = &desk->group[kind][i];

		fputs(i ? ",\n    { \"id\": " : "\n    { \"id\": ", out);
		print_text(out, group->id);
		fputs(", \"name\": ", out);
		print_text(out, group->name);
		fprintf(out, ", \"mute\": %g", group->mute);
		if (kind == GROUP_DCA) {
			fputs(", \"fader\": ", out);
			print_number(out, group->fader);
		}
		fputs(" }", out);
	}
	fputs(desk->groups[kind] ? "\n  ]" : "]", out);
}

static void
print_texts(FILE *out, const char *const *text, size_t count)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ", " : "", out);
		print_text(out, text[i]);
	}
	fputc(']', out);
}

/* A token is not shown, and what stands in its place is not taken for one. */
static void
print_network(FILE *out, const struct desk_network *network)
{
	fputs("\n      { \"network\": ", out);
	print_text(out, network->network);
	fprintf(out, ", \"role\": \"%s\", \"trusted\": %s",
	    desk_role_name(network->role), network->trusted ? "true" : "false");
	if (network->strips > 0) {
		fputs(",\n        \"strips\": ", out);
		print_texts(
		    out, (const char *const *)network->strip, network->strips);
	}
	if (network->token)
		fputs(",\n        \"token\": \"(not shown)\"", out);
	if (network->token_file) {
		fputs(",\n        \"token_file\": ", out);
		print_text(out, network->token_file);
	}
	fputs(" }", out);
}

static void
print_subscriber(FILE *out, const struct desk_subscriber *subscriber)
{
	fputs("\n      { \"url\": ", out);
	print_text(out, subscriber->url);
	fputs(", \"topics\": ", out);
	print_texts(out, subscriber->topic, subscriber->topics);
	if (subscriber->rate > 0)
		fprintf(out, ", \"rate\": %u", subscriber->rate);
	fputs(", \"prefix\": ", out);
	print_text(out, subscriber->prefix ? subscriber->prefix : "");
	fputs(" }", out);
}

static void
print_osc(FILE *out, const struct desk *desk)
{
	const struct desk_limits *limits = &desk->limits;

	fputs("  \"osc\": {\n    \"listen\": ", out);
	print_texts(out, (const char *const *)desk->listen, desk->listens);
	fputs(",\n    \"allow\": [", out);
	for (size_t i = 0; i < desk->allows; i++) {
		fputs(i ? "," : "", out);
		print_network(out, &desk->allow[i]);
	}
	fprintf(out,
	    "%s],\n    \"limits\": { \"packets\": %u, \"bytes\": %u, "
	    "\"leases\": %u,\n      \"all_packets\": %u, "
	    "\"all_bytes\": %u },\n    \"subscribers\": [",
	    desk->allows ? "\n    " : "", limits->packets, limits->bytes,
	    limits->leases, limits->all_packets, limits->all_bytes);
	for (size_t i = 0; i < desk->subscribers; i++) {
		fputs(i ? "," : "", out);
		print_subscriber(out, &desk->subscriber[i]);
	}
	fprintf(out, "%s]\n  },\n", desk->subscribers ? "\n    " : "");
}

int
config_print(FILE *out, const struct desk *desk)
{
	fputs("{\n  \"version\": 1,\n  \"name\": ", out);
	print_text(out, desk->name);
	fputs(",\n  \"pan_law\": ", out);
	print_number(out, desk->pan_law);
	fputs(",\n  \"jack\": { \"client\": ", out);
	print_text(out, desk->jack_client);
	fputs(" },\n", out);
	print_osc(out, desk);
	fprintf(out,
	    "  \"meters\": { \"clip_samples\": %u, \"insert_share\": %u },\n",
	    desk->clip_samples, desk->insert_share);
	print_targets(out, desk);
	fprintf(out, "  \"events\": { \"file_bytes\": %u, \"files\": %u },\n",
	    desk->event_bytes, desk->event_files);
	print_kind(out, desk, "channels", 0, desk->channels);
	print_kind(out, desk, "buses", desk->channels, desk->buses);
	fputs("  \"master\": ", out);
	print_strip(out, desk, &desk->strip[desk_master(desk)]);
	fputs(",\n  \"monitor\": ", out);
	print_strip(out, desk, &desk->strip[desk_monitor(desk)]);
	fputs(",\n  \"dcas\": ", out);
	print_groups(out, desk, GROUP_DCA);
	fputs(",\n  \"mutegroups\": ", out);
	print_groups(out, desk, GROUP_MUTE);
	fputs("\n}\n", out);
	return fflush(out) || ferror(out) ? -1 : 0;
}
