#include "edge/memory.h"

#include "edge/log.h"

#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define JACK_MEMORY "/dev/shm/jack-"
#define PAGE_LEAST 4096 /* bytes; no page is smaller */

/* CAP_IPC_LOCK is above the limit: tries to lock more, of which no page is
 * ever there. */
static bool
may_exceed(rlim_t limit)
{
	size_t size = (size_t)limit + 2 * (size_t)sysconf(_SC_PAGESIZE);
	void *at = mmap(NULL, size, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return false;
	bool may = mlock2(at, size, MLOCK_ONFAULT) == 0;
	munmap(at, size);
	return may;
}

int
memory_lock(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	/* Under a limit nothing is locked: a later mapping, such as JACK's of
	 * 100 MB and more, would fail at it. */
	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0 &&
	    getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY && !may_exceed(limit.rlim_cur)) {
		log_at(LOG_LEVEL_WARNING,
		    "memory is not locked: the limit is %lu kB, not "
		    "unlimited",
		    (unsigned long)limit.rlim_cur / 1024);
		return -1;
	}
	/* On fault: each thread's stack alone is megabytes of which a few
	 * pages are used. What the realtime thread needs is touched for it
	 * before it starts. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0) {
		log_at(LOG_LEVEL_WARNING, "memory is not locked: %s",
		    strerror(errno));
		return -1;
	}
	return 0;
}

/* Gives back a mapping of `length` bytes, but for what is kept of it. */
static void
trim_mapping(char *mapping, size_t length, const void *const *keep,
    size_t count, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t done = 0;
	bool here = false;

	for (size_t i = 0; i < count; i++) {
		size_t at = (uintptr_t)keep[i] - (uintptr_t)mapping;

		if ((uintptr_t)keep[i] < (uintptr_t)mapping || at >= length)
			continue;
		/* The page before it has what JACK notes of the port. */
		size_t from = at / page * page;
		if (here && from > done + page)
			madvise(mapping + done, from - page - done,
			    MADV_DONTNEED_LOCKED);
		here = true;
		done = (at + size + page - 1) / page * page;
	}
	if ((here || count == 0) && done < length)
		madvise(mapping + done, length - done, MADV_DONTNEED_LOCKED);
}

void
memory_trim_jack(const void *const *keep, size_t count, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	if (!maps)
		return;
	/* The buffers of every port that the server could ever have are more
	 * than 100 MB; a desk uses a page or two a port. But libjack locks them
	 * all if it may, and each walk through the ports maps them all. The
	 * pages are shared and stay in the server, which holds them in RAM;
	 * here they are mapped again as they are touched. */
	while (fgets(line, sizeof line, maps)) {
		void *start, *end;

		if (strstr(line, JACK_MEMORY) && strstr(line, " rw-s ") &&
		    sscanf(line, "%p-%p", &start, &end) == 2)
			trim_mapping(start,
			    (size_t)((char *)end - (char *)start), keep, count,
			    size);
	}
	fclose(maps);
}

/* It reads what nobody may have written, and what others write: sanitizers
 * are right to object elsewhere. */
__attribute__((no_sanitize("address", "thread"))) void
memory_touch(const void *at, size_t size)
{
	const volatile unsigned char *byte = at;

	if (!byte)
		return;
	for (size_t i = 0; i < size; i += PAGE_LEAST)
		(void)byte[i];
	if (size != 0)
		(void)byte[size - 1];
}

/* The program itself has no name. */
static int
touch_object(struct dl_phdr_info *object, size_t size, void *arg)
{
	const char *name = object->dlpi_name;

	(void)size;
	(void)arg;
	if (*name && !strstr(name, "/libjack") && !strstr(name, "/libc."))
		return 0;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];

		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		const void *at = (void *)(object->dlpi_addr + part->p_vaddr);
		if (part->p_type == PT_LOAD && (part->p_flags & PF_R) != 0)
			memory_touch(at, part->p_memsz);
	}
	return 0;
}

void
memory_touch_program(void)
{
	dl_iterate_phdr(touch_object, NULL);
}
