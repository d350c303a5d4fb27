/*
 * shrink.c - a failing history with as little in it as still fails by the same rule: fewer partners, then faults, then
 * acts, in ever smaller chunks; then partners of the plainest kind, and whole half hours between acts. What is left is
 * written as a list of what was kept of the seed, and as a scenario.
 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shrinking {
	struct plan *plan;
	struct outcome *out, *sound; /* sound: with every mechanism in place */
	const char *rule;
	uint64_t most_us, cpu_us; /* in histories; so far */
	unsigned tries;
	bool smaller;
};

static void try(struct shrinking *s, struct outcome *out)
{
	s->tries++;
	play_apart(s->plan, out);
	s->cpu_us += out->cpu_us;
}

static bool still_fails(struct shrinking *s)
{
	try(s, s->out);
	return s->out->failed && !strcmp(s->out->rule, s->rule);
}

/* What fails with every mechanism in place says nothing of the one switched off: a partner of a kind that is never drawn. */
static bool is_sound(struct shrinking *s)
{
	const char *mutant = play_mutant;

	if (!mutant)
		return true;
	play_mutant = NULL;
	try(s, s->sound);
	play_mutant = mutant;
	return !s->sound->failed;
}

static bool time_is_up(const struct shrinking *s)
{
	return s->cpu_us >= s->most_us;
}

/* --- less of it ---------------------------------------------------------------------------------------------------- */

static void without_partners(struct shrinking *s)
{
	for (unsigned i = 0; i < SIM_PARTNERS && !time_is_up(s); i++) {
		if (!s->plan->partner[i].there)
			continue;
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
	/* The last first: what nothing needs any more that comes later, may go. */
	for (size_t chunk = n; chunk && !time_is_up(s); chunk /= 2)
		for (size_t to = n; to && !time_is_up(s); to = to > chunk ? to - chunk : 0) {
			const size_t from = to > chunk ? to - chunk : 0;
			bool any = false;

			for (size_t i = from; i < to; i++) {
				was[i] = *out_at(out, size, i);
				any |= !was[i];
				*out_at(out, size, i) = true;
			}
			if (any && still_fails(s)) {
				s->smaller = true;
				continue;
			}
			for (size_t i = from; i < to; i++)
				*out_at(out, size, i) = was[i];
		}
	free(was);
}

/* --- plainer ------------------------------------------------------------------------------------------------------- */

#define PLAIN_CAPS (ADAPTER_CAN_INCREMENTAL | ADAPTER_CAN_TOMBSTONES | ADAPTER_CAN_GET | ADAPTER_CAN_FIND | ADAPTER_CAN_CREATE | \
	ADAPTER_CAN_UPDATE | ADAPTER_CAN_DELETE | ADAPTER_CAN_VERSIONS | ADAPTER_CAN_CONDITIONAL | ADAPTER_CAN_IDEMPOTENT | \
	ADAPTER_CAN_ANSWERS)
#define ODD_CAPS (ADAPTER_CAN_LAGS | ADAPTER_CAN_WEBHOOKS | ADAPTER_CAN_ORDERED)

static void plain_quirks(struct profile *p)
{
	memset(p->quirk, 0, sizeof p->quirk);
	p->foretells = false;
}

static void plain_clock(struct profile *p)
{
	p->skew_ms = 0;
	p->by_second = false;
}

static void plain_keys(struct profile *p)
{
	p->recycles = p->unique_ids = false;
	p->shows_merges = true;
}

static void plain_onboarding(struct profile *p)
{
	p->reviewed = false;
}

static void plain_blanks(struct profile *p)
{
	p->leaves_out_empty = false;
}

static void plain_pace(struct profile *p)
{
	p->poll_s = 60;
	p->complete_s = 1200;
	p->sends = 1;
	p->page = 7;
}

static void (*const plain[])(struct profile *) = {
	plain_quirks, plain_clock, plain_keys, plain_onboarding, plain_blanks, plain_pace};
enum { PLAINS = sizeof plain / sizeof *plain };

static void set_caps(struct profile *p, unsigned caps)
{
	p->caps = caps;
	if (!(caps & ADAPTER_CAN_LAGS))
		p->lag_ms = 0;
}

static void try_profile(struct shrinking *s, struct profile *at, const struct profile *plainer)
{
	const struct profile was = *at;

	if (time_is_up(s) || !memcmp(at, plainer, sizeof was))
		return;
	*at = *plainer;
	if (!still_fails(s) || !is_sound(s))
		*at = was;
}

static void plainer_partner(struct shrinking *s, struct profile *at)
{
	struct profile p = *at;

	for (unsigned i = 0; i < PLAINS; i++) {
		p = *at;
		plain[i](&p);
		p.plain |= 1u << i;
		try_profile(s, at, &p);
	}
	p = *at;
	set_caps(&p, PLAIN_CAPS);
	try_profile(s, at, &p);
	for (unsigned cap = 1; cap <= ADAPTER_CAN_WEBHOOKS; cap <<= 1) {
		p = *at;
		if (cap & ODD_CAPS)
			set_caps(&p, p.caps & ~cap);
		else
			set_caps(&p, p.caps | cap);
		try_profile(s, at, &p);
	}
}

/* Everything settles in between; if that is too much, each act by itself. */
static void at_half_hours(struct shrinking *s)
{
	struct plan *plan = s->plan;
	uint64_t *was = calloc(plan->nacts + 1, sizeof *was), k = 0;

	if (!was)
		abort();
	for (size_t i = 0; i < plan->nacts; i++) {
		was[i] = plan->act[i].at_ms;
		if (!plan->act[i].out && was[i])
			plan->act[i].at_ms = ++k * HOUR_MS / 2;
	}
	if (k * HOUR_MS / 2 >= TROUBLE_MS || !still_fails(s))
		for (size_t i = 0; i < plan->nacts; i++)
			plan->act[i].at_ms = was[i];
	free(was);
}

static void without(struct shrinking *s)
{
	do {
		s->smaller = false;
		without_partners(s);
		without_entries(s, &s->plan->fault[0].out, sizeof s->plan->fault[0], s->plan->nfaults);
		without_entries(s, &s->plan->act[0].out, sizeof s->plan->act[0], s->plan->nacts);
	} while (s->smaller && !time_is_up(s));
}

void shrink(struct plan *plan, const struct outcome *first, uint64_t most_s, const char *scenario)
{
	char rule[sizeof first->rule];
	struct shrinking s = {.plan = plan, .out = play_outcome(), .sound = play_outcome(), .rule = rule, .most_us = most_s * 1000000};

	memcpy(rule, first->rule, sizeof rule);
	/* What has not failed soon after that will not; and what comes later has nothing to do with it. */
	if (first->failed_ms < TROUBLE_MS)
		plan->end_ms = first->failed_ms + HOUR_MS / 2;
	without(&s);
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		if (plan->partner[i].there)
			plainer_partner(&s, &plan->partner[i]);
	plan->end_ms = 0;
	at_half_hours(&s);
	without(&s);
	plan->scenario = scenario;
	still_fails(&s);
	fprintf(stderr, "shrunk in %u histories\n", s.tries);
}

/* --- kept ---------------------------------------------------------------------------------------------------------- */

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
			fprintf(f, "partner %u caps %#x plain %#x\n", i, p->partner[i].caps, p->partner[i].plain);
	for (size_t i = 0; i < p->nfaults; i++)
		if (!p->fault[i].out)
			fprintf(f, "fault %zu # %.3f s %s at p%u\n", i, (double)p->fault[i].at_ms / 1000, fault_name(p->fault[i].kind),
				p->fault[i].partner + 1);
	for (size_t i = 0; i < p->nacts; i++)
		if (!p->act[i].out && p->partner[p->act[i].partner].there)
			fprintf(f, "act %zu at %llu # ms, %s at p%u\n", i, (unsigned long long)p->act[i].at_ms, act_name(p->act[i].kind),
				p->act[i].partner + 1);
	fclose(f);
}

static void nothing_of(struct plan *p)
{
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		p->partner[i].there = false;
	for (size_t i = 0; i < p->nfaults; i++)
		p->fault[i].out = true;
	for (size_t i = 0; i < p->nacts; i++)
		p->act[i].out = true;
}

static void keep_partner(struct profile *p, unsigned caps, unsigned plains)
{
	p->there = true;
	p->plain = plains;
	for (unsigned i = 0; i < PLAINS; i++)
		if (plains & 1u << i)
			plain[i](p);
	set_caps(p, caps);
}

bool shrink_read(struct plan *p, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[800];
	unsigned long long n, at;
	unsigned caps, plains;
	bool drawn = false;

	while (f && fgets(line, sizeof line, f)) {
		if (!drawn && sscanf(line, "seed %llu", &n) == 1) {
			plan_draw(p, n);
			nothing_of(p);
			drawn = true;
		} else if (drawn && sscanf(line, "partner %llu caps %x plain %x", &n, &caps, &plains) == 3 && n < SIM_PARTNERS)
			keep_partner(&p->partner[n], caps, plains);
		else if (drawn && sscanf(line, "fault %llu", &n) == 1 && n < p->nfaults)
			p->fault[n].out = false;
		else if (drawn && sscanf(line, "act %llu at %llu", &n, &at) == 2 && n < p->nacts) {
			p->act[n].out = false;
			p->act[n].at_ms = at;
		}
	}
	if (f)
		fclose(f);
	return drawn;
}
