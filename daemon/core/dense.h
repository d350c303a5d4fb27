/* dense.h - numbers looked up by small numbers, such as records by their row: an array that grows. 0: not there. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct dense {
	uint32_t *value;
	size_t n, cap;
};

void dense_fini(struct dense *);
/* The value of that key, below 2^32, made if it was not there; valid until the next call. */
uint32_t *dense_put(struct dense *, uint64_t key);

static inline uint32_t dense_at(const struct dense *d, uint64_t key)
{
	return key < d->n ? d->value[key] : 0;
}
