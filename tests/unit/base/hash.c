#include "base/hash.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

/* The values are those of the XXH3 reference implementation: stored hashes must survive an upgrade. */
static void values_are_stable(void **state)
{
	(void)state;
	assert_int_equal(hash_text("", 0), 0x2d06800538d394c2);
	assert_int_equal(hash_text("doorstroom", 0), hash_bytes("doorstroom", 10, 0));
	assert_int_not_equal(hash_text("doorstroom", 0), hash_text("doorstroom", 1));
	assert_int_not_equal(hash_bytes("a\0b", 3, 0), hash_bytes("a\0c", 3, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(values_are_stable)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
