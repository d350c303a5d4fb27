/* numbers.h - a growing list of 64-bit numbers, and the quick way to bring millions of them in order. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct numbers {
	uint64_t *at;
	size_t n, cap;
};

void numbers_fini(struct numbers *);
void numbers_add(struct numbers *, uint64_t);
/* By the bits from that one on; those that are equal there stay in order. The spare list's room is made use of: what it held
 * is lost. */
void numbers_sort(struct numbers *, unsigned bit, struct numbers *spare);
