/*
 * match_train.h - a model from records, without labels (core/linkage_train.h). Same records, settings and seed, same model.
 */
#pragma once
#include "core/match.h"

struct match_trainer;

struct match_trainer *match_trainer_new(void);
void match_trainer_free(struct match_trainer *);
AUTO_DEFINE(struct match_trainer, match_trainer_free)
/* Records as partners have them, not golden ones: golden records are one each already. source: whose it is, any number; two of
 * one source are never linked. */
void match_trainer_add(struct match_trainer *, const struct record *, uint32_t source);
/* How frequent values are is counted in these, where the model is for other records than those it is trained on: a word that is
 * frequent in these only is rare elsewhere. Without any, in those that are added. */
void match_trainer_count(struct match_trainer *, const struct record *);

struct match_training {
	uint64_t seed;
	const char *version, *made;    /* version: its beginning, eight digits of the content follow; made: a date, for people */
	/* Thresholds: the share of automatic links that the model expects to be wrong, and of records to be asked about. */
	double wrong_max, ask_max;
	size_t frequent;               /* texts per field whose frequency is kept, at most */
};

struct match_trained {
	struct match_trained_type {
		size_t records, candidate_pairs;
		double matches;            /* expected */
		const char *kept;          /* why the base model's weights stay, static text; NULL: these are new */
	} type[RECORD_TYPES];
};

/* The model file's text, malloc'ed. Of types with too few records, and of those that go by rules alone, the weights of
 * `base` stay. */
char *match_train(struct match_trainer *, const struct match_model *base, const struct match_training *,
	struct match_trained *);
