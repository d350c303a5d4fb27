/* linkage_parts.h - what the linkage*.c files share; nobody else includes it. */
#pragma once
#include "core/linkage.h"

struct linkage_value {
	uint32_t hash;
	uint16_t at;           /* in the text */
	uint8_t len;
	uint8_t first_word, words;
	uint8_t rarity;        /* -log2 of its frequency, in quarters of a bit; 0: not known */
	uint16_t holders;      /* linkage_hold(); 0: not known, as in blocks that are kept */
};

#define LINKAGE_RAREST 150
#define LINKAGE_MISTYPED '~'   /* before such a value: linkage_mistyped() */

struct linkage_word {
	uint16_t at;
	uint8_t len;
	uint8_t rarity;        /* by the logarithm of its frequency, up to LINKAGE_RAREST for what is in no table; 0: not known */
};

struct linkage_features {
	uint16_t size;                                  /* of the block */
	uint16_t text_at;
	uint8_t nvalues, nwords;
	uint8_t first[LINKAGE_FIELDS_MAX + 1];          /* values of field f: first[f] up to first[f + 1] */
	struct linkage_value value[];                   /* then the words, then the text */
};

static inline const struct linkage_word *words_of(const struct linkage_features *f)
{
	return (const struct linkage_word *)(f->value + f->nvalues);
}

static inline const char *text_of(const struct linkage_features *f)
{
	return (const char *)f + f->text_at;
}

/* Frequencies of values and words, by the hash of field and text: open addressing, hash 0 is free. */
struct linkage_frequency {
	uint64_t hash;
	float share;
	uint8_t rarity;
	char *text;            /* for printing */
};

#define LINKAGE_NEAR_MAX 12

/* How a kind of pairs looks that are near each other without being the same: one that an accountant's address makes, one that
 * a common web site makes, ... */
struct linkage_near {
	double share;                                   /* of all pairs */
	double r[LINKAGE_FIELDS_MAX][LINKAGE_LEVELS_MAX];
	double prior;                                   /* log2(share) */
	double weight[LINKAGE_FIELDS_MAX][LINKAGE_LEVELS_MAX];    /* log2(r/u) */
};

struct linkage_model {
	const struct linkage_schema *schema;
	double prior, link, review;
	struct linkage_weights {
		double m[LINKAGE_LEVELS_MAX], u[LINKAGE_LEVELS_MAX];
		double weight[LINKAGE_LEVELS_MAX];      /* log2(m/u) */
		double floor;                           /* share of a value that is in no table, 0: none is */
		uint8_t rarest;                         /* rarity of such a value */
		size_t nfrequent;
	} field[LINKAGE_FIELDS_MAX];
	struct linkage_near near[LINKAGE_NEAR_MAX];
	size_t nnear;
	struct linkage_frequency *frequency;
	size_t nfrequency, slots;                       /* slots: a power of two */
};

char *linkage_text(const char *bytes, size_t n);   /* malloc'ed; features are not NUL-terminated */
uint64_t linkage_frequency_hash(unsigned field, const char *text, size_t len);
/* Of a value, or of a word of a COMPANY; 0 if the field has no table. */
uint8_t linkage_rarity(const struct linkage_model *, unsigned field, const char *text, size_t len);
/* Before the first value of that field is added. */
void linkage_frequency_floor(struct linkage_model *, unsigned field, double share);
/* Replaces nothing: each text once. */
void linkage_frequency_add(struct linkage_model *, unsigned field, const char *text, size_t len, double share);
void linkage_weigh(struct linkage_model *);        /* weights from m and u */
void linkage_near_weigh(const struct linkage_model *, struct linkage_near *);    /* the same of one class */
bool linkage_kind_has_frequencies(enum linkage_kind);

/* The rule that makes a key of that field alone, as it is; -1: none does. */
int linkage_rule_alone(const struct linkage_schema *, unsigned field);
/* The key of that value by that rule. */
uint64_t linkage_key_alone(const struct linkage_schema *, const struct linkage_features *, int rule, const struct linkage_value *);

struct linkage_agreement {
	uint8_t level;
	uint8_t rarity;        /* of what agrees, in quarters of a bit; 0: not known */
};

struct linkage_agreement linkage_agree(const struct linkage_schema *, const struct linkage_features *,
	const struct linkage_features *, unsigned field);

/* What that adds to the score; not for LINKAGE_UNKNOWN. */
double linkage_weight(const struct linkage_model *, unsigned field, struct linkage_agreement);
/* What pairs near each other take from the score: 0 or less. */
double linkage_nearness(const struct linkage_model *, const uint8_t level[LINKAGE_FIELDS_MAX]);

/* --- training -------------------------------------------------------------------------------------------------------------- */

/* One compared pair, found under one kind of key. */
struct linkage_sample {
	struct linkage_agreement field[LINKAGE_FIELDS_MAX];
	uint32_t held;         /* fields of its key */
	uint32_t session, sessions;    /* which kind of key, and under how many this pair is found */
	bool known;            /* not the same, by a decisive field */
};

struct linkage_tally {
	double level[LINKAGE_FIELDS_MAX][LINKAGE_LEVELS_MAX];
};

void linkage_tally_add(const struct linkage_schema *, struct linkage_tally *, const struct linkage_sample *, uint32_t held,
	double share);
/* Half a pair is added to every level, so that what was not seen is rare, not impossible. */
void linkage_tally_shares(const struct linkage_schema *, struct linkage_tally *);

/*
 * The model's near classes: a mixture of kinds of pairs, each with its own shares of levels, fitted by EM. weight: how many pairs
 * a sample stands for, 0 for those that say nothing about it. parts: what the weights are of all such pairs.
 */
void linkage_near_learn(struct linkage_model *, const struct linkage_sample *, const double *weight, size_t n, double parts,
	double all);
