#include "core/numbers.h"

#include <stdlib.h>
#include <string.h>

#include "base/room.h"

#define BYTES 8
#define VALUES 256

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

/* By the lowest byte first, each time keeping the order there was; bytes that are the same everywhere are passed over. */
void numbers_sort(struct numbers *l)
{
	size_t (*count)[VALUES] = calloc(BYTES, sizeof *count);
	uint64_t *from = l->at, *to = malloc(l->n * sizeof *to + 1);

	if (!count || !to)
		abort();
	for (size_t i = 0; i < l->n; i++)
		for (int b = 0; b < BYTES; b++)
			count[b][from[i] >> (8 * b) & (VALUES - 1)]++;
	for (int b = 0; b < BYTES && l->n; b++) {
		size_t next = 0;
		uint64_t *other = from;

		if (count[b][from[0] >> (8 * b) & (VALUES - 1)] == l->n)
			continue;
		for (int v = 0; v < VALUES; v++) {
			const size_t many = count[b][v];

			count[b][v] = next;
			next += many;
		}
		for (size_t i = 0; i < l->n; i++)
			to[count[b][from[i] >> (8 * b) & (VALUES - 1)]++] = from[i];
		from = to;
		to = other;
	}
	if (from != l->at) {
		l->at = from;
		l->cap = l->n;
	}
	free(to);
	free(count);
}
