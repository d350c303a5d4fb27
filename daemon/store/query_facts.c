/*
 * query_facts.c - groups of a report, and the answer in which they stand.
 */
#include "store/query_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/room.h"
#include "base/yaml.h"

/* --- groups ----------------------------------------------------------------------------------------------- */

enum values { VALUES_WORD, VALUES_PARTNER, VALUES_YEAR, VALUES_QUARTER, VALUES_MONTH };
static const struct {
	const char *name;
	enum values values;
} dimensions[] = {
#define X(dimension, name, values) { name, VALUES_##values },
	DIMENSION_LIST(X)
#undef X
};

static bool dimension_parse(const char *name, size_t len, unsigned allowed, enum dimension *out, struct err *e)
{
	const char *known[DIMENSIONS], *near;
	BUF_AUTO struct buf all = { 0 };
	char word[32];
	size_t n = 0;

	for (int d = 0; d < DIMENSIONS; d++) {
		if (!(allowed >> d & 1))
			continue;
		known[n++] = dimensions[d].name;
		*out = (enum dimension)d;
		if (strlen(dimensions[d].name) == len && !strncmp(dimensions[d].name, name, len))
			return true;
	}
	snprintf(word, sizeof(word), "%.*s", (int)len, name);
	near = nearest_word(word, known, n);
	if (near)
		return err_set(e, ERR_ITEM, "by: nothing is counted by \"%s\" here (did you mean %s?)", word, near);
	for (size_t i = 0; i < n; i++)
		buf_addf(&all, "%s%s", i ? ", " : "", known[i]);
	return err_set(e, ERR_ITEM, "by: nothing is counted by \"%s\" here, but by %s", word, all.data);
}

bool grouping_parse(struct grouping *g, const char *by, unsigned allowed, struct err *e)
{
	const char *p = by;

	*g = (struct grouping){ 0 };
	while (p && *p) {
		const size_t blank = strspn(p, " "), len = strcspn(p + blank, ", ");

		p += blank;
		if (g->n == REPORT_DIMENSIONS_MAX)
			return err_set(e, ERR_ITEM, "by: at most %d at a time", REPORT_DIMENSIONS_MAX);
		if (!dimension_parse(p, len, allowed, &g->by[g->n], e))
			return false;
		for (size_t i = 0; i < g->n; i++)
			if (g->by[i] == g->by[g->n])
				return err_set(e, ERR_ITEM, "by: %s twice", dimensions[g->by[i]].name);
		g->n++;
		p += len;
		p += strspn(p, " ");
		p += *p == ',';
	}
	return true;
}

unsigned grouping_bits(const struct grouping *g)
{
	unsigned bits = 0;

	for (size_t i = 0; i < g->n; i++)
		bits |= 1u << g->by[i];
	return bits;
}

void grouping_fini(struct grouping *g)
{
	for (size_t i = 0; i < REPORT_DIMENSIONS_MAX; i++)
		idmap_fini(&g->at[i]);
	free(g->value);
}

const char *grouping_name(const struct grouping *g, size_t n)
{
	return dimensions[g->by[n]].name;
}

uint32_t grouping_number(struct grouping *g, const int64_t value[DIMENSIONS])
{
	uint32_t number = 0;

	for (size_t i = 0; i < g->n; i++)
		number = idmap_number(&g->at[i], (uint64_t)number << 32 | (uint32_t)value[g->by[i]]);
	if (number < g->groups)
		return number;
	g->value = room(g->value, g->groups, &g->cap, REPORT_DIMENSIONS_MAX * sizeof(*g->value));
	for (size_t i = 0; i < g->n; i++)
		g->value[g->groups * REPORT_DIMENSIONS_MAX + i] = value[g->by[i]];
	g->groups++;
	return number;
}

static json_t *value_of(const struct moment *m, enum values values, int64_t value, struct err *e)
{
	char text[PERIOD_TEXT_MAX];

	if (!value)
		return json_null();
	switch (values) {
	case VALUES_WORD:
		return report_word(m->query, value, e);
	case VALUES_PARTNER:
		return json_string(moment_partner_name(m, value));
	case VALUES_YEAR:
		return json_string(period_part_format((int32_t)value, PERIOD_YEAR, text));
	case VALUES_QUARTER:
		return json_string(period_part_format((int32_t)value, PERIOD_QUARTER, text));
	case VALUES_MONTH:
		return json_string(period_part_format((int32_t)value, PERIOD_MONTH, text));
	}
	return json_null();
}

static json_t *no_key(const struct grouping *g)
{
	json_t *key = json_object();

	for (size_t i = 0; i < g->n; i++)
		json_object_set_new(key, dimensions[g->by[i]].name, json_null());
	return key;
}

/* {"kind":"webinar","province":null} */
static json_t *grouping_key(const struct moment *m, const struct grouping *g, uint32_t group, struct err *e)
{
	AUTO(json_drop) json_t *key = json_object();

	for (size_t i = 0; i < g->n; i++) {
		json_t *v = value_of(m, dimensions[g->by[i]].values, g->value[group * REPORT_DIMENSIONS_MAX + i], e);

		if (!v)
			return NULL;
		json_object_set_new(key, dimensions[g->by[i]].name, v);
	}
	return steal(key);
}

static int by_key(const void *a, const void *b, void *ctx)
{
	const struct grouping *g = ctx;
	const json_t *x = json_object_get(*(json_t *const *)a, "key"), *y = json_object_get(*(json_t *const *)b, "key");

	for (size_t i = 0; i < g->n; i++) {
		const char *name = dimensions[g->by[i]].name;
		const char *v = json_string_value(json_object_get(x, name)), *w = json_string_value(json_object_get(y, name));
		const int order = v && w ? strcmp(v, w) : (!v) - (!w);

		if (order)
			return order;
	}
	return 0;
}

json_t *grouping_sorted(const struct grouping *g, json_t *rows)
{
	const size_t n = json_array_size(rows);
	json_t **row = calloc(n + 1, sizeof(*row)), *out = json_array();

	if (!row)
		abort();
	for (size_t i = 0; i < n; i++)
		row[i] = json_array_get(rows, i);
	qsort_r(row, n, sizeof(*row), by_key, (void *)g);
	for (size_t i = 0; i < n; i++)
		json_array_append(out, row[i]);
	free(row);
	json_decref(rows);
	return out;
}

/* --- answers -------------------------------------------------------------------------------------------- */

static json_t *groups_of(const struct moment *m, const struct grouping *g,
	void (*put)(void *, json_t *into, bool total, uint32_t group), void *ctx, struct err *e)
{
	AUTO(json_drop) json_t *groups = json_array();
	json_t *others = NULL, *all;

	/* Nothing to tell apart by: all would be in one, and that is the total. */
	for (uint32_t n = 0; g->n && n < g->groups; n++) {
		const bool folded = g->folded && g->folded(ctx, n);
		json_t *key, *group;

		if (folded && others)
			continue;
		key = folded ? no_key(g) : grouping_key(m, g, n, e);
		if (!key)
			return NULL;
		group = json_pack("{so}", "key", key);
		put(ctx, group, false, n);
		if (folded)
			others = group;
		else
			json_array_append_new(groups, group);
	}
	all = grouping_sorted(g, steal(groups));
	if (others) {
		json_object_set_new(others, "others", json_integer((json_int_t)g->others));
		json_array_append_new(all, others);
	}
	return all;
}

json_t *report_answer(struct moment *m, const struct grouping *g,
	void (*put)(void *, json_t *into, bool total, uint32_t group),
	size_t (*hide)(const struct report *, json_t *total, json_t *groups), void *ctx, struct err *e)
{
	AUTO(json_drop) json_t *out = moment_json(m, grouping_bits(g), e);
	AUTO(json_drop) json_t *waiting = moment_waiting(m, e);
	AUTO(json_drop) json_t *groups = groups_of(m, g, put, ctx, e);
	json_t *total = json_object(), *by = json_array();

	json_object_set_new(out, "total", total);
	json_object_set_new(out, "by", by);
	if (!out || !waiting || !groups)
		return NULL;
	put(ctx, total, true, 0);
	for (size_t i = 0; i < g->n; i++)
		json_array_append_new(by, json_string(grouping_name(g, i)));
	json_object_set(out, "waiting", waiting);
	json_object_set(out, "groups", groups);
	json_object_set_new(out, "hidden", json_integer((json_int_t)hide(m->report, total, groups)));
	return steal(out);
}
