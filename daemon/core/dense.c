#include "core/dense.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/room.h"

void dense_fini(struct dense *d)
{
	free(d->value);
	*d = (struct dense){ 0 };
}

uint32_t *dense_put(struct dense *d, uint64_t key)
{
	assert(key <= UINT32_MAX);
	if (key >= d->n) {
		d->value = room(d->value, key, &d->cap, sizeof *d->value);
		memset(d->value + d->n, 0, (key + 1 - d->n) * sizeof *d->value);
		d->n = key + 1;
	}
	return &d->value[key];
}
