#include "base/room.h"

#include <stdlib.h>

void *room_for(void *items, size_t n, size_t size)
{
	void *bigger = reallocarray(items, n, size);

	if (!bigger)
		abort();
	return bigger;
}
