#include "core/linkage_cluster.h"

#include <stdlib.h>

#include "base/room.h"

enum { GROUP_MAX = 64 };   /* records; more are one thing only by mistake */

struct scored {
	double score;
	uint32_t a, b;
};

static int best_first(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

struct clusters {
	const struct linkage_model *model;
	const struct linkage_features *const *of;
	size_t *group, *next, *size;   /* next: a ring through the records of a group */
};

static double mean_score(const struct clusters *c, size_t x, size_t y)
{
	struct linkage_result r;
	double sum = 0;
	size_t n = 0, i = x;

	do {
		size_t k = y;

		do {
			linkage_compare(c->model, c->of[i], c->of[k], &r);
			sum += r.score;
			n++;
			k = c->next[k];
		} while (k != y);
		i = c->next[i];
	} while (i != x);
	return sum / (double)n;
}

static void join(struct clusters *c, size_t x, size_t y)
{
	const size_t from = c->group[x] > c->group[y] ? c->group[x] : c->group[y];
	const size_t into = c->group[x] > c->group[y] ? c->group[y] : c->group[x];
	size_t i = from, swap;

	do {
		c->group[i] = into;
		i = c->next[i];
	} while (i != from);
	swap = c->next[from];
	c->next[from] = c->next[into];
	c->next[into] = swap;
	c->size[into] += c->size[from];
}

void linkage_cluster(const struct linkage_model *model, const struct linkage_features *const *of, size_t n,
	const struct linkage_pairs *pairs, double at, size_t *group)
{
	AUTO(free) struct scored *scored = room_zeroed(pairs->n, sizeof *scored);
	AUTO(free) size_t *next = room_zeroed(n, sizeof *next), *size = room_zeroed(n, sizeof *size);
	struct clusters c = {model, of, group, next, size};
	struct linkage_result r;
	size_t nscored = 0;

	for (size_t i = 0; i < n; i++) {
		group[i] = next[i] = i;
		size[i] = 1;
	}
	for (size_t i = 0; i < pairs->n; i++) {
		const struct linkage_pair *p = &pairs->pair[i];

		if (i && p->a == p[-1].a && p->b == p[-1].b)
			continue;
		linkage_compare(model, of[p->a], of[p->b], &r);
		if (r.score >= at)
			scored[nscored++] = (struct scored){r.score, p->a, p->b};
	}
	if (nscored)
		qsort(scored, nscored, sizeof *scored, best_first);
	for (size_t i = 0; i < nscored; i++) {
		const size_t x = group[scored[i].a], y = group[scored[i].b];

		if (x != y && size[x] + size[y] <= GROUP_MAX &&
			(size[x] + size[y] == 2 || mean_score(&c, x, y) >= at))
			join(&c, x, y);
	}
}
