/*
 * query_pass.c - participations as they were known, and referrals: one version after another, each from when it was known,
 * makes its journey.
 */
#include "store/query_pass.h"

#include "store/sql.h"

#define ROWS 256   /* participations at a time */

struct pass {
	struct moment *moment;
	const struct counter *counter;
	size_t n;
};

static bool asked(const struct moment *m, unsigned dimensions)
{
	return m->by & dimensions;
}

static void put_day(const struct moment *m, int32_t day, int64_t value[DIMENSIONS])
{
	static const enum period_part part[DIMENSIONS] = {
		[DIMENSION_YEAR] = PERIOD_YEAR,
		[DIMENSION_QUARTER] = PERIOD_QUARTER,
		[DIMENSION_MONTH] = PERIOD_MONTH,
		[DIMENSION_COHORT] = PERIOD_QUARTER,
	};

	for (int d = DIMENSION_YEAR; d < DIMENSIONS && day != INT32_MIN; d++)
		if (asked(m, 1u << d))
			value[d] = period_part_first(day, part[d]);
}

/* --- participations --------------------------------------------------------------------------------------- */

static bool null(struct ask *a, int column)
{
	return sqlite3_column_type(a->statement, column) == SQLITE_NULL;
}

static bool put_participation(struct moment *m, struct participation *p, struct err *e)
{
	int64_t *value = p->value;

	if (asked(m, DIMENSION_BIT(PARTNER) | DIMENSION_BIT(FROM)) && !moment_partner(m, p->partner, &value[DIMENSION_PARTNER], e))
		return false;
	value[DIMENSION_FROM] = value[DIMENSION_PARTNER] = moment_partner_under(m, value[DIMENSION_PARTNER]);
	value[DIMENSION_KIND] = value[DIMENSION_SERVICE] = p->kind;
	if (asked(m, DIMENSIONS_OF_COMPANIES))
		moment_about(m, p->company, value);
	put_day(m, p->day, value);
	return true;
}

/* As the record named whom it is about. */
static void read_participation(struct ask *a, struct participation *p)
{
	const int64_t held_on = ask_number(a, 6), attended = ask_number(a, 7);

	*p = (struct participation){
		.person = ask_number(a, 0),
		.company = ask_number(a, 1),
		.partner = (int)ask_number(a, 2),
		.kind = ask_number(a, 3),
		.activity = ask_number(a, 4),
		.value[DIMENSION_TITLE] = ask_number(a, 5),
		.day = !held_on && null(a, 6) ? INT32_MIN : (int32_t)held_on,
		/* Who does not say was there: a partner that keeps no such list registers those who came. */
		.attended = attended || null(a, 7),
	};
}

/* Step by step for all of them: what each looks up is far apart in memory, and is then waited for together. */
static bool give_participations(const struct pass *pass, struct participation *row, size_t n, struct err *e)
{
	struct moment *m = pass->moment;

	for (size_t i = 0; i < n; i++) {
		row[i].person = moment_survivor(m, row[i].person);
		row[i].company = moment_survivor(m, row[i].company);
	}
	for (size_t i = 0; i < n; i++)
		if (!row[i].company && row[i].person && !moment_company(m, row[i].person, &row[i].company, e))
			return false;
	for (size_t i = 0; m->by && i < n; i++)
		if (!put_participation(m, &row[i], e))
			return false;
	for (size_t i = 0; i < pass->n; i++) {
		const struct counter *c = &pass->counter[i];

		if (c->participations && !c->participations(c->of, row, n, e))
			return false;
	}
	return true;
}

static bool participations(const struct pass *pass, struct err *e)
{
	const struct moment *m = pass->moment;
	const struct period *period = &m->report->period;
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_PARTICIPATIONS));
	struct participation row[ROWS];
	bool more, ok = true;
	size_t n = 0;

	ask_int(&a, m->seq);
	ask_int(&a, period->first);
	ask_int(&a, period->last);
	ask_int(&a, period->first == INT32_MIN && period->last == INT32_MAX);
	do {
		more = ask_row(&a);
		if (more)
			read_participation(&a, &row[n++]);
		if (n == ROWS || !more) {
			ok = give_participations(pass, row, n, e);
			n = 0;
		}
	} while (more && ok);
	return ask_end(&a, ok ? e : &(struct err){ 0 }) && ok;
}

/* --- referrals -------------------------------------------------------------------------------------------- */

static bool put_referral(struct moment *m, struct referral *r, int64_t from, struct err *e)
{
	int64_t *value = r->value;

	if (!moment_partner_named(m, from, &value[DIMENSION_FROM], e))
		return false;
	value[DIMENSION_FROM] = moment_partner_under(m, value[DIMENSION_FROM]);
	value[DIMENSION_TO] = moment_partner_under(m, r->to);
	value[DIMENSION_SERVICE] = r->service;
	if (asked(m, DIMENSIONS_OF_COMPANIES))
		moment_about(m, r->company, value);
	put_day(m, period_day_of(journey_at(&r->journey, REFERRAL_IS_CREATED)), value);
	return true;
}

/* from, to: words. */
static bool take_referral(const struct pass *pass, struct referral *r, int64_t from, int64_t to, struct err *e)
{
	const int64_t made = journey_at(&r->journey, REFERRAL_IS_CREATED);

	if (!r->journey.live || !period_has(&pass->moment->report->period, period_day_of(made)))
		return true;
	if (!moment_partner_named(pass->moment, to, &r->to, e) || !put_referral(pass->moment, r, from, e))
		return false;
	for (size_t i = 0; i < pass->n; i++)
		if (pass->counter[i].referral && !pass->counter[i].referral(pass->counter[i].of, r, e))
			return false;
	return true;
}

static bool referrals(const struct pass *pass, struct err *e)
{
	const struct moment *m = pass->moment;
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_REFERRALS));
	struct referral r = { 0 };
	int64_t from = 0, to = 0;
	bool more, ok = true;

	ask_int(&a, m->seq);
	do {
		int64_t said[REFERRAL_STATES];

		more = ask_row(&a);
		if (r.entity && (!more || ask_number(&a, 0) != r.entity)) {
			ok = take_referral(pass, &r, from, to, e);
			r.entity = 0;
		}
		if (!more || !ok)
			break;
		if (!r.entity)
			journey_begin(&r.journey);
		r.entity = ask_number(&a, 0);
		r.journey.live = null(&a, 1) || ask_number(&a, 1) > m->seq;
		from = ask_number(&a, 3);
		to = ask_number(&a, 4);
		r.company = moment_survivor(m, ask_number(&a, 5));
		r.service = ask_number(&a, 6);
		r.outcome = ask_number(&a, 8);
		ask_times(&a, 9, said, REFERRAL_STATES);
		journey_see(&r.journey, (enum referral_state)ask_number(&a, 7), said, ask_number(&a, 2));
	} while (ok);
	return ask_end(&a, ok ? e : &(struct err){ 0 }) && ok;
}

bool moment_pass(struct moment *m, const struct counter *counter, size_t n, struct err *e)
{
	const struct pass pass = { m, counter, n };
	bool of_participations = false, of_referrals = false;

	for (size_t i = 0; i < n; i++) {
		of_participations |= counter[i].participations != NULL;
		of_referrals |= counter[i].referral != NULL;
	}
	return (!asked(m, DIMENSIONS_OF_COMPANIES) || moment_know_organizations(m, e)) &&
	       (!of_participations || participations(&pass, e)) && (!of_referrals || referrals(&pass, e));
}
