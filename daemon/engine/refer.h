/*
 * refer.h - referrals: made, routed to the right desk, moved on when a partner is no more, withdrawn, settled.
 * On the store's lane, inside a transaction of the caller's; see hub.h.
 */
#pragma once
#include "engine/hub.h"

/* Whether the partner is one of the two that a referral is between. */
bool refer_party(const struct hub *, const struct record *referral, const struct hub_partner *);

/* A referral to a group, or between partners of which one is no more: the hub says who it is for now (*routed: fold it
 * anew), or asks. golden: what the contributions say. */
bool refer_route(struct hub *, struct arena *, const struct entity *, const struct record *golden, bool *routed, struct tally *,
	struct err *);
/* The company's province has changed: questions about where its referrals are to go are looked at again. */
bool refer_look_again(struct hub *, struct arena *, int64_t company, int cause, struct tally *, struct err *);

struct refer {
	const char *from, *to;          /* from NULL: the only partner that has the company, but for the receiver */
	const char *service, *reason, *channel;   /* reason, channel NULL: none */
	struct entity *company, *contact;         /* contact NULL: none */
	const char *by;                 /* who asks */
	struct entity *made;            /* out */
	bool already;                   /* out: it was made before and is open */
};
/* ERR_ITEM: it makes no sense; ERR_CONFLICT: it cannot be done as things are. */
bool refer_make(struct hub *, struct arena *, struct refer *, struct tally *, struct err *);
bool refer_withdraw(struct hub *, struct arena *, struct entity *, const char *reason, const char *by, struct tally *, struct err *);
/* Nobody answered for so long as was agreed. */
bool refer_expire(struct hub *, struct arena *, struct entity *, struct tally *, struct err *);

/* Whether refer_settle() answers that review. */
bool refer_answers(const struct review *);
/* Answers a review of kind `route` (verdict: the desk it is for) or `state` (accept: what stands; a state that one side
 * says; reject: the other side, if there is one only). */
bool refer_settle(struct hub *, struct arena *, const struct review *, const char *verdict, const char *by, struct tally *,
	struct err *);

/* The day in Belgium that a time is in, YYYY-MM-DD. */
const char *refer_day(struct arena *, int64_t ms);
