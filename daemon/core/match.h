/*
 * match.h - whether two records are the same company, person, referral or participation.
 *
 * Two calls, so that a better matcher can take their place: the keys under which a record is looked up in the
 * store's index, and the verdict on one candidate. Precision comes first: what is doubtful is for a human.
 */
#pragma once
#include "core/record.h"

#define MATCH_KEYS_MAX 32
#define MATCH_EVIDENCE_MAX 12

/* Hashes of (type, kind of key, folded value). Returns how many. References in the record are hub ids. */
size_t match_keys(struct arena *, const struct record *, uint64_t key[MATCH_KEYS_MAX]);

enum match_verdict { MATCH_NEW, MATCH_REVIEW, MATCH_LINK };

struct match_evidence {
	const char *field;    /* record field or key, static text */
	const char *level;    /* "same", "close", "different", static text */
	double weight;        /* what it added to the score */
};

struct match_result {
	enum match_verdict verdict;
	bool strong;          /* by a strong key, not by score */
	double score;
	struct match_evidence evidence[MATCH_EVIDENCE_MAX];
	size_t n;
	const char *why;      /* one sentence without values, static text */
};

#define MATCH_MODEL "rules-1"   /* recorded with every link */

void match_score(struct arena *, const struct record *a, const struct record *b, struct match_result *out);

/* Jaro-Winkler similarity, 0..1, of two folded texts; at most 64 code points of each count. */
double match_similarity(const char *a, const char *b);
