/*
 * Any bytes as two records, and as two records' features read back: preparing, keys and comparing never fail, stay within
 * their bounds and do not depend on which of the two comes first.
 */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A piece of the input up to the next byte 0xff, as a text without zeros. */
static const char *next_text(struct arena *arena, const uint8_t **at, const uint8_t *end)
{
	const uint8_t *stop = *at == end ? NULL : memchr(*at, 0xff, (size_t)(end - *at));
	const size_t n = (size_t)((stop ? stop : end) - *at);
	char *text = arena_strndup(arena, (const char *)*at, n);

	*at = stop ? stop + 1 : end;
	return text;
}

/* Sets have their elements in an order; whatever the text is, they are made as everywhere. */
static struct record *record_of(struct arena *arena, enum record_type type, const uint8_t **at, const uint8_t *end)
{
	struct record *r = record_new(arena, type);

	for (unsigned f = 0; f < field_count(type) && *at < end; f++) {
		const char *text = next_text(arena, at, end);

		if (*text)
			r->v[f] = field_at(type, f)->set ? set_make(arena, &text, 1) : text;
	}
	return r;
}

static void agree(const struct match_features *a, const struct match_features *b)
{
	const struct match_model *model = match_model_default();
	struct match_result x, y;

	match_compare(model, a, b, &x);
	match_compare(model, b, a, &y);
	assert(x.verdict == y.verdict && x.strong == y.strong && x.n == y.n && x.n <= MATCH_EVIDENCE_MAX && x.why);
	assert(isfinite(x.score) && fabs(x.score - y.score) < 1e-6);
	for (size_t i = 0; i < x.n; i++)
		assert(x.evidence[i].field && x.evidence[i].level && isfinite(x.evidence[i].weight));
}

static void compared(const struct match_features *a, const struct match_features *b)
{
	struct match_result with_a, with_b;
	struct match_rival rival[] = { { a, 1, &with_a }, { b, 1, &with_b } };
	uint64_t key[MATCH_KEYS_MAX];

	assert(match_keys(a, key) <= MATCH_KEYS_MAX && match_keys(b, key) <= MATCH_KEYS_MAX);
	agree(a, b);
	agree(a, a);
	match_compare(match_model_default(), a, b, &with_a);
	match_compare(match_model_default(), b, b, &with_b);
	match_contest(match_model_default(), rival, 2);
	assert(isfinite(with_a.score) && isfinite(with_b.score));
}

/* The block itself, damaged by the input. */
static void read_back(struct arena *arena, enum record_type type, const struct match_features *whole, const uint8_t *data, size_t size)
{
	const size_t n = match_features_size(whole);
	uint32_t *bytes = arena_array(arena, uint32_t, n / sizeof(uint32_t) + 1);
	const struct match_features *again;

	memcpy(bytes, whole, n);
	assert(match_features_at(match_model_default(), bytes, n));
	for (size_t i = 0; i + 2 < size; i += 3)
		((uint8_t *)bytes)[((size_t)data[i] | (size_t)data[i + 1] << 8) % n] ^= data[i + 2];
	again = match_features_at(match_model_default(), bytes, n);
	if (again && match_features_type(again) == type)
		compared(again, whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const enum record_type type = size ? (enum record_type)(data[0] % RECORD_TYPES) : RECORD_ORGANIZATION;
	const uint8_t *at = data + (size > 0), *end = data + size;
	const struct match_features *a = match_prepare(arena, match_model_default(), record_of(arena, type, &at, end));
	const struct match_features *b = match_prepare(arena, match_model_default(), record_of(arena, type, &at, end));

	compared(a, b);
	read_back(arena, type, a, data, size);
	return 0;
}
