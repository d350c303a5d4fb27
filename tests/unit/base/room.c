#include "base/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_a_place_for_each_and_few_moves(void **state)
{
	uint32_t *item = NULL;
	size_t cap = 0, moves = 0;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		const size_t before = cap;

		item = room(item, i, &cap, sizeof *item);
		assert_true(cap > i);
		moves += cap != before;
		item[i] = i;
	}
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(item[i], i);
	assert_in_range(moves, 1, 9);
	free(item);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_a_place_for_each_and_few_moves) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
