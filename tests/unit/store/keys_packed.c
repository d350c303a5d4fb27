/* The packed index against a plain list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/keys_packed.h"

#define MOST 4000

static uint64_t state;

static uint64_t roll(void)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return state ^ state >> 29;
}

/* Few ids and hashes, so that buckets and keys are shared; some at the ends of the range. */
static struct packed_key key(void)
{
	const uint64_t hash = roll() % 8   ? (roll() % 500) * UINT64_C(0x9E3779B97F4A7C15)
			      : roll() % 2 ? UINT64_MAX
					   : UINT64_C(1) << 63;

	return (struct packed_key){(int64_t)hash, (int64_t)(roll() % 300 + 1)};
}

static int by_hash(const void *a, const void *b)
{
	const struct packed_key *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static size_t with_hash(const struct packed_key *list, size_t n, int64_t hash, int64_t *id)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		if (list[i].hash == hash)
			id[found++] = list[i].id;
	qsort(id, found, sizeof *id, by_number);
	return found;
}

static void check(const struct packed *p, const struct packed_key *list, size_t n)
{
	static int64_t want[MOST], have[MOST];

	for (size_t i = 0; i < n; i++) {
		const size_t wanted = with_hash(list, n, list[i].hash, want);
		uint32_t cursor = 0;
		size_t found = 0;
		int64_t id;

		while ((id = packed_next(p, list[i].hash, &cursor)))
			have[found++] = id;
		qsort(have, found, sizeof *have, by_number);
		assert_int_equal(found, wanted);
		assert_memory_equal(have, want, wanted * sizeof *want);
	}
}

static void finds_what_a_list_finds(void **unused)
{
	static struct packed_key list[MOST], more[200];

	(void)unused;
	for (int round = 0; round < 6; round++) {
		struct packed p = {0};
		size_t n = roll() % 200;

		for (size_t i = 0; i < n; i++)
			list[i] = key();
		qsort(list, n, sizeof *list, by_hash);
		packed_begin(&p);
		for (size_t i = 0; i < n; i++)
			packed_append(&p, list[i]);
		packed_end(&p);
		check(&p, list, n);
		for (int step = 0; step < 10; step++) {
			const size_t add = roll() % 200;

			for (size_t i = 0; i < add; i++)
				list[n + i] = more[i] = key();
			qsort(more, add, sizeof *more, by_hash);
			packed_merge(&p, more, add);
			n += add;
			for (size_t drop = roll() % 20; drop && n; drop--) {
				const size_t at = roll() % n;

				packed_drop(&p, list[at]);
				list[at] = list[--n];
			}
			check(&p, list, n);
		}
		packed_fini(&p);
		assert_false(packed_ready(&p));
	}
}

static void finds_nothing_that_is_not_there(void **unused)
{
	struct packed p = {0};
	uint32_t cursor = 0;
	int wrong = 0;

	(void)unused;
	packed_begin(&p);
	packed_end(&p);
	assert_int_equal(packed_next(&p, 12345, &cursor), 0);
	for (int64_t i = 1; i <= 20; i++)
		packed_merge(&p, &(struct packed_key){(int64_t)roll(), i}, 1);
	for (int i = 0; i < 10000; i++) {
		cursor = 0;
		wrong += packed_next(&p, (int64_t)roll(), &cursor) != 0;
	}
	assert_int_equal(wrong, 0);
	packed_fini(&p);
}

static void gives_up_where_it_cannot_go_on(void **unused)
{
	struct packed p = {0};

	(void)unused;
	packed_begin(&p);
	packed_end(&p);
	packed_merge(&p, &(struct packed_key){5, INT64_C(1) << 28}, 1);
	assert_false(packed_ready(&p));
	assert_true(p.given_up);
	p.given_up = false;
	packed_begin(&p);
	packed_append(&p, (struct packed_key){5, (INT64_C(1) << 28) - 1});
	p.n = PACKED_MAX;
	packed_append(&p, (struct packed_key){6, 1});
	assert_true(p.given_up);
	packed_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_a_list_finds),
		cmocka_unit_test(finds_nothing_that_is_not_there),
		cmocka_unit_test(gives_up_where_it_cannot_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
