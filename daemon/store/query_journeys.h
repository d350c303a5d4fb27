/* query_journeys.h - referrals as they were known at a moment, for the funnel and the matrix. */
#pragma once
#include "core/journey.h"
#include "store/query_facts.h"

struct referral {
	int64_t entity, company;               /* survivors; 0: not known */
	int64_t from, to, service, outcome;    /* words */
	struct journey journey;
};

/* Calls for each that still held then and was made in the period. */
bool referrals_known(const struct moment *, bool (*each)(void *, const struct referral *, struct err *), void *ctx,
	struct err *);
/* A word as a JSON string; null for 0. */
json_t *report_word(struct query *, int64_t word, struct err *);
