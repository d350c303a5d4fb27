#include "core/idmap.h"

#include <stdlib.h>

#define CAP_MIN 64

void idmap_fini(struct idmap *m)
{
	free(m->key);
	free(m->value);
	*m = (struct idmap){ 0 };
}

/* The slot of a stored key, or the free one where it would be. Multiplying by 2^64 over the golden ratio spreads keys
 * that differ in a few bits over the upper bits (Knuth, Sorting and Searching, 6.4). */
static size_t slot(const struct idmap *m, uint64_t stored)
{
	size_t i = (size_t)((stored * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (m->cap - 1);

	while (m->key[i] && m->key[i] != stored)
		i = (i + 1) & (m->cap - 1);
	return i;
}

static void grow(struct idmap *m)
{
	struct idmap old = *m;

	m->cap = old.cap ? old.cap * 2 : CAP_MIN;
	m->key = calloc(m->cap, sizeof *m->key);
	m->value = calloc(m->cap, sizeof *m->value);
	if (!m->key || !m->value)
		abort();
	for (size_t i = 0; i < old.cap; i++)
		if (old.key[i]) {
			const size_t to = slot(m, old.key[i]);

			m->key[to] = old.key[i];
			m->value[to] = old.value[i];
		}
	free(old.key);
	free(old.value);
}

uint32_t *idmap_at(struct idmap *m, uint64_t key, bool *fresh)
{
	size_t i;

	if (m->n * 4 >= m->cap * 3)
		grow(m);
	i = slot(m, key + 1);
	*fresh = !m->key[i];
	if (*fresh) {
		m->key[i] = key + 1;
		m->n++;
	}
	return &m->value[i];
}

const uint32_t *idmap_find(const struct idmap *m, uint64_t key)
{
	const size_t i = m->cap ? slot(m, key + 1) : 0;

	return m->cap && m->key[i] ? &m->value[i] : NULL;
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
