#include "core/spans.h"

#include <stdlib.h>

void spans_fini(struct spans *s)
{
	free(s->ms);
	*s = (struct spans){ 0 };
}

void spans_add(struct spans *s, int64_t ms)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 16;
		s->ms = reallocarray(s->ms, s->cap, sizeof *s->ms);
		if (!s->ms)
			abort();
	}
	s->ms[s->n++] = ms;
}

static int by_length(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

int64_t spans_median(struct spans *s)
{
	int64_t low;

	if (!s->n)
		return -1;
	qsort(s->ms, s->n, sizeof *s->ms, by_length);
	low = s->ms[(s->n - 1) / 2];
	return low + (s->ms[s->n / 2] - low) / 2;
}
