#ifndef EDGE_LV2_H
#define EDGE_LV2_H

#include "mixer/plugin.h"

/*
 * The LV2 plugins of this machine as the mixer's plugin host. What is known of
 * them is read on the control thread; instances are made, reset and ended on a
 * worker thread of the host's own. Control thread, but for
 * lv2_host_guard_thread().
 */

struct loop;

/* Finds what is installed (LV2_PATH, else the usual places). While it lives, a
 * plugin that takes the process down is written to the file crashed-plugins in
 * `state_dir`, and load() refuses it from then on; NULL does without. There is
 * one host with a directory at a time. NULL without memory or a thread. */
struct plugin_host *lv2_host_new(struct loop *loop, const char *state_dir);

/* Waits for what is being made, but not for ever, and ends all instances; who
 * asked for one is told that there is none. Nothing may be running them. */
void lv2_host_free(struct plugin_host *host);

/* Lets load() try a plugin again that took the process down. Returns 0, also
 * if it never did, or -errno. */
int lv2_host_forgive(struct plugin_host *host, const char *uri);

/* Gives the calling thread a stack of its own for the handler of fatal
 * signals, so that a plugin that used up the thread's stack is remembered too.
 * Any thread that runs plugins, once, before it does. */
void lv2_host_guard_thread(void);

#endif
