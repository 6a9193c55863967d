#ifndef PROTOCOL_PACKET_H
#define PROTOCOL_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The guard that every datagram passes before anything else looks at it, and
 * the walk over the messages of a packet that passed. Reads only the bytes it
 * is given; allocates nothing. Any thread.
 */

#define PACKET_LARGEST 65536 /* bytes */
#define PACKET_DEEPEST 8     /* bundles in bundles */
#define PACKET_NOW 1         /* the OSC time tag "immediately" */

/* Why a packet was refused. packet_reason() names each for people. */
enum packet_fault {
	PACKET_OK,
	PACKET_SIZE,      /* empty, over PACKET_LARGEST, or no multiple of 4 */
	PACKET_ADDRESS,   /* no "/" in front, unterminated or badly padded */
	PACKET_TYPES,     /* type tag without ",", unterminated, unknown type */
	PACKET_ARGUMENTS, /* an argument past the end, or bytes left over */
	PACKET_BUNDLE,    /* header, element size or depth of a bundle */
	PACKET_FAULTS
};

/* One message inside a checked packet. Everything points into the packet. */
struct packet_message {
	const char *address;
	const char *types; /* without ","; "" too where there is no type tag */
	const uint8_t *data; /* the whole message, as liblo deserialises it */
	size_t size;         /* bytes of the whole message */
	bool tagged;         /* there is a type tag */
	uint64_t time;       /* NTP; see packet_each() */
};

/* Checks a whole packet: sizes, padding, type tags (i f d h s S b T F N I t c
 * m r and "[" "]" arrays are refused), each argument inside its message, bundle
 * depth and element sizes exact. */
enum packet_fault packet_check(const void *data, size_t size);

/* Short words for a fault, such as "bad size". */
const char *packet_reason(enum packet_fault fault);

/* Calls `each` for every message of a packet that packet_check passed, in
 * order, bundles opened. Its time is the time tag of its bundle, or of a bundle
 * around that one if that is later (nothing is due before what encloses it);
 * PACKET_NOW outside of bundles. Stops when `each` returns non-zero and returns
 * that. */
int packet_each(const void *data, size_t size,
    int (*each)(void *arg, const struct packet_message *message), void *arg);

#endif
