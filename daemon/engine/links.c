/*
 * links.c - which partner's record belongs to which entity. Links are sets, not edits: contributions stay with their
 * shadows, so that a split gives back exactly what was there.
 */
#include <stdio.h>
#include <string.h>

#include "base/mutant.h"
#include "core/match.h"
#include "engine/reconcile.h"
#include "engine/story.h"

enum { CANDIDATES_MAX = 24 };

/* --- first sight ---------------------------------------------------------------------------------------------------- */

static void see(struct hub *hub, struct page *page, struct shadow *s, const struct item *item, const struct record *now,
	struct buf *seen)
{
	struct image_source source;
	struct observation o;

	s->state = SHADOW_LIVE;
	s->version = item->version;
	s->hash = record_hash(item->record);
	observe(page->arena, s, now, marks_images(&source, hub, page->arena, s), store_seq(hub->store) + 1, &o);
	buf_adds(seen, "{\"values\":");
	story_fields(seen, now, ~UINT64_C(0));
	buf_addc(seen, '}');
}

static bool place_alone(struct hub *hub, struct page *page, struct shadow *s, const struct item *item,
	const struct record *now, struct err *err)
{
	BUF_AUTO struct buf seen = { 0 };

	see(hub, page, s, item, now, &seen);
	return decide_new(hub, page->arena, s, seen.data, &page->run, err) &&
		reconcile_placed(hub, page, s, err);
}

static bool place_with(struct hub *hub, struct page *page, struct shadow *s, const struct item *item,
	const struct record *now, struct entity *e, const char *how, const struct match_result *why, struct err *err)
{
	BUF_AUTO struct buf seen = { 0 }, link = { 0 };

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
	return decide_entity(hub, page->arena, e, s->partner, &page->run, err) && reconcile_placed(hub, page, s, err);
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
		marks_referring(hub, page->arena, pending->entity, page->partner, &page->run, err);
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
	const struct record *now, int64_t other, const char *kind, const struct match_result *why, struct err *err)
{
	return place_alone(hub, page, s, item, now, err) && ask_about(hub, page, s, other, kind, why, err) &&
		hold_back(hub, page, s->entity, err) && hold_back(hub, page, other, err);
}

struct found {
	struct entity *link, *doubt;       /* to be linked with; to be asked about */
	struct shadow *pending;            /* the link's, if the hub is creating it there */
	bool duplicate;                    /* doubt: the partner has another record of that entity */
	struct match_result link_why, doubt_why;
};

static bool search(struct hub *hub, struct page *page, const struct record *now, struct found *out, struct err *err)
{
	uint64_t key[MATCH_KEYS_MAX];
	const struct match_model *model = store_model(hub->store);
	const struct match_features *sought = match_prepare(page->arena, model, now);
	size_t nkeys = match_keys(sought, key), n;
	int64_t *id;

	*out = (struct found){ 0 };
	if (!store_candidates(hub->store, page->arena, page->type, key, nkeys, CANDIDATES_MAX, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct match_result why;
		struct shadow **shadow, *at;
		struct entity *e;
		size_t count;

		if (!store_entity(hub->store, page->arena, id[i], &e, err))
			return false;
		if (!e || e->type != page->type || (mutant(TOMBSTONES) && e->state == ENTITY_DELETED))
			continue;
		match_compare(model, sought, match_prepare(page->arena, model, e->golden), &why);
		if (why.verdict == MATCH_NEW)
			continue;
		if (!store_shadows_of(hub->store, page->arena, e->id, &shadow, &count, err))
			return false;
		at = mutant(ONE_PER_PARTNER) ? NULL : marks_shadow_at(shadow, count, page->partner);
		if (why.verdict == MATCH_LINK && (!at || at->state == SHADOW_PENDING)) {
			if (!out->link || why.score > out->link_why.score) {
				out->link = e;
				out->link_why = why;
				out->pending = at;
			}
		} else if (!out->doubt || why.score > out->doubt_why.score) {
			out->doubt = e;
			out->doubt_why = why;
			out->duplicate = at != NULL;
		}
	}
	return true;
}

static bool place_by_match(struct hub *hub, struct page *page, struct shadow *s, const struct item *item,
	const struct record *now, struct err *err)
{
	struct found found;

	if (!search(hub, page, now, &found, err))
		return false;
	if (found.pending)
		return bind(hub, page, found.pending, item, now, "content", err);
	if (found.link)
		return place_with(hub, page, s, item, now, found.link, found.link_why.strong ? "key" : "score",
			&found.link_why, err);
	if (found.doubt)
		return place_in_doubt(hub, page, s, item, now, found.doubt->id, found.duplicate ? "duplicate" : "match",
			&found.doubt_why, err);
	return place_alone(hub, page, s, item, now, err);
}

bool links_place(struct hub *hub, struct page *page, struct shadow *s, const struct item *item, const struct record *now,
	struct err *err)
{
	struct entity *e = NULL;
	struct shadow **shadow, *at, *pending;
	struct uuid id;
	size_t n;

	if (item->hub_id && uuid_parse(item->hub_id, &id) &&
		!store_entity_by_hub_id(hub->store, page->arena, &id, &e, err))
		return false;
	if (e && e->type == s->type) {
		if (!store_shadows_of(hub->store, page->arena, e->id, &shadow, &n, err))
			return false;
		at = marks_shadow_at(shadow, n, page->partner);
		if (at && at->state == SHADOW_PENDING && !mutant(BIND_PENDING))
			return bind(hub, page, at, item, now, "hub id", err);
		if (!at)
			return place_with(hub, page, s, item, now, e, "hub id", NULL, err);
		/* Somebody copied a record, external id included. */
		return place_in_doubt(hub, page, s, item, now, e->id, "duplicate", NULL, err);
	}
	if (!find_pending(hub, page, now, &pending, err))
		return false;
	if (pending)
		return bind(hub, page, pending, item, now, "content", err);
	return place_by_match(hub, page, s, item, now, err);
}

/* --- joining and parting ----------------------------------------------------------------------------------------------- */

static bool move(struct hub *hub, struct shadow *s, int64_t entity, enum event_kind kind, const char *data, struct err *err)
{
	store_event(hub->store, hub->now_ms, kind, s->partner, s->entity, s->id, data);
	s->entity = entity;
	return store_shadow_save(hub->store, s, err);
}

/* A partner's second record in one entity could not be told apart when writing back. */
static bool joinable(struct shadow *const *a, size_t na, struct shadow *const *b, size_t nb)
{
	for (size_t i = 0; i < na; i++)
		for (size_t j = 0; j < nb; j++)
			if (a[i]->partner == b[j]->partner && a[i]->state != SHADOW_DEAD && b[j]->state != SHADOW_DEAD &&
				a[i]->state != SHADOW_ALIAS && b[j]->state != SHADOW_ALIAS)
				return false;
	return true;
}

bool links_merge(struct hub *hub, struct arena *arena, int64_t a, int64_t b, const char *how, struct tally *tally,
	struct err *err)
{
	BUF_AUTO struct buf data = { 0 };
	struct shadow **of_a, **of_b;
	struct entity *older, *newer;
	size_t na, nb;

	if (!store_entity(hub->store, arena, a < b ? a : b, &older, err) ||
		!store_entity(hub->store, arena, a < b ? b : a, &newer, err))
		return false;
	if (!older || !newer)
		return err_set(err, ERR_ITEM, "one of the two records is not there any more");
	if (older->id == newer->id)
		return true;
	if (older->type != newer->type)
		return err_set(err, ERR_ITEM, "the two records are of different types");
	if (!store_shadows_of(hub->store, arena, older->id, &of_a, &na, err) ||
		!store_shadows_of(hub->store, arena, newer->id, &of_b, &nb, err))
		return false;
	if (!joinable(of_a, na, of_b, nb))
		return err_set(err, ERR_ITEM, "a partner has a record in each of the two: merge them at that partner first");
	buf_addf(&data, "{\"how\":\"%s\",\"from\":%lld,\"into\":%lld}", how, (long long)newer->id, (long long)older->id);
	for (size_t i = 0; i < nb; i++)
		if (!move(hub, of_b[i], older->id, EVENT_LINK, data.data, err))
			return false;
	store_event(hub->store, hub->now_ms, EVENT_MERGE, 0, older->id, 0, data.data);
	if (newer->state == ENTITY_LIVE && !decide_state(hub, arena, older, ENTITY_LIVE, err))
		return false;
	newer->into = older->id;
	if (!decide_state(hub, arena, newer, ENTITY_MERGED, err))
		return false;
	return store_outbox_forget(hub->store, newer->id, err) && decide_entity(hub, arena, older, 0, tally, err) &&
		marks_referring(hub, arena, newer->id, 0, tally, err);
}

/* What that shadow refers to by one hub id, it refers to by another; whether there was any. */
static bool turn(struct hub *hub, struct arena *arena, struct shadow *s, const char *from, const char *to)
{
	const unsigned n = field_count(s->type);
	bool any = false;

	for (unsigned f = 0; f < n; f++) {
		const char **ref[] = { &s->cell[f].base, &s->cell[f].own };

		for (size_t i = 0; field_at(s->type, f)->kind == VALUE_REF && i < 2; i++)
			if (*ref[i] && !strcmp(store_ref_follow(hub->store, arena, *ref[i]), from)) {
				*ref[i] = to;
				any = true;
			}
	}
	return any;
}

static bool turn_all(struct hub *hub, struct arena *arena, int partner, struct entity *e, const char *from, const char *to,
	struct tally *tally, struct err *err)
{
	struct shadow **shadow;
	bool any = false;
	size_t n;

	if (!store_shadows_of(hub->store, arena, e->id, &shadow, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (shadow[i]->partner != partner || !turn(hub, arena, shadow[i], from, to))
			continue;
		any = true;
		if (!store_shadow_save(hub->store, shadow[i], err))
			return false;
	}
	return !any || decide_entity(hub, arena, e, 0, tally, err);
}

/* The partner's key stands for another record now: what its records refer to by that key follows. */
static bool refer_anew(struct hub *hub, struct arena *arena, int partner, const struct entity *old,
	const struct entity *fresh, struct tally *tally, struct err *err)
{
	char from[UUID_TEXT_MAX], to[UUID_TEXT_MAX];
	int64_t *id;
	size_t n;

	uuid_format(&old->hub_id, from);
	uuid_format(&fresh->hub_id, to);
	if (!store_referring(hub->store, arena, old->id, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct entity *e;

		if (!store_entity(hub->store, arena, id[i], &e, err) ||
			(e && !turn_all(hub, arena, partner, e, from, to, tally, err)))
			return false;
	}
	return true;
}

bool links_split(struct hub *hub, struct arena *arena, int64_t shadow, const char *by, struct tally *tally, struct err *err)
{
	BUF_AUTO struct buf data = { 0 };
	struct shadow *s, **rest;
	struct entity *old, fresh;
	size_t n;

	if (!store_shadow(hub->store, arena, shadow, &s, err))
		return false;
	if (!s || !s->entity)
		return err_set(err, ERR_ITEM, "no such link");
	if (!store_entity(hub->store, arena, s->entity, &old, err) ||
		!store_shadows_of(hub->store, arena, s->entity, &rest, &n, err))
		return false;
	if (!old || n < 2)
		return err_set(err, ERR_ITEM, "the record has no other links: there is nothing to split");
	for (size_t i = 0; i < n; i++)
		if (rest[i]->id != s->id && !store_cannot_link(hub->store, s->id, rest[i]->id, err))
			return false;
	fresh = (struct entity){
		.hub_id = hub_uuid(hub), .type = s->type, .golden = record_new(arena, s->type), .changed = store_seq(hub->store) + 1,
		.origin = s->partner,
	};
	/* Empty at first, so that the decision tells all that it says. */
	if (!store_entity_save(hub->store, arena, &fresh, err))
		return false;
	buf_adds(&data, "{\"by\":");
	buf_add_json(&data, by);
	buf_addf(&data, ",\"from\":%lld,\"into\":%lld}", (long long)old->id, (long long)fresh.id);
	return move(hub, s, fresh.id, EVENT_UNLINK, data.data, err) && decide_entity(hub, arena, &fresh, 0, tally, err) &&
		decide_entity(hub, arena, old, 0, tally, err) &&
		refer_anew(hub, arena, s->partner, old, &fresh, tally, err);
}

static bool forbid(struct hub *hub, struct arena *arena, int64_t shadow, int64_t entity, struct err *err)
{
	struct shadow **other;
	size_t n;

	if (!store_shadows_of(hub->store, arena, entity, &other, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (other[i]->id != shadow && !store_cannot_link(hub->store, shadow, other[i]->id, err))
			return false;
	return true;
}

/* Settling a question may make the record shareable: its marks are looked at again. */
static bool decide_again(struct hub *hub, struct arena *arena, int64_t entity, struct tally *tally, struct err *err)
{
	struct entity *e;

	if (!store_entity(hub->store, arena, entity, &e, err))
		return false;
	if (!e)
		return true;
	e->held = 0;
	return decide_entity(hub, arena, e, 0, tally, err);
}

bool links_review(struct hub *hub, struct arena *arena, int64_t review, bool accept, const char *by, struct tally *tally,
	struct err *err)
{
	BUF_AUTO struct buf data = { 0 };
	struct review *r;

	if (!store_review(hub->store, arena, review, &r, err))
		return false;
	if (!r || strcmp(r->state, "open"))
		return err_set(err, ERR_ITEM, "no open review %lld", (long long)review);
	buf_addf(&data, "{\"review\":%lld,\"kind\":\"%s\",\"decision\":\"%s\",\"by\":", (long long)review, r->kind,
		accept ? "accepted" : "rejected");
	buf_add_json(&data, by);
	buf_addc(&data, '}');
	if (!store_review_decide(hub->store, review, accept ? "accepted" : "rejected", by, hub->now_ms, err))
		return false;
	store_event(hub->store, hub->now_ms, EVENT_REVIEW, 0, r->entity, r->shadow, data.data);
	if (accept && r->other)
		return links_merge(hub, arena, r->entity, r->other, "manual", tally, err);
	if (!accept && r->other && !forbid(hub, arena, r->shadow, r->other, err))
		return false;
	return decide_again(hub, arena, r->entity, tally, err) &&
		(!r->other || decide_again(hub, arena, r->other, tally, err));
}
