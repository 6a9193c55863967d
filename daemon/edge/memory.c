#include "edge/memory.h"

#include "edge/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define JACK_MEMORY "/dev/shm/jack-"

int
memory_lock(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	/* Under a limit nothing is locked: a later mapping, such as JACK's of
	 * 100 MB and more, would fail at it. */
	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0 &&
	    getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY) {
		log_line("memory is not locked: the limit is %lu kB, not "
			 "unlimited",
		    (unsigned long)limit.rlim_cur / 1024);
		return -1;
	}
	/* On fault: each thread's stack alone is megabytes of which a few
	 * pages are used. What the realtime thread needs is touched for it
	 * before it starts. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0) {
		log_line("memory is not locked: %s", strerror(errno));
		return -1;
	}
	return 0;
}

void
memory_trim_jack(void)
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
			madvise(start, (size_t)((char *)end - (char *)start),
			    MADV_DONTNEED_LOCKED);
	}
	fclose(maps);
}
