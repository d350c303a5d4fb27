#include "engine/like.h"

#include <string.h>

#include "base/mutant.h"
#include "core/merge.h"

/* --- by what is compared ------------------------------------------------------------------------------------- */

static bool is_likelier(const struct match_result *a, const struct match_result *b)
{
	return a->verdict != b->verdict ? a->verdict > b->verdict : a->score > b->score;
}

static struct alike *alike_of(struct alike *out, size_t n, int64_t entity)
{
	for (size_t i = 0; i < n; i++)
		if (out[i].entity == entity)
			return &out[i];
	return NULL;
}

/* A record is like one that became part of that entity. */
static bool like_former(struct hub *hub, struct arena *arena, const struct match_features *said, const struct candidate *former,
	struct match_result *why, struct alike *out, size_t *n, struct err *err)
{
	const uint32_t number = match_decisive(said);
	struct alike *known = alike_of(out, *n, former->entity);
	struct candidate now;
	uint32_t other;

	if (!store_candidate(hub->store, arena, former->entity, &now, err))
		return false;
	other = now.features ? match_decisive(now.features) : 0;
	why->why = "it agrees with a record that became part of this one";
	if (number && other && number != other) {
		why->verdict = MATCH_REVIEW;
		why->why = "it agrees with a record that became part of this one, which has another number by now";
	}
	if (known && !is_likelier(why, &known->why))
		return true;
	*(known ? known : &out[(*n)++]) = (struct alike){ former->entity, former->features, *why };
	return true;
}

bool like_entities(struct hub *hub, struct arena *arena, const struct match_features *said, const uint64_t *key, size_t nkeys,
	int64_t self, struct alike out[ALIKE_MAX], size_t *n, struct tally *tally, struct err *err)
{
	const enum record_type type = match_features_type(said);
	bool formers = type != RECORD_PARTICIPATION;
	size_t found;
	int64_t *id;

	*n = 0;
	if (!store_candidates(hub->store, arena, said, key, nkeys, ALIKE_MAX, &id, &found, err) ||
		(found && !store_held(hub->store, arena, said, self, &said, err)))
		return false;
	for (size_t i = 0; i < found; i++) {
		struct match_result why;
		struct candidate c;

		if (!store_candidate(hub->store, arena, id[i], &c, err))
			return false;
		if (!c.features || c.entity == self || match_features_type(c.features) != type || (c.entity != id[i] && !formers))
			continue;
		match_compare(store_model(hub->store), said, c.features, &why);
		tally->compared++;
		if (why.verdict == MATCH_NEW && (why.strong || c.entity != id[i] || !match_is_scored(type)))
			continue;
		if (c.entity != id[i]) {
			if (!like_former(hub, arena, said, &c, &why, out, n, err))
				return false;
			continue;
		}
		formers = formers && why.verdict != MATCH_LINK;
		out[(*n)++] = (struct alike){ c.entity, c.features, why };
	}
	return true;
}

/* --- a record seen for the first time ------------------------------------------------------------------------- */

struct sought {
	const struct match_model *model;
	const struct match_features *features;
	const struct match_features *held;    /* the same by store_held(); NULL: not asked for yet */
	uint64_t key[MATCH_KEYS_MAX];
	size_t nkeys;
};

static bool place_free(struct hub *hub, struct page *page, int64_t entity, struct entity **out, struct err *err)
{
	struct shadow **shadow;
	size_t n;

	*out = NULL;
	if (!store_entity(hub->store, page->arena, entity, out, err))
		return false;
	if (!*out)
		return true;
	if (!store_shadows_of(hub->store, page->arena, (*out)->id, &shadow, &n, err))
		return false;
	if (marks_shadow_at(shadow, n, page->partner))
		*out = NULL;
	return true;
}

/* What it said there in the end, or what its people had entered, whichever is more like it. */
static void resembles(struct hub *hub, struct page *page, const struct sought *x, const struct shadow *former, struct match_result *why)
{
	struct record in_the_end, said;
	struct match_result other;

	shadow_record(former, &in_the_end);
	merge_said(page->arena, former, &said);
	match_compare(x->model, x->features, store_features(hub->store, page->arena, &in_the_end), why);
	match_compare(x->model, x->features, store_features(hub->store, page->arena, &said), &other);
	if (other.verdict > why->verdict || (other.verdict == why->verdict && other.score > why->score))
		*why = other;
}

/* A record that was deleted and entered anew has another key: it is known by what it says. */
static bool find_formers(struct hub *hub, struct page *page, const struct sought *x, struct like *out, struct err *err)
{
	struct shadow **like;
	size_t n;

	if (!store_decided_like(hub->store, page->arena, page->partner, x->key, x->nkeys, FORMERS_MAX, &like, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct match_result why;
		struct entity *e;

		resembles(hub, page, x, like[i], &why);
		if (why.verdict == MATCH_NEW)
			continue;
		if (!out->nformers || why.score > out->resemblance)
			out->resemblance = why.score;
		out->former[out->nformers++] = like[i];
		if (why.verdict != MATCH_LINK || (out->decided && why.score <= out->decided_why.score))
			continue;
		if (!place_free(hub, page, like[i]->entity, &e, err))
			return false;
		if (e) {
			out->decided = e;
			out->decided_why = why;
		}
	}
	return true;
}

static bool forbidden(struct hub *hub, const struct like *found, int64_t entity)
{
	for (size_t i = 0; i < found->nformers; i++)
		if (store_forbidden(hub->store, found->former[i]->id, entity))
			return true;
	return false;
}

static void propose(struct like *out, struct entity *e, const struct match_result *why, bool duplicate)
{
	if (out->doubt && why->score <= out->doubt_why.score)
		return;
	out->doubt = e;
	out->doubt_why = *why;
	out->duplicate = duplicate;
}

struct compared {
	struct entity *e;
	struct shadow **shadow;
	size_t nshadows;
	struct match_result why;
	uint64_t sources;
};

/*
 * The likelier one. Of two that one partner has twice, of which either could be meant, the one that more partners have: the
 * records of one company would end in two entities otherwise, some here and some there.
 */
static bool is_better(const struct compared *c, const struct like *than)
{
	const int here = __builtin_popcountll(c->sources), there = __builtin_popcountll(than->link_sources);

	if (c->sources & than->link_sources && here != there)
		return here > there;
	return c->why.score > than->link_why.score;
}

static void consider(const struct compared *c, int partner, struct like *out)
{
	struct entity *e = c->e;
	const struct match_result *why = &c->why;
	struct shadow *at;

	if (attend_elsewhere(e, c->shadow, c->nshadows, partner))
		return;
	at = mutant(ONE_PER_PARTNER) ? NULL : marks_shadow_at(c->shadow, c->nshadows, partner);
	if (why->verdict != MATCH_LINK || (at && at->state != SHADOW_PENDING)) {
		/* A partner seldom has one company twice: what would be doubtful elsewhere is not asked about there, unless
		 * the number is the same. The one may be gone, and the other entered anew. */
		if (why->verdict == MATCH_LINK || why->strong || !at)
			propose(out, e, why, at != NULL);
		return;
	}
	if (out->nall < LINKS_MAX) {
		out->all[out->nall].e = e;
		out->all[out->nall++].why = *why;
	}
	if (!out->link || is_better(c, out)) {
		out->link = e;
		out->link_sources = c->sources;
		out->link_why = *why;
		out->pending = at;
	}
}

static void bar(struct like *out, struct entity *e, const struct match_result *why)
{
	if (out->barred && why->score <= out->barred_why.score)
		return;
	out->barred = e;
	out->barred_why = *why;
}

bool like_another_now(const struct like *found)
{
	return found->barred && found->barred_why.score > found->resemblance;
}

uint32_t like_number(struct hub *hub, struct arena *arena, const struct shadow *s)
{
	struct record said;

	if (s->state != SHADOW_LIVE)
		return 0;
	shadow_record(s, &said);
	return match_decisive(store_features(hub->store, arena, &said));
}

bool like_numbers_differ(struct hub *hub, struct arena *arena, struct shadow *const *shadow, size_t n, uint32_t number)
{
	for (size_t i = 0; i < n; i++) {
		const uint32_t other = like_number(hub, arena, shadow[i]);

		if (number && other && number != other)
			return true;
	}
	return false;
}

/*
 * An entity says what its records agreed on. One of them may be called otherwise, or be elsewhere, and be the very one that this
 * is: what is doubtful of the entity, or more than that, is sure of that record.
 */
static bool like_member(struct hub *hub, struct page *page, struct sought *x, struct compared *c, struct err *err)
{
	struct match_result best = c->why;

	if (c->why.verdict == MATCH_LINK || c->why.strong || c->nshadows < 2)
		return true;
	if (!x->held && !store_held(hub->store, page->arena, x->features, 0, &x->held, err))
		return false;
	for (size_t i = 0; i < c->nshadows; i++) {
		struct record said;
		struct match_result why;

		if (c->shadow[i]->state != SHADOW_LIVE)
			continue;
		shadow_record(c->shadow[i], &said);
		match_compare(x->model, x->held, store_features(hub->store, page->arena, &said), &why);
		if (why.verdict == MATCH_LINK && is_likelier(&why, &best))
			best = why;
	}
	c->why = best;
	return true;
}

/* Who has it. What the page's own partner has is another record than the one that is looked for: apart from every other. */
static uint64_t sources(const struct compared *c, int partner)
{
	uint64_t out = 0;

	for (size_t i = 0; i < c->nshadows; i++)
		if (c->shadow[i]->state == SHADOW_LIVE)
			out |= UINT64_C(1) << (c->shadow[i]->partner & 63);
	return marks_shadow_at(c->shadow, c->nshadows, partner) ? ~UINT64_C(0) : out;
}

bool like_search(struct hub *hub, struct page *page, const struct record *now, struct like *out, struct err *err)
{
	struct sought x = { .model = store_model(hub->store) };
	struct compared compared[ALIKE_MAX];
	struct match_rival rival[ALIKE_MAX];
	struct alike alike[ALIKE_MAX];
	size_t n, agree = 0;
	uint32_t number;

	*out = (struct like){ 0 };
	out->features = x.features = store_features(hub->store, page->arena, now);
	x.nkeys = match_keys(x.features, x.key);
	number = match_decisive(x.features);
	if (!find_formers(hub, page, &x, out, err) ||
		!like_entities(hub, page->arena, x.features, x.key, x.nkeys, 0, alike, &n, &page->run, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct compared *one = &compared[agree];

		one->why = alike[i].why;
		if (!store_entity(hub->store, page->arena, alike[i].entity, &one->e, err))
			return false;
		if (!one->e || (mutant(TOMBSTONES) && one->e->state == ENTITY_DELETED))
			continue;
		if (!store_shadows_of(hub->store, page->arena, one->e->id, &one->shadow, &one->nshadows, err))
			return false;
		/* What it says last may be a number that is mistyped, which hides that of one of its records. */
		if (number && !match_decisive(alike[i].features) &&
			like_numbers_differ(hub, page->arena, one->shadow, one->nshadows, number))
			continue;
		one->sources = sources(one, page->partner);
		if (!like_member(hub, page, &x, one, err))
			return false;
		rival[agree++] = (struct match_rival){ alike[i].features, one->sources, &one->why };
	}
	if (agree > 1)
		match_contest(x.model, rival, agree);
	for (size_t i = 0; i < agree; i++) {
		if (compared[i].why.verdict == MATCH_NEW)
			continue;
		if (forbidden(hub, out, compared[i].e->id))
			bar(out, compared[i].e, &compared[i].why);
		else
			consider(&compared[i], page->partner, out);
	}
	return true;
}

bool like_between_two(struct hub *hub, struct page *page, const struct like *found, bool *yes, struct err *err)
{
	struct shadow **shadow;
	size_t n;

	*yes = false;
	if (!store_shadows_of(hub->store, page->arena, found->link->id, &shadow, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < found->nall; k++)
			*yes |= store_forbidden(hub->store, shadow[i]->id, found->all[k].e->id);
	return true;
}

bool like_contradicted(struct hub *hub, struct page *page, const struct record *now, int64_t entity, bool *yes,
	struct err *err)
{
	struct sought x = { .model = store_model(hub->store) };
	struct like found = { 0 };

	x.features = store_features(hub->store, page->arena, now);
	x.nkeys = match_keys(x.features, x.key);
	*yes = false;
	if (!find_formers(hub, page, &x, &found, err))
		return false;
	*yes = forbidden(hub, &found, entity);
	return true;
}

bool like_duplicate(const struct like *found)
{
	return found->duplicate && found->doubt_why.verdict == MATCH_LINK &&
	       (!found->link || found->doubt_why.score >= found->link_why.score);
}
