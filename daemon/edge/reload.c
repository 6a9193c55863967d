#include "edge/reload.h"

#include "edge/jack.h"
#include "edge/log.h"
#include "edge/loop.h"
#include "edge/osc.h"
#include "edge/replace.h"
#include "edge/worker.h"
#include "mixer/config.h"
#include "mixer/config_diff.h"
#include "mixer/config_edit.h"
#include "mixer/desk_log.h"
#include "mixer/next_desk.h"
#include "mixer/state.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 10
#define LONGEST_WAIT 5.0 /* s for cycles to take what is on its way */
#define LEAVE_MS 2000    /* at the end, for a file that is being read */

enum step {
	STEP_NONE,
	STEP_READING,   /* the file, on the worker */
	STEP_PREPARING, /* what goes fades out, JACK gets its ports */
	STEP_SETTLING,  /* the desk before is still on its way out */
	STEP_WRITING    /* the file, on the worker */
};

struct reload {
	struct worker_job job; /* must be first */
	struct reload_parts parts;
	struct worker *worker;
	int timer;
	char *text; /* the configuration as it stands */
	size_t size;

	enum step step;
	bool dry;
	bool saves; /* the text goes to the file, and the desk stays */
	int error;  /* of writing it, -errno */
	char action[16];
	const char *source; /* of the text, in errors */
	struct reload_asker asker;
	bool again; /* the file was changed once more: who asked, waits */
	struct reload_asker waiting;
	char *next_text; /* and that which is to be */
	size_t next_size;
	struct config_errors errors; /* of reading it */
	struct desk *next;
	unsigned count[CONFIG_CHANGES];
	bool jack_ready;
	char jack_why[256];          /* "": it has what it needs */
	double heard_at, give_up_at; /* s */
};

const char *
reload_verdict_name(enum reload_verdict verdict)
{
	static const char *const name[] = { "done", "checked", "refused" };

	return name[verdict];
}

/* --- to the asker --- */

static void
tell(struct reload *reload, const char *kind, const char *text)
{
	reload->asker.line(reload->asker.arg, kind, text);
}

static void
end(struct reload *reload, enum reload_verdict verdict)
{
	struct reload_asker asker = reload->asker;

	free(reload->next_text);
	desk_free(reload->next);
	config_free_errors(&reload->errors);
	reload->next_text = NULL;
	reload->next = NULL;
	reload->step = STEP_NONE;
	asker.end(asker.arg, verdict);
	if (!reload->again)
		return;
	reload->again = false;
	asker = reload->waiting;
	reload_file(reload, false, &asker);
}

static void
refuse(struct reload *reload, const char *text)
{
	tell(reload, "error", text);
	end(reload, RELOAD_REFUSED);
}

/* Errors, then what was allowed for, as config_print_errors() has them. */
static void
tell_errors(struct reload *reload, struct config_errors *errors)
{
	struct config_errors part[2] = {
		{ .error = errors->error, .count = errors->count },
		{ .warning = errors->warning, .warnings = errors->warnings },
	};

	for (int i = 0; i < 2; i++) {
		char *text = NULL, *rest, *line;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		if (!out)
			return;
		config_print_errors(out, reload->source, &part[i]);
		if (fclose(out) != 0)
			return;
		for (line = strtok_r(text, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest))
			tell(reload, i == 0 ? "error" : "note", line);
		free(text);
	}
}

static void
tell_change(void *arg, enum config_change change, const char *text)
{
	tell(arg, config_change_name(change), text);
}

/* --- from a text to a desk --- */

static bool
parse(struct reload *reload)
{
	struct config_errors errors = { 0 };

	reload->next = config_parse(reload->next_text, reload->next_size,
	    reload->parts.plugins, &errors);
	tell_errors(reload, &errors);
	config_free_errors(&errors);
	return reload->next != NULL;
}

/* Says what it would change. */
static bool
compare(struct reload *reload)
{
	struct config_errors errors = { 0 };
	struct desk *before = config_parse(
	    reload->text, reload->size, reload->parts.plugins, &errors);
	int changes = -1;

	config_free_errors(&errors);
	if (before)
		changes = config_diff(
		    before, reload->next, tell_change, reload, reload->count);
	desk_free(before);
	return changes >= 0;
}

/* --- from desk to desk --- */

static void
jack_is_ready(void *arg, const char *why)
{
	struct reload *reload = arg;

	reload->jack_ready = true;
	reload->give_up_at = mixer_seconds() + LONGEST_WAIT;
	snprintf(
	    reload->jack_why, sizeof reload->jack_why, "%s", why ? why : "");
}

static void
stop_waiting(struct reload *reload)
{
	loop_end(reload->parts.loop, reload->timer);
	reload->timer = -1;
}

static void
give_up(struct reload *reload, const char *why)
{
	stop_waiting(reload);
	edge_jack_abort(reload->parts.jack);
	osc_abort_desk(reload->parts.osc);
	mixer_replace_abort(reload->parts.mixer);
	refuse(reload, why);
}

static void
settle(struct reload *reload)
{
	bool idle = edge_jack_is_idle(reload->parts.jack);

	/* A server that does not answer may keep what it has. */
	if (mixer_is_replacing(reload->parts.mixer) ||
	    (!idle && mixer_seconds() < reload->give_up_at))
		return;
	stop_waiting(reload);
	end(reload, RELOAD_DONE);
}

/* The text is that of the configuration from now on. */
static void
take_text(struct reload *reload)
{
	free(reload->text);
	reload->text = reload->next_text;
	reload->size = reload->next_size;
	reload->next_text = NULL;
}

static void
commit(struct reload *reload)
{
	const struct reload_parts *parts = &reload->parts;
	char summary[CONFIG_SUMMARY];

	osc_leave_desk(parts->osc);
	mixer_replace(parts->mixer);
	edge_jack_commit(parts->jack);
	osc_take_desk(parts->osc);
	reload->next = NULL;
	take_text(reload);
	config_summary(reload->count, summary);
	desk_log(parts->mixer, reload->action, summary);
	reload->give_up_at = mixer_seconds() + LONGEST_WAIT;
	reload->step = STEP_SETTLING;
}

static void
look(void *arg)
{
	struct reload *reload = arg;
	const struct reload_parts *parts = &reload->parts;
	double now = mixer_seconds();

	if (reload->step == STEP_SETTLING) {
		settle(reload);
		return;
	}
	if (!reload->jack_ready)
		return;
	if (reload->jack_why[0] != '\0')
		give_up(reload, reload->jack_why);
	else if (now >= reload->heard_at && mixer_may_replace(parts->mixer) &&
		 edge_jack_may_commit(parts->jack) &&
		 mixer_replace_prepare(parts->mixer, reload->next,
		     edge_jack_table(parts->jack)) == 0)
		commit(reload);
	else if (now > reload->give_up_at)
		give_up(reload,
		    "found no memory, or no cycles of audio that take what is "
		    "on its way; allowed when there are");
}

static void
prepare(struct reload *reload)
{
	const struct reload_parts *parts = &reload->parts;
	const struct desk *next = reload->next;
	const char *const *url = parts->listen;
	size_t urls = parts->listens;
	char why[256];

	if (urls == 0) {
		url = (const char *const *)next->listen;
		urls = next->listens;
	}
	if (urls == 0) {
		refuse(reload, "found an empty osc.listen, and no -l; allowed "
			       "at least one address");
		return;
	}
	if (osc_prepare_desk(parts->osc, next, url, urls, why, sizeof why) <
	    0) {
		refuse(reload, why);
		return;
	}
	reload->timer = loop_every(parts->loop, TICK_MS, look, reload);
	if (reload->timer < 0) {
		osc_abort_desk(parts->osc);
		refuse(reload, "found no timer left; allowed when there is");
		return;
	}
	reload->step = STEP_PREPARING;
	reload->heard_at =
	    mixer_seconds() + 1e-3 * mixer_replace_begin(parts->mixer, next);
	reload->jack_ready = false;
	edge_jack_prepare(parts->jack, next, jack_is_ready, reload);
}

static void
write_to_file(struct reload *reload)
{
	reload->step = STEP_WRITING;
	worker_post(reload->worker, &reload->job);
}

static void
consider(struct reload *reload)
{
	if (!parse(reload))
		end(reload, RELOAD_REFUSED);
	else if (!compare(reload))
		refuse(reload, "found no memory left; allowed with more");
	else if (reload->dry)
		end(reload, RELOAD_CHECKED);
	else if (reload->saves)
		write_to_file(reload);
	else
		prepare(reload);
}

/* --- what is asked --- */

/* Where the name leads to is written, not the name. */
static int
write_file(const struct reload *reload)
{
	char path[PATH_MAX], before[PATH_MAX + 1];

	if (!realpath(reload->parts.file, path))
		return -errno;
	snprintf(before, sizeof before, "%s~", path);
	return replace_file(path, before, reload->next_text, reload->next_size);
}

static void
work_file(struct worker_job *job)
{
	struct reload *reload = (struct reload *)(void *)job;

	if (reload->step == STEP_WRITING)
		reload->error = write_file(reload);
	else
		reload->next_text = config_load(
		    reload->parts.file, &reload->next_size, &reload->errors);
}

static void
end_writing(struct reload *reload)
{
	const char *file = reload->parts.file;
	char text[PATH_MAX + 100];

	if (reload->error < 0) {
		snprintf(text, sizeof text,
		    "%s: found \"%s\" while it was written; allowed a file, "
		    "and a directory, that can be written to",
		    file, strerror(-reload->error));
		refuse(reload, text);
		return;
	}
	/* Only what the file has for certain need not be remembered; what
	 * cannot be told apart is remembered, too. */
	if (state_configure(mixer_state(reload->parts.mixer), reload->next) ==
	    0)
		take_text(reload);
	log_line("configuration %s: saved as the desk stands", file);
	tell(reload, "saved", file);
	end(reload, RELOAD_DONE);
}

static void
file_done(struct worker_job *job)
{
	struct reload *reload = (struct reload *)(void *)job;

	if (reload->step == STEP_WRITING) {
		end_writing(reload);
	} else if (reload->next_text) {
		consider(reload);
	} else {
		tell_errors(reload, &reload->errors);
		end(reload, RELOAD_REFUSED);
	}
}

/* Is nothing else under way? If there is, the asker is told. */
static bool
begin(struct reload *reload, const char *action, bool dry,
    const struct reload_asker *asker)
{
	if (reload->step != STEP_NONE) {
		asker->line(asker->arg, "error",
		    "found another change of the desk under way; allowed when "
		    "that has ended");
		asker->end(asker->arg, RELOAD_REFUSED);
		return false;
	}
	reload->asker = *asker;
	reload->dry = dry;
	reload->saves = false;
	reload->source = reload->parts.file;
	snprintf(reload->action, sizeof reload->action, "%s", action);
	return true;
}

static bool
has_file(struct reload *reload)
{
	if (strcmp(reload->parts.file, "-") != 0)
		return true;
	refuse(reload, "found a configuration that came from standard input; "
		       "allowed where it is a file");
	return false;
}

void
reload_file(struct reload *reload, bool dry, const struct reload_asker *asker)
{
	/* What the file says by then counts, so one that waits is enough. */
	if (reload->step != STEP_NONE && !dry && !reload->again) {
		reload->again = true;
		reload->waiting = *asker;
		return;
	}
	if (!begin(reload, "reload", dry, asker))
		return;
	if (!has_file(reload))
		return;
	reload->step = STEP_READING;
	worker_post(reload->worker, &reload->job);
}

const char *
reload_text(const struct reload *reload)
{
	return reload->text;
}

void
reload_edit(struct reload *reload, char *text, const char *action,
    const struct reload_asker *asker)
{
	if (!begin(reload, action, false, asker)) {
		free(text);
		return;
	}
	/* Its lines are none of the file's. */
	reload->source = "the desk after it";
	reload->next_text = text;
	reload->next_size = strlen(text);
	consider(reload);
}

/* The configuration with all that was set since. */
static char *
text_with_values(const struct reload *reload, char *why, size_t size)
{
	struct config_merged merged;
	char *state = state_print(mixer_state(reload->parts.mixer));
	cJSON *root = state ? cJSON_Parse(state) : NULL;
	char *text = NULL;

	snprintf(why, size, "found no memory left; allowed with more");
	if (root)
		text = config_merge(reload->text,
		    cJSON_GetObjectItemCaseSensitive(root, "values"), &merged,
		    why, size);
	cJSON_Delete(root);
	free(state);
	return text;
}

void
reload_save(struct reload *reload, const struct reload_asker *asker)
{
	char why[320];

	if (!begin(reload, "save", false, asker) || !has_file(reload))
		return;
	reload->next_text = text_with_values(reload, why, sizeof why);
	if (!reload->next_text) {
		refuse(reload, why);
		return;
	}
	reload->saves = true;
	reload->next_size = strlen(reload->next_text);
	consider(reload);
}

struct reload *
reload_new(const struct reload_parts *parts, const char *text, size_t size)
{
	struct reload *reload = calloc(1, sizeof *reload);

	if (!reload)
		return NULL;
	reload->job = (struct worker_job){ work_file, file_done, NULL };
	reload->parts = *parts;
	reload->timer = -1;
	reload->worker = worker_new(parts->loop);
	reload->text = malloc(size + 1);
	if (!reload->worker || !reload->text) {
		if (reload->worker)
			worker_free(reload->worker, LEAVE_MS);
		free(reload->text);
		free(reload);
		return NULL;
	}
	memcpy(reload->text, text, size);
	reload->text[size] = '\0';
	reload->size = size;
	return reload;
}

static void
nobody_hears(void *arg, const char *kind, const char *text)
{
	(void)arg;
	(void)kind;
	(void)text;
}

static void
nobody_waits(void *arg, enum reload_verdict verdict)
{
	(void)arg;
	(void)verdict;
}

void
reload_free(struct reload *reload)
{
	if (!reload)
		return;
	reload->again = false;
	reload->asker =
	    (struct reload_asker){ nobody_hears, nobody_waits, NULL };
	if (reload->step == STEP_PREPARING)
		give_up(reload, "");
	if (reload->step == STEP_SETTLING)
		stop_waiting(reload);
	reload->dry = true;
	/* A disk that hangs keeps what it works on. */
	if (reload->worker && !worker_free(reload->worker, LEAVE_MS))
		return;
	free(reload->text);
	free(reload);
}
