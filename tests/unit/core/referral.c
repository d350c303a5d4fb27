#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/referral.h"

#define S(state) REFERRAL_IS_##state

static void names_are_read_back(void **ctx)
{
	enum referral_state got;

	(void)ctx;
	for (unsigned s = 0; s < REFERRAL_STATES; s++) {
		assert_true(referral_state_parse(referral_state_name((enum referral_state)s), &got));
		assert_int_equal(got, s);
	}
	assert_false(referral_state_parse("Accepted", &got));
	assert_false(referral_state_parse("", &got));
}

static void open_states_are_those_with_a_way_on(void **ctx)
{
	(void)ctx;
	for (unsigned s = 0; s < REFERRAL_STATES; s++) {
		const bool end = s == S(DECLINED) || s == S(CLOSED) || s == S(EXPIRED) || s == S(WITHDRAWN);

		assert_int_equal(referral_open((enum referral_state)s), !end);
	}
}

static void only_the_drawn_moves_are_legal(void **ctx)
{
	(void)ctx;
	assert_true(referral_reaches(S(CREATED), S(CREATED)));
	assert_true(referral_reaches(S(CREATED), S(CLOSED)));
	assert_true(referral_reaches(S(SENT), S(DECLINED)));
	assert_true(referral_reaches(S(RECEIVED), S(IN_PROGRESS)));
	assert_true(referral_reaches(S(IN_PROGRESS), S(WITHDRAWN)));
	assert_true(referral_reaches(S(CREATED), S(EXPIRED)));
	assert_false(referral_reaches(S(ACCEPTED), S(DECLINED)));
	assert_false(referral_reaches(S(DECLINED), S(ACCEPTED)));
	assert_false(referral_reaches(S(SENT), S(CREATED)));
	assert_false(referral_reaches(S(CLOSED), S(WITHDRAWN)));
	assert_false(referral_reaches(S(DECLINED), S(EXPIRED)));
}

static void join(enum referral_state a, enum referral_state b, enum referral_state want)
{
	enum referral_state got;

	assert_true(referral_join(a, b, &got));
	assert_int_equal(got, want);
	assert_true(referral_join(b, a, &got));
	assert_int_equal(got, want);
}

static void contradict(enum referral_state a, enum referral_state b)
{
	enum referral_state got;

	assert_false(referral_join(a, b, &got));
	assert_false(referral_join(b, a, &got));
}

static void the_join_is_the_further_of_two(void **ctx)
{
	(void)ctx;
	join(S(SENT), S(ACCEPTED), S(ACCEPTED));
	join(S(ACCEPTED), S(WITHDRAWN), S(WITHDRAWN));
	join(S(CREATED), S(CREATED), S(CREATED));
	contradict(S(CLOSED), S(WITHDRAWN));
	contradict(S(ACCEPTED), S(DECLINED));
	contradict(S(EXPIRED), S(WITHDRAWN));
}

/* The order in which partners are heard does not matter. */
static void the_join_is_associative(void **ctx)
{
	(void)ctx;
	for (unsigned a = 0; a < REFERRAL_STATES; a++)
		for (unsigned b = 0; b < REFERRAL_STATES; b++)
			for (unsigned c = 0; c < REFERRAL_STATES; c++) {
				enum referral_state left = 0, right = 0;
				const bool l = referral_join((enum referral_state)a, (enum referral_state)b, &left) &&
					referral_join(left, (enum referral_state)c, &left);
				const bool r = referral_join((enum referral_state)b, (enum referral_state)c, &right) &&
					referral_join((enum referral_state)a, right, &right);

				assert_int_equal(l, r);
				if (l)
					assert_int_equal(left, right);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read_back),
		cmocka_unit_test(open_states_are_those_with_a_way_on),
		cmocka_unit_test(only_the_drawn_moves_are_legal),
		cmocka_unit_test(the_join_is_the_further_of_two),
		cmocka_unit_test(the_join_is_associative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
