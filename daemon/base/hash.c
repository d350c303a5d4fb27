#include "base/hash.h"

#include <string.h>
#include <xxhash.h>

uint64_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(p, n, seed);
}

uint64_t hash_text(const char *s, uint64_t seed)
{
	return hash_bytes(s, strlen(s), seed);
}
