#include "edge/lv2_guard.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>

/*
 * The C library's memory functions for the whole process, which first note
 * that the calling thread allocates: a plugin that does so in its run() is
 * found out. What a plugin gets is zero, since some start with what they find
 * in it, which may be the NaN that they left there before a reset. Sanitizers
 * have memory functions of their own.
 */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(realtime_sanitizer) || __has_feature(memory_sanitizer)
#define OWN_MALLOC 0
#endif
#endif

#if !defined(OWN_MALLOC) && defined(__GLIBC__)

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

void *
malloc(size_t size)
{
	return lv2_guard_note_allocation() ? __libc_calloc(1, size)
					   : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	lv2_guard_note_allocation();
	return __libc_calloc(count, size);
}

void *
realloc(void *memory, size_t size)
{
	lv2_guard_note_allocation();
	return __libc_realloc(memory, size);
}

void
free(void *memory)
{
	if (memory == NULL)
		return;
	lv2_guard_note_allocation();
	__libc_free(memory);
}

void *
memalign(size_t alignment, size_t size)
{
	lv2_guard_note_allocation();
	return __libc_memalign(alignment, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	lv2_guard_note_allocation();
	return __libc_memalign(alignment, size);
}

int
posix_memalign(void **memory, size_t alignment, size_t size)
{
	lv2_guard_note_allocation();
	if (alignment % sizeof(void *) != 0 ||
	    (alignment & (alignment - 1)) != 0 || alignment == 0)
		return EINVAL;
	void *made = __libc_memalign(alignment, size);
	if (made == NULL)
		return ENOMEM;
	*memory = made;
	return 0;
}

#endif
