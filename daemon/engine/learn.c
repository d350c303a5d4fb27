#include "engine/learn.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/room.h"
#include "core/match_expect.h"
#include "core/match_train.h"

enum { PAGE = 500, FREQUENT = 1500 };

/* --- what partners' people entered --------------------------------------------------------------------------- */

typedef void take_said(void *ctx, const struct record *, const struct shadow *);

static bool by_people(const struct shadow *s)
{
	for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++)
		if (s->cell[f].own)
			return true;
	return false;
}

static bool each_of(struct store *store, struct arena *arena, int64_t entity, take_said *take, void *ctx, struct err *err)
{
	struct shadow **shadow;
	struct record said;
	size_t n;

	if (!store_shadows_of(store, arena, entity, &shadow, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (shadow[i]->state != SHADOW_LIVE || !by_people(shadow[i]))
			continue;
		merge_said(arena, shadow[i], &said);
		take(ctx, &said, shadow[i]);
	}
	return true;
}

static bool page(struct store *store, int64_t *after, take_said *take, void *ctx, struct err *err)
{
	AUTO(arena_free) struct arena *ids = arena_new(), *arena = arena_new();
	int64_t *id;
	size_t n;

	if (!store_entities(store, ids, *after, 0, PAGE, &id, &n, err))
		return false;
	for (size_t i = 0; i < n; i++, arena_reset(arena))
		if (!each_of(store, arena, id[i], take, ctx, err))
			return false;
	*after = n < PAGE ? 0 : id[n - 1];
	return true;
}

static bool each(struct store *store, take_said *take, void *ctx, struct err *err)
{
	int64_t after = 0;

	do {
		if (!store_begin(store, err) || !store_end(store, page(store, &after, take, ctx, err), err))
			return false;
	} while (after);
	return true;
}

/* --- a model -------------------------------------------------------------------------------------------------- */

static void train_on(void *ctx, const struct record *record, const struct shadow *s)
{
	match_trainer_add(ctx, record, (uint32_t)s->partner);
}

static json_t *told_of(const struct match_model *model, const struct match_trained *trained)
{
	json_t *types = json_array();

	for (enum record_type t = 0; t < RECORD_TYPES; t++) {
		const struct match_trained_type *of = &trained->type[t];

		json_array_append_new(types, json_pack("{ss,sI,sI,sf,sf,sf,ss?}", "type", record_type_name(t), "records",
			(json_int_t)of->records, "pairs", (json_int_t)of->candidate_pairs, "same", of->matches, "link",
			match_link_at(model, t), "review", match_review_at(model, t), "kept", of->kept));
	}
	return json_pack("{ss,so}", "version", match_model_version(model), "types", types);
}

char *learn_model(struct store *store, const struct learning *how, json_t **told, struct err *err)
{
	AUTO(match_trainer_free) struct match_trainer *trainer = match_trainer_new();
	AUTO(match_model_free) struct match_model *model = NULL;
	struct match_training training = { .seed = how->seed, .version = how->name, .made = how->made, .wrong_max = how->wrong_max,
		.ask_max = how->ask_max, .frequent = FREQUENT };
	struct match_trained trained;
	AUTO(free) char *text = NULL;

	if (!each(store, train_on, trainer, err))
		return NULL;
	text = match_train(trainer, store_model(store), &training, &trained);
	model = match_model_read(text, strlen(text), err);
	if (!model)
		return NULL;
	*told = told_of(model, &trained);
	return steal(text);
}

/* --- a report ------------------------------------------------------------------------------------------------- */

struct known {
	int64_t shadow;
	const struct match_features *features;
};

struct gathered {
	struct arena *arena, *scratch;
	const struct match_model *model;
	struct set {
		struct match_features **of;
		uint32_t *source;
		size_t n, cap, sources;
	} set[RECORD_TYPES];
	struct known *known;       /* by shadow */
	size_t n, cap;
};

static void gather(void *ctx, const struct record *record, const struct shadow *s)
{
	struct gathered *g = ctx;
	struct set *set = &g->set[record->type];
	const struct match_features *taken = match_prepare(g->scratch, g->model, record);
	struct match_features *kept = arena_copy(g->arena, taken, match_features_size(taken));

	arena_reset(g->scratch);
	set->of = room(set->of, set->n, &set->cap, sizeof *set->of);
	set->source = room(set->source, set->n, &set->sources, sizeof *set->source);
	g->known = room(g->known, g->n, &g->cap, sizeof *g->known);
	set->of[set->n] = kept;
	set->source[set->n++] = (uint32_t)s->partner;
	g->known[g->n++] = (struct known){ s->id, kept };
}

static int by_shadow(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return x->shadow < y->shadow ? -1 : x->shadow > y->shadow;
}

static const struct match_features *find(const struct gathered *g, int64_t shadow)
{
	const struct known *found = bsearch(&(struct known){ .shadow = shadow }, g->known, g->n, sizeof *g->known, by_shadow);

	return found ? found->features : NULL;
}

/* One pair that people decided about. */
struct judged {
	enum record_type type;
	double score;
	bool same;
};

static bool judge(struct store *store, struct gathered *g, struct judged **out, size_t *n, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct decided *d;
	size_t all, cap = 0;

	*out = NULL;
	*n = 0;
	if (!store_begin(store, err) || !store_end(store, store_decisions_all(store, arena, &d, &all, err), err))
		return false;
	for (size_t i = 0; i < all; i++) {
		const struct match_features *a = find(g, d[i].shadow), *b = find(g, d[i].other);
		struct match_result r;

		if (!a || !b || match_features_type(a) != match_features_type(b))
			continue;
		match_compare(g->model, a, b, &r);
		*out = room(*out, *n, &cap, sizeof **out);
		(*out)[(*n)++] = (struct judged){ match_features_type(a), r.score, d[i].decision == DECISION_SAME };
	}
	return true;
}

static json_t *threshold(const struct match_expected *e, enum record_type type, double link, double at, const struct judged *judged,
	size_t n)
{
	struct match_outlook linked, asked;
	json_int_t one = 0, two = 0;

	match_expected_at(e, at, at, &linked);
	match_expected_at(e, link, at < link ? at : link, &asked);
	for (size_t i = 0; i < n; i++)
		if (judged[i].type == type && judged[i].score >= at) {
			one += judged[i].same;
			two += !judged[i].same;
		}
	return json_pack("{sf,sI,sf,sf,sI,sI,sI}", "at", at, "linked", (json_int_t)linked.linked, "precision", linked.precision, "recall",
		linked.recall, "asked", (json_int_t)asked.asked, "one", one, "two", two);
}

static json_t *type_report(const struct gathered *g, enum record_type type, const struct judged *judged, size_t n)
{
	static const double steps[] = { 16, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1, -2, -4, -6 };
	const double link = match_link_at(g->model, type), review = match_review_at(g->model, type);
	json_t *rows = json_array();
	struct match_expected expected;
	double before = 1e9;

	match_expect(g->model, type, (const struct match_features *const *)g->set[type].of, g->set[type].source, g->set[type].n, &expected);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		const double own[] = { link, review };

		for (size_t k = 0; k < 2; k++)
			if (own[k] < before && own[k] > steps[i] && (!k || review < link))
				json_array_append_new(rows, threshold(&expected, type, link, own[k], judged, n));
		json_array_append_new(rows, threshold(&expected, type, link, steps[i], judged, n));
		before = steps[i];
	}
	json_t *out = json_pack("{ss,sI,sI,sf,sf,so}", "type", record_type_name(type), "records", (json_int_t)g->set[type].n, "pairs",
		(json_int_t)expected.pairs, "link", link, "review", review, "thresholds", rows);

	match_expected_free(&expected);
	return out;
}

json_t *learn_report(struct store *store, const struct match_model *model, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new(), *scratch = arena_new();
	struct gathered g = { .arena = arena, .scratch = scratch, .model = model };
	struct judged *judged = NULL;
	json_t *types = NULL;
	size_t n;

	if (each(store, gather, &g, err)) {
		for (enum record_type t = 0; t < RECORD_TYPES; t++)
			match_expect_in_turn(t, g.set[t].of, g.set[t].source, g.set[t].n);
		if (g.n)
			qsort(g.known, g.n, sizeof *g.known, by_shadow);
		if (judge(store, &g, &judged, &n, err)) {
			types = json_array();
			for (enum record_type t = 0; t < RECORD_TYPES; t++)
				if (match_is_scored(t))
					json_array_append_new(types, type_report(&g, t, judged, n));
		}
	}
	for (int t = 0; t < RECORD_TYPES; t++) {
		free(g.set[t].of);
		free(g.set[t].source);
	}
	free(g.known);
	free(judged);
	return types ? json_pack("{ss,so}", "model", match_model_version(model), "types", types) : NULL;
}
