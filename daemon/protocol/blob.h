#ifndef PROTOCOL_BLOB_H
#define PROTOCOL_BLOB_H

#include "protocol/packet.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The meter blob, for both sides of the wire: every lane of every stage of a
 * layout in as few packets as it takes. A packet is one OSC message of one
 * blob, all of whose numbers are big-endian:
 *
 *	 0  uint32  layout   number of the layout that the entries belong to
 *	 4  uint32  tick     counts up by one a reading, and wraps
 *	 8  uint16  packet   of this reading, from 0
 *	10  uint16  packets  of this reading
 *	12  uint32  first    entry that comes first in this packet
 *	16  entries of three int16 each: peak, RMS and true peak
 *
 * Pure functions, any thread.
 */

#define BLOB_ADDRESS "/meters/blob"
#define BLOB_PACKET 1396      /* bytes of a packet at most */
#define BLOB_HEADER 16        /* bytes before the first entry */
#define BLOB_ENTRY 6          /* bytes */
#define BLOB_ENTRIES 226      /* in a packet at most: what fits */
#define BLOB_SILENCE (-20000) /* and the least */

struct blob_header {
	uint32_t layout, tick;
	uint16_t packet, packets;
	uint32_t first;
};

/* What one lane of one stage reads, in hundredths of a dB. */
struct blob_entry {
	int16_t peak, rms, true_peak;
};

/* A level in dB as hundredths of it: the nearest, halves away from 0, from
 * BLOB_SILENCE to 32767; BLOB_SILENCE for NaN. And the way back. */
int16_t blob_level(double db);
double blob_db(int16_t level);

/* Packets that so many entries take. All but the last are full. */
size_t blob_packets(size_t entries);

/* Writes a packet of at most BLOB_ENTRIES entries, the whole message. Returns
 * its size in bytes. */
size_t blob_write(uint8_t to[BLOB_PACKET], const struct blob_header *header,
    const struct blob_entry *entry, size_t entries);

/* Reads a checked message. Returns the number of its entries, which begin at
 * `*entries`, or -1 if it is no meter blob: by address, type, size, or packet
 * numbers that contradict each other. */
int blob_read(const struct packet_message *message, struct blob_header *header,
    const uint8_t **entries);

/* The entry at an index among those. */
struct blob_entry blob_entry_at(const uint8_t *entries, size_t index);

#endif
