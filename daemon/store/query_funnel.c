/*
 * query_funnel.c - what became of companies and of their referrals.
 */
#include <stdlib.h>

#include "core/cells.h"
#include "core/funnel.h"
#include "store/query_pass.h"
#include "store/sql.h"

#define OF_REFERRALS (DIMENSION_BIT(TO) | DIMENSION_BIT(SERVICE))
#define ALLOWED                                                                                                        \
	(DIMENSIONS_OF_COMPANIES | OF_REFERRALS | DIMENSION_BIT(FROM) | DIMENSION_BIT(YEAR) | DIMENSION_BIT(QUARTER) |            \
		DIMENSION_BIT(MONTH) | DIMENSION_BIT(COHORT))

/* --- the funnel ------------------------------------------------------------------------------------------- */

struct counted {
	struct moment *moment;
	struct funnel *funnel;
	struct grouping groups;
	bool referrals_only;             /* in groups */
	int64_t outcome[FUNNEL_ENDS];    /* the words of outcomes */
};

static void free_counted(void *of)
{
	struct counted *c = of;

	funnel_free(c->funnel);
	grouping_fini(&c->groups);
	free(c);
}

static uint32_t group_of(struct counted *c, const int64_t value[DIMENSIONS])
{
	return c->groups.n ? grouping_number(&c->groups, value) : FUNNEL_TOTAL;
}

static bool take_participations(void *of, const struct participation *p, size_t n, struct err *e)
{
	struct counted *c = of;
	(void)e;

	for (size_t i = 0; i < n; i++)
		funnel_expect(c->funnel, p[i].company);
	for (size_t i = 0; i < n; i++)
		funnel_participation(c->funnel, c->referrals_only ? FUNNEL_TOTAL : group_of(c, p[i].value), p[i].company,
			p[i].attended, p[i].day);
	return true;
}

static bool take_referral(void *of, const struct referral *r, struct err *e)
{
	struct counted *c = of;
	struct funnel_referral x = { .journey = &r->journey, .company = r->company, .outcome = FUNNEL_END_CLOSED };
	(void)e;

	for (int end = FUNNEL_END_GUIDANCE; end <= FUNNEL_END_NO_FOLLOW_UP; end++)
		if (r->outcome && r->outcome == c->outcome[end])
			x.outcome = (enum funnel_end)end;
	funnel_referral(c->funnel, group_of(c, r->value), &x);
	return true;
}

static bool know_outcomes(struct counted *c, struct err *e)
{
	for (int end = FUNNEL_END_GUIDANCE; end <= FUNNEL_END_NO_FOLLOW_UP; end++) {
		struct ask a = ask(c->moment->query, sql_text_of(SQL_REPORT_WORD_OF));

		ask_text(&a, funnel_end_name((enum funnel_end)end));
		c->outcome[end] = ask_row(&a) ? ask_number(&a, 0) : 0;
		if (!ask_end(&a, e))
			return false;
	}
	return true;
}

/* --- the answer ------------------------------------------------------------------------------------------- */

static json_t *count_or_null(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

/* Of what only referrals have, nothing is known of the stages before. */
static bool untold(const struct counted *c, uint32_t group, int stage)
{
	return c->referrals_only && group != FUNNEL_TOTAL && stage < FUNNEL_REFERRED;
}

static json_t *stage_json(const struct funnel_stage_figures *x, int stage)
{
	const bool of_referrals = stage >= FUNNEL_REFERRED;

	return json_pack("{ss,sI,so,so,so,so,so,so}", "stage", funnel_stage_name((enum funnel_stage)stage), "companies",
		(json_int_t)x->companies, "referrals", of_referrals ? json_integer(x->referrals) : json_null(), "came",
		stage ? json_integer(x->came) : json_null(), "of", stage ? json_integer(x->of) : json_null(), "left",
		json_integer(x->left), "median_ms", count_or_null(x->median_ms), "waiting",
		of_referrals && stage < FUNNEL_APPLIED ? json_integer(x->waiting) : json_null());
}

static void withhold(json_t *stage, const char *const *figures, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_object_set_new(stage, figures[i], json_null());
}

static void put_figures(json_t *into, const struct counted *c, uint32_t group)
{
	static const char *const figures_of[] = { "came", "of", "companies", "left", "median_ms" };
	json_t *stages = json_array(), *ends = json_object();
	struct funnel_figures figures;

	funnel_figures(c->funnel, group, &figures);
	for (int s = 0; s < FUNNEL_STAGES; s++) {
		json_t *stage = stage_json(&figures.stage[s], s);

		if (untold(c, group, s))
			withhold(stage, figures_of, sizeof(figures_of) / sizeof(*figures_of));
		else if (s && untold(c, group, s - 1))
			withhold(stage, figures_of, 2);   /* its conversion */
		json_array_append_new(stages, stage);
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

/* A total and its parts; where the groups cannot tell it, there are none. */
static void sum_of_groups(struct cells *c, json_t *(*of)(json_t *figures, int which), int which, const char *key, json_t *total,
	json_t *groups)
{
	json_t *group;
	size_t i;

	if (!json_is_integer(json_object_get(of(json_array_get(groups, 0), which), key)))
		return;
	cells_sum(c);
	cells_of_sum(c, cells_add(c, of(total, which), key));
	json_array_foreach(groups, i, group)
		cells_of_sum(c, cells_add(c, of(group, which), key));
}

static json_t *ends_of(json_t *figures, int unused)
{
	(void)unused;
	return json_object_get(figures, "ends");
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
	for (int s = 0; s < FUNNEL_STAGES * 3; s++)
		sum_of_groups(c, stage_of, s / 3, columns[s % 3], total, groups);
	for (int end = 0; end < FUNNEL_ENDS; end++)
		sum_of_groups(c, ends_of, end, funnel_end_name((enum funnel_end)end), total, groups);
	hidden = cells_hide(c, report->small_cells);
	hide_medians(total);
	json_array_foreach(groups, i, group)
		hide_medians(group);
	return hidden;
}

static void put(void *ctx, json_t *into, bool total, uint32_t group)
{
	const struct counted *c = ctx;

	put_figures(into, c, total ? FUNNEL_TOTAL : group);
}

static json_t *answer(void *of, struct err *e)
{
	struct counted *c = of;
	json_t *out = report_answer(c->moment, &c->groups, put, hide, c, e), *names = json_array();

	for (int s = 0; s < FUNNEL_STAGES; s++)
		if (untold(c, 0, s))
			json_array_append_new(names, json_string(funnel_stage_name((enum funnel_stage)s)));
	json_object_set_new(out, "untold", names);
	return out;
}

bool count_funnel(struct counter *out, struct moment *m, const char *by, struct err *e)
{
	struct counted *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	*out = (struct counter){ c, take_participations, take_referral, answer, free_counted };
	c->moment = m;
	c->funnel = funnel_new();
	if (!grouping_parse(&c->groups, by, ALLOWED, e))
		return false;
	m->by |= grouping_bits(&c->groups);
	/* To whom, and for which service, is not asked of who was never referred. */
	c->referrals_only = grouping_bits(&c->groups) & OF_REFERRALS;
	return know_outcomes(c, e);
}
