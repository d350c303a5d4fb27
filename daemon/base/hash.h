/* hash.h - 64-bit hashes for change detection and lookup keys (XXH3); not for secrets. */
#pragma once
#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *, size_t n, uint64_t seed);
uint64_t hash_text(const char *, uint64_t seed);
