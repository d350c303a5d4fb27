/* spans.h - lengths of time, gathered for their median. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct spans {
	int64_t *ms;
	size_t n, cap;
};

void spans_fini(struct spans *);
void spans_add(struct spans *, int64_t ms);
/* Of an even number the middle between the two in the middle, rounded down; -1: there are none. Sorts them. */
int64_t spans_median(struct spans *);
