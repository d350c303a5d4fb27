#include "core/kpi.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/room.h"
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
	uint64_t *held;                  /* bits: its sessions */
	size_t words;
	uint32_t company_members, company_clusters;
};

/* Who, in which group, at which session, as one number whose order brings together what is counted together. */
#define SESSION_BITS 23
#define GROUP_BITS 13
#define WHO_BITS 28
_Static_assert(KPI_GROUPS_MAX == 1 << GROUP_BITS, "GROUP_BITS");
#define SESSION_OF_GROUP ((UINT64_C(1) << (GROUP_BITS + SESSION_BITS)) - 1)

/* One way of grouping. Who took part is gathered and counted once in order: that takes a fraction of the time of looking
 * each up. */
struct set {
	struct numbers people, companies;
	struct idmap cluster_session, cluster_at;    /* (root, group and session); (group, root) to its cluster */
	struct cluster *cluster;
	size_t clusters, clusters_cap;
	struct idmap company_cluster;                /* (group, root) */
	struct group *group;
	size_t n, cap;
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
	for (size_t i = 0; i < s->n; i++)
		free(s->group[i].held);
	numbers_fini(&s->people);
	numbers_fini(&s->companies);
	idmap_fini(&s->cluster_session);
	idmap_fini(&s->cluster_at);
	free(s->cluster);
	idmap_fini(&s->company_cluster);
	free(s->group);
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

static void hold(struct group *g, uint32_t session)
{
	const size_t word = session / 64;

	if (word >= g->words) {
		const size_t words = word * 2 + 4;

		g->held = room_for(g->held, words, sizeof *g->held);
		memset(g->held + g->words, 0, (words - g->words) * sizeof *g->held);
		g->words = words;
	}
	g->held[word] |= UINT64_C(1) << session % 64;
}

static uint64_t packed(int64_t who, uint32_t group, uint32_t session)
{
	assert(who < INT64_C(1) << WHO_BITS && group < 1u << GROUP_BITS && session < 1u << SESSION_BITS);
	return (uint64_t)who << (GROUP_BITS + SESSION_BITS) | (uint64_t)group << SESSION_BITS | session;
}

void kpi_add(struct kpi *k, const struct kpi_row *r)
{
	const uint32_t session = take_place(k, r);

	for (size_t i = 0; i < k->nsets; i++) {
		struct set *s = &k->set[i];
		struct group *g = group_at(s, r->group[i]);

		hold(g, session);
		g->f.registered++;
		if (!r->attended)
			continue;
		if (r->person != KPI_NONE)
			numbers_add(&s->people, packed(r->person, r->group[i], session));
		else
			g->f.without_person++;
		if (r->company != KPI_NONE)
			numbers_add(&s->companies, packed(r->company, r->group[i], session));
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

/* One run of numbers: one who in one group. How many different sessions, and where the next run begins. */
static uint32_t run(const struct numbers *l, size_t *i, uint64_t *who, uint32_t *group)
{
	const uint64_t both = l->at[*i] >> SESSION_BITS;
	uint32_t sessions = 0;

	*who = both >> GROUP_BITS;
	*group = (uint32_t)(both & ((1u << GROUP_BITS) - 1));
	for (uint64_t last = UINT64_MAX; *i < l->n && l->at[*i] >> SESSION_BITS == both; last = l->at[(*i)++])
		sessions += l->at[*i] != last;
	return sessions;
}

static void count_people(struct kpi *k, struct set *s)
{
	uint32_t group, root;
	uint64_t who;

	for (size_t i = 0, from = 0; i < s->people.n; from = i) {
		const uint32_t sessions = run(&s->people, &i, &who, &group);
		const bool certified = sessions >= k->certificate;
		struct kpi_figures *f = &s->group[group].f;
		struct cluster *c;

		f->participants += sessions;
		f->people++;
		f->people_high += 1 + more(&k->two_people, who);
		f->certified += certified;
		if (!joins_root(&k->people, who, &root))
			continue;
		c = cluster_at(s, group, root);
		c->members++;
		c->certified += certified;
		for (; from < i; from++)
			c->sessions += add(&s->cluster_session,
				(uint64_t)root << (GROUP_BITS + SESSION_BITS) | (s->people.at[from] & SESSION_OF_GROUP));
	}
}

static void count_companies(struct kpi *k, struct set *s)
{
	uint32_t group, root;
	uint64_t who;

	for (size_t i = 0; i < s->companies.n;) {
		const uint32_t sessions = run(&s->companies, &i, &who, &group);
		struct group *g = &s->group[group];

		g->f.companies += sessions;
		g->f.unique_companies++;
		g->f.unique_companies_high += 1 + more(&k->two_companies, who);
		if (!joins_root(&k->companies, who, &root))
			continue;
		g->company_members++;
		g->company_clusters += add(&s->company_cluster, pair(group, root));
	}
}

/* --- what comes of it ------------------------------------------------------------------------------------- */

/* Sessions and different activities of a group: those that held a session together are one. */
static void activities(struct kpi *k, struct group *g)
{
	IDMAP_AUTO struct idmap seen = { 0 };

	for (uint32_t session = 0; session < g->words * 64; session++)
		if (g->held[session / 64] >> session % 64 & 1) {
			g->f.sessions++;
			g->f.activities += add(&seen, joins_top(&k->nodes, k->node_of[session]));
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
	numbers_sort(&s->people);
	numbers_sort(&s->companies);
	count_people(k, s);
	count_companies(k, s);
	for (size_t i = 0; i < s->n; i++) {
		struct kpi_figures *f = &s->group[i].f;

		activities(k, &s->group[i]);
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
