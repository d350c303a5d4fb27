/*
 * oracle.c - what can be judged the moment it happens: every write of the hub's against the true history of the record.
 */
#include "sim.h"

#include <stdlib.h>
#include <string.h>


/* A list may have shown it so long ago and not be merged yet; a write may be under way for so long. */
enum { IN_FLIGHT_MS = 180000, READ_TO_WRITE_MS = 2000 };

/* --- lost updates (I3) ------------------------------------------------------------------------------------------ */

/* Who wrote what stands there: the state in which the field got its present value. */
static size_t written_in(const struct rec *r, unsigned f)
{
	size_t i = r->nstates - 1;

	while (i > 1 && r->state[i].v[f] == r->state[i - 1].v[f])
		i--;
	return i;
}

/* A write without condition is read for first, just before: what was there then, it knew. One that was not read for
 * knew nothing. */
uint64_t oracle_seen(struct world *w, struct place *p, const struct push *push)
{
	const struct rec *r = push->key ? place_at(p, push->type, push->key) : NULL;
	uint64_t seen = world_now(w);

	for (unsigned i = 0; r && i < 4; i++)
		if (r->got[i].told_ms && r->got[i].told_ms + READ_TO_WRITE_MS >= world_now(w) && r->got[i].asked_ms < seen)
			seen = r->got[i].asked_ms;
	return seen;
}

static void overwrites(struct world *w, struct place *p, struct rec *r, unsigned f)
{
	const size_t at = written_in(r, f);
	const bool conditional = p->is->caps & ADAPTER_CAN_CONDITIONAL;
	const bool blind = !(p->is->caps & ADAPTER_CAN_GET);

	if (r->state[at].author != BY_PEOPLE)
		return;
	if (w->noverwrites == w->overwrite_room) {
		w->overwrite_room = w->overwrite_room ? w->overwrite_room * 2 : 64;
		w->overwrite = realloc(w->overwrite, w->overwrite_room * sizeof *w->overwrite);
		if (!w->overwrite)
			abort();
	}
	w->overwrite[w->noverwrites++] = (struct overwrite){
		.rec = r,
		.state = at,
		.field = f,
		.at_ms = world_now(w),
		/* Class B loses what falls between its read and its write, class C anything: said in semantics.md. */
		.in_window = !conditional && (blind || w->late || r->state[at].at_ms >= w->seen_ms),
	};
}

/* --- deletions (I6) --------------------------------------------------------------------------------------------- */

/* Somebody's people deleted it where that is to be done everywhere. */
static bool deletion_is_wanted(struct world *w, unsigned thing)
{
	for (unsigned i = 0; i < SIM_PARTNERS; i++) {
		const struct place *p = &w->place[i];

		for (size_t k = 0; k < p->n && p->is->deletion == DELETION_PROPAGATE; k++) {
			const struct state *s = rec_now(p->rec[k]);

			if (world_root(w, p->rec[k]->thing) == world_root(w, thing) && s->author == BY_PEOPLE && !s->hasty &&
				(s->standing == DELETED || (s->standing == MERGED && !(p->is->shows_merges && p->is->caps & ADAPTER_CAN_GET))))
				return true;
		}
	}
	return false;
}

void oracle_push(struct world *w, struct place *p, struct rec *r, const struct push *push)
{
	const struct state *s = rec_now(r);

	if (push->kind == PUSH_DELETE)
		oracle_deletion(w, p, r->type);
	if (push->kind == PUSH_DELETE && !deletion_is_wanted(w, r->thing)) {
		world_blame(w, p, r, 0, NULL);
		world_violated(w, "I6 false delete", "%s: the hub deletes %s %s #%u, which no people deleted anywhere",
			p->is->name, record_type_name(r->type), r->key, r->thing);
	}
	for (unsigned f = 0; f < field_count(r->type) && f < SIM_FIELDS; f++) {
		if (push->kind == PUSH_DELETE ? !*s->v[f] : !(push->fields & FIELD_BIT(f)))
			continue;
		if (push->kind == PUSH_DELETE || strcmp(place_renders(p, r->type, f, push->record->v[f]), s->v[f]))
			overwrites(w, p, r, f);
	}
}

/* --- creates (I4, I5) ------------------------------------------------------------------------------------------- */

/* The last thing that this partner's people did about it was to take it away. */
static const struct rec *taken_away(const struct place *p, unsigned thing)
{
	const struct rec *last = NULL;
	uint64_t when = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct rec *r = p->rec[i];
		const struct state *s = rec_now(r);
		const bool gone = s->author == BY_PEOPLE && s->standing != STANDS;

		if (r->thing != thing || (r->hub_made && !gone))
			continue;
		/* What the hub never heard of, it cannot know to be gone. And of two records of one thing they kept the other. */
		if (gone && (!r->told_ms || (s->standing == MERGED && s->into->thing == thing)))
			continue;
		if ((gone ? s->at_ms : r->state[1].at_ms) >= when) {
			when = gone ? s->at_ms : r->state[1].at_ms;
			last = gone ? r : NULL;
		}
	}
	return last;
}

void oracle_create(struct world *w, struct place *p, const struct push *push, unsigned thing)
{
	const struct rec *gone = taken_away(p, thing);
	const uint64_t now = world_now(w);

	oracle_order(w, p, push, thing);
	/* An attempt made before they took it away may arrive after. */
	if (gone && !w->late && now - rec_now(gone)->at_ms > IN_FLIGHT_MS) {
		world_blame(w, p, gone, 0, NULL);
		world_violated(w, "I4 resurrection", "%s: the hub makes %s #%u again, whose %s its people took away at %.3f",
			p->is->name, record_type_name(push->type), thing, gone->key, (double)rec_now(gone)->at_ms / 1000);
	}
	for (size_t i = 0; i < p->n; i++) {
		const struct rec *r = p->rec[i];

		if (r->thing != thing || rec_now(r)->standing != STANDS || rec_now(r)->unusable)
			continue;
		if (!r->hub_made && (!r->told_ms || now - r->told_ms < IN_FLIGHT_MS))
			continue;
		world_blame(w, p, r, 0, NULL);
		world_violated(w, "I5 duplicate create", "%s: the hub makes a second %s #%u beside %s, which %s made", p->is->name,
			record_type_name(push->type), thing, r->key, r->hub_made ? "it" : "people");
	}
}
