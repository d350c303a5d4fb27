/*
 * query_funnel.c - what became of companies and of their referrals.
 */
#include <string.h>

#include "core/cells.h"
#include "core/funnel.h"
#include "store/query_journeys.h"
#include "store/sql.h"

#define OF_COMPANIES (DIMENSION_BIT(PROVINCE) | DIMENSION_BIT(LEGAL_FORM) | DIMENSION_BIT(SIZE_CLASS))
#define OF_REFERRALS (DIMENSION_BIT(TO) | DIMENSION_BIT(SERVICE))
#define ALLOWED                                                                                                        \
	(OF_COMPANIES | OF_REFERRALS | DIMENSION_BIT(FROM) | DIMENSION_BIT(YEAR) | DIMENSION_BIT(QUARTER) |            \
		DIMENSION_BIT(MONTH) | DIMENSION_BIT(COHORT))

/* --- the funnel ------------------------------------------------------------------------------------------- */

struct pass {
	struct moment moment;
	struct grouping groups;
	unsigned by;
	struct funnel *total, *grouped;
	int64_t outcome[FUNNEL_ENDS];    /* the words of outcomes */
	struct idmap partner;            /* a partner's number to its word */
};

static void drop_pass(struct pass *p)
{
	moment_fini(&p->moment);
	grouping_fini(&p->groups);
	funnel_free(p->total);
	funnel_free(p->grouped);
	idmap_fini(&p->partner);
}
#define PASS_AUTO __attribute__((cleanup(drop_pass)))

static void put_parts(const struct pass *p, int32_t day, int64_t value[DIMENSIONS])
{
	for (int part = PERIOD_YEAR; part <= PERIOD_MONTH; part++)
		if (p->by >> (DIMENSION_YEAR + part) & 1)
			value[DIMENSION_YEAR + part] = period_part_first(day, (enum period_part)part);
	if (p->by & DIMENSION_BIT(COHORT))
		value[DIMENSION_COHORT] = period_part_first(day, PERIOD_QUARTER);
}

static bool take_referral(void *ctx, const struct referral *r, struct err *e)
{
	(void)e;
	struct pass *p = ctx;
	int64_t value[DIMENSIONS] = { 0 };
	struct funnel_referral x = { .journey = &r->journey, .company = r->company, .outcome = FUNNEL_END_CLOSED };

	for (int end = FUNNEL_END_GUIDANCE; end <= FUNNEL_END_NO_FOLLOW_UP; end++)
		if (r->outcome && r->outcome == p->outcome[end])
			x.outcome = (enum funnel_end)end;
	funnel_referral(p->total, 0, &x);
	if (!p->groups.n)
		return true;
	value[DIMENSION_FROM] = r->from;
	value[DIMENSION_TO] = r->to;
	value[DIMENSION_SERVICE] = r->service;
	if (p->by & OF_COMPANIES)
		moment_about(&p->moment, r->company, value);
	put_parts(p, period_day_of(journey_at(&r->journey, REFERRAL_IS_CREATED)), value);
	funnel_referral(p->grouped, grouping_number(&p->groups, value), &x);
	return true;
}

static bool know_words(struct pass *p, struct err *e)
{
	struct ask a = ask(p->moment.query, sql_text_of(SQL_REPORT_PARTNER_WORDS));
	bool fresh;

	while (ask_row(&a))
		*idmap_at(&p->partner, (uint64_t)ask_number(&a, 0), &fresh) = (uint32_t)ask_number(&a, 1);
	if (!ask_end(&a, e))
		return false;
	for (int end = FUNNEL_END_GUIDANCE; end <= FUNNEL_END_NO_FOLLOW_UP; end++) {
		a = ask(p->moment.query, sql_text_of(SQL_REPORT_WORD_OF));
		ask_text(&a, funnel_end_name((enum funnel_end)end));
		p->outcome[end] = ask_row(&a) ? ask_number(&a, 0) : 0;
		if (!ask_end(&a, e))
			return false;
	}
	return true;
}

static int64_t partner_word(const struct pass *p, int64_t partner)
{
	const uint32_t *word = partner ? idmap_find(&p->partner, (uint64_t)partner) : NULL;

	return word && *word ? *word : partner ? partner | GROUPING_PARTNER : 0;
}

static bool take_participations(struct pass *p, struct err *e)
{
	const struct moment *m = &p->moment;
	const struct period *period = &m->report->period;
	const bool everything = period->first == INT32_MIN && period->last == INT32_MAX;
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_PARTICIPATIONS));

	ask_int(&a, m->seq);
	ask_int(&a, period->first);
	ask_int(&a, period->last);
	ask_int(&a, everything);
	while (ask_row(&a)) {
		const bool attended = sqlite3_column_type(a.statement, 7) == SQLITE_NULL || ask_number(&a, 7);
		const int32_t day = (int32_t)ask_number(&a, 6);
		int64_t company = moment_survivor(m, ask_number(&a, 1)), value[DIMENSIONS] = { 0 };

		if (!company)
			company = moment_company(m, moment_survivor(m, ask_number(&a, 0)));
		funnel_participation(p->total, 0, company, attended, period_day_begin(day));
		/* To whom, and for which service, is not asked of who was never referred. */
		if (!p->groups.n || p->by & OF_REFERRALS)
			continue;
		value[DIMENSION_FROM] = partner_word(p, ask_number(&a, 2));
		if (p->by & OF_COMPANIES)
			moment_about(m, company, value);
		put_parts(p, day, value);
		funnel_participation(p->grouped, grouping_number(&p->groups, value), company, attended, period_day_begin(day));
	}
	return ask_end(&a, e);
}

/* --- the answer ------------------------------------------------------------------------------------------- */

static json_t *count_or_null(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

static void put_figures(json_t *into, struct funnel *f, uint32_t group)
{
	json_t *stages = json_array(), *ends = json_object();
	struct funnel_figures figures;

	funnel_figures(f, group, &figures);
	for (int s = 0; s < FUNNEL_STAGES; s++) {
		const struct funnel_stage_figures *x = &figures.stage[s];
		const bool of_referrals = s >= FUNNEL_REFERRED;

		json_array_append_new(stages,
			json_pack("{ss,sI,so,so,so,so,so,so}", "stage", funnel_stage_name((enum funnel_stage)s), "companies",
				(json_int_t)x->companies, "referrals", of_referrals ? json_integer(x->referrals) : json_null(),
				"came", s ? json_integer(x->came) : json_null(), "of", s ? json_integer(x->of) : json_null(),
				"left", json_integer(x->left), "median_ms", count_or_null(x->median_ms), "waiting",
				of_referrals && s < FUNNEL_APPLIED ? json_integer(x->waiting) : json_null()));
	}
	for (int end = 0; end < FUNNEL_ENDS; end++)
		json_object_set_new(ends, funnel_end_name((enum funnel_end)end), json_integer(figures.end[end]));
	json_object_set_new(into, "stages", stages);
	json_object_set_new(into, "ends", ends);
}

static void same_cells(struct cells *c, size_t a, size_t b)
{
	cells_sum(c);
	cells_of_sum(c, a);
	cells_of_sum(c, b);
}

static json_t *stage_of(json_t *figures, int stage)
{
	return json_array_get(json_object_get(figures, "stages"), (size_t)stage);
}

/* What of one group adds up: referrals made are those that stand in one way or another; those that entered a stage left it
 * or wait in it; conversions repeat counts. */
static void sums_of(struct cells *c, json_t *figures)
{
	json_t *ends = json_object_get(figures, "ends");
	size_t entered[FUNNEL_STAGES], companies[FUNNEL_STAGES];

	for (int s = 0; s < FUNNEL_STAGES; s++) {
		companies[s] = cells_add(c, stage_of(figures, s), "companies");
		entered[s] = cells_add(c, stage_of(figures, s), "referrals");
	}
	cells_sum(c);
	cells_of_sum(c, entered[FUNNEL_REFERRED]);
	for (int end = 0; end < FUNNEL_ENDS; end++)
		cells_of_sum(c, cells_add(c, ends, funnel_end_name((enum funnel_end)end)));
	for (int s = FUNNEL_PARTICIPATED; s < FUNNEL_STAGES; s++) {
		const size_t came = cells_add(c, stage_of(figures, s), "came"), of = cells_add(c, stage_of(figures, s), "of");

		if (s != FUNNEL_REFERRED)
			same_cells(c, came, s == FUNNEL_PARTICIPATED ? companies[s] : entered[s]);
		same_cells(c, of, s <= FUNNEL_REFERRED ? companies[s - 1] : entered[s - 1]);
		if (s < FUNNEL_REFERRED || s == FUNNEL_APPLIED)
			continue;
		cells_sum(c);
		cells_of_sum(c, entered[s]);
		cells_of_sum(c, cells_add(c, stage_of(figures, s), "left"));
		cells_of_sum(c, cells_add(c, stage_of(figures, s), "waiting"));
	}
	cells_add(c, stage_of(figures, FUNNEL_PARTICIPATED), "left");
}

/* Nothing is told of the time of those who are too few to be counted. */
static void hide_medians(json_t *figures)
{
	for (int s = 0; s < FUNNEL_STAGES; s++)
		if (json_is_null(json_object_get(stage_of(figures, s), "left")))
			json_object_set_new(stage_of(figures, s), "median_ms", json_null());
}

static size_t hide(const struct report *report, json_t *total, json_t *groups)
{
	AUTO(cells_free) struct cells *c = cells_new();
	static const char *const columns[] = { "companies", "referrals", "waiting" };
	json_t *group;
	size_t i, hidden;

	if (report->small_cells <= 0)
		return 0;
	sums_of(c, total);
	json_array_foreach(groups, i, group)
		sums_of(c, group);
	for (size_t s = 0; json_array_size(groups) && s < FUNNEL_STAGES * 3; s++) {
		cells_sum(c);
		cells_of_sum(c, cells_add(c, stage_of(total, (int)s / 3), columns[s % 3]));
		json_array_foreach(groups, i, group)
			cells_of_sum(c, cells_add(c, stage_of(group, (int)s / 3), columns[s % 3]));
	}
	for (int end = 0; json_array_size(groups) && end < FUNNEL_ENDS; end++) {
		const char *name = funnel_end_name((enum funnel_end)end);

		cells_sum(c);
		cells_of_sum(c, cells_add(c, json_object_get(total, "ends"), name));
		json_array_foreach(groups, i, group)
			cells_of_sum(c, cells_add(c, json_object_get(group, "ends"), name));
	}
	hidden = cells_hide(c, report->small_cells);
	hide_medians(total);
	json_array_foreach(groups, i, group)
		hide_medians(group);
	return hidden;
}

static void put(void *ctx, json_t *into, bool total, uint32_t group)
{
	const struct pass *p = ctx;

	put_figures(into, total ? p->total : p->grouped, group);
}

json_t *query_funnel(struct query *q, const struct report *report, const char *by, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	PASS_AUTO struct pass p = { .total = funnel_new(), .grouped = funnel_new() };

	if (!grouping_parse(&p.groups, by, ALLOWED, e) || !moment_open(&p.moment, q, report, e))
		return NULL;
	for (size_t i = 0; i < p.groups.n; i++)
		p.by |= 1u << p.groups.by[i];
	if (!know_words(&p, e) || !moment_know_companies(&p.moment, e) ||
		(p.by & OF_COMPANIES && !moment_know_organizations(&p.moment, e)) || !take_participations(&p, e) ||
		!referrals_known(&p.moment, take_referral, &p, e))
		return NULL;
	return report_answer(&p.moment, &p.groups, put, hide, &p, e);
}
