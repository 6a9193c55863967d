#ifndef CTL_ADVISE_H
#define CTL_ADVISE_H

#include "advice.h"
#include "command.h"

/*
 * Asks the daemon for its findings. One thread.
 */

/* Takes what stands now in the place of what `report` holds, zeroed to begin
 * with. Prints why if the status is not STATUS_OK. */
enum status advise_ask(struct command *command, struct advice_report *report);

void advise_forget(struct advice_report *report);

#endif
