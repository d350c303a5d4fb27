/*
 * referral.h - the life of a referral:
 *
 *   created > sent > received > accepted > in_progress > closed
 *                            \> declined
 *   and from every open state: expired, withdrawn
 *
 * Merging is by this graph, never by recency.
 */
#pragma once
#include <stdbool.h>

#define REFERRAL_STATE_LIST(X) \
	X(CREATED, "created") X(SENT, "sent") X(RECEIVED, "received") X(ACCEPTED, "accepted") X(DECLINED, "declined") \
	X(IN_PROGRESS, "in_progress") X(CLOSED, "closed") X(EXPIRED, "expired") X(WITHDRAWN, "withdrawn")

enum referral_state {
#define X(state, name) REFERRAL_IS_##state,
	REFERRAL_STATE_LIST(X)
#undef X
	REFERRAL_STATES
};

const char *referral_state_name(enum referral_state);
bool referral_state_parse(const char *name, enum referral_state *);
bool referral_open(enum referral_state);
/* One legal move, or several: from equals to counts. */
bool referral_reaches(enum referral_state from, enum referral_state to);
/* The state that both lead to; false if they contradict each other (two different ends). */
bool referral_join(enum referral_state, enum referral_state, enum referral_state *out);
