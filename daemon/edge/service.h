#ifndef EDGE_SERVICE_H
#define EDGE_SERVICE_H

/*
 * What the service manager is told (systemd's sd_notify protocol): that the
 * daemon is ready, how it stands, and, where it keeps a watchdog, that the
 * control loop turns and the audio cycles go on. Nothing where there is no
 * service manager. Control thread.
 */

struct loop;
struct mixer;
struct service;

/* Says that the daemon is ready, now that OSC is bound, and goes on telling.
 * NULL without a service manager, memory or timer. */
struct service *service_open(struct mixer *mixer, struct loop *loop);

/* Says that it is stopping. */
void service_close(struct service *service);

#endif
