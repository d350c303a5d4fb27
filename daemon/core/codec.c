#include "core/codec.h"
#include "core/codec_parts.h"

#include "base/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* --- text --------------------------------------------------------------------------------------------------- */

static const char *trim_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	const char *s = raw + strspn(raw, " \t\r\n");
	size_t n = strlen(s);

	(void)use;
	(void)e;
	while (n && strchr(" \t\r\n", s[n - 1]))
		n--;
	return arena_strndup(arena, s, n);
}

/* Each code point changed; a byte that is not UTF-8 stays, for normalise() to refuse. */
static const char *map_points(struct arena *arena, const char *text, utf8proc_int32_t (*change)(utf8proc_int32_t))
{
	size_t n = strlen(text);
	char *out = arena_alloc(arena, n * 4 + 1), *o = out;

	for (const uint8_t *s = (const uint8_t *)text; *s;) {
		int32_t point;
		utf8proc_ssize_t used = utf8proc_iterate(s, -1, &point);

		if (used > 0) {
			o += utf8proc_encode_char(change(point), (uint8_t *)o);
			s += used;
		} else {
			*o++ = (char)*s++;
		}
	}
	*o = '\0';
	return out;
}

static const char *upper_both(const struct codec_use *use, struct arena *arena, const char *text, struct err *e)
{
	(void)use;
	(void)e;
	return map_points(arena, text, utf8proc_toupper);
}

static const char *lower_both(const struct codec_use *use, struct arena *arena, const char *text, struct err *e)
{
	(void)use;
	(void)e;
	return map_points(arena, text, utf8proc_tolower);
}

static const char *title_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	char *out = arena_alloc(arena, strlen(raw) * 4 + 1), *o = out;
	bool inside = false;

	(void)use;
	(void)e;
	for (const uint8_t *s = (const uint8_t *)raw; *s;) {
		int32_t point;
		utf8proc_ssize_t used = utf8proc_iterate(s, -1, &point);
		utf8proc_category_t category;

		if (used <= 0)
			return raw;
		category = utf8proc_category(point);
		if (category == UTF8PROC_CATEGORY_LL)
			return raw;
		o += utf8proc_encode_char(inside ? utf8proc_tolower(point) : point, (uint8_t *)o);
		inside = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
		s += used;
	}
	*o = '\0';
	return out;
}

static bool number_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	(void)arena;
	(void)e;
	use->json = CODEC_NUMBER;
	return true;
}

static bool prefix_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	(void)arena;
	if (!*use->arg)
		return err_set(e, ERR_BROKEN, "prefix needs a text: prefix:TEXT");
	use->text[0] = use->arg;
	use->text[1] = "";
	return true;
}

bool codec_split_form(struct codec_use *use, struct arena *arena, struct err *e)
{
	const char *braces = strstr(use->arg, "{}");

	if (!*use->arg) {
		use->text[0] = use->text[1] = "";
		return true;
	}
	if (!braces)
		return err_set(e, ERR_BROKEN, "%s: the form needs {} where the value goes", use->codec->name);
	use->text[0] = arena_strndup(arena, use->arg, (size_t)(braces - use->arg));
	use->text[1] = braces + 2;
	return true;
}

static const char *affix_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	size_t n = strlen(raw), before = strlen(use->text[0]), after = strlen(use->text[1]);

	(void)e;
	if (n < before + after || strncmp(raw, use->text[0], before) || strcmp(raw + n - after, use->text[1]))
		return raw;
	return arena_strndup(arena, raw + before, n - before - after);
}

static const char *affix_out(const struct codec_use *use, struct arena *arena, const char *value, struct err *e)
{
	(void)e;
	return arena_printf(arena, "%s%s%s", use->text[0], value, use->text[1]);
}

static bool split_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	(void)arena;
	return *use->arg || err_set(e, ERR_BROKEN, "split needs a separator: split:SEP");
}

/* --- the table ---------------------------------------------------------------------------------------------- */

const struct codec codecs[] = {
	{.name = "text", .help = "as it is"},
	{.name = "trim", .help = "without blanks at its ends", .in = trim_in},
	{.name = "upper", .help = "in upper case", .in = upper_both, .out = upper_both, .loss = LOSS_UPPER},
	{.name = "lower", .help = "in lower case", .in = lower_both, .out = lower_both, .loss = LOSS_LOWER},
	{.name = "title", .help = "capitals only are read as words", .in = title_in, .loss = LOSS_UPPER | LOSS_LOWER},
	{.name = "number", .help = "a JSON number", .prepare = number_prepare},
	{.name = "prefix",
		.arg_help = "TEXT",
		.help = "behind a fixed text",
		.prepare = prefix_prepare,
		.in = affix_in,
		.out = affix_out},
	{.name = "enum",
		.help = "by a table of words",
		.prepare = codec_enum_prepare,
		.in = codec_word_in,
		.out = codec_word_out,
		.takes_words = true},
	{.name = "bool",
		.help = "yes or no",
		.prepare = codec_bool_prepare,
		.in = codec_word_in,
		.out = codec_word_out,
		.takes_words = true},
	{.name = "consent",
		.help = "state of a consent",
		.prepare = codec_consent_prepare,
		.in = codec_word_in,
		.out = codec_word_out,
		.takes_words = true,
		.loss = LOSS_FORMAT},
	{.name = "phone",
		.arg_help = "CC[:national]",
		.help = "telephone number",
		.prepare = codec_phone_prepare,
		.in = codec_phone_in,
		.out = codec_phone_out},
	{.name = "enterprise-number",
		.arg_help = "[plain|dots|vat|vat-dots]",
		.help = "KBO number of an enterprise",
		.prepare = codec_enterprise_prepare,
		.in = codec_enterprise_in,
		.out = codec_number_form_out},
	{.name = "establishment-number",
		.arg_help = "[plain|dots]",
		.help = "KBO number of a site",
		.prepare = codec_establishment_prepare,
		.in = codec_establishment_in,
		.out = codec_number_form_out},
	{.name = "legal-form",
		.arg_help = "[label]",
		.help = "KBO code or abbreviation of a legal form",
		.prepare = codec_legal_form_prepare,
		.in = codec_legal_form_in,
		.out = codec_legal_form_out},
	{.name = "nace",
		.arg_help = "[VERSION[:dots]]",
		.help = "activity",
		.prepare = codec_nace_prepare,
		.in = codec_nace_in,
		.out = codec_nace_out},
	{.name = "email", .help = "mail address", .in = codec_email_in},
	{.name = "url", .help = "web address", .in = codec_url_in},
	{.name = "postal", .help = "postal code", .in = codec_postal_in},
	{.name = "country",
		.arg_help = "[nl|fr|de|en]",
		.help = "country by code or name",
		.prepare = codec_country_prepare,
		.in = codec_country_in,
		.out = codec_country_out},
	{.name = "language",
		.arg_help = "[FORM with {}]",
		.help = "language by code, locale or name",
		.prepare = codec_language_prepare,
		.in = codec_language_in,
		.out = affix_out},
	{.name = "date",
		.arg_help = "[FORMAT|epoch-s|epoch-ms]",
		.help = "day",
		.prepare = codec_time_prepare,
		.in = codec_date_in,
		.out = codec_date_out},
	{.name = "time",
		.arg_help = "[FORMAT|epoch-s|epoch-ms]",
		.help = "moment",
		.prepare = codec_time_prepare,
		.in = codec_time_in,
		.out = codec_time_out},
	{.name = "ref",
		.arg_help = "[FORM with {}]",
		.help = "key of another record",
		.prepare = codec_split_form,
		.in = affix_in,
		.out = affix_out},
	{.name = "split", .arg_help = "SEP", .help = "one text for a set", .prepare = split_prepare, .splits = true},
	{.name = "address-street", .help = "street of an address line", .loss = LOSS_FORMAT, .part = ADDRESS_STREET},
	{.name = "address-number",
		.help = "house number of an address line",
		.loss = LOSS_FORMAT,
		.part = ADDRESS_NUMBER},
	{.name = "address-box", .help = "box of an address line", .loss = LOSS_FORMAT, .part = ADDRESS_BOX},
	{.name = NULL},
};

#define CODECS (sizeof(codecs) / sizeof(codecs[0]) - 1)

static const struct codec *codec_find(const char *name, size_t n)
{
	for (const struct codec *c = codecs; c->name; c++)
		if (strlen(c->name) == n && !memcmp(c->name, name, n))
			return c;
	return NULL;
}

static bool unknown_codec(struct arena *arena, const char *text, size_t n, struct err *e)
{
	const char *names[CODECS], *nearest;

	for (size_t i = 0; i < CODECS; i++)
		names[i] = codecs[i].name;
	nearest = nearest_word(arena_strndup(arena, text, n), names, CODECS);
	return err_set(e, ERR_BROKEN, "unknown codec \"%.*s\"%s%s%s", (int)(n < 40 ? n : 40), text,
		nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

bool codec_prepare(struct codec_use *use, struct arena *arena, const char *text, enum value_kind kind,
	const struct codec_word *word, size_t words, struct err *e)
{
	size_t n = strcspn(text, ":");

	*use = (struct codec_use){.codec = codec_find(text, n), .arg = text[n] ? text + n + 1 : "", .kind = kind};
	if (!use->codec)
		return unknown_codec(arena, text, n, e);
	if (text[n] && !use->codec->arg_help)
		return err_set(e, ERR_BROKEN, "%s takes nothing after a colon", use->codec->name);
	if (use->codec->takes_words) {
		use->word = word;
		use->words = words;
	}
	use->loss = use->codec->loss;
	return !use->codec->prepare || use->codec->prepare(use, arena, e);
}

const char *codec_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	return use->codec->in ? use->codec->in(use, arena, raw, e) : raw;
}

const char *codec_out(const struct codec_use *use, struct arena *arena, const char *value, struct err *e)
{
	return use->codec->out ? use->codec->out(use, arena, value, e) : value;
}

/* --- losses ------------------------------------------------------------------------------------------------- */

static const char *to_ascii(struct arena *arena, const char *text)
{
	int32_t point[VALUE_MAX];
	utf8proc_ssize_t n = utf8proc_decompose((const uint8_t *)text, 0, point, VALUE_MAX,
		UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK);
	char *out, *o;

	if (n < 0 || n > VALUE_MAX)
		return text;
	o = out = arena_alloc(arena, (size_t)n * 2 + 1);
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		const char *plain = point[i] < 0x80 ? NULL : plain_letter(utf8proc_tolower(point[i]));
		bool capital = plain && utf8proc_tolower(point[i]) != point[i];

		if (point[i] < 0x80)
			*o++ = (char)point[i];
		else if (!plain)
			*o++ = '?';
		for (; plain && *plain; plain++, capital = false)
			*o++ = (char)(capital ? *plain & ~0x20 : *plain);
	}
	*o = '\0';
	return out;
}

static const char *truncate_points(struct arena *arena, const char *text, size_t most)
{
	size_t n = 0, points = 0;

	for (; text[n]; n++)
		if ((text[n] & 0xc0) != 0x80 && points++ == most)
			break;
	while (n && text[n] && text[n - 1] == ' ')
		n--;
	return text[n] ? arena_strndup(arena, text, n) : text;
}

const char *loss_apply(struct arena *arena, unsigned loss, size_t most, const char *text)
{
	if (loss & LOSS_ASCII)
		text = to_ascii(arena, text);
	if (loss & LOSS_UPPER)
		text = map_points(arena, text, utf8proc_toupper);
	if (loss & LOSS_LOWER)
		text = map_points(arena, text, utf8proc_tolower);
	if (loss & LOSS_TRUNCATE)
		text = truncate_points(arena, text, most);
	return text;
}

bool loss_explains(struct arena *arena, unsigned loss, const char *before, const char *after)
{
	const char *a, *b;

	if (!strcmp(before, after) || loss & LOSS_FORMAT)
		return true;
	if (!loss)
		return false;
	a = fold_text(arena, before);
	b = fold_text(arena, after);
	return loss & LOSS_TRUNCATE ? !strncmp(a, b, strlen(b)) : !strcmp(a, b);
}
