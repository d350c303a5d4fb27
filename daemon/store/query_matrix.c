/*
 * query_matrix.c - referrals partner by partner.
 */
#include <stdlib.h>
#include <string.h>

#include "base/room.h"
#include "core/cells.h"
#include "core/matrix.h"
#include "store/query_pass.h"

/* X(member): how it is called in answers too; what can be added up. */
#define MATRIX_COUNTS(X)                                                                                               \
	X(made) X(sent) X(accepted) X(declined) X(waiting) X(overdue) X(late) X(answered)
static const char *const counts[] = {
#define X(member) #member,
	MATRIX_COUNTS(X)
#undef X
};
#define COUNTS (sizeof(counts) / sizeof(*counts))

struct counted {
	struct moment *moment;
	struct matrix *matrix;
	struct idmap level;              /* (partner, service) to the index of their service level */
	uint64_t *level_ms;
	size_t n, cap;
};

static void free_counted(void *of)
{
	struct counted *c = of;

	matrix_free(c->matrix);
	idmap_fini(&c->level);
	free(c->level_ms);
	free(c);
}

static bool agreed(const struct counted *c, const struct referral *r, uint64_t *level_ms, struct err *e)
{
	const struct report *report = c->moment->report;
	AUTO(json_drop) json_t *service = report_word(c->moment->query, r->service, e);

	*level_ms = report->level_ms;
	if (service && report->levels.of && !report->level_ms)
		*level_ms = report->levels.of(report->levels.ctx, moment_partner_name(c->moment, r->to), json_string_value(service));
	return service != NULL;
}

static bool take(void *of, const struct referral *r, struct err *e)
{
	struct counted *c = of;
	const uint32_t i = idmap_number(&c->level, (uint64_t)r->to << 32 | (uint64_t)r->service);

	if (i == c->n) {
		c->level_ms = room(c->level_ms, c->n, &c->cap, sizeof(*c->level_ms));
		if (!agreed(c, r, &c->level_ms[c->n++], e))
			return false;
	}
	matrix_add(c->matrix, r->value[DIMENSION_FROM], r->value[DIMENSION_TO], &r->journey, c->level_ms[i], c->moment->ms);
	return true;
}

static json_t *cell_json(const struct matrix_cell *c)
{
	json_t *out = json_object();

#define X(member) json_object_set_new(out, #member, json_integer(c->member));
	MATRIX_COUNTS(X)
#undef X
	json_object_set_new(out, "answer_median_ms", c->answer_median_ms < 0 ? json_null() : json_integer(c->answer_median_ms));
	json_object_set_new(out, "reciprocity", c->reciprocity < 0 ? json_null() : json_real(c->reciprocity));
	return out;
}

static void add(json_t *into, const json_t *cell)
{
	for (size_t i = 0; i < COUNTS; i++)
		json_object_set_new(into, counts[i], json_integer(json_integer_value(json_object_get(into, counts[i])) +
			json_integer_value(json_object_get(cell, counts[i]))));
}

static int by_partners(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	const int order = strcmp(json_string_value(json_object_get(x, "from")), json_string_value(json_object_get(y, "from")));

	return order ? order : strcmp(json_string_value(json_object_get(x, "to")), json_string_value(json_object_get(y, "to")));
}

static json_t *cells_of(const struct counted *c)
{
	AUTO(json_drop) json_t *unsorted = json_array();
	AUTO(free) json_t **row = NULL;
	json_t *out = json_array();
	const struct matrix_cell *cell;
	size_t n;

	cell = matrix_cells(c->matrix, &n);
	row = calloc(n + 1, sizeof(*row));
	if (!row)
		abort();
	for (size_t i = 0; i < n; i++) {
		row[i] = cell_json(&cell[i]);
		json_object_set_new(row[i], "from", json_string(moment_partner_name(c->moment, cell[i].from)));
		json_object_set_new(row[i], "to", json_string(moment_partner_name(c->moment, cell[i].to)));
		json_array_append_new(unsorted, row[i]);
	}
	qsort(row, n, sizeof(*row), by_partners);
	for (size_t i = 0; i < n; i++)
		json_array_append(out, row[i]);
	return out;
}

static void sum_up(struct cells *c, json_t *cells, json_t *sums, const char *side, const char *count)
{
	const char *partner;
	json_t *sum, *cell;
	size_t i;

	json_object_foreach(json_object_get(sums, side), partner, sum) {
		cells_sum(c);
		cells_of_sum(c, cells_add(c, sum, count));
		json_array_foreach(cells, i, cell)
			if (!strcmp(json_string_value(json_object_get(cell, side)), partner))
				cells_of_sum(c, cells_add(c, cell, count));
	}
	cells_sum(c);
	cells_of_sum(c, cells_add(c, json_object_get(sums, "total"), count));
	json_object_foreach(json_object_get(sums, side), partner, sum)
		cells_of_sum(c, cells_add(c, sum, count));
}

/* What was answered was accepted or declined. */
static void answers(struct cells *c, json_t *cell)
{
	cells_sum(c);
	cells_of_sum(c, cells_add(c, cell, "answered"));
	cells_of_sum(c, cells_add(c, cell, "accepted"));
	cells_of_sum(c, cells_add(c, cell, "declined"));
}

/* The cell of what goes the other way, or NULL. */
static const json_t *way_back(const json_t *cells, const json_t *cell)
{
	const json_t *other;
	size_t i;

	json_array_foreach(cells, i, other)
		if (json_equal(json_object_get(other, "from"), json_object_get(cell, "to")) &&
			json_equal(json_object_get(other, "to"), json_object_get(cell, "from")))
			return other;
	return NULL;
}

static size_t hide(const struct report *report, json_t *cells, json_t *sums)
{
	AUTO(cells_free) struct cells *c = cells_new();
	json_t *cell;
	size_t i, hidden;

	if (report->small_cells <= 0)
		return 0;
	for (size_t n = 0; n < COUNTS; n++) {
		sum_up(c, cells, sums, "from", counts[n]);
		sum_up(c, cells, sums, "to", counts[n]);
	}
	json_array_foreach(cells, i, cell)
		answers(c, cell);
	answers(c, json_object_get(sums, "total"));
	hidden = cells_hide(c, report->small_cells);
	json_array_foreach(cells, i, cell) {
		if (json_is_null(json_object_get(cell, "answered")))
			json_object_set_new(cell, "answer_median_ms", json_null());
		/* By the share of one, the other could be told. */
		if (json_is_null(json_object_get(cell, "sent")) || json_is_null(json_object_get(way_back(cells, cell), "sent")))
			json_object_set_new(cell, "reciprocity", json_null());
	}
	return hidden;
}

static json_t *sums_of(json_t *cells)
{
	json_t *sums = json_pack("{s{},s{},s{}}", "from", "to", "total"), *cell;
	size_t i;

	add(json_object_get(sums, "total"), NULL);
	json_array_foreach(cells, i, cell) {
		add(json_child(json_object_get(sums, "from"), json_string_value(json_object_get(cell, "from"))), cell);
		add(json_child(json_object_get(sums, "to"), json_string_value(json_object_get(cell, "to"))), cell);
		add(json_object_get(sums, "total"), cell);
	}
	/* As their cells are: those are in this order by whom they are from only. */
	json_object_set_new(sums, "to", json_sorted(json_incref(json_object_get(sums, "to"))));
	return sums;
}

static json_t *answer(void *of, struct err *e)
{
	struct counted *c = of;
	const struct report *report = c->moment->report;
	AUTO(json_drop) json_t *out = moment_json(c->moment, DIMENSIONS_OF_PARTNERS, e);
	json_t *waiting = moment_waiting(c->moment, e), *cells = cells_of(c), *sums = sums_of(cells);

	json_object_set_new(out, "waiting", waiting);
	json_object_set_new(out, "cells", cells);
	json_object_set_new(out, "sums", sums);
	json_object_set_new(out, "level_ms", report->level_ms ? json_integer((json_int_t)report->level_ms) : json_null());
	json_object_set_new(out, "hidden", json_integer((json_int_t)hide(report, cells, sums)));
	return waiting ? steal(out) : NULL;
}

bool count_matrix(struct counter *out, struct moment *m, struct err *e)
{
	struct counted *c = calloc(1, sizeof(*c));
	(void)e;

	if (!c)
		abort();
	*out = (struct counter){ c, NULL, take, answer, free_counted };
	c->moment = m;
	c->matrix = matrix_new();
	m->by |= DIMENSION_BIT(FROM) | DIMENSION_BIT(TO);
	return true;
}
