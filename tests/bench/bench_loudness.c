#include "tests/bench/bench_time.h"

#include "engine/kernel.h"
#include "mixer/loudness.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * What loudness costs: K-weighting of a stereo strip on the realtime thread,
 * beside one scan of the same lanes, and taking in a window on the control
 * thread.
 */

#define FRAMES 256
#define ROUNDS 41 /* the median of these is printed */
#define CALLS 4000

struct job {
	struct weighting weighting;
	struct meter_program program;
	struct loudness *loudness;
	float x[2][FRAMES];
	double squares;
};

static void
run_weighting(struct job *job)
{
	const float *x[] = { job->x[0], job->x[1] };

	weighting_run(
	    &job->weighting, x, 2, 0.9F, false, FRAMES, &job->program);
}

static void
run_scan(struct job *job)
{
	static const float before[KERNEL_LAST];

	for (int lane = 0; lane < 2; lane++)
		job->squares +=
		    kernel_at(0)->scan(job->x[lane], FRAMES, before).squares;
}

static void
run_fold(struct job *job)
{
	struct loudness_window window = {
		.program = &job->program, .lanes = 2, .frames = 480
	};

	loudness_fold(job->loudness, &window);
}

static void
run_read(struct job *job)
{
	struct loudness_reading reading;

	loudness_read(job->loudness, &reading);
	job->squares += reading.integrated;
}

/* Median ns of a call. */
static double
time_job(void (*run)(struct job *job), struct job *job)
{
	double took[ROUNDS];

	for (int round = 0; round < ROUNDS; round++) {
		double start = bench_now_ns();
		for (int i = 0; i < CALLS; i++)
			run(job);
		took[round] = (bench_now_ns() - start) / CALLS;
	}
	return bench_median(took, ROUNDS);
}

int
main(void)
{
	static struct job job;

	job.loudness = loudness_new();
	if (job.loudness == NULL)
		return 1;
	kernel_flush_denormals();
	loudness_set_rate(job.loudness, 48000);
	loudness_design(48000, &job.weighting);
	for (int i = 0; i < FRAMES; i++)
		job.x[0][i] = job.x[1][i] = (float)(i % 100) / 100;
	double scan = time_job(run_scan, &job) / FRAMES / 2;
	double weighting = time_job(run_weighting, &job) / FRAMES / 2;
	double fold = time_job(run_fold, &job);
	printf("loudness: of a stereo strip (median of %d rounds)\n", ROUNDS);
	printf("  weighting     %8.3f ns per lane and sample, %.1f scans\n",
	    weighting, weighting / scan);
	printf("  window folded %8.0f ns each 10 ms\n", fold);
	printf("  reading       %8.0f ns\n\n", time_job(run_read, &job));
	free(job.loudness);
	return 0;
}
