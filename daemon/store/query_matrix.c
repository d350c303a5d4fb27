/*
 * query_matrix.c - referrals partner by partner.
 */
#include <string.h>

#include "core/cells.h"
#include "core/matrix.h"
#include "store/query_journeys.h"
#include "store/sql.h"

/* X(member): how it is called in answers too; what can be added up. */
#define MATRIX_COUNTS(X)                                                                                               \
	X(made) X(sent) X(accepted) X(declined) X(waiting) X(overdue) X(late) X(answered)
static const char *const counts[] = {
#define X(member) #member,
	MATRIX_COUNTS(X)
#undef X
};
#define COUNTS (sizeof(counts) / sizeof(*counts))

struct pass {
	struct moment moment;
	struct matrix *matrix;
};

static void drop_pass(struct pass *p)
{
	moment_fini(&p->moment);
	matrix_free(p->matrix);
}
#define PASS_AUTO __attribute__((cleanup(drop_pass)))

static bool take(void *ctx, const struct referral *r, struct err *e)
{
	struct pass *p = ctx;
	const struct report *report = p->moment.report;
	int64_t limit = report->overdue_ms;

	if (report->level) {
		AUTO(json_drop) json_t *to = report_word(p->moment.query, r->to, e);
		AUTO(json_drop) json_t *service = to ? report_word(p->moment.query, r->service, e) : NULL;

		if (!service)
			return false;
		limit = report->level(report->ctx, json_string_value(to), json_string_value(service), limit);
	}
	matrix_add(p->matrix, r->from, r->to, &r->journey, limit, p->moment.ms);
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

/* The sums of that partner, made at first. */
static json_t *sums_at(json_t *sums, const char *partner)
{
	json_t *out = json_object_get(sums, partner);

	if (!out) {
		out = json_object();
		json_object_set_new(sums, partner, out);
	}
	return out;
}

static int by_partners(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	const int order = strcmp(json_string_value(json_object_get(x, "from")), json_string_value(json_object_get(y, "from")));

	return order ? order : strcmp(json_string_value(json_object_get(x, "to")), json_string_value(json_object_get(y, "to")));
}

static const char *name_of(json_t *word)
{
	return json_is_string(word) ? json_string_value(word) : "";
}

static json_t *cells_of(struct pass *p, struct err *e)
{
	AUTO(json_drop) json_t *unsorted = json_array();
	AUTO(free) json_t **row = NULL;
	json_t *out;
	const struct matrix_cell *cell;
	size_t n;

	cell = matrix_cells(p->matrix, &n);
	row = calloc(n + 1, sizeof(*row));
	if (!row)
		abort();
	for (size_t i = 0; i < n; i++) {
		AUTO(json_drop) json_t *from = report_word(p->moment.query, cell[i].from, e);
		AUTO(json_drop) json_t *to = from ? report_word(p->moment.query, cell[i].to, e) : NULL;

		if (!to)
			return NULL;
		row[i] = cell_json(&cell[i]);
		json_object_set_new(row[i], "from", json_string(name_of(from)));
		json_object_set_new(row[i], "to", json_string(name_of(to)));
		json_array_append_new(unsorted, row[i]);
	}
	qsort(row, n, sizeof(*row), by_partners);
	out = json_array();
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
		if (json_is_null(json_object_get(cell, "sent")))
			json_object_set_new(cell, "reciprocity", json_null());
	}
	return hidden;
}

json_t *query_matrix(struct query *q, const struct report *report, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	PASS_AUTO struct pass p = { .matrix = matrix_new() };
	AUTO(json_drop) json_t *out = NULL;
	json_t *cells, *sums, *cell, *waiting;
	size_t i;

	if (!moment_open(&p.moment, q, report, e) || !referrals_known(&p.moment, take, &p, e))
		return NULL;
	out = moment_json(&p.moment, e);
	waiting = moment_waiting(&p.moment, e);
	json_object_set_new(out, "waiting", waiting);
	cells = cells_of(&p, e);
	if (!out || !waiting || !cells) {
		json_decref(cells);
		return NULL;
	}
	sums = json_pack("{s{},s{},s{}}", "from", "to", "total");
	add(json_object_get(sums, "total"), NULL);
	json_array_foreach(cells, i, cell) {
		add(sums_at(json_object_get(sums, "from"), json_string_value(json_object_get(cell, "from"))), cell);
		add(sums_at(json_object_get(sums, "to"), json_string_value(json_object_get(cell, "to"))), cell);
		add(json_object_get(sums, "total"), cell);
	}
	json_object_set_new(out, "cells", cells);
	json_object_set_new(out, "sums", sums);
	json_object_set_new(out, "overdue_ms", json_integer(report->overdue_ms));
	json_object_set_new(out, "hidden", json_integer((json_int_t)hide(report, cells, sums)));
	return steal(out);
}
