/*
 * cells.h - small numbers taken out of a table of counts, so that they cannot be worked out from the rest of it.
 *
 * A cell is an integer in a JSON object. Sums say which cells add up (a total and its parts, or two cells that are the
 * same number): wherever exactly one cell of a sum is hidden, the rest would give it away, so another is hidden too, the
 * smallest of the parts, until every sum has none or several. A hidden cell is null.
 *
 * It goes as far as one answer: who asks twice, for periods or days that differ a little, may still subtract.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

struct cells;

struct cells *cells_new(void);
void cells_free(struct cells *);
AUTO_DEFINE(struct cells, cells_free)
/* Its number, the same whenever it is asked for. The object is borrowed until cells_hide(); key is a literal. No such integer there: a cell that is hidden
 * already. */
size_t cells_add(struct cells *, json_t *object, const char *key);
/* A new sum; then its cells. */
void cells_sum(struct cells *);
void cells_of_sum(struct cells *, size_t cell);
/* Hides what is from 1 to below min, and what must go with it. How many are hidden. */
size_t cells_hide(struct cells *, int64_t min);
