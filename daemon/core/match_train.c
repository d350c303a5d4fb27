#include "core/match_train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/room.h"
#include "core/linkage_train.h"
#include "core/match_expect.h"
#include "core/match_parts.h"

struct set {
	struct linkage_model *model;
	struct linkage_counts *counts, *elsewhere;
	bool counted_elsewhere;
	struct linkage_features **of;
	uint32_t *source;
	size_t n, cap, sources;
};

struct match_trainer {
	struct arena *arena, *scratch;
	struct set set[RECORD_TYPES];
};

struct match_trainer *match_trainer_new(void)
{
	struct match_trainer *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	t->arena = arena_new();
	t->scratch = arena_new();
	for (int type = 0; type < RECORD_TYPES; type++) {
		t->set[type].model = linkage_model_new(&match_schema[type]);
		t->set[type].counts = linkage_counts_new(&match_schema[type]);
		t->set[type].elsewhere = linkage_counts_new(&match_schema[type]);
	}
	return t;
}

void match_trainer_free(struct match_trainer *t)
{
	if (!t)
		return;
	for (int type = 0; type < RECORD_TYPES; type++) {
		linkage_model_free(t->set[type].model);
		linkage_counts_free(t->set[type].counts);
		linkage_counts_free(t->set[type].elsewhere);
		free(t->set[type].of);
		free(t->set[type].source);
	}
	arena_free(t->arena);
	arena_free(t->scratch);
	free(t);
}

static const struct linkage_features *features_of(struct match_trainer *t, const struct record *record)
{
	struct linkage_values values;

	match_fill(t->scratch, record, &values);
	return linkage_features(t->scratch, t->set[record->type].model, &values);
}

void match_trainer_count(struct match_trainer *t, const struct record *record)
{
	t->set[record->type].counted_elsewhere = true;
	linkage_count(t->set[record->type].elsewhere, features_of(t, record));
	arena_reset(t->scratch);
}

void match_trainer_add(struct match_trainer *t, const struct record *record, uint32_t source)
{
	struct set *set = &t->set[record->type];
	const struct linkage_features *f = features_of(t, record);

	set->of = room(set->of, set->n, &set->cap, sizeof *set->of);
	set->source = room(set->source, set->n, &set->sources, sizeof *set->source);
	set->source[set->n] = source;
	linkage_count(set->counts, f);
	set->of[set->n++] = arena_copy(t->arena, f, linkage_features_size(f));
	arena_reset(t->scratch);
}

static void set_thresholds(struct set *set, enum record_type type, const struct match_training *how)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct match_features **of = arena_array(arena, const struct match_features *, set->n + 1);
	struct match_model model = {0};
	struct match_expected expected;
	double link, review;

	model.type[type] = set->model;
	for (size_t i = 0; i < set->n; i++)
		of[i] = match_with(arena, &model, type, set->of[i]);
	match_expect(&model, type, of, set->source, set->n, &expected);
	match_expected_thresholds(&expected, how->wrong_max, how->ask_max, &link, &review);
	linkage_thresholds(set->model, link, review);
	match_expected_free(&expected);
}

static const char *train(struct set *set, enum record_type type, const struct linkage_model *base, const struct match_training *how, struct match_trained_type *out)
{
	const struct linkage_training settings = {.seed = how->seed, .random_pairs = 10000000, .key_pairs = 20000,
		.block_max = LINKAGE_BLOCK_MAX, .rounds = 12};
	struct linkage_trained trained;
	struct err e;

	linkage_counted(set->model, set->counted_elsewhere ? set->elsewhere : set->counts, how->frequent);
	for (size_t i = 0; i < set->n; i++)
		linkage_rate(set->model, set->of[i]);
	linkage_hold_all(&match_schema[type], set->of, set->source, set->n);
	if (!linkage_train(set->model, (const struct linkage_features *const *)set->of, set->n, &settings, &trained, &e))
		return "too few records, or too few that are the same";
	linkage_inherit(set->model, set->counts, base);
	out->candidate_pairs = trained.candidate_pairs;
	out->matches = trained.matches;
	set_thresholds(set, type, how);
	return NULL;
}

#define FORM (JSON_INDENT(1) | JSON_REAL_PRECISION(6) | JSON_ENSURE_ASCII)

/* Another content, another version, whatever it is called. */
static void put_version(json_t *json, const char *name)
{
	AUTO(free) char *text = json_dumps(json, FORM);
	char version[64];

	if (!text)
		abort();
	snprintf(version, sizeof version, "%.50s-%08x", name, (unsigned)hash_text(text, 0));
	json_object_set_new(json, "version", json_string(version));
}

char *match_train(struct match_trainer *t, const struct match_model *base, const struct match_training *how,
	struct match_trained *out)
{
	AUTO(json_drop) json_t *json = json_object();

	*out = (struct match_trained){0};
	json_object_set_new(json, "version", json_string(how->version));
	json_object_set_new(json, "made", json_string(how->made));
	json_object_set_new(json, "settings", json_pack("{sIsfsfsI}", "seed", (json_int_t)how->seed, "wrong_max", how->wrong_max,
		"ask_max", how->ask_max, "frequent", (json_int_t)how->frequent));
	for (enum record_type type = 0; type < RECORD_TYPES; type++) {
		struct set *set = &t->set[type];
		struct match_trained_type *told = &out->type[type];

		told->records = set->n;
		told->kept = match_is_scored(type) ? train(set, type, base->type[type], how, told) : "goes by rules alone";
		json_object_set_new(json, record_type_name(type),
			linkage_model_json(told->kept ? base->type[type] : set->model));
	}
	put_version(json, how->version);
	return json_dumps(json, FORM);
}
