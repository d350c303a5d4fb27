/*
 * rematch.c - a record that says something new may be one that the hub holds apart.
 *
 * Only keys that it did not have before are looked up, so that an edit that changes nothing about who it is costs
 * nothing. What people decided stands. Two records are joined without a question only if one of them is known at a single
 * partner, so that no chain of links grows behind anybody's back.
 */
#include <string.h>

#include "engine/like.h"
#include "engine/story.h"

struct rematch {
	struct hub *hub;
	struct arena *arena;
	const struct match_model *model;
	const struct match_features *features;
	struct entity *e;
	struct shadow **shadow;
	size_t n;
	struct tally *tally;
};

static bool has(const uint64_t *key, size_t n, uint64_t wanted)
{
	for (size_t i = 0; i < n; i++)
		if (key[i] == wanted)
			return true;
	return false;
}

/* The keys it has now and did not have. */
static size_t new_keys(struct rematch *r, const struct record *before, uint64_t key[MATCH_KEYS_MAX])
{
	uint64_t old[MATCH_KEYS_MAX], now[MATCH_KEYS_MAX];
	const size_t nold = match_keys(store_features(r->hub->store, r->arena, before), old), nnow = match_keys(r->features, now);
	size_t n = 0;

	for (size_t i = 0; i < nnow; i++)
		if (!has(old, nold, now[i]))
			key[n++] = now[i];
	return n;
}

static unsigned partners(struct shadow *const *shadow, size_t n)
{
	unsigned count = 0;

	for (size_t i = 0; i < n; i++) {
		bool seen = shadow[i]->state != SHADOW_LIVE;

		for (size_t k = 0; k < i && !seen; k++)
			seen = shadow[k]->state == SHADOW_LIVE && shadow[k]->partner == shadow[i]->partner;
		count += !seen;
	}
	return count;
}

static bool kept_apart(struct rematch *r, int64_t other)
{
	for (size_t i = 0; i < r->n; i++)
		if (store_forbidden(r->hub->store, r->shadow[i]->id, other))
			return true;
	return false;
}

/* The later of two records that one partner has, one in each; NULL: none has. */
static const struct shadow *duplicate(struct rematch *r, struct shadow *const *other, size_t n)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct shadow *mine = r->shadow[i], *theirs = marks_shadow_at(other, n, mine->partner);

		if (theirs && marks_shadow_at(r->shadow, r->n, mine->partner) == mine)
			return mine->id > theirs->id ? mine : theirs;
	}
	return NULL;
}

static const struct shadow *latest(struct shadow *const *shadow, size_t n)
{
	const struct shadow *found = NULL;

	for (size_t i = 0; i < n; i++)
		if (shadow[i]->state == SHADOW_LIVE)
			found = shadow[i];
	return found;
}

static bool ask(struct rematch *r, const char *kind, const struct shadow *s, int64_t other, const struct match_result *why,
	struct err *err)
{
	BUF_AUTO struct buf evidence = { 0 };
	struct review review = {
		.kind = kind, .type = r->e->type, .shadow = s->id, .entity = s->entity, .other = other, .made_at = r->hub->now_ms,
	};
	int64_t id;

	if (store_review_between(r->hub->store, s->entity, other))
		return true;
	story_link(&evidence, kind, r->model, why);
	review.evidence = evidence.data;
	r->tally->reviews++;
	store_event(r->hub->store, r->hub->now_ms, EVENT_REVIEW, s->partner, s->entity, s->id, evidence.data);
	return store_review_ask(r->hub->store, &review, &id, err);
}

static bool join(struct rematch *r, int64_t other, const struct match_result *why, struct err *err)
{
	const struct join join = { .how = why->strong ? "key" : "score", .why = why };

	r->tally->linked++;
	return join_merge(r->hub, r->arena, r->e->id, other, &join, r->tally, err);
}

static bool numbers_differ(struct rematch *r, struct shadow *const *theirs, size_t n)
{
	for (size_t i = 0; i < r->n; i++)
		if (like_numbers_differ(r->hub, r->arena, theirs, n, like_number(r->hub, r->arena, r->shadow[i])))
			return true;
	return false;
}

static bool several_each(struct rematch *r, struct shadow *const *theirs, size_t n)
{
	return partners(r->shadow, r->n) > 1 && partners(theirs, n) > 1;
}

/* The question that there is about the two, if there is one. It holds back what has not been sent yet, on both sides. */
static bool pose(struct rematch *r, const struct entity *other, struct shadow *const *theirs, size_t n,
	const struct match_result *why, struct err *err)
{
	const struct shadow *twice = duplicate(r, theirs, n), *asked = twice ? twice : latest(r->shadow, r->n);
	const char *kind = twice ? "duplicate" : several_each(r, theirs, n) ? "chain" : "match";

	if (!asked || asked->state != SHADOW_LIVE || !latest(theirs, n))
		return true;
	return ask(r, kind, asked, asked->entity == r->e->id ? other->id : r->e->id, why, err) &&
	       marks_update(r->hub, r->arena, r->e, r->shadow, r->n, 0, r->tally, err) &&
	       marks_update(r->hub, r->arena, other, theirs, n, 0, r->tally, err);
}

/* *joined: it is another entity now, and there is nothing more to look for. */
static bool meet(struct rematch *r, struct entity *other, const struct match_result *why, bool *joined, struct err *err)
{
	struct shadow **theirs;
	struct err busy = { 0 };
	size_t n;

	if (kept_apart(r, other->id))
		return true;
	if (!store_shadows_of(r->hub->store, r->arena, other->id, &theirs, &n, err))
		return false;
	*joined = why->verdict == MATCH_LINK && !duplicate(r, theirs, n) && latest(r->shadow, r->n) && latest(theirs, n) &&
		  !several_each(r, theirs, n) && !numbers_differ(r, theirs, n) && join_settled(r->hub, r->arena, r->e->id, &busy) &&
		  join_settled(r->hub, r->arena, other->id, &busy);
	return *joined ? join(r, other->id, why, err) : pose(r, other, theirs, n, why, err);
}

bool rematch_ask(struct hub *hub, struct arena *arena, struct entity *e, struct entity *other, const struct match_model *model,
	const struct match_result *why, struct tally *tally, struct err *err)
{
	struct rematch r = { .hub = hub, .arena = arena, .e = e, .tally = tally, .model = model };
	struct shadow **theirs;
	size_t n;

	if (!store_shadows_of(hub->store, arena, e->id, &r.shadow, &r.n, err))
		return false;
	return kept_apart(&r, other->id) ||
	       (store_shadows_of(hub->store, arena, other->id, &theirs, &n, err) && pose(&r, other, theirs, n, why, err));
}

bool rematch_meet(struct hub *hub, struct arena *arena, struct entity *e, struct entity *other, const struct match_result *why,
	struct tally *tally, struct err *err)
{
	struct rematch r = { .hub = hub, .arena = arena, .e = e, .tally = tally, .model = store_model(hub->store) };
	struct match_result between;
	bool joined = false;

	match_compare(r.model, store_features(hub->store, arena, e->golden), store_features(hub->store, arena, other->golden), &between);
	if (between.verdict == MATCH_NEW && between.strong)
		return rematch_ask(hub, arena, e, other, r.model, why, tally, err);
	return store_shadows_of(hub->store, arena, e->id, &r.shadow, &r.n, err) && meet(&r, other, why, &joined, err);
}

bool rematch(struct hub *hub, struct arena *arena, struct entity *e, const struct record *before, struct tally *tally,
	struct err *err)
{
	struct rematch r = { .hub = hub, .arena = arena, .e = e, .tally = tally, .model = store_model(hub->store) };
	uint64_t key[MATCH_KEYS_MAX];
	struct alike alike[ALIKE_MAX];
	bool joined = false;
	size_t nkeys, n;

	if (e->state != ENTITY_LIVE)
		return true;
	if (e->type == RECORD_PARTICIPATION)
		return attend_again(hub, arena, e, tally, err);
	r.features = store_features(hub->store, arena, e->golden);
	nkeys = new_keys(&r, before, key);
	if (!nkeys)
		return true;
	if (!store_shadows_of(hub->store, arena, e->id, &r.shadow, &r.n, err) ||
		!like_entities(hub, arena, r.features, key, nkeys, e->id, alike, &n, tally, err))
		return false;
	for (size_t i = 0; i < n && !joined; i++) {
		struct entity *other;

		if (alike[i].why.verdict == MATCH_NEW)
			continue;
		if (!store_entity(hub->store, arena, alike[i].entity, &other, err) ||
			(other && other->state == ENTITY_LIVE && !meet(&r, other, &alike[i].why, &joined, err)))
			return false;
	}
	return true;
}

bool rematch_replaced(struct hub *hub, struct arena *arena, const char *old, const char *new, const char *by,
	struct tally *tally, struct err *err)
{
	const struct record nothing = { .type = RECORD_ORGANIZATION };
	BUF_AUTO struct buf data = { 0 };
	int64_t *id;
	size_t n;

	if (!store_replace(hub->store, arena, old, new, by, hub->now_ms, &id, &n, err))
		return false;
	buf_addf(&data, "{\"what\":\"match replaced\",\"old\":\"%s\",\"new\":\"%s\",\"by\":", old, new);
	buf_add_json(&data, by);
	buf_addc(&data, '}');
	store_event(hub->store, hub->now_ms, EVENT_ADMIN, 0, 0, 0, data.data);
	for (size_t i = 0; i < n; i++) {
		struct entity *e;

		if (!store_entity(hub->store, arena, id[i], &e, err) || (e && !rematch(hub, arena, e, &nothing, tally, err)))
			return false;
	}
	return true;
}
