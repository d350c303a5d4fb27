#include "base/uuid.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

/* RFC 9562, appendix A.6. */
static void the_vector_of_the_rfc(void **state)
{
	static const uint8_t random[10] = {0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
	struct uuid u = uuid_v7(0x017F22E279B0, random), back;
	char text[UUID_TEXT_MAX];

	(void)state;
	assert_string_equal(uuid_format(&u, text), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
	assert_true(uuid_parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", &back));
	assert_memory_equal(&u, &back, sizeof u);
}

static void version_and_variant_are_set_over_any_randomness(void **state)
{
	uint8_t random[10];
	struct uuid u;

	(void)state;
	memset(random, 0xff, sizeof random);
	u = uuid_v7(0, random);
	assert_int_equal(u.b[6] >> 4, 7);
	assert_int_equal(u.b[8] >> 6, 2);
}

static void other_texts_are_refused(void **state)
{
	static const char *const bad[] = {"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398ff", "017f22e279b0-7cc3-98c4-dc0c0c07398f-",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2x79b0-7cc3-98c4-dc0c0c07398f",
		"{17f22e2-79b0-7cc3-98c4-dc0c0c07398}"};
	struct uuid u;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(uuid_parse(bad[i], &u));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vector_of_the_rfc),
		cmocka_unit_test(version_and_variant_are_set_over_any_randomness),
		cmocka_unit_test(other_texts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
