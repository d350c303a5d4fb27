#include "store/query_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/room.h"
#include "base/yaml.h"
#include "base/time.h"
#include "core/journey.h"
#include "store/sql.h"

int64_t ask_number(struct ask *a, int column)
{
	return sqlite3_column_int64(a->statement, column);
}

int64_t ask_time(struct ask *a, int column)
{
	const bool none = sqlite3_column_type(a->statement, column) == SQLITE_NULL;

	return none ? JOURNEY_NEVER : sqlite3_column_int64(a->statement, column);
}

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
	return err_set(e, ERR_ITEM, "by: nothing is counted by \"%s\" here%s%s%s", word, near ? " (did you mean " : "",
		near ? near : "", near ? "?)" : "");
}

bool grouping_parse(struct grouping *g, const char *by, unsigned allowed, struct err *e)
{
	const char *p = by;

	*g = (struct grouping){ 0 };
	while (p && *p) {
		const size_t len = strcspn(p, ",");

		if (g->n == REPORT_DIMENSIONS_MAX)
			return err_set(e, ERR_ITEM, "by: at most %d at a time", REPORT_DIMENSIONS_MAX);
		if (!dimension_parse(p, len, allowed, &g->by[g->n], e))
			return false;
		for (size_t i = 0; i < g->n; i++)
			if (g->by[i] == g->by[g->n])
				return err_set(e, ERR_ITEM, "by: %s twice", dimensions[g->by[i]].name);
		g->n++;
		p += len + (p[len] == ',');
	}
	return true;
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

json_t *report_text(struct query *q, int statement, int64_t id, struct err *e)
{
	struct ask a = ask(q, sql_text_of((enum sql_statement)statement));
	json_t *out = NULL;

	ask_int(&a, id);
	if (ask_row(&a))
		out = json_string((const char *)sqlite3_column_text(a.statement, 0));
	if (ask_end(&a, e))
		return out ? out : json_null();
	json_decref(out);
	return NULL;
}

static json_t *value_of(struct query *q, enum values values, int64_t value, struct err *e)
{
	char text[PERIOD_TEXT_MAX];

	if (!value)
		return json_null();
	switch (values) {
	case VALUES_WORD:
		if (value & GROUPING_PARTNER)
			return report_text(q, SQL_REPORT_PARTNER, value & ~GROUPING_PARTNER, e);
		return report_text(q, SQL_REPORT_WORD, value, e);
	case VALUES_PARTNER:
		return report_text(q, SQL_REPORT_PARTNER, value, e);
	case VALUES_YEAR:
		return json_string(period_part_format((int32_t)value, PERIOD_YEAR, text));
	case VALUES_QUARTER:
		return json_string(period_part_format((int32_t)value, PERIOD_QUARTER, text));
	case VALUES_MONTH:
		return json_string(period_part_format((int32_t)value, PERIOD_MONTH, text));
	}
	return json_null();
}

json_t *grouping_key(struct query *q, const struct grouping *g, uint32_t group, struct err *e)
{
	AUTO(json_drop) json_t *key = json_object();

	for (size_t i = 0; i < g->n; i++) {
		json_t *v = value_of(q, dimensions[g->by[i]].values, g->value[group * REPORT_DIMENSIONS_MAX + i], e);

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

/* --- a moment --------------------------------------------------------------------------------------------- */

/* Pairs of entities; into: from the first to the second. */
static bool pairs_into(struct moment *m, enum sql_statement statement, struct idmap *into, struct err *e)
{
	struct ask a = ask(m->query, sql_text_of(statement));
	bool fresh;

	ask_int(&a, m->seq);
	while (ask_row(&a))
		*idmap_at(into, (uint64_t)ask_number(&a, 0), &fresh) = (uint32_t)ask_number(&a, 1);
	return ask_end(&a, e);
}

bool moment_open(struct moment *m, struct query *q, const struct report *report, struct err *e)
{
	*m = (struct moment){ .query = q, .report = report, .ms = report->now_ms };
	m->seq = query_newest(q, e);
	if (report->as_of != INT32_MAX && period_day_begin(report->as_of + 1) < m->ms) {
		m->ms = period_day_begin(report->as_of + 1);
		m->seq = m->seq < 0 ? -1 : query_before(q, m->ms, m->seq, e);
	}
	return m->seq >= 0 && pairs_into(m, SQL_REPORT_MERGED, &m->into, e);
}

void moment_fini(struct moment *m)
{
	idmap_fini(&m->into);
	idmap_fini(&m->company);
	idmap_fini(&m->organization);
	free(m->about);
}

int64_t moment_survivor(const struct moment *m, int64_t entity)
{
	const uint32_t *into;

	while (entity && m->into.n && (into = idmap_find(&m->into, (uint64_t)entity)))
		entity = *into;
	return entity;
}

bool moment_know_companies(struct moment *m, struct err *e)
{
	if (m->companies)
		return true;
	m->companies = true;
	return pairs_into(m, SQL_REPORT_CONTACTS, &m->company, e);
}

int64_t moment_company(const struct moment *m, int64_t contact)
{
	const uint32_t *company = idmap_find(&m->company, (uint64_t)contact);

	return company ? moment_survivor(m, *company) : 0;
}

bool moment_know_organizations(struct moment *m, struct err *e)
{
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_ORGANIZATIONS));
	size_t cap = 0;

	ask_int(&a, m->seq);
	while (ask_row(&a)) {
		const uint32_t i = idmap_number(&m->organization, (uint64_t)ask_number(&a, 0));

		m->about = room(m->about, i, &cap, sizeof(*m->about));
		for (int c = 0; c < 3; c++)
			m->about[i][c] = ask_number(&a, c + 1);
	}
	return ask_end(&a, e);
}

void moment_about(const struct moment *m, int64_t company, int64_t value[DIMENSIONS])
{
	const uint32_t *i = company ? idmap_find(&m->organization, (uint64_t)company) : NULL;

	value[DIMENSION_PROVINCE] = i ? m->about[*i][0] : 0;
	value[DIMENSION_LEGAL_FORM] = i ? m->about[*i][1] : 0;
	value[DIMENSION_SIZE_CLASS] = i ? m->about[*i][2] : 0;
}

/* --- what every answer says about itself ------------------------------------------------------------------ */

static json_t *day(int32_t day, int32_t open)
{
	char text[PERIOD_TEXT_MAX];

	return day == open ? json_null() : json_string(period_day_format(day, text));
}

json_t *moment_json(const struct moment *m, struct err *e)
{
	const struct report *r = m->report;
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_EVENT_AT));
	char text[TIME_TEXT_MAX];
	json_t *known;

	ask_int(&a, m->seq);
	known = ask_row(&a) ? json_string(time_format(ask_number(&a, 0) / 1000 * 1000, text)) : json_null();
	if (!ask_end(&a, e)) {
		json_decref(known);
		return NULL;
	}
	return json_pack("{s{so,so},so,so,ss,sI,so}", "period", "from", day(r->period.first, INT32_MIN), "to",
		day(r->period.last, INT32_MAX), "as_of", day(r->as_of, INT32_MAX), "known_until", known, "made_at",
		time_format(r->now_ms / 1000 * 1000, text), "seq", (json_int_t)m->seq, "small_cells",
		r->small_cells > 0 ? json_integer(r->small_cells) : json_null());
}

bool moment_doubts(const struct moment *m, enum record_type type, void (*doubt)(void *, int64_t, int64_t), void *ctx,
	struct err *e)
{
	struct ask a = ask(m->query, sql_text_of(SQL_REPORT_DOUBTS));

	ask_int(&a, type);
	ask_int(&a, m->ms);
	while (ask_row(&a)) {
		const bool two = ask_number(&a, 2);
		const int64_t x = moment_survivor(m, ask_number(&a, 0)), y = moment_survivor(m, ask_number(&a, 1));

		if (two)
			doubt(ctx, x, 0);
		else if (y && x != y)
			doubt(ctx, x, y);
	}
	return ask_end(&a, e);
}

static json_t *by_type(const struct moment *m, enum sql_statement statement, struct err *e)
{
	struct ask a = ask(m->query, sql_text_of(statement));
	AUTO(json_drop) json_t *out = json_object();

	ask_int(&a, m->ms);
	while (ask_row(&a))
		json_object_set_new(out, record_type_name((enum record_type)ask_number(&a, 0)),
			json_integer(ask_number(&a, 1)));
	return ask_end(&a, e) ? steal(out) : NULL;
}

json_t *moment_waiting(const struct moment *m, struct err *e)
{
	json_t *questions = by_type(m, SQL_REPORT_QUESTIONS, e), *unreadable = by_type(m, SQL_REPORT_UNREADABLE, e);

	if (questions && unreadable)
		return json_pack("{so,so}", "questions", questions, "unreadable", unreadable);
	json_decref(questions);
	json_decref(unreadable);
	return NULL;
}

static json_t *groups_of(const struct moment *m, const struct grouping *g,
	void (*put)(void *, json_t *into, bool total, uint32_t group), void *ctx, struct err *e)
{
	AUTO(json_drop) json_t *groups = json_array();

	for (uint32_t n = 0; n < g->groups; n++) {
		json_t *key = grouping_key(m->query, g, n, e), *group;

		if (!key)
			return NULL;
		group = json_pack("{so}", "key", key);
		put(ctx, group, false, n);
		json_array_append_new(groups, group);
	}
	return grouping_sorted(g, steal(groups));
}

json_t *report_answer(const struct moment *m, const struct grouping *g,
	void (*put)(void *, json_t *into, bool total, uint32_t group),
	size_t (*hide)(const struct report *, json_t *total, json_t *groups), void *ctx, struct err *e)
{
	AUTO(json_drop) json_t *out = moment_json(m, e);
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
