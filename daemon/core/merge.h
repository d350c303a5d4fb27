/*
 * merge.h - the golden record as a pure fold of contributions under policies.
 *
 * The same contributions give the same golden record on any machine at any time: ties are broken by rank, then by
 * the hub's order, then by partner id. Losers stay contributions.
 *
 * The contribution of a set field is a text of lines "+seq element" and "-seq element", one per element that the
 * partner's people ever added or removed there; an element is in the golden set if its newest line over all
 * partners is an addition.
 *
 * The contribution of a referral's state is the furthest state that the partner's people entered. A move of theirs that
 * the graph does not have makes it two lines, the state before and the one after: in conflict until an admin decides.
 */
#pragma once
#include "core/record.h"

struct shadow;

struct contribution {
	int64_t shadow;
	int partner;
	unsigned rank;         /* the partner's authority for this field; lower wins; UINT_MAX: none */
	int64_t seq;
	const char *value;     /* never NULL; "" says there is none */
};

struct merged {
	const char *value;     /* NULL: nobody contributed */
	int winner;            /* index of the contribution that decided, -1: none or a set */
	bool held;             /* in conflict under `manual`, or two end states of a referral: not to be pushed */
};

void merge_field(struct arena *, const struct field *, enum policy, const struct contribution *, size_t n, struct merged *out);

/* What the partner's people contributed to that record, without what the hub wrote there. */
void merge_said(struct arena *, const struct shadow *, struct record *out);

/* Fills in what nobody said but follows: the province of a postal code, the legal name as the name to be called by. */
void merge_derive(struct arena *, struct record *golden);

const char *policy_name(enum policy);

/* The partner's people turned the set `before` into `after` (either may be NULL): their contribution `own` (NULL: none
 * yet) with those additions and removals at seq. */
const char *merge_set_edit(struct arena *, const char *own, const char *before, const char *after, int64_t seq);
/* Likewise for a referral's state. before: what they saw when they entered `after`. An end that they left, or a move
 * that the graph does not have, stands beside what they made of it; an earlier state entered late changes nothing. */
const char *merge_state_edit(struct arena *, const char *own, const char *before, const char *after);
