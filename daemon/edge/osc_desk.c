#include "edge/log.h"
#include "edge/osc.h"
#include "edge/osc_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * From one desk to the next. What can fail is made beside what is at work, and
 * then put in its place; what belongs to strips that may be others afterwards
 * is told or forgotten before.
 */

struct osc_next {
	struct access_list access; /* its entries are those of the next desk */
	struct osc_listens listens;
	struct lease_table standing; /* the leases of osc.subscribers */
};

static int
add_networks(struct access_list *access, const struct desk *desk, char *why,
    size_t why_size)
{
	char text[256];

	for (size_t i = 0; i < desk->allows; i++) {
		if (access_add(access, &desk->allow[i], text, sizeof(text)) ==
		    0)
			continue;
		snprintf(why, why_size, "osc.allow[%zu].%s", i, text);
		return -1;
	}
	return 0;
}

int
osc_prepare_desk(struct osc *osc, const struct desk *next,
    const char *const *urls, size_t count, char *why, size_t why_size)
{
	int error;

	osc->next = calloc(1, sizeof(*osc->next));
	if (!osc->next) {
		snprintf(why, why_size, "no memory for OSC");
		return -1;
	}
	access_begin(&osc->next->access, &osc->access);
	if (add_networks(&osc->next->access, next, why, why_size) == 0 &&
	    osc_listen_prepare(osc, &osc->next->listens, &osc->next->access,
		urls, count, why, why_size) == 0 &&
	    osc_stand(&osc->next->listens, next, &osc->next->standing, why,
		why_size) == 0)
		return 0;
	error = errno;
	osc_abort_desk(osc);
	errno = error;
	return -1;
}

void
osc_abort_desk(struct osc *osc)
{
	if (!osc->next)
		return;
	osc_listen_abort(osc, &osc->next->listens);
	lease_table_free(&osc->next->standing);
	free(osc->next);
	osc->next = NULL;
}

void
osc_leave_desk(struct osc *osc)
{
	osc_publish_changes(osc, NULL);
	osc_scene_leave_desk(osc);
	lease_leave_desk(&osc->table);
	osc_blob_end(osc);
}

/* Who may do what, by the desk that the mixer has now. */
static void
take_access(struct osc *osc)
{
	const struct desk *desk = mixer_desk(osc->mixer);
	struct access_list *access = &osc->next->access;
	int entry[DESK_NETWORKS];

	for (size_t i = 0; i < osc->access.count; i++) {
		const struct access_entry *same =
		    access_same(access, &osc->access.entry[i]);
		entry[i] = same ? (int)(same - access->entry) : -1;
	}
	for (size_t i = 0; i < access->count; i++)
		access->entry[i].desk = &desk->allow[i];
	guard_renew(osc->guard, &desk->limits, entry, osc->access.count);
	osc->access = *access;
}

/* Whoever may ask nothing now is told nothing that it asked for. */
static void
end_unwelcome(struct osc *osc, double now)
{
	for (size_t i = 0; i < osc->table.clients; i++) {
		struct lease_client *client = osc->table.client[i];

		if (osc_is_welcome(osc, client, now))
			continue;
		lease_end(client, LEASE_TOPICS, NULL);
		client->dump.going = client->search.going = false;
		client->replaying = false;
	}
}

void
osc_take_next(struct osc *osc)
{
	double now = mixer_seconds();
	size_t missed;

	take_access(osc);
	osc_listen_take(osc, &osc->next->listens);
	osc_streams_take_desk(osc);
	end_unwelcome(osc, now);
	missed = lease_stand(&osc->table, &osc->next->standing, now);
	if (missed > 0)
		log_line("osc.subscribers: no room for %zu topics, as their "
			 "addresses, or too many others, subscribed themselves",
		    missed);
	lease_table_free(&osc->next->standing);
	free(osc->next);
	osc->next = NULL;
	mixer_listen(osc->mixer, osc_changed, osc);
	event_log_listen(mixer_events(osc->mixer), osc_event, osc);
}

void
osc_take_desk(struct osc *osc)
{
	osc_take_next(osc);
	osc->state++;
	osc_dump_again(osc);
	osc_scene_take_desk(osc);
}
