#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/cells.h"

static int64_t shown(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_null(v) ? -1 : json_integer_value(v);
}

/* Three parts and their total. */
static json_t *hidden(int a, int b, int c, int min, size_t *n)
{
	AUTO(cells_free) struct cells *cells = cells_new();
	json_t *o = json_pack("{si,si,si,si}", "a", a, "b", b, "c", c, "all", a + b + c);

	cells_sum(cells);
	cells_of_sum(cells, cells_add(cells, o, "all"));
	cells_of_sum(cells, cells_add(cells, o, "a"));
	cells_of_sum(cells, cells_add(cells, o, "b"));
	cells_of_sum(cells, cells_add(cells, o, "c"));
	*n = cells_hide(cells, min);
	return o;
}

static void what_is_large_stays(void **state)
{
	size_t n;
	AUTO(json_drop) json_t *o = hidden(5, 0, 7, 5, &n);
	(void)state;

	assert_int_equal(n, 0);
	assert_int_equal(shown(o, "a"), 5);
	assert_int_equal(shown(o, "b"), 0);
}

static void one_that_is_small_takes_the_next_with_it(void **state)
{
	size_t n;
	AUTO(json_drop) json_t *o = hidden(3, 9, 7, 5, &n);
	(void)state;

	assert_int_equal(n, 2);
	assert_int_equal(shown(o, "a"), -1);
	assert_int_equal(shown(o, "c"), -1);
	assert_int_equal(shown(o, "b"), 9);
	assert_int_equal(shown(o, "all"), 19);
}

static void two_that_are_small_need_no_third(void **state)
{
	size_t n;
	AUTO(json_drop) json_t *o = hidden(3, 2, 7, 5, &n);
	(void)state;

	assert_int_equal(n, 2);
	assert_int_equal(shown(o, "c"), 7);
}

/* A table of random numbers with sums of rows and columns: no sum is left with a single hidden cell, by which alone it
 * could be worked out. */
static void no_sum_gives_a_cell_away(void **state)
{
	enum { SIDE = 6 };
	(void)state;

	srandom(7);
	for (int round = 0; round < 300; round++) {
		AUTO(cells_free) struct cells *cells = cells_new();
		json_t *cell[SIDE + 1][SIDE + 1];
		int value[SIDE + 1][SIDE + 1] = { 0 };

		for (int r = 0; r < SIDE; r++)
			for (int c = 0; c < SIDE; c++) {
				const int v = random() % 3 ? (int)(random() % 30) : (int)(random() % 6);

				value[r][c] = v;
				value[r][SIDE] += v;
				value[SIDE][c] += v;
				value[SIDE][SIDE] += v;
			}
		for (int r = 0; r <= SIDE; r++)
			for (int c = 0; c <= SIDE; c++)
				cell[r][c] = json_pack("{si}", "n", value[r][c]);
		for (int r = 0; r <= SIDE; r++) {
			cells_sum(cells);
			for (int c = 0; c <= SIDE; c++)
				cells_of_sum(cells, cells_add(cells, cell[r][c], "n"));
			cells_sum(cells);
			for (int c = 0; c <= SIDE; c++)
				cells_of_sum(cells, cells_add(cells, cell[c][r], "n"));
		}
		cells_hide(cells, 5);
		for (int r = 0; r <= SIDE; r++) {
			int in_row = 0, in_column = 0;

			for (int c = 0; c <= SIDE; c++) {
				const int64_t v = shown(cell[r][c], "n");

				assert_true(v == -1 || v == 0 || v >= 5);
				in_row += v < 0;
				in_column += shown(cell[c][r], "n") < 0;
			}
			assert_int_not_equal(in_row, 1);
			assert_int_not_equal(in_column, 1);
		}
		for (int r = 0; r <= SIDE; r++)
			for (int c = 0; c <= SIDE; c++)
				json_decref(cell[r][c]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_large_stays),
		cmocka_unit_test(one_that_is_small_takes_the_next_with_it),
		cmocka_unit_test(two_that_are_small_need_no_third),
		cmocka_unit_test(no_sum_gives_a_cell_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
