/* Codecs that go by a table of words. */
#include "core/codec_parts.h"

#include <string.h>

static bool is_whole_number(const char *s)
{
	s += *s == '-';
	return *s && s[strspn(s, "0123456789")] == '\0' && (*s != '0' || !s[1]) && strlen(s) < 16;
}

/* The JSON type that the raw words spell. */
static enum codec_json type_of_words(const struct codec_use *use)
{
	bool numbers = true, bools = true;

	for (size_t i = 0; i < use->words; i++) {
		numbers = numbers && is_whole_number(use->word[i].raw);
		bools = bools && (!strcmp(use->word[i].raw, "true") || !strcmp(use->word[i].raw, "false"));
	}
	return bools ? CODEC_BOOL : numbers ? CODEC_NUMBER : CODEC_STRING;
}

/* Takes the rows of "*" out of the words, and has the others' values canonical. */
static bool take_words(struct codec_use *use, struct arena *arena, struct err *e)
{
	struct codec_word *word = arena_array(arena, struct codec_word, use->words + 1);
	size_t n = 0;

	for (size_t i = 0; i < use->words; i++) {
		const char *raw = use->word[i].raw, *value = use->word[i].value;
		bool valid = true, any = !strcmp(value, "*");

		if (*value && !any)
			value = normalise(arena, use->kind, value, &valid, e);
		if (!value || !valid)
			return err_set(
				e, ERR_BROKEN, "words: \"%.40s\" is not a value of this field", use->word[i].value);
		if (!strcmp(raw, "*"))
			use->any_value = value;
		else if (any)
			use->any_raw = raw;
		else
			word[n++] = (struct codec_word){raw, value};
	}
	use->word = word;
	use->words = n;
	use->canonical = !use->any_value || strcmp(use->any_value, "*");
	if (!n)
		return err_set(e, ERR_BROKEN, "words: there are none");
	use->json = type_of_words(use);
	return true;
}

bool codec_enum_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	if (!use->words)
		return err_set(e, ERR_BROKEN, "enum needs words: { RAW: VALUE, ... }");
	if (use->kind == VALUE_CONSENT)
		use->loss |= LOSS_FORMAT;
	return take_words(use, arena, e);
}

bool codec_consent_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	static const struct codec_word plain[] = {
		{"granted", "granted"}, {"withdrawn", "withdrawn"}, {"unknown", "unknown"}};

	if (use->kind != VALUE_CONSENT)
		return err_set(e, ERR_BROKEN, "consent is for consent fields");
	if (!use->words) {
		use->word = plain;
		use->words = 3;
	}
	return take_words(use, arena, e);
}

bool codec_bool_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	if (use->kind != VALUE_BOOL)
		return err_set(e, ERR_BROKEN, "bool is for fields that are true or false");
	use->json = CODEC_BOOL;
	use->canonical = true;
	return !use->words || take_words(use, arena, e);
}

static const char *no_word(struct err *e, const char *what)
{
	err_set(e, ERR_ITEM, "%s", what);
	return NULL;
}

const char *codec_word_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	for (size_t i = 0; i < use->words; i++)
		if (!strcmp(use->word[i].raw, raw))
			return use->word[i].value;
	if (use->any_value)
		return strcmp(use->any_value, "*") ? use->any_value : raw;
	if (use->kind == VALUE_BOOL && !use->words) {
		bool valid;
		const char *value = normalise(arena, VALUE_BOOL, raw, &valid, e);

		return !value || valid || !*value ? value : no_word(e, "neither yes nor no");
	}
	if (!raw[strspn(raw, " \t\r\n")])
		return "";
	return no_word(e, "a word that its table does not have");
}

/* Of a consent only the state has a word. */
const char *codec_word_out(const struct codec_use *use, struct arena *arena, const char *value, struct err *e)
{
	size_t n = use->kind == VALUE_CONSENT ? strcspn(value, " ") : strlen(value);

	for (size_t i = 0; i < use->words; i++)
		if (strlen(use->word[i].value) == n && !memcmp(use->word[i].value, value, n))
			return use->word[i].raw;
	if (use->any_raw)
		return use->any_raw;
	if (!use->words || (use->any_value && !strcmp(use->any_value, "*")))
		return arena_strndup(arena, value, n);
	return no_word(e, "no word for this value in its table");
}
