/*
 * people.c - what the partners' people do. Which record they take is the one whose thing is first in an order that the
 * act draws, so that a record more or less leaves most acts where they were.
 */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "core/referral.h"

/* --- changes ---------------------------------------------------------------------------------------------------- */

static void tell(struct rec *r, const char *what)
{
	const struct state *s = rec_now(r);

	world_tell(r->place->w, "%s people: %s %s %s #%u", r->place->is->name, what, record_type_name(r->type), r->key,
		r->thing);
	remote_hook(r->place, r);
	(void)s;
}

bool people_write(struct rec *r, unsigned f, const char *value)
{
	struct state *s;

	if (!strcmp(place_renders(r->place, r->type, f, value), rec_now(r)->v[f]))
		return false;
	s = rec_change(r, BY_PEOPLE);
	rec_set(r, s, f, value);
	world_tell(r->place->w, "%s people: %s %s #%u %s=%s", r->place->is->name, record_type_name(r->type), r->key, r->thing,
		field_at(r->type, f)->name, s->v[f]);
	remote_hook(r->place, r);
	return true;
}

/* known: the record by which they know it, or NULL. */
static struct rec *enter(struct place *p, enum record_type type, unsigned thing, const struct rec *known, uint64_t nonce)
{
	struct rec *r = place_add(p, type, thing, BY_PEOPLE);
	struct state *s = &r->state[r->nstates - 1];

	if (known)
		identity_like(r, s, known);
	else
		identity_write(p->w, r, s);
	for (unsigned i = 0; i < 5; i++)
		if (nonce >> i & 1)
			rec_set(r, s, value_field(type, i), value_fresh(r, value_field(type, i), nonce >> 8));
	if (type == RECORD_CONTACT)
		rec_set(r, s, CONTACT_ORGANIZATION, value_fresh(r, CONTACT_ORGANIZATION, nonce));
	if (type == RECORD_ORGANIZATION)
		rec_set(r, s, ORGANIZATION_LEGAL_NAME, value_fresh(r, ORGANIZATION_LEGAL_NAME, nonce));
	tell(r, "enter");
	return r;
}

/* Some systems empty what refers to a record that goes, others leave it. */
static void let_go(struct rec *r, const char *instead)
{
	struct place *p = r->place;

	for (size_t i = 0; i < p->n; i++)
		for (unsigned f = 0; f < field_count(p->rec[i]->type) && f < SIM_FIELDS; f++) {
			const struct field *field = field_at(p->rec[i]->type, f);

			if (rec_now(p->rec[i])->standing == STANDS && field->kind == VALUE_REF && field->target == r->type &&
				!strcmp(rec_now(p->rec[i])->v[f], r->key))
				people_write(p->rec[i], f, instead);
		}
}

bool people_delete(struct rec *r)
{
	if (r->place->is->page & 1)
		let_go(r, "");
	rec_change(r, BY_PEOPLE)->standing = DELETED;
	tell(r, "delete");
	return true;
}

static bool merge(struct rec *from, struct rec *into)
{
	struct state *s;

	let_go(from, into->key);
	s = rec_change(from, BY_PEOPLE);
	s->standing = MERGED;
	s->into = into;
	world_join(from->place->w, from->thing, into->thing);
	tell(from, "merge away");
	return true;
}

void people_tidy(struct world *w, struct rec *keep, struct rec *drop)
{
	(void)w;
	if (rec_now(keep)->standing == STANDS && rec_now(drop)->standing == STANDS)
		merge(drop, keep);
}

/* --- acts ------------------------------------------------------------------------------------------------------- */

/* A thing that others have a record of and this partner has not: gone: it once had. */
static struct rec *known_elsewhere(struct place *p, enum record_type type, uint64_t pick, bool gone)
{
	struct rec *best = NULL;
	uint64_t least = 0;

	for (unsigned i = 0; i < SIM_PARTNERS; i++) {
		struct place *q = &p->w->place[i];

		for (size_t k = 0; k < q->n; k++) {
			struct rec *r = q->rec[k];
			const uint64_t order = hash_bytes(&r->thing, sizeof r->thing, pick);
			bool had = false;

			if (r->type != type || (best && order >= least) || place_record_of(p, r->thing) ||
				rec_now(r)->standing == MERGED || (!gone && rec_now(r)->standing != STANDS))
				continue;
			for (size_t m = 0; m < p->n; m++)
				had |= world_root(p->w, p->rec[m]->thing) == world_root(p->w, r->thing);
			if (had != gone)
				continue;
			best = r;
			least = order;
		}
	}
	return best;
}

static bool enter_known(struct place *p, const struct act *a, bool gone)
{
	const struct rec *r = known_elsewhere(p, a->type, a->pick, gone);
	/* By what it goes by now: one that was made one with another has that one's number. */
	const unsigned thing = r ? identity_shown(r) : 0;

	return thing && !place_record_of(p, thing) && enter(p, a->type, thing, r, a->nonce);
}

/* Another person of the same name, at the same company. */
static bool enter_namesake(struct place *p, const struct act *a)
{
	struct world *w = p->w;
	const struct rec *known = known_elsewhere(p, RECORD_CONTACT, a->pick, false), *company;
	struct rec *r;
	struct state *s;

	company = known ? place_at(known->place, RECORD_ORGANIZATION, rec_now(known)->v[CONTACT_ORGANIZATION]) : NULL;
	company = company ? place_record_of(p, company->thing) : NULL;
	if (!company)
		return false;
	r = enter(p, RECORD_CONTACT, world_thing(w), NULL, a->nonce);
	s = &r->state[r->nstates - 1];
	s->v[CONTACT_GIVEN_NAME] = rec_now(known)->v[CONTACT_GIVEN_NAME];
	s->v[CONTACT_FAMILY_NAME] = rec_now(known)->v[CONTACT_FAMILY_NAME];
	s->v[CONTACT_EMAILS] = arena_printf(w->arena, "c%u@elsewhere.example", r->thing);
	s->v[CONTACT_ORGANIZATION] = company->key;
	return true;
}

/* Most of their companies. */
static bool purge(struct place *p, const struct act *a)
{
	unsigned gone = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->rec[i]->type == RECORD_ORGANIZATION && rec_now(p->rec[i])->standing == STANDS &&
			hash_bytes(&p->rec[i]->thing, sizeof p->rec[i]->thing, a->pick) % 4)
			gone += people_delete(p->rec[i]);
	return gone;
}

bool people_edit(struct rec *r, uint64_t nonce)
{
	return r && people_write(r, value_field(r->type, nonce), value_fresh(r, value_field(r->type, nonce), nonce >> 4));
}

static bool change_set(struct rec *r, uint64_t nonce, bool add)
{
	const unsigned f = r ? value_set_field(r->type, nonce) : 0;
	struct world *w = r ? r->place->w : NULL;

	if (!r)
		return false;
	return people_write(r, f, add ? value_with(w->arena, rec_now(r)->v[f], value_new(w, field_at(r->type, f)->kind, nonce))
				   : value_without(w->arena, rec_now(r)->v[f], nonce >> 1));
}

/* To what they themselves had there before. */
static bool revert(struct rec *r, uint64_t nonce)
{
	const unsigned f = r ? value_field(r->type, nonce % 3) : 0;

	for (size_t i = r ? r->nstates - 1 : 0; i-- > 1;)
		if (r->state[i].author == BY_PEOPLE && strcmp(r->state[i].v[f], rec_now(r)->v[f]) && *r->state[i].v[f] &&
			strcmp(r->state[i].v[f], r->state[i - 1].v[f]))
			return people_write(r, f, r->state[i].v[f]);
	return false;
}

static bool merge_two(struct place *p, const struct act *a)
{
	struct rec *from = place_choose(p, a->type, a->pick), *into = place_choose(p, a->type, a->nonce);

	return from && into != from && merge(from, into);
}

static bool spoil(struct rec *r, bool unusable)
{
	if (!r || rec_now(r)->unusable == unusable)
		return false;
	rec_change(r, BY_PEOPLE)->unusable = unusable;
	tell(r, unusable ? "spoil" : "mend");
	return true;
}

static bool refer(struct place *p, const struct act *a)
{
	struct world *w = p->w;
	struct rec *company = place_choose(p, RECORD_ORGANIZATION, a->pick), *r;
	const unsigned to = (p->index + 1 + (unsigned)(a->nonce % (SIM_PARTNERS - 1))) % SIM_PARTNERS;
	struct state *s;

	if (!company || !w->place[to].is->there)
		return false;
	r = place_add(p, RECORD_REFERRAL, world_thing(w), BY_PEOPLE);
	s = &r->state[r->nstates - 1];
	identity_write(w, r, s);
	rec_set(r, s, REFERRAL_FROM_PARTNER, p->is->name);
	rec_set(r, s, REFERRAL_TO_PARTNER, w->place[to].is->name);
	rec_set(r, s, REFERRAL_ORGANIZATION, company->key);
	rec_set(r, s, REFERRAL_SERVICE, "academie");
	rec_set(r, s, REFERRAL_STATE, "created");
	rec_set(r, s, REFERRAL_REASON, value_new(w, VALUE_NOTE, a->nonce));
	tell(r, "refer");
	return true;
}

/* The sender sends and withdraws, the receiver does the rest. */
static bool advance(struct rec *r, uint64_t nonce)
{
	enum referral_state now, next;
	bool receiver;

	if (!r || !referral_state_parse(rec_now(r)->v[REFERRAL_STATE], &now))
		return false;
	receiver = !strcmp(rec_now(r)->v[REFERRAL_TO_PARTNER], r->place->is->name);
	for (unsigned i = 0; i < REFERRAL_STATES; i++) {
		next = (enum referral_state)((nonce + i) % REFERRAL_STATES);
		if (next == now || !referral_reaches(now, next) || next == REFERRAL_IS_EXPIRED ||
			receiver != (next != REFERRAL_IS_SENT && next != REFERRAL_IS_WITHDRAWN))
			continue;
		return people_write(r, REFERRAL_STATE, referral_state_name(next));
	}
	return false;
}

static struct rec *choose_spoilt(struct place *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (rec_now(p->rec[i])->unusable && rec_now(p->rec[i])->standing == STANDS)
			return p->rec[i];
	return NULL;
}

static bool arm(struct place *p, const struct act *a)
{
	p->trap = (struct trap){.rec = place_choose(p, a->type, a->pick), .act = a};
	return false; /* counts when it springs */
}

static bool happens(struct place *p, const struct act *a)
{
	struct rec *r = place_choose(p, a->type, a->pick);

	switch (a->kind) {
	case ACT_ENTER:
		return enter(p, a->type, world_thing(p->w), NULL, a->nonce);
	case ACT_ENTER_KNOWN:
		return enter_known(p, a, false);
	case ACT_EDIT:
		return people_edit(r, a->nonce);
	case ACT_BLANK:
		return r && people_write(r, value_field(r->type, a->nonce % 3), "");
	case ACT_ADD:
		return change_set(r, a->nonce, true);
	case ACT_REMOVE:
		return change_set(r, a->nonce, false);
	case ACT_REVERT:
		return revert(r, a->nonce);
	case ACT_DELETE:
		return r && people_delete(r);
	case ACT_REVIVE:
		return enter_known(p, a, true);
	case ACT_MERGE:
		return merge_two(p, a);
	case ACT_TRAP:
		return arm(p, a);
	case ACT_SPOIL:
		return spoil(r, true);
	case ACT_MEND:
		return spoil(choose_spoilt(p), false);
	case ACT_PURGE:
		return purge(p, a);
	case ACT_NAMESAKE:
		return enter_namesake(p, a);
	case ACT_REFER:
		return refer(p, a);
	case ACT_ADVANCE:
		return advance(place_choose(p, RECORD_REFERRAL, a->pick), a->nonce);
	case ACTS:
		break;
	}
	return false;
}

void people_mend_all(struct world *w)
{
	for (unsigned i = 0; i < SIM_PARTNERS; i++) {
		w->place[i].trap = (struct trap){0};
		for (struct rec *r; (r = choose_spoilt(&w->place[i]));)
			spoil(r, false);
	}
}

static bool is_left_out(const struct plan *plan, const struct act *a)
{
	return a->out || !plan->partner[a->partner].there;
}

/* What is left out while shrinking keeps its number, so that others take the records that they took before. */
static void schedule(struct world *w)
{
	const struct plan *plan = w->plan;

	for (; w->next_act < plan->nacts && is_left_out(plan, &plan->act[w->next_act]); w->next_act++)
		if (plan->act[w->next_act].kind == ACT_ENTER || plan->act[w->next_act].kind == ACT_REFER)
			world_thing(w);
	timer_disarm(&w->sim.loop, &w->act_timer);
	if (w->next_act < plan->nacts)
		timer_arm(&w->sim.loop, &w->act_timer, plan->act[w->next_act].at_ms > world_now(w)
				? plan->act[w->next_act].at_ms - world_now(w)
				: 0);
}

static void on_act(struct timer *t)
{
	struct world *w = container_of(t, struct world, act_timer);
	const struct act *a = &w->plan->act[w->next_act++];

	if (happens(&w->place[a->partner], a))
		w->out->acts[a->kind]++;
	schedule(w);
}

void people_start(struct world *w)
{
	w->act_timer.fire = on_act;
	/* What was there before the hub. */
	for (schedule(w); w->next_act < w->plan->nacts && !w->plan->act[w->next_act].at_ms; schedule(w))
		on_act(&w->act_timer);
}
