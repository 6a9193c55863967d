#ifndef EDGE_OSC_INTERNAL_H
#define EDGE_OSC_INTERNAL_H

#include "edge/osc_access.h"
#include "edge/osc_guard.h"
#include "edge/osc_lease.h"
#include "mixer/mixer.h"
#include "protocol/osc.h"
#include "protocol/packet.h"
#include "protocol/url.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What the files of the OSC side share, and nobody else. Control thread.
 */

#define OSC_SOCKETS 64   /* OSC_PARTS of each address of each URL */
#define OSC_ANSWERS 4096 /* answers to one datagram at most */
#define OSC_PATTERNS 64  /* patterns in one datagram at most */
#define OSC_TRIES 20000  /* addresses that its patterns may try */
#define OSC_TEXT 320     /* bytes of an error text, terminator included */
#define OSC_TICK_MS 10   /* the finest step of meters */
#define OSC_SHARE 0.005  /* s of a tick that meters and status may take */
#define OSC_REPLAY 256   /* events of a replay sent in one tick at most */
#define OSC_PLUGINS 32   /* plugins told in one tick at most */
#define OSC_DUMP 512     /* parameters of a dump told in one tick at most */
#define OSC_SCENE 512    /* values of a scene told in one tick at most */
#define OSC_RELOAD 64    /* lines about another desk told in one tick at most */
#define OSC_PART 1000    /* bytes of a part of a long text */

struct loop;

struct osc_socket {
	struct osc *osc;
	enum url_transport transport;
	int fd;
};

/* The sockets that are listened on, each with the URL that asked for it. */
struct osc_listens {
	struct {
		struct url url;
		struct osc_socket *socket;
	} at[OSC_SOCKETS];
	size_t count;
};

/* Addresses that changed and were not told yet, each at least once. */
struct osc_changes {
	struct address *address;
	size_t count, room;
};

struct osc {
	struct mixer *mixer;
	struct loop *loop;
	struct access_list access;
	struct guard *guard;
	struct lease_table table;
	struct osc_changes changes;
	struct osc_listens listens;
	struct osc_inbox *inbox;
	struct osc_stream *stream; /* connections */
	struct osc_blob *blobs;    /* groups of meters/blob leases */
	int timer;
	size_t turn;          /* the client that is served first in this tick */
	double deadline;      /* when meters have had their share of it */
	enum mixer_jack jack; /* as the status leases were told last */
	uint64_t state;       /* changes of the desk so far */
	struct osc_scenes *scenes;         /* NULL: they have no place */
	struct reload *reload;             /* NULL: no other desk can be had */
	struct osc_reload_answer *reloads; /* that are not told to the end */
	bool hush; /* changes are steps of a fade, told more rarely */
	struct osc_next *next; /* NULL: no other desk is on its way */
};

/* Where packets go; what osc_send() is handed. */
struct osc_target {
	struct osc *osc;
	const struct lease_peer *peer;
};

/* Who sent a packet that was let in, and what it may do. */
struct osc_pass {
	struct guard_sender sender;
	const struct access_entry *network; /* that holds it */
	const struct access_entry *entry;   /* whose role it has; NULL: none */
};

/* One datagram at work. */
struct osc_request {
	struct osc *osc;
	struct osc_target target;    /* its sender */
	struct lease_client *client; /* NULL: there was no room to know it */
	struct osc_pass pass;
	double now; /* when it came, as mixer_seconds() */
	struct osc_packer replies;
	size_t answers;
	unsigned tries;    /* that are left of OSC_TRIES */
	const char *asked; /* address of the message at work */
	bool subscribed;   /* its client has leases that are new */
	bool replays;      /* its client waits for a replay */
};

/* --- osc.c --- */

/* The callback of a packer: sends to the peer of a struct osc_target. What the
 * socket does not take is counted and lost. */
void osc_send(void *target, const void *packet, size_t size);

/* Everything that comes in, from wherever it comes, is taken here. */
void osc_take(struct osc *osc, const struct lease_peer *peer, const void *data,
    size_t size);

/* A loop callback: datagrams came to a struct osc_socket. */
void osc_datagrams(void *socket);

/* --- osc_desk.c: see osc.h --- */

/* Takes what was prepared but the leases of a desk that was there before. */
void osc_take_next(struct osc *osc);

/* --- osc_listen.c --- */

/* Finds or opens the sockets of the URLs: of those that are there the same go
 * on, and nothing of them changes; new ones are held until they are taken.
 * Returns 0, or -1 with the URL and the reason in `why`. */
int osc_listen_prepare(struct osc *osc, struct osc_listens *next,
    const struct access_list *list, const char *const *urls, size_t count,
    char *why, size_t why_size);

/* Closes the new ones again. */
void osc_listen_abort(struct osc *osc, struct osc_listens *next);

/* Listens on these and no others. What came through one that is closed is
 * forgotten, with its leases. */
void osc_listen_take(struct osc *osc, const struct osc_listens *next);

/* --- osc_tcp.c --- */

/* A loop callback: somebody connects to a struct osc_socket that listens. */
void osc_accept(void *socket);

/* Sends, or queues, a packet whole; the connection ends if there is no room. */
void
osc_stream_send(struct osc_stream *stream, const void *packet, size_t size);

/* Does the peer not keep up with what it is sent? Then levels are left out, and
 * what has time waits. */
bool osc_is_filling(const struct lease_peer *peer);

/* Every OSC_TICK_MS: sends what is queued, closes what has ended. */
void osc_streams_tick(struct osc *osc);
void osc_streams_end(struct osc *osc);

/* Ends the connections that came through this socket. */
void osc_streams_end_through(struct osc *osc, const struct osc_socket *socket);

/* Ends the connections from networks that osc.allow does not list now. */
void osc_streams_take_desk(struct osc *osc);

/* --- osc_steer.c --- */

/* The sockets of one address: what comes from trusted networks waits in the
 * first, all else in the second. */
enum { OSC_TRUSTED, OSC_OTHERS, OSC_PARTS };

/* Lets the kernel choose between them, which were bound in this order with
 * SO_REUSEPORT; `fd` is either. */
void osc_steer(int fd, int family, const struct access_list *list);

/* --- osc_url.c --- */

/* Opens and binds non-blocking sockets for a URL, at the end of `into`: for UDP
 * OSC_PARTS for each address, for TCP one, which listens. Its host may be an
 * interface: that is each of its addresses. Where a socket of `old` has the
 * address and is not in `into`, it is taken instead of a new one. Returns 0, or
 * -1 with the reason in `why`; what is in `into` then is up to the caller. */
int osc_open(const struct url *url, const struct access_list *list,
    const struct osc_listens *old, struct osc_listens *into, char *why,
    size_t why_size);

/* Is the socket one of them? */
bool osc_listens_have(
    const struct osc_listens *listens, const struct osc_socket *socket);

/* --- osc_request.c --- */

/* Handles one message: a command, a get or a set. */
void osc_request_handle(
    struct osc_request *request, const struct packet_message *message);

/* May one more answer be packed? At the limit the asker is told once. */
bool osc_request_answers(struct osc_request *request);

/* Answers /error to what was asked as `asked`; `about`, where not NULL, is the
 * address that the text speaks of. */
void osc_request_error(struct osc_request *request, const char *asked,
    const char *code, const char *about, const char *text);

/* --- osc_admit.c: who gets in --- */

/* May this packet be looked at? If not, that is counted and logged, and a
 * challenge may have been sent. If so, it is well formed, and `pass` is whose it
 * is. One that came through a connection has proven its address by that. */
bool osc_admit(struct osc *osc, const struct lease_peer *peer, const void *data,
    size_t size, struct osc_pass *pass);

/* May this client, which is known, still ask? */
bool
osc_is_welcome(struct osc *osc, const struct lease_client *client, double now);

/* A packet that was let in has been dealt with, and took so many seconds. */
void osc_worked(struct osc *osc, const struct osc_pass *pass, double seconds);

/* A connection has ended: what it proved goes with it. */
void osc_gone(struct osc *osc, const struct lease_peer *peer);

/* Counts what was refused, and names the sender in the log, once a minute. */
void osc_refused(struct osc *osc, const struct guard_sender *sender,
    enum mixer_drop drop, const char *why);

/* --- osc_auth.c: what they may do --- */

/* May the sender ask for anything but /auth and /cookie? May it set anything
 * at all? May it do what concerns the whole desk? If not, it is told, and that
 * is counted and logged. */
bool osc_request_may_ask(struct osc_request *request);
bool osc_request_may_set(struct osc_request *request);
bool osc_request_may_all(struct osc_request *request);

/* May it set this, too? */
bool osc_may_change(
    const struct osc_request *request, const struct address *address);

/* Says that it may not. */
void
osc_refuse_change(struct osc_request *request, const struct address *address);

/* Has the sender's address, or have all that are not trusted, more leases now
 * than they may? Then says so in `text`. */
bool osc_leases_exceed(
    const struct osc_request *request, char *text, size_t text_size);

/* Answer /cookie and /auth; `text` is NULL where none was given. */
void osc_cookie(struct osc_request *request, const char *text);
void osc_auth(struct osc_request *request, const char *text);

/* --- osc_standing.c --- */

/* Takes the leases of osc.subscribers of a desk into `table`, sent through these
 * sockets. Returns 0, or -1 with the reason. */
int osc_stand(const struct osc_listens *listens, const struct desk *desk,
    struct lease_table *table, char *why, size_t why_size);

/* --- osc_command.c --- */

/* The rate in Hz that a topic gets when `asked` was asked for; 0: nothing
 * was. */
unsigned osc_topic_rate(enum lease_topic topic, double asked);

/* Handles a command, such as /subscribe or /list, with its arguments. */
void osc_command(struct osc_request *request, enum param command,
    const struct packet_message *message, const struct schema_value *values,
    size_t count);

/* --- osc_list.c --- */

/* Answers /list. */
void osc_list(struct osc_request *request);

/* --- osc_describe.c --- */

/* Answers /describe with an address or pattern. */
void osc_describe(struct osc_request *request, const char *asked);

/* --- osc_plugins.c --- */

/* Answers /plugin with the URI of a plugin. */
void osc_plugin(struct osc_request *request, const char *uri);

/* Tells the next stretch of what a client searches for, until `end` (as
 * mixer_seconds()) or OSC_PLUGINS, but one plugin at least. */
void
osc_publish_plugins(struct osc *osc, struct lease_client *client, double end);

/* --- osc_advice.c --- */

/* Answers /advice, /advice/apply with a finding's number, and /undo. */
void osc_advice(struct osc_request *request);
void osc_advice_apply(struct osc_request *request, unsigned id);
void osc_undo(struct osc_request *request);

/* Tells a lease all findings, if they are not those that it was told last. */
void osc_publish_advice(
    struct osc *osc, const struct lease_client *client, struct lease *lease);

/* --- osc_scene.c --- */

/* Handles a command of scenes, such as /scene/recall, with its arguments; what
 * needs the disk is answered later. */
void osc_scene(struct osc_request *request, enum param command,
    const struct packet_message *message, const struct schema_value *values,
    size_t count);

/* Every OSC_TICK_MS: moves a fade on, and tells the next stretch of answers,
 * until `end` (as mixer_seconds()). */
void osc_scene_tick(struct osc *osc, double now, double end);

/* Sees to it that the values of a fade, which is about to end or to be ended,
 * are told as they are then. */
void osc_scene_touch(struct osc *osc);

void osc_scene_end(struct osc *osc);

/* Keep what is known of scenes, and what is asked of them, from one desk to
 * another: as text, by address. */
void osc_scene_leave_desk(struct osc *osc);
void osc_scene_take_desk(struct osc *osc);

/* --- osc_reload.c --- */

/* Handles a command that makes another desk of it, with its arguments; how it
 * goes on is told later. */
void osc_reload(struct osc_request *request, enum param command,
    const struct packet_message *message, const struct schema_value *value,
    size_t count);

/* Every OSC_TICK_MS: tells the next stretch of answers. */
void osc_reload_tick(struct osc *osc);
void osc_reload_end(struct osc *osc);

/* --- osc_soundcheck.c --- */

/* Handles /soundcheck/…, with its arguments. */
void osc_soundcheck(struct osc_request *request, enum param command,
    const struct schema_value *value, size_t count);

/* --- osc_headroom.c --- */

/* Packs headroom and zone of one stage. */
void osc_pack_headroom(struct osc_packer *packer, struct mixer *mixer,
    const struct address *address);

/* Tells a lease what has changed since it was told last. */
void osc_publish_headroom(
    struct osc *osc, const struct lease_client *client, struct lease *lease);

/* Gives back what the guards of these strips have taken, if the sender may;
 * NULL: of all. */
void osc_release_guards(struct osc_request *request, const char *strips);

/* Resets every strip, if the sender may. */
void osc_headroom_reset(struct osc_request *request, const char *address);

/* --- osc_dump.c --- */

/* Begins to tell the client of a request, which is known, every parameter that
 * a prefix as lease_prefix() makes it covers. */
void osc_dump(struct osc_request *request, const char *prefix);

/* Tells the next stretch of a client's dump, until `end` (as mixer_seconds()) or
 * OSC_DUMP, but some at least. */
void osc_publish_dump(struct osc *osc, struct lease_client *client, double end);

/* Begins those that are under way again, from the start. */
void osc_dump_again(struct osc *osc);

/* --- osc_json.c --- */

struct cJSON;
struct plugin_param;

/* Adds a number with no more digits than a float has; nothing for an
 * infinity. */
void osc_json_float(struct cJSON *object, const char *key, double number);

/* Adds what a plugin's parameter is: name, unit, range and the like. */
void osc_json_param(struct cJSON *object, const struct plugin_param *param);

/* Answers ADDRESS ,siis about part parts text with the object's text, cut into
 * parts of at most OSC_PART bytes, and frees the object. */
void osc_json_answer(struct osc_request *request, const char *address,
    const char *about, struct cJSON *object);

/* --- osc_unknown.c --- */

/* Says which part of an address does not exist, and what does. */
void osc_unknown(
    const struct mixer *mixer, const char *address, char *why, size_t why_size);

/* --- osc_blob.c --- */

/* Answers /meters/layout with the layout of a prefix from lease_prefix(). */
void osc_blob_layout(struct osc_request *request, const char *prefix);

/* Sends the groups that are due; ends those without members. */
void osc_blob_publish(struct osc *osc, double now, double slack);

/* Frees all groups; the leases go with them. */
void osc_blob_end(struct osc *osc);

/* --- osc_publish.c --- */

/* Pack the answer of one address, resp. one event, as it goes to everyone. */
void osc_pack_value(struct osc_packer *packer, struct mixer *mixer,
    const struct address *address);
void osc_pack_meter(struct osc_packer *packer, struct mixer *mixer,
    struct meters_reader *reader, const struct address *address);
void osc_pack_loudness(struct osc_packer *packer, struct mixer *mixer,
    const struct address *address);
void osc_pack_event(struct osc_packer *packer, const struct event *event);

/* mixer_listen() and event_log_listen() callbacks; `arg` is the osc. */
void osc_changed(void *arg, const struct address *address, const void *origin);
void osc_event(void *arg, const struct event *event);

/* Tells the state leases what changed, but not those of `origin`. */
void osc_publish_changes(struct osc *osc, const struct lease_client *origin);

/* Sends the meters and status that one client's leases are due. */
void osc_publish_due(
    struct osc *osc, struct lease_client *client, double now, double slack);

/* Sends the next stretch of a client's replay. */
void osc_publish_replay(struct osc *osc, struct lease_client *client);

/* Every OSC_TICK_MS: ends leases, tells whoever is due. `arg` is the osc. */
void osc_tick(void *arg);

#endif
