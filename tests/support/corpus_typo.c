#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "support/corpus_parts.h"

/* Neighbours on a Belgian (AZERTY) keyboard. */
static const char *const neighbours[26] = {"zq", "vghn", "xdfv", "sefxc", "zsdr", "drtgvc", "ftyhbv", "gyujnb", "ujko",
	"huikn", "jiolm", "kopm", "lpk", "bhj", "iklp", "olm", "asw", "edft", "qzdxw", "rfgy", "yhji", "cfgb", "qsx",
	"wsdc", "tghu", "aesq"};

/* What a scanner reads for another. */
static const struct {
	const char *is, *read;
} misread[] = {{"rn", "m"}, {"m", "rn"}, {"l", "i"}, {"i", "l"}, {"o", "0"}, {"cl", "d"}, {"e", "c"}, {"h", "b"}};

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The n-th letter that stands between two letters; words of fewer than four letters are seldom mistyped unseen. */
static size_t inside(const char *text, size_t wanted, size_t *count)
{
	size_t at = 0, n = 0;

	for (size_t i = 1; text[i] && text[i + 1]; i++)
		if (letter(text[i - 1]) && letter(text[i]) && letter(text[i + 1]) && n++ == wanted)
			at = i;
	*count = n;
	return at;
}

static const char *misreading(struct dice *d, struct arena *arena, const char *text)
{
	const size_t n = sizeof misread / sizeof *misread, first = (size_t)dice_below(d, n);

	for (size_t k = 0; k < n; k++) {
		const char *is = misread[(first + k) % n].is, *found = text[0] ? strstr(text + 1, is) : NULL;

		if (found)
			return arena_printf(arena, "%.*s%s%s", (int)(found - text), text, misread[(first + k) % n].read,
				found + strlen(is));
	}
	return NULL;
}

const char *typo_in_words(struct dice *d, struct arena *arena, const char *text)
{
	size_t count, at;
	const char *out = NULL;
	char *copy;

	inside(text, 0, &count);
	if (!count)
		return text;
	at = inside(text, (size_t)dice_below(d, count), &count);
	switch (dice_below(d, 10)) {
	case 0:
	case 1:
		out = arena_printf(arena, "%.*s%c%s", (int)at, text, text[at], text + at);
		break;
	case 2:
	case 3:
	case 4:
		out = arena_printf(arena, "%.*s%s", (int)at, text, text + at + 1);
		break;
	case 5:
	case 6:
		copy = arena_strdup(arena, text);
		copy[at] = text[at + 1];
		copy[at + 1] = text[at];
		out = copy;
		break;
	case 7:
	case 8: {
		const char *near = neighbours[tolower((unsigned char)text[at]) - 'a'];

		copy = arena_strdup(arena, text);
		copy[at] = near[dice_below(d, strlen(near))];
		out = copy;
		break;
	}
	default:
		out = misreading(d, arena, text);
	}
	if (!out || !strcmp(out, text))
		out = arena_printf(arena, "%.*s%s", (int)at, text, text + at + 1);
	return out;
}

const char *typo_in_digits(struct dice *d, struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);
	size_t digits = 0, wanted;

	for (const char *c = text; *c; c++)
		digits += *c >= '0' && *c <= '9';
	if (digits < 3)
		return text;
	/* Not the first two: they tell what kind of number it is. */
	wanted = 2 + (size_t)dice_below(d, digits - 2);
	for (char *c = copy; *c; c++) {
		if (*c < '0' || *c > '9' || wanted--)
			continue;
		*c = (char)('0' + (*c - '0' + 1 + (int)dice_below(d, 9)) % 10);
		break;
	}
	return copy;
}

const char *plain_capitals(struct arena *arena, const char *text)
{
	const size_t size = strlen(text) * 4 + 1;
	utf8proc_uint8_t *plain = NULL;
	char *out = arena_alloc(arena, size), *o = out;
	const utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text, 0, &plain,
		UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK);

	for (utf8proc_ssize_t i = 0; i < n; i++) {
		if (plain[i] == 0xc3 && plain[i + 1] == 0x9f) { /* sharp s */
			*o++ = 'S';
			*o++ = 'S';
			i++;
		} else {
			*o++ = (char)toupper(plain[i]);
		}
	}
	*o = '\0';
	free(plain);
	return out;
}
