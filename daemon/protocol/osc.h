#ifndef PROTOCOL_OSC_H
#define PROTOCOL_OSC_H

#include "protocol/packet.h"
#include "protocol/schema.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/*
 * OSC messages to and from values, through liblo, for both sides of the wire.
 * Holds no state but the caller's structs; one thread per struct.
 *
 * Messages that go out carry 'i', 'f', 's' and 'h' only. In a value list each
 * is in schema_value.number or .text. After a format such as "hhsif" stand
 * 'i' int32_t, 'h' int64_t, 'f' double, 's' const char *; never NULL.
 */

/* Largest packet that is sent, in bytes: fits an Ethernet frame over IPv6. */
#define OSC_PACKET 1400

/* Room for the values of any message of ours: both lanes of a meter, the
 * longest event. */
#define OSC_ARGUMENTS 16

/* Writes one message from `count` values. Returns its size in bytes, or -1
 * where it does not fit `size`, a type is none of ours, or without memory;
 * then `to` is untouched. */
int osc_write(void *to, size_t size, const char *address,
    const struct schema_value values[], size_t count);

/* The same from a format; "" writes a get, that is a message of no values. */
int
osc_print(void *to, size_t size, const char *address, const char *types, ...);
int osc_vprint(void *to, size_t size, const char *address, const char *types,
    va_list values);

/* Collects messages into bundles (time tag "immediately") of at most
 * OSC_PACKET bytes, in order. One message alone goes out plain. Nothing in it
 * is owned: made by osc_pack_start(), dropped at will. */
struct osc_packer {
	void (*send)(void *arg, const void *packet, size_t size);
	void *arg;
	size_t count; /* messages collected */
	size_t size;  /* bytes of the bundle so far, its header included */
	uint8_t data[2 * OSC_PACKET + 32]; /* the bundle and one more message */
};

/* Makes an empty packer that hands each full packet to `send`; the packet is
 * valid during that call only, and `send` must not use this packer. */
void osc_pack_start(struct osc_packer *packer,
    void (*send)(void *arg, const void *packet, size_t size), void *arg);

/* Adds a message, after sending what was collected if it would not fit with
 * it. Returns 0, or -1 as osc_write() does or for a message of more than
 * OSC_PACKET bytes: then the packer is as before. */
int osc_pack(struct osc_packer *packer, const char *address,
    const struct schema_value values[], size_t count);
int osc_pack_print(
    struct osc_packer *packer, const char *address, const char *types, ...);

/* Sends what was collected, if anything. */
void osc_pack_flush(struct osc_packer *packer);

/* Reads the arguments of a message from packet_each(): 0 for one without type
 * tag. Returns how many there are, or -1 where they are more than `max` or
 * without memory. Types are as they came: numbers of i h f d in .number, 1 and
 * 0 for T and F; texts of s and S point into the packet; for the other types
 * (N I b t m c r) number is 0 and text NULL. Text is not checked as UTF-8:
 * schema_accept() does. */
int osc_arguments(const struct packet_message *message,
    struct schema_value values[], size_t max);

#endif
