/*
 * query_pass.h - one pass over what was known at a moment, for as many counts as want it.
 */
#pragma once
#include "core/journey.h"
#include "store/query_facts.h"

/* Entities are survivors; 0: not known. value: by dimension, of those in the moment's `by`. */
struct participation {
	int64_t person, company;
	int64_t kind, activity;                /* words */
	int32_t day;                           /* INT32_MIN: not known */
	int partner;                           /* its row: who delivered it */
	bool attended;
	int64_t value[DIMENSIONS];
};

struct referral {
	int64_t entity, company;
	int64_t service, outcome;              /* words */
	int64_t to;                            /* number of a partner: whom it is addressed to */
	struct journey journey;
	int64_t value[DIMENSIONS];
};

/* What counts, and is asked for its answer in the end. */
struct counter {
	void *of;
	/* NULL: it has no use for them. */
	bool (*participations)(void *of, const struct participation *, size_t n, struct err *);
	bool (*referral)(void *of, const struct referral *, struct err *);
	json_t *(*answer)(void *of, struct err *);
	void (*free)(void *of);
};
/* Each says in the moment's `by` what it counts by, which lives as long. */
bool count_kpis(struct counter *, struct moment *, const char *const *by, size_t n, struct err *);
bool count_funnel(struct counter *, struct moment *, const char *by, struct err *);
bool count_matrix(struct counter *, struct moment *, struct err *);

/* Gives each counter the participations that held then and took place in the period, and the referrals that held then and
 * were made in it. */
bool moment_pass(struct moment *, const struct counter *, size_t n, struct err *);
