/*
 * meanwhile.c - what people do at the worst moment: just when a write of the hub's arrives, while its answer is lost, or
 * while a page that was asked for is on its way.
 */
#include "sim.h"

#include <string.h>

/* A write of something new, and no repetition of what they may have seen. */
static bool is_news(const struct world *w, const struct rec *r, const struct push *push)
{
	if (w->late || push->kind != PUSH_UPDATE)
		return false;
	for (unsigned f = 0; f < field_count(r->type) && f < SIM_FIELDS; f++)
		if (push->fields & FIELD_BIT(f) && strcmp(place_renders(r->place, r->type, f, push->record->v[f]), rec_now(r)->v[f]))
			return true;
	return false;
}

void people_spring(struct world *w, struct place *p, struct rec *r, const struct push *push)
{
	const struct act *a = p->trap.act;
	const bool news = is_news(w, r, push);

	if (p->trap.rec != r || !a || rec_now(r)->standing != STANDS)
		return;
	p->trap = (struct trap){0};
	if (a->nonce % 8 == 0) {
		people_delete(r);
		r->state[r->nstates - 1].hasty = news;
	} else if (!people_edit(r, a->nonce)) {
		return;
	}
	r->state[r->nstates - 1].armed_ms = a->at_ms;
	w->out->acts[ACT_TRAP]++;
}

/* Of the same thing, at another partner. */
static struct rec *elsewhere(const struct rec *r, uint64_t pick)
{
	struct world *w = r->place->w;

	for (unsigned i = 0; i < SIM_PARTNERS; i++) {
		struct place *p = &w->place[(pick + i) % SIM_PARTNERS];
		struct rec *other = p == r->place ? NULL : place_record_of(p, r->thing);

		if (other)
			return other;
	}
	return NULL;
}

void people_meanwhile(struct rec *r, uint64_t nonce)
{
	if (r && rec_now(r)->standing == STANDS)
		people_edit(nonce & 1 ? r : elsewhere(r, nonce >> 1), nonce >> 8);
}

void people_overtake(struct place *p, const struct push *push, uint64_t nonce)
{
	struct rec *r = place_at(p, push->type, push->key), *other = r ? elsewhere(r, nonce) : NULL;

	for (unsigned i = 0; other && i < 5; i++) {
		const unsigned f = value_field(push->type, i);

		if (push->fields & FIELD_BIT(f)) {
			people_write(other, f, value_fresh(other, f, nonce >> 8));
			return;
		}
	}
}
