/*
 * query_kpi.c - what took place and who took part: one pass over the participations that were known then.
 */
#include <string.h>

#include "core/cells.h"
#include "core/kpi.h"
#include "store/query_facts.h"
#include "store/sql.h"

#define ALLOWED                                                                                                        \
	(DIMENSION_BIT(KIND) | DIMENSION_BIT(PARTNER) | DIMENSION_BIT(TITLE) | DIMENSION_BIT(SERVICE) |                \
		DIMENSION_BIT(PROVINCE) | DIMENSION_BIT(LEGAL_FORM) | DIMENSION_BIT(SIZE_CLASS) | DIMENSION_BIT(YEAR) | \
		DIMENSION_BIT(QUARTER) | DIMENSION_BIT(MONTH))
#define OF_COMPANIES (DIMENSION_BIT(PROVINCE) | DIMENSION_BIT(LEGAL_FORM) | DIMENSION_BIT(SIZE_CLASS))

/* X(member): how it is called in answers too; those about people and companies can be small. */
#define PLAIN_FIGURES(X) X(activities) X(sessions)
#define SMALL_FIGURES(X)                                                                                               \
	X(registered) X(participants) X(people) X(people_low) X(people_high) X(certified) X(certified_low) X(certified_high)         \
	X(companies) X(unique_companies) X(unique_companies_low) X(unique_companies_high) X(without_person) X(without_company)
static const char *const small[] = {
#define X(member) #member,
	SMALL_FIGURES(X)
#undef X
};
#define SMALL (sizeof(small) / sizeof(*small))

static void put_figures(json_t *into, struct kpi *k, size_t set, uint32_t group)
{
	struct kpi_figures f;

	kpi_figures(k, set, group, &f);
#define X(member) json_object_set_new(into, #member, json_integer(f.member));
	PLAIN_FIGURES(X)
	SMALL_FIGURES(X)
#undef X
}

struct set {
	struct grouping groups;
	unsigned by;                     /* bits of its dimensions */
};

struct pass {
	struct moment moment;
	struct kpi *kpi;                 /* all together, and then the sets */
	struct set set[REPORT_SETS_MAX];
	size_t n;
	unsigned by;                     /* of all sets */
	size_t answering;
	bool too_many;                   /* groups */
};

static void drop_pass(struct pass *p)
{
	moment_fini(&p->moment);
	kpi_free(p->kpi);
	for (size_t i = 0; i < p->n; i++)
		grouping_fini(&p->set[i].groups);
}
#define PASS_AUTO __attribute__((cleanup(drop_pass)))

static void doubt_person(void *ctx, int64_t a, int64_t b)
{
	struct pass *p = ctx;

	if (b)
		kpi_maybe_same_person(p->kpi, a, b);
	else
		kpi_maybe_two_people(p->kpi, a);
}

static void doubt_company(void *ctx, int64_t a, int64_t b)
{
	struct pass *p = ctx;

	if (b)
		kpi_maybe_same_company(p->kpi, a, b);
	else
		kpi_maybe_two_companies(p->kpi, a);
}

static void values_of(const struct pass *p, const struct kpi_row *row, int64_t title, int64_t value[DIMENSIONS])
{
	value[DIMENSION_KIND] = value[DIMENSION_SERVICE] = row->kind;
	value[DIMENSION_PARTNER] = row->partner;
	value[DIMENSION_TITLE] = title;
	if (p->by & OF_COMPANIES)
		moment_about(&p->moment, row->company, value);
	for (int part = PERIOD_YEAR; part <= PERIOD_MONTH && row->day != INT32_MIN; part++)
		if (p->by >> (DIMENSION_YEAR + part) & 1)
			value[DIMENSION_YEAR + part] = period_part_first(row->day, (enum period_part)part);
}

static void take(struct pass *p, struct ask *a)
{
	const struct moment *m = &p->moment;
	int64_t value[DIMENSIONS] = { 0 };
	struct kpi_row row = {
		.person = moment_survivor(m, ask_number(a, 0)),
		.company = moment_survivor(m, ask_number(a, 1)),
		.partner = (int)ask_number(a, 2),
		.kind = ask_number(a, 3),
		.activity = ask_number(a, 4),
		.day = sqlite3_column_type(a->statement, 6) == SQLITE_NULL ? INT32_MIN : (int32_t)ask_number(a, 6),
		/* Who does not say was there: a partner that keeps no such list registers those who came. */
		.attended = sqlite3_column_type(a->statement, 7) == SQLITE_NULL || ask_number(a, 7),
	};

	if (!row.company && row.person)
		row.company = moment_company(m, row.person);
	if (p->by)
		values_of(p, &row, ask_number(a, 5), value);
	for (size_t i = 0; i < p->n; i++)
		if (p->set[i].by)
			p->too_many |= (row.group[i + 1] = grouping_number(&p->set[i].groups, value)) >= KPI_GROUPS_MAX;
	if (!p->too_many)
		kpi_add(p->kpi, &row);
}

static bool run(struct pass *p, struct err *e)
{
	struct moment *m = &p->moment;
	const struct period *period = &m->report->period;
	struct ask a;

	if (!moment_know_companies(m, e) || (p->by & OF_COMPANIES && !moment_know_organizations(m, e)) ||
		!moment_doubts(m, RECORD_CONTACT, doubt_person, p, e) ||
		!moment_doubts(m, RECORD_ORGANIZATION, doubt_company, p, e))
		return false;
	a = ask(m->query, sql_text_of(SQL_REPORT_PARTICIPATIONS));
	ask_int(&a, m->seq);
	ask_int(&a, period->first);
	ask_int(&a, period->last);
	ask_int(&a, period->first == INT32_MIN && period->last == INT32_MAX);
	while (!p->too_many && ask_row(&a))
		take(p, &a);
	if (!ask_end(&a, e))
		return false;
	return !p->too_many || err_set(e, ERR_ITEM, "by: that makes more than %d groups", KPI_GROUPS_MAX);
}

/* Each figure's column is a sum: the total and its groups. Unique counts do not add up, but come close enough to be
 * guessed from. */
static size_t hide(const struct report *report, json_t *total, json_t *groups)
{
	AUTO(cells_free) struct cells *c = cells_new();
	json_t *group;
	size_t i;

	for (size_t f = 0; f < SMALL; f++) {
		const size_t whole = cells_add(c, total, small[f]);

		if (!json_array_size(groups))
			continue;
		cells_sum(c);
		cells_of_sum(c, whole);
		json_array_foreach(groups, i, group)
			cells_of_sum(c, cells_add(c, group, small[f]));
	}
	return report->small_cells > 0 ? cells_hide(c, report->small_cells) : 0;
}

static void put(void *ctx, json_t *into, bool total, uint32_t group)
{
	const struct pass *p = ctx;

	put_figures(into, p->kpi, total ? 0 : p->answering + 1, group);
}

static bool begin(struct pass *p, const struct report *report, const char *const *by, size_t n, struct err *e)
{
	for (; p->n < n; p->n++) {
		struct set *s = &p->set[p->n];

		if (!grouping_parse(&s->groups, by[p->n], ALLOWED, e))
			return false;
		for (size_t i = 0; i < s->groups.n; i++)
			s->by |= 1u << s->groups.by[i];
		p->by |= s->by;
	}
	p->kpi = kpi_new(report->certificate, p->by ? n + 1 : 1);
	return true;
}

json_t *query_kpis(struct query *q, const struct report *report, const char *const *by, size_t n, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	PASS_AUTO struct pass p = { 0 };
	AUTO(json_drop) json_t *out = json_array();

	if (!begin(&p, report, by, n, e) || !moment_open(&p.moment, q, report, e) || !run(&p, e))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		json_t *one;

		p.answering = i;
		one = report_answer(&p.moment, &p.set[i].groups, put, hide, &p, e);
		if (!one)
			return NULL;
		json_object_set_new(one, "certificate", json_integer(report->certificate));
		json_array_append_new(out, one);
	}
	return steal(out);
}
