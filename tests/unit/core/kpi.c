/* Counts against a slow count of the same rows, written another way: lists and comparisons, no numbers of groups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/kpi.h"

#define ROWS 400

static struct kpi_row rows[ROWS];
static size_t nrows;
static int64_t pair[8][2];
static size_t npairs;

/* The same person, if all pairs are: everybody's number becomes the least of those they hang together with. */
static int64_t joined(int64_t id)
{
	int64_t label[32];

	for (int64_t i = 0; i < 32; i++)
		label[i] = i;
	for (size_t p = 0; p < npairs; p++) {
		const int64_t a = label[pair[p][0]], b = label[pair[p][1]];

		for (int i = 0; i < 32; i++)
			if (label[i] == a || label[i] == b)
				label[i] = a < b ? a : b;
	}
	return label[id];
}

static bool same_session(const struct kpi_row *a, const struct kpi_row *b)
{
	return a->kind == b->kind && a->activity == b->activity && a->day == b->day;
}

static int64_t people(uint32_t group, bool join, int64_t sessions_at_least)
{
	int64_t n = 0;

	for (size_t i = 0; i < nrows; i++) {
		const int64_t who = join ? joined(rows[i].person) : rows[i].person;
		int64_t sessions = 0;
		bool before = false;

		if (rows[i].group[0] != group || !rows[i].attended || !who)
			continue;
		for (size_t k = 0; k < nrows; k++) {
			bool counted = false;

			if (rows[k].group[0] != group || !rows[k].attended || (join ? joined(rows[k].person) : rows[k].person) != who)
				continue;
			before |= k < i;
			for (size_t m = 0; m < k; m++)
				counted |= rows[m].group[0] == group && rows[m].attended &&
					   (join ? joined(rows[m].person) : rows[m].person) == who && same_session(&rows[m], &rows[k]);
			sessions += !counted;
		}
		n += !before && sessions >= sessions_at_least;
	}
	return n;
}

static int64_t sessions(uint32_t group)
{
	int64_t n = 0;

	for (size_t i = 0; i < nrows; i++) {
		bool before = false;

		for (size_t k = 0; k < i; k++)
			before |= rows[k].group[0] == group && same_session(&rows[k], &rows[i]);
		n += rows[i].group[0] == group && !before;
	}
	return n;
}

static int64_t companies(uint32_t group, bool each_session)
{
	int64_t n = 0;

	for (size_t i = 0; i < nrows; i++) {
		bool before = false;

		if (rows[i].group[0] != group || !rows[i].attended || !rows[i].company)
			continue;
		for (size_t k = 0; k < i; k++)
			before |= rows[k].group[0] == group && rows[k].attended && rows[k].company == rows[i].company &&
				  (!each_session || same_session(&rows[k], &rows[i]));
		n += !before;
	}
	return n;
}

static void agrees_with_a_slow_count(void **state)
{
	(void)state;
	srandom(11);
	for (int round = 0; round < 60; round++) {
		struct kpi *k = kpi_new(3, 1);

		nrows = (size_t)(random() % ROWS);
		npairs = (size_t)(random() % 8);
		for (size_t i = 0; i < npairs; i++) {
			pair[i][0] = 1 + random() % 30;
			pair[i][1] = 1 + random() % 30;
			kpi_maybe_same_person(k, pair[i][0], pair[i][1]);
		}
		for (size_t i = 0; i < nrows; i++) {
			rows[i] = (struct kpi_row){ .group = { (uint16_t)(random() % 3) }, .person = random() % 31, .company = random() % 9,
				.activity = random() % 4, .kind = random() % 2, .day = (int32_t)(random() % 3) - 1,
				.partner = 1 + (int)(random() % 2), .attended = random() % 4 != 0 };
			kpi_add(k, &rows[i]);
		}
		for (uint32_t g = 0; g < 3; g++) {
			struct kpi_figures f;

			kpi_figures(k, 0, g, &f);
			assert_int_equal(f.people, people(g, false, 1));
			assert_int_equal(f.people_low, people(g, true, 1));
			assert_int_equal(f.certified, people(g, false, 3));
			assert_int_equal(f.sessions, sessions(g));
			assert_int_equal(f.companies, companies(g, true));
			assert_int_equal(f.unique_companies, companies(g, false));
			assert_true(f.certified_low <= f.certified && f.certified <= f.certified_high);
			assert_true(f.certified_low <= people(g, true, 3) && people(g, true, 3) <= f.certified_high);
		}
		kpi_free(k);
	}
}

static void sessions_held_together_are_of_one_activity(void **state)
{
	struct kpi *k = kpi_new(5, 1);
	struct kpi_figures f;
	(void)state;

	/* Two partners number alike: another activity each, until one day is the same. */
	kpi_add(k, &(struct kpi_row){ .person = 1, .activity = 1, .kind = 1, .day = 10, .partner = 1, .attended = true });
	kpi_add(k, &(struct kpi_row){ .person = 2, .activity = 1, .kind = 1, .day = 20, .partner = 2, .attended = true });
	kpi_add(k, &(struct kpi_row){ .group = { 1 }, .person = 1, .activity = 2, .kind = 1, .day = 10, .partner = 1, .attended = true });
	kpi_add(k, &(struct kpi_row){ .group = { 1 }, .person = 2, .activity = 2, .kind = 1, .day = 20, .partner = 2, .attended = true });
	kpi_add(k, &(struct kpi_row){ .group = { 1 }, .person = 3, .activity = 2, .kind = 1, .day = 10, .partner = 2, .attended = true });
	kpi_figures(k, 0, 0, &f);
	assert_int_equal(f.activities, 2);
	kpi_figures(k, 0, 1, &f);
	assert_int_equal(f.activities, 1);
	assert_int_equal(f.sessions, 2);
	kpi_free(k);
}

static void one_that_may_be_two(void **state)
{
	struct kpi *k = kpi_new(5, 1);
	struct kpi_figures f;
	(void)state;

	kpi_maybe_two_people(k, 1);
	kpi_maybe_two_people(k, 9);
	kpi_maybe_two_companies(k, 4);
	for (int day = 0; day < 3; day++)
		kpi_add(k, &(struct kpi_row){ .person = 1, .company = 4, .activity = 1, .kind = 1, .day = day, .partner = 1, .attended = true });
	kpi_figures(k, 0, 0, &f);
	assert_int_equal(f.people, 1);
	assert_int_equal(f.people_high, 2);
	assert_int_equal(f.unique_companies, 1);
	assert_int_equal(f.unique_companies_high, 2);
	kpi_free(k);
}

/* Those that are left are as they were; the others as if they had been one from the beginning. */
static void groups_folded_are_counted_as_one(void **state)
{
	static const size_t most[] = { 1, 2, 4, 6, 9 };
	(void)state;

	for (size_t m = 0; m < sizeof most / sizeof *most; m++) {
		struct kpi *k = kpi_new(2, 2), *one = kpi_new(2, 1);
		size_t others;

		srand(7);
		for (int i = 0; i < 300; i++) {
			const struct kpi_row r = { .group = { (uint16_t)(rand() % 6 * (rand() % 2)), (uint16_t)(rand() % 3) }, .person = rand() % 20,
				.company = rand() % 9, .activity = rand() % 5, .kind = 1, .day = rand() % 4, .partner = rand() % 2,
				.attended = rand() % 8 != 0 };

			kpi_add(k, &r);
		}
		others = kpi_fold(k, 0, most[m]);
		assert_int_equal(others, most[m] >= 6 ? 0 : 6 - most[m] + 1);
		srand(7);
		for (int i = 0; i < 300; i++) {
			struct kpi_row r = { .group = { (uint16_t)(rand() % 6 * (rand() % 2)), (uint16_t)(rand() % 3) }, .person = rand() % 20,
				.company = rand() % 9, .activity = rand() % 5, .kind = 1, .day = rand() % 4, .partner = rand() % 2,
				.attended = rand() % 8 != 0 };

			r.group[0] = kpi_folded(k, 0, r.group[0]) ? 6 : r.group[0];
			kpi_add(one, &r);
		}
		for (uint32_t g = 0; g < 6; g++) {
			struct kpi_figures f, like;

			kpi_figures(k, 0, g, &f);
			kpi_figures(one, 0, kpi_folded(k, 0, g) ? 6 : g, &like);
			assert_memory_equal(&f, &like, sizeof f);
			assert_false(most[m] > 1 && g == 0 && kpi_folded(k, 0, g));
		}
		kpi_free(k);
		kpi_free(one);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_slow_count),
		cmocka_unit_test(sessions_held_together_are_of_one_activity),
		cmocka_unit_test(one_that_may_be_two),
		cmocka_unit_test(groups_folded_are_counted_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
