/*
 * shrink.c - a failing history with as little in it as still fails by the same rule: fewer partners, then faults, then
 * acts, in ever smaller chunks; what is left is written as a list of what was kept of the seed.
 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct shrinking {
	struct plan *plan;
	struct outcome *out;
	const char *rule;
	time_t until;
	unsigned tries;
};

static bool still_fails(struct shrinking *s)
{
	s->tries++;
	play_apart(s->plan, s->out);
	return s->out->failed && !strcmp(s->out->rule, s->rule);
}

static bool time_is_up(const struct shrinking *s)
{
	return time(NULL) >= s->until;
}

static void without_partners(struct shrinking *s)
{
	for (unsigned i = 0; i < SIM_PARTNERS && !time_is_up(s); i++) {
		s->plan->partner[i].there = false;
		if (!still_fails(s))
			s->plan->partner[i].there = true;
	}
}

/* out points at the `out` of the first entry; size is from one to the next. */
static bool *out_at(void *out, size_t size, size_t i)
{
	return (bool *)((char *)out + i * size);
}

static void without_entries(struct shrinking *s, void *out, size_t size, size_t n)
{
	bool *was = calloc(n + 1, sizeof *was);

	if (!was)
		abort();
	for (size_t chunk = n; chunk && !time_is_up(s); chunk /= 2)
		for (size_t from = 0; from < n && !time_is_up(s); from += chunk) {
			const size_t to = from + chunk < n ? from + chunk : n;
			bool any = false;

			for (size_t i = from; i < to; i++) {
				was[i] = *out_at(out, size, i);
				any |= !was[i];
				*out_at(out, size, i) = true;
			}
			if (any && still_fails(s))
				continue;
			for (size_t i = from; i < to; i++)
				*out_at(out, size, i) = was[i];
		}
	free(was);
}

void shrink(struct plan *plan, const struct outcome *first, uint64_t most_s)
{
	char rule[sizeof first->rule];
	struct shrinking s = {.plan = plan, .out = play_outcome(), .rule = rule, .until = time(NULL) + (time_t)most_s};

	memcpy(rule, first->rule, sizeof rule);
	without_partners(&s);
	without_entries(&s, &plan->fault[0].out, sizeof plan->fault[0], plan->nfaults);
	without_entries(&s, &plan->act[0].out, sizeof plan->act[0], plan->nacts);
	still_fails(&s);
	fprintf(stderr, "shrunk in %u histories\n", s.tries);
}

void shrink_write(const struct plan *p, const struct outcome *out, const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f) {
		perror(path);
		return;
	}
	fprintf(f, "# %s: %s\nseed %llu\n", out->rule, out->what, (unsigned long long)p->seed);
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		if (p->partner[i].there)
			fprintf(f, "partner %u # caps %#x\n", i, p->partner[i].caps);
	for (size_t i = 0; i < p->nfaults; i++)
		if (!p->fault[i].out)
			fprintf(f, "fault %zu # %.3f s %s at p%u\n", i, (double)p->fault[i].at_ms / 1000, fault_name(p->fault[i].kind),
				p->fault[i].partner + 1);
	for (size_t i = 0; i < p->nacts; i++)
		if (!p->act[i].out && p->partner[p->act[i].partner].there)
			fprintf(f, "act %zu # %.3f s %s at p%u\n", i, (double)p->act[i].at_ms / 1000, act_name(p->act[i].kind),
				p->act[i].partner + 1);
	fclose(f);
}

bool shrink_read(struct plan *p, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[800];
	unsigned long long n;
	bool drawn = false;

	while (f && fgets(line, sizeof line, f)) {
		if (sscanf(line, "seed %llu", &n) == 1) {
			plan_draw(p, n);
			drawn = true;
			for (unsigned i = 0; i < SIM_PARTNERS; i++)
				p->partner[i].there = false;
			for (size_t i = 0; i < p->nfaults; i++)
				p->fault[i].out = true;
			for (size_t i = 0; i < p->nacts; i++)
				p->act[i].out = true;
		} else if (drawn && sscanf(line, "partner %llu", &n) == 1 && n < SIM_PARTNERS)
			p->partner[n].there = true;
		else if (drawn && sscanf(line, "fault %llu", &n) == 1 && n < p->nfaults)
			p->fault[n].out = false;
		else if (drawn && sscanf(line, "act %llu", &n) == 1 && n < p->nacts)
			p->act[n].out = false;
	}
	if (f)
		fclose(f);
	return drawn;
}
