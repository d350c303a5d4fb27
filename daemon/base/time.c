#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define DAY_S ((int64_t)86400)

struct civil {
	int64_t year, month, day, hour, minute, second, ms;
};

/* Days since 1970-01-01 in the proleptic Gregorian calendar: years counted from March, in eras of 400. */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static struct civil civil_from_ms(int64_t ms)
{
	int64_t s = floor_div(ms, 1000), days = floor_div(s, DAY_S), in_day = s - days * DAY_S;
	int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;

	return (struct civil){.year = yoe + era * 400 + (month <= 2),
		.month = month,
		.day = doy - (153 * mp + 2) / 5 + 1,
		.hour = in_day / 3600,
		.minute = in_day / 60 % 60,
		.second = in_day % 60,
		.ms = ms % 1000 + (ms % 1000 < 0 ? 1000 : 0)};
}

static int64_t month_days(int64_t y, int64_t m)
{
	static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 29 : days[m - 1];
}

static bool civil_ok(const struct civil *c)
{
	return c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= month_days(c->year, c->month) &&
	       c->hour <= 23 && c->minute <= 59 && c->second <= 59;
}

static int64_t civil_to_ms(const struct civil *c)
{
	int64_t days = days_from_civil(c->year, c->month, c->day);

	return ((days * 24 + c->hour) * 60 + c->minute) * 60000 + c->second * 1000 + c->ms;
}

/* Exactly width digits. */
static bool digits(const char **p, int width, int64_t *out)
{
	int64_t n = 0;

	for (int i = 0; i < width; i++) {
		char c = (*p)[i];

		if (c < '0' || c > '9')
			return false;
		n = n * 10 + (c - '0');
	}
	*p += width;
	*out = n;
	return true;
}

static bool literal(const char **p, const char *want)
{
	size_t n = strlen(want);

	if (strncmp(*p, want, n) != 0)
		return false;
	*p += n;
	return true;
}

static bool date_part(const char **p, struct civil *c)
{
	return digits(p, 4, &c->year) && literal(p, "-") && digits(p, 2, &c->month) && literal(p, "-") &&
	       digits(p, 2, &c->day);
}

static bool clock_part(const char **p, struct civil *c)
{
	return digits(p, 2, &c->hour) && literal(p, ":") && digits(p, 2, &c->minute) && literal(p, ":") &&
	       digits(p, 2, &c->second);
}

/* Up to nine digits after the point; what is finer than a millisecond is cut off. */
static bool fraction_part(const char **p, struct civil *c)
{
	int64_t scale = 100, d;
	int n = 0;

	if (**p != '.')
		return true;
	for (++*p; digits(p, 1, &d); n++) {
		c->ms += d * scale;
		scale /= 10;
	}
	return n >= 1 && n <= 9;
}

/* "", "Z", "+hh:mm", "+hhmm". */
static bool zone_part(const char **p, int64_t *minutes)
{
	int64_t sign, h, m;

	*minutes = 0;
	if (!**p || ((**p == 'Z' || **p == 'z') && ++*p))
		return true;
	if (**p != '+' && **p != '-')
		return false;
	sign = *(*p)++ == '-' ? -1 : 1;
	if (!digits(p, 2, &h) || (literal(p, ":"), !digits(p, 2, &m)) || h > 23 || m > 59)
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

bool time_parse(const char *text, int64_t *ms)
{
	struct civil c = {0};
	int64_t zone, leap = 0, t;

	if (!date_part(&text, &c) || !strchr("Tt ", *text) || !*text++ || !clock_part(&text, &c) ||
		!fraction_part(&text, &c) || !zone_part(&text, &zone) || *text)
		return false;
	if (c.second == 60) {
		c.second = 59;
		leap = 1000;
	}
	if (!civil_ok(&c))
		return false;
	t = civil_to_ms(&c) - zone * 60000 + leap;
	/* A leap second is the last one of a UTC day. */
	if (leap && floor_div(t, 1000) % DAY_S != 0)
		return false;
	*ms = t;
	return true;
}

bool time_parse_date(const char *text, int64_t *ms)
{
	struct civil c = {0};

	if (!date_part(&text, &c) || *text || !civil_ok(&c))
		return false;
	*ms = civil_to_ms(&c);
	return true;
}

/* Which of the names stands at p, from 1; 0 for none. */
static int64_t one_of(const char **p, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (literal(p, names[i]))
			return (int64_t)i + 1;
	}
	return 0;
}

static bool month_name(const char **p, struct civil *c)
{
	static const char *const names[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	c->month = one_of(p, names, 12);
	return c->month != 0;
}

bool time_parse_http(const char *text, int64_t *ms)
{
	static const char *const full[] = {
		"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
	static const char *const brief[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	struct civil c = {0};
	const char *p = text;
	bool ok;

	if (one_of(&p, full, 7)) {
		ok = literal(&p, ", ") && digits(&p, 2, &c.day) && literal(&p, "-") && month_name(&p, &c) &&
		     literal(&p, "-") && digits(&p, 2, &c.year) && literal(&p, " ") && clock_part(&p, &c) &&
		     literal(&p, " GMT");
		c.year += c.year >= 70 ? 1900 : 2000;
	} else if (one_of(&p, brief, 7) && literal(&p, ", ")) {
		ok = digits(&p, 2, &c.day) && literal(&p, " ") && month_name(&p, &c) && literal(&p, " ") &&
		     digits(&p, 4, &c.year) && literal(&p, " ") && clock_part(&p, &c) && literal(&p, " GMT");
	} else {
		ok = literal(&p, " ") && month_name(&p, &c) && literal(&p, " ") &&
		     (literal(&p, " ") ? digits(&p, 1, &c.day) : digits(&p, 2, &c.day)) && literal(&p, " ") &&
		     clock_part(&p, &c) && literal(&p, " ") && digits(&p, 4, &c.year);
	}
	if (c.second == 60)
		c.second = 59;
	if (!ok || *p || !civil_ok(&c))
		return false;
	*ms = civil_to_ms(&c);
	return true;
}

char *time_format(int64_t ms, char text[TIME_TEXT_MAX])
{
	struct civil c = civil_from_ms(ms);
	char fraction[8] = "";

	if (c.ms)
		snprintf(fraction, sizeof fraction, ".%03d", (int)c.ms);
	snprintf(text, TIME_TEXT_MAX, "%04lld-%02d-%02dT%02d:%02d:%02d%sZ", (long long)c.year, (int)c.month, (int)c.day,
		(int)c.hour, (int)c.minute, (int)c.second, fraction);
	return text;
}

/* A whole number as printf gives it back: no plus sign, no leading zeros. */
static bool integer(const char **p, int64_t *out)
{
	bool negative = **p == '-';
	int64_t n = 0, d;
	int width = 0;

	*p += negative;
	while (width < 17 && digits(p, 1, &d)) {
		n = n * 10 + d;
		width++;
	}
	*out = negative ? -n : n;
	return width > 0;
}

bool time_parse_as(const char *format, const char *text, int64_t *ms)
{
	struct civil c = {.year = 1970, .month = 1, .day = 1};
	int64_t epoch_s = 0, epoch_ms = 0, t;
	bool has_s = false, has_ms = false, ok = true;
	const char *p = text;
	char again[256];

	for (const char *f = format; *f && ok; f++) {
		if (*f != '%') {
			ok = *p++ == *f;
			continue;
		}
		switch (*++f) {
		case 'Y':
			ok = digits(&p, 4, &c.year);
			break;
		case 'm':
			ok = digits(&p, 2, &c.month);
			break;
		case 'd':
			ok = digits(&p, 2, &c.day);
			break;
		case 'H':
			ok = digits(&p, 2, &c.hour);
			break;
		case 'M':
			ok = digits(&p, 2, &c.minute);
			break;
		case 'S':
			ok = digits(&p, 2, &c.second);
			break;
		case 'L':
			ok = digits(&p, 3, &c.ms);
			break;
		case 's':
			ok = has_s = integer(&p, &epoch_s);
			break;
		case 'Q':
			ok = has_ms = integer(&p, &epoch_ms);
			break;
		case '%':
			ok = *p++ == '%';
			break;
		default:
			return false;
		}
	}
	if (!ok || *p || !civil_ok(&c) || epoch_s > INT64_MAX / 2000 || epoch_s < INT64_MIN / 2000)
		return false;
	t = has_ms ? epoch_ms : has_s ? epoch_s * 1000 + c.ms : civil_to_ms(&c);
	/* Fields that contradict each other, and forms of a number that printing would not give, end here. */
	if (!time_format_as(format, t, again, sizeof again) || strcmp(again, text) != 0)
		return false;
	*ms = t;
	return true;
}

bool time_format_as(const char *format, int64_t ms, char *text, size_t size)
{
	struct civil c = civil_from_ms(ms);
	size_t n = 0;

	for (const char *f = format; *f; f++) {
		char piece[24] = {*f};

		if (*f == '%') {
			switch (*++f) {
			case 'Y':
				snprintf(piece, sizeof piece, "%04lld", (long long)c.year);
				break;
			case 'm':
				snprintf(piece, sizeof piece, "%02d", (int)c.month);
				break;
			case 'd':
				snprintf(piece, sizeof piece, "%02d", (int)c.day);
				break;
			case 'H':
				snprintf(piece, sizeof piece, "%02d", (int)c.hour);
				break;
			case 'M':
				snprintf(piece, sizeof piece, "%02d", (int)c.minute);
				break;
			case 'S':
				snprintf(piece, sizeof piece, "%02d", (int)c.second);
				break;
			case 'L':
				snprintf(piece, sizeof piece, "%03d", (int)c.ms);
				break;
			case 's':
				snprintf(piece, sizeof piece, "%lld", (long long)floor_div(ms, 1000));
				break;
			case 'Q':
				snprintf(piece, sizeof piece, "%lld", (long long)ms);
				break;
			case '%':
				break;
			default:
				return false;
			}
		}
		if (strlen(piece) >= size - n)
			return false;
		memcpy(text + n, piece, strlen(piece) + 1);
		n += strlen(piece);
	}
	if (n < size)
		text[n] = '\0';
	return n < size;
}
