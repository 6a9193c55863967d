#ifndef CTL_VALUE_H
#define CTL_VALUE_H

#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Values as people type and read them, typed by the schema.
 */

#define VALUE_LONGEST 600 /* bytes of a value as text, terminator included */

/* The schema's row for an address by id or place, parts of which may be
 * patterns; NULL if it does not show which parameter is meant. */
const struct schema_param *value_param(const char *address);

/* Makes a value out of what was typed, as `param` wants it (NULL: a number if
 * it looks like one, else text): numbers may carry the unit ("-6dB"), levels
 * may be "-inf" or "off", switches "on" or "off". What fits nothing goes as
 * text, so that the daemon says what is allowed. `text` must outlive it. */
void value_parse(const struct schema_param *param, const char *text,
    struct schema_value *value);

/* Reads a number that may carry its unit, or one of the same kind: ms and s, Hz
 * and kHz. False for anything else, and then `number` is as before. */
bool value_in_unit(const char *unit, const char *text, double *number);

/* Writes a value as text that value_parse() reads back to the same value.
 * Control characters become "?", so that no text can play with a terminal. */
void value_text(const struct schema_value *value, char *text, size_t size);

/* The number of a value: for a float the shortest decimal that means the same
 * float, so that -12.3 does not become -12.300000190734863. */
double value_number(const struct schema_value *value);

/* Do both mean the same: the same text, or numbers that a float cannot tell
 * apart? */
bool value_equal(const struct schema_value *a, const struct schema_value *b);

#endif
