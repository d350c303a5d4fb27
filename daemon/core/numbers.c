#include "core/numbers.h"

#include <stdlib.h>
#include <string.h>

#include "base/room.h"

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)

void numbers_fini(struct numbers *l)
{
	free(l->at);
	*l = (struct numbers){ 0 };
}

void numbers_add(struct numbers *l, uint64_t number)
{
	l->at = room(l->at, l->n, &l->cap, sizeof *l->at);
	l->at[l->n++] = number;
}

static uint64_t from_bit(unsigned bit)
{
	return bit < 64 ? UINT64_MAX << bit : 0;
}

/* The bits in which they are not all the same. */
static uint64_t differing(const struct numbers *l)
{
	uint64_t bits = 0;

	for (size_t i = 1; i < l->n; i++)
		bits |= l->at[i] ^ l->at[0];
	return bits;
}

/* By the digit from that bit on, keeping the order there was otherwise. */
static void by_digit(const struct numbers *from, unsigned bit, uint64_t *to)
{
	size_t next[DIGITS] = { 0 }, before = 0;

	for (size_t i = 0; i < from->n; i++)
		next[from->at[i] >> bit & (DIGITS - 1)]++;
	for (unsigned d = 0; d < DIGITS; d++) {
		const size_t many = next[d];

		next[d] = before;
		before += many;
	}
	for (size_t i = 0; i < from->n; i++)
		to[next[from->at[i] >> bit & (DIGITS - 1)]++] = from->at[i];
}

/* The lowest digit first; each begins at a bit in which they differ. */
void numbers_sort(struct numbers *l, unsigned bit, struct numbers *spare)
{
	if (spare->cap < l->n) {
		spare->at = room_for(spare->at, l->n, sizeof *spare->at);
		spare->cap = l->n;
	}
	for (uint64_t left = differing(l) & from_bit(bit); left; left &= from_bit(bit + DIGIT_BITS)) {
		const struct numbers sorted = { spare->at, l->n, spare->cap };

		bit = (unsigned)__builtin_ctzll(left);
		by_digit(l, bit, spare->at);
		*spare = *l;
		*l = sorted;
	}
	spare->n = 0;
}
