#ifndef EDGE_RELOAD_H
#define EDGE_RELOAD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Another configuration for a daemon at work: read or edited, checked, compared,
 * prepared on all sides and then taken in one go, or not at all. One at a time;
 * one more reload of the file waits for its turn.
 * Control thread; files are waited for on a worker.
 */

struct jack;
struct loop;
struct mixer;
struct osc;
struct plugin_host;
struct reload;

/* What it works on, all of which must outlive it. */
struct reload_parts {
	struct mixer *mixer;
	struct loop *loop;
	struct plugin_host *plugins;
	struct osc *osc;
	struct jack *jack;
	const char *file; /* the configuration; "-": none to go back to */
	const char *const *listen; /* URLs in place of osc.listen, */
	size_t listens;            /* if there are any */
};

/* `text` is the configuration of the desk at work. NULL without memory or
 * thread. */
struct reload *
reload_new(const struct reload_parts *parts, const char *text, size_t size);

/* What is under way is given up. */
void reload_free(struct reload *reload);

enum reload_verdict { RELOAD_DONE, RELOAD_CHECKED, RELOAD_REFUSED };

/* "done", "checked", "refused". */
const char *reload_verdict_name(enum reload_verdict verdict);

/* Who is told: each change as "added", "removed", "moved" or "changed" with what
 * it is about, what is amiss but allowed for as "note", and each reason why it is
 * refused as "error"; then how it ended, once. Both may be called at once. */
struct reload_asker {
	void (*line)(void *arg, const char *kind, const char *text);
	void (*end)(void *arg, enum reload_verdict verdict);
	void *arg;
};

/* Reads the file again and takes what it says; with `dry` only says what that
 * would change. */
void
reload_file(struct reload *reload, bool dry, const struct reload_asker *asker);

/* The configuration as it stands, a zero byte behind it. */
const char *reload_text(const struct reload *reload);

/* Takes this text instead, which it frees. `action`: "add", … */
void reload_edit(struct reload *reload, char *text, const char *action,
    const struct reload_asker *asker);

/* Writes the configuration as it stands, with all that was set since, to its
 * file; what was there is kept as FILE~. The desk stays as it is. */
void reload_save(struct reload *reload, const struct reload_asker *asker);

#endif
