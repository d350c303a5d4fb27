/*
 * kpi.c - rows as they come: which session each is of, and in which groups it is.
 */
#include "core/kpi_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/room.h"

struct kpi *kpi_new(unsigned certificate_sessions, size_t sets)
{
	struct kpi *k = calloc(1, sizeof *k);

	assert(sets <= KPI_SETS_MAX);
	if (!k)
		abort();
	k->certificate = certificate_sessions;
	k->nsets = sets + 1;
	return k;
}

static void set_fini(struct set *s)
{
	free(s->group);
	free(s->mark);
	free(s->touched);
	idmap_fini(&s->cluster_session);
	idmap_fini(&s->cluster_at);
	free(s->cluster);
	idmap_fini(&s->company_cluster);
	free(s->folded);
}

void kpi_free(struct kpi *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->nsets; i++)
		set_fini(&k->set[i]);
	idmap_fini(&k->activity);
	idmap_fini(&k->session);
	joins_fini(&k->nodes);
	free(k->node_of);
	joins_fini(&k->people);
	joins_fini(&k->companies);
	idmap_fini(&k->two_people);
	idmap_fini(&k->two_companies);
	idmap_fini(&k->mix);
	free(k->mix_of);
	free(k->row);
	free(k);
}

void kpi_maybe_same_person(struct kpi *k, int64_t a, int64_t b)
{
	joins_pair(&k->people, joins_node(&k->people, (uint64_t)a), joins_node(&k->people, (uint64_t)b));
}

void kpi_maybe_same_company(struct kpi *k, int64_t a, int64_t b)
{
	joins_pair(&k->companies, joins_node(&k->companies, (uint64_t)a), joins_node(&k->companies, (uint64_t)b));
}

static void one_more(struct idmap *of, int64_t id)
{
	bool fresh;

	++*idmap_at(of, (uint64_t)id, &fresh);
}

void kpi_maybe_two_people(struct kpi *k, int64_t person)
{
	one_more(&k->two_people, person);
}

void kpi_maybe_two_companies(struct kpi *k, int64_t company)
{
	one_more(&k->two_companies, company);
}

static struct group *group_at(struct set *s, uint32_t g)
{
	assert(g < KPI_GROUPS_MAX);
	while (g >= s->n) {
		s->group = room(s->group, s->n, &s->cap, sizeof *s->group);
		s->group[s->n++] = (struct group){ 0 };
	}
	return &s->group[g];
}

/* --- gathering -------------------------------------------------------------------------------------------- */

static uint32_t take_place(struct kpi *k, const struct kpi_row *r)
{
	const uint32_t activity = idmap_number(&k->activity, pair((uint64_t)r->kind, (uint64_t)r->activity));
	const uint32_t node = joins_node(&k->nodes, pair(activity, (uint64_t)r->partner));
	const size_t known = k->session.n;
	const uint32_t session = idmap_number(&k->session, pair(activity, (uint32_t)r->day));

	if (k->session.n == known) {
		joins_pair(&k->nodes, k->node_of[session], node);
	} else {
		k->node_of = room(k->node_of, session, &k->sessions_cap, sizeof *k->node_of);
		k->node_of[session] = node;
	}
	return session;
}

void kpi_expect(struct kpi *k, int64_t kind, int64_t activity, int partner, int32_t day)
{
	const uint32_t *number = idmap_find(&k->activity, pair((uint64_t)kind, (uint64_t)activity));

	if (!number)
		return;
	idmap_expect(&k->nodes.node, pair(*number, (uint64_t)partner));
	idmap_expect(&k->session, pair(*number, (uint32_t)day));
}

static uint32_t mix(struct kpi *k, const struct kpi_row *r)
{
	uint64_t groups = 0;
	uint32_t number;

	for (size_t i = 1; i < k->nsets; i++)
		groups |= (uint64_t)r->group[i - 1] << ((i - 1) * MIX_BITS);
	number = idmap_number(&k->mix, groups);
	k->mix_of = room(k->mix_of, number, &k->mixes_cap, sizeof *k->mix_of);
	k->mix_of[number] = groups;
	return number;
}

/* Whom it is about matters if they were there. */
void kpi_add(struct kpi *k, const struct kpi_row *r)
{
	const struct kept kept = { r->attended ? (uint32_t)r->person : KPI_NONE, r->attended ? (uint32_t)r->company : KPI_NONE,
		take_place(k, r), mix(k, r) };

	assert(r->person < NOBODY && r->company < NOBODY);
	k->row = room(k->row, k->rows, &k->rows_cap, sizeof *k->row);
	k->row[k->rows++] = kept;
	for (size_t i = 0; i < k->nsets; i++) {
		struct kpi_figures *f = &group_at(&k->set[i], group_of(k->mix_of[kept.mix], i))->f;

		f->registered++;
		f->without_person += r->attended && r->person == KPI_NONE;
		f->without_company += r->attended && r->company == KPI_NONE;
	}
}

/* --- fewer groups ----------------------------------------------------------------------------------------- */

static uint32_t largest(const struct set *s)
{
	uint32_t best = UINT32_MAX;

	for (uint32_t g = 0; g < s->n; g++)
		if (s->folded[g] && (best == UINT32_MAX || s->group[g].f.registered > s->group[best].f.registered))
			best = g;
	return best;
}

static uint32_t now_in(const struct set *s, uint32_t group)
{
	return s->folded && s->folded[group] ? s->others : group;
}

/* What was added up already. */
static void join(struct kpi_figures *into, const struct kpi_figures *f)
{
	into->registered += f->registered;
	into->without_person += f->without_person;
	into->without_company += f->without_company;
}

size_t kpi_fold(struct kpi *k, size_t set, size_t most)
{
	struct set *s = &k->set[set + 1];

	assert(!k->finished && most);
	if (s->n <= most)
		return 0;
	s->folded = room_for(NULL, s->n, sizeof *s->folded);
	memset(s->folded, true, s->n * sizeof *s->folded);
	for (size_t kept = 0; kept + 1 < most; kept++)
		s->folded[largest(s)] = false;
	s->others = largest(s);
	for (uint32_t g = 0; g < s->n; g++)
		if (s->folded[g] && g != s->others)
			join(&s->group[s->others].f, &s->group[g].f);
	for (size_t i = 0; i < k->mix.n; i++) {
		const unsigned at = (unsigned)set * MIX_BITS;
		const uint64_t group = group_of(k->mix_of[i], set + 1);

		k->mix_of[i] += ((uint64_t)now_in(s, (uint32_t)group) - group) << at;
	}
	return s->n - (most - 1);
}

bool kpi_folded(const struct kpi *k, size_t set, uint32_t group)
{
	return k->set[set + 1].folded && k->set[set + 1].folded[group];
}

void kpi_figures(struct kpi *k, size_t set, uint32_t group, struct kpi_figures *out)
{
	const struct set *s = &k->set[set == KPI_TOTAL ? 0 : set + 1];

	if (!k->finished)
		kpi_count(k);
	*out = group < s->n ? s->group[now_in(s, group)].f : (struct kpi_figures){ 0 };
}
