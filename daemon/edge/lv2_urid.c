#include "edge/lv2_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024U
#define MOST 65536U /* URIs; a plugin must not be able to fill the memory */

struct urid {
	const struct urid *next; /* in its bucket */
	LV2_URID number;
	char uri[];
};

static uint32_t
hash(const char *uri)
{
	uint32_t sum = 2166136261U; /* FNV-1a */

	for (; *uri != '\0'; uri++)
		sum = (sum ^ (unsigned char)*uri) * 16777619U;
	return sum % BUCKETS;
}

static LV2_URID
find(const struct urids *urids, const char *uri)
{
	const struct urid *urid = atomic_load_explicit(
	    &urids->bucket[hash(uri)], memory_order_acquire);

	for (; urid != NULL; urid = urid->next)
		if (strcmp(urid->uri, uri) == 0)
			return urid->number;
	return 0;
}

/* Under the lock. */
static LV2_URID
add(struct urids *urids, const char *uri)
{
	uint32_t count =
	    atomic_load_explicit(&urids->count, memory_order_relaxed);
	size_t size = strlen(uri) + 1;
	struct urid *urid =
	    count + 1 < MOST ? malloc(sizeof *urid + size) : NULL;
	struct urid *_Atomic *bucket = &urids->bucket[hash(uri)];

	if (urid == NULL)
		return 0;
	memcpy(urid->uri, uri, size);
	urid->number = count + 1;
	urid->next = atomic_load_explicit(bucket, memory_order_relaxed);
	atomic_store_explicit(
	    &urids->of[urid->number], urid, memory_order_release);
	atomic_store_explicit(bucket, urid, memory_order_release);
	atomic_store_explicit(
	    &urids->count, urid->number, memory_order_release);
	return urid->number;
}

LV2_URID
urids_number(struct urids *urids, const char *uri)
{
	LV2_URID number = find(urids, uri);

	if (number != 0)
		return number;
	pthread_mutex_lock(&urids->lock);
	number = find(urids, uri);
	if (number == 0)
		number = add(urids, uri);
	pthread_mutex_unlock(&urids->lock);
	return number;
}

static LV2_URID
map(LV2_URID_Map_Handle handle, const char *uri)
{
	return urids_number(handle, uri);
}

static const char *
unmap(LV2_URID_Unmap_Handle handle, LV2_URID number)
{
	struct urids *urids = handle;

	if (number == 0 || number >= MOST)
		return NULL;
	const struct urid *urid =
	    atomic_load_explicit(&urids->of[number], memory_order_acquire);
	return urid != NULL ? urid->uri : NULL;
}

int
urids_init(struct urids *urids)
{
	urids->bucket = calloc(BUCKETS, sizeof *urids->bucket);
	urids->of = calloc(MOST, sizeof *urids->of);
	urids->map = (LV2_URID_Map){ urids, map };
	urids->unmap = (LV2_URID_Unmap){ urids, unmap };
	pthread_mutex_init(&urids->lock, NULL);
	return urids->bucket != NULL && urids->of != NULL ? 0 : -ENOMEM;
}

void
urids_free(struct urids *urids)
{
	uint32_t count = atomic_load(&urids->count);

	for (uint32_t i = 1; urids->of != NULL && i <= count; i++)
		free(atomic_load(&urids->of[i]));
	free(urids->bucket);
	free(urids->of);
	pthread_mutex_destroy(&urids->lock);
}
