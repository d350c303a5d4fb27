/*
 * query_kpi.c - what took place and who took part.
 */
#include <stdlib.h>

#include "core/cells.h"
#include "core/kpi.h"
#include "store/query_pass.h"

#define ALLOWED                                                                                                        \
	(DIMENSION_BIT(KIND) | DIMENSION_BIT(PARTNER) | DIMENSION_BIT(TITLE) | DIMENSION_BIT(SERVICE) |                \
		DIMENSION_BIT(PROVINCE) | DIMENSION_BIT(LEGAL_FORM) | DIMENSION_BIT(SIZE_CLASS) | DIMENSION_BIT(YEAR) | \
		DIMENSION_BIT(QUARTER) | DIMENSION_BIT(MONTH))

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

struct kpis {
	struct moment *moment;
	struct kpi *kpi;
	struct grouping groups[REPORT_SETS_MAX];
	size_t n;
	size_t answering;
};
_Static_assert(REPORT_SETS_MAX == KPI_SETS_MAX, "REPORT_SETS_MAX");

static void free_kpis(void *of)
{
	struct kpis *x = of;

	kpi_free(x->kpi);
	for (size_t i = 0; i < x->n; i++)
		grouping_fini(&x->groups[i]);
	free(x);
}

static void doubt_person(void *ctx, int64_t a, int64_t b)
{
	struct kpi *kpi = ctx;

	if (b)
		kpi_maybe_same_person(kpi, a, b);
	else
		kpi_maybe_two_people(kpi, a);
}

static void doubt_company(void *ctx, int64_t a, int64_t b)
{
	struct kpi *kpi = ctx;

	if (b)
		kpi_maybe_same_company(kpi, a, b);
	else
		kpi_maybe_two_companies(kpi, a);
}

static bool take_one(struct kpis *x, const struct participation *p, struct err *e)
{
	struct kpi_row row = {
		.person = p->person,
		.company = p->company,
		.partner = p->partner,
		.kind = p->kind,
		.activity = p->activity,
		.day = p->day,
		.attended = p->attended,
	};

	for (size_t i = 0; i < x->n; i++) {
		const uint32_t group = grouping_number(&x->groups[i], p->value);

		if (group >= KPI_GROUPS_MAX)
			return err_set(e, ERR_ITEM, "by: that makes more than %d groups", KPI_GROUPS_MAX);
		row.group[i] = (uint16_t)group;
	}
	kpi_add(x->kpi, &row);
	return true;
}

static bool take(void *of, const struct participation *row, size_t n, struct err *e)
{
	struct kpis *x = of;

	for (size_t i = 0; i < n; i++)
		kpi_expect(x->kpi, row[i].kind, row[i].activity, row[i].partner, row[i].day);
	for (size_t i = 0; i < n; i++)
		if (!take_one(x, &row[i], e))
			return false;
	return true;
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
	const struct kpis *x = ctx;

	put_figures(into, x->kpi, total ? KPI_TOTAL : x->answering, group);
}

static bool folded(void *ctx, uint32_t group)
{
	const struct kpis *x = ctx;

	return kpi_folded(x->kpi, x->answering, group);
}

static void fold(struct kpis *x)
{
	const size_t most = x->moment->report->groups_max;

	for (size_t i = 0; most && i < x->n; i++) {
		x->groups[i].others = kpi_fold(x->kpi, i, most);
		x->groups[i].folded = x->groups[i].others ? folded : NULL;
	}
}

static json_t *answers(void *of, struct err *e)
{
	AUTO(json_drop) json_t *out = json_array();
	struct kpis *x = of;

	fold(x);
	for (x->answering = 0; x->answering < x->n; x->answering++) {
		json_t *one = report_answer(x->moment, &x->groups[x->answering], put, hide, x, e);

		if (!one)
			return NULL;
		json_object_set_new(one, "certificate", json_integer(x->moment->report->certificate));
		json_array_append_new(out, one);
	}
	return steal(out);
}

bool count_kpis(struct counter *out, struct moment *m, const char *const *by, size_t n, struct err *e)
{
	struct kpis *x = calloc(1, sizeof(*x));

	if (!x)
		abort();
	*out = (struct counter){ x, take, NULL, answers, free_kpis };
	x->moment = m;
	x->kpi = kpi_new(m->report->certificate, n);
	for (; x->n < n; x->n++) {
		if (!grouping_parse(&x->groups[x->n], by[x->n], ALLOWED, e))
			return false;
		m->by |= grouping_bits(&x->groups[x->n]);
	}
	return moment_doubts(m, RECORD_CONTACT, doubt_person, x->kpi, e) &&
	       moment_doubts(m, RECORD_ORGANIZATION, doubt_company, x->kpi, e);
}
