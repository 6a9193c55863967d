#ifndef CTL_EXPORT_H
#define CTL_EXPORT_H

#include "command.h"
#include "roster.h"

#include <stdio.h>

/*
 * Control surfaces for a desk, made from what the daemon tells of it.
 */

struct cJSON;

/* Every address of the desk as CSV (RFC 4180), described by the daemon. */
enum status
export_table(struct command *command, const struct roster *roster, FILE *file);

/* A session of Open Stage Control: a page for the channels, one for the buses,
 * one for what is sent to each bus, one for the monitor and one for groups.
 * `target` is HOST:PORT. NULL without memory; the caller frees it. */
struct cJSON *export_session(const struct roster *roster, const char *target);

#endif
