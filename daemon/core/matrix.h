/*
 * matrix.h - referrals partner by partner: what was sent, how it was answered, who owes an answer, who sends back.
 */
#pragma once
#include <stddef.h>

#include "core/journey.h"

struct matrix_cell {
	int64_t from, to;                /* as given to matrix_add() */
	int64_t made, sent, accepted, declined, waiting;      /* waiting: neither answered nor ended */
	int64_t overdue;                 /* of those waiting, see journey_due() */
	int64_t late;                    /* answered, but only then */
	int64_t answered;
	int64_t answer_median_ms;        /* sent to answered; -1: none */
	double reciprocity;              /* the lesser of what the two sent each other, over the greater; -1: none sent, or to itself */
};

struct matrix;
struct matrix *matrix_new(void);
void matrix_free(struct matrix *);
/* level_ms: the service level, 0: none was agreed; now_ms: as of when. */
void matrix_add(struct matrix *, int64_t from, int64_t to, const struct journey *, uint64_t level_ms, int64_t now_ms);
/* In the order in which they came; *n of them, valid until the next call. */
const struct matrix_cell *matrix_cells(struct matrix *, size_t *n);
