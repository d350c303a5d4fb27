/* Numbers and codes. Sources: KBO cookbook (check digits), NACE-BEL, base/time.h for dates. */
#include "core/normalise_parts.h"

#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Ten digits of which the last two are 97 less the remainder of the first eight by 97. */
static bool check_digits(const char *ten)
{
	unsigned long first = 0;

	for (int i = 0; i < 10; i++)
		if (!is_digit(ten[i]))
			return false;
	for (int i = 0; i < 8; i++)
		first = first * 10 + (unsigned long)(ten[i] - '0');
	return !ten[10] && 97 - first % 97 == (unsigned long)(ten[8] - '0') * 10 + (unsigned long)(ten[9] - '0');
}

bool enterprise_number_valid(const char *ten_digits)
{
	return (ten_digits[0] == '0' || ten_digits[0] == '1') && check_digits(ten_digits);
}

bool establishment_number_valid(const char *ten_digits)
{
	return ten_digits[0] >= '2' && ten_digits[0] <= '8' && check_digits(ten_digits);
}

/* Past what people write before the digits: "BTW BE ", "KBO: ", and the Peppol schemes of Belgian numbers. */
static const char *skip_words(const char *s)
{
	static const char *const words[] = {"btw", "tva", "vat", "mwst", "kbo", "bce", "be", "nr", "ondernemingsnummer",
		"ond", "vestigingsnummer", "0208:", "9925:"};

	for (bool found = true; found;) {
		found = false;
		s += strspn(s, " .:");
		for (size_t i = 0; !strchr("1234567(", *s) && i < sizeof(words) / sizeof(words[0]); i++) {
			size_t n = strlen(words[i]);

			if (!strncasecmp(s, words[i], n) &&
				(words[i][n - 1] == ':' || !is_alpha(s[n]) || !strncasecmp(s + n, "be", 2))) {
				s += n;
				found = true;
				break;
			}
		}
	}
	return s;
}

/* Its nine or ten digits as ten, if there is nothing but them and separators. */
static bool ten_digits(const char *text, char out[11])
{
	size_t n = 0;

	for (const char *s = skip_words(text); *s; s++) {
		if (is_digit(*s) && n < 10)
			out[n++] = *s;
		else if (!strchr(" .-/()", *s))
			return false;
	}
	if (n == 9) {
		memmove(out + 1, out, 9);
		out[0] = '0';
		n = 10;
	}
	out[n] = '\0';
	return n == 10;
}

const char *normalise_enterprise(struct arena *arena, const char *text, bool *valid)
{
	char number[11];

	*valid = ten_digits(text, number) && enterprise_number_valid(number);
	if (*valid)
		return arena_strndup(arena, number, 10);
	return text_says_nothing(text) ? "" : text;
}

const char *normalise_establishment(struct arena *arena, const char *text, bool *valid)
{
	char number[11];

	*valid = ten_digits(text, number) && establishment_number_valid(number);
	if (*valid)
		return arena_strndup(arena, number, 10);
	return text_says_nothing(text) ? "" : text;
}

const char *normalise_code(struct arena *arena, const char *text, bool *valid)
{
	char *out = arena_strdup(arena, text);

	for (char *c = out; *c; c++) {
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
		if (!is_digit(*c) && !is_alpha(*c) && !strchr("+-._", *c))
			*valid = false;
	}
	*valid = *valid && strlen(out) <= 32;
	return *valid ? out : text;
}

/* "2008:62.010" to "2008:62010". */
const char *normalise_nace(struct arena *arena, const char *text, bool *valid)
{
	char digits[6];
	size_t n = 0;

	*valid = !strncmp(text, "2003:", 5) || !strncmp(text, "2008:", 5) || !strncmp(text, "2025:", 5);
	if (!*valid)
		return text_says_nothing(text) ? "" : text;
	for (const char *s = text + 5; *s && *valid; s++) {
		if (is_digit(*s) && n < 5)
			digits[n++] = *s;
		else if (*s != '.' && *s != ' ')
			*valid = false;
	}
	*valid = *valid && n >= 2;
	digits[n] = '\0';
	return *valid ? text_concat(arena, text, 5, digits, NULL) : text;
}

const char *normalise_bool(struct arena *arena, const char *text, bool *valid)
{
	static const char *const yes[] = {"true", "1", "yes", "y", "ja", "j", "oui", "o", "on", "waar", "vrai"};
	static const char *const no[] = {"false", "0", "no", "n", "nee", "neen", "non", "off", "onwaar", "faux"};

	(void)arena;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (!strcasecmp(text, yes[i]))
			return "true";
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (!strcasecmp(text, no[i]))
			return "false";
	*valid = false;
	return text;
}

/* YYYY-MM-DD, alone or before a time; D/M/YYYY with slash, dash or dot, as Belgians write it. */
const char *normalise_date(struct arena *arena, const char *text, bool *valid)
{
	int day, month, year, used = 0;
	int64_t ms;
	const char *date;

	if (strlen(text) > 10 && (text[10] == 'T' || text[10] == ' ') && time_parse(text, &ms))
		return arena_strndup(arena, text, 10);
	*valid = time_parse_date(text, &ms);
	if (*valid)
		return text;
	if (!is_digit(text[0]) || strspn(text, "0123456789/.-") != strlen(text) || strlen(text) > 10 ||
		sscanf(text, "%2d%*1[-/.]%2d%*1[-/.]%4d%n", &day, &month, &year, &used) != 3 || text[used] ||
		year < 1000)
		return text;
	date = arena_printf(arena, "%04d-%02d-%02d", year, month, day);
	*valid = time_parse_date(date, &ms);
	return *valid ? date : text;
}

const char *normalise_time(struct arena *arena, const char *text, bool *valid)
{
	char out[TIME_TEXT_MAX];
	int64_t ms;

	*valid = time_parse(text, &ms) || time_parse_date(text, &ms);
	return *valid ? arena_strdup(arena, time_format(ms, out)) : text;
}
