/* What of a record is compared, as one block. */
#include "core/linkage_parts.h"

#include <string.h>

#include "base/hash.h"

enum { VALUES_MAX = 240, WORDS_MAX = 64, WORDS_PER_VALUE = 12 };

struct builder {
	const struct linkage_model *model;
	struct linkage_value value[VALUES_MAX];
	struct linkage_word word[WORDS_MAX];
	char text[VALUES_MAX * LINKAGE_TEXT_MAX];
	size_t nvalues, nwords, len;
};

/* Copies what is no blank; *words learns where the words begin. Stops before a letter that does not fit. */
static size_t pack(const char *text, char *out, uint8_t start[WORDS_PER_VALUE], size_t *words)
{
	size_t len = 0;
	bool gap = true;

	*words = 0;
	for (const char *s = text; *s; s++) {
		if (*s == ' ') {
			gap = true;
			continue;
		}
		if (len == LINKAGE_TEXT_MAX) {
			/* Not half a letter. */
			if ((*s & 0xc0) == 0x80) {
				while (len && (out[len - 1] & 0xc0) == 0x80)
					len--;
				len -= len > 0;
			}
			break;
		}
		if (gap && *words < WORDS_PER_VALUE)
			start[(*words)++] = (uint8_t)len;
		gap = false;
		out[len++] = *s;
	}
	while (*words && start[*words - 1] >= len)
		--*words;
	return len;
}

static bool is_repeated(const struct builder *b, size_t first, const struct linkage_value *v)
{
	for (size_t i = first; i < b->nvalues; i++)
		if (b->value[i].hash == v->hash && b->value[i].len == v->len &&
			!memcmp(b->text + b->value[i].at, b->text + v->at, v->len))
			return true;
	return false;
}

static void add_words(struct builder *b, struct linkage_value *v, unsigned field, const uint8_t *start, size_t words)
{
	v->first_word = (uint8_t)b->nwords;
	for (size_t i = 0; i < words && b->nwords < WORDS_MAX; i++) {
		const size_t end = i + 1 < words ? start[i + 1] : v->len;
		struct linkage_word *w = &b->word[b->nwords++];

		w->at = (uint16_t)(v->at + start[i]);
		w->len = (uint8_t)(end - start[i]);
		w->rarity = linkage_rarity(b->model, field, b->text + w->at, w->len);
		v->words++;
	}
}

static void add_value(struct builder *b, size_t first, unsigned field, const char *text)
{
	const enum linkage_kind kind = b->model->schema->field[field].kind;
	struct linkage_value v = { .at = (uint16_t)b->len };
	uint8_t start[WORDS_PER_VALUE];
	size_t words;

	if (!text || !*text || b->nvalues == VALUES_MAX)
		return;
	v.len = (uint8_t)pack(text, b->text + b->len, start, &words);
	v.hash = (uint32_t)hash_bytes(b->text + b->len, v.len, 0);
	if (!v.len || is_repeated(b, first, &v))
		return;
	if (kind == LINKAGE_COMPANY)
		add_words(b, &v, field, start, words);
	else if (linkage_kind_has_frequencies(kind))
		v.rarity = linkage_rarity(b->model, field, b->text + v.at, v.len);
	b->value[b->nvalues++] = v;
	b->len += v.len;
}

const struct linkage_features *linkage_features(
	struct arena *arena, const struct linkage_model *model, const struct linkage_values *values)
{
	const size_t nfields = model->schema->nfields;
	uint8_t first[LINKAGE_FIELDS_MAX + 1];
	struct builder b;
	struct linkage_features *out;
	size_t text_at, size;

	b.model = model;
	b.nvalues = b.nwords = b.len = 0;
	for (unsigned f = 0; f < nfields; f++) {
		first[f] = (uint8_t)b.nvalues;
		for (size_t i = 0; i < LINKAGE_VALUES_MAX; i++)
			add_value(&b, first[f], f, values->text[f][i]);
	}
	memset(first + nfields, (int)b.nvalues, sizeof first - nfields);
	text_at = sizeof *out + b.nvalues * sizeof *b.value + b.nwords * sizeof *b.word;
	size = text_at + b.len;
	out = arena_alloc(arena, size);
	out->size = (uint16_t)size;
	out->text_at = (uint16_t)text_at;
	out->nvalues = (uint8_t)b.nvalues;
	out->nwords = (uint8_t)b.nwords;
	memcpy(out->first, first, sizeof first);
	memcpy(out->value, b.value, b.nvalues * sizeof *b.value);
	memcpy(out->value + b.nvalues, b.word, b.nwords * sizeof *b.word);
	memcpy((char *)out + text_at, b.text, b.len);
	return out;
}

size_t linkage_features_size(const struct linkage_features *f)
{
	return f->size;
}

/* Every index stays within the block: a damaged block may give a wrong verdict, never a read past its end. */
static bool is_sound(const struct linkage_schema *schema, const struct linkage_features *f)
{
	const size_t room = (size_t)f->size - f->text_at;

	for (size_t i = 0; i < LINKAGE_FIELDS_MAX; i++)
		if (f->first[i] > f->first[i + 1] || f->first[i + 1] - f->first[i] > LINKAGE_VALUES_MAX ||
			(i >= schema->nfields && f->first[i] != f->nvalues))
			return false;
	if (f->first[0] || f->first[LINKAGE_FIELDS_MAX] != f->nvalues)
		return false;
	for (size_t i = 0; i < f->nvalues; i++) {
		const struct linkage_value *v = &f->value[i];

		if ((size_t)v->at + v->len > room || !v->len || v->len > LINKAGE_TEXT_MAX ||
			v->first_word + v->words > f->nwords || v->words > WORDS_PER_VALUE)
			return false;
	}
	for (size_t i = 0; i < f->nwords; i++)
		if ((size_t)words_of(f)[i].at + words_of(f)[i].len > room || words_of(f)[i].len > LINKAGE_TEXT_MAX)
			return false;
	return true;
}

const struct linkage_features *linkage_features_at(const struct linkage_schema *schema, const void *bytes, size_t n)
{
	const struct linkage_features *f = bytes;

	if (n < sizeof *f || f->size != n ||
		f->text_at != sizeof *f + f->nvalues * sizeof f->value[0] + f->nwords * sizeof(struct linkage_word) ||
		f->text_at > n)
		return NULL;
	return is_sound(schema, f) ? f : NULL;
}

const char *linkage_value(const struct linkage_features *f, unsigned field, size_t *len)
{
	const struct linkage_value *v = &f->value[f->first[field]];

	*len = 0;
	if (f->first[field] == f->first[field + 1])
		return "";
	*len = v->len;
	return text_of(f) + v->at;
}

uint32_t linkage_decisive(const struct linkage_schema *schema, const struct linkage_features *f)
{
	for (unsigned i = 0; i < schema->nfields; i++) {
		const struct linkage_value *v = &f->value[f->first[i]];

		if (schema->field[i].decisive && f->first[i] + 1 == f->first[i + 1] && text_of(f)[v->at] != LINKAGE_MISTYPED)
			return v->hash ? v->hash : 1;
	}
	return 0;
}

bool linkage_shares(const struct linkage_features *a, const struct linkage_features *b, unsigned field)
{
	for (size_t i = a->first[field]; i < a->first[field + 1]; i++)
		for (size_t k = b->first[field]; k < b->first[field + 1]; k++) {
			const struct linkage_value *x = &a->value[i], *y = &b->value[k];

			if (x->hash == y->hash && x->len == y->len && !memcmp(text_of(a) + x->at, text_of(b) + y->at, x->len))
				return true;
		}
	return false;
}
