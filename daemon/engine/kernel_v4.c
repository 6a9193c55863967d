#include "engine/kernel_body.h"

/* Built with the flags of the machine it is for, or not at all. */
#if defined(__AVX512F__) && defined(__AVX512VL__)
#define WIDE 16
#define KERNELS kernels_v4
#define KERNELS_NAME "v4"
#include "engine/kernel_wide.h"
#endif
