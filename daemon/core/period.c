#include "core/period.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

/* --- the calendar ----------------------------------------------------------------------------------------- */

/*
 * Days and the proleptic Gregorian calendar, without tables: years begin in March, so that the leap day is the last, and
 * come in eras of 400 (after Howard Hinnant, chrono-Compatible Low-Level Date Algorithms).
 */
static int32_t day_number(int year, int month, int day)
{
	const int y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void civil(int32_t day, int *year, int *month)
{
	const int z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
	const int y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	const int m = (5 * (of_era - (365 * y + y / 4 - y / 100)) + 2) / 153;

	*month = m < 10 ? m + 3 : m - 9;
	*year = y + era * 400 + (*month <= 2);
}

bool period_day_parse(const char *text, int32_t *day)
{
	int64_t ms;

	if (strlen(text) != 10 || !time_parse_date(text, &ms))
		return false;
	*day = (int32_t)(ms / DAY_MS - (ms % DAY_MS < 0));
	return true;
}

char *period_day_format(int32_t day, char text[PERIOD_TEXT_MAX])
{
	time_format_as("%Y-%m-%d", day * DAY_MS, text, PERIOD_TEXT_MAX);
	return text;
}

static bool months(int year, int first, int n, struct period *out)
{
	const int next = first + n;

	*out = (struct period){ day_number(year, first, 1), day_number(next > 12 ? year + 1 : year, next > 12 ? next - 12 : next, 1) - 1 };
	return true;
}

bool period_parse(const char *text, struct period *out)
{
	const size_t n = strlen(text);
	const int year = atoi(text);

	if (n < 4 || strspn(text, "0123456789") != 4 || year < 1900)
		return false;
	if (n == 4)
		return months(year, 1, 12, out);
	if (n == 7 && (!strncmp(text + 4, "-Q", 2) || !strncmp(text + 4, "-q", 2)))
		return text[6] >= '1' && text[6] <= '4' && months(year, (text[6] - '1') * 3 + 1, 3, out);
	if (n == 7 && text[4] == '-' && strspn(text + 5, "0123456789") == 2)
		return atoi(text + 5) >= 1 && atoi(text + 5) <= 12 && months(year, atoi(text + 5), 1, out);
	if (!period_day_parse(text, &out->first))
		return false;
	out->last = out->first;
	return true;
}

char *period_part_format(int32_t day, enum period_part part, char text[PERIOD_TEXT_MAX])
{
	int year, month;

	civil(day, &year, &month);
	switch (part) {
	case PERIOD_YEAR:
		snprintf(text, PERIOD_TEXT_MAX, "%04d", year);
		break;
	case PERIOD_QUARTER:
		snprintf(text, PERIOD_TEXT_MAX, "%04d-Q%d", year, (month - 1) / 3 + 1);
		break;
	case PERIOD_MONTH:
		snprintf(text, PERIOD_TEXT_MAX, "%04d-%02d", year, month);
		break;
	}
	return text;
}

int32_t period_part_first(int32_t day, enum period_part part)
{
	static const int length[] = { [PERIOD_YEAR] = 12, [PERIOD_QUARTER] = 3, [PERIOD_MONTH] = 1 };
	int year, month;

	civil(day, &year, &month);
	return day_number(year, (month - 1) / length[part] * length[part] + 1, 1);
}

/* --- the clock in Belgium --------------------------------------------------------------------------------- */

/* Summer time is from the last Sunday of March to the last Sunday of October, at 01:00 UTC (Directive 2000/84/EC);
 * 1970-01-01 was a Thursday. */
static int32_t last_sunday(int year, int month)
{
	const int32_t day = day_number(year, month, 31);

	return day - ((day + 4) % 7 + 7) % 7;
}

/* Whether the midnight with which that day begins is in summer time. */
static bool begins_in_summer(int32_t day)
{
	int year, month;

	civil(day, &year, &month);
	return day > last_sunday(year, 3) && day <= last_sunday(year, 10);
}

int64_t period_day_begin(int32_t day)
{
	return day * DAY_MS - (begins_in_summer(day) ? 2 : 1) * HOUR_MS;
}

int32_t period_day_of(int64_t ms)
{
	int32_t day = (int32_t)((ms + HOUR_MS) / DAY_MS - ((ms + HOUR_MS) % DAY_MS < 0));

	return ms >= period_day_begin(day + 1) ? day + 1 : day;
}
