#include "core/kpi.h"

#include <assert.h>
#include <stdlib.h>

#include "core/joins.h"
#include "core/numbers.h"

/* People who may be one, in one group. */
struct cluster {
	uint32_t group;
	uint32_t members, certified;     /* as they are */
	uint32_t sessions;               /* different ones, of all of them */
};

struct group {
	struct kpi_figures f;
	uint32_t company_members, company_clusters;
};

/* One way of grouping. Who took part is gathered as (who, session of a group) and counted once in order: that takes a
 * fraction of the time of looking each up. */
struct set {
	struct idmap session;                        /* (group, session) to its number */
	uint32_t *group_of, *session_of;             /* by that number */
	size_t sessions, sessions_cap;
	struct numbers people, companies;            /* who << 32 | that number */
	struct idmap cluster_session, cluster_at;    /* (root, that number); (group, root) to its cluster */
	struct cluster *cluster;
	size_t clusters, clusters_cap;
	struct idmap company_cluster;                /* (group, root) */
	struct group *group;
	size_t n, cap;
	uint32_t *seen, *touched;                    /* while counting: by group, sessions of one; the groups of one */
	size_t ntouched;
};

struct kpi {
	unsigned certificate;
	struct idmap activity;                       /* (kind, id) to its number */
	struct idmap session;                        /* (activity, day) to its number */
	struct joins nodes;                          /* (activity, partner), joined by sessions held together */
	uint32_t *node_of;                           /* by session: one that held it */
	size_t sessions_cap;
	struct joins people, companies;              /* that may be the same */
	struct idmap two_people, two_companies;      /* that may be more: to by how many */
	struct set set[KPI_SETS_MAX];
	size_t nsets;
	bool finished;
};

struct kpi *kpi_new(unsigned certificate_sessions, size_t sets)
{
	struct kpi *k = calloc(1, sizeof *k);

	assert(sets <= KPI_SETS_MAX);
	if (!k)
		abort();
	k->certificate = certificate_sessions;
	k->nsets = sets;
	return k;
}

static void set_fini(struct set *s)
{
	idmap_fini(&s->session);
	free(s->group_of);
	free(s->session_of);
	numbers_fini(&s->people);
	numbers_fini(&s->companies);
	idmap_fini(&s->cluster_session);
	idmap_fini(&s->cluster_at);
	free(s->cluster);
	idmap_fini(&s->company_cluster);
	free(s->group);
	free(s->seen);
	free(s->touched);
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

static uint32_t more(const struct idmap *of, uint64_t id)
{
	const uint32_t *n = idmap_find(of, id);

	return n ? *n : 0;
}

static uint64_t pair(uint64_t high, uint64_t low)
{
	assert(high <= UINT32_MAX - 1 && low <= UINT32_MAX);
	return high << 32 | low;
}

static bool add(struct idmap *set, uint64_t key)
{
	bool fresh;

	idmap_at(set, key, &fresh);
	return fresh;
}

static void *room(void *items, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return items;
	*cap = *cap ? *cap * 2 : 64;
	items = reallocarray(items, *cap, size);
	if (!items)
		abort();
	return items;
}

static struct group *group_at(struct set *s, uint32_t g)
{
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

static uint32_t session_in(struct set *s, uint32_t group, uint32_t session)
{
	const uint32_t i = idmap_number(&s->session, pair(group, session));

	if (i == s->sessions) {
		size_t cap = s->sessions_cap;

		s->group_of = room(s->group_of, i, &cap, sizeof *s->group_of);
		s->session_of = room(s->session_of, i, &s->sessions_cap, sizeof *s->session_of);
		s->group_of[i] = group;
		s->session_of[i] = session;
		s->sessions++;
	}
	return i;
}

void kpi_add(struct kpi *k, const struct kpi_row *r)
{
	const uint32_t session = take_place(k, r);

	for (size_t i = 0; i < k->nsets; i++) {
		struct set *s = &k->set[i];
		struct group *g = group_at(s, r->group[i]);
		const uint32_t at = session_in(s, r->group[i], session);

		g->f.registered++;
		if (!r->attended)
			continue;
		if (r->person != KPI_NONE)
			numbers_add(&s->people, pair((uint64_t)r->person, at));
		else
			g->f.without_person++;
		if (r->company != KPI_NONE)
			numbers_add(&s->companies, pair((uint64_t)r->company, at));
		else
			g->f.without_company++;
	}
}

/* --- who took part ---------------------------------------------------------------------------------------- */

static struct cluster *cluster_at(struct set *s, uint32_t group, uint32_t root)
{
	const uint32_t i = idmap_number(&s->cluster_at, pair(group, root));

	s->cluster = room(s->cluster, i, &s->clusters_cap, sizeof *s->cluster);
	if (i == s->clusters) {
		s->cluster[i] = (struct cluster){ .group = group };
		s->clusters++;
	}
	return &s->cluster[i];
}

/* One session of a group: how many of that group this one had before. */
static void touch(struct set *s, uint32_t group)
{
	if (!s->seen[group]++)
		s->touched[s->ntouched++] = group;
}

static void count_person(struct kpi *k, struct set *s, uint64_t who, bool in_doubt, uint32_t root)
{
	for (size_t i = 0; i < s->ntouched; i++) {
		const uint32_t group = s->touched[i];
		struct kpi_figures *f = &s->group[group].f;
		const bool certified = s->seen[group] >= k->certificate;

		f->participants += s->seen[group];
		f->people++;
		f->people_high += 1 + more(&k->two_people, who);
		f->certified += certified;
		s->seen[group] = 0;
		if (in_doubt) {
			struct cluster *c = cluster_at(s, group, root);

			c->members++;
			c->certified += certified;
		}
	}
	s->ntouched = 0;
}

/* The same numbers stand together, and so do those of one person. */
static void count_people(struct kpi *k, struct set *s)
{
	const struct numbers *l = &s->people;

	for (size_t i = 0, next; i < l->n; i = next) {
		const uint64_t who = l->at[i] >> 32;
		uint32_t root = 0;
		const bool in_doubt = joins_root(&k->people, who, &root);

		for (next = i; next < l->n && l->at[next] >> 32 == who; next++) {
			const uint32_t session = (uint32_t)l->at[next];

			if (next > i && l->at[next] == l->at[next - 1])
				continue;
			touch(s, s->group_of[session]);
			if (in_doubt)
				cluster_at(s, s->group_of[session], root)->sessions += add(&s->cluster_session, pair(root, session));
		}
		count_person(k, s, who, in_doubt, root);
	}
}

static void count_company(struct kpi *k, struct set *s, uint64_t who)
{
	uint32_t root = 0;
	const bool in_doubt = joins_root(&k->companies, who, &root);

	for (size_t i = 0; i < s->ntouched; i++) {
		const uint32_t group = s->touched[i];
		struct group *g = &s->group[group];

		g->f.companies += s->seen[group];
		g->f.unique_companies++;
		g->f.unique_companies_high += 1 + more(&k->two_companies, who);
		s->seen[group] = 0;
		if (in_doubt) {
			g->company_members++;
			g->company_clusters += add(&s->company_cluster, pair(group, root));
		}
	}
	s->ntouched = 0;
}

static void count_companies(struct kpi *k, struct set *s)
{
	const struct numbers *l = &s->companies;

	for (size_t i = 0, next; i < l->n; i = next) {
		const uint64_t who = l->at[i] >> 32;

		for (next = i; next < l->n && l->at[next] >> 32 == who; next++)
			if (next == i || l->at[next] != l->at[next - 1])
				touch(s, s->group_of[(uint32_t)l->at[next]]);
		count_company(k, s, who);
	}
}

/* --- what comes of it ------------------------------------------------------------------------------------- */

/* Sessions and different activities of each group: those that held a session together are one. */
static void activities(struct kpi *k, struct set *s)
{
	IDMAP_AUTO struct idmap seen = { 0 };

	for (size_t i = 0; i < s->sessions; i++) {
		struct kpi_figures *f = &s->group[s->group_of[i]].f;
		const uint32_t activity = joins_top(&k->nodes, k->node_of[s->session_of[i]]);

		f->sessions++;
		f->activities += add(&seen, pair(s->group_of[i], activity));
	}
}

/*
 * From n people, some may be one. The fewest certificates: those who have one turn out to be one person. The most: those
 * who have none reach it two by two, if the sessions of all of them are enough at all.
 */
static void certificates(const struct kpi *k, const struct cluster *c, struct kpi_figures *f)
{
	if (c->certified > 1)
		f->certified_low -= c->certified - 1;
	if (c->sessions >= k->certificate)
		f->certified_high += (c->members - c->certified) / 2;
}

static void finish(struct kpi *k, struct set *s)
{
	s->seen = calloc(s->n + 1, sizeof *s->seen);
	s->touched = calloc(s->n + 1, sizeof *s->touched);
	if (!s->seen || !s->touched)
		abort();
	numbers_sort(&s->people);
	numbers_sort(&s->companies);
	activities(k, s);
	count_people(k, s);
	count_companies(k, s);
	for (size_t i = 0; i < s->n; i++) {
		struct kpi_figures *f = &s->group[i].f;

		f->participants += f->without_person;
		f->people_low = f->people;
		f->certified_low = f->certified_high = f->certified;
		f->unique_companies_low = f->unique_companies - s->group[i].company_members + s->group[i].company_clusters;
	}
	for (size_t i = 0; i < s->clusters; i++) {
		struct kpi_figures *f = &s->group[s->cluster[i].group].f;

		f->people_low -= s->cluster[i].members - 1;
		certificates(k, &s->cluster[i], f);
	}
}

void kpi_figures(struct kpi *k, size_t set, uint32_t group, struct kpi_figures *out)
{
	for (size_t i = 0; !k->finished && i < k->nsets; i++)
		finish(k, &k->set[i]);
	k->finished = true;
	*out = group < k->set[set].n ? k->set[set].group[group].f : (struct kpi_figures){ 0 };
}
