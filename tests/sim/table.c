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
enum sound { NOT_PLAYED, SOUND, FAILS };
static enum sound *sound;
static uint64_t first_seed, last_seed;

static void begin(struct attempt *a, const char *mutant)
{
	struct plan plan;

	play_mutant = mutant;
	plan_draw(&plan, a->seed);
	a->pid = play_begin(&plan, a->out);
	plan_free(&plan);
}

static bool failed(struct attempt *a)
{
	int status;

	while (waitpid(a->pid, &status, 0) < 0)
		;
	play_end(status, a->out);
	return a->out->failed;
}

static bool is_sound(const struct attempt *tried, struct attempt *a)
{
	enum sound *s = &sound[tried->seed - first_seed];

	if (*s == NOT_PLAYED) {
		a->seed = tried->seed;
		begin(a, NULL);
		*s = failed(a) ? FAILS : SOUND;
	}
	return *s == SOUND;
}

struct search {
	const struct mutant_info *mutant;
	struct attempt *a;       /* of jobs, and one more for what fails anyway */
	unsigned jobs;
	double cpu_s;
};

static bool catches(struct search *x, uint64_t seed, uint64_t last)
{
	unsigned n = 0;
	bool caught = false;

	for (; n < x->jobs && seed <= last; n++) {
		x->a[n].seed = seed++;
		begin(&x->a[n], x->mutant->name);
	}
	for (unsigned i = 0; i < n; i++) {
		struct attempt *a = &x->a[i];
		const bool fails = failed(a);

		x->cpu_s += (double)a->out->cpu_us / 1e6;
		if (!fails || caught || !is_sound(a, &x->a[x->jobs]))
			continue;
		caught = true;
		printf("%-20s %5llu  %-20s %6.1f  %s\n", x->mutant->name, (unsigned long long)a->seed, a->out->rule, x->cpu_s,
			x->mutant->what);
	}
	return caught;
}

/* The seed that showed it the last time, or 0. */
static uint64_t remembered(const char *path, const char *name)
{
	FILE *f = path ? fopen(path, "r") : NULL;
	char line[200], word[64];
	unsigned long long seed, found = 0;

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "%63s %llu", word, &seed) == 2 && !strcmp(word, name) && seed >= first_seed && seed <= last_seed)
			found = seed;
	if (f)
		fclose(f);
	return found;
}

static bool one(struct search *x, const char *path)
{
	const uint64_t seed = remembered(path, x->mutant->name);

	if (seed && catches(x, seed, seed))
		return true;
	for (uint64_t s = first_seed; s <= last_seed; s += x->jobs)
		if (catches(x, s, last_seed))
			return true;
	printf("%-20s  none  %-20s %6.1f  %s\n", x->mutant->name, "MISSED", x->cpu_s, x->mutant->what);
	return false;
}

bool table(uint64_t first, uint64_t last, unsigned jobs, const char *caught)
{
	struct attempt a[JOBS_MAX + 1];
	unsigned missed = 0;

	jobs = jobs < JOBS_MAX ? jobs : JOBS_MAX;
	for (unsigned i = 0; i <= jobs; i++)
		a[i].out = play_outcome();
	first_seed = first;
	last_seed = last;
	sound = calloc(last - first + 1, sizeof *sound);
	if (!sound)
		abort();
	printf("%-20s %5s  %-20s %6s  %s\n", "mechanism", "seed", "caught by", "CPU s", "switched off");
	for (enum mutant m = MUTANT_NONE + 1; m < MUTANTS_END; m++) {
		struct search x = {.mutant = mutant_info(m), .a = a, .jobs = jobs};

		missed += !one(&x, caught);
		fflush(stdout);
	}
	free(sound);
	printf("%u mechanisms, %u missed\n", MUTANTS_END - 1, missed);
	return !missed;
}
