/*
 * idmap.h - numbers looked up by number: what folds over a million rows count distinct things with. Grows; exact.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idmap_slot {
	uint64_t key;                /* 0: free; else key + 1 */
	uint32_t value;
};
struct idmap {
	struct idmap_slot *slot;
	size_t n, cap;               /* cap: a power of two, or 0 */
};

void idmap_fini(struct idmap *);
/* The value of a key below UINT64_MAX, 0 if it was not there and is now; valid until the next call. */
uint32_t *idmap_at(struct idmap *, uint64_t key, bool *fresh);
/* It will be asked for soon: fetched meanwhile. */
void idmap_expect(const struct idmap *, uint64_t key);
/* NULL: not there. */
const uint32_t *idmap_find(const struct idmap *, uint64_t key);
/* Keys numbered from 0 in the order in which they come. */
uint32_t idmap_number(struct idmap *, uint64_t key);

#define IDMAP_AUTO __attribute__((cleanup(idmap_fini)))
