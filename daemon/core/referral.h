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
#include <stdint.h>

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
/* When an answer becomes overdue: so long after it was sent, as far as anybody said, else made, else first known; REFERRAL_NEVER
 * stands for what nobody said. level_ms: the service level, 0: none was agreed, and no answer is overdue: INT64_MAX. */
#define REFERRAL_NEVER INT64_MIN
int64_t referral_owed_since(int64_t sent_ms, int64_t created_ms, int64_t known_ms);
int64_t referral_due(int64_t owed_since_ms, uint64_t level_ms);
/* The state that both lead to; false if they contradict each other (two different ends). */
bool referral_join(enum referral_state, enum referral_state, enum referral_state *out);
