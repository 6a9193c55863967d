#ifndef MIXER_PORT_PATTERN_H
#define MIXER_PORT_PATTERN_H

/*
 * A regular expression for names of JACK ports. Whatever it is, to read it and
 * to match it take a bounded time: some ms at most. One thread at a time.
 */

struct port_pattern;

enum port_pattern_match {
	PORT_PATTERN_DIFFERS,
	PORT_PATTERN_MATCHES,
	PORT_PATTERN_GIVES_UP, /* it would take too many steps */
};

#define PORT_PATTERN_WHY 128 /* bytes, with the zero byte */

/* `expression` as in pcre2pattern(3), of bytes. Returns NULL with the reason
 * in `why` if it is none, or if there is no memory. */
struct port_pattern *
port_pattern_new(const char *expression, char why[PORT_PATTERN_WHY]);

/* Does it match the whole of `name`? */
enum port_pattern_match
port_pattern_match(const struct port_pattern *pattern, const char *name);

/* NULL is none. */
void port_pattern_free(struct port_pattern *pattern);

#endif
