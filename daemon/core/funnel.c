#include "core/funnel.h"

#include <assert.h>
#include <stdlib.h>

#include "base/room.h"
#include "core/dense.h"
#include "core/period.h"
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

/* A company in a group, or in the total. */
struct place {
	uint32_t group;
	uint32_t next;                   /* of the same company, as struct funnel's `first` has them */
	unsigned stages;                 /* bits */
	int32_t day;                     /* of the first session; INT32_MAX */
};

struct group {
	struct funnel_figures f;
	struct spans time[FUNNEL_STAGES];
};

struct funnel {
	struct dense first;              /* company to its place in the total, counted from 1; those in groups follow */
	struct place *place;
	int64_t *referral_ms;            /* by place: the first; JOURNEY_NEVER */
	size_t places, places_cap;
	struct group total, *group;
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

static void group_fini(struct group *g)
{
	for (int s = 0; s < FUNNEL_STAGES; s++)
		spans_fini(&g->time[s]);
}

void funnel_free(struct funnel *f)
{
	if (!f)
		return;
	group_fini(&f->total);
	for (size_t i = 0; i < f->n; i++)
		group_fini(&f->group[i]);
	dense_fini(&f->first);
	free(f->place);
	free(f->referral_ms);
	free(f->group);
	free(f);
}

static struct group *group_at(struct funnel *f, uint32_t g)
{
	if (g == FUNNEL_TOTAL)
		return &f->total;
	while (g >= f->n) {
		f->group = room(f->group, f->n, &f->cap, sizeof *f->group);
		f->group[f->n++] = (struct group){ 0 };
	}
	return &f->group[g];
}

static uint32_t new_place(struct funnel *f, uint32_t group, uint32_t next)
{
	if (f->places == f->places_cap) {
		f->place = room(f->place, f->places, &f->places_cap, sizeof *f->place);
		f->referral_ms = room_for(f->referral_ms, f->places_cap, sizeof *f->referral_ms);
	}
	f->place[f->places] = (struct place){ .group = group, .next = next, .day = INT32_MAX };
	f->referral_ms[f->places] = JOURNEY_NEVER;
	return (uint32_t)++f->places;
}

static struct place *total_at(struct funnel *f, int64_t company)
{
	uint32_t *first = dense_put(&f->first, (uint64_t)company);

	if (!*first)
		*first = new_place(f, FUNNEL_TOTAL, 0);
	return &f->place[*first - 1];
}

/* The group that was asked for comes next to the total: what is of one company and one group tends to come together. */
static struct place *place_at(struct funnel *f, uint32_t group, int64_t company)
{
	const size_t total = (size_t)(total_at(f, company) - f->place);
	uint32_t *link = &f->place[total].next, at;

	while (*link && f->place[*link - 1].group != group)
		link = &f->place[*link - 1].next;
	at = *link;
	if (!at) {
		at = new_place(f, group, f->place[total].next);
	} else if (link != &f->place[total].next) {
		*link = f->place[at - 1].next;
		f->place[at - 1].next = f->place[total].next;
	}
	f->place[total].next = at;
	return &f->place[at - 1];
}

void funnel_expect(const struct funnel *f, int64_t company)
{
	const uint32_t first = dense_at(&f->first, (uint64_t)company);

	if (first)
		__builtin_prefetch(&f->place[first - 1]);
}

static void take_part(struct place *p, bool attended, int32_t day)
{
	p->stages |= 1u << FUNNEL_REACHED;
	if (!attended)
		return;
	p->stages |= 1u << FUNNEL_PARTICIPATED;
	if (day != INT32_MIN && day < p->day)
		p->day = day;
}

void funnel_participation(struct funnel *f, uint32_t group, int64_t company, bool attended, int32_t day)
{
	group_at(f, group);
	if (!company)
		return;
	take_part(total_at(f, company), attended, day);
	if (group != FUNNEL_TOTAL)
		take_part(place_at(f, group, company), attended, day);
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

static void count_referral(struct group *g, const struct funnel_referral *r)
{
	pass(g, r->journey, FUNNEL_REFERRED);
	pass(g, r->journey, FUNNEL_ACCEPTED);
	pass(g, r->journey, FUNNEL_IN_PROGRESS);
	g->f.stage[FUNNEL_APPLIED].referrals += end_of(r) == FUNNEL_END_APPLICATION;
	g->f.end[end_of(r)]++;
}

static void be_referred(struct funnel *f, struct place *p, const struct funnel_referral *r)
{
	const int64_t made = journey_at(r->journey, REFERRAL_IS_CREATED);
	int64_t *first_ms = &f->referral_ms[p - f->place];

	p->stages |= 1u << FUNNEL_REACHED | 1u << FUNNEL_REFERRED;
	if (*first_ms == JOURNEY_NEVER || made < *first_ms)
		*first_ms = made;
	for (int s = FUNNEL_ACCEPTED; s <= FUNNEL_IN_PROGRESS; s++)
		if (journey_at(r->journey, entered[s]) != JOURNEY_NEVER)
			p->stages |= 1u << s;
	if (end_of(r) == FUNNEL_END_APPLICATION)
		p->stages |= 1u << FUNNEL_APPLIED;
}

void funnel_referral(struct funnel *f, uint32_t group, const struct funnel_referral *r)
{
	count_referral(&f->total, r);
	if (group != FUNNEL_TOTAL)
		count_referral(group_at(f, group), r);
	if (!r->company)
		return;
	be_referred(f, total_at(f, r->company), r);
	if (group != FUNNEL_TOTAL)
		be_referred(f, place_at(f, group, r->company), r);
}

/* --- what comes of it ------------------------------------------------------------------------------------- */

static void count_company(struct group *g, const struct place *p, int64_t referral_ms)
{
	const unsigned both = 1u << FUNNEL_PARTICIPATED | 1u << FUNNEL_REFERRED;
	int64_t session_ms;

	for (int s = 0; s < FUNNEL_STAGES; s++)
		g->f.stage[s].companies += p->stages >> s & 1;
	if ((p->stages & both) != both)
		return;
	g->f.stage[FUNNEL_REFERRED].came++;
	if (p->day == INT32_MAX)
		return;
	session_ms = period_day_begin(p->day);
	if (referral_ms >= session_ms)
		spans_add(&g->time[FUNNEL_PARTICIPATED], referral_ms - session_ms);
}

static void sum_up(struct group *g)
{
	struct funnel_stage_figures *s = g->f.stage;

	s[FUNNEL_PARTICIPATED].came = s[FUNNEL_PARTICIPATED].companies;
	s[FUNNEL_PARTICIPATED].of = s[FUNNEL_REACHED].companies;
	s[FUNNEL_REFERRED].of = s[FUNNEL_PARTICIPATED].companies;
	for (int k = FUNNEL_ACCEPTED; k < FUNNEL_STAGES; k++) {
		s[k].came = s[k].referrals;
		s[k].of = s[k - 1].referrals;
	}
	for (int k = 0; k < FUNNEL_STAGES; k++) {
		s[k].left = (int64_t)g->time[k].n;
		s[k].median_ms = spans_median(&g->time[k]);
	}
}

void funnel_figures(struct funnel *f, uint32_t group, struct funnel_figures *out)
{
	if (!f->finished) {
		for (size_t i = 0; i < f->places; i++)
			count_company(group_at(f, f->place[i].group), &f->place[i], f->referral_ms[i]);
		sum_up(&f->total);
		for (size_t i = 0; i < f->n; i++)
			sum_up(&f->group[i]);
		f->finished = true;
	}
	assert(group == FUNNEL_TOTAL || group < f->n);
	*out = group_at(f, group)->f;
}
