#ifndef PROTOCOL_URL_H
#define PROTOCOL_URL_H

/*
 * Where OSC is listened for and sent to: "udp://HOST:PORT", as liblo also
 * writes it "osc.udp://HOST:PORT/", and the same for tcp. Pure functions, any
 * thread.
 */

#define URL_HOST 256 /* bytes, terminator included */

enum url_transport { URL_UDP, URL_TCP };

struct url {
	enum url_transport transport;
	char host[URL_HOST]; /* a name, IPv4, or IPv6 without its brackets */
	char port[6];        /* "1" to "65535" */
};

/* For error texts, behind "udp://HOST:PORT". */
#define URL_ALLOWED                                                 \
	" with a name, an IPv4 address or an [IPv6] address, port " \
	"1 to 65535"

/* The port of headroomd where none is given. */
#define URL_PORT "9018"

/* Reads a URL. `port` is taken where the URL has none; NULL: it must have one.
 * Returns 0, or -1 where it is none: `url` is undefined then. */
int url_parse(const char *text, const char *port, struct url *url);

#endif
