#include "core/kpi.h"

#include <assert.h>
#include <stdlib.h>

#include "core/joins.h"

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

struct kpi {
	unsigned certificate;
	struct idmap activity;           /* (kind, id) to its number */
	struct idmap session;            /* (activity, day) */
	struct idmap group_session;      /* (group, session): what the sets below hold */
	struct idmap held;               /* (group, activity node), a node being (activity, partner) */
	struct idmap session_node;       /* session to the first node that held it, + 1 */
	struct joins nodes;
	struct idmap person_session, person;         /* (person, group session); (group, person) to its sessions */
	struct idmap company_session, company;       /* the same; the second a set */
	struct joins people, companies;              /* that may be the same */
	struct idmap two_people, two_companies;      /* that may be more: to by how many */
	struct idmap cluster_session, cluster_at;    /* (root, group session); (group, root) to its cluster */
	struct cluster *cluster;
	size_t clusters, clusters_cap;
	struct idmap company_cluster;                /* (group, root) */
	struct group *group;
	size_t n, cap;
	bool finished;
};

struct kpi *kpi_new(unsigned certificate_sessions)
{
	struct kpi *k = calloc(1, sizeof *k);

	if (!k)
		abort();
	k->certificate = certificate_sessions;
	return k;
}

void kpi_free(struct kpi *k)
{
	if (!k)
		return;
	idmap_fini(&k->activity);
	idmap_fini(&k->session);
	idmap_fini(&k->group_session);
	idmap_fini(&k->held);
	idmap_fini(&k->session_node);
	joins_fini(&k->nodes);
	idmap_fini(&k->person_session);
	idmap_fini(&k->person);
	idmap_fini(&k->company_session);
	idmap_fini(&k->company);
	joins_fini(&k->people);
	joins_fini(&k->companies);
	idmap_fini(&k->two_people);
	idmap_fini(&k->two_companies);
	idmap_fini(&k->cluster_session);
	idmap_fini(&k->cluster_at);
	free(k->cluster);
	idmap_fini(&k->company_cluster);
	free(k->group);
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

static struct group *group_at(struct kpi *k, uint32_t g)
{
	while (g >= k->n) {
		if (k->n == k->cap) {
			k->cap = k->cap ? k->cap * 2 : 16;
			k->group = reallocarray(k->group, k->cap, sizeof *k->group);
			if (!k->group)
				abort();
		}
		k->group[k->n++] = (struct group){ 0 };
	}
	return &k->group[g];
}

/* --- what took place -------------------------------------------------------------------------------------- */

/* The number of that group's session. */
static uint32_t take_place(struct kpi *k, const struct kpi_row *r, struct group *g)
{
	const uint32_t activity = idmap_number(&k->activity, pair((uint64_t)r->kind, (uint64_t)r->activity));
	const uint32_t session = idmap_number(&k->session, pair(activity, (uint32_t)r->day));
	const uint32_t node = joins_node(&k->nodes, pair(activity, (uint64_t)r->partner));
	const size_t sessions = k->group_session.n;
	const uint32_t in_group = idmap_number(&k->group_session, pair(r->group, session));
	bool fresh;
	uint32_t *first;

	g->f.sessions += k->group_session.n != sessions;
	add(&k->held, pair(r->group, node));
	first = idmap_at(&k->session_node, session, &fresh);
	if (fresh)
		*first = node;
	else
		joins_pair(&k->nodes, *first, node);
	return in_group;
}

/* --- who took part ---------------------------------------------------------------------------------------- */

static struct cluster *cluster_at(struct kpi *k, uint32_t group, uint32_t root)
{
	const uint32_t i = idmap_number(&k->cluster_at, pair(group, root));

	if (i == k->clusters_cap) {
		k->clusters_cap = k->clusters_cap ? k->clusters_cap * 2 : 16;
		k->cluster = reallocarray(k->cluster, k->clusters_cap, sizeof *k->cluster);
		if (!k->cluster)
			abort();
	}
	if (i == k->clusters) {
		k->cluster[i] = (struct cluster){ .group = group };
		k->clusters++;
	}
	return &k->cluster[i];
}

static void person(struct kpi *k, const struct kpi_row *r, uint32_t session, struct group *g)
{
	const uint64_t who = (uint64_t)r->person;
	struct cluster *c = NULL;
	uint32_t root, *sessions;
	bool fresh;

	if (!add(&k->person_session, pair(who, session)))
		return;
	g->f.participants++;
	if (joins_root(&k->people, who, &root)) {
		c = cluster_at(k, r->group, root);
		c->sessions += add(&k->cluster_session, pair(root, session));
	}
	sessions = idmap_at(&k->person, pair(r->group, who), &fresh);
	g->f.people += fresh;
	g->f.people_high += fresh ? 1 + more(&k->two_people, who) : 0;
	if (c)
		c->members += fresh;
	if (++*sessions != k->certificate)
		return;
	g->f.certified++;
	if (c)
		c->certified++;
}

static void company(struct kpi *k, const struct kpi_row *r, uint32_t session, struct group *g)
{
	const uint64_t who = (uint64_t)r->company;
	uint32_t root;

	if (!add(&k->company_session, pair(who, session)))
		return;
	g->f.companies++;
	if (!add(&k->company, pair(r->group, who)))
		return;
	g->f.unique_companies++;
	g->f.unique_companies_high += 1 + more(&k->two_companies, who);
	if (!joins_root(&k->companies, who, &root))
		return;
	g->company_members++;
	g->company_clusters += add(&k->company_cluster, pair(r->group, root));
}

void kpi_add(struct kpi *k, const struct kpi_row *r)
{
	struct group *g = group_at(k, r->group);
	const uint32_t session = take_place(k, r, g);

	g->f.registered++;
	if (!r->attended)
		return;
	if (r->person != KPI_NONE) {
		person(k, r, session, g);
	} else {
		g->f.participants++;
		g->f.without_person++;
	}
	if (r->company != KPI_NONE)
		company(k, r, session, g);
	else
		g->f.without_company++;
}

/* --- what comes of it ------------------------------------------------------------------------------------- */

/* Different activities of each group: nodes that held a session together are one. */
static void activities(struct kpi *k)
{
	IDMAP_AUTO struct idmap seen = { 0 };

	for (size_t i = 0; i < k->held.cap; i++) {
		const uint64_t key = k->held.key[i] - 1;
		const uint32_t group = (uint32_t)(key >> 32);

		if (k->held.key[i])
			k->group[group].f.activities += add(&seen, pair(group, joins_top(&k->nodes, (uint32_t)key)));
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

static void finish(struct kpi *k)
{
	activities(k);
	for (size_t i = 0; i < k->n; i++) {
		struct kpi_figures *f = &k->group[i].f;

		f->people_low = f->people;
		f->certified_low = f->certified_high = f->certified;
		f->unique_companies_low = f->unique_companies - k->group[i].company_members + k->group[i].company_clusters;
	}
	for (size_t i = 0; i < k->clusters; i++) {
		struct kpi_figures *f = &k->group[k->cluster[i].group].f;

		f->people_low -= k->cluster[i].members - 1;
		certificates(k, &k->cluster[i], f);
	}
}

size_t kpi_groups(const struct kpi *k)
{
	return k->n;
}

void kpi_figures(struct kpi *k, uint32_t group, struct kpi_figures *out)
{
	if (!k->finished)
		finish(k);
	k->finished = true;
	*out = group < k->n ? k->group[group].f : (struct kpi_figures){ 0 };
}
