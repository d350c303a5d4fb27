/*
 * journey.h - how far a referral has come and when, from what was known of it one version after another.
 *
 * When it reached a state is what its partners say (accepted_at, ...); where nobody says, when the hub learnt that it had.
 * It has reached a state if there is such a time, or if its own state cannot be reached but through that one.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"
#include "core/referral.h"

#define JOURNEY_NEVER REFERRAL_NEVER

struct journey {
	bool live;                              /* the latest version holds still */
	enum referral_state state;
	int64_t said[REFERRAL_STATES];          /* by its partners, in the latest version, ms; or JOURNEY_NEVER */
	int64_t learnt[REFERRAL_STATES];        /* by the hub, first */
};

/* One version: the state it was in, the times said. known_ms: when the hub learnt it. The first one begins anew. */
void journey_begin(struct journey *);
void journey_see(struct journey *, enum referral_state, const int64_t said[REFERRAL_STATES], int64_t known_ms);
/* By what a golden record says now; known_ms: when the hub first knew of it. */
void journey_of(struct journey *, const struct record *, int64_t known_ms);
/* JOURNEY_NEVER: not yet. */
int64_t journey_at(const struct journey *, enum referral_state);
int64_t journey_owed_since(const struct journey *);   /* an answer */
/* Whether it is neither answered nor ended, and when that answer becomes overdue: referral_due(), INT64_MAX if it is not waited
 * for. */
bool journey_waits(const struct journey *);
int64_t journey_due(const struct journey *, uint64_t level_ms);
/* The first of several, or JOURNEY_NEVER; states ended by REFERRAL_STATES. */
int64_t journey_first(const struct journey *, const enum referral_state *states);
