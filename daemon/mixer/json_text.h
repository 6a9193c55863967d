#ifndef MIXER_JSON_TEXT_H
#define MIXER_JSON_TEXT_H

#include <cjson/cJSON.h>
#include <stddef.h>

/*
 * A cJSON tree that remembers where in the text each value stands, and the
 * strictness that cJSON lacks: RFC 8259 numbers, no raw control characters,
 * no zero bytes, valid UTF-8. Control thread.
 */

#define JSON_TEXT_LARGEST (16U << 20) /* bytes */

/* Why a text is not JSON. */
struct json_fault {
	size_t offset;       /* byte in the text */
	char found[80];      /* an excerpt, or words for what stands there */
	const char *allowed; /* what could stand there */
};

/* Parses a whole text. Each node's `valueint` holds the byte offset at which
 * its value begins. Returns NULL and the first fault; delete the tree with
 * cJSON_Delete(). `text` must have a zero byte at text[size]. */
cJSON *json_text_parse(const char *text, size_t size, struct json_fault *fault);

/* Offset of the opening or closing quote of a member's key: both stand on one
 * line. */
size_t json_text_key(const char *text, const cJSON *member);

/* Line 1, 2, … of offset `to`, given that offset `from` (not after it) is in
 * line `line`. */
unsigned
json_text_line(const char *text, size_t from, unsigned line, size_t to);

/* Writes a value for people, briefly, as it stands in the text: "-6", "\"a\"",
 * "an array of 3", "an object". */
void
json_text_value(const char *text, const cJSON *node, char *out, size_t size);

/* "a number", "a string", …; "" for those that json_text_value names. */
const char *json_text_type(const cJSON *node);

#endif
