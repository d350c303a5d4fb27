#include "base/err.h"

#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/utf8.h"

/* What fits of two characters. */
static size_t whole(size_t room, size_t length)
{
	const size_t n = room / length;

	return (n < 2 ? n : 2) * length;
}

/* So many letters before it, a character of several bytes is cut by the end of the text, or not. */
static void a_text_that_is_too_long_ends_between_characters(void **state)
{
	static const char *const wide[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
	const int size = (int)sizeof((struct err *)0)->text;
	char letters[300];

	(void)state;
	memset(letters, 'x', sizeof letters);
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		for (int before = size - 8; before < size; before++) {
			struct err set, prefixed;

			err_set(&set, ERR_ITEM, "%.*s%s%s", before, letters, wide[i], wide[i]);
			err_set(&prefixed, ERR_ITEM, "%s%s", wide[i], wide[i]);
			err_prefix(&prefixed, "%.*s", before - 2, letters);
			assert_true(utf8_valid(set.text, strlen(set.text)));
			assert_true(utf8_valid(prefixed.text, strlen(prefixed.text)));
			assert_int_equal(strlen(set.text), (size_t)before + whole((size_t)(size - 1 - before), strlen(wide[i])));
			assert_int_equal(strlen(prefixed.text), (size_t)before + whole((size_t)(size - 1 - before), strlen(wide[i])));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_that_is_too_long_ends_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
