#include "base/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void table_3_7_of_unicode(void **state)
{
	static const char *const good[] = {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
		"\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
		("12345678\xc3\xa9"
		 "12345678")};
	static const char *const bad[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xe1\x80", "\xe1\x80\x41", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xff", "12345678\xc3", "1234567\x80"};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(utf8_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
	assert_int_equal(utf8_step("\xf0\x90\x80\x80", 4), 4);
	assert_int_equal(utf8_step("\xf0\x90\x80\x80", 3), 0);
}

static void what_can_be_shown_of_any_bytes(void **state)
{
	static const struct {
		const char *from;
		size_t most;
		const char *to;
	} row[] = {
		{"", 9, ""},
		{"caf\xc3\xa9", 9, "caf\xc3\xa9"},
		{"caf\xe9s", 9, "caf\xef\xbf\xbds"},
		{"\xc3", 9, "\xef\xbf\xbd"},
		/* Cut between characters, whichever they are. */
		{"caf\xc3\xa9", 5, "caf\xc3\xa9"},
		{"caf\xc3\xa9", 4, "caf"},
		{"caf\xe9s", 5, "caf"},
		{"cafes", 4, "cafe"},
		{"cafes", 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		BUF_AUTO struct buf out = {0};

		utf8_repair(&out, row[i].from, strlen(row[i].from), row[i].most);
		assert_string_equal(out.data ? out.data : "", row[i].to);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_3_7_of_unicode),
		cmocka_unit_test(what_can_be_shown_of_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
