/*
 * funnel.h - how many companies were reached, took part, were referred, and what became of their referrals.
 *
 *   reached        companies with a participation, attended or not, or a referral
 *   participated   companies of which somebody attended
 *   referred       referrals made, and the companies they are about
 *   accepted, in progress, application submitted: those of them that came so far, whatever became of them later
 *
 * Conversion is from the stage before: of the companies reached, those that took part; of those that took part, those
 * that were also referred; from there on, referrals. Time in a stage is that of those that left it, whichever way:
 * participated, from the first session to the first referral; referred, from made to answered or ended; accepted, until
 * guidance began or it ended; in progress, until it ended.
 */
#pragma once
#include "core/journey.h"

#define FUNNEL_STAGE_LIST(X)                                                                              \
	X(REACHED, "reached") X(PARTICIPATED, "participated") X(REFERRED, "referred")                     \
	X(ACCEPTED, "accepted") X(IN_PROGRESS, "in_progress") X(APPLIED, "application_submitted")
enum funnel_stage {
#define X(stage, name) FUNNEL_##stage,
	FUNNEL_STAGE_LIST(X)
#undef X
	FUNNEL_STAGES
};
const char *funnel_stage_name(enum funnel_stage);

/* How referrals stand: each is in one of these. */
#define FUNNEL_END_LIST(X)                                                                                \
	X(OPEN, "open") X(DECLINED, "declined") X(EXPIRED, "expired") X(WITHDRAWN, "withdrawn")           \
	X(GUIDANCE, "guidance") X(APPLICATION, "application_submitted") X(NO_FOLLOW_UP, "no_follow_up")   \
	X(CLOSED, "closed")
enum funnel_end {
#define X(end, name) FUNNEL_END_##end,
	FUNNEL_END_LIST(X)
#undef X
	FUNNEL_ENDS
};
const char *funnel_end_name(enum funnel_end);

struct funnel_stage_figures {
	int64_t companies;
	int64_t referrals;               /* from REFERRED on */
	int64_t came, of;                /* conversion: came out of `of` */
	int64_t left;                    /* of so many, the time in the stage is known */
	int64_t median_ms;               /* of an even number the middle between two; -1 if left is 0 */
	int64_t waiting;                 /* referrals in the stage now */
};

struct funnel_figures {
	struct funnel_stage_figures stage[FUNNEL_STAGES];
	int64_t end[FUNNEL_ENDS];
};

struct funnel_referral {
	const struct journey *journey;
	int64_t company;                 /* 0: not known */
	enum funnel_end outcome;         /* of a closed one: GUIDANCE, APPLICATION, NO_FOLLOW_UP, or CLOSED */
};

struct funnel;
struct funnel *funnel_new(void);
void funnel_free(struct funnel *);
/* What is given counts in the total, and in one group of those numbered from 0, unless that is FUNNEL_TOTAL; a company
 * counts once in each. Companies have numbers below 2^32. day: it was held on; INT32_MIN: not known. */
#define FUNNEL_TOTAL UINT32_MAX
/* Something of that company will be given soon: what it needs is fetched meanwhile. Optional. */
void funnel_expect(const struct funnel *, int64_t company);
void funnel_participation(struct funnel *, uint32_t group, int64_t company, bool attended, int32_t day);
void funnel_referral(struct funnel *, uint32_t group, const struct funnel_referral *);
/* Of the total, or of a group in which something was counted. */
void funnel_figures(struct funnel *, uint32_t group, struct funnel_figures *);
