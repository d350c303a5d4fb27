/* E-mail addresses, telephones, web addresses. Sources: RFC 5321 sizes, UTS 46 through libidn2, ITU-T E.164, the
 * Belgian numbering plan as in libphonenumber's metadata. */
#include "core/normalise_parts.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Letters, digits and inner hyphens in labels of at most 63, at least two of them, the last not all digits. */
static bool host_valid(const char *host)
{
	size_t label = 0, labels = 1, n = strlen(host);
	bool digits = true;

	if (n > 253)
		return false;
	for (const char *s = host; *s; s++) {
		if (*s == '.') {
			if (!label || s[-1] == '-')
				return false;
			label = 0;
			labels++;
			digits = true;
			continue;
		}
		if (!is_alnum(*s) && (*s != '-' || !label))
			return false;
		digits = digits && is_digit(*s);
		if (++label > 63)
			return false;
	}
	return label && host[n - 1] != '-' && labels > 1 && !digits;
}

/* The host in lower-case A-labels without a final dot; NULL if it is none. */
static const char *host_canonical(struct arena *arena, const char *host, size_t n)
{
	char *out = arena_strndup(arena, host, n);
	bool ascii = true;

	for (char *c = out; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c |= 0x20;
		ascii = ascii && !(*c & 0x80);
	}
	if (!ascii) {
		AUTO(free) char *labels = NULL;

		if (idn2_to_ascii_8z(out, &labels, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
			return NULL;
		out = arena_strdup(arena, labels);
		for (char *c = out; *c; c++)
			if (*c >= 'A' && *c <= 'Z')
				*c |= 0x20;
	}
	n = strlen(out);
	if (n && out[n - 1] == '.')
		out[n - 1] = '\0';
	return host_valid(out) ? out : NULL;
}

/* Unquoted local part: atoms with single dots between them; bytes over 0x7f are SMTPUTF8. */
static bool local_valid(const char *s, size_t n)
{
	if (!n || n > 64 || s[0] == '.' || s[n - 1] == '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.' && s[i - 1] == '.')
			return false;
		if (!(s[i] & 0x80) && !is_alnum(s[i]) && !strchr(".!#$%&'*+-/=?^_`{|}~", s[i]))
			return false;
	}
	return true;
}

/* Also "mailto:a@b", "Name <a@b>" and "<a@b>". */
const char *normalise_email(struct arena *arena, const char *text, bool *valid)
{
	const char *start = text, *end = text + strlen(text), *at, *host = NULL;

	if (end[-1] == '>' && (start = strrchr(text, '<'))) {
		start++;
		end--;
	} else {
		start = text;
	}
	if (!strncasecmp(start, "mailto:", 7))
		start += 7;
	at = memrchr(start, '@', (size_t)(end - start));
	*valid = at && local_valid(start, (size_t)(at - start)) &&
		 (host = host_canonical(arena, at + 1, (size_t)(end - at - 1))) != NULL;
	if (*valid)
		return text_concat(arena, start, (size_t)(at + 1 - start), host, NULL);
	return text_says_nothing(text) ? "" : text;
}

/* Calling codes and trunk prefixes of the countries whose national notation is understood. Sorted. */
static const struct dialling {
	const char *country, *code, *trunk;
} countries[] = {
	{"AT", "43", "0"},
	{"BE", "32", "0"},
	{"CH", "41", "0"},
	{"DE", "49", "0"},
	{"DK", "45", ""},
	{"ES", "34", ""},
	{"FI", "358", "0"},
	{"FR", "33", "0"},
	{"GB", "44", "0"},
	{"IE", "353", "0"},
	{"IT", "39", ""},
	{"LU", "352", ""},
	{"NL", "31", "0"},
	{"NO", "47", ""},
	{"PL", "48", ""},
	{"PT", "351", ""},
	{"SE", "46", "0"},
};

bool phone_country_known(const char *country)
{
	return LOOKUP(countries, country) != NULL;
}

/* Past "tel:", "T. ", "GSM ": what people write before a number. */
static const char *skip_label(const char *s)
{
	static const char *const labels[] = {
		"telefoon", "t\xc3\xa9l", "tel", "gsm", "mobiel", "mobile", "mob", "phone", "t", "m"};

	for (size_t i = 0; !is_digit(*s) && *s != '+' && i < sizeof(labels) / sizeof(labels[0]); i++) {
		size_t n = strlen(labels[i]);

		if (!strncasecmp(s, labels[i], n) && s[n] && strchr(" .:+", s[n]))
			return s + n + strspn(s + n, " .:");
	}
	return s;
}

/*
 * Digits of a number and whether it began with + or 00. "(0)" in an international number is the trunk prefix that is
 * not dialled. False if there is anything but digits and separators: letters announce an extension.
 */
static bool phone_digits(const char *s, char digits[20], bool *international)
{
	size_t n = 0;

	*international = false;
	for (; *s; s++) {
		if (is_digit(*s)) {
			if (n == 19)
				return false;
			digits[n++] = *s;
			if (n == 2 && !*international && !strncmp(digits, "00", 2)) {
				*international = true;
				n = 0;
			}
		} else if (*s == '+' && !n && !*international) {
			*international = true;
		} else if (!strncmp(s, "(0)", 3) && *international && n) {
			s += 2;
		} else if ((uint8_t)s[0] == 0xe2 && (uint8_t)s[1] == 0x80 && (uint8_t)s[2] >= 0x90 &&
			   (uint8_t)s[2] <= 0x95) {
			s += 2;
		} else if (!strchr(" .-/()", *s)) {
			return false;
		}
	}
	digits[n] = '\0';
	return true;
}

/* National significant number: mobile 4xx xx xx xx, all others eight digits. */
static bool belgian_valid(const char *national)
{
	size_t n = strlen(national);

	return n == 9 ? national[0] == '4' : n == 8 && national[0] != '0';
}

const char *phone_canonical(struct arena *arena, const char *text, const char *country, bool *valid)
{
	const struct dialling *home = LOOKUP(countries, country);
	char digits[20];
	const char *national = digits;
	bool international;

	*valid = false;
	if (text_says_nothing(text))
		return "";
	if (!phone_digits(skip_label(text), digits, &international))
		return text;
	if (!international) {
		size_t trunk = home ? strlen(home->trunk) : 0;

		if (!home || strncmp(digits, home->trunk, trunk))
			return text;
		national += trunk;
		*valid = !strcmp(home->code, "32")
				 ? belgian_valid(national)
				 : strlen(national) >= 6 && strlen(national) + strlen(home->code) <= 15 &&
					   (*national != '0' || !trunk);
		return *valid ? text_concat(arena, "+", 1, home->code, national) : text;
	}
	if (!strncmp(digits, "32", 2)) {
		national += digits[2] == '0' ? 3 : 2;
		*valid = belgian_valid(national);
		return *valid ? text_concat(arena, "+32", 3, national, NULL) : text;
	}
	*valid = strlen(digits) >= 7 && strlen(digits) <= 15 && digits[0] != '0';
	return *valid ? text_concat(arena, "+", 1, digits, NULL) : text;
}

const char *normalise_phone(struct arena *arena, const char *text, bool *valid)
{
	return phone_canonical(arena, text, "BE", valid);
}

const char *phone_national(struct arena *arena, const char *e164)
{
	const char *s = e164 + 3;

	if (strncmp(e164, "+32", 3) || !belgian_valid(s))
		return e164;
	if (strlen(s) == 9)
		return arena_printf(arena, "0%.3s %.2s %.2s %.2s", s, s + 3, s + 5, s + 7);
	if (strchr("2349", s[0]))
		return arena_printf(arena, "0%.1s %.3s %.2s %.2s", s, s + 1, s + 4, s + 6);
	return arena_printf(arena, "0%.2s %.2s %.2s %.2s", s, s + 2, s + 4, s + 6);
}

bool phone_is_mobile(const char *e164, size_t n)
{
	/* length: of the whole without plus, where landlines begin alike; else 0. */
	static const struct {
		const char *front;
		size_t length;
	} mobile[] = {{"324", 11}, {"336", 0}, {"337", 0}, {"316", 11}, {"4915", 0}, {"4916", 0}, {"4917", 0}, {"3526", 12}, {"447", 0},
		{"346", 0}, {"347", 0}, {"393", 0}};

	if (n && *e164 == '+') {
		e164++;
		n--;
	}
	for (size_t i = 0; i < sizeof mobile / sizeof *mobile; i++) {
		const size_t len = strlen(mobile[i].front);

		if (n > len && !memcmp(e164, mobile[i].front, len) && (!mobile[i].length || n == mobile[i].length))
			return true;
	}
	return false;
}

/* http and https only; without a scheme https is meant, as in "www.acme.example". */
const char *normalise_url(struct arena *arena, const char *text, bool *valid)
{
	const char *scheme = "https://", *s = text, *host, *rest;
	size_t n;
	int port = 443;

	if (text_says_nothing(text))
		return "";
	if (!strncasecmp(s, "https://", 8)) {
		s += 8;
	} else if (!strncasecmp(s, "http://", 7)) {
		scheme = "http://";
		port = 80;
		s += 7;
	}
	n = strcspn(s, ":/?#");
	rest = s + n;
	host = host_canonical(arena, s, n);
	if (*rest == ':') {
		size_t digits = strspn(rest + 1, "0123456789");

		*valid = digits && digits < 6 && (!rest[1 + digits] || strchr("/?#", rest[1 + digits]));
		if (*valid && atoi(rest + 1) == port)
			rest += 1 + digits;
	}
	*valid = *valid && host && !strpbrk(rest, " <>\"\\^`{|}");
	if (!*valid)
		return text;
	n = strlen(rest);
	while (n && rest[n - 1] == '/' && !memchr(rest, '?', n) && !memchr(rest, '#', n))
		n--;
	return text_concat(arena, scheme, strlen(scheme), host, arena_strndup(arena, rest, n));
}
