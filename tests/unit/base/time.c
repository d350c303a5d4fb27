#include "base/time.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void rfc_3339(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1985-04-12T23:20:50.52Z", 482196050520},
		{"1996-12-19T16:39:57-08:00", 851042397000},
		{"1990-12-31T23:59:60Z", 662688000000},
		{"1990-12-31T15:59:60-08:00", 662688000000},
		{"1937-01-01T12:00:27.87+00:20", -1041337172130},
		{"2024-02-29 12:00:00", 1709208000000},
		{"2024-02-29t12:00:00z", 1709208000000},
		{"2024-02-29T12:00:00+0100", 1709204400000},
		{"2024-02-29T12:00:00.123456789Z", 1709208000123},
		{"1969-12-31T23:59:59.999Z", -1},
		{"0000-01-01T00:00:00Z", -62167219200000},
		{"9999-12-31T23:59:59.999Z", 253402300799999},
	};
	static const char *const bad[] = {"", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
		"2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-01T24:00:00Z",
		"2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T12:00:60Z", "2024-01-01",
		"2024-01-01T00:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z",
		"2024-01-01T00:00:00+1", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00Zx", " 2024-01-01T00:00:00Z",
		"24-01-01T00:00:00Z", "2024-1-1T00:00:00Z", "+024-01-01T00:00:00Z"};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		int64_t ms = 1;

		assert_true(time_parse(good[i].text, &ms));
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t ms;

		if (time_parse(bad[i], &ms))
			fail_msg("accepted: %s", bad[i]);
	}
}

/* The oracle is the C library; every day of 800 years, and odd moments in it. */
static void agrees_with_gmtime(void **state)
{
	(void)state;
	for (int64_t day = -146097; day < 146097; day++) {
		int64_t s = day * 86400 + (day * 7919) % 86400, ms = s * 1000 + (((day * 31) % 1000) + 1000) % 1000,
			back;
		time_t t = (time_t)(ms >= 0 || ms % 1000 == 0 ? ms / 1000 : ms / 1000 - 1);
		char text[TIME_TEXT_MAX], want[64];
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S", &tm);
		time_format(ms, text);
		assert_memory_equal(text, want, 19);
		assert_true(time_parse(text, &back));
		assert_int_equal(back, ms);
	}
}

static void format_drops_only_empty_fractions(void **state)
{
	char text[TIME_TEXT_MAX];

	(void)state;
	assert_string_equal(time_format(0, text), "1970-01-01T00:00:00Z");
	assert_string_equal(time_format(-1, text), "1969-12-31T23:59:59.999Z");
	assert_string_equal(time_format(1709208000050, text), "2024-02-29T12:00:00.050Z");
	assert_true(strlen(time_format(INT64_MAX, text)) < TIME_TEXT_MAX);
	assert_true(strlen(time_format(INT64_MIN, text)) < TIME_TEXT_MAX);
}

static void dates_and_http_dates(void **state)
{
	static const char *const http[] = {
		"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"};
	static const char *const bad[] = {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
		"Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Abc, 06 Nov 1994 08:49:37 GMT",
		"Sun, 06 Abc 1994 08:49:37 GMT", "120"};
	int64_t ms;

	(void)state;
	assert_true(time_parse_date("2000-02-29", &ms));
	assert_int_equal(ms, 951782400000);
	assert_false(time_parse_date("2001-02-29", &ms));
	assert_false(time_parse_date("2001-02-28T", &ms));
	for (size_t i = 0; i < 3; i++) {
		assert_true(time_parse_http(http[i], &ms));
		assert_int_equal(ms, 784111777000);
	}
	assert_true(time_parse_http("Tue Nov 15 08:49:37 1994", &ms));
	assert_true(time_parse_http("Sunday, 06-Nov-22 08:49:37 GMT", &ms));
	assert_int_equal(ms, 1667724577000);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(time_parse_http(bad[i], &ms));
}

static void formats_go_both_ways(void **state)
{
	static const struct {
		const char *format, *text;
		int64_t ms;
	} good[] = {
		{"%Y%m%d", "20240229", 1709164800000},
		{"%d/%m/%Y %H:%M", "29/02/2024 12:30", 1709209800000},
		{"%Y-%m-%d %H:%M:%S.%L", "2024-02-29 12:30:01.007", 1709209801007},
		{"%s", "1709209801", 1709209801000},
		{"%s.%L", "-1.999", -1},
		{"%Q", "-5", -5},
		{"/Date(%Q)/", "/Date(1709209801007)/", 1709209801007},
		{"100%%", "100%", 0},
	};
	static const struct {
		const char *format, *text;
	} bad[] = {
		{"%Y", "24"},
		{"%Y%m%d", "20240230"},
		{"%Q", "007"},
		{"%Q", "+7"},
		{"%Q", "-0"},
		{"%Q", ""},
		{"%Q", "99999999999999999999"},
		{"%s", "99999999999999999"},
		{"%s %Y", "0 1971"},
		{"%Y %Y", "1971 1972"},
		{"%x", "1"},
		{"%", "%"},
		{"%Y-", "1970"},
		{"a", ""},
		{"", "a"},
		{"%H", "24"},
		{"%S", "60"},
	};
	char text[64];
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(time_parse_as(good[i].format, good[i].text, &ms));
		assert_int_equal(ms, good[i].ms);
		assert_true(time_format_as(good[i].format, ms, text, sizeof text));
		assert_string_equal(text, good[i].text);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (time_parse_as(bad[i].format, bad[i].text, &ms))
			fail_msg("accepted: %s as %s", bad[i].text, bad[i].format);
	}
	assert_false(time_format_as("%Y-%m", 0, text, 7));
	assert_true(time_format_as("%Y-%m", 0, text, 8));
	assert_false(time_format_as("%y", 0, text, sizeof text));
	assert_false(time_format_as("", 0, text, 0));
}

static void spans(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
		const char *back;
	} good[] = {
		{"90s", 90000, "1min 30s"},
		{"5min", 300000, "5min"},
		{"1h 30min", 5400000, "1h 30min"},
		{"1h30min", 5400000, "1h 30min"},
		{"2d", 172800000, "2d"},
		{"250ms", 250, "250ms"},
		{"15", 15000, "15s"},
		{"0", 0, "0"},
		{"1.5h", 5400000, "1h 30min"},
		{"2 weeks", 1209600000, "14d"},
		{"1M", 2630016000, "30d 10h 33min 36s"},
		{"1 y", 31557600000, "365d 6h"},
		{" 1 s ", 1000, "1s"},
		{"0.0001s", 0, "0"},
	};
	static const char *const bad[] = {"", " ", "s", "-1s", "1x", "1 h x", "1..5s", "1.s", "99999999999999999999",
		"18446744073709551615d", "5m!", "1e3"};
	char text[TIME_TEXT_MAX];
	uint64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(time_parse_span(good[i].text, &ms));
		assert_int_equal(ms, good[i].ms);
		assert_string_equal(time_format_span(ms, text), good[i].back);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (time_parse_span(bad[i], &ms))
			fail_msg("accepted: %s", bad[i]);
	}
	for (uint64_t n = UINT64_MAX; n; n = n / 3 - n / 1000) {
		assert_true(strlen(time_format_span(n, text)) < TIME_TEXT_MAX);
		assert_true(time_parse_span(text, &ms));
		assert_int_equal(ms, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_3339),
		cmocka_unit_test(agrees_with_gmtime),
		cmocka_unit_test(format_drops_only_empty_fractions),
		cmocka_unit_test(dates_and_http_dates),
		cmocka_unit_test(formats_go_both_ways),
		cmocka_unit_test(spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
