#include "core/funnel.h"

#include <stdlib.h>

#include "base/room.h"
#include "core/idmap.h"
#include "core/spans.h"

const char *funnel_stage_name(enum funnel_stage stage)
{
	static const char *const names[] = {
#define X(stage, name) name,
		FUNNEL_STAGE_LIST(X)
#undef X
	};

	return names[stage];
}

const char *funnel_end_name(enum funnel_end end)
{
	static const char *const names[] = {
#define X(end, name) name,
		FUNNEL_END_LIST(X)
#undef X
	};

	return names[end];
}

/* A company in a group. */
struct company {
	uint32_t group;
	unsigned stages;                 /* bits */
	int64_t session_ms, referral_ms; /* the first of each; JOURNEY_NEVER */
};

struct group {
	struct funnel_figures f;
	struct spans time[FUNNEL_STAGES];
};

struct funnel {
	struct idmap at;                 /* (group, company) */
	struct company *company;
	size_t companies, companies_cap;
	struct group *group;
	size_t n, cap;
	bool finished;
};

struct funnel *funnel_new(void)
{
	struct funnel *f = calloc(1, sizeof *f);

	if (!f)
		abort();
	return f;
}

void funnel_free(struct funnel *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		for (int s = 0; s < FUNNEL_STAGES; s++)
			spans_fini(&f->group[i].time[s]);
	idmap_fini(&f->at);
	free(f->company);
	free(f->group);
	free(f);
}

static struct group *group_at(struct funnel *f, uint32_t g)
{
	while (g >= f->n) {
		f->group = room(f->group, f->n, &f->cap, sizeof *f->group);
		f->group[f->n++] = (struct group){ 0 };
	}
	return &f->group[g];
}

static struct company *company_at(struct funnel *f, uint32_t group, int64_t company)
{
	const uint32_t i = idmap_number(&f->at, (uint64_t)group << 32 | (uint32_t)company);

	f->company = room(f->company, i, &f->companies_cap, sizeof *f->company);
	if (i == f->companies) {
		f->company[i] = (struct company){ .group = group, .session_ms = JOURNEY_NEVER, .referral_ms = JOURNEY_NEVER };
		f->companies++;
	}
	return &f->company[i];
}

static void first(int64_t *have, int64_t ms)
{
	if (*have == JOURNEY_NEVER || ms < *have)
		*have = ms;
}

void funnel_participation(struct funnel *f, uint32_t group, int64_t company, bool attended, int64_t begin_ms)
{
	struct company *c;

	group_at(f, group);
	if (!company)
		return;
	c = company_at(f, group, company);
	c->stages |= 1u << FUNNEL_REACHED;
	if (!attended)
		return;
	c->stages |= 1u << FUNNEL_PARTICIPATED;
	first(&c->session_ms, begin_ms);
}

/* --- referrals -------------------------------------------------------------------------------------------- */

#define ENDED REFERRAL_IS_EXPIRED, REFERRAL_IS_WITHDRAWN, REFERRAL_STATES
static const enum referral_state entered[FUNNEL_STAGES] = {
	[FUNNEL_REFERRED] = REFERRAL_IS_CREATED,
	[FUNNEL_ACCEPTED] = REFERRAL_IS_ACCEPTED,
	[FUNNEL_IN_PROGRESS] = REFERRAL_IS_IN_PROGRESS,
};
static const enum referral_state left_by[FUNNEL_STAGES][6] = {
	[FUNNEL_REFERRED] = { REFERRAL_IS_ACCEPTED, REFERRAL_IS_DECLINED, ENDED },
	[FUNNEL_ACCEPTED] = { REFERRAL_IS_IN_PROGRESS, REFERRAL_IS_CLOSED, ENDED },
	[FUNNEL_IN_PROGRESS] = { REFERRAL_IS_CLOSED, ENDED },
};

static enum funnel_end end_of(const struct funnel_referral *r)
{
	switch (r->journey->state) {
	case REFERRAL_IS_CLOSED:
		return r->outcome;
	case REFERRAL_IS_DECLINED:
		return FUNNEL_END_DECLINED;
	case REFERRAL_IS_EXPIRED:
		return FUNNEL_END_EXPIRED;
	case REFERRAL_IS_WITHDRAWN:
		return FUNNEL_END_WITHDRAWN;
	case REFERRAL_IS_CREATED:
	case REFERRAL_IS_SENT:
	case REFERRAL_IS_RECEIVED:
	case REFERRAL_IS_ACCEPTED:
	case REFERRAL_IS_IN_PROGRESS:
	case REFERRAL_STATES:
		break;
	}
	return FUNNEL_END_OPEN;
}

static void pass(struct group *g, const struct journey *j, enum funnel_stage stage)
{
	struct funnel_stage_figures *s = &g->f.stage[stage];
	const int64_t in = journey_at(j, entered[stage]), out = journey_first(j, left_by[stage]);

	if (in == JOURNEY_NEVER)
		return;
	s->referrals++;
	if (out == JOURNEY_NEVER)
		s->waiting++;
	else
		spans_add(&g->time[stage], out > in ? out - in : 0);
}

void funnel_referral(struct funnel *f, uint32_t group, const struct funnel_referral *r)
{
	struct group *g = group_at(f, group);
	const bool applied = end_of(r) == FUNNEL_END_APPLICATION;
	struct company *c;

	pass(g, r->journey, FUNNEL_REFERRED);
	pass(g, r->journey, FUNNEL_ACCEPTED);
	pass(g, r->journey, FUNNEL_IN_PROGRESS);
	g->f.stage[FUNNEL_APPLIED].referrals += applied;
	g->f.end[end_of(r)]++;
	if (!r->company)
		return;
	c = company_at(f, group, r->company);
	c->stages |= 1u << FUNNEL_REACHED | 1u << FUNNEL_REFERRED;
	first(&c->referral_ms, journey_at(r->journey, REFERRAL_IS_CREATED));
	for (int s = FUNNEL_ACCEPTED; s <= FUNNEL_IN_PROGRESS; s++)
		if (journey_at(r->journey, entered[s]) != JOURNEY_NEVER)
			c->stages |= 1u << s;
	if (applied)
		c->stages |= 1u << FUNNEL_APPLIED;
}

/* --- what comes of it ------------------------------------------------------------------------------------- */

static void count_company(struct group *g, const struct company *c)
{
	const unsigned both = 1u << FUNNEL_PARTICIPATED | 1u << FUNNEL_REFERRED;

	for (int s = 0; s < FUNNEL_STAGES; s++)
		g->f.stage[s].companies += c->stages >> s & 1;
	if ((c->stages & both) != both)
		return;
	g->f.stage[FUNNEL_REFERRED].came++;
	if (c->referral_ms >= c->session_ms)
		spans_add(&g->time[FUNNEL_PARTICIPATED], c->referral_ms - c->session_ms);
}

static void finish(struct funnel *f)
{
	for (size_t i = 0; i < f->companies; i++)
		count_company(&f->group[f->company[i].group], &f->company[i]);
	for (size_t i = 0; i < f->n; i++) {
		struct funnel_stage_figures *s = f->group[i].f.stage;

		s[FUNNEL_PARTICIPATED].came = s[FUNNEL_PARTICIPATED].companies;
		s[FUNNEL_PARTICIPATED].of = s[FUNNEL_REACHED].companies;
		s[FUNNEL_REFERRED].of = s[FUNNEL_PARTICIPATED].companies;
		for (int k = FUNNEL_ACCEPTED; k < FUNNEL_STAGES; k++) {
			s[k].came = s[k].referrals;
			s[k].of = s[k - 1].referrals;
		}
		for (int k = 0; k < FUNNEL_STAGES; k++) {
			s[k].left = (int64_t)f->group[i].time[k].n;
			s[k].median_ms = spans_median(&f->group[i].time[k]);
		}
	}
}

size_t funnel_groups(const struct funnel *f)
{
	return f->n;
}

void funnel_figures(struct funnel *f, uint32_t group, struct funnel_figures *out)
{
	if (!f->finished)
		finish(f);
	f->finished = true;
	*out = (struct funnel_figures){ 0 };
	if (group < f->n)
		*out = f->group[group].f;
	else
		for (int s = 0; s < FUNNEL_STAGES; s++)
			out->stage[s].median_ms = -1;
}
