/* table.c - can the simulation fail? Each mechanism switched off in turn, until a seed shows it. */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mutant.h"

enum { JOBS_MAX = 64 };

struct attempt {
	uint64_t seed;
	int pid;
	struct outcome *out;
};

/* What fails with every mechanism in place proves nothing about one. */
static bool *sound;

static void play_batch(struct attempt *a, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct plan plan;

		plan_draw(&plan, a[i].seed);
		a[i].pid = play_begin(&plan, a[i].out);
		plan_free(&plan);
	}
	for (unsigned i = 0; i < n; i++) {
		int status;

		while (waitpid(a[i].pid, &status, 0) < 0)
			;
		play_end(status, a[i].out);
	}
}

static bool one(const struct mutant_info *m, uint64_t first, uint64_t last, struct attempt *a, unsigned jobs)
{
	double cpu_s = 0;

	play_mutant = m->name;
	for (uint64_t seed = first; seed <= last; seed += jobs) {
		unsigned n = 0;

		for (uint64_t s = seed; s < seed + jobs && s <= last; s++)
			if (sound[s - first])
				a[n++].seed = s;
		play_batch(a, n);
		for (unsigned i = 0; i < n; i++) {
			cpu_s += (double)a[i].out->cpu_us / 1e6;
			if (!a[i].out->failed)
				continue;
			printf("%-20s %5llu  %-20s %6.1f  %s\n", m->name, (unsigned long long)a[i].seed, a[i].out->rule, cpu_s, m->what);
			return true;
		}
	}
	printf("%-20s  none  %-20s %6.1f  %s\n", m->name, "MISSED", cpu_s, m->what);
	return false;
}

bool table(uint64_t first, uint64_t last, unsigned jobs)
{
	struct attempt a[JOBS_MAX];
	unsigned missed = 0;

	jobs = jobs < JOBS_MAX ? jobs : JOBS_MAX;
	for (unsigned i = 0; i < jobs; i++)
		a[i].out = play_outcome();
	sound = calloc(last - first + 1, sizeof *sound);
	if (!sound)
		abort();
	play_mutant = NULL;
	for (uint64_t seed = first; seed <= last; seed += jobs) {
		unsigned n = 0;

		for (uint64_t s = seed; s < seed + jobs && s <= last; s++)
			a[n++].seed = s;
		play_batch(a, n);
		for (unsigned i = 0; i < n; i++)
			sound[a[i].seed - first] = !a[i].out->failed;
	}
	printf("%-20s %5s  %-20s %6s  %s\n", "mechanism", "seed", "caught by", "CPU s", "switched off");
	for (enum mutant m = MUTANT_NONE + 1; m < MUTANTS_END; m++) {
		missed += !one(mutant_info(m), first, last, a, jobs);
		fflush(stdout);
	}
	free(sound);
	printf("%u mechanisms, %u missed\n", MUTANTS_END - 1, missed);
	return !missed;
}
