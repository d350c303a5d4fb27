#include "core/spans.h"

#include <stdlib.h>

#include "base/room.h"

void spans_fini(struct spans *s)
{
	free(s->ms);
	*s = (struct spans){ 0 };
}

void spans_add(struct spans *s, int64_t ms)
{
	s->ms = room(s->ms, s->n, &s->cap, sizeof *s->ms);
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
