#include "core/idmap.h"

#include <stdlib.h>

#define CAP_MIN 64

void idmap_fini(struct idmap *m)
{
	free(m->slot);
	*m = (struct idmap){ 0 };
}

/* Where a stored key is, unless others were there before. Multiplying by 2^64 over the golden ratio spreads keys that differ
 * in a few bits over the upper bits (Knuth, Sorting and Searching, 6.4). */
static size_t home(const struct idmap *m, uint64_t stored)
{
	return (size_t)((stored * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (m->cap - 1);
}

/* The slot of a stored key, or the free one where it would be. */
static struct idmap_slot *slot(const struct idmap *m, uint64_t stored)
{
	size_t i = home(m, stored);

	while (m->slot[i].key && m->slot[i].key != stored)
		i = (i + 1) & (m->cap - 1);
	return &m->slot[i];
}

void idmap_expect(const struct idmap *m, uint64_t key)
{
	if (m->cap)
		__builtin_prefetch(&m->slot[home(m, key + 1)]);
}

static void grow(struct idmap *m)
{
	const struct idmap old = *m;

	m->cap = old.cap ? old.cap * 2 : CAP_MIN;
	m->slot = calloc(m->cap, sizeof *m->slot);
	if (!m->slot)
		abort();
	for (size_t i = 0; i < old.cap; i++)
		if (old.slot[i].key)
			*slot(m, old.slot[i].key) = old.slot[i];
	free(old.slot);
}

uint32_t *idmap_at(struct idmap *m, uint64_t key, bool *fresh)
{
	struct idmap_slot *x;

	if (m->n * 4 >= m->cap * 3)
		grow(m);
	x = slot(m, key + 1);
	*fresh = !x->key;
	if (*fresh) {
		x->key = key + 1;
		m->n++;
	}
	return &x->value;
}

const uint32_t *idmap_find(const struct idmap *m, uint64_t key)
{
	const struct idmap_slot *x = m->cap ? slot(m, key + 1) : NULL;

	return x && x->key ? &x->value : NULL;
}

uint32_t idmap_number(struct idmap *m, uint64_t key)
{
	const uint32_t next = (uint32_t)m->n;
	bool fresh;
	uint32_t *value = idmap_at(m, key, &fresh);

	if (fresh)
		*value = next;
	return *value;
}
