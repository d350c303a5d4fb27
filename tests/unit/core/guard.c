#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/guard.h"

static void defaults_are_those_of_the_design(void **ctx)
{
	(void)ctx;
	assert_string_equal(guard_name(GUARD_DELETES), "deletes");
	assert_int_equal(guard_default(GUARD_DELETES).number, 5);
	assert_int_equal(guard_allows(guard_default(GUARD_DELETES), 10), 5);
	assert_int_equal(guard_allows(guard_default(GUARD_DELETES), 1000), 20);
	assert_int_equal(guard_allows(guard_default(GUARD_CREATES), 400), 100);
	assert_int_equal(guard_allows(guard_default(GUARD_CREATES), 2000), 400);
	assert_int_equal(guard_allows(guard_default(GUARD_UPDATES), 2000), 200);
}

static void the_larger_of_number_and_share_counts(void **ctx)
{
	(void)ctx;
	assert_int_equal(guard_allows((struct guard_limit){ 5, 0 }, 1000000), 5);
	assert_int_equal(guard_allows((struct guard_limit){ 0, 2 }, 100), 2);
	assert_int_equal(guard_allows((struct guard_limit){ 0, 2 }, 149), 2);
	assert_int_equal(guard_allows((struct guard_limit){ 0, 0 }, 100), 0);
	assert_int_equal(guard_allows((struct guard_limit){ 5, 100 }, 7), 7);
	assert_int_equal(guard_allows((struct guard_limit){ 5, 2 }, 0), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_design),
		cmocka_unit_test(the_larger_of_number_and_share_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
