#include "edge/cable.h"

#include <stdlib.h>
#include <string.h>

struct cable *
cables_find(const struct cables *cables, size_t port, const char *other)
{
	for (size_t i = 0; i < cables->count; i++)
		if (cables->cable[i].port == port &&
		    strcmp(cables->cable[i].other, other) == 0)
			return &cables->cable[i];
	return NULL;
}

/* Programs that have a new name at every start must not fill the memory. */
static void
forget_one(struct cables *cables)
{
	size_t i = 0;

	while (i < cables->count && cables->cable[i].seen)
		i++;
	if (i == cables->count)
		return;
	free(cables->cable[i].other);
	cables->count--;
	memmove(&cables->cable[i], &cables->cable[i + 1],
	    (cables->count - i) * sizeof *cables->cable);
}

static struct cable *
cables_add(struct cables *cables, size_t port, const char *other)
{
	struct cable *cable;

	if (cables->count == CABLES_MOST)
		forget_one(cables);
	if (cables->count == CABLES_MOST)
		return NULL;
	if (cables->count == cables->room) {
		size_t room = cables->room ? 2 * cables->room : 64;

		cable = realloc(cables->cable, room * sizeof *cable);
		if (!cable)
			return NULL;
		cables->cable = cable;
		cables->room = room;
	}
	cable = &cables->cable[cables->count];
	*cable = (struct cable){ .port = port, .other = strdup(other) };
	if (!cable->other)
		return NULL;
	cables->count++;
	return cable;
}

void
cables_see(struct cables *cables, size_t port, const char *other)
{
	struct cable *cable = cables_find(cables, port, other);

	if (!cable)
		cable = cables_add(cables, port, other);
	if (!cable)
		return;
	cable->wanted = cable->seen = true;
	cable->since = 0;
}

void
cables_copy(struct cables *cables, const struct cable *cable, size_t port)
{
	struct cable *copy = cables_add(cables, port, cable->other);

	if (!copy)
		return;
	copy->wanted = cable->wanted;
	copy->seen = cable->seen;
	copy->since = cable->since;
}

bool
cable_miss(struct cable *cable, double now)
{
	if (!cable->seen || !cable->wanted)
		return false;
	if (cable->since == 0)
		cable->since = now;
	if (now - cable->since < CABLE_DOUBT)
		return true;
	cable->wanted = cable->seen = false;
	return false;
}

void
cables_renew(struct cables *cables, const char *other)
{
	for (size_t i = 0; i < cables->count; i++) {
		struct cable *cable = &cables->cable[i];

		if (other && strcmp(cable->other, other) != 0)
			continue;
		cable->seen = false;
		cable->since = 0;
	}
}

void
cables_free(struct cables *cables)
{
	for (size_t i = 0; i < cables->count; i++)
		free(cables->cable[i].other);
	free(cables->cable);
	*cables = (struct cables){ 0 };
}
