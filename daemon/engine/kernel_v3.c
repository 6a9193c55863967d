#include "engine/kernel_body.h"

/* Built with the flags of the machine it is for, or not at all. */
#if defined(__AVX2__) && defined(__FMA__)
#define WIDE 8
#define KERNELS kernels_v3
#define KERNELS_NAME "v3"
#include "engine/kernel_wide.h"
#endif
