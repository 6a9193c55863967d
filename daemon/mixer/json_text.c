#include "mixer/json_text.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXCERPT 24 /* bytes of a text that are shown */
#define SHOWN 48   /* bytes of a value that are shown */

/* The walk through the text in step with the tree. */
struct walk {
	const char *text;
	size_t at;
	const char *allowed; /* what the fault at `at` should have been */
};

static int walk_value(struct walk *walk, cJSON *node);

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_blank(struct walk *walk)
{
	while (is_blank(walk->text[walk->at]))
		walk->at++;
}

/* Offset of the first byte that is not UTF-8, or `size`. */
static size_t
utf8_end(const char *text, size_t size)
{
	iconv_t to = iconv_open("UTF-32LE", "UTF-8");
	char *at = (char *)text, sink[4096];
	size_t left = size, done;

	if ((intptr_t)to == -1)
		return size;
	do {
		char *out = sink;
		size_t room = sizeof(sink);

		done = iconv(to, &at, &left, &out, &room);
	} while (done == (size_t)-1 && errno == E2BIG);
	iconv_close(to);
	return size - left;
}

/* cJSON has seen to quotes and escapes already. */
static int
walk_string(struct walk *walk)
{
	const char *text = walk->text;

	for (walk->at++; text[walk->at] != '"'; walk->at++) {
		if ((unsigned char)text[walk->at] < 0x20) {
			walk->allowed = "an escape such as \\n in place of a "
					"control character";
			return -1;
		}
		if (!strncmp(&text[walk->at], "\\u0000", 6)) {
			walk->allowed = "text without \\u0000";
			return -1;
		}
		walk->at += text[walk->at] == '\\';
	}
	walk->at++;
	return 0;
}

static size_t
digits(const char *s)
{
	size_t count = 0;

	while (isdigit((unsigned char)s[count]))
		count++;
	return count;
}

static int
walk_number(struct walk *walk)
{
	const char *s = &walk->text[walk->at];
	size_t at = s[0] == '-', count = digits(&s[at]);

	walk->allowed = "a JSON number such as -6, 0.5 or 1e-3";
	if (count == 0 || (count > 1 && s[at] == '0'))
		return -1;
	at += count;
	if (s[at] == '.') {
		count = digits(&s[at + 1]);
		if (!count)
			return -1;
		at += 1 + count;
	}
	if (s[at] == 'e' || s[at] == 'E') {
		at++;
		at += s[at] == '-' || s[at] == '+';
		count = digits(&s[at]);
		if (!count)
			return -1;
		at += count;
	}
	walk->at += at;
	return 0;
}

/* Members of an array or object, from the opening to the closing bracket. */
static int
walk_members(struct walk *walk, cJSON *parent)
{
	const bool keys = cJSON_IsObject(parent);

	walk->at++;
	for (cJSON *node = parent->child; node; node = node->next) {
		if (node != parent->child)
			walk->at++; /* the comma */
		skip_blank(walk);
		if (keys) {
			if (walk->text[walk->at] != '"' || walk_string(walk))
				return -1;
			skip_blank(walk);
			if (walk->text[walk->at] != ':')
				return -1;
			walk->at++;
		}
		if (walk_value(walk, node))
			return -1;
		skip_blank(walk);
		if (walk->text[walk->at] != (node->next ? ','
						: keys  ? '}'
							: ']'))
			return -1;
	}
	skip_blank(walk);
	if (walk->text[walk->at] != (keys ? '}' : ']'))
		return -1;
	walk->at++;
	return 0;
}

/* Where blanks are not JSON's, the character that is due is missing. */
static int
walk_value(struct walk *walk, cJSON *node)
{
	walk->allowed = "a blank, a tab or a line end between values";
	skip_blank(walk);
	node->valueint = (int)walk->at;
	if ((unsigned char)walk->text[walk->at] <= ' ')
		return -1;
	if (cJSON_IsString(node)) {
		if (walk_string(walk))
			return -1;
	} else if (cJSON_IsNumber(node)) {
		if (walk_number(walk))
			return -1;
	} else if (cJSON_IsArray(node) || cJSON_IsObject(node)) {
		return walk_members(walk, node);
	} else {
		walk->at += cJSON_IsFalse(node) ? 5 : 4;
	}
	walk->allowed = "a blank, a tab or a line end between values";
	return 0;
}

/* A few bytes of the text in printable ASCII, to the end of the line. */
static void
excerpt(char found[80], const char *text, size_t size, size_t at)
{
	size_t count = 0;
	char shown[EXCERPT + 1];

	if (at >= size) {
		snprintf(found, 80, "the end of the file");
		return;
	}
	if (text[at] < ' ' || text[at] > '~') {
		snprintf(found, 80, "byte 0x%02x", (unsigned char)text[at]);
		return;
	}
	while (count < EXCERPT && at + count < size &&
	       (unsigned char)text[at + count] >= ' ') {
		char c = text[at + count];

		shown[count++] = c >= ' ' && c < 0x7f ? c : '?';
	}
	shown[count] = '\0';
	snprintf(found, 80, "%s", shown);
}

/* The usual slips, told from what stands at the fault and before it; or NULL. */
static const char *
guess_allowed(const char *text, size_t size, size_t at)
{
	size_t before = at;
	char last;

	if (at >= size)
		return "the rest of the JSON value";
	while (before > 0 && is_blank(text[before - 1]))
		before--;
	last = before > 0 ? text[before - 1] : '\0';
	if (last == ',' && strchr("}]", text[at]))
		return "another value, or no comma before this";
	if (text[at] == '/' || text[at] == '#')
		return "JSON, which has no comments";
	if (text[at] == '\'')
		return "text in double quotes";
	if (last && (isalnum((unsigned char)last) || strchr("\"]}", last)) &&
	    strchr("\"{[", text[at]))
		return "a comma or a colon before this";
	return NULL;
}

/* Does a text that begins here end on the same line? */
static bool
closes(const char *text)
{
	size_t at = 1;

	while (text[at] != '"' && text[at] != '\n' && text[at] != '\0')
		at += text[at] == '\\' && text[at + 1] ? 2 : 1;
	return text[at] == '"';
}

/* cJSON points one byte into a text that is wrong: back to its beginning.
 * Returns what is due there, or NULL where it points right. */
static const char *
back_to_text(const char *text, size_t *at)
{
	size_t before = *at;

	if (text[before] == '\0')
		return NULL;
	if (before > 0 && text[before - 1] == '"') {
		--*at;
		return closes(&text[*at])
			   ? "text with escapes that JSON has"
			   : "text with a closing quote on the same line";
	}
	if (before < 2 || is_blank(text[before - 1]) ||
	    strchr("[:", text[before - 1]))
		return NULL;
	before--;
	while (before > 0 && is_blank(text[before - 1]))
		before--;
	if (before == 0 || !strchr("{,", text[before - 1]))
		return NULL;
	--*at;
	return "a key in double quotes";
}

static void
set_fault(struct json_fault *fault, const char *text, size_t size, size_t at,
    const char *allowed)
{
	fault->offset = at < size ? at : size;
	excerpt(fault->found, text, size, at);
	fault->allowed = allowed;
}

static void
syntax_fault(
    struct json_fault *fault, const char *text, size_t size, const char *end)
{
	size_t at = end ? (size_t)(end - text) : 0;
	const char *allowed = back_to_text(text, &at);
	const char *guess;

	while (at < size && is_blank(text[at]))
		at++;
	guess = guess_allowed(text, size, at);
	set_fault(fault, text, size, at,
	    guess     ? guess
	    : allowed ? allowed
		      : "valid JSON");
}

cJSON *
json_text_parse(const char *text, size_t size, struct json_fault *fault)
{
	struct walk walk = { .text = text };
	const char *end = NULL, *zero = memchr(text, '\0', size);
	const size_t valid = utf8_end(text, size);
	cJSON *root;

	if (zero) {
		set_fault(fault, text, size, (size_t)(zero - text),
		    "text without zero bytes");
		return NULL;
	}
	if (valid < size) {
		set_fault(fault, text, size, valid, "UTF-8");
		return NULL;
	}
	/* Handing over the zero byte too makes cJSON point behind the text
	 * where the text ends too early. */
	root = cJSON_ParseWithLengthOpts(text, size + 1, &end, 0);
	if (!root) {
		syntax_fault(fault, text, size, end);
		return NULL;
	}
	if (!strncmp(text, "\xef\xbb\xbf", 3))
		walk.at = 3;
	if (!walk_value(&walk, root)) {
		skip_blank(&walk);
		if (walk.at == size)
			return root;
		walk.allowed = "nothing behind the end of the value";
	}
	set_fault(fault, text, size, walk.at, walk.allowed);
	cJSON_Delete(root);
	return NULL;
}

size_t
json_text_key(const char *text, const cJSON *member)
{
	size_t at = (size_t)member->valueint;

	while (at > 0 && text[at - 1] != '"')
		at--;
	return at > 0 ? at - 1 : 0;
}

unsigned
json_text_line(const char *text, size_t from, unsigned line, size_t to)
{
	for (size_t at = from; at < to; at++)
		line += text[at] == '\n';
	return line;
}

/* Bytes of a string or number as it is written. */
static size_t
token_size(const char *s)
{
	size_t at = 1;

	if (s[0] != '"')
		return strcspn(s, ",]} \t\r\n");
	while (s[at] != '"')
		at += s[at] == '\\' ? 2 : 1;
	return at + 1;
}

void
json_text_value(const char *text, const cJSON *node, char *out, size_t size)
{
	const char *s = &text[node->valueint];
	size_t count = token_size(s), shown;

	if (cJSON_IsArray(node)) {
		snprintf(out, size, node->child ? "an array of %d" : "[]",
		    cJSON_GetArraySize(node));
		return;
	}
	if (cJSON_IsObject(node)) {
		snprintf(out, size, node->child ? "an object" : "{}");
		return;
	}
	if (count <= SHOWN) {
		snprintf(out, size, "%.*s", (int)count, s);
		return;
	}
	/* Not within a character. */
	for (shown = SHOWN - 3; ((unsigned char)s[shown] & 0xc0) == 0x80;)
		shown--;
	snprintf(out, size, "%.*s...%s", (int)shown, s, *s == '"' ? "\"" : "");
}

const char *
json_text_type(const cJSON *node)
{
	if (cJSON_IsString(node))
		return "a string";
	if (cJSON_IsNumber(node))
		return "a number";
	return "";
}
