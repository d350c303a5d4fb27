#include "base/mutant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_every_mechanism_has_a_name_and_a_purpose(void **state)
{
	(void)state;
	for (enum mutant m = MUTANT_NONE + 1; m < MUTANTS_END; m++) {
		assert_non_null(mutant_info(m)->name);
		assert_true(strlen(mutant_info(m)->what) > 10);
		for (enum mutant other = m + 1; other < MUTANTS_END; other++)
			assert_string_not_equal(mutant_info(m)->name, mutant_info(other)->name);
	}
}

static void test_what_is_shipped_cannot_be_switched_off(void **state)
{
	(void)state;
	assert_true(mutant_select(NULL));
	assert_false(mutant_select("no-such-mechanism"));
#ifdef MUTANTS
	assert_true(mutant_select("canary"));
	assert_true(mutant(CANARY));
	assert_false(mutant(INTENT));
	assert_true(mutant_select(NULL));
#else
	assert_false(mutant_select("canary"));
#endif
	assert_false(mutant(CANARY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_mechanism_has_a_name_and_a_purpose),
		cmocka_unit_test(test_what_is_shipped_cannot_be_switched_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
