#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define S_MS ((uint64_t)1000)
#define DAY_MS (86400 * S_MS)

/* As systemd.time(7) has them; a month is 30.44 days, a year 365.25. */
static const struct unit {
	const char *name;
	uint64_t ms;
} units[] = {
	{"ms", 1},
	{"msec", 1},
	{"", S_MS},
	{"s", S_MS},
	{"sec", S_MS},
	{"second", S_MS},
	{"seconds", S_MS},
	{"m", 60 * S_MS},
	{"min", 60 * S_MS},
	{"minute", 60 * S_MS},
	{"minutes", 60 * S_MS},
	{"h", 3600 * S_MS},
	{"hr", 3600 * S_MS},
	{"hour", 3600 * S_MS},
	{"hours", 3600 * S_MS},
	{"d", DAY_MS},
	{"day", DAY_MS},
	{"days", DAY_MS},
	{"w", 7 * DAY_MS},
	{"week", 7 * DAY_MS},
	{"weeks", 7 * DAY_MS},
	{"M", 2630016 * S_MS},
	{"month", 2630016 * S_MS},
	{"months", 2630016 * S_MS},
	{"y", 31557600 * S_MS},
	{"year", 31557600 * S_MS},
	{"years", 31557600 * S_MS},
};

static uint64_t unit_ms(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strlen(units[i].name) == n && strncmp(units[i].name, name, n) == 0)
			return units[i].ms;
	}
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool time_parse_span(const char *text, uint64_t *ms)
{
	const char *p = text + strspn(text, " ");
	uint64_t sum = 0;

	if (!*p)
		return false;
	while (*p) {
		uint64_t whole = 0, fraction = 0, scale = 1, unit, part;
		size_t n;

		if (!is_digit(*p))
			return false;
		for (; is_digit(*p); p++) {
			if (__builtin_mul_overflow(whole, 10, &whole) ||
				__builtin_add_overflow(whole, (uint64_t)(*p - '0'), &whole))
				return false;
		}
		if (*p == '.' && !is_digit(*++p))
			return false;
		for (; is_digit(*p) && scale < 1000000; p++) {
			fraction = fraction * 10 + (uint64_t)(*p - '0');
			scale *= 10;
		}
		p += strspn(p, " ");
		n = strspn(p, "abcdefghijklmnopqrstuvwxyzM");
		unit = unit_ms(p, n);
		if (!unit || __builtin_mul_overflow(whole, unit, &part) ||
			__builtin_add_overflow(part, fraction * unit / scale, &part) ||
			__builtin_add_overflow(sum, part, &sum))
			return false;
		p += n;
		p += strspn(p, " ");
	}
	*ms = sum;
	return true;
}

char *time_format_span(uint64_t ms, char text[TIME_TEXT_MAX])
{
	static const struct unit show[] = {
		{"d", DAY_MS}, {"h", 3600 * S_MS}, {"min", 60 * S_MS}, {"s", S_MS}, {"ms", 1}};
	char long_text[64];
	size_t n = 0;
	uint64_t rest = ms;

	for (size_t i = 0; i < sizeof show / sizeof show[0]; i++) {
		if (rest / show[i].ms)
			n += (size_t)snprintf(long_text + n, sizeof long_text - n, "%s%llu%s", n ? " " : "",
				(unsigned long long)(rest / show[i].ms), show[i].name);
		rest %= show[i].ms;
	}
	if (n == 0)
		snprintf(text, TIME_TEXT_MAX, "0");
	else if (n < TIME_TEXT_MAX)
		memcpy(text, long_text, n + 1);
	else
		snprintf(text, TIME_TEXT_MAX, "%llums", (unsigned long long)ms);
	return text;
}
