#ifndef MIXER_DESK_LOG_H
#define MIXER_DESK_LOG_H

struct mixer;

/* Logs, as an event, that another desk is at work now: `action` is what was
 * done, "reload", 15 bytes at most, and `changes` what it made of the desk,
 * "2 added, 1 removed", of which 95 bytes are kept. Control thread. */
void desk_log(struct mixer *mixer, const char *action, const char *changes);

#endif
