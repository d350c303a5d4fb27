/*
 * join.c - entities become one, and one becomes two. Links are sets, not edits: contributions stay with their shadows,
 * so that a split gives back exactly what was there; where each came from is remembered, so that it gets back its id.
 */
#include <stdio.h>
#include <string.h>

#include "engine/hub.h"
#include "engine/story.h"

struct side {
	struct shadow **shadow;
	size_t n;
};

static bool side_of(struct hub *hub, struct arena *arena, int64_t entity, struct side *out, struct err *err)
{
	return store_shadows_of(hub->store, arena, entity, &out->shadow, &out->n, err);
}

static bool move(struct hub *hub, struct shadow *s, int64_t entity, const char *data, struct err *err)
{
	store_event(hub->store, hub->now_ms, EVENT_LINK, s->partner, entity, s->id, data);
	s->entity = entity;
	return store_shadow_save(hub->store, s, err) && store_reviews_follow(hub->store, s->id, entity, err);
}

/* Every shadow of one side with every one of the other. An alias is what its survivor is. */
static bool remember(struct hub *hub, struct arena *arena, const struct side *a, const struct side *b, enum decision decision,
	const char *by, struct err *err)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			const struct shadow *x = a->shadow[i], *y = b->shadow[j];

			if (x->id != y->id && x->state != SHADOW_ALIAS && y->state != SHADOW_ALIAS &&
				x->state != SHADOW_PENDING && y->state != SHADOW_PENDING &&
				!store_decide(hub->store, arena, x, y, decision, by, hub->now_ms, err))
				return false;
		}
	return true;
}

bool join_keep_apart(struct hub *hub, struct arena *arena, int64_t a, int64_t b, const char *by, struct err *err)
{
	struct side x, y;

	return side_of(hub, arena, a, &x, err) && side_of(hub, arena, b, &y, err) &&
	       remember(hub, arena, &x, &y, DECISION_APART, by, err);
}

bool join_keep_together(struct hub *hub, struct arena *arena, int64_t shadow, const char *by, struct err *err)
{
	struct shadow *s;
	struct side all, one = { .shadow = &s, .n = 1 };

	if (!store_shadow(hub->store, arena, shadow, &s, err))
		return false;
	return !s || (side_of(hub, arena, s->entity, &all, err) && remember(hub, arena, &one, &all, DECISION_SAME, by, err));
}

/* Records that refer to it may refer to another one now. */
static bool decide_referring(struct hub *hub, struct arena *arena, int64_t entity, struct tally *tally, struct err *err)
{
	int64_t *id;
	size_t n;

	if (!store_referring(hub->store, arena, entity, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct entity *e;

		if (!store_entity(hub->store, arena, id[i], &e, err) || (e && !decide_entity(hub, arena, e, 0, tally, err)))
			return false;
	}
	return true;
}

bool join_settled(struct hub *hub, struct arena *arena, int64_t entity, struct err *err)
{
	for (size_t i = 0; i < hub->n; i++) {
		struct outbox *row;

		if (!store_outbox(hub->store, arena, hub->partner[i].id, entity, &row, err))
			return false;
		if (row && (row->state == OUTBOX_SENDING || row->state == OUTBOX_UNCERTAIN))
			return err_set(err, ERR_CONFLICT,
				"a write to %s is under way, or its outcome is not known yet: try again in a moment",
				hub->partner[i].config->id);
	}
	return true;
}

/* --- joining ---------------------------------------------------------------------------------------------------------- */

static bool stands(const struct shadow *s)
{
	return (s->state == SHADOW_LIVE && !shadow_aside(s)) || s->state == SHADOW_PENDING;
}

/* A partner's second record in one entity could not be told apart when writing back. */
static bool make_room(struct hub *hub, const struct side *a, const struct side *b, bool duplicates, struct err *err)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			struct shadow *x = a->shadow[i], *y = b->shadow[j];
			const struct hub_partner *p = hub_partner(hub, x->partner);
			const char *name = p ? p->config->id : "a former partner";

			if (x->partner != y->partner || !stands(x) || !stands(y))
				continue;
			if (x->state == SHADOW_PENDING || y->state == SHADOW_PENDING)
				return err_set(err, ERR_CONFLICT, "a record is being made at %s: try again in a moment", name);
			/* What the hub says of both is no record of anybody's. */
			if (!duplicates && x->partner != hub->self)
				return err_set(err, ERR_CONFLICT, "%s has a record in each of the two, %s and %s", name,
					x->key, y->key);
			*(x->id < y->id ? &y->alias_of : &x->alias_of) = x->id < y->id ? x->id : y->id;
		}
	return true;
}

static void tell_merge(struct hub *hub, struct buf *b, const struct join *j, const struct entity *from,
	const struct entity *into)
{
	story_link(b, j->how, store_model(hub->store), j->why);
	b->data[--b->len] = '\0';
	if (j->by) {
		buf_adds(b, ",\"by\":");
		buf_add_json(b, j->by);
	}
	buf_addf(b, ",\"from\":%lld,\"into\":%lld}", (long long)from->id, (long long)into->id);
}

static bool merge(struct hub *hub, struct arena *arena, struct entity *older, struct entity *newer, const struct join *j,
	struct tally *tally, struct err *err)
{
	BUF_AUTO struct buf data = { 0 };
	struct side kept, moved;
	int64_t seq;

	if (!side_of(hub, arena, older->id, &kept, err) || !side_of(hub, arena, newer->id, &moved, err) ||
		!make_room(hub, &kept, &moved, j->duplicates, err) ||
		(j->by && !remember(hub, arena, &kept, &moved, DECISION_SAME, j->by, err)))
		return false;
	for (size_t i = 0; i < kept.n; i++)
		if (shadow_aside(kept.shadow[i]) && !store_shadow_save(hub->store, kept.shadow[i], err))
			return false;
	tell_merge(hub, &data, j, newer, older);
	seq = store_event(hub->store, hub->now_ms, EVENT_MERGE, 0, older->id, 0, data.data);
	for (size_t i = 0; i < moved.n; i++)
		if (!store_came_with(hub->store, moved.shadow[i]->id, seq, newer->id, err) ||
			!move(hub, moved.shadow[i], older->id, data.data, err))
			return false;
	if (newer->state == ENTITY_LIVE && !decide_state(hub, arena, older, ENTITY_LIVE, err))
		return false;
	/* Where only the one was, the other is there now: what waited for that is looked at anew. */
	return decide_into(hub, arena, newer, older->id, err) &&
	       store_suppress_take(hub->store, older->id, newer->id, err) &&
	       store_reviews_merge(hub->store, newer->id, older->id, j->by ? j->by : j->how, hub->now_ms, err) &&
	       store_outbox_forget(hub->store, newer->id, err) && decide_entity(hub, arena, older, 0, tally, err) &&
	       decide_referring(hub, arena, older->id, tally, err) && marks_referring(hub, arena, older->id, 0, tally, err);
}

bool join_merge(struct hub *hub, struct arena *arena, int64_t a, int64_t b, const struct join *j, struct tally *tally,
	struct err *err)
{
	struct entity *x, *y;

	if (!store_entity(hub->store, arena, a, &x, err) || !store_entity(hub->store, arena, b, &y, err))
		return false;
	if (!x || !y)
		return err_set(err, ERR_CONFLICT, "one of the two records is not there any more");
	if (x->type != y->type)
		return err_set(err, ERR_CONFLICT, "the two records are of different types");
	return x->id == y->id || merge(hub, arena, x->id < y->id ? x : y, x->id < y->id ? y : x, j, tally, err);
}

/* --- parting ---------------------------------------------------------------------------------------------------------- */

struct split {
	struct hub *hub;
	struct arena *arena;
	const char *by;
	struct tally *tally;
	struct entity *old;
	struct side leave, stay;
};

static bool is_of(const int64_t *id, size_t n, int64_t wanted)
{
	for (size_t i = 0; i < n; i++)
		if (id[i] == wanted)
			return true;
	return false;
}

static bool has(const struct side *side, int64_t shadow)
{
	for (size_t i = 0; i < side->n; i++)
		if (side->shadow[i]->id == shadow)
			return true;
	return false;
}

/* Whether people contributed to it: what the hub made itself belongs to whoever has the rest. */
static bool by_people(const struct shadow *s)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (s->cell[f].own)
			return true;
	return false;
}

/* An alias goes with the record that it became. */
static bool sort_out(struct split *s, struct shadow **all, size_t n, const int64_t *wanted, size_t nwanted, struct err *err)
{
	s->leave.shadow = arena_array(s->arena, struct shadow *, n + 1);
	s->stay.shadow = arena_array(s->arena, struct shadow *, n + 1);
	for (size_t i = 0; i < n; i++) {
		const bool leaves = is_of(wanted, nwanted, all[i]->id) ||
			(all[i]->state == SHADOW_ALIAS && is_of(wanted, nwanted, all[i]->alias_of));
		struct side *side = leaves ? &s->leave : &s->stay;

		side->shadow[side->n++] = all[i];
	}
	for (size_t i = 0; i < s->stay.n; i++)
		if (s->stay.shadow[i]->state != SHADOW_PENDING && s->stay.shadow[i]->state != SHADOW_ALIAS)
			return true;
	return err_set(err, ERR_CONFLICT, "the record has no other links: there is nothing to split");
}

/* Whether some of that side's have always been in the entity. */
static bool natives(struct split *s, const struct side *side, bool *any, struct err *err)
{
	struct former *former;
	size_t n;

	*any = false;
	for (size_t i = 0; i < side->n && !*any; i++) {
		if (!by_people(side->shadow[i]))
			continue;
		if (!store_formers(s->hub->store, s->arena, side->shadow[i]->id, &former, &n, err))
			return false;
		*any = n == 0;
	}
	return true;
}

/* Whoever came with a merge leaves, and the id stays with the others. */
static bool choose_who_leaves(struct split *s, struct err *err)
{
	bool in_leave, in_stay;

	if (!natives(s, &s->leave, &in_leave, err) || !natives(s, &s->stay, &in_stay, err))
		return false;
	if (in_leave && !in_stay) {
		const struct side swap = s->leave;

		s->leave = s->stay;
		s->stay = swap;
	}
	return true;
}

/* Whether all that the merged entity began with, as far as it is in this one, leaves. */
static bool all_leave(struct split *s, int64_t merged, bool *all, struct err *err)
{
	int64_t *id;
	size_t n;

	if (!store_came_from(s->hub->store, s->arena, merged, &id, &n, err))
		return false;
	*all = true;
	for (size_t i = 0; i < n && *all; i++) {
		struct former *former;
		size_t nformers;

		if (!store_formers(s->hub->store, s->arena, id[i], &former, &nformers, err))
			return false;
		if (nformers && former[0].entity == merged)
			*all = !has(&s->stay, id[i]);
	}
	return true;
}

/* The oldest id that only those had who leave; NULL: there is none. */
static bool find_home(struct split *s, struct entity **out, struct err *err)
{
	int64_t home = 0;

	*out = NULL;
	for (size_t i = 0; i < s->leave.n; i++) {
		struct former *former;
		size_t n;
		bool all;

		if (!store_formers(s->hub->store, s->arena, s->leave.shadow[i]->id, &former, &n, err))
			return false;
		if (!n || (home && former[0].entity >= home))
			continue;
		if (!all_leave(s, former[0].entity, &all, err))
			return false;
		if (all)
			home = former[0].entity;
	}
	if (home && !store_entity_itself(s->hub->store, s->arena, home, out, err))
		return false;
	if (*out && (*out)->state != ENTITY_MERGED)
		*out = NULL;
	return true;
}

/* Those who had become part of it and are not among the leaving, are part of the old one. */
static bool leave_aliases(struct split *s, int64_t home, struct err *err)
{
	int64_t *alias, *shadow;
	size_t n, count;

	if (!store_entity_aliases(s->hub->store, s->arena, home, &alias, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct entity *e;
		bool stays = false;

		if (!store_came_from(s->hub->store, s->arena, alias[i], &shadow, &count, err))
			return false;
		for (size_t k = 0; k < count; k++)
			stays |= has(&s->stay, shadow[k]);
		if (!stays)
			continue;
		if (!store_entity_itself(s->hub->store, s->arena, alias[i], &e, err) ||
			(e && !decide_into(s->hub, s->arena, e, s->old->id, err)))
			return false;
	}
	return true;
}

static bool revive(struct split *s, struct entity *home, struct err *err)
{
	home->into = 0;
	if (!leave_aliases(s, home->id, err))
		return false;
	for (size_t i = 0; i < s->leave.n; i++) {
		struct former *former;
		size_t n;

		if (!store_formers(s->hub->store, s->arena, s->leave.shadow[i]->id, &former, &n, err))
			return false;
		for (size_t k = 0; k < n; k++)
			if (former[k].entity == home->id &&
				!store_came_back(s->hub->store, s->leave.shadow[i]->id, former[k].seq, err))
				return false;
	}
	return decide_state(s->hub, s->arena, home, ENTITY_LIVE, err) &&
	       store_suppress_give_back(s->hub->store, s->old->id, home->id, err);
}

static bool make_home(struct split *s, struct entity **out, struct err *err)
{
	struct entity *fresh = *out = arena_new_of(s->arena, struct entity);

	*fresh = (struct entity){
		.hub_id = hub_uuid(s->hub), .type = s->old->type, .golden = record_new(s->arena, s->old->type),
		.changed = store_seq(s->hub->store) + 1, .origin = s->leave.shadow[0]->partner,
	};
	/* Empty at first, so that the decision tells all that it says. */
	return store_entity_save(s->hub->store, s->arena, fresh, err);
}

/* No partner is left with only duplicates on a side. */
static void step_forward(const struct side *side)
{
	for (size_t i = 0; i < side->n; i++) {
		struct shadow *s = side->shadow[i];

		if (shadow_aside(s) && !marks_shadow_at(side->shadow, side->n, s->partner))
			s->alias_of = 0;
	}
}

/* What means that entity, itself or one that had become part of it, is to mean another. */
static bool say(struct split *s, const char **ref, const struct entity *meant, const char *instead, struct err *err)
{
	struct entity *e = NULL;
	struct uuid id;

	if (*ref && uuid_parse(*ref, &id) && !store_entity_by_hub_id(s->hub->store, s->arena, &id, &e, err))
		return false;
	if (e && e->id == meant->id)
		*ref = instead;
	return true;
}

static bool refer_anew(struct split *s, struct shadow *from, const struct entity *meant, const struct entity *instead, struct err *err)
{
	const char *id = uuid_format(&instead->hub_id, arena_alloc(s->arena, UUID_TEXT_MAX));
	bool ok = true;

	for (unsigned f = 0; ok && f < field_count(from->type); f++) {
		struct cell *c = &from->cell[f];

		if (field_at(from->type, f)->kind != VALUE_REF)
			continue;
		ok = say(s, &c->base, meant, id, err) && say(s, &c->own, meant, id, err);
		for (unsigned i = 0; ok && i < c->nsent; i++)
			ok = say(s, &c->sent[i].value, meant, id, err);
	}
	return ok && store_shadow_save(s->hub->store, from, err);
}

static bool speaks_for(const struct side *side, int partner)
{
	for (size_t i = 0; i < side->n; i++)
		if (side->shadow[i]->partner == partner && side->shadow[i]->state != SHADOW_ALIAS)
			return true;
	return false;
}

/* What a partner said of the entity, it said of its own record there, whichever side that is on now. */
static bool follow_record(struct split *s, struct shadow *from, const struct entity *fresh, struct err *err)
{
	if (speaks_for(&s->leave, from->partner) && !marks_shadow_at(s->stay.shadow, s->stay.n, from->partner))
		return refer_anew(s, from, s->old, fresh, err);
	if (speaks_for(&s->stay, from->partner) && !marks_shadow_at(s->leave.shadow, s->leave.n, from->partner))
		return refer_anew(s, from, fresh, s->old, err);
	return true;
}

static bool follow_references(struct split *s, const struct entity *fresh, struct err *err)
{
	int64_t *id;
	size_t n;

	if (!store_referring(s->hub->store, s->arena, s->old->id, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct shadow **shadow;
		struct entity *e;
		size_t count;

		if (!store_shadows_of(s->hub->store, s->arena, id[i], &shadow, &count, err))
			return false;
		for (size_t k = 0; k < count; k++)
			if (!follow_record(s, shadow[k], fresh, err))
				return false;
		if (!store_entity(s->hub->store, s->arena, id[i], &e, err) ||
			(e && !decide_entity(s->hub, s->arena, e, 0, s->tally, err)))
			return false;
	}
	return true;
}

static bool part(struct split *s, int64_t *out, struct err *err)
{
	BUF_AUTO struct buf data = { 0 };
	struct entity *home;
	bool restored;

	if (!choose_who_leaves(s, err) || !find_home(s, &home, err) ||
		!remember(s->hub, s->arena, &s->leave, &s->stay, DECISION_APART, s->by, err))
		return false;
	step_forward(&s->leave);
	step_forward(&s->stay);
	restored = home != NULL;
	if (restored ? !revive(s, home, err) : !make_home(s, &home, err))
		return false;
	buf_adds(&data, "{\"how\":\"split\",\"by\":");
	buf_add_json(&data, s->by);
	buf_addf(&data, ",\"from\":%lld,\"into\":%lld,\"restored\":%s}", (long long)s->old->id, (long long)home->id,
		restored ? "true" : "false");
	for (size_t i = 0; i < s->leave.n; i++) {
		store_event(s->hub->store, s->hub->now_ms, EVENT_UNLINK, s->leave.shadow[i]->partner, s->old->id,
			s->leave.shadow[i]->id, data.data);
		if (!move(s->hub, s->leave.shadow[i], home->id, data.data, err))
			return false;
	}
	for (size_t i = 0; i < s->stay.n; i++)
		if (!store_shadow_save(s->hub->store, s->stay.shadow[i], err))
			return false;
	*out = home->id;
	return decide_entity(s->hub, s->arena, home, 0, s->tally, err) &&
	       decide_entity(s->hub, s->arena, s->old, 0, s->tally, err) && follow_references(s, home, err);
}

bool join_split(struct hub *hub, struct arena *arena, const int64_t *shadow, size_t n, const char *by, int64_t *fresh,
	struct tally *tally, struct err *err)
{
	struct split s = { .hub = hub, .arena = arena, .by = by, .tally = tally };
	struct shadow *first, **all;
	size_t count;

	if (!store_shadow(hub->store, arena, n ? shadow[0] : 0, &first, err))
		return false;
	if (!first || !first->entity)
		return err_set(err, ERR_CONFLICT, "no such link");
	return store_entity(hub->store, arena, first->entity, &s.old, err) &&
	       store_shadows_of(hub->store, arena, first->entity, &all, &count, err) &&
	       sort_out(&s, all, count, shadow, n, err) && part(&s, fresh, err);
}
