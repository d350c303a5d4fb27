/*
 * plan.c - what will happen, drawn from the seed before anything does. One stream for the partners and their people, one
 * for faults, one for what seldom happens; what orders things and what the daemon draws itself have their own while it is played.
 */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

enum { LISTS_MAX = 4000 };

const char *act_name(enum act_kind k)
{
	static const char *const names[] = {
#define X(name, meaning) [ACT_##name] = #name,
		ACT_LIST(X)
#undef X
	};
	return names[k];
}

const char *fault_name(enum fault_kind k)
{
	static const char *const names[] = {
#define X(name, meaning) [FAULT_##name] = #name,
		FAULT_LIST(X)
#undef X
	};
	return names[k];
}

static uint64_t below(uint64_t *stream, uint64_t n)
{
	return simloop_next(stream) % n;
}

static uint64_t between(uint64_t *stream, uint64_t from, uint64_t to)
{
	return from + below(stream, to - from + 1);
}

static bool chance(uint64_t *stream, unsigned percent)
{
	return below(stream, 100) < percent;
}

/* --- partners --------------------------------------------------------------------------------------------------- */

static unsigned with(uint64_t *s, unsigned percent, unsigned caps)
{
	return chance(s, percent) ? caps : 0;
}

static unsigned draw_caps(uint64_t *s)
{
	unsigned caps = ADAPTER_CAN_COMPLETE;

	caps |= with(s, 80, ADAPTER_CAN_INCREMENTAL) | with(s, 95, ADAPTER_CAN_CREATE) | with(s, 95, ADAPTER_CAN_UPDATE) |
		with(s, 90, ADAPTER_CAN_DELETE) | with(s, 75, ADAPTER_CAN_GET) | with(s, 50, ADAPTER_CAN_FIND) |
		with(s, 40, ADAPTER_CAN_IDEMPOTENT) | with(s, 60, ADAPTER_CAN_ANSWERS) | with(s, 60, ADAPTER_CAN_VERSIONS) |
		with(s, 40, ADAPTER_CAN_WEBHOOKS);
	if (caps & ADAPTER_CAN_INCREMENTAL)
		caps |= with(s, 60, ADAPTER_CAN_TOMBSTONES);
	if (caps & ADAPTER_CAN_VERSIONS)
		caps |= with(s, 70, ADAPTER_CAN_CONDITIONAL) | with(s, 50, ADAPTER_CAN_ORDERED);
	/* Who shows old states and nothing else cannot be synchronised with. */
	if (caps & ADAPTER_CAN_GET)
		caps |= with(s, 25, ADAPTER_CAN_LAGS);
	return caps;
}

static void draw_quirks(uint64_t *s, struct profile *p)
{
	static const struct {
		enum record_type type;
		unsigned field;
	} texts[] = {
		{RECORD_ORGANIZATION, ORGANIZATION_LEGAL_NAME},
		{RECORD_ORGANIZATION, ORGANIZATION_PREFERRED_NAME},
		{RECORD_ORGANIZATION, ORGANIZATION_STREET},
		{RECORD_CONTACT, CONTACT_ROLE},
		{RECORD_REFERRAL, REFERRAL_REASON},
	};
	const unsigned percent = chance(s, 50) ? 0 : 40;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (!chance(s, percent))
			continue;
		p->quirk[texts[i].type][texts[i].field] = (enum quirk)between(s, QUIRK_UPPER, QUIRK_NO_PUNCTUATION);
		p->keeps[texts[i].type][texts[i].field] = between(s, 14, 24);
	}
	if (chance(s, percent)) {
		p->quirk[RECORD_ORGANIZATION][ORGANIZATION_PHONES] = QUIRK_FEW;
		p->keeps[RECORD_ORGANIZATION][ORGANIZATION_PHONES] = between(s, 1, 2);
	}
	/* How many elements fit cannot be learned from one answer; adapters know it from the form of the mapping. */
	p->foretells = p->quirk[RECORD_ORGANIZATION][ORGANIZATION_PHONES] == QUIRK_FEW || chance(s, 40);
}

static void draw_partner(uint64_t *s, struct profile *p, unsigned index)
{
	static const enum deletion deletions[] = {
		DELETION_UNLINK, DELETION_UNLINK, DELETION_ARCHIVE, DELETION_PROPAGATE, DELETION_PROPAGATE};

	*p = (struct profile){
		.name = {'p', (char)('1' + index)},
		.there = true,
		.caps = draw_caps(s),
		.types = (1u << RECORD_ORGANIZATION) | (1u << RECORD_CONTACT) | (1u << RECORD_REFERRAL),
		.leaves_out_empty = chance(s, 30),
		.by_second = chance(s, 30),
		.shows_merges = chance(s, 60),
		.recycles = chance(s, 15),
		.unique_ids = chance(s, 30),
		.page = (unsigned)between(s, 2, 20),
		.lag_ms = between(s, 1000, 40000),
		.skew_ms = chance(s, 30) ? (int64_t)between(s, 0, 4 * HOUR_MS) - (int64_t)(2 * HOUR_MS) : 0,
		.poll_s = between(s, 20, 300),
		.complete_s = between(s, 1200, 7200),
		.sends = between(s, 1, 4),
		.deletion = deletions[below(s, sizeof deletions / sizeof *deletions)],
		.reviewed = chance(s, 10),
	};
	if (!(p->caps & ADAPTER_CAN_LAGS))
		p->lag_ms = 0;
	draw_quirks(s, p);
}

/* --- people ----------------------------------------------------------------------------------------------------- */

static struct act *add_act(struct plan *p)
{
	return p->nacts < LISTS_MAX ? &p->act[p->nacts++] : &p->act[LISTS_MAX - 1];
}

static enum record_type draw_type(uint64_t *s)
{
	return chance(s, 60) ? RECORD_ORGANIZATION : RECORD_CONTACT;
}

static void draw_population(uint64_t *s, struct plan *p)
{
	const uint64_t n = between(s, 12, 40);

	for (uint64_t i = 0; i < n; i++)
		*add_act(p) = (struct act){
			.kind = i > 3 && chance(s, 45) ? ACT_ENTER_KNOWN : ACT_ENTER,
			.partner = (unsigned)below(s, SIM_PARTNERS),
			.type = i < 4 ? RECORD_ORGANIZATION : draw_type(s),
			.pick = simloop_next(s),
			.nonce = simloop_next(s),
		};
}

static const unsigned weights[ACTS] = {
	[ACT_ENTER] = 10,
	[ACT_ENTER_KNOWN] = 8,
	[ACT_EDIT] = 40,
	[ACT_BLANK] = 4,
	[ACT_ADD] = 10,
	[ACT_REMOVE] = 5,
	[ACT_REVERT] = 3,
	[ACT_DELETE] = 6,
	[ACT_REVIVE] = 3,
	[ACT_MERGE] = 2,
	[ACT_TRAP] = 6,
	[ACT_SPOIL] = 2,
	[ACT_MEND] = 2,
	[ACT_REFER] = 4,
	[ACT_ADVANCE] = 8,
};

/* Each seed leaves out some kinds: what always happens hides what needs calm. */
static enum act_kind draw_kind(uint64_t *s, unsigned allowed)
{
	for (;;) {
		uint64_t at = below(s, 113);

		for (unsigned k = 0; k < ACTS; k++) {
			if (at < weights[k] && (allowed & 1u << k || k == ACT_EDIT))
				return (enum act_kind)k;
			if (at < weights[k])
				break;
			at -= weights[k];
		}
	}
}

static void draw_acts(uint64_t *s, struct plan *p)
{
	const uint64_t n = between(s, 40, 260);
	unsigned allowed = 0;

	for (unsigned k = 0; k < ACTS; k++)
		allowed |= weights[k] && chance(s, 80) ? 1u << k : 0;
	for (uint64_t i = 0; i < n; i++) {
		struct act a = {
			.at_ms = between(s, MINUTE_MS, TROUBLE_MS - 1000),
			.kind = draw_kind(s, allowed),
			.partner = (unsigned)below(s, SIM_PARTNERS),
			.type = draw_type(s),
			.pick = simloop_next(s),
			.nonce = simloop_next(s),
		};

		*add_act(p) = a;
		if (!chance(s, 20))
			continue;
		/* Somebody else, at about the same time, on the same. */
		a.at_ms += between(s, 0, 3 * MINUTE_MS);
		a.at_ms = a.at_ms < TROUBLE_MS - 1000 ? a.at_ms : TROUBLE_MS - 1000;
		a.partner = (unsigned)below(s, SIM_PARTNERS);
		a.kind = chance(s, 70) ? a.kind : draw_kind(s, allowed);
		a.nonce = (a.nonce & 0xff) | (simloop_next(s) & ~UINT64_C(0xff));
		*add_act(p) = a;
	}
}

/* --- faults ----------------------------------------------------------------------------------------------------- */

static const struct {
	unsigned weight;
	uint64_t least_ms, most_ms; /* of windows */
} fault_kinds[FAULTS] = {
	[FAULT_REFUSE] = {12, 0, 0},
	[FAULT_LOSE_ANSWER] = {14, 0, 0},
	[FAULT_LATE_EFFECT] = {8, 0, 0},
	[FAULT_SLOW] = {8, 0, 0},
	[FAULT_TWICE] = {6, 0, 0},
	[FAULT_ERROR_500] = {8, 0, 0},
	[FAULT_BUSY_429] = {6, 0, 0},
	[FAULT_DENIED] = {3, 0, 0},
	[FAULT_GARBLED] = {4, 0, 0},
	[FAULT_CURSOR] = {4, 0, 0},
	[FAULT_REJECT] = {3, 0, 0},
	[FAULT_DOWN] = {3, 5 * MINUTE_MS, 3 * HOUR_MS},
	[FAULT_VANISH] = {2, 20 * MINUTE_MS, 2 * HOUR_MS},
	[FAULT_HOOK_LOST] = {2, 10 * MINUTE_MS, 2 * HOUR_MS},
	[FAULT_HOOK_TWICE] = {2, 10 * MINUTE_MS, 2 * HOUR_MS},
	[FAULT_KILL_COMMIT] = {5, 0, 0},
	[FAULT_KILL_SEND] = {4, 0, 0},
	[FAULT_KILL_EFFECT] = {5, 0, 0},
	[FAULT_KILL_WRITE] = {3, 0, 0},
	[FAULT_POWER] = {4, 0, 0},
	[FAULT_STOP] = {2, 0, 0},
	[FAULT_DISK_FULL] = {1, MINUTE_MS, 20 * MINUTE_MS},
	[FAULT_DISK_ERROR] = {2, 100, 5000},
	[FAULT_NO_MEMORY] = {3, 0, 0},
};

static void draw_faults(uint64_t *s, struct plan *p)
{
	static const unsigned levels[] = {0, 10, 60, 250};
	const unsigned n = levels[below(s, 4)];
	unsigned total = 0, allowed = 0;

	for (unsigned k = 0; k < FAULTS; k++) {
		allowed |= fault_kinds[k].weight && chance(s, 60) ? 1u << k : 0;
		total += fault_kinds[k].weight;
	}
	for (unsigned i = 0; i < n; i++) {
		struct fault f = {.at_ms = between(s, 0, TROUBLE_MS), .partner = (unsigned)below(s, SIM_PARTNERS)};
		uint64_t at = below(s, total), span;

		while (at >= fault_kinds[f.kind].weight)
			at -= fault_kinds[f.kind++].weight;
		span = fault_kinds[f.kind].most_ms - fault_kinds[f.kind].least_ms;
		f.for_ms = fault_kinds[f.kind].least_ms + below(s, span + 1);
		f.nonce = simloop_next(s);
		if (allowed & 1u << f.kind)
			p->fault[p->nfaults++] = f;
	}
}

/* --- what seldom happens ------------------------------------------------------------------------------------------ */

static void add_fault(uint64_t *s, struct plan *p, enum fault_kind kind, unsigned partner, uint64_t for_ms)
{
	if (p->nfaults < LISTS_MAX)
		p->fault[p->nfaults++] = (struct fault){
			.at_ms = between(s, 0, TROUBLE_MS),
			.kind = kind,
			.partner = partner,
			.for_ms = for_ms,
			.nonce = simloop_next(s),
		};
}

static void add_late_act(uint64_t *s, struct plan *p, enum act_kind kind, unsigned partner)
{
	*add_act(p) = (struct act){
		.at_ms = between(s, HOUR_MS, TROUBLE_MS - HOUR_MS),
		.kind = kind,
		.partner = partner,
		.type = draw_type(s),
		.pick = simloop_next(s),
		.nonce = simloop_next(s),
	};
}

/* Whose deletions are to be followed, if there is such a one. */
static unsigned draw_follower(uint64_t *s, const struct plan *p)
{
	const unsigned from = (unsigned)below(s, SIM_PARTNERS);

	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		if (p->partner[(from + i) % SIM_PARTNERS].deletion == DELETION_PROPAGATE)
			return (from + i) % SIM_PARTNERS;
	return from;
}

static void draw_seldom(uint64_t *s, struct plan *p)
{
	static const enum fault_kind kinds[] = {FAULT_LATE_PAGE, FAULT_SKIP, FAULT_OVERTAKEN};
	static const unsigned levels[] = {0, 0, 12, 40};
	const unsigned n = levels[below(s, 4)];

	for (unsigned i = 0; i < SIM_PARTNERS; i++) {
		struct profile *q = &p->partner[i];

		/* Versions alone tell old states from new ones. */
		if (!(q->caps & ADAPTER_CAN_GET) && q->caps & ADAPTER_CAN_ORDERED && chance(s, 50)) {
			q->caps |= ADAPTER_CAN_LAGS;
			q->lag_ms = between(s, 1000, 25000);
		}
		/* Its feed tells everything, so that it is read as a whole once a month. */
		if (q->caps & ADAPTER_CAN_INCREMENTAL && q->caps & ADAPTER_CAN_TOMBSTONES && chance(s, 15))
			q->complete_s = 30 * 86400;
	}
	for (unsigned i = 0; i < n; i++)
		add_fault(s, p, kinds[below(s, sizeof kinds / sizeof *kinds)], (unsigned)below(s, SIM_PARTNERS), 0);
	for (unsigned i = chance(s, 25) ? 3 : 0; i; i--)
		add_fault(s, p, FAULT_VANISH, (unsigned)below(s, SIM_PARTNERS), between(s, HOUR_MS, 2 * HOUR_MS));
	for (unsigned i = chance(s, 25) ? 6 : 0; i; i--) {
		add_late_act(s, p, ACT_TRAP, draw_follower(s, p));
		p->act[p->nacts - 1].nonce <<= 3; /* a deletion */
	}
	for (unsigned i = chance(s, 30) ? 3 : 0; i; i--)
		add_late_act(s, p, ACT_NAMESAKE, (unsigned)below(s, SIM_PARTNERS));
	if (chance(s, 15))
		add_late_act(s, p, ACT_PURGE, draw_follower(s, p));
}

/* --- all of it -------------------------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
	const struct act *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int fault_by_time(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return x->nonce < y->nonce ? -1 : x->nonce > y->nonce;
}

static uint64_t stream(uint64_t seed, uint64_t which)
{
	uint64_t s = seed * 0x9e3779b97f4a7c15u + which;

	return simloop_next(&s);
}

void plan_draw(struct plan *p, uint64_t seed)
{
	static const enum policy policies[] = {POLICY_AUTHORITY, POLICY_LATEST};
	uint64_t people = stream(seed, 1), faults = stream(seed, 2), seldom = stream(seed, 6);

	*p = (struct plan){
		.seed = seed,
		.schedule_seed = stream(seed, 3),
		.jitter_seed = stream(seed, 4),
		.disk_seed = stream(seed, 5),
		.act = calloc(LISTS_MAX, sizeof *p->act),
		.fault = calloc(LISTS_MAX, sizeof *p->fault),
	};
	if (!p->act || !p->fault)
		abort();
	p->name_policy = policies[below(&people, 2)];
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		draw_partner(&people, &p->partner[i], i);
	draw_population(&people, p);
	draw_acts(&people, p);
	draw_faults(&faults, p);
	draw_seldom(&seldom, p);
	qsort(p->act, p->nacts, sizeof *p->act, by_time);
	qsort(p->fault, p->nfaults, sizeof *p->fault, fault_by_time);
}

void plan_free(struct plan *p)
{
	free(p->act);
	free(p->fault);
}
