/*
 * kpi_count.c - all rows, counted in order.
 *
 * All that is counted is how many different ones there were in each group, each at how many different sessions: people,
 * companies, activities. Brought in order, by who and then by session, that takes no looking up.
 */
#include "core/kpi_parts.h"

#include <stdlib.h>

#include "base/room.h"
#include "core/numbers.h"

static uint32_t more(const struct idmap *of, uint64_t id)
{
	const uint32_t *n = idmap_find(of, id);

	return n ? *n : 0;
}

static bool add(struct idmap *set, uint64_t key)
{
	bool fresh;

	idmap_at(set, key, &fresh);
	return fresh;
}

/* --- one after another ------------------------------------------------------------------------------------ */

struct count {
	struct kpi *kpi;
	/* One of them, at another session of the group. NULL: no matter. */
	void (*session)(struct kpi *, struct set *, uint32_t group, uint32_t who, uint32_t session);
	/* One of them, at so many sessions of the group. */
	void (*one)(struct kpi *, struct set *, uint32_t group, uint32_t who, uint32_t sessions);
};

static void see(const struct count *c, struct set *s, uint32_t group, uint32_t who, uint32_t session)
{
	struct mark *m = &s->mark[group];

	if (m->who == who && m->latest == session)
		return;
	if (m->who != who) {
		*m = (struct mark){ .who = who };
		s->touched[s->ntouched++] = group;
	}
	m->latest = session;
	m->sessions++;
	if (c->session)
		c->session(c->kpi, s, group, who, session);
}

static void tell(const struct count *c, struct set *s, uint32_t who)
{
	for (size_t i = 0; i < s->ntouched; i++)
		c->one(c->kpi, s, s->touched[i], who, s->mark[s->touched[i]].sessions);
	s->ntouched = 0;
}

/* Who, at which session, in which groups, as one number whose order brings together what is counted together. */
struct layout {
	unsigned mix_bits, session_bits;
};

static unsigned bits_of(uint64_t most)
{
	return most ? 64 - (unsigned)__builtin_clzll(most) : 0;
}

static struct layout layout_of(const struct kpi *k, uint32_t most)
{
	const struct layout l = { bits_of(k->mix.n), bits_of(k->session.n) };

	assert(bits_of(most) + l.session_bits + l.mix_bits <= 64);
	return l;
}

static uint64_t packed(const struct layout *l, uint32_t who, const struct kept *row)
{
	return ((uint64_t)who << l->session_bits | row->session) << l->mix_bits | row->mix;
}

static uint32_t low(uint64_t number, unsigned bits)
{
	return (uint32_t)(number & ((UINT64_C(1) << bits) - 1));
}

static void count(const struct count *c, const struct layout *l, const struct numbers *ordered)
{
	const uint64_t *at = ordered->at, *end = at + ordered->n;
	const unsigned who_bit = l->session_bits + l->mix_bits;
	struct kpi *k = c->kpi;

	for (size_t i = 0; i < k->nsets; i++)
		for (size_t g = 0; g < k->set[i].n; g++)
			k->set[i].mark[g].who = NOBODY;
	while (at < end) {
		const uint64_t who = *at >> who_bit;

		for (; at < end && *at >> who_bit == who; at++)
			for (size_t i = 0; i < k->nsets; i++)
				see(c, &k->set[i], group_of(k->mix_of[low(*at, l->mix_bits)], i), (uint32_t)who,
					low(*at >> l->mix_bits, l->session_bits));
		for (size_t i = 0; i < k->nsets; i++)
			tell(c, &k->set[i], (uint32_t)who);
	}
}

/* --- people ----------------------------------------------------------------------------------------------- */

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

static void person_at(struct kpi *k, struct set *s, uint32_t group, uint32_t who, uint32_t session)
{
	uint32_t root, cluster;

	if (!joins_root(&k->people, who, &root))
		return;
	cluster = (uint32_t)(cluster_at(s, group, root) - s->cluster);
	s->cluster[cluster].sessions += add(&s->cluster_session, pair(cluster, session));
}

static void person(struct kpi *k, struct set *s, uint32_t group, uint32_t who, uint32_t sessions)
{
	const bool certified = sessions >= k->certificate;
	struct kpi_figures *f = &s->group[group].f;
	struct cluster *c;
	uint32_t root;

	f->participants += sessions;
	f->people++;
	f->people_high += 1 + more(&k->two_people, who);
	f->certified += certified;
	if (!joins_root(&k->people, who, &root))
		return;
	c = cluster_at(s, group, root);
	c->members++;
	c->certified += certified;
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

static void people_done(const struct kpi *k, struct set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct kpi_figures *f = &s->group[i].f;

		f->participants += f->without_person;
		f->people_low = f->people;
		f->certified_low = f->certified_high = f->certified;
	}
	for (size_t i = 0; i < s->clusters; i++) {
		struct kpi_figures *f = &s->group[s->cluster[i].group].f;

		f->people_low -= s->cluster[i].members - 1;
		certificates(k, &s->cluster[i], f);
	}
}

/* --- companies and activities ----------------------------------------------------------------------------- */

static void company(struct kpi *k, struct set *s, uint32_t group, uint32_t who, uint32_t sessions)
{
	struct group *g = &s->group[group];
	uint32_t root;

	g->f.companies += sessions;
	g->f.unique_companies++;
	g->f.unique_companies_high += 1 + more(&k->two_companies, who);
	if (!joins_root(&k->companies, who, &root))
		return;
	g->company_members++;
	g->company_clusters += add(&s->company_cluster, pair(group, root));
}

static void companies_done(struct set *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->group[i].f.unique_companies_low =
			s->group[i].f.unique_companies - s->group[i].company_members + s->group[i].company_clusters;
}

static void activity(struct kpi *k, struct set *s, uint32_t group, uint32_t who, uint32_t sessions)
{
	(void)k;
	(void)who;
	s->group[group].f.activities++;
	s->group[group].f.sessions += sessions;
}

/* --- what comes of it ------------------------------------------------------------------------------------- */

/* of(): whom a row is about; KPI_NONE: nobody. */
static void count_by(const struct count *c, uint32_t (*of)(struct kpi *, const struct kept *), struct numbers list[2])
{
	const struct kpi *k = c->kpi;
	struct layout layout;
	uint32_t most = 0;

	for (size_t i = 0; i < k->rows; i++) {
		const uint32_t who = of(c->kpi, &k->row[i]);

		most = who > most ? who : most;
	}
	layout = layout_of(k, most);
	list[0].n = 0;
	for (size_t i = 0; i < k->rows; i++) {
		const uint32_t who = of(c->kpi, &k->row[i]);

		if (who != KPI_NONE)
			numbers_add(&list[0], packed(&layout, who, &k->row[i]));
	}
	numbers_sort(&list[0], layout.mix_bits, &list[1]);
	count(c, &layout, &list[0]);
}

static uint32_t person_of(struct kpi *k, const struct kept *row)
{
	(void)k;
	return row->person;
}

static uint32_t company_of(struct kpi *k, const struct kept *row)
{
	(void)k;
	return row->company;
}

/* Those that held a session together are one. */
static uint32_t activity_of(struct kpi *k, const struct kept *row)
{
	return 1 + joins_top(&k->nodes, k->node_of[row->session]);
}

void kpi_count(struct kpi *k)
{
	struct numbers list[2] = { 0 };

	for (size_t i = 0; i < k->nsets; i++) {
		struct set *s = &k->set[i];

		s->mark = room_for(NULL, s->n + 1, sizeof *s->mark);
		s->touched = room_for(NULL, s->n + 1, sizeof *s->touched);
	}
	count_by(&(struct count){ k, person_at, person }, person_of, list);
	count_by(&(struct count){ k, NULL, company }, company_of, list);
	count_by(&(struct count){ k, NULL, activity }, activity_of, list);
	numbers_fini(&list[0]);
	numbers_fini(&list[1]);
	for (size_t i = 0; i < k->nsets; i++) {
		people_done(k, &k->set[i]);
		companies_done(&k->set[i]);
	}
	k->finished = true;
}
