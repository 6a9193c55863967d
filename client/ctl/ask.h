#ifndef CTL_ASK_H
#define CTL_ASK_H

#include "command.h"

#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Questions and their answers: what get and set have in common.
 */

struct ask_item {
	const char *address; /* or a pattern; not owned */
	bool pattern;
	bool answered;
	bool refused; /* an /error about it came, and was printed */
};

struct ask;

/* A list of questions; NULL without memory. */
struct ask *ask_new(struct command *command);
void ask_free(struct ask *ask);

/* Is this an address or pattern that can be sent? If not, says so. */
bool ask_is_address(const char *text);

/* Adds a question. Prints why if the status is not STATUS_OK: STATUS_USAGE for
 * what ask_is_address() refuses, STATUS_LOST without memory. */
enum status ask_add(struct ask *ask, const char *address);

/* Keeps an answer, in the place of an earlier one from the same address. */
void ask_keep(struct ask *ask, const struct link_message *message);

/* Sends what the link has collected and the questions behind it, waits for one
 * answer to each address and, for patterns, until 150 ms pass without one.
 * Prints errors at once. */
enum status ask_run(struct ask *ask);

/* Prints the answers by `print`, in the order in which they came. */
void ask_print(const struct ask *ask,
    void (*print)(struct output *out, const struct link_message *message));

/* The item at an index, and the answers in the order in which they came, one
 * for each address. */
const struct ask_item *ask_item(const struct ask *ask, size_t index);
const struct link_message *ask_answer(const struct ask *ask, size_t index);
size_t ask_answers(const struct ask *ask);

#endif
