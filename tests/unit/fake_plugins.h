#ifndef TESTS_FAKE_PLUGINS_H
#define TESTS_FAKE_PLUGINS_H

#include "mixer/plugin.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Plugins that are only described: what the model, the configuration and OSC
 * need of a host. urn:fake:gain is mono; urn:fake:comp is stereo and has a
 * parameter of every kind and a preset; urn:fake:wide fits no slot; urn:fake:big
 * has very many parameters. urn:fake:late and
 * urn:fake:makeup are those that fake_host.h makes work.
 */

#define FAKE_COMP "urn:fake:comp"
#define FAKE_LATE "urn:fake:late"
#define FAKE_MAKEUP "urn:fake:makeup"
#define FAKE_LATEST 4096 /* frames */
#define FAKE_PRESET "urn:fake:comp#hard"
#define FAKE_TEXT(text) ((char[]){ text })
#define FAKE_BIG 200 /* parameters */

enum {
	COMP_THR,
	COMP_RAT,
	COMP_MODE,
	COMP_KNEE,
	COMP_STEPS,
	COMP_LOOK,
	COMP_F
};

static struct plugin_choice fake_modes[] = { { 0, FAKE_TEXT("peak") },
	{ 1, FAKE_TEXT("RMS") }, { 4, FAKE_TEXT("true peak") } };
static struct plugin_choice fake_knees[] = { { 0, FAKE_TEXT("hard") } };

static struct plugin_param fake_gain[] = {
	{ .symbol = FAKE_TEXT("gain"),
	    .name = FAKE_TEXT("Gain"),
	    .unit = FAKE_TEXT("dB"),
	    .min = -60,
	    .max = 20 },
};
static struct plugin_param fake_late[] = {
	{ .symbol = FAKE_TEXT("gain"),
	    .name = FAKE_TEXT("Gain"),
	    .unit = FAKE_TEXT(""),
	    .max = 10,
	    .def = 1 },
	{ .symbol = FAKE_TEXT("late"),
	    .name = FAKE_TEXT("Latency"),
	    .unit = FAKE_TEXT("frames"),
	    .max = FAKE_LATEST,
	    .whole = true },
};
static struct plugin_param fake_makeup[] = {
	{ .symbol = FAKE_TEXT("makeup"),
	    .name = FAKE_TEXT("Make-up"),
	    .unit = FAKE_TEXT("dB"),
	    .min = -30,
	    .max = 30 },
};
static struct plugin_param fake_comp[] = {
	[COMP_THR] = { .symbol = FAKE_TEXT("thr"),
	    .name = FAKE_TEXT("Threshold"),
	    .unit = FAKE_TEXT("dB"),
	    .min = -60,
	    .def = -20 },
	[COMP_RAT] = { .symbol = FAKE_TEXT("rat"),
	    .name = FAKE_TEXT("Ratio"),
	    .unit = FAKE_TEXT(""),
	    .min = 1,
	    .max = 20,
	    .def = 4 },
	[COMP_MODE] = { .symbol = FAKE_TEXT("mode"),
	    .name = FAKE_TEXT("Detector"),
	    .unit = FAKE_TEXT(""),
	    .max = 4,
	    .whole = true,
	    .choice = fake_modes,
	    .choices = 3,
	    .only_choices = true },
	[COMP_KNEE] = { .symbol = FAKE_TEXT("knee"),
	    .name = FAKE_TEXT("Knee"),
	    .unit = FAKE_TEXT("dB"),
	    .max = 12,
	    .def = 6,
	    .choice = fake_knees,
	    .choices = 1 },
	[COMP_STEPS] = { .symbol = FAKE_TEXT("steps"),
	    .name = FAKE_TEXT("Steps"),
	    .unit = FAKE_TEXT(""),
	    .min = 1,
	    .max = 8,
	    .def = 2,
	    .whole = true },
	[COMP_LOOK] = { .symbol = FAKE_TEXT("look"),
	    .name = FAKE_TEXT("Look ahead"),
	    .unit = FAKE_TEXT(""),
	    .max = 1,
	    .def = 1,
	    .toggle = true },
	[COMP_F] = { .symbol = FAKE_TEXT("freq"),
	    .name = FAKE_TEXT("Key filter"),
	    .unit = FAKE_TEXT("kHz"),
	    .min = (double)0.1F,
	    .max = (double)19.9F,
	    .def = (double)0.2F,
	    .logarithmic = true },
};
static char *fake_presets[] = { FAKE_TEXT(FAKE_PRESET) };
static char *fake_preset_names[] = { FAKE_TEXT("Hard") };

static struct plugin fake_plugin[] = {
	{ .uri = FAKE_TEXT("urn:fake:gain"),
	    .name = FAKE_TEXT("Plain Gain"),
	    .inputs = 1,
	    .outputs = 1,
	    .param = fake_gain,
	    .params = 1 },
	{ .uri = FAKE_TEXT(FAKE_COMP),
	    .name = FAKE_TEXT("Compressor"),
	    .inputs = 2,
	    .outputs = 2,
	    .param = fake_comp,
	    .params = 7,
	    .preset = fake_presets,
	    .preset_name = fake_preset_names,
	    .presets = 1,
	    .hard_rt = true },
	{ .uri = FAKE_TEXT("urn:fake:wide"),
	    .name = FAKE_TEXT("Wide"),
	    .inputs = 2,
	    .outputs = 6 },
	{ .uri = FAKE_TEXT("urn:fake:big"),
	    .name = FAKE_TEXT("Big"),
	    .inputs = 1,
	    .outputs = 1 },
	{ .uri = FAKE_TEXT("urn:fake:synth"), .name = FAKE_TEXT("Synth") },
	{ .uri = FAKE_TEXT(FAKE_LATE),
	    .name = FAKE_TEXT("Late Gain"),
	    .inputs = 1,
	    .outputs = 1,
	    .param = fake_late,
	    .params = 2 },
	{ .uri = FAKE_TEXT(FAKE_MAKEUP),
	    .name = FAKE_TEXT("Level in dB"),
	    .inputs = 1,
	    .outputs = 1,
	    .param = fake_makeup,
	    .params = 1 },
};
#define FAKE_PLUGINS (sizeof(fake_plugin) / sizeof(fake_plugin[0]))

static inline void
fake_row(struct plugin_param *param)
{
	bool whole = param->whole || param->toggle;

	param->row = (struct schema_param){ .id = PARAM_INSERT_PARAM,
		.address = "",
		.tail = param->symbol,
		.scope = SCOPE_INSERT_PARAM,
		.type = whole ? SCHEMA_INT : SCHEMA_FLOAT,
		.kinds = KIND_BIT(STRIP_CHANNEL) | KIND_BIT(STRIP_BUS) |
			 KIND_BIT(STRIP_MASTER),
		.writable = true,
		.unit = param->unit,
		.min = param->min,
		.max = param->max,
		.def = param->def,
		.help = "" };
}

static inline size_t
fake_count(struct plugin_host *host)
{
	(void)host;
	return FAKE_PLUGINS;
}

static inline const char *
fake_uri(struct plugin_host *host, size_t index)
{
	(void)host;
	return fake_plugin[index].uri;
}

static inline const struct plugin *
fake_find(struct plugin_host *host, const char *uri, char *why, size_t why_size)
{
	(void)host;
	for (size_t i = 0; i < FAKE_PLUGINS; i++) {
		if (strcmp(fake_plugin[i].uri, uri) != 0)
			continue;
		if (fake_plugin[i].outputs != 0)
			return &fake_plugin[i];
		snprintf(why, why_size, "it has no audio ports");
		return NULL;
	}
	snprintf(why, why_size, "it is not installed");
	return NULL;
}

static inline int
fake_apply(struct plugin_host *host, const struct plugin *plugin,
    const char *preset, double *param, char *why, size_t why_size)
{
	(void)host;
	if (plugin == &fake_plugin[1] && strcmp(preset, FAKE_PRESET) == 0) {
		param[COMP_THR] = -30;
		param[COMP_RAT] = 10;
		return 0;
	}
	snprintf(why, why_size, "no such preset");
	return -1;
}

static inline void
fake_big(struct plugin *plugin)
{
	static struct plugin_param param[FAKE_BIG];
	static char symbol[FAKE_BIG][32];
	static char name[] = "Gain of a bänd", unit[] = "dB";

	for (int i = 0; i < FAKE_BIG; i++) {
		snprintf(symbol[i], sizeof symbol[i], "band_%d", i + 1);
		param[i] = (struct plugin_param){ .symbol = symbol[i],
			.name = name,
			.unit = unit,
			.min = -18,
			.max = 18 };
	}
	plugin->param = param;
	plugin->params = FAKE_BIG;
}

/* What it was asked for comes when all mixers are gone. */
static struct fake_asked {
	void (*done)(void *arg, struct processor *processor, const char *why);
	void *arg;
} fake_asked[256];
static size_t fake_asks;

static inline void
fake_later(struct plugin_host *host, const struct plugin_order *order,
    void (*done)(void *arg, struct processor *processor, const char *why),
    void *arg)
{
	(void)host;
	(void)order;
	assert(fake_asks < sizeof fake_asked / sizeof *fake_asked);
	fake_asked[fake_asks++] = (struct fake_asked){ done, arg };
}

/* At the end of a program. */
static inline void
fake_plugins_end(void)
{
	while (fake_asks-- > 0)
		fake_asked[fake_asks].done(
		    fake_asked[fake_asks].arg, NULL, "it is the end");
}

/* Their host; always the same. */
static inline struct plugin_host *
fake_plugins(void)
{
	static struct plugin_host host = { .count = fake_count,
		.uri = fake_uri,
		.find = fake_find,
		.preset = fake_apply,
		.load = fake_later };

	fake_big(&fake_plugin[3]);
	for (size_t i = 0; i < FAKE_PLUGINS; i++)
		for (size_t k = 0; k < fake_plugin[i].params; k++)
			fake_row(&fake_plugin[i].param[k]);
	return &host;
}

#endif
