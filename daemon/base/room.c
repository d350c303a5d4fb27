#include "base/room.h"

#include <stdlib.h>

void *room_for(void *items, size_t n, size_t size)
{
	void *bigger = reallocarray(items, n, size);

	if (!bigger)
		abort();
	return bigger;
}

void *room_zeroed(size_t n, size_t size)
{
	void *items = calloc(n ? n : 1, size);

	if (!items)
		abort();
	return items;
}
