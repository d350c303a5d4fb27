/* Candidate pairs of a whole set at once. */
#include "core/linkage_train.h"

#include <stdlib.h>

#include "base/room.h"

struct entry {
	uint64_t hash;
	uint32_t record, fields;
};

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static int by_pair(const void *a, const void *b)
{
	const struct linkage_pair *x = a, *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return x->fields < y->fields ? -1 : x->fields > y->fields;
}

static struct entry *entries(
	const struct linkage_schema *schema, const struct linkage_features *const *of, size_t records, size_t *n)
{
	struct linkage_key key[LINKAGE_KEYS_MAX];
	struct entry *out = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < records; i++) {
		const size_t nkeys = linkage_keys(schema, of[i], key, LINKAGE_KEYS_MAX);

		if (*n + nkeys > cap) {
			cap = 2 * cap + LINKAGE_KEYS_MAX;
			out = room_for(out, cap, sizeof *out);
		}
		for (size_t k = 0; k < nkeys; k++)
			out[(*n)++] = (struct entry){key[k].hash, (uint32_t)i, key[k].fields};
	}
	if (*n)
		qsort(out, *n, sizeof *out, by_key);
	return out;
}

void linkage_pairs_free(struct linkage_pairs *pairs)
{
	if (!pairs)
		return;
	free(pairs->pair);
	free(pairs);
}

/* All pairs of entry[0..n), which share a key. */
static void pairs_of_block(struct linkage_pairs *out, size_t *cap, const struct entry *entry, size_t n)
{
	if (out->n + n * n / 2 > *cap) {
		*cap = 2 * (*cap + n * n);
		out->pair = room_for(out->pair, *cap, sizeof *out->pair);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			if (entry[i].record != entry[k].record)
				out->pair[out->n++] =
					(struct linkage_pair){entry[i].record, entry[k].record, entry[i].fields};
}

struct linkage_pairs *linkage_pairs(
	const struct linkage_schema *schema, const struct linkage_features *const *of, size_t records, size_t block_max)
{
	struct linkage_pairs *out = calloc(1, sizeof *out);
	size_t n, cap = 0, kept = 0;
	AUTO(free) struct entry *entry = entries(schema, of, records, &n);

	if (!out)
		abort();
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && entry[end].hash == entry[i].hash; end++)
			;
		if (end - i > 1 && end - i <= block_max)
			pairs_of_block(out, &cap, entry + i, end - i);
	}
	if (out->n)
		qsort(out->pair, out->n, sizeof *out->pair, by_pair);
	for (size_t i = 0; i < out->n; i++)
		if (!kept || out->pair[kept - 1].a != out->pair[i].a || out->pair[kept - 1].b != out->pair[i].b ||
			out->pair[kept - 1].fields != out->pair[i].fields)
			out->pair[kept++] = out->pair[i];
	out->n = kept;
	return out;
}
