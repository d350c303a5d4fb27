#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void memory_is_zeroed_and_aligned_even_after_reset(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (int round = 0; round < 3; round++) {
		/* Blocks of every size, and more than are kept. */
		for (size_t size = 0; size < 7 << 20; size = size < 300 ? size + 1 : size * 5 / 4) {
			char *p = arena_alloc(a, size);

			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			if (size)
				memset(p, 0xff, size);
		}
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
	}
	arena_free(a);
}

static void blocks_do_not_overlap(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	unsigned char *p[400];
	size_t size[400], sum = 0;

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		size[i] = i % 50 == 0 ? 100000 + i : i * 7 % 600;
		p[i] = arena_alloc(a, size[i]);
		if (size[i])
			memset(p[i], (int)(i & 0xff), size[i]);
		sum += size[i];
	}
	for (size_t i = 0; i < 400; i++) {
		for (size_t j = 0; j < size[i]; j++)
			assert_int_equal(p[i][j], i & 0xff);
	}
	assert_int_equal(arena_used(a), sum);
}

static void strings(void **state)
{
	AUTO(arena_free) struct arena *a = arena_new();
	char big[5000];

	(void)state;
	assert_null(arena_strdup(a, NULL));
	assert_string_equal(arena_strdup(a, "abc"), "abc");
	assert_string_equal(arena_strndup(a, "abc", 2), "ab");
	assert_string_equal(arena_strndup(a, "abc", 9), "abc");
	memset(big, 0x78, sizeof big - 1);
	big[sizeof big - 1] = 0;
	assert_string_equal(arena_printf(a, "%s-%d", big, 5) + sizeof big - 1, "-5");
	assert_memory_equal(arena_copy(a, "a\0b", 3), "a\0b", 3);
}

/* The leak checker is the real assertion. */
static void adopted_blocks_go_with_the_arena(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	arena_adopt(a, malloc(10));
	arena_adopt(a, NULL);
	arena_reset(a);
	arena_adopt(a, malloc(20));
	arena_adopt(a, malloc(30));
	arena_free(a);
	arena_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned_even_after_reset),
		cmocka_unit_test(blocks_do_not_overlap),
		cmocka_unit_test(strings),
		cmocka_unit_test(adopted_blocks_go_with_the_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
