#include "core/match_train.h"

#include <stdlib.h>
#include <string.h>

#include "base/room.h"
#include "core/linkage_train.h"
#include "core/match_parts.h"

struct set {
	struct linkage_model *model;
	struct linkage_counts *counts;
	struct linkage_features **of;
	size_t n, cap;
};

struct match_trainer {
	struct arena *arena, *scratch;
	struct set set[RECORD_TYPES];
};

/* Referrals and participations are the same by rule. */
static bool is_scored(enum record_type type)
{
	return type == RECORD_ORGANIZATION || type == RECORD_CONTACT;
}

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
		free(t->set[type].of);
	}
	arena_free(t->arena);
	arena_free(t->scratch);
	free(t);
}

void match_trainer_add(struct match_trainer *t, const struct record *record)
{
	struct set *set = &t->set[record->type];
	struct linkage_values values;
	const struct linkage_features *f;

	set->of = room(set->of, set->n, &set->cap, sizeof *set->of);
	match_fill(t->scratch, record, &values);
	f = linkage_features(t->scratch, set->model, &values);
	linkage_count(set->counts, f);
	set->of[set->n++] = arena_copy(t->arena, f, linkage_features_size(f));
	arena_reset(t->scratch);
}

/* --- thresholds, from what the model expects ------------------------------------------------------------------------------ */

static int highest_first(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x > y ? -1 : x < y;
}

static void set_thresholds(struct set *set, const struct match_training *how)
{
	AUTO(linkage_pairs_free) struct linkage_pairs *pairs = linkage_pairs(
		linkage_schema_of(set->model), (const struct linkage_features *const *)set->of, set->n, LINKAGE_BLOCK_MAX);
	AUTO(free) double *score = calloc(pairs->n + 1, sizeof *score);
	size_t n = 0, at = 0, asked = 0;
	double wrong = 0, link = 0, review;

	if (!score)
		abort();
	for (size_t i = 0; i < pairs->n; i++) {
		const struct linkage_pair *p = &pairs->pair[i];
		struct linkage_result r;

		if (i && p->a == p[-1].a && p->b == p[-1].b)
			continue;
		linkage_compare(set->model, set->of[p->a], set->of[p->b], &r);
		score[n++] = r.score;
	}
	qsort(score, n, sizeof *score, highest_first);
	/* Down to where one more link is as likely wrong as is allowed of all: stricter than their mean. */
	while (at < n && (wrong = 1 - linkage_share(score[at])) <= how->wrong_max)
		at++;
	link = at ? score[at - 1] : 0;
	while (at + asked < n && (double)asked < how->ask_max * (double)set->n && score[at + asked] > link - 12)
		asked++;
	review = at + asked && at + asked < n ? score[at + asked] : link;
	linkage_thresholds(set->model, link, review < link ? review : link);
}

static const char *train(struct set *set, const struct linkage_model *base, const struct match_training *how, struct match_trained_type *out)
{
	const struct linkage_training settings = {.seed = how->seed, .random_pairs = 2000000, .key_pairs = 20000,
		.block_max = LINKAGE_BLOCK_MAX, .rounds = 12};
	struct linkage_trained trained;
	struct err e;

	linkage_counted(set->model, set->counts, how->frequent);
	for (size_t i = 0; i < set->n; i++)
		linkage_rate(set->model, set->of[i]);
	if (!linkage_train(set->model, (const struct linkage_features *const *)set->of, set->n, &settings, &trained, &e))
		return "too few records, or too few that are the same";
	linkage_inherit(set->model, set->counts, base);
	out->candidate_pairs = trained.candidate_pairs;
	out->matches = trained.matches;
	set_thresholds(set, how);
	return NULL;
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
		told->kept = is_scored(type) ? train(set, base->type[type], how, told) : "goes by rules alone";
		json_object_set_new(json, record_type_name(type),
			linkage_model_json(told->kept ? base->type[type] : set->model));
	}
	return json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(6) | JSON_ENSURE_ASCII);
}
