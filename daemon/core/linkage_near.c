/* Kinds of pairs that are near each other without being the same: a latent class model of their agreements. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/room.h"
#include "core/linkage_parts.h"

enum { ROUNDS = 30, PATTERNS_MAX = 4096, LEAST = 30, BORROWED = 20 };

/* Under which kind of key pairs are found, and in which fields they agree. */
struct pattern {
	uint32_t session, fields;
	double weight;          /* of the session's pairs */
};

/* Fields in which few agree by chance. */
static uint32_t telling(const struct linkage_model *m)
{
	uint32_t out = 0;

	for (unsigned f = 0; f < m->schema->nfields; f++)
		if (m->field[f].u[linkage_level_count(m->schema->field[f].kind) - 1] > 0.8)
			out |= UINT32_C(1) << f;
	return out;
}

static uint32_t agreeing(const struct linkage_schema *s, const struct linkage_sample *x)
{
	uint32_t out = 0;

	for (unsigned f = 0; f < s->nfields; f++)
		if (x->field[f].level + 1u < linkage_level_count(s->field[f].kind))
			out |= UINT32_C(1) << f;
	return out;
}

static size_t pattern_of(struct pattern *pattern, size_t *n, uint32_t session, uint32_t fields)
{
	size_t at = 0;

	while (at < *n && (pattern[at].session != session || pattern[at].fields != fields))
		at++;
	if (at == *n && *n < PATTERNS_MAX)
		pattern[(*n)++] = (struct pattern){session, fields, 0};
	return at;
}

static int heaviest_first(const void *a, const void *b)
{
	const struct pattern *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->fields != y->fields ? (x->fields > y->fields ? -1 : 1) : x->session > y->session ? -1 : x->session < y->session;
}

/* Where EM begins: the patterns that are most of a session's pairs, each pattern once. */
static size_t begin(const struct linkage_model *m, const struct linkage_sample *x, const double *weight, size_t n,
	uint32_t first[LINKAGE_NEAR_MAX])
{
	const uint32_t fields = telling(m);
	AUTO(free) struct pattern *pattern = room_zeroed(PATTERNS_MAX, sizeof *pattern);
	double whole[LINKAGE_RULES_MAX] = {0};
	size_t patterns = 0, classes = 0;

	for (size_t i = 0; i < n; i++) {
		const size_t at = weight[i] > 0 ? pattern_of(pattern, &patterns, x[i].session, agreeing(m->schema, &x[i]) & fields) : PATTERNS_MAX;

		if (at < patterns) {
			pattern[at].weight += weight[i];
			whole[x[i].session] += weight[i];
		}
	}
	for (size_t i = 0; i < patterns; i++)
		pattern[i].weight /= whole[pattern[i].session];
	qsort(pattern, patterns, sizeof *pattern, heaviest_first);
	for (size_t i = 0; i < patterns && classes < LINKAGE_NEAR_MAX; i++) {
		size_t k = 0;

		while (k < classes && first[k] != pattern[i].fields)
			k++;
		if (k == classes)
			first[classes++] = pattern[i].fields;
	}
	return classes;
}

/* How likely each class is to be this pair's; without a class of its own at the beginning, a pair is in none. */
static void belongs(const struct linkage_model *m, const struct linkage_sample *x, double of[LINKAGE_NEAR_MAX])
{
	double best = -INFINITY, sum = 0;

	for (size_t k = 0; k < m->nnear; k++) {
		of[k] = m->near[k].prior;
		for (unsigned f = 0; f < m->schema->nfields; f++)
			if (x->field[f].level != LINKAGE_UNKNOWN)
				of[k] += m->near[k].weight[f][x->field[f].level];
		best = of[k] > best ? of[k] : best;
	}
	for (size_t k = 0; k < m->nnear; k++)
		sum += of[k] = exp2(of[k] - best);
	for (size_t k = 0; k < m->nnear; k++)
		of[k] /= sum;
}

/* What is rare in all classes a small one shows none of, or one by chance: each borrows from all. */
static void rate_field(struct linkage_model *m, const struct linkage_tally *t, unsigned field)
{
	const size_t levels = linkage_level_count(m->schema->field[field].kind);
	double all[LINKAGE_LEVELS_MAX] = {0}, sum = 0;

	for (size_t k = 0; k < m->nnear; k++)
		for (size_t l = 0; l < levels; l++)
			all[l] += t[k].level[field][l];
	for (size_t l = 0; l < levels; l++)
		sum += all[l] += 0.5;
	for (size_t k = 0; k < m->nnear; k++) {
		double of = BORROWED;

		for (size_t l = 0; l < levels; l++)
			of += t[k].level[field][l];
		for (size_t l = 0; l < levels; l++)
			m->near[k].r[field][l] = (t[k].level[field][l] + BORROWED * all[l] / sum) / of;
	}
}

/* Classes of which hardly a pair is left say nothing. */
static void drop_empty(struct linkage_model *m, double least)
{
	size_t kept = 0;

	for (size_t k = 0; k < m->nnear; k++)
		if (m->near[k].share >= least)
			m->near[kept++] = m->near[k];
	m->nnear = kept;
}

void linkage_near_learn(struct linkage_model *m, const struct linkage_sample *x, const double *weight, size_t n, double parts,
	double all)
{
	uint32_t first[LINKAGE_NEAR_MAX];
	AUTO(free) struct linkage_tally *t = room_zeroed(LINKAGE_NEAR_MAX, sizeof *t);

	const uint32_t fields = telling(m);

	m->nnear = begin(m, x, weight, n, first);
	for (unsigned round = 0; round < ROUNDS; round++) {
		double found[LINKAGE_NEAR_MAX] = {0}, of[LINKAGE_NEAR_MAX];

		memset(t, 0, LINKAGE_NEAR_MAX * sizeof *t);
		for (size_t i = 0; i < n; i++) {
			if (weight[i] <= 0)
				continue;
			for (size_t k = 0; !round && k < m->nnear; k++)
				of[k] = (agreeing(m->schema, &x[i]) & fields) == first[k];
			if (round)
				belongs(m, &x[i], of);
			for (size_t k = 0; k < m->nnear; k++) {
				found[k] += weight[i] * of[k];
				linkage_tally_add(m->schema, &t[k], &x[i], 0, weight[i] * of[k]);
			}
		}
		for (unsigned f = 0; f < m->schema->nfields; f++)
			rate_field(m, t, f);
		for (size_t k = 0; k < m->nnear; k++) {
			m->near[k].share = (found[k] + 0.5) / parts / all;
			linkage_near_weigh(m, &m->near[k]);
		}
		drop_empty(m, LEAST / parts / all);
	}
}
