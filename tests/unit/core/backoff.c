#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/backoff.h"

static void grows_twofold_up_to_the_cap(void **ctx)
{
	(void)ctx;
	assert_int_equal(backoff_ms(1000, 60000, 0, 1000), 1000);
	assert_int_equal(backoff_ms(1000, 60000, 0, 1001), 1);   /* 1001 values, and zero becomes one */
	assert_int_equal(backoff_ms(1000, 60000, 3, 8000), 8000);
	assert_int_equal(backoff_ms(1000, 60000, 3, 8001), 1);
	assert_int_equal(backoff_ms(1000, 60000, 6, 60000), 60000);
	assert_int_equal(backoff_ms(1000, 60000, 6, 60001), 1);
}

static void never_overflows_and_never_is_zero(void **ctx)
{
	static const uint64_t random[] = { 0, 1, UINT64_MAX / 2, UINT64_MAX };

	(void)ctx;
	for (unsigned attempt = 0; attempt < 200; attempt++)
		for (unsigned r = 0; r < 4; r++) {
			const uint64_t ms = backoff_ms(1000, 60000, attempt, random[r]);

			assert_in_range(ms, 1, 60000);
			assert_true(backoff_ms(UINT64_MAX, UINT64_MAX, attempt, random[r]) > 0);
		}
	assert_int_equal(backoff_ms(0, 0, 5, 12345), 1);
}

static void is_spread_over_the_whole_range(void **ctx)
{
	unsigned seen[10] = { 0 };
	uint64_t x = 1;

	(void)ctx;
	for (unsigned i = 0; i < 10000; i++) {
		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		seen[(backoff_ms(1000, 60000, 20, x ^ x >> 29) - 1) / 6000]++;
	}
	for (unsigned i = 0; i < 10; i++)
		assert_in_range(seen[i], 800, 1200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_twofold_up_to_the_cap),
		cmocka_unit_test(never_overflows_and_never_is_zero),
		cmocka_unit_test(is_spread_over_the_whole_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
