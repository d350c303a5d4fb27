#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/dense.h"
#include "core/numbers.h"

#define MOST 3000

static unsigned low_bit;

struct placed {
	uint64_t number;
	size_t place;
};

static int by_upper_bits(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	const uint64_t m = x->number >> low_bit, n = y->number >> low_bit;

	return m != n ? (m > n) - (m < n) : (x->place > y->place) - (x->place < y->place);
}

/* Few bits or many, far apart or close, and what is below the bit as it came. */
static void sorts_like_the_library(void **state)
{
	static struct placed expected[MOST];
	struct numbers list = { 0 }, spare = { 0 };
	(void)state;

	srandom(3);
	for (int round = 0; round < 200; round++) {
		const uint64_t mask = ((uint64_t)random() << 33 ^ (uint64_t)random() << 11 ^ (uint64_t)random()) &
				      (round % 3 ? ~UINT64_C(0) : UINT64_C(0xff00ff0000f0000f));

		low_bit = (unsigned)random() % 60;
		list.n = 0;
		for (size_t n = (size_t)random() % MOST; n; n--)
			numbers_add(&list, ((uint64_t)random() << 40 ^ (uint64_t)random() << 20 ^ (uint64_t)random()) & mask);
		for (size_t i = 0; i < list.n; i++)
			expected[i] = (struct placed){ list.at[i], i };
		qsort(expected, list.n, sizeof(*expected), by_upper_bits);
		numbers_sort(&list, low_bit, &spare);
		for (size_t i = 0; i < list.n; i++)
			assert_true(list.at[i] == expected[i].number);
	}
	numbers_fini(&list);
	numbers_fini(&spare);
}

static void looked_up_by_small_numbers(void **state)
{
	struct dense d = { 0 };
	(void)state;

	assert_int_equal(dense_at(&d, 0), 0);
	*dense_put(&d, 7) = 70;
	*dense_put(&d, 1000) = 1;
	*dense_put(&d, 3) = 30;
	assert_int_equal(dense_at(&d, 7), 70);
	assert_int_equal(dense_at(&d, 3), 30);
	assert_int_equal(dense_at(&d, 1000), 1);
	assert_int_equal(dense_at(&d, 999), 0);
	assert_int_equal(dense_at(&d, 1001), 0);
	assert_int_equal(dense_at(&d, UINT64_MAX), 0);
	dense_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_like_the_library),
		cmocka_unit_test(looked_up_by_small_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
