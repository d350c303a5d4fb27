/*
 * origin.c - what the hub itself contributes to a record: a referral that an admin made, where one was routed to, that it
 * expired. It is kept like a partner's contribution, in a shadow at a partner that has no CRM, so that folding,
 * explaining and splitting need to know nothing of it.
 */
#include "engine/origin.h"

#include <string.h>

#include "base/hash.h"
#include "engine/story.h"

bool origin_open(struct hub *hub, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct store_partner row;

	if (hub->self)
		return true;
	if (!store_partner(hub->store, arena, ORIGIN_NAME, &row, err))
		return false;
	hub->self = row.id;
	return true;
}

struct shadow *origin_shadow(const struct hub *hub, struct shadow *const *shadow, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (hub->self && shadow[i]->partner == hub->self && !shadow_aside(shadow[i]))
			return shadow[i];
	return NULL;
}

static struct shadow *fresh_shadow(struct hub *hub, struct arena *arena, enum record_type type, const struct uuid *hub_id)
{
	char text[UUID_TEXT_MAX];
	struct shadow *s = shadow_new(arena, hub->self, type, arena_strdup(arena, uuid_format(hub_id, text)));

	s->state = SHADOW_LIVE;
	return s;
}

/* Those fields; the event that says so is the next one. */
static void say(struct hub *hub, struct shadow *s, const struct record *values)
{
	const int64_t seq = store_seq(hub->store) + 1;
	const unsigned n = field_count(s->type);

	for (unsigned f = 0; f < n; f++)
		if (values->v[f]) {
			s->cell[f].base = s->cell[f].own = values->v[f];
			s->cell[f].own_seq = seq;
		}
	s->hash = record_hash(values);
}

bool origin_make(struct hub *hub, struct arena *arena, const struct record *values, struct entity **out, struct tally *tally,
	struct err *err)
{
	BUF_AUTO struct buf seen = { 0 };
	const struct uuid key = hub_uuid(hub);
	struct shadow *s;

	if (!origin_open(hub, err))
		return false;
	s = fresh_shadow(hub, arena, values->type, &key);
	say(hub, s, values);
	buf_adds(&seen, "{\"values\":");
	story_fields(&seen, values, ~UINT64_C(0));
	buf_addc(&seen, '}');
	return decide_new(hub, arena, s, seen.data, NULL, tally, err) && store_entity(hub->store, arena, s->entity, out, err);
}

/* As if somebody had edited it. */
static void tell(struct hub *hub, const struct shadow *s, const struct record *before, const struct record *values)
{
	const unsigned n = field_count(s->type);
	BUF_AUTO struct buf b = { 0 };
	char open = '{';

	buf_adds(&b, "{\"fields\":");
	for (unsigned f = 0; f < n; f++) {
		if (!values->v[f])
			continue;
		buf_addf(&b, "%c\"%s\":{\"from\":", open, field_at(s->type, f)->name);
		open = ',';
		story_value(&b, field_at(s->type, f), before->v[f]);
		buf_adds(&b, ",\"to\":");
		story_value(&b, field_at(s->type, f), values->v[f]);
		buf_addc(&b, '}');
	}
	buf_adds(&b, "}}");
	store_event(hub->store, hub->now_ms, EVENT_EDIT, s->partner, s->entity, s->id, b.data);
}

bool origin_say(struct hub *hub, struct arena *arena, const struct entity *e, const struct record *before,
	const struct record *values, struct err *err)
{
	struct shadow **shadow, *s;
	size_t n;

	if (!origin_open(hub, err) || !store_shadows_of(hub->store, arena, e->id, &shadow, &n, err))
		return false;
	s = origin_shadow(hub, shadow, n);
	if (!s) {
		s = fresh_shadow(hub, arena, e->type, &e->hub_id);
		s->entity = e->id;
		if (!store_shadow_save(hub->store, s, err))
			return false;
	}
	say(hub, s, values);
	tell(hub, s, before, values);
	return store_shadow_save(hub->store, s, err);
}
