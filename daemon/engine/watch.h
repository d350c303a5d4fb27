/*
 * watch.h - what time alone does to referrals: an answer becomes overdue, a referral expires, a partner comes to its last
 * day. Looked at every few minutes if anything has happened, and when something becomes due; each is told once.
 */
#pragma once
#include "engine/partner.h"

void watch_start(struct engine *);      /* also after a reload */
void watch_stop(struct engine *);

/* On the store's lane, in transactions of its own. afresh: questions where a referral is to go are looked at again, since the
 * configuration may be another. *next_ms: when something becomes due, or the next day begins. */
bool watch_referrals(struct hub *, bool afresh, int64_t *next_ms, struct tally *, struct err *);
