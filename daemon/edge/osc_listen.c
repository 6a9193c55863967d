#include "edge/loop.h"
#include "edge/osc_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The sockets that are listened on, and how they go from one desk to another:
 * what is asked for as before is left alone, so that whoever speaks through it
 * does not notice.
 */

static bool
same_url(const struct url *a, const struct url *b)
{
	return a->transport == b->transport && strcmp(a->host, b->host) == 0 &&
	       strcmp(a->port, b->port) == 0;
}

/* Takes the sockets that were opened for the same URL. */
static bool
keep(const struct osc *osc, struct osc_listens *next, const struct url *url)
{
	bool any = false;

	for (size_t i = 0; i < osc->listens.count; i++) {
		if (!same_url(&osc->listens.at[i].url, url) ||
		    osc_listens_have(next, osc->listens.at[i].socket))
			continue;
		next->at[next->count++] = osc->listens.at[i];
		any = true;
	}
	return any;
}

/* Has the loop wait for what is new. */
static int
hold(
    struct osc *osc, const struct osc_listens *next, char *why, size_t why_size)
{
	for (size_t i = 0; i < next->count; i++) {
		struct osc_socket *socket = next->at[i].socket;
		int error;

		if (socket->osc)
			continue;
		socket->osc = osc;
		error = loop_add(osc->loop, socket->fd,
		    socket->transport == URL_TCP ? osc_accept : osc_datagrams,
		    socket);
		if (error < 0) {
			snprintf(why, why_size,
			    "%s:%s: cannot be waited for: error %d",
			    next->at[i].url.host, next->at[i].url.port, -error);
			return -1;
		}
		loop_hold(osc->loop, socket->fd, true);
	}
	return 0;
}

int
osc_listen_prepare(struct osc *osc, struct osc_listens *next,
    const struct access_list *list, const char *const *urls, size_t count,
    char *why, size_t why_size)
{
	bool kept[DESK_LISTENERS] = { false };
	struct url url[DESK_LISTENERS];
	int error = 0;

	if (count > DESK_LISTENERS) {
		snprintf(why, why_size, "found %zu addresses; allowed %d",
		    count, DESK_LISTENERS);
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (url_parse(urls[i], URL_PORT, &url[i]) < 0) {
			snprintf(why, why_size,
			    "found %s; allowed: udp://HOST:PORT or "
			    "tcp://HOST:PORT%s",
			    urls[i], URL_ALLOWED);
			return -1;
		}
		kept[i] = keep(osc, next, &url[i]);
	}
	for (size_t i = 0; error == 0 && i < count; i++)
		if (!kept[i])
			error = osc_open(
			    &url[i], list, &osc->listens, next, why, why_size);
	return error < 0 ? -1 : hold(osc, next, why, why_size);
}

static void
close_socket(struct osc *osc, struct osc_socket *socket)
{
	loop_remove(osc->loop, socket->fd);
	close(socket->fd);
	free(socket);
}

void
osc_listen_abort(struct osc *osc, struct osc_listens *next)
{
	for (size_t i = 0; i < next->count; i++)
		if (!osc_listens_have(&osc->listens, next->at[i].socket))
			close_socket(osc, next->at[i].socket);
}

/* The kernel learns who is trusted now. */
static void
steer(const struct osc *osc, const struct osc_socket *socket)
{
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);

	if (socket->transport == URL_UDP &&
	    getsockname(socket->fd, (struct sockaddr *)&address, &size) == 0)
		osc_steer(socket->fd, address.ss_family, &osc->access);
}

void
osc_listen_take(struct osc *osc, const struct osc_listens *next)
{
	for (size_t i = 0; i < osc->listens.count; i++) {
		struct osc_socket *socket = osc->listens.at[i].socket;

		if (osc_listens_have(next, socket))
			continue;
		if (socket->transport == URL_UDP)
			lease_forget_through(&osc->table, socket->fd);
		else
			osc_streams_end_through(osc, socket);
		close_socket(osc, socket);
	}
	osc->listens = *next;
	for (size_t i = 0; i < next->count; i++) {
		loop_hold(osc->loop, next->at[i].socket->fd, false);
		steer(osc, next->at[i].socket);
	}
}
