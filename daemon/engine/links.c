/*
 * links.c - a partner's record that is seen for the first time finds its entity: a create of the hub's, a match, or a
 * new one. What people decided about links before stands above what the record says.
 */
#include <stdio.h>
#include <string.h>

#include "base/mutant.h"
#include "engine/check.h"
#include "engine/like.h"
#include "engine/story.h"

/* --- first sight ---------------------------------------------------------------------------------------------------- */

static void see(struct hub *hub, struct page *page, struct shadow *s, const struct item *item, const struct record *now,
	struct buf *seen)
{
	struct image_source source;
	struct observation o;

	s->state = SHADOW_LIVE;
	s->version = item->version;
	s->hash = record_hash(item->record);
	observe(page->arena, s, now, item->version, marks_images(&source, hub, page->arena, s),
		store_seq(hub->store) + 1, &o);
	buf_adds(seen, "{\"values\":");
	story_fields(seen, now, ~UINT64_C(0));
	buf_addc(seen, '}');
}

static bool place_alone(struct hub *hub, struct page *page, struct shadow *s, const struct item *item,
	const struct prepared *now, struct err *err)
{
	BUF_AUTO struct buf seen = { 0 };

	see(hub, page, s, item, now->record, &seen);
	return decide_new(hub, page->arena, s, seen.data, now, &page->run, err) &&
		reconcile_placed(hub, page, s, err);
}

static bool place_with(struct hub *hub, struct page *page, struct shadow *s, const struct item *item,
	const struct record *now, struct entity *e, const char *how, const struct match_result *why, struct err *err)
{
	BUF_AUTO struct buf seen = { 0 }, link = { 0 };
	const struct record *before = e->golden;

	see(hub, page, s, item, now, &seen);
	s->entity = e->id;
	if (!store_shadow_save(hub->store, s, err))
		return false;
	store_event(hub->store, hub->now_ms, EVENT_SEEN, s->partner, e->id, s->id, seen.data);
	story_link(&link, how, store_model(hub->store), why);
	store_event(hub->store, hub->now_ms, EVENT_LINK, s->partner, e->id, s->id, link.data);
	page->run.linked++;
	if (e->state == ENTITY_DELETED || store_suppressed(hub->store, s->partner, e->id)) {
		store_event(hub->store, hub->now_ms, EVENT_REVIVED, s->partner, e->id, s->id, NULL);
		if (!decide_state(hub, page->arena, e, ENTITY_LIVE, err) ||
			!store_unsuppress(hub->store, s->partner, e->id, err))
			return false;
	}
	/* What refers to it can be told there by now. */
	return decide_entity(hub, page->arena, e, s->partner, &page->run, err) && reconcile_placed(hub, page, s, err) &&
		marks_referring(hub, page->arena, e->id, s->partner, &page->run, err) &&
		rematch(hub, page->arena, e, before, &page->run, err);
}

static void take_as_agreed(struct shadow *s, const struct record *now)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
		s->cell[f].base = now->v[f];
		s->cell[f].nsent = 0;
	}
}

/* The record that a create of the hub's made: the pending shadow gets its key, and what was sent is confirmed by
 * being read; anything else there was somebody's edit. */
static bool bind(struct hub *hub, struct page *page, struct shadow *pending, const struct item *item,
	const struct record *now, const char *how, struct err *err)
{
	BUF_AUTO struct buf link = { 0 };
	struct outbox *row;

	pending->key = item->key;
	pending->epoch = page->epoch;
	pending->state = SHADOW_LIVE;
	/* That it is there acknowledges what it was made with. */
	pending->fence = store_seq(hub->store) + 1;
	if (!store_outbox(hub->store, page->arena, page->partner, pending->entity, &row, err))
		return false;
	if (mutant(UNKNOWN_BASE))
		take_as_agreed(pending, now);
	/* A create whose outcome was unknown is settled by this; one under way settles itself. */
	if (row && row->state != OUTBOX_SENDING && !store_outbox_delete(hub->store, row->id, err))
		return false;
	if (!store_shadow_save(hub->store, pending, err))
		return false;
	story_link(&link, how, NULL, NULL);
	store_event(hub->store, hub->now_ms, EVENT_LINK, page->partner, pending->entity, pending->id, link.data);
	page->run.linked++;
	return reconcile_reading(hub, page, pending, item, now, err) && reconcile_placed(hub, page, pending, err) &&
		marks_referring(hub, page->arena, pending->entity, page->partner, &page->run, err) &&
		attend_settled(hub, page->arena, pending->entity, &page->run, err);
}

/* Everything the create carried is there, as sent or as its rendition. */
static bool carries(struct hub *hub, struct arena *arena, const struct shadow *pending, const struct record *now)
{
	struct image_source source;
	const struct images *images = marks_images(&source, hub, arena, pending);
	unsigned n = field_count(pending->type);
	bool any = false;

	for (unsigned f = 0; f < n; f++) {
		const struct cell *c = &pending->cell[f];
		const char *sent = c->nsent ? c->sent[c->nsent - 1].value : NULL;
		const struct field *field = field_at(pending->type, f);

		if (!sent || !*sent)
			continue;
		any = true;
		if (!now->v[f] || (!observe_shows(field, f, sent, now->v[f], images) &&
				!observe_lossy(field, sent, now->v[f])))
			return false;
	}
	return any;
}

/* A deleted record takes part in matching as well: a create of it may still turn up. */
static bool matchable(struct hub *hub, struct arena *arena, int64_t entity)
{
	struct entity *e;
	struct err ignored;

	return !mutant(TOMBSTONES) || (store_entity(hub->store, arena, entity, &e, &ignored) && e && e->state == ENTITY_LIVE);
}

static bool find_pending(struct hub *hub, struct page *page, const struct record *now, struct shadow **out, struct err *err)
{
	struct shadow **pending;
	size_t n;

	*out = NULL;
	if (!store_shadows_pending(hub->store, page->arena, page->partner, page->type, &pending, &n, err))
		return false;
	for (size_t i = 0; i < n && !*out && !mutant(BIND_PENDING); i++)
		if (matchable(hub, page->arena, pending[i]->entity) && carries(hub, page->arena, pending[i], now))
			*out = pending[i];
	return true;
}

static bool ask_about(struct hub *hub, struct page *page, const struct shadow *s, int64_t other, const char *kind,
	const struct match_result *why, struct err *err)
{
	BUF_AUTO struct buf evidence = { 0 };
	struct review r = {
		.kind = kind, .type = s->type, .shadow = s->id, .entity = s->entity, .other = other, .made_at = hub->now_ms,
	};
	int64_t id;

	story_link(&evidence, kind, store_model(hub->store), why);
	r.evidence = evidence.data;
	page->run.reviews++;
	store_event(hub->store, hub->now_ms, EVENT_REVIEW, s->partner, s->entity, s->id, evidence.data);
	return store_review_ask(hub->store, &r, &id, err);
}

/* An open question holds back what has not been sent yet, on both sides of it. */
static bool hold_back(struct hub *hub, struct page *page, int64_t entity, struct err *err)
{
	struct shadow **shadow;
	struct entity *e;
	size_t n;

	if (!store_entity(hub->store, page->arena, entity, &e, err))
		return false;
	if (!e)
		return true;
	return store_shadows_of(hub->store, page->arena, e->id, &shadow, &n, err) &&
		marks_update(hub, page->arena, e, shadow, n, page->partner, &page->run, err);
}

static bool place_in_doubt(struct hub *hub, struct page *page, struct shadow *s, const struct item *item,
	const struct prepared *now, int64_t other, const char *kind, const struct match_result *why, struct err *err)
{
	return place_alone(hub, page, s, item, now, err) && ask_about(hub, page, s, other, kind, why, err) &&
		hold_back(hub, page, s->entity, err) && hold_back(hub, page, other, err);
}

static bool inherit(struct hub *hub, struct page *page, const struct shadow *s, const struct like *found, struct err *err)
{
	for (size_t i = 0; i < found->nformers; i++)
		if (!store_decision_inherit(hub->store, page->arena, found->former[i]->id, s, err))
			return false;
	return true;
}

/* Somebody was entered twice for one activity: that counts once, and is no question. */
static bool place_again(struct hub *hub, struct page *page, struct shadow *s, const struct item *item,
	const struct prepared *now, const struct entity *first, const struct match_result *why, struct err *err)
{
	const struct join join = { .how = "key", .duplicates = true, .why = why };

	return place_alone(hub, page, s, item, now, err) &&
		join_merge(hub, page->arena, first->id, s->entity, &join, &page->run, err);
}

/* It is linked with one of several that it agrees with, of which nothing says that they are not the same. */
static bool meet_others(struct hub *hub, struct page *page, struct like *found, struct err *err)
{
	for (size_t i = 0; i < found->nall; i++) {
		struct entity *one, *other;

		if (found->all[i].e == found->link)
			continue;
		if (!store_entity(hub->store, page->arena, found->link->id, &one, err) ||
			!store_entity(hub->store, page->arena, found->all[i].e->id, &other, err))
			return false;
		found->all[i].why.why = "a record that was linked with the one agrees with the other as well";
		if (one && other && other->id != one->id && one->state == ENTITY_LIVE && other->state == ENTITY_LIVE &&
			!rematch_meet(hub, page->arena, one, other, &found->all[i].why, &page->run, err))
			return false;
	}
	return true;
}

static bool place_found(struct hub *hub, struct page *page, struct shadow *s, const struct item *item,
	const struct record *now, struct like *found, struct err *err)
{
	const struct prepared said = { now, found->features };
	bool doubtful;

	if (like_another_now(found)) {
		found->barred_why.why = "it agrees, and an earlier record like it was kept apart from that one";
		return place_in_doubt(hub, page, s, item, &said, found->barred->id, "match", &found->barred_why, err);
	}
	if (found->decided)
		return place_with(hub, page, s, item, now, found->decided, "decided", &found->decided_why, err);
	if (!found->link && !found->doubt)
		return place_alone(hub, page, s, item, &said, err);
	if (page->type == RECORD_PARTICIPATION && like_duplicate(found))
		return place_again(hub, page, s, item, &said, found->doubt, &found->doubt_why, err);
	if (!found->link || like_duplicate(found))
		return place_in_doubt(hub, page, s, item, &said, found->doubt->id, found->duplicate ? "duplicate" : "match",
			&found->doubt_why, err);
	if (!like_between_two(hub, page, found, &doubtful, err))
		return false;
	if (doubtful) {
		found->link_why.why = "it agrees with two records that were decided to be different";
		return place_in_doubt(hub, page, s, item, &said, found->link->id, "match", &found->link_why, err);
	}
	return place_with(hub, page, s, item, now, found->link, found->link_why.strong ? "key" : "score", &found->link_why, err) &&
		meet_others(hub, page, found, err);
}

static bool place_by_match(struct hub *hub, struct page *page, struct shadow *s, const struct item *item,
	const struct record *now, struct err *err)
{
	struct like found;

	if (!like_search(hub, page, now, &found, err))
		return false;
	if (found.pending)
		return bind(hub, page, found.pending, item, now, "content", err);
	return place_found(hub, page, s, item, now, &found, err) && (like_another_now(&found) || inherit(hub, page, s, &found, err));
}

static bool place_by_hub_id(struct hub *hub, struct page *page, struct shadow *s, const struct item *item,
	const struct record *now, struct entity *e, struct err *err)
{
	struct prepared said = { .record = now };
	struct shadow **shadow, *at;
	bool no;
	size_t n;

	if (!store_shadows_of(hub->store, page->arena, e->id, &shadow, &n, err))
		return false;
	at = marks_shadow_at(shadow, n, page->partner);
	if (at && at->state == SHADOW_PENDING && !mutant(BIND_PENDING))
		return bind(hub, page, at, item, now, "hub id", err);
	if (!like_contradicted(hub, page, now, e->id, &no, err))
		return false;
	if (no)
		return place_by_match(hub, page, s, item, now, err);
	if (!at)
		return place_with(hub, page, s, item, now, e, "hub id", NULL, err);
	/* Somebody copied a record, external id included. */
	said.features = store_features(hub->store, page->arena, now);
	return place_in_doubt(hub, page, s, item, &said, e->id, "duplicate", NULL, err);
}

bool links_place(struct hub *hub, struct page *page, struct shadow *s, const struct item *item, const struct record *now,
	struct err *err)
{
	struct entity *e = NULL;
	struct shadow *pending;
	struct uuid id;

	/* What a check of the endpoint made there is nobody's record, and is taken away again. */
	if (check_made(item->record))
		return true;
	if (item->hub_id && uuid_parse(item->hub_id, &id) &&
		!store_entity_by_hub_id(hub->store, page->arena, &id, &e, err))
		return false;
	if (e && e->type == s->type)
		return place_by_hub_id(hub, page, s, item, now, e, err);
	if (!find_pending(hub, page, now, &pending, err))
		return false;
	if (pending)
		return bind(hub, page, pending, item, now, "content", err);
	return place_by_match(hub, page, s, item, now, err);
}
