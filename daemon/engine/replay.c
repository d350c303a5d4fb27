#include "engine/replay.h"

#include <string.h>

#include "core/merge.h"
#include "engine/story.h"

enum { CANDIDATES_MAX = 24 };
enum difference { WOULD_LINK, WOULD_ASK, WOULD_PART, WOULD_DOUBT };
static const char *const names[] = { "link", "ask", "part", "doubt" };

struct look {
	struct hub *hub;
	struct replay *replay;
	struct arena *arena;
	struct entity *e;
	struct shadow **shadow;
	size_t n;
	const struct match_features *features;
};

static void note(struct look *l, enum difference d, json_t *row)
{
	json_t *list = json_object_get(l->replay->found, names[d]);

	if (l->replay->n[d]++ < l->replay->limit)
		json_array_append_new(list, row);
	else
		json_decref(row);
}

static const char *name_of(const struct record *golden)
{
	for (unsigned f = 0; f < field_count(golden->type); f++)
		if (golden->v[f] && *golden->v[f] && field_at(golden->type, f)->kind == VALUE_TEXT)
			return golden->v[f];
	return "";
}

/* --- links that are there ------------------------------------------------------------------------------------ */

static bool by_people(const struct shadow *s)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (s->cell[f].own)
			return true;
	return false;
}

static bool decided(struct look *l, const struct shadow *s, bool *yes, struct err *err)
{
	struct decided *d;
	size_t n;

	*yes = false;
	if (!store_decisions(l->hub->store, l->arena, s->id, l->e->id, &d, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		*yes |= d[i].decision == DECISION_SAME;
	return true;
}

static bool ask_to_part(struct look *l, const struct shadow *s, const struct match_result *why, struct err *err)
{
	BUF_AUTO struct buf evidence = { 0 };
	struct review r = {
		.kind = "apart", .type = l->e->type, .shadow = s->id, .entity = l->e->id, .made_at = l->hub->now_ms,
	};
	int64_t id;

	if (!l->replay->ask || store_review_open(l->hub->store, r.kind, s->id, l->e->id))
		return true;
	story_link(&evidence, r.kind, l->replay->model, why);
	r.evidence = evidence.data;
	l->replay->tally.reviews++;
	store_event(l->hub->store, l->hub->now_ms, EVENT_REVIEW, s->partner, l->e->id, s->id, evidence.data);
	return store_review_ask(l->hub->store, &r, &id, err);
}

static bool was_in(const struct former *former, size_t n, int64_t entity)
{
	for (size_t i = 0; i < n; i++)
		if (former[i].entity == entity)
			return true;
	return false;
}

/* *yes: it came for the sake of something that became part of that entity, and that it was no part of itself. */
static bool came_for_former(struct look *l, int64_t entity, const struct shadow *s, const struct match_features *said, bool *yes,
	struct err *err)
{
	struct former *former;
	size_t n, nformers;
	int64_t *id;

	if (!store_formers(l->hub->store, l->arena, s->id, &former, &nformers, err) ||
		!store_entity_aliases(l->hub->store, l->arena, entity, &id, &n, err))
		return false;
	for (size_t i = 0; i < n && !*yes; i++) {
		struct match_result why = { 0 };
		struct entity *part;

		if (!store_entity_itself(l->hub->store, l->arena, id[i], &part, err))
			return false;
		if (part && !was_in(former, nformers, part->id))
			match_compare(l->replay->model, said,
				store_features_by(l->hub->store, l->replay->model, l->arena, part->golden), &why);
		*yes = why.verdict == MATCH_LINK;
		if (!*yes && !came_for_former(l, id[i], s, said, yes, err))
			return false;
	}
	return true;
}

/* Each against what the record was before it came, as far as that is still known. */
static bool look_at_link(struct look *l, struct shadow **earlier, size_t nearlier, const struct shadow *s, struct err *err)
{
	const struct hub_partner *p = hub_partner(l->hub, s->partner);
	struct record *was = record_new(l->arena, l->e->type), *said = record_new(l->arena, l->e->type);
	const struct match_features *features;
	uint64_t held, key[MATCH_KEYS_MAX];
	struct match_result why;
	char id[UUID_TEXT_MAX];
	bool stands, for_former = false;

	if (!decided(l, s, &stands, err))
		return false;
	l->replay->links++;
	merge_said(l->arena, s, said);
	features = store_features_by(l->hub->store, l->replay->model, l->arena, said);
	/* What the hub made there, and to which people added nothing that says who it is, is what it was made for. */
	if (stands || !match_keys(features, key))
		return true;
	if (!store_held(l->hub->store, l->arena, features, 0, &features, err))
		return false;
	decide_fold(l->hub, l->arena, l->e, earlier, nearlier, was, &held, NULL);
	match_compare(l->replay->model, features,
		store_features_by(l->hub->store, l->replay->model, l->arena, was), &why);
	if (why.verdict != MATCH_LINK && !came_for_former(l, l->e->id, s, features, &for_former, err))
		return false;
	if (why.verdict == MATCH_LINK || for_former)
		return true;
	note(l, why.verdict == MATCH_NEW ? WOULD_PART : WOULD_DOUBT, json_pack("{ss,ss,ss,ss,sf,ss}", "record",
		uuid_format(&l->e->hub_id, id), "name", name_of(l->e->golden), "partner", p ? p->config->id : "", "key", s->key,
		"score", why.score, "why", why.why));
	return ask_to_part(l, s, &why, err);
}

static bool look_at_links(struct look *l, struct err *err)
{
	struct shadow **people = arena_array(l->arena, struct shadow *, l->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if ((l->shadow[i]->state != SHADOW_LIVE && l->shadow[i]->state != SHADOW_DEAD) || !by_people(l->shadow[i]))
			continue;
		if (n && !look_at_link(l, people, n, l->shadow[i], err))
			return false;
		people[n++] = l->shadow[i];
	}
	return true;
}

/* --- links that are not ------------------------------------------------------------------------------------------ */

static bool kept_apart(struct look *l, int64_t other)
{
	for (size_t i = 0; i < l->n; i++)
		if (store_forbidden(l->hub->store, l->shadow[i]->id, other))
			return true;
	return false;
}

static bool look_at_other(struct look *l, struct entity *other, const struct match_result *why, struct err *err)
{
	char id[UUID_TEXT_MAX], other_id[UUID_TEXT_MAX];

	if (kept_apart(l, other->id) || store_review_between(l->hub->store, l->e->id, other->id))
		return true;
	note(l, why->verdict == MATCH_LINK ? WOULD_LINK : WOULD_ASK, json_pack("{ss,ss,ss,ss,sf,ss}", "record",
		uuid_format(&l->e->hub_id, id), "name", name_of(l->e->golden), "other", uuid_format(&other->hub_id, other_id),
		"other_name", name_of(other->golden), "score", why->score, "why", why->why));
	return !l->replay->ask || rematch_ask(l->hub, l->arena, l->e, other, l->replay->model, why, &l->replay->tally, err);
}

/* Each pair once: with those that came later. */
static bool look_at_others(struct look *l, struct err *err)
{
	uint64_t key[MATCH_KEYS_MAX];
	const size_t nkeys = match_keys(store_features(l->hub->store, l->arena, l->e->golden), key);
	int64_t *id;
	size_t n;

	if (!store_candidates(l->hub->store, l->arena, NULL, key, nkeys, CANDIDATES_MAX, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct match_result why;
		struct entity *other;

		if (id[i] <= l->e->id)
			continue;
		if (!store_entity(l->hub->store, l->arena, id[i], &other, err))
			return false;
		/* Names that were given up are for who comes; two that are there were looked at when they came. */
		if (!other || other->id != id[i] || other->type != l->e->type || other->state != ENTITY_LIVE)
			continue;
		match_compare(l->replay->model, l->features,
			store_features_by(l->hub->store, l->replay->model, l->arena, other->golden), &why);
		if (why.verdict != MATCH_NEW && !look_at_other(l, other, &why, err))
			return false;
	}
	return true;
}

/* --- all of them ------------------------------------------------------------------------------------------------- */

static bool look(struct hub *hub, struct replay *r, struct arena *arena, int64_t entity, struct err *err)
{
	struct look l = { .hub = hub, .replay = r, .arena = arena };

	if (!store_entity(hub->store, arena, entity, &l.e, err))
		return false;
	if (!l.e || l.e->state != ENTITY_LIVE)
		return true;
	if (!store_shadows_of(hub->store, arena, l.e->id, &l.shadow, &l.n, err))
		return false;
	r->records++;
	l.features = store_features_by(hub->store, r->model, arena, l.e->golden);
	return store_held(hub->store, arena, l.features, l.e->id, &l.features, err) && look_at_links(&l, err) && look_at_others(&l, err);
}

static bool look_at_page(struct hub *hub, struct replay *r, struct err *err)
{
	AUTO(arena_free) struct arena *ids = arena_new(), *arena = arena_new();
	int64_t *id;
	size_t n;

	if (!store_entities(hub->store, ids, r->after, 0, REPLAY_PAGE, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!look(hub, r, arena, id[i], err))
			return false;
		arena_reset(arena);
	}
	r->after = n < REPLAY_PAGE ? 0 : id[n - 1];
	return true;
}

bool replay_page(struct hub *hub, struct replay *r, struct err *err)
{
	if (!r->found)
		r->found = json_pack("{s[],s[],s[],s[]}", "link", "ask", "part", "doubt");
	return store_begin(hub->store, err) && store_end(hub->store, look_at_page(hub, r, err), err);
}

json_t *replay_result(struct hub *hub, const struct replay *r)
{
	json_t *out = json_pack("{ss,ss,sI,sI,sI,sI,sI,sI,sb,sI}", "model", match_model_version(r->model), "now",
		match_model_version(store_model(hub->store)), "records", (json_int_t)r->records, "links", (json_int_t)r->links,
		"would_link", (json_int_t)r->n[WOULD_LINK], "would_ask", (json_int_t)r->n[WOULD_ASK], "would_part",
		(json_int_t)r->n[WOULD_PART], "would_doubt", (json_int_t)r->n[WOULD_DOUBT], "applied", r->ask, "asked",
		(json_int_t)r->tally.reviews);

	json_object_update(out, r->found);
	return out;
}
