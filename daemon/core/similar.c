#include "core/similar.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

void similar_decode(const char *text, size_t bytes, struct similar_text *out)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text, *end = p + bytes;

	out->n = 0;
	while (p < end && out->n < SIMILAR_MAX) {
		utf8proc_int32_t c = *p;
		utf8proc_ssize_t len = 1;

		if (c >= 0x80) {
			len = utf8proc_iterate(p, end - p, &c);
			if (len <= 0) {
				c = 0xfffd;
				len = 1;
			}
		}
		out->point[out->n++] = c;
		p += len;
	}
}

double similar_jaro_winkler(const struct similar_text *a, const struct similar_text *b)
{
	const size_t longer = a->n > b->n ? a->n : b->n, reach = longer / 2 ? longer / 2 - 1 : 0;
	uint64_t a_used = 0, b_used = 0;
	size_t common = 0, moved = 0, prefix = 0, j = 0;
	double m, jaro;

	if (!longer)
		return 1;
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = i > reach ? i - reach : 0; k < b->n && k <= i + reach; k++)
			if (a->point[i] == b->point[k] && !(b_used >> k & 1)) {
				a_used |= UINT64_C(1) << i;
				b_used |= UINT64_C(1) << k;
				common++;
				break;
			}
	if (!common)
		return 0;
	for (size_t i = 0; i < a->n; i++) {
		if (!(a_used >> i & 1))
			continue;
		while (!(b_used >> j & 1))
			j++;
		if (a->point[i] != b->point[j++])
			moved++;
	}
	m = (double)common;
	jaro = (m / (double)a->n + m / (double)b->n + (m - (double)(moved / 2)) / m) / 3;
	while (prefix < 4 && prefix < a->n && prefix < b->n && a->point[prefix] == b->point[prefix])
		prefix++;
	return jaro + (double)prefix * 0.1 * (1 - jaro);
}

/* Optimal string alignment, three rows at a time. */
unsigned similar_edits(const struct similar_text *a, const struct similar_text *b, unsigned max)
{
	unsigned row[3][SIMILAR_MAX + 1];

	if ((a->n > b->n ? a->n - b->n : b->n - a->n) > max)
		return max + 1;
	for (size_t k = 0; k <= b->n; k++)
		row[0][k] = (unsigned)k;
	for (size_t i = 1; i <= a->n; i++) {
		unsigned *now = row[i % 3], *above = row[(i - 1) % 3], *before = row[(i + 1) % 3], least = max + 1;

		now[0] = (unsigned)i;
		for (size_t k = 1; k <= b->n; k++) {
			const bool same = a->point[i - 1] == b->point[k - 1];
			unsigned best = above[k - 1] + !same;

			if (above[k] + 1 < best)
				best = above[k] + 1;
			if (now[k - 1] + 1 < best)
				best = now[k - 1] + 1;
			if (i > 1 && k > 1 && a->point[i - 1] == b->point[k - 2] && a->point[i - 2] == b->point[k - 1] &&
				before[k - 2] + 1 < best)
				best = before[k - 2] + 1;
			now[k] = best;
			if (best < least)
				least = best;
		}
		if (least > max)
			return max + 1;
	}
	return row[a->n % 3][b->n] > max ? max + 1 : row[a->n % 3][b->n];
}

static bool is_vowel(char c)
{
	return c && strchr("aeiouyj", c);
}

static bool before_front_vowel(const char *s, const char *end)
{
	return s + 1 < end && strchr("eiy", s[1]);
}

/* The class of the consonant at s, and how many letters write it: "ck", "dt", "sch" and "ph" are one sound each. 0: none. */
static char sound_at(const char *s, const char *end, size_t *len)
{
	const char next = s + 1 < end ? s[1] : '\0';

	*len = 1;
	switch (*s) {
	case 'b':
	case 'p':
		if (*s == 'p' && next == 'h') {
			*len = 2;
			return 'f';
		}
		return 'p';
	case 'd':
	case 't':
		if (next == 'h' || next == 't' || next == 'd')
			*len = 2;
		return 't';
	case 'c':
		if (next == 'h') {
			*len = 2;
			return 'g';
		}
		if (next == 'k')
			*len = 2;
		return before_front_vowel(s, end) ? 's' : 'k';
	case 'k':
	case 'q':
		return 'k';
	case 'x':
		return 'x';
	case 's':
		if (next == 'c' && s + 2 < end && s[2] == 'h')
			*len = 3;
		return 's';
	case 'z':
		return 's';
	case 'f':
	case 'v':
	case 'w':
		return 'f';
	case 'g':
		if (next == 'h')
			*len = 2;
		return 'g';
	case 'm':
	case 'n':
		return 'n';
	case 'l':
	case 'r':
		return *s;
	case 'h':
		return 0;
	default:
		return *s >= 'a' && *s <= 'z' ? 0 : *s; /* digits and letters of other scripts stand for themselves */
	}
}

size_t similar_sound(const char *text, size_t bytes, char out[SIMILAR_SOUND_MAX])
{
	const char *end = text + bytes;
	size_t n = 0, len;

	if (bytes && is_vowel(*text))
		out[n++] = 'a';
	for (const char *s = text; s < end && n < SIMILAR_SOUND_MAX; s += len) {
		const char sound = sound_at(s, end, &len);

		if (sound && (!n || out[n - 1] != sound))
			out[n++] = sound;
	}
	return n;
}
