#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/time.h"
#include "core/period.h"

static int32_t day(const char *text)
{
	int32_t out;

	assert_true(period_day_parse(text, &out));
	return out;
}

static int64_t ms(const char *text)
{
	int64_t out;

	assert_true(time_parse(text, &out));
	return out;
}

static void periods(void **state)
{
	static const struct {
		const char *text, *first, *last;
	} rows[] = {
		{ "2025", "2025-01-01", "2025-12-31" },
		{ "2024-Q1", "2024-01-01", "2024-03-31" },
		{ "2024-q4", "2024-10-01", "2024-12-31" },
		{ "2024-02", "2024-02-01", "2024-02-29" },
		{ "2100-02", "2100-02-01", "2100-02-28" },
		{ "2000-02-29", "2000-02-29", "2000-02-29" },
	};
	struct period p;
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(period_parse(rows[i].text, &p));
		assert_int_equal(p.first, day(rows[i].first));
		assert_int_equal(p.last, day(rows[i].last));
	}
}

static void no_periods(void **state)
{
	static const char *const texts[] = { "", "25", "2025-Q5", "2025-Q", "2025-13", "2025-00", "2025-1", "2025-02-30", "20255", "x2025",
		"2025 ", "2025-Q11" };
	struct period p;
	(void)state;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_false(period_parse(texts[i], &p));
}

/* Against the parser and printer of base/time, which know nothing of this. */
static void the_calendar(void **state)
{
	char text[PERIOD_TEXT_MAX], part[PERIOD_TEXT_MAX];
	(void)state;

	for (int32_t d = -30000; d < 60000; d++) {
		const int32_t month = period_part_first(d, PERIOD_MONTH);

		period_day_format(d, text);
		assert_int_equal(day(text), d);
		assert_memory_equal(text, period_part_format(d, PERIOD_MONTH, part), 7);
		assert_true(month <= d && d - month < 31);
		assert_string_equal(period_day_format(month, text) + 7, "-01");
	}
}

static void half_past_midnight_in_belgium_is_the_new_day(void **state)
{
	(void)state;
	assert_int_equal(period_day_of(ms("2024-12-31T22:59:59Z")), day("2024-12-31"));
	assert_int_equal(period_day_of(ms("2024-12-31T23:00:00Z")), day("2025-01-01"));
	assert_int_equal(period_day_of(ms("2024-06-30T21:59:59Z")), day("2024-06-30"));
	assert_int_equal(period_day_of(ms("2024-06-30T22:00:00Z")), day("2024-07-01"));
	assert_int_equal(period_day_begin(day("2025-01-01")), ms("2024-12-31T23:00:00Z"));
}

/* The clocks changed on 30 March and on 26 October 2025: one day has 23 hours, one 25. */
static void days_of_23_and_25_hours(void **state)
{
	(void)state;
	assert_int_equal(period_day_begin(day("2025-03-30")), ms("2025-03-29T23:00:00Z"));
	assert_int_equal(period_day_begin(day("2025-03-31")), ms("2025-03-30T22:00:00Z"));
	assert_int_equal(period_day_begin(day("2025-10-26")), ms("2025-10-25T22:00:00Z"));
	assert_int_equal(period_day_begin(day("2025-10-27")), ms("2025-10-26T23:00:00Z"));
	for (int32_t d = day("2020-01-01"); d < day("2030-01-01"); d++) {
		assert_int_equal(period_day_of(period_day_begin(d)), d);
		assert_int_equal(period_day_of(period_day_begin(d) - 1), d - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(periods),
		cmocka_unit_test(no_periods),
		cmocka_unit_test(the_calendar),
		cmocka_unit_test(half_past_midnight_in_belgium_is_the_new_day),
		cmocka_unit_test(days_of_23_and_25_hours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
