/*
 * watch.h - what time alone does to referrals: an answer becomes overdue, a referral expires, a partner comes to its last
 * day. What has changed is looked at a few seconds later, all of them when something becomes due or a day begins; each is told
 * once.
 */
#pragma once
#include "engine/partner.h"

void watch_start(struct engine *);      /* also after a reload */
void watch_changed(struct engine *);    /* the newest event may be another */
void watch_stop(struct engine *);
