#include "engine/kernel_body.h"

/* Built with the flags of the machine it is for, or not at all. */
#if defined(__SSE4_1__)
#define WIDE 4
#define KERNELS kernels_v2
#define KERNELS_NAME "v2"
#include "engine/kernel_wide.h"
#endif
