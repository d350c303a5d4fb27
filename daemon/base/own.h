/*
 * own.h - local owners: AUTO(free) char *p = ...; is freed at the end of its scope,
 * unless handed on with steal(p). Every x_free() accepts NULL.
 */
#pragma once
#include <stdlib.h>

#define AUTO(free_fn) __attribute__((cleanup(auto_##free_fn)))

/* Once per x_free(): makes AUTO(x_free) usable for locals of type `struct x *`. */
#define AUTO_DEFINE(type, free_fn)                       \
	static inline void auto_##free_fn(type **p)      \
	{                                                \
		free_fn(*p);                             \
	}

static inline void auto_free(void *p)
{
	void *owned = *(void **)p;

	free(owned);
}

#define steal(p)                             \
	({                                   \
		__typeof__(p) stolen_ = (p); \
		(p) = NULL;                  \
		stolen_;                     \
	})
