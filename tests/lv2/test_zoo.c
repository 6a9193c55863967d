#include "edge/lv2.h"
#include "edge/loop.h"
#include "engine/kernel.h"
#include "engine/plan.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Every plugin that is installed and fits a slot is loaded, fed and tortured,
 * each in a process of its own, and what became of it is printed as a table.
 * What a plugin does wrong is a result; what the host does wrong is a failure.
 * Without HEADROOM_ZOO=long it is a sample of them.
 */

#define RATE 48000
#define URI_LONGEST 120
#define STUCK 40 /* seconds */

/* Known of x42-plugins 20221119, lsp-plugins-lv2 1.2.5 and swh-lv2 1.0.16. */
#define LEAST_FIT 268
#define LEAST_RUN 266

static const char *const sample[] = {
	"http://gareus.org/oss/lv2/fil4#stereo",
	"http://gareus.org/oss/lv2/fil4#mono",
	"http://gareus.org/oss/lv2/darc#stereo",
	"http://gareus.org/oss/lv2/darc#mono",
	"http://lsp-plug.in/plugins/lv2/compressor_stereo",
	"http://lsp-plug.in/plugins/lv2/sc_compressor_stereo",
	"http://gareus.org/oss/lv2/dpl#stereo",
	"http://lsp-plug.in/plugins/lv2/limiter_stereo",
	"http://plugin.org.uk/swh-plugins/amp",
	"http://plugin.org.uk/swh-plugins/sc3",
	"http://gareus.org/oss/lv2/phaserotate#stereo",
	"http://plugin.org.uk/swh-plugins/artificialLatency",
	"http://lsp-plug.in/plugins/lv2/impulse_reverb_stereo",
	"http://plugin.org.uk/swh-plugins/revdelay",
};
#define SAMPLE (sizeof sample / sizeof *sample)

enum stage {
	STAGE_FIND,
	STAGE_LOAD,
	STAGE_NOISE,
	STAGE_PARAMS,
	STAGE_NAN,
	STAGE_RESET,
	STAGE_END,
	STAGE_DONE
};

static const char *const stage_name[] = { "find", "load", "noise", "params",
	"nan", "reset", "end", "done" };

/* Shared with the child, so that it outlives it. */
struct result {
	char uri[URI_LONGEST];
	unsigned inputs, outputs, sidechains;
	size_t params;
	uint32_t latency;
	double us; /* for 256 frames */
	enum stage stage;
	bool fits, runs, allocates;
	bool nan_params; /* no number from legal values */
	bool nan_stays;  /* after one block of NaN */
	bool heals;      /* of that, by a reset */
	int signal;
	char why[160];
};

/* --- in the child --- */

struct bench {
	struct loop *loop;
	struct plugin_host *host;
	const struct plugin *plugin;
	struct processor *processor;
	struct result *result;
	float in[PLAN_LANES][PLAN_BLOCK], out[PLAN_LANES][PLAN_BLOCK];
	uint32_t seed;
};

static void
came(void *arg, struct processor *processor, const char *why)
{
	struct bench *b = arg;

	b->processor = processor;
	if (processor == NULL)
		snprintf(b->result->why, sizeof b->result->why, "%s", why);
	loop_stop(b->loop);
}

static float
noise(struct bench *b)
{
	b->seed = b->seed * 1664525U + 1013904223U;
	return (float)(int32_t)b->seed * 0x1p-32F;
}

enum signal { SIGNAL_NOISE, SIGNAL_SILENCE, SIGNAL_FULL, SIGNAL_NAN };

/* Returns whether what came out are numbers. */
static bool
run(struct bench *b, enum signal what, uint32_t frames)
{
	const float *in[PLAN_LANES] = { b->in[0], b->in[1] };
	float *out[PLAN_LANES] = { b->out[0], b->out[1] };
	bool sound = true;

	for (unsigned lane = 0; lane < PLAN_LANES; lane++)
		for (uint32_t i = 0; i < frames; i++)
			b->in[lane][i] = what == SIGNAL_NOISE     ? noise(b)
					 : what == SIGNAL_SILENCE ? 0
					 : what == SIGNAL_NAN     ? NAN
					 : i % 2 == 0             ? 1
								  : -1;
	b->processor->run(b->processor, in, out, frames);
	for (unsigned lane = 0; lane < b->plugin->inputs; lane++)
		sound = sound && kernel_invalid(b->out[lane], frames) == 0;
	return sound;
}

static bool
run_each(struct bench *b)
{
	static const uint32_t frames[] = { 256, 1, 63, 255, 16, 256 };
	bool sound = true;

	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
		for (enum signal s = SIGNAL_NOISE; s <= SIGNAL_FULL; s++)
			sound = run(b, s, frames[i]) && sound;
	return sound;
}

static double
microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e6 * (double)now.tv_sec + 1e-3 * (double)now.tv_nsec;
}

static double
least_time(struct bench *b)
{
	double least = INFINITY;

	for (unsigned i = 0; i < 40; i++) {
		double start = microseconds();
		for (unsigned k = 0; k < 5; k++)
			run(b, SIGNAL_NOISE, PLAN_BLOCK);
		least = fmin(least, (microseconds() - start) / 5);
	}
	return least;
}

static void
defaults(struct bench *b)
{
	for (size_t i = 0; i < b->plugin->params; i++)
		b->processor->param[i] = (float)b->plugin->param[i].def;
}

/* Each parameter alone to its ends, then all together. */
static bool
sweep(struct bench *b)
{
	bool sound = true;

	for (unsigned end = 0; end < 2; end++) {
		defaults(b);
		for (size_t i = 0; i < b->plugin->params; i++) {
			const struct plugin_param *param = &b->plugin->param[i];
			float *value = &b->processor->param[i];
			*value = (float)(end ? param->max : param->min);
			sound = run(b, SIGNAL_NOISE, 64) && sound;
			*value = (float)param->def;
		}
		for (size_t i = 0; i < b->plugin->params; i++)
			b->processor->param[i] =
			    (float)(end ? b->plugin->param[i].max
					: b->plugin->param[i].min);
		sound = run_each(b) && sound;
	}
	defaults(b);
	return sound;
}

static void
feed_nan(struct bench *b)
{
	bool sound = false;

	run(b, SIGNAL_NAN, PLAN_BLOCK);
	for (unsigned i = 0; i < 400; i++)
		sound = run(b, SIGNAL_NOISE, PLAN_BLOCK);
	b->result->nan_stays = !sound;
}

static void
reset(struct bench *b)
{
	b->host->reset(b->host, b->processor, came, b);
	loop_run(b->loop);
	b->result->heals = b->processor != NULL;
	for (unsigned i = 0; b->processor != NULL && i < 20; i++)
		if (!run(b, SIGNAL_NOISE, PLAN_BLOCK))
			b->result->heals = false;
}

static void
live(struct bench *b)
{
	struct result *result = b->result;
	struct plugin_order order = { .uri = result->uri, .rate = RATE };
	char why[160];

	b->plugin = b->host->find(b->host, result->uri, why, sizeof why);
	if (b->plugin == NULL) {
		snprintf(result->why, sizeof result->why, "%s", why);
		result->stage = STAGE_DONE;
		return;
	}
	result->fits = true;
	result->inputs = b->plugin->inputs;
	result->outputs = b->plugin->outputs;
	result->sidechains = b->plugin->sidechains;
	result->params = b->plugin->params;
	order.lanes = b->plugin->inputs;
	result->stage = STAGE_LOAD;
	b->host->load(b->host, &order, came, b);
	loop_run(b->loop);
	if (b->processor == NULL)
		return;
	result->stage = STAGE_NOISE;
	result->runs = true;
	if (!run_each(b))
		result->nan_params = true;
	result->us = least_time(b);
	result->latency = atomic_load(&b->processor->latency);
	result->stage = STAGE_PARAMS;
	if (!sweep(b))
		result->nan_params = true;
	result->allocates = atomic_load(&b->processor->allocates);
	result->stage = STAGE_NAN;
	feed_nan(b);
	result->stage = STAGE_RESET;
	if (result->nan_stays)
		reset(b);
	result->stage = STAGE_END;
	if (b->processor != NULL)
		b->host->unload(b->host, b->processor);
}

static void
child(struct result *result, const char *dir)
{
	static struct bench b;

	static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

	/* cmocka's handlers would go on with the test. */
	for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
		signal(fatal[i], SIG_DFL);
	alarm(STUCK);
	/* Plugins say this and that while they start. */
	if (!freopen("/dev/null", "w", stderr))
		_exit(1);
	b = (struct bench){ .result = result, .loop = loop_new(), .seed = 1 };
	b.host = lv2_host_new(b.loop, dir);
	kernel_flush_denormals();
	live(&b);
	lv2_host_free(b.host);
	loop_free(b.loop);
	if (result->stage == STAGE_END)
		result->stage = STAGE_DONE;
	_exit(0);
}

/* --- in the parent --- */

static struct result *results;
static size_t count;
static char state_dir[] = "/tmp/headroom-zoo.XXXXXX";

static void
add(const char *uri)
{
	snprintf(results[count++].uri, URI_LONGEST, "%s", uri);
}

/* The host has ended again before the first child is made. */
static void
list(bool whole)
{
	struct loop *loop = loop_new();
	struct plugin_host *host = lv2_host_new(loop, NULL);
	size_t all = whole ? host->count(host) : SAMPLE;

	results = mmap(NULL, all * sizeof *results, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(results, MAP_FAILED);
	for (size_t i = 0; i < all; i++) {
		const char *uri = whole ? host->uri(host, i) : sample[i];
		if (strncmp(uri, "urn:headroom:", 13) != 0)
			add(uri);
	}
	lv2_host_free(host);
	loop_free(loop);
}

static const char *
verdict(const struct result *result, char *text, size_t size)
{
	if (!result->runs)
		return result->why;
	snprintf(text, size, "%s%s%s%s",
	    result->nan_params ? "NaN from legal values; " : "",
	    result->nan_stays
		? result->heals ? "NaN stays, reset heals; " : "NaN stays; "
		: "",
	    result->allocates ? "allocates; " : "",
	    result->signal == SIGALRM ? "stuck; " : "");
	if (result->signal != 0) {
		size_t used = strlen(text);
		snprintf(text + used, size - used, "%s at %s",
		    strsignal(result->signal), stage_name[result->stage]);
	}
	return text;
}

static void
print_row(const struct result *result)
{
	char text[200];

	printf("%-58s %u/%u%s %4zu %6u %7.2f  %s\n", result->uri,
	    result->inputs, result->outputs,
	    result->sidechains > 0 ? "+s" : "  ", result->params,
	    result->latency, result->us, verdict(result, text, sizeof text));
	fflush(stdout);
}

static void
try_all(void)
{
	printf("%-58s %-5s %4s %6s %7s\n", "plugin", "shape", "prms", "late",
	    "us/256");
	fflush(stdout);
	for (size_t i = 0; i < count; i++) {
		pid_t pid = fork();
		int status = 0;

		assert_true(pid >= 0);
		if (pid == 0)
			child(&results[i], state_dir);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFSIGNALED(status))
			results[i].signal = WTERMSIG(status);
		else if (WEXITSTATUS(status) != 0)
			snprintf(results[i].why, sizeof results[i].why,
			    "exit code %d", WEXITSTATUS(status));
		if (results[i].fits)
			print_row(&results[i]);
	}
}

static bool
is_long(void)
{
	const char *form = getenv("HEADROOM_ZOO");

	return form != NULL && strcmp(form, "long") == 0;
}

static int
visit(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(state_dir));
	list(is_long());
	try_all();
	return 0;
}

static int
leave(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof path, "%s/crashed-plugins", state_dir);
	unlink(path);
	rmdir(state_dir);
	return 0;
}

static bool
is_remembered(const struct result *result)
{
	char path[64], line[256], wanted[URI_LONGEST + 2];
	FILE *lines;
	bool found = false;

	snprintf(path, sizeof path, "%s/crashed-plugins", state_dir);
	snprintf(wanted, sizeof wanted, "%s ", result->uri);
	lines = fopen(path, "re");
	while (lines != NULL && fgets(line, sizeof line, lines) != NULL)
		found = found || strncmp(line, wanted, strlen(wanted)) == 0;
	if (lines != NULL)
		fclose(lines);
	return found;
}

static void
what_fits_can_be_loaded(void **state)
{
	size_t fit = 0, run_well = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		fit += results[i].fits;
		run_well += results[i].runs;
		/* Debian's swh-lv2 lacks a library of two of its plugins. */
		if (results[i].fits && !results[i].runs &&
		    results[i].signal == 0)
			assert_non_null(
			    strstr(results[i].why, "undefined symbol: fftwf"));
	}
	printf("%zu plugins, %zu fit, %zu run\n", count, fit, run_well);
	if (!is_long())
		assert_int_equal(run_well, SAMPLE);
	else {
		assert_true(fit >= LEAST_FIT);
		assert_true(run_well >= LEAST_RUN);
	}
}

static void
what_does_not_fit_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++)
		if (!results[i].fits)
			assert_true(strlen(results[i].why) > 10);
}

static void
one_that_takes_the_process_down_is_remembered(void **state)
{
	size_t down = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct result *result = &results[i];
		if (result->signal == 0 || result->signal == SIGALRM)
			continue;
		printf(
		    "down: %s: %s\n", result->uri, strsignal(result->signal));
		assert_true(is_remembered(result));
		down++;
	}
	printf("%zu took the process down\n", down);
}

static void
what_stays_no_number_is_healed_by_a_reset(void **state)
{
	size_t stay = 0, heal = 0, legal = 0, allocate = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		/* One that makes NaN of anything cannot be healed. */
		if (results[i].nan_stays && !results[i].nan_params) {
			stay++;
			heal += results[i].heals;
			if (!results[i].heals)
				printf("not healed: %s\n", results[i].uri);
		}
		legal += results[i].nan_params;
		allocate += results[i].allocates;
	}
	printf("%zu stay NaN after NaN, a reset heals %zu; %zu make NaN or Inf "
	       "of legal values; %zu allocate in run()\n",
	    stay, heal, legal, allocate);
	assert_int_equal(heal, stay);
}

static void
none_is_stuck(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		if (results[i].signal == SIGALRM)
			printf("stuck at %s: %s\n",
			    stage_name[results[i].stage], results[i].uri);
		assert_int_not_equal(results[i].signal, SIGALRM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_can_be_loaded),
		cmocka_unit_test(what_does_not_fit_says_why),
		cmocka_unit_test(one_that_takes_the_process_down_is_remembered),
		cmocka_unit_test(what_stays_no_number_is_healed_by_a_reset),
		cmocka_unit_test(none_is_stuck),
	};

	return cmocka_run_group_tests(tests, visit, leave);
}
