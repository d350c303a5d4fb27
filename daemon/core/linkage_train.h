/*
 * linkage_train.h - weights without labels, deterministic from a seed.
 *
 * Frequencies are counted over all records; that of a word is the one that it has where it is commonest. u comes from
 * random pairs, from which likely matches are weighed out. m comes from EM over candidate pairs; the fields of the key
 * under which a pair was found do not take part for it, since they agree by selection (one session per kind of key, one
 * m for all sessions).
 */
#pragma once
#include "core/linkage.h"

struct linkage_pair {
	uint32_t a, b;      /* a < b */
	uint32_t fields;    /* of the key that found it */
};

struct linkage_pairs {
	struct linkage_pair *pair;
	size_t n;
};

void linkage_pairs_free(struct linkage_pairs *);
AUTO_DEFINE(struct linkage_pairs, linkage_pairs_free)

/* Pairs of records that share a key which at most block_max of them have: sorted, each once per kind of key. */
struct linkage_pairs *linkage_pairs(
	const struct linkage_schema *, const struct linkage_features *const *, size_t n, size_t block_max);

/* Every record is counted once, then the model gets its tables: features taken afterwards know how rare values are. */
struct linkage_counts;

struct linkage_counts *linkage_counts_new(const struct linkage_schema *);
void linkage_counts_free(struct linkage_counts *);
AUTO_DEFINE(struct linkage_counts, linkage_counts_free)
void linkage_count(struct linkage_counts *, const struct linkage_features *);
void linkage_counted(struct linkage_model *, const struct linkage_counts *, size_t frequent_max);
/* Fields of which not one value was counted get the weights of another model of that schema. */
void linkage_inherit(struct linkage_model *, const struct linkage_counts *, const struct linkage_model *from);
/* Looks up again how rare its values are, after the model has learned that. */
void linkage_rate(const struct linkage_model *, struct linkage_features *);

/*
 * How many had such a value before each record came, were they to come one after the other, in an order of chance. There are no
 * answers to who is one: as many as are told apart by a decisive field, or as one source has.
 */
void linkage_hold_all(const struct linkage_schema *, struct linkage_features *const *, const uint32_t *source, size_t n);

#define LINKAGE_BLOCK_MAX 30   /* records under one key; a key that more share tells little */

struct linkage_training {
	uint64_t seed;
	size_t random_pairs;    /* at most, for u */
	size_t key_pairs;       /* at most, of one kind of key, for m */
	size_t block_max;
	unsigned rounds;        /* of EM */
};

struct linkage_trained {
	size_t random_pairs, candidate_pairs, sessions;
	double matches;         /* expected among all pairs */
};

/* Sets m, u, weights and prior. False if there is too little to learn from: ERR_ITEM. */
bool linkage_train(struct linkage_model *, const struct linkage_features *const *, size_t n,
	const struct linkage_training *, struct linkage_trained *, struct err *);
