/*
 * match_expect.h - what a model expects of a set of records, without labels: how many pairs it would link from which score on, how
 * many of those rightly, and how many of the same it would leave apart.
 *
 * Of pairs that share a key (core/linkage_train.h); of those that no rule holds apart, and of two sources. What keeps the hub from
 * linking besides - one record per partner, what others agree with, people - makes the links that it makes righter than expected.
 */
#pragma once
#include "core/match.h"

struct match_expected {
	size_t records, pairs;     /* pairs: compared */
	double same;               /* of them the same, as expected */
	double *link, *ask;        /* scores of those that the rules would link, and of those they would ask about; highest first */
	size_t links, asks;
};

/* source[i]: whose the record is, any number. */
void match_expect(const struct match_model *, enum record_type, const struct match_features *const *, const uint32_t *source,
	size_t n, struct match_expected *out);
/* Before: as many have each value (match_held()) as had it when the records came, were they to come one after the other. */
void match_expect_in_turn(enum record_type, struct match_features *const *, const uint32_t *source, size_t n);
void match_expected_free(struct match_expected *);

struct match_outlook {
	double link, review;       /* the thresholds asked about */
	size_t linked;
	double precision, recall;  /* of these links, among candidate pairs */
	size_t asked;              /* pairs: questions, were each pair one */
};

void match_expected_at(const struct match_expected *, double link, double review, struct match_outlook *out);

/*
 * Thresholds so that of all links at most that share is expected to be wrong, and none that is hardly likelier right than wrong; and
 * so that about at most that share of the records is asked.
 */
void match_expected_thresholds(
	const struct match_expected *, double wrong_max, double ask_max, double *link, double *review);
