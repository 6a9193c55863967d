#include "engine/kernel.h"

#include "engine/kernel_body.h"

#include <stddef.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

/* What kernel_v2.c, kernel_v3.c and kernel_v4.c are built to use. */
#if defined(__x86_64__)
static bool
can_v4(void)
{
	return __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("fma");
}

static bool
can_v3(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool
can_v2(void)
{
	return __builtin_cpu_supports("sse4.1") &&
	       __builtin_cpu_supports("popcnt");
}
#endif

static bool
can_portable(void)
{
	return true;
}

static const struct {
	const struct kernels *kernels;
	bool (*can)(void);
} known[] = {
#if defined(__x86_64__)
	{ &kernels_v4, can_v4 },
	{ &kernels_v3, can_v3 },
	{ &kernels_v2, can_v2 },
#endif
	{ &kernels_portable, can_portable },
};

const struct kernels *
kernel_at(unsigned index)
{
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].can() && index-- == 0)
			return known[i].kernels;
	return NULL;
}

static bool
same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

const struct kernels *
kernel_named(const char *name)
{
	const struct kernels *kernels;

	for (unsigned i = 0; (kernels = kernel_at(i)) != NULL; i++)
		if (same(kernels->name, name))
			return kernels;
	return NULL;
}

uint32_t
kernel_invalid(const float *x, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++)
		count += kernel_bits(x[i]) > kernel_bits(KERNEL_LARGEST);
	return count;
}

void
kernel_flush_denormals(void)
{
#if defined(__SSE2__)
	/* FTZ is bit 15 and DAZ bit 6 of MXCSR. */
	_mm_setcsr(_mm_getcsr() | 0x8040U);
#elif defined(__aarch64__)
	uint64_t control;
	__asm__ volatile("mrs %0, fpcr" : "=r"(control));
	__asm__ volatile("msr fpcr, %0" : : "r"(control | (1ULL << 24)));
#endif
}
