/*
 * report_fold.c - a matrix of many partners made one of few: those with the fewest referrals become one, on each side. Counts of
 * referrals add up, so that every sum stays what it was; one of which a part is hidden is hidden.
 */
#include "cli/report.h"

#include <stdlib.h>
#include <string.h>

static const char *const counts[] = { "made", "sent", "accepted", "declined", "waiting", "overdue", "late", "answered" };
#define COUNTS (sizeof(counts) / sizeof(*counts))

struct partner {
	const char *id;
	int64_t made;
};

static int by_made(const void *a, const void *b)
{
	const struct partner *x = a, *y = b;

	return x->made != y->made ? (x->made < y->made) - (x->made > y->made) : strcmp(x->id, y->id);
}

/* Adds to the cell or sum what another has. */
static void add(json_t *into, const json_t *x)
{
	for (size_t i = 0; i < COUNTS; i++) {
		const json_t *a = json_object_get(into, counts[i]), *b = json_object_get(x, counts[i]);
		const bool hidden = json_is_null(b) || (a && json_is_null(a));

		json_object_set_new(into, counts[i],
			hidden ? json_null() : json_integer(json_integer_value(a) + json_integer_value(b)));
	}
}

/* {id: the id under which it is shown}, of those that become one; *n of them, none where there is room for all. */
static json_t *others_of(struct arena *arena, json_t *sums, size_t most, size_t *n)
{
	struct partner *p = arena_array(arena, struct partner, json_object_size(sums) + 1);
	json_t *others = json_object(), *sum;
	const char *id;
	size_t all = 0;

	json_object_foreach(sums, id, sum)
		p[all++] = (struct partner){ id, words_number(sum, "made") };
	qsort(p, all, sizeof(*p), by_made);
	*n = all > most ? all - (most - 1) : 0;
	for (size_t i = all - *n; i < all; i++)
		json_object_set_new(others, p[i].id, json_true());
	return others;
}

struct side {
	const char *name, *others;       /* "from"; the id that the others together have */
	json_t *of;
	size_t n;
};

static const char *shown(const struct side *s, const char *id)
{
	return json_object_get(s->of, id) ? s->others : id;
}

/* The sums of that side, those of the others last. */
static json_t *sums_of(const struct side *s, json_t *sums)
{
	json_t *out = json_object(), *others = json_object(), *sum;
	const char *id;

	json_object_foreach(sums, id, sum)
		if (json_object_get(s->of, id))
			add(others, sum);
		else
			json_object_set(out, id, sum);
	if (s->n)
		json_object_set(out, s->others, others);
	json_decref(others);
	return out;
}

static json_t *cells_of(const struct side sides[2], const json_t *cells)
{
	AUTO(json_drop) json_t *rows = json_object();
	json_t *out = json_array(), *cell;
	size_t i;

	json_array_foreach(cells, i, cell) {
		const char *from = shown(&sides[0], words_text(cell, "from")), *to = shown(&sides[1], words_text(cell, "to"));
		json_t *into = json_child(json_child(rows, from), to);

		if (!json_object_size(into)) {
			json_array_append(out, into);
			json_object_set_new(into, "from", json_string(from));
			json_object_set_new(into, "to", json_string(to));
		}
		add(into, cell);
	}
	return out;
}

json_t *report_fold(struct arena *arena, const json_t *matrix, size_t most)
{
	const json_t *sums = json_object_get(matrix, "sums");
	struct side sides[] = { { .name = "from", .others = "(other senders)" }, { .name = "to", .others = "(other receivers)" } };
	json_t *out = json_copy((json_t *)matrix), *names = json_copy(json_object_get(matrix, "names")), *folded = json_object();

	names = names ? names : json_object();
	for (size_t i = 0; i < 2; i++) {
		struct side *s = &sides[i];

		s->of = others_of(arena, json_object_get(sums, s->name), most, &s->n);
		json_object_set_new(folded, s->name, sums_of(s, json_object_get(sums, s->name)));
		json_object_set_new(names, s->others, json_pack("{ss,ss}", "nl", report_others(arena, s->n, LANGUAGE_NL), "en",
			report_others(arena, s->n, LANGUAGE_EN)));
	}
	json_object_set(folded, "total", json_object_get(sums, "total"));
	json_object_set_new(out, "cells", cells_of(sides, json_object_get(matrix, "cells")));
	json_object_set_new(out, "sums", folded);
	json_object_set_new(out, "names", names);
	json_decref(sides[0].of);
	json_decref(sides[1].of);
	return out;
}
