/*
 * query_journeys.c - one version of a referral after another, each from when it was known, makes its journey.
 */
#include "store/query_journeys.h"

#include "store/sql.h"

json_t *report_word(struct query *q, int64_t word, struct err *e)
{
	return word ? report_text(q, SQL_REPORT_WORD, word, e) : json_null();
}

bool referrals_known(const struct moment *m, bool (*each)(void *, const struct referral *, struct err *), void *ctx, struct err *e)
{
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_REFERRALS));
	struct referral r = { 0 };
	bool more, ok = true;

	ask_int(&a, m->seq);
	do {
		int64_t said[REFERRAL_STATES];

		more = ask_row(&a);
		if (r.entity && (!more || ask_number(&a, 0) != r.entity)) {
			const int64_t made = journey_at(&r.journey, REFERRAL_IS_CREATED);

			if (r.journey.live && period_has(&m->report->period, period_day_of(made)))
				ok = each(ctx, &r, e);
			r.entity = 0;
		}
		if (!more || !ok)
			break;
		if (!r.entity)
			journey_begin(&r.journey);
		r.entity = ask_number(&a, 0);
		r.journey.live = sqlite3_column_type(a.statement, 1) == SQLITE_NULL || ask_number(&a, 1) > m->seq;
		r.from = ask_number(&a, 3);
		r.to = ask_number(&a, 4);
		r.company = moment_survivor(m, ask_number(&a, 5));
		r.service = ask_number(&a, 6);
		r.outcome = ask_number(&a, 8);
		for (int s = 0; s < REFERRAL_STATES; s++)
			said[s] = ask_time(&a, 9 + s);
		journey_see(&r.journey, (enum referral_state)ask_number(&a, 7), said, ask_number(&a, 2));
	} while (ok);
	return ask_end(&a, e) && ok;
}
