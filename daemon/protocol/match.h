#ifndef PROTOCOL_MATCH_H
#define PROTOCOL_MATCH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * OSC address patterns (OSC 1.0 "?", "*", "[a-z]", "[!x]", "{a,b}" within one
 * path part, OSC 1.1 "//" over any number of parts). Time is bounded by
 * pattern length times address length: no backtracking. Any thread.
 */

/* Longest pattern and longest address that are looked at, in bytes. */
#define MATCH_LONGEST 255

/* Is there anything in the text that makes it a pattern, not an address? */
bool match_is_pattern(const char *text);

/* Is this a usable pattern: begins with "/", not longer than MATCH_LONGEST,
 * printable ASCII without blank, "#" or ",": outside braces, brackets and
 * braces closed within their part? */
bool match_is_valid(const char *pattern);

/* Does the part of `pattern` (`pattern_size` bytes, no "/") match all of the
 * `text_size` bytes of `text`? */
bool match_part(const char *pattern, size_t pattern_size, const char *text,
    size_t text_size);

/* Does the whole pattern match the whole address? False for a pattern that
 * match_is_valid refuses. */
bool match_address(const char *pattern, const char *address);

#endif
