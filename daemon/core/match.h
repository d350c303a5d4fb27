/*
 * match.h - whether two records are the same company, person, referral or participation.
 *
 * A record is prepared once: what of it is compared, folded and compact. From that come the keys under which it is
 * looked up in the store's index, and the verdict on one candidate, with what each field added to it. Precision comes
 * first: what is doubtful is for a human.
 */
#pragma once
#include "core/record.h"

/* --- the model: weights and thresholds, trained elsewhere, pinned by a version ------------------------------- */

struct match_model;

/* Built in; lives as long as the program. */
const struct match_model *match_model_default(void);
/* A model file's text. NULL and ERR_BROKEN, naming the member, if it is no model. */
struct match_model *match_model_read(const char *json, size_t n, struct err *);
void match_model_free(struct match_model *);
AUTO_DEFINE(struct match_model, match_model_free)
/* Recorded with every link, and with every key: a model of another version makes its keys anew. */
const char *match_model_version(const struct match_model *);

/* Scores from here on are linked; scores from here on are asked about. */
double match_link_at(const struct match_model *, enum record_type);
double match_review_at(const struct match_model *, enum record_type);
/* Referrals and participations are the same by rule. */
bool match_is_scored(enum record_type);

/* --- one record ----------------------------------------------------------------------------------------------- */

#define MATCH_KEYS_MAX 32

struct match_features;

/* What of a record is compared, in the arena: one block without pointers, to be kept beside the record. References in
 * the record are hub ids. */
const struct match_features *match_prepare(struct arena *, const struct match_model *, const struct record *);
/* Whether both would be prepared alike: sure if yes. */
bool match_same_said(const struct record *, const struct record *);
size_t match_features_size(const struct match_features *);
enum record_type match_features_type(const struct match_features *);
/* The block read back; NULL if it is none, or was prepared with another model. bytes are aligned for uint32_t. */
const struct match_features *match_features_at(const struct match_model *, const void *bytes, size_t n);
/* Hashes of (type, kind of key, folded value), each once. Returns how many. */
size_t match_keys(const struct match_features *, uint64_t key[MATCH_KEYS_MAX]);
/* Names how keys are made, for who keeps them: they are to be made again under another name. In the model. */
const char *match_keys_version(const struct match_model *);

/* The same, but that of what those of a group have in common, as a web site, it is known how many have it. They are asked by key;
 * 0: not known. To be compared only: how many there are changes. */
typedef unsigned match_holders(void *ctx, uint64_t key);
const struct match_features *match_held(struct arena *, const struct match_features *, match_holders *, void *ctx);

/* If neither is 0 and they differ, match_compare() of the two says MATCH_NEW, whatever else they say. */
uint32_t match_decisive(const struct match_features *);

/* --- two records ---------------------------------------------------------------------------------------------- */

#define MATCH_EVIDENCE_MAX 16

enum match_verdict { MATCH_NEW, MATCH_REVIEW, MATCH_LINK };

struct match_evidence {
	const char *field;    /* record field or key, static text */
	const char *level;    /* "same", "close", "different", static text */
	double weight;        /* what it added to the score, in bits */
};

struct match_result {
	enum match_verdict verdict;
	bool strong;          /* by a strong key, not by score */
	double prior;         /* where the score began: how rare it is that a candidate is the same */
	double score;         /* prior and all weights, in bits: the binary logarithm of the odds that they are the same */
	double link_at, review_at;   /* scores from which on it would be linked, or asked about */
	struct match_evidence evidence[MATCH_EVIDENCE_MAX];
	size_t n;
	const char *why;      /* one sentence without values, static text */
};

/* Both were prepared with that model, and are of one type. */
void match_compare(const struct match_model *, const struct match_features *a, const struct match_features *b,
	struct match_result *out);

/* One of those that a record was compared with. */
struct match_rival {
	const struct match_features *features;
	uint64_t sources;                 /* who has it, as bits: two that one source has are not the same */
	struct match_result *result;      /* of the comparison with the record */
};

/*
 * A record is one of them at most. Where several agree with it that are not the same among each other, as branches do that share
 * a web site and a name, each is the less likely for that: its score and verdict are of all of them together.
 */
void match_contest(const struct match_model *, const struct match_rival *, size_t n);
