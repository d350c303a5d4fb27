/*
 * main.c - plays seeds, several at a time, and adds up. See README.md.
 *
 *   sim [--jobs N] [--minutes M] [--every N] FIRST[-LAST]...   seeds; every N-th twice, its hashes must be equal
 *   sim --list FILE                                    the seeds in it, one a line
 *   sim --mutants [--jobs N] [--caught FILE] FIRST-LAST each mechanism off, until one of those seeds shows it; the one
 *                                                      in FILE first
 *   sim --mutant NAME ...                              with that mechanism off
 *   sim --replay FILE                                  what a shrunk failure left
 *   --verbose tells everything that happens, --keep FOLDER leaves the store there, --shrink S shrinks failures for S CPU s
 *
 * Exit status: 0; 1 a violation; 2 usage; 3 void: some kind of thing never once happened.
 */
#include "play.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/mutant.h"

enum { JOBS_MAX = 64, SEEDS_MAX = 1000000 };

struct job {
	int pid; /* 0: none */
	uint64_t seed;
	struct outcome *out, first; /* first: of a seed that is played twice */
	bool again;
};

struct total {
	uint64_t histories, violations, twice, cpu_us, sim_ms, requests, changes;
	uint64_t acts[ACTS], faults[FAULTS], deeds[DEEDS];
};

static struct job job[JOBS_MAX];
static struct total total;
static unsigned jobs = 1, every, shrink_s;
static uint64_t minutes, *seed, nseeds;
static bool show_each;
static const char *caught; /* seeds that have shown what is switched off */

/* --- adding up ----------------------------------------------------------------------------------------------------- */

static void add(const struct outcome *o)
{
	total.histories++;
	total.cpu_us += o->cpu_us;
	total.sim_ms += o->sim_ms;
	total.requests += o->requests;
	total.changes += o->changes;
	for (unsigned i = 0; i < ACTS; i++)
		total.acts[i] += o->acts[i];
	for (unsigned i = 0; i < FAULTS; i++)
		total.faults[i] += o->faults[i];
	for (unsigned i = 0; i < DEEDS; i++)
		total.deeds[i] += o->deeds[i];
}

static void report_failure(uint64_t s, const struct outcome *o)
{
	struct plan plan;
	char path[64], scenario[64];

	total.violations++;
	printf("VIOLATED seed %" PRIu64 " at %.3f s, %s: %s\n", s, (double)o->failed_ms / 1000, o->rule, o->what);
	if (!shrink_s)
		return;
	plan_draw(&plan, s);
	snprintf(path, sizeof path, "sim-%" PRIu64 ".replay", s);
	snprintf(scenario, sizeof scenario, "sim-%" PRIu64 ".txt", s);
	shrink(&plan, o, shrink_s, scenario);
	shrink_write(&plan, o, path);
	plan_free(&plan);
	printf("  what is left of it: %s; play it with: sim --verbose --replay %s\n  told as a scenario: scenario-run --plain %s\n", path,
		path, scenario);
}

static unsigned list(const char *what, const char *const *name, const uint64_t *n, unsigned count)
{
	unsigned never = 0;

	printf("\n%s\n", what);
	for (unsigned i = 0; i < count; i++) {
		printf("  %10" PRIu64 "  %s%s\n", n[i], name[i], n[i] ? "" : "   <- never");
		never += !n[i];
	}
	return never;
}

static unsigned report(void)
{
	static const char *const acts[] = {
#define X(name, meaning) [ACT_##name] = meaning,
		ACT_LIST(X)
#undef X
	};
	static const char *const faults[] = {
#define X(name, meaning) [FAULT_##name] = meaning,
		FAULT_LIST(X)
#undef X
	};
	static const char *const deeds[] = {
#define X(name, meaning) [DEED_##name] = meaning,
		DEED_LIST(X)
#undef X
	};
	const double hours = (double)total.sim_ms / 3.6e6, cpu_h = (double)total.cpu_us / 3.6e9;
	unsigned never = list("what people did", acts, total.acts, ACTS) + list("what went wrong", faults, total.faults, FAULTS) +
		list("what the hub and its admin did", deeds, total.deeds, DEEDS);

	printf("\n%" PRIu64 " histories, %.0f simulated hours in %.2f CPU hours: %.0f simulated hours per CPU hour\n", total.histories,
		hours, cpu_h, cpu_h > 0 ? hours / cpu_h : 0);
	printf("%" PRIu64 " requests for %" PRIu64 " changes by people; %" PRIu64 " histories played twice, with equal hashes\n",
		total.requests, total.changes, total.twice);
	printf("%" PRIu64 " violations\n", total.violations);
	return never;
}

/* --- playing ------------------------------------------------------------------------------------------------------- */

static void start(struct job *j, uint64_t s)
{
	struct plan plan;

	j->seed = s;
	plan_draw(&plan, s);
	j->pid = play_begin(&plan, j->out);
	plan_free(&plan);
}

static void ended(struct job *j, int status)
{
	play_end(status, j->out);
	j->pid = 0;
	if (show_each)
		printf("seed %" PRIu64 " %016" PRIx64 " cpu %.2f s requests %" PRIu64 " changes %" PRIu64 "\n", j->seed, j->out->hash,
			(double)j->out->cpu_us / 1e6, j->out->requests, j->out->changes);
	if (j->again) {
		j->again = false;
		total.twice++;
		if (j->out->hash != j->first.hash) {
			strcpy(j->out->rule, "determinism");
			strcpy(j->out->what, "the second time it was another history");
			report_failure(j->seed, j->out);
		}
		return;
	}
	add(j->out);
	if (j->out->failed)
		report_failure(j->seed, j->out);
	else if (every && total.histories % every == 0) {
		j->first = *j->out;
		j->again = true;
		start(j, j->seed);
	}
	fflush(stdout);
}

static void play_all(void)
{
	const time_t until = time(NULL) + (time_t)minutes * 60;
	uint64_t next = 0;
	unsigned running = 0;

	for (unsigned i = 0; i < jobs; i++)
		job[i].out = play_outcome();
	do {
		int status;
		pid_t pid;

		for (unsigned i = 0; i < jobs && next < nseeds && (!minutes || time(NULL) < until); i++)
			if (!job[i].pid)
				start(&job[i], seed[next++]);
		pid = waitpid(-1, &status, 0);
		running = 0;
		for (unsigned i = 0; i < jobs; i++) {
			if (pid > 0 && job[i].pid == pid)
				ended(&job[i], status);
			running += job[i].pid != 0;
		}
	} while (running || (next < nseeds && (!minutes || time(NULL) < until)));
}

static int replay(const char *path)
{
	struct outcome *out = play_outcome();
	struct plan plan;

	if (!shrink_read(&plan, path)) {
		fprintf(stderr, "%s: names no seed\n", path);
		return 2;
	}
	play_apart(&plan, out);
	plan_free(&plan);
	printf("%s%s%s\n", out->failed ? out->rule : "nothing is violated", out->failed ? ": " : "", out->what);
	return out->failed;
}

/* --- the command line ---------------------------------------------------------------------------------------------- */

static void add_seeds(uint64_t first, uint64_t last)
{
	for (uint64_t s = first; s <= last && nseeds < SEEDS_MAX; s++)
		seed[nseeds++] = s;
}

static bool add_range(const char *text)
{
	uint64_t first, last;
	const int n = sscanf(text, "%" SCNu64 "-%" SCNu64, &first, &last);

	if (n > 0)
		add_seeds(first, n == 2 ? last : first);
	return n > 0;
}

static bool add_list(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[200];

	while (f && fgets(line, sizeof line, f))
		add_range(line);
	if (f)
		fclose(f);
	return f != NULL;
}

int main(int argc, char **argv)
{
	bool mutants = false;
	unsigned never;

	seed = calloc(SEEDS_MAX, sizeof *seed);
	if (!seed)
		abort();
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		bool two = true, ok = true;

		if (!strcmp(argv[i], "--jobs"))
			jobs = (unsigned)atoi(value);
		else if (!strcmp(argv[i], "--minutes"))
			minutes = strtoull(value, NULL, 10);
		else if (!strcmp(argv[i], "--every"))
			every = (unsigned)atoi(value);
		else if (!strcmp(argv[i], "--shrink"))
			shrink_s = (unsigned)atoi(value);
		else if (!strcmp(argv[i], "--keep"))
			play_keep = value;
		else if (!strcmp(argv[i], "--caught"))
			caught = value;
		else if (!strcmp(argv[i], "--list"))
			ok = add_list(value);
		else if (!strcmp(argv[i], "--mutant"))
			ok = mutant_select(play_mutant = value);
		else if (!strcmp(argv[i], "--replay")) {
			free(seed);
			return replay(value);
		} else {
			two = false;
			if (!strcmp(argv[i], "--verbose"))
				play_verbose = true;
			else if (!strcmp(argv[i], "--mutants"))
				mutants = true;
			else if (!strcmp(argv[i], "--each"))
				show_each = true;
			else
				ok = add_range(argv[i]);
		}
		if (!ok) {
			fprintf(stderr, "sim: %s: not that\n", argv[i]);
			return 2;
		}
		i += two;
	}
	jobs = !jobs ? 1 : jobs > JOBS_MAX ? JOBS_MAX : jobs;
	if (mutants) {
		const bool ok = nseeds && table(seed[0], seed[nseeds - 1], jobs, caught);

		free(seed);
		return !ok;
	}
	play_all();
	free(seed);
	never = report();
	if (total.violations)
		return 1;
	/* What never happened was not tested; a handful of histories cannot have it all. */
	return total.histories >= 100 && never ? 3 : 0;
}
