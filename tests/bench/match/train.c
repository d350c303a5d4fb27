/*
 * The built-in model, from a generated corpus without a look at its truth: its text on standard output. The one that is built in
 * was made by
 *
 *	tests/bench/match/run -- --companies 40000 --seed 1000 train > daemon/core/match_model.json
 */
#include "bench/match/match.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/match_train.h"
#include "support/corpus.h"

static void each(const struct options *o, uint64_t seed, struct match_trainer *trainer,
	void (*take)(struct match_trainer *, const struct record *, uint32_t source))
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct corpus corpus = { .seed = seed, .companies = o->companies };
	struct err e;

	for (uint64_t id = 0; id < o->companies; id++, arena_reset(arena)) {
		struct corpus_record of[CORPUS_RECORDS_MAX];
		const size_t n = corpus_records(&corpus, arena, id, of);

		for (size_t i = 0; i < n; i++) {
			const struct record *r = corpus_read(arena, &of[i], &e);

			if (r)
				take(trainer, r, of[i].partner);
		}
	}
}

static void count(struct match_trainer *trainer, const struct record *record, uint32_t source)
{
	(void)source;
	match_trainer_count(trainer, record);
}

/* Words are counted in another corpus than the one that is learned from: the model is for companies of neither. */
bool match_train_built_in(const struct options *o)
{
	AUTO(match_trainer_free) struct match_trainer *trainer = match_trainer_new();
	const struct match_training how = { .seed = o->seed, .version = "corpus", .made = "2026-11-23",
		.wrong_max = o->wrong_max, .ask_max = o->ask_max, .frequent = 1500 };
	struct match_trained trained;

	each(o, o->seed, trainer, count);
	each(o, o->seed + 1, trainer, match_trainer_add);

	AUTO(free) char *text = match_train(trainer, match_model_default(), &how, &trained);

	printf("%s\n", text);
	for (int t = 0; t < RECORD_TYPES; t++)
		fprintf(stderr, "%s: %zu records, %zu candidate pairs, about %.0f the same%s%s\n", record_type_name((enum record_type)t),
			trained.type[t].records, trained.type[t].candidate_pairs, trained.type[t].matches,
			trained.type[t].kept ? "; weights kept: " : "", trained.type[t].kept ? trained.type[t].kept : "");
	return true;
}
