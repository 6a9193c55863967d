#ifndef EDGE_STATE_DIR_H
#define EDGE_STATE_DIR_H

/*
 * Where headroomd keeps what it must remember between two starts. Control
 * thread, at start.
 */

/* The directory that was asked for, else $STATE_DIRECTORY of systemd, else
 * $XDG_STATE_HOME/headroom, else ~/.local/state/headroom; it is made if it is
 * not there. The caller frees it. NULL, and a line in the log, if there is
 * none. */
char *state_dir_open(const char *wanted);

/* The name of that directory, which may not be there; nothing is made and nothing
 * is said. NULL if nothing names one. */
char *state_dir_name(const char *wanted);

/* Takes the directory for this process, until the descriptor that is returned is
 * closed. -EWOULDBLOCK, and a line in the log that says who has it, if another
 * one does; another -errno, and a line, where nobody can take it. */
int state_dir_lock(const char *directory);

#endif
