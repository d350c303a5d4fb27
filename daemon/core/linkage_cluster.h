/*
 * linkage_cluster.h - a whole set at once: which records are the same.
 *
 * Pairs join from the best score down. Two groups join only if the pairs between them, taken together, say so: their
 * mean score must reach the threshold as well. One good pair does not chain two groups that otherwise disagree.
 */
#pragma once
#include "core/linkage_train.h"

/* group[i]: the smallest record of the group of record i. Scores from `at` on link. */
void linkage_cluster(const struct linkage_model *, const struct linkage_features *const *, size_t n,
	const struct linkage_pairs *, double at, size_t *group);
