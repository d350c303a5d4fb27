/*
 * score.h - how far a clustering of records agrees with the truth: pairwise, and B-cubed (Bagga and Baldwin, 1998).
 *
 * Only automatic links make clusters. A question to a person links nothing: what is asked is counted apart.
 *
 * A source (a partner) may have two records of one company, and an entity at most one live record of a source: such
 * records cannot all be linked, however good the matcher. Of those with the same truth and the same source one is kept,
 * the one with most records of its truth in its cluster (of equals the first); the others are surplus. Recall is over
 * the kept ones. Precision is over all: a surplus record in a wrong cluster is a wrong link like any other.
 */
#pragma once
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCORE_NO_SOURCE UINT_MAX /* any number of these may be one company */

struct score_item {
	uint64_t truth, cluster;
	unsigned source;
};

struct score_rates {
	double precision, recall, f1; /* 1 where there was nothing to get wrong */
};

struct score {
	size_t items, surplus, clusters;
	uint64_t linked, right;	  /* pairs of records in one cluster; of them those of one truth */
	uint64_t possible, found; /* pairs of kept records of one truth; of them those in one cluster */
	struct score_rates pairs, b_cubed;
};

void score_of(const struct score_item *, size_t n, struct score *out);

/* kept[i]: whether item i is no surplus. */
void score_kept(const struct score_item *, size_t n, bool *kept);

/* Items, by index, that a person is asked about. */
struct score_question {
	size_t a, b;
};

struct score_asked {
	size_t questions, right; /* right: the two are one company */
	double share;		 /* questions per item */
	struct score then;	 /* were every question answered rightly, and what is joined so linked */
};

void score_asked(
	const struct score_item *, size_t n, const struct score_question *, size_t questions, struct score_asked *out);
