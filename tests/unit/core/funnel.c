/* Companies in each stage and group, against a slow count of the same rows by comparing each with each; and the first day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/funnel.h"
#include "core/period.h"

#define ROWS 200
#define GROUPS 6

struct row {
	uint32_t group;
	int64_t company;
	bool referral, attended;
	int32_t day;
};

static struct row rows[ROWS];
static size_t nrows;

static bool in(const struct row *r, uint32_t group)
{
	return group == FUNNEL_TOTAL || r->group == group;
}

static bool came_to(const struct row *r, enum funnel_stage stage)
{
	switch (stage) {
	case FUNNEL_REACHED:
		return true;
	case FUNNEL_PARTICIPATED:
		return !r->referral && r->attended;
	default:
		return r->referral && stage == FUNNEL_REFERRED;
	}
}

static int64_t companies(uint32_t group, enum funnel_stage stage)
{
	int64_t n = 0;

	for (size_t i = 0; i < nrows; i++) {
		bool before = false;

		if (!rows[i].company || !in(&rows[i], group) || !came_to(&rows[i], stage))
			continue;
		for (size_t k = 0; k < i; k++)
			before |= rows[k].company == rows[i].company && in(&rows[k], group) && came_to(&rows[k], stage);
		n += !before;
	}
	return n;
}

static int64_t referred(uint32_t group)
{
	int64_t n = 0;

	for (size_t i = 0; i < nrows; i++)
		n += rows[i].referral && in(&rows[i], group);
	return n;
}

static void refer(struct funnel *f, uint32_t group, int64_t company, int64_t made_ms)
{
	int64_t said[REFERRAL_STATES];
	struct journey j;

	for (int s = 0; s < REFERRAL_STATES; s++)
		said[s] = JOURNEY_NEVER;
	journey_begin(&j);
	journey_see(&j, REFERRAL_IS_CREATED, said, made_ms);
	funnel_referral(f, group, &(struct funnel_referral){ .journey = &j, .company = company, .outcome = FUNNEL_END_CLOSED });
}

static void give(struct funnel *f, const struct row *r)
{
	if (random() % 2)
		funnel_expect(f, r->company);
	if (r->referral)
		refer(f, r->group, r->company, period_day_begin(r->day));
	else
		funnel_participation(f, r->group, r->company, r->attended, r->day);
}

static void check(struct funnel *f, uint32_t group)
{
	struct funnel_figures out;

	funnel_figures(f, group, &out);
	for (int s = 0; s < FUNNEL_STAGES; s++)
		assert_int_equal(out.stage[s].companies, companies(group, (enum funnel_stage)s));
	assert_int_equal(out.stage[FUNNEL_REFERRED].referrals, referred(group));
	assert_int_equal(out.end[FUNNEL_END_OPEN], referred(group));
}

static void agrees_with_a_slow_count(void **state)
{
	(void)state;
	srandom(5);
	for (int round = 0; round < 100; round++) {
		struct funnel *f = funnel_new();
		uint32_t groups = 0;

		nrows = (size_t)(random() % ROWS);
		for (size_t i = 0; i < nrows; i++) {
			rows[i] = (struct row){ (uint32_t)(random() % GROUPS), random() % 12, random() % 4 == 0, random() % 3 != 0,
				(int32_t)(random() % 50) };
			if (rows[i].group == GROUPS - 1)
				rows[i].group = FUNNEL_TOTAL;
			else if (rows[i].group >= groups)
				groups = rows[i].group + 1;
			give(f, &rows[i]);
		}
		for (uint32_t g = 0; g < groups; g++)
			check(f, g);
		check(f, FUNNEL_TOTAL);
		funnel_free(f);
	}
}

static void time_counts_from_the_first_session(void **state)
{
	struct funnel *f = funnel_new();
	struct funnel_figures out;
	(void)state;

	funnel_participation(f, 0, 1, true, 120);
	funnel_participation(f, 0, 1, true, 110);
	funnel_participation(f, 0, 1, false, 100);
	funnel_participation(f, 0, 1, true, INT32_MIN);
	refer(f, 0, 1, period_day_begin(140));
	refer(f, 0, 1, period_day_begin(130));
	/* Before its first session, and without a day: no time. */
	funnel_participation(f, 0, 2, true, 200);
	refer(f, 0, 2, period_day_begin(199));
	funnel_participation(f, 0, 3, true, INT32_MIN);
	refer(f, 0, 3, period_day_begin(199));
	funnel_figures(f, 0, &out);
	assert_int_equal(out.stage[FUNNEL_PARTICIPATED].companies, 3);
	assert_int_equal(out.stage[FUNNEL_REFERRED].came, 3);
	assert_int_equal(out.stage[FUNNEL_PARTICIPATED].left, 1);
	assert_int_equal(out.stage[FUNNEL_PARTICIPATED].median_ms, INT64_C(20) * 86400000);
	funnel_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_slow_count),
		cmocka_unit_test(time_counts_from_the_first_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
