#include "mixer/undo.h"

#include "mixer/desk_map.h"
#include "mixer/fade.h"
#include "mixer/history.h"
#include "mixer/meters_fold.h"
#include "mixer/mixer_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value as it was. */
struct note {
	struct address address;
	struct schema_value value;
	char *text; /* of the value, owned; NULL for a number */
};

struct step {
	char label[UNDO_LABEL];
	struct note *note;
	size_t notes, room;
};

struct undo {
	struct step step[UNDO_STEPS]; /* the oldest first */
	size_t steps;
	bool open; /* the newest is being made */
};

static void
step_free(struct step *step)
{
	for (size_t i = 0; i < step->notes; i++)
		free(step->note[i].text);
	free(step->note);
	*step = (struct step){ .note = NULL };
}

struct undo *
undo_new(void)
{
	return calloc(1, sizeof(struct undo));
}

void
undo_free(struct undo *undo)
{
	if (undo == NULL)
		return;
	for (size_t i = 0; i < undo->steps; i++)
		step_free(&undo->step[i]);
	free(undo);
}

static void
step_follow(struct step *step, const struct desk_map *map)
{
	size_t kept = 0;

	for (size_t i = 0; i < step->notes; i++)
		if (desk_map_address(map, &step->note[i].address))
			step->note[kept++] = step->note[i];
		else
			free(step->note[i].text);
	step->notes = kept;
}

void
undo_follow(struct undo *undo, const struct desk_map *map)
{
	size_t kept = 0;

	for (size_t i = 0; i < undo->steps; i++) {
		step_follow(&undo->step[i], map);
		if (undo->step[i].notes == 0)
			step_free(&undo->step[i]);
		else
			undo->step[kept++] = undo->step[i];
	}
	undo->steps = kept;
}

void
mixer_undo_begin(struct mixer *mixer, const char *label)
{
	struct undo *undo = mixer->undo;

	if (undo->steps == UNDO_STEPS) {
		step_free(&undo->step[0]);
		undo->steps--;
		memmove(&undo->step[0], &undo->step[1],
		    undo->steps * sizeof undo->step[0]);
	}
	struct step *step = &undo->step[undo->steps++];
	*step = (struct step){ .note = NULL };
	snprintf(step->label, sizeof step->label, "%s", label);
	undo->open = true;
}

void
mixer_undo_end(struct mixer *mixer)
{
	struct undo *undo = mixer->undo;

	undo->open = false;
	if (undo->steps != 0 && undo->step[undo->steps - 1].notes == 0)
		step_free(&undo->step[--undo->steps]);
}

void
undo_note(struct mixer *mixer, const struct address *address)
{
	struct undo *undo = mixer->undo;

	if (!undo->open)
		return;
	struct step *step = &undo->step[undo->steps - 1];
	if (step->notes == step->room) {
		size_t room = step->room * 2 + 16;
		struct note *more = realloc(step->note, room * sizeof *more);
		if (more == NULL)
			return;
		step->note = more;
		step->room = room;
	}
	struct note *note = &step->note[step->notes];
	*note = (struct note){ .address = *address };
	mixer_get(mixer, address, &note->value);
	if (note->value.text != NULL) {
		note->text = strdup(note->value.text);
		note->value.text = note->text;
		if (note->text == NULL)
			return;
	}
	step->notes++;
}

void
mixer_undo_each(const struct mixer *mixer,
    void (*each)(void *arg, const struct address *address), void *arg)
{
	const struct undo *undo = mixer->undo;

	if (undo->steps == 0 || undo->open)
		return;
	const struct step *step = &undo->step[undo->steps - 1];
	for (size_t i = 0; i < step->notes; i++)
		each(arg, &step->note[i].address);
}

unsigned
mixer_undo(struct mixer *mixer, const void *origin, char label[UNDO_LABEL])
{
	struct undo *undo = mixer->undo;
	unsigned count = 0;
	char why[200];

	label[0] = '\0';
	if (undo->steps == 0 || undo->open)
		return 0;
	/* What is on its way would else move on from what is taken back. */
	mixer_fade_stop(mixer);
	struct step step = undo->step[--undo->steps];
	/* Backwards, so that what was set twice ends as it was at first. */
	for (size_t i = step.notes; i-- > 0; count++)
		mixer_set(mixer, &step.note[i].address, &step.note[i].value,
		    origin, why, sizeof why);
	history_forget_all(meters_history(mixer->meters));
	snprintf(label, UNDO_LABEL, "%s", step.label);
	step_free(&step);
	return count;
}
