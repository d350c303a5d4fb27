#include "core/registry.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/time.h"

#define CHAIN_MAX 32
#define DAY_MS (INT64_C(24) * 3600 * 1000)

const char *const registry_fate_names[REGISTRY_FATES] = {
#define X(fate, name, meaning) [REGISTRY_##fate] = name,
	REGISTRY_FATE_LIST(X)
#undef X
};

/* --- finding ------------------------------------------------------------------------------------------------------ */

static int partners_by_id(const void *a, const void *b)
{
	return strcmp(((const struct registry_partner *)a)->id, ((const struct registry_partner *)b)->id);
}

static int groups_by_id(const void *a, const void *b)
{
	return strcmp(((const struct registry_group *)a)->id, ((const struct registry_group *)b)->id);
}

void registry_sort(struct registry *r)
{
	if (r->n)
		qsort(r->partner, r->n, sizeof *r->partner, partners_by_id);
	if (r->ngroups)
		qsort(r->group, r->ngroups, sizeof *r->group, groups_by_id);
}

const struct registry_partner *registry_find(const struct registry *r, const char *id)
{
	const struct registry_partner key = { .id = id };

	return r->n ? bsearch(&key, r->partner, r->n, sizeof key, partners_by_id) : NULL;
}

const struct registry_group *registry_group_find(const struct registry *r, const char *id)
{
	const struct registry_group key = { .id = id };

	return r->ngroups ? bsearch(&key, r->group, r->ngroups, sizeof key, groups_by_id) : NULL;
}

static bool has(const struct registry_list *list, const char *id)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->item[i], id))
			return true;
	return false;
}

const struct registry_group *registry_group_of(const struct registry *r, const char *partner)
{
	for (size_t i = 0; i < r->ngroups; i++)
		if (has(&r->group[i].member, partner))
			return &r->group[i];
	return NULL;
}

const char *registry_name(const struct registry *r, const char *id, enum registry_language language)
{
	const struct registry_partner *p = registry_find(r, id);
	const struct registry_group *g = p ? NULL : registry_group_find(r, id);

	return p ? p->name[language] : g ? g->name[language] : id;
}

/* --- over time ---------------------------------------------------------------------------------------------------- */

bool registry_ended(const struct registry_partner *p, const char *day)
{
	return day && p->until && strcmp(p->until, day) < 0;
}

bool registry_valid(const struct registry_partner *p, const char *day)
{
	return !registry_ended(p, day) && !(day && p->from && strcmp(day, p->from) < 0);
}

bool registry_serves(const struct registry_partner *p, const char *province)
{
	return province && has(&p->province, province);
}

/* Who came next; of several, the one that the province decides. */
static const struct registry_partner *next(const struct registry *r, const struct registry_partner *p, const char *day,
	const char *province)
{
	const struct registry_partner *found = NULL;

	if (p->successor.n == 1)
		return registry_find(r, p->successor.item[0]);
	for (size_t i = 0; i < p->successor.n; i++) {
		const struct registry_partner *one = registry_on(r, p->successor.item[i], day, province);

		if (!one || !registry_serves(one, province))
			continue;
		if (found)
			return NULL;
		found = registry_find(r, p->successor.item[i]);
	}
	return found;
}

size_t registry_chain(const struct registry *r, const char *id, const char *day, const char *province,
	const struct registry_partner **out, size_t max)
{
	const struct registry_partner *p = registry_find(r, id);
	size_t n = 0;

	while (p && n < max) {
		out[n++] = p;
		p = registry_ended(p, day) ? next(r, p, day, province) : NULL;
	}
	return n;
}

const struct registry_partner *registry_on(const struct registry *r, const char *id, const char *day, const char *province)
{
	const struct registry_partner *chain[CHAIN_MAX];
	size_t n = registry_chain(r, id, day, province, chain, CHAIN_MAX);

	return n && !registry_ended(chain[n - 1], day) ? chain[n - 1] : NULL;
}

const char *registry_successor(const struct registry *r, const char *id, const char *day)
{
	const struct registry_partner *chain[CHAIN_MAX];
	size_t n = registry_chain(r, id, day, NULL, chain, CHAIN_MAX);

	return n ? chain[n - 1]->id : id;
}

const struct registry_partner *registry_route(const struct registry *r, const struct registry_group *group,
	const char *province, const char *day)
{
	const struct registry_partner *found = NULL;

	/* Who is there now comes before who stands in for somebody gone. */
	for (size_t i = 0; i < group->member.n; i++) {
		const struct registry_partner *p = registry_find(r, group->member.item[i]);
		const struct registry_partner *now;

		if (!p || !registry_serves(p, province))
			continue;
		if (registry_valid(p, day))
			return p;
		now = registry_ended(p, day) ? registry_on(r, p->id, day, province) : NULL;
		if (now && registry_valid(now, day) && !found)
			found = now;
	}
	return found;
}

/* --- checking ----------------------------------------------------------------------------------------------------- */

struct faults {
	registry_fault_fn *fn;
	void *ctx;
};

__attribute__((format(printf, 4, 5))) static void fault(const struct faults *f, const void *where, const char *key,
	const char *fmt, ...)
{
	char text[240];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	f->fn(f->ctx, where, key, text);
}

/* Whether somebody who came after p, however many steps later, is p again. seen: by index, who was looked at. */
static bool comes_back(const struct registry *r, const struct registry_partner *p, const struct registry_partner *from,
	bool *seen)
{
	for (size_t i = 0; i < from->successor.n; i++) {
		const struct registry_partner *one = registry_find(r, from->successor.item[i]);

		if (one == p)
			return true;
		if (!one || seen[one - r->partner])
			continue;
		seen[one - r->partner] = true;
		if (comes_back(r, p, one, seen))
			return true;
	}
	return false;
}

/* Whole days between the last day of one and the first of the next. */
static bool gap(const char *until, const char *from)
{
	int64_t end, begin;

	return until && from && time_parse_date(until, &end) && time_parse_date(from, &begin) && begin - end > DAY_MS;
}

static void check_successors(const struct registry *r, const struct registry_partner *p, const struct faults *f)
{
	AUTO(free) bool *seen = calloc(r->n, sizeof *seen);
	const char *fate = registry_fate_names[p->fate];

	if (!seen)
		abort();
	if (p->successor.n && !p->until)
		fault(f, p->where, fate, "%s: %s needs valid_until, its last day", p->id, fate);
	if (p->fate == REGISTRY_SPLIT && p->successor.n < 2)
		fault(f, p->where, fate, "%s: split_into needs two partners or more; one is succeeded_by or merged_into", p->id);
	for (size_t i = 0; i < p->successor.n; i++) {
		const struct registry_partner *one = registry_find(r, p->successor.item[i]);

		if (!one)
			fault(f, p->where, fate, "%s: %s names \"%.60s\", which is no partner", p->id, fate, p->successor.item[i]);
		else if (p->until && registry_ended(one, p->until))
			fault(f, p->where, fate, "%s: %s names %s, whose last day %s is before %s", p->id, fate, one->id, one->until,
				p->until);
		else if (gap(p->until, one->from))
			fault(f, p->where, fate, "%s: %s names %s, which begins on %s: nobody stands for %s from %s until then", p->id,
				fate, one->id, one->from, p->id, p->until);
	}
	if (comes_back(r, p, p, seen))
		fault(f, p->where, fate, "%s: %s leads back to itself", p->id, fate);
}

static bool overlap(const struct registry_partner *a, const struct registry_partner *b)
{
	return !registry_ended(a, b->from) && !registry_ended(b, a->from);
}

static void check_pair(const struct registry_group *g, const struct registry_partner *a, const struct registry_partner *b,
	const struct faults *f)
{
	for (size_t i = 0; i < a->province.n && overlap(a, b); i++)
		if (registry_serves(b, a->province.item[i]))
			fault(f, g->where, "members", "%s: %s and %s both serve %s at the same time", g->id, a->id, b->id,
				a->province.item[i]);
}

static void check_group(const struct registry *r, const struct registry_group *g, const struct faults *f)
{
	if (registry_find(r, g->id))
		fault(f, g->where, NULL, "%s: a partner has that id already", g->id);
	if (!g->member.n)
		fault(f, g->where, "members", "%s: has no members", g->id);
	for (size_t i = 0; i < g->member.n; i++) {
		const struct registry_partner *a = registry_find(r, g->member.item[i]);

		if (!a)
			fault(f, g->where, "members", "%s: its member \"%.60s\" is no partner", g->id, g->member.item[i]);
		for (size_t k = 0; a && k < i; k++) {
			const struct registry_partner *b = registry_find(r, g->member.item[k]);

			if (a == b)
				fault(f, g->where, "members", "%s: %s is named twice", g->id, a->id);
			else if (b)
				check_pair(g, b, a, f);
		}
	}
}

void registry_check(const struct registry *r, registry_fault_fn *fn, void *ctx)
{
	const struct faults f = { fn, ctx };

	for (size_t i = 0; i < r->n; i++) {
		const struct registry_partner *p = &r->partner[i];

		if (p->from && p->until && strcmp(p->until, p->from) < 0)
			fault(&f, p->where, "valid_until", "%s: valid_until %s is before valid_from %s", p->id, p->until, p->from);
		if (i && !strcmp(p->id, p[-1].id))
			fault(&f, p->where, NULL, "%s: is defined twice", p->id);
		check_successors(r, p, &f);
	}
	for (size_t i = 0; i < r->ngroups; i++)
		check_group(r, &r->group[i], &f);
}
