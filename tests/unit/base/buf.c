#include "base/buf.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/own.h"

static void it_grows(void **state)
{
	BUF_AUTO struct buf b = {0};

	(void)state;
	assert_null(b.data);
	for (int i = 0; i < 1000; i++) {
		buf_addf(&b, "%03d", i);
		assert_int_equal(b.len, 3 * (i + 1));
		assert_int_equal(strlen(b.data), b.len);
	}
	assert_memory_equal(b.data + 3 * 777, "777", 3);
	buf_clear(&b);
	assert_string_equal(b.data, "");
	buf_add(&b, "a\0b", 3);
	assert_memory_equal(b.data, "a\0b", 4);
}

static void printf_at_every_fill(void **state)
{
	(void)state;
	for (size_t fill = 0; fill < 200; fill++) {
		BUF_AUTO struct buf b = {0};

		for (size_t i = 0; i < fill; i++)
			buf_addc(&b, 0x78);
		buf_addf(&b, "%s", "0123456789");
		assert_string_equal(b.data + fill, "0123456789");
	}
}

static void json_text(void **state)
{
	BUF_AUTO struct buf b = {0};

	(void)state;
	buf_add_json(&b, "plain");
	buf_add_json(&b, "");
	buf_add_json(&b, "q\"b\\s/\n\r\t\x01\x7f\xc3\xa9");
	assert_string_equal(b.data, "\"plain\"\"\"\"q\\\"b\\\\s/\\n\\r\\t\\u0001\x7f\xc3\xa9\"");
}

static void stealing_leaves_it_empty(void **state)
{
	struct buf b = {0};
	AUTO(free) char *empty = buf_steal(&b);
	AUTO(free) char *full = NULL;

	(void)state;
	assert_string_equal(empty, "");
	assert_null(b.data);
	buf_adds(&b, "x");
	full = buf_steal(&b);
	assert_string_equal(full, "x");
	assert_null(b.data);
	buf_fini(&b);
}

static void numbers_are_printed_as_by_printf(void **state)
{
	static const int64_t number[] = {0, 1, -1, 9, 10, 99, 100, -100, 1234567890123, INT64_MAX, INT64_MIN};
	BUF_AUTO struct buf a = {0}, b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
		buf_add_int(&a, number[i]);
		buf_addf(&b, "%lld", (long long)number[i]);
		assert_string_equal(a.data, b.data);
		assert_int_equal(a.len, b.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_printed_as_by_printf),
		cmocka_unit_test(it_grows),
		cmocka_unit_test(printf_at_every_fill),
		cmocka_unit_test(json_text),
		cmocka_unit_test(stealing_leaves_it_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
