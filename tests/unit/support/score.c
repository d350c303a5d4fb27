/* Scores that were worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/score.h"

#define N(a) (sizeof(a) / sizeof *(a))
#define ANY SCORE_NO_SOURCE

#define assert_near(a, b) assert_float_equal(a, b, 1e-9)

static void perfect_is_one(void **state)
{
	const struct score_item item[] = {{1, 10, 0}, {1, 10, 1}, {2, 20, 0}, {3, 30, 1}};
	struct score s;

	(void)state;
	score_of(item, N(item), &s);
	assert_int_equal(s.clusters, 3);
	assert_int_equal(s.linked, 1);
	assert_near(s.pairs.f1, 1);
	assert_near(s.b_cubed.f1, 1);
}

static void nothing_is_one_too(void **state)
{
	struct score s;

	(void)state;
	score_of(NULL, 0, &s);
	assert_near(s.pairs.f1, 1);
	assert_near(s.b_cubed.f1, 1);
}

/* Truth aaabb ccc; clusters {a a b} {a} {b c c c}. Pairs: linked 3 + 6 = 9, right 1 + 3 = 4, possible 3 + 1 + 3 = 7.
 * B-cubed precision: (2/3 + 2/3 + 1/3 + 1 + 1/4 + 3 * 3/4) / 8; recall: (2/3 + 2/3 + 1/3 + 1/2 + 1/2 + 3) / 8. */
static void pairs_and_b_cubed_by_hand(void **state)
{
	const struct score_item item[] = {{'c', 3, ANY}, {'a', 1, ANY}, {'b', 1, ANY}, {'a', 2, ANY}, {'a', 1, ANY},
		{'c', 3, ANY}, {'b', 3, ANY}, {'c', 3, ANY}};
	struct score s;

	(void)state;
	score_of(item, N(item), &s);
	assert_int_equal(s.linked, 9);
	assert_int_equal(s.right, 4);
	assert_int_equal(s.possible, 7);
	assert_int_equal(s.found, 4);
	assert_int_equal(s.surplus, 0);
	assert_near(s.pairs.precision, 4.0 / 9);
	assert_near(s.pairs.recall, 4.0 / 7);
	assert_near(s.pairs.f1, 0.5);
	assert_near(s.b_cubed.precision, (2.0 / 3 + 2.0 / 3 + 1.0 / 3 + 1 + 0.25 + 2.25) / 8);
	assert_near(s.b_cubed.recall, (2.0 / 3 + 2.0 / 3 + 1.0 / 3 + 0.5 + 0.5 + 3) / 8);
}

/* Partner 0 has company a twice. Only one of the two can be with partner 1's record. */
static void a_surplus_record_costs_no_recall(void **state)
{
	const struct score_item linked[] = {{'a', 2, 0}, {'a', 1, 0}, {'a', 1, 1}};
	const struct score_item apart[] = {{'a', 1, 0}, {'a', 2, 0}, {'a', 3, 1}};
	bool kept[3];
	struct score s;

	(void)state;
	score_of(linked, N(linked), &s);
	assert_int_equal(s.surplus, 1);
	assert_int_equal(s.possible, 1);
	assert_near(s.pairs.recall, 1);
	assert_near(s.b_cubed.recall, 1);
	score_kept(linked, N(linked), kept);
	assert_false(kept[0]);
	assert_true(kept[1] && kept[2]);
	score_of(apart, N(apart), &s);
	assert_int_equal(s.surplus, 1);
	assert_near(s.pairs.recall, 0);
	assert_near(s.b_cubed.recall, 0.5);
}

static void a_surplus_record_linked_wrongly_costs_precision(void **state)
{
	const struct score_item item[] = {{'a', 1, 0}, {'a', 1, 1}, {'a', 2, 0}, {'b', 2, 1}};
	struct score s;

	(void)state;
	score_of(item, N(item), &s);
	assert_int_equal(s.surplus, 1);
	assert_near(s.pairs.precision, 0.5);
	assert_near(s.pairs.recall, 1);
	assert_near(s.b_cubed.precision, 0.75);
}

/* Without a source, two records of one truth are never surplus. */
static void within_one_file_nothing_is_surplus(void **state)
{
	const struct score_item item[] = {{'a', 1, ANY}, {'a', 2, ANY}};
	struct score s;

	(void)state;
	score_of(item, N(item), &s);
	assert_int_equal(s.surplus, 0);
	assert_int_equal(s.possible, 1);
	assert_near(s.pairs.recall, 0);
}

/* aaa apart and one b: two right questions join all of a, a wrong one joins nothing. */
static void questions_are_counted_apart(void **state)
{
	const struct score_item item[] = {{'a', 7, 0}, {'a', 8, 1}, {'a', 9, 2}, {'b', 5, 0}};
	const struct score_question question[] = {{0, 1}, {3, 1}, {2, 1}};
	struct score_asked asked;
	struct score now;

	(void)state;
	score_of(item, N(item), &now);
	assert_near(now.pairs.recall, 0);
	score_asked(item, N(item), question, N(question), &asked);
	assert_int_equal(asked.questions, 3);
	assert_int_equal(asked.right, 2);
	assert_near(asked.share, 0.75);
	assert_near(asked.then.pairs.recall, 1);
	assert_near(asked.then.pairs.precision, 1);
	assert_int_equal(asked.then.clusters, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(perfect_is_one),
		cmocka_unit_test(nothing_is_one_too),
		cmocka_unit_test(pairs_and_b_cubed_by_hand),
		cmocka_unit_test(a_surplus_record_costs_no_recall),
		cmocka_unit_test(a_surplus_record_linked_wrongly_costs_precision),
		cmocka_unit_test(within_one_file_nothing_is_surplus),
		cmocka_unit_test(questions_are_counted_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
