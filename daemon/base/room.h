/* room.h - arrays, and such as grow. Out of memory aborts. The caller frees them with free(). */
#pragma once
#include <stddef.h>

/* The array resized to n items; NULL and 0 to begin with. What is added is not set. */
__attribute__((returns_nonnull)) void *room_for(void *items, size_t n, size_t size);

/* A new array of n items, all zeros; n may be 0. */
__attribute__((returns_nonnull, malloc)) void *room_zeroed(size_t n, size_t size);

/* The array with a place for the item numbered n, twice as many places as before if it was full. */
static inline void *room(void *items, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return items;
	*cap = n < 32 ? 64 : n * 2;
	return room_for(items, *cap, size);
}
