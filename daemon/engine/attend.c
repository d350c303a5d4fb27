/*
 * attend.c - a participation is one per partner, activity and person, whatever its people correct later.
 */
#include "core/match.h"
#include "engine/hub.h"
#include "engine/origin.h"

enum { CANDIDATES_MAX = 24 };

bool attend_elsewhere(const struct entity *e, struct shadow *const *shadow, size_t n, int partner)
{
	for (size_t i = 0; i < n; i++)
		if (shadow[i]->partner == partner)
			return false;
	return e->type == RECORD_PARTICIPATION;
}

static bool same_thing(struct hub *hub, struct arena *arena, const struct record *a, const struct record *b)
{
	struct match_result why;

	match_compare(store_model(hub->store), store_features(hub->store, arena, a), store_features(hub->store, arena, b), &why);
	return why.verdict == MATCH_LINK;
}

/* One that stood aside as the same, and is not any more. */
static bool part(struct hub *hub, struct arena *arena, const struct entity *e, struct shadow *const *shadow, size_t n,
	struct tally *tally, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct record says;
		int64_t fresh;

		if (!shadow_aside(shadow[i]))
			continue;
		shadow_record(shadow[i], &says);
		if (!same_thing(hub, arena, &says, e->golden) &&
			!join_split(hub, arena, &shadow[i]->id, 1, ORIGIN_NAME, &fresh, tally, err))
			return false;
	}
	return true;
}

static bool at_one_of(struct shadow *const *a, size_t na, struct shadow *const *b, size_t nb)
{
	for (size_t i = 0; i < na; i++)
		for (size_t k = 0; k < nb; k++)
			if (a[i]->partner == b[k]->partner && a[i]->state == SHADOW_LIVE && b[k]->state == SHADOW_LIVE)
				return true;
	return false;
}

static bool is_being_made(struct shadow *const *at, size_t n, int partner)
{
	const struct shadow *s = marks_shadow_at(at, n, partner);

	return s && s->state == SHADOW_PENDING;
}

/* A partner of both is being given one of the two: what becomes of that has to be known first. */
static bool not_yet(struct shadow *const *a, size_t na, struct shadow *const *b, size_t nb)
{
	for (size_t i = 0; i < na; i++)
		if (marks_shadow_at(b, nb, a[i]->partner) &&
			(is_being_made(a, na, a[i]->partner) || is_being_made(b, nb, a[i]->partner)))
			return true;
	return false;
}

/* One that is the same now, and was another. */
static bool join(struct hub *hub, struct arena *arena, const struct entity *e, struct shadow *const *shadow, size_t n,
	struct tally *tally, struct err *err)
{
	const struct join how = { .how = "key", .duplicates = true };
	uint64_t key[MATCH_KEYS_MAX];
	const size_t nkeys = match_keys(store_features(hub->store, arena, e->golden), key);
	int64_t *id;
	size_t found;

	if (!store_candidates(hub->store, arena, NULL, key, nkeys, CANDIDATES_MAX, &id, &found, err))
		return false;
	for (size_t i = 0; i < found; i++) {
		struct shadow **theirs;
		struct entity *other;
		size_t ntheirs;

		if (!store_entity(hub->store, arena, id[i], &other, err))
			return false;
		if (!other || other->id == e->id || other->type != e->type || other->state != ENTITY_LIVE)
			continue;
		if (!store_shadows_of(hub->store, arena, other->id, &theirs, &ntheirs, err))
			return false;
		if (at_one_of(shadow, n, theirs, ntheirs) && !not_yet(shadow, n, theirs, ntheirs) &&
			same_thing(hub, arena, e->golden, other->golden))
			return join_merge(hub, arena, e->id, other->id, &how, tally, err);
	}
	return true;
}

bool attend_again(struct hub *hub, struct arena *arena, struct entity *e, struct tally *tally, struct err *err)
{
	struct shadow **shadow;
	size_t n;

	return store_shadows_of(hub->store, arena, e->id, &shadow, &n, err) && part(hub, arena, e, shadow, n, tally, err) &&
		join(hub, arena, e, shadow, n, tally, err);
}

bool attend_settled(struct hub *hub, struct arena *arena, int64_t entity, struct tally *tally, struct err *err)
{
	struct entity *e;

	return store_entity(hub->store, arena, entity, &e, err) &&
		(!e || e->type != RECORD_PARTICIPATION || e->state != ENTITY_LIVE || attend_again(hub, arena, e, tally, err));
}
