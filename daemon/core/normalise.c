#include "core/normalise.h"
#include "core/normalise_parts.h"
#include "core/referral.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static bool is_blank(int32_t c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool is_invisible(int32_t c)
{
	return c == 0x200b || c == 0x2060 || c == 0xfeff;
}

static const char *too_long(struct err *e)
{
	err_set(e, ERR_ITEM, "value of more than %d bytes", VALUE_MAX);
	return NULL;
}

static const char *not_utf8(struct err *e)
{
	err_set(e, ERR_ITEM, "value is not UTF-8");
	return NULL;
}

/* The general case of clean_text(): text holds a byte over 0x7f. */
static const char *clean_unicode(struct arena *arena, const char *text, size_t n, struct err *e)
{
	int32_t stack[1024], *point = stack;
	utf8proc_ssize_t points;
	char *bytes = arena_alloc(arena, n + 1);
	size_t len = 0;

	/* What stands on both sides of one that is left out must not become a character. */
	for (const char *s = text; *s;) {
		int32_t c;
		const utf8proc_ssize_t of = utf8proc_iterate((const uint8_t *)s, text + n - s, &c);

		if (of < 0)
			return not_utf8(e);
		if (!is_invisible(c)) {
			memcpy(bytes + len, s, (size_t)of);
			len += (size_t)of;
		}
		s += of;
	}
	points = utf8proc_decompose(
		(const uint8_t *)bytes, (utf8proc_ssize_t)len, point, 1024, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (points > 1024) {
		point = arena_array(arena, int32_t, (size_t)points);
		points = utf8proc_decompose((const uint8_t *)bytes, (utf8proc_ssize_t)len, point, points,
			UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	}
	if (points < 0)
		return not_utf8(e);
	points = utf8proc_normalize_utf32(point, points, UTF8PROC_STABLE | UTF8PROC_COMPOSE);

	char *out = arena_alloc(arena, (size_t)points * 4 + 1), *o = out;
	bool gap = false;

	for (utf8proc_ssize_t i = 0; i < points; i++) {
		if (is_blank(point[i])) {
			gap = true;
			continue;
		}
		if (gap && o > out)
			*o++ = ' ';
		gap = false;
		o += utf8proc_encode_char(point[i], (uint8_t *)o);
	}
	*o = '\0';
	return o - out > VALUE_MAX ? too_long(e) : out;
}

const char *clean_text(struct arena *arena, const char *text, struct err *e)
{
	size_t n = strnlen(text, VALUE_MAX + 1);

	if (n > VALUE_MAX)
		return too_long(e);

	char *out = arena_alloc(arena, n + 1), *o = out;
	bool gap = false;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x80)
			return clean_unicode(arena, text, n, e);
		if (c <= ' ' || c == 0x7f) {
			gap = true;
			continue;
		}
		if (gap && o > out)
			*o++ = ' ';
		gap = false;
		*o++ = (char)c;
	}
	*o = '\0';
	return out;
}

const char *text_concat(struct arena *arena, const char *a, size_t a_len, const char *b, const char *c)
{
	size_t b_len = strlen(b), c_len = c ? strlen(c) : 0;
	char *out = arena_alloc(arena, a_len + b_len + c_len + 1);

	memcpy(out, a, a_len);
	memcpy(out + a_len, b, b_len);
	if (c)
		memcpy(out + a_len + b_len, c, c_len);
	return out;
}

bool text_says_nothing(const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return false;
	}
	return true;
}

int compare_first(const void *key, const void *row)
{
	return strcmp(*(const char *const *)key, *(const char *const *)row);
}

static const char *const services[] = {"academie", "inspiratiesessie", "toolkit", "webinar", "scan", "audit",
	"begeleiding", "subsidie", "wervingssessie", NULL};
static const char *const outcomes[] = {"guidance", "application_submitted", "no_follow_up", NULL};
static const char *const consents[] = {"granted", "withdrawn", "unknown", NULL};
#define X(state, name) name,
static const char *const states[] = {REFERRAL_STATE_LIST(X) NULL};
#undef X

const char *const *value_words(enum value_kind kind)
{
	if (kind == VALUE_SERVICE)
		return services;
	if (kind == VALUE_STATE)
		return states;
	if (kind == VALUE_OUTCOME)
		return outcomes;
	if (kind == VALUE_CONSENT)
		return consents;
	return NULL;
}

/* The word among words that text spells, whatever its case and with blank or dash for underscore. */
static const char *word_among(const char *const *words, const char *text, size_t n)
{
	for (; *words; words++) {
		size_t i = 0;

		for (; i < n && (*words)[i]; i++) {
			char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 0x20) : text[i];

			if (c == ' ' || c == '-')
				c = '_';
			if (c != (*words)[i])
				break;
		}
		if (i == n && !(*words)[i])
			return *words;
	}
	return NULL;
}

static const char *normalise_word(const char *text, enum value_kind kind, bool *valid)
{
	const char *word = word_among(value_words(kind), text, strlen(text));

	*valid = word;
	return word ? word : text;
}

/* "granted[ time[ source[ evidence]]]": time canonical, the rest as written. */
static const char *normalise_consent(struct arena *arena, const char *text, bool *valid)
{
	size_t n = strcspn(text, " ");
	const char *word = word_among(consents, text, n), *rest = text + n, *when;
	bool when_valid;

	*valid = word;
	if (!word)
		return text;
	if (!*rest)
		return word;
	n = strcspn(++rest, " ");
	when = normalise_time(arena, arena_strndup(arena, rest, n), &when_valid);
	*valid = when_valid;
	return when_valid ? arena_printf(arena, "%s %s%s", word, when, rest + n) : text;
}

static const char *normalise_partner(struct arena *arena, const char *text, bool *valid)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	*valid = !text[n] && n < 64;
	if (!*valid)
		return text;

	char *out = arena_strndup(arena, text, n);

	for (char *c = out; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c |= 0x20;
	return out;
}

/* A key is another system's: not a byte of it changes, unless it could not be a value at all. */
static const char *normalise_ref(struct arena *arena, const char *text, const char *clean)
{
	for (const char *s = text; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < ' ' || c == 0x7f || (c == 0xc2 && (unsigned char)s[1] < 0xa0))
			return clean;
	}
	return *clean ? arena_strdup(arena, text) : clean;
}

static const char *normalise_kind(
	struct arena *arena, enum value_kind kind, const char *text, const char *clean, bool *valid)
{
	switch (kind) {
	case VALUE_TEXT:
	case VALUE_NOTE:
		return clean;
	case VALUE_ENTERPRISE:
		return normalise_enterprise(arena, clean, valid);
	case VALUE_ESTABLISHMENT:
		return normalise_establishment(arena, clean, valid);
	case VALUE_CODE:
		return normalise_code(arena, clean, valid);
	case VALUE_NACE:
		return normalise_nace(arena, clean, valid);
	case VALUE_LANGUAGE:
		return normalise_language(arena, clean, valid);
	case VALUE_COUNTRY:
		return normalise_country(arena, clean, valid);
	case VALUE_POSTAL:
		return normalise_postal(arena, clean, valid);
	case VALUE_PROVINCE:
		return normalise_province(arena, clean, valid);
	case VALUE_EMAIL:
		return normalise_email(arena, clean, valid);
	case VALUE_PHONE:
		return normalise_phone(arena, clean, valid);
	case VALUE_URL:
		return normalise_url(arena, clean, valid);
	case VALUE_BOOL:
		return normalise_bool(arena, clean, valid);
	case VALUE_DATE:
		return normalise_date(arena, clean, valid);
	case VALUE_TIME:
		return normalise_time(arena, clean, valid);
	case VALUE_SERVICE:
	case VALUE_STATE:
	case VALUE_OUTCOME:
		return normalise_word(clean, kind, valid);
	case VALUE_CONSENT:
		return normalise_consent(arena, clean, valid);
	case VALUE_PARTNER:
		return normalise_partner(arena, clean, valid);
	case VALUE_REF:
		return normalise_ref(arena, text, clean);
	case VALUE_KINDS:
		break;
	}
	abort();
}

const char *normalise(struct arena *arena, enum value_kind kind, const char *text, bool *valid, struct err *e)
{
	const char *clean = clean_text(arena, text, e), *out;
	bool ignored;

	if (!valid)
		valid = &ignored;
	*valid = clean && *clean;
	if (!*valid)
		return clean;
	out = normalise_kind(arena, kind, text, clean, valid);
	if (!*out)
		*valid = false;
	return strlen(out) > VALUE_MAX ? too_long(e) : out;
}
