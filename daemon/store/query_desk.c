/*
 * query_desk.c - what waits for an admin: plans, quarantined records, refused changes.
 */
#include "store/query_parts.h"

#include <string.h>

static json_t *wrapped(const char *name, json_t *value)
{
	return value ? json_pack("{so}", name, value) : NULL;
}

/* Of rows that were asked for with one more than the limit. */
static json_t *wrapped_up_to(const char *name, int64_t limit, json_t *rows)
{
	const bool more = json_cut(rows, (size_t)query_limit(limit));

	return rows ? json_pack("{so,sb}", name, rows, "more", more) : NULL;
}

/* --- plans --------------------------------------------------------------------------------------------------- */

#define PLAN_COLUMNS                                                                                                   \
	"SELECT l.id AS n, p.name AS partner, l.hash, l.state, l.reason, l.counts AS \"counts:json\", l.made_at, "     \
	"l.decided_at, "                                                                                               \
	"l.decided_by FROM plan l JOIN partner p ON p.id = l.partner "

static void drop_id(json_t *row)
{
	json_object_del(row, "n");
}

json_t *query_plans(struct query *q, struct err *e)
{
	struct ask a = ask(q,
		"SELECT * FROM (" PLAN_COLUMNS "ORDER BY l.state <> 'held', l.id DESC LIMIT 100) ORDER BY state <> "
		"'held', n");
	json_t *rows = ask_all(&a, e), *row;
	size_t i;

	json_array_foreach(rows, i, row)
		drop_id(row);
	return wrapped("plans", rows);
}

/* The fields of an outbox row as names. */
static void name_fields(json_t *row)
{
	enum record_type type;
	const uint64_t fields = (uint64_t)json_integer_value(json_object_get(row, "fields"));
	const char *name = json_string_value(json_object_get(row, "type"));
	json_t *names = json_array();

	if (name && record_type_parse(name, &type)) {
		for (unsigned f = 0; f < field_count(type); f++)
			if (fields & FIELD_BIT(f))
				json_array_append_new(names, json_string(field_at(type, f)->name));
		json_object_set_new(row, "name", query_label(type, json_object_get(row, "golden")));
	}
	json_object_set_new(row, "fields", names);
	json_object_del(row, "golden");
}

json_t *query_plan(struct query *q, const char *hash, int64_t limit, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	AUTO(json_drop) json_t *plan = NULL;
	json_t *rows, *row;
	size_t i;
	struct ask a = ask(q,
		PLAN_COLUMNS "WHERE (substr(l.hash, 1, length(?1)) = ?1 AND length(?1) >= 4) OR (p.name = ?1 AND "
			     "l.state = 'held') ORDER BY l.state <> 'held', l.id DESC LIMIT 1");

	ask_text(&a, hash);
	plan = ask_one(&a, "plan", e);
	if (!plan)
		return NULL;
	a = ask(q, "SELECT n.hub_id AS record, o.type AS \"type:type\", o.kind AS \"kind:push\", o.state AS "
		   "\"state:outbox\", o.fields, "
		   "c.name AS cause, o.since, n.golden AS \"golden:json\" FROM outbox o JOIN entity n ON n.id = "
		   "o.entity LEFT JOIN "
		   "partner c ON c.id = o.cause WHERE o.plan = ? ORDER BY o.type, o.id LIMIT ?");
	ask_int(&a, json_integer_value(json_object_get(plan, "n")));
	ask_int(&a, query_limit(limit));
	rows = ask_all(&a, e);
	if (!rows)
		return NULL;
	json_array_foreach(rows, i, row)
		name_fields(row);
	json_object_set_new(plan, "changes", rows);
	drop_id(plan);
	return steal(plan);
}

/* --- quarantine ---------------------------------------------------------------------------------------------- */

json_t *query_quarantines(struct query *q, const char *partner, int64_t limit, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	int64_t id;
	struct ask a;

	if (!query_partner(q, partner, &id, e))
		return NULL;
	a = ask(q, "SELECT z.id, p.name AS partner, z.type AS \"type:type\", z.key, z.field, z.reason, z.since, "
		   "z.tries FROM "
		   "quarantine z JOIN partner p ON p.id = z.partner WHERE ?1 = 0 OR z.partner = ?1 ORDER BY z.id LIMIT "
		   "?2");
	ask_int(&a, id);
	ask_int(&a, query_limit(limit) + 1);
	return wrapped_up_to("quarantine", limit, ask_all(&a, e));
}

json_t *query_quarantine(struct query *q, int64_t id, struct err *e)
{
	struct ask a = ask(q,
		"SELECT z.id, p.name AS partner, z.type AS \"type:type\", z.key, z.field, z.reason, z.since, z.tries, "
		"z.raw AS \"raw:json\" FROM quarantine z JOIN partner p ON p.id = z.partner WHERE z.id = ?");

	ask_int(&a, id);
	return ask_one(&a, "quarantined record", e);
}

/* --- refused changes ----------------------------------------------------------------------------------------- */

/* A rejected plan leaves its changes here without a word of their own. */
#define REFUSAL_COLUMNS                                                                                                \
	"SELECT o.id, p.name AS partner, o.kind AS \"kind:push\", o.type AS \"type:type\", n.hub_id AS record, o.fields, "   \
	"CASE WHEN o.error = '' AND l.state = 'rejected' THEN 'plan ' || l.hash || ' was rejected' ELSE o.error END AS "    \
	"reason, o.attempts, o.since, n.golden AS \"golden:json\""
#define REFUSAL_FROM                                                                                                   \
	" FROM outbox o JOIN partner p ON p.id = o.partner JOIN entity n ON n.id = o.entity LEFT JOIN plan l ON l.id = "    \
	"o.plan "

json_t *query_refusals(struct query *q, const char *partner, int64_t limit, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	json_t *rows, *row;
	int64_t id;
	struct ask a;
	size_t i;

	if (!query_partner(q, partner, &id, e))
		return NULL;
	a = ask(q, REFUSAL_COLUMNS REFUSAL_FROM "WHERE o.state = ?1 AND (?2 = 0 OR o.partner = ?2) ORDER BY o.id LIMIT ?3");
	ask_int(&a, OUTBOX_DEAD);
	ask_int(&a, id);
	ask_int(&a, query_limit(limit) + 1);
	rows = ask_all(&a, e);
	json_array_foreach(rows, i, row)
		name_fields(row);
	return wrapped_up_to("refused", limit, rows);
}

/* What those fields of the hub record say now. */
static json_t *values_of(const json_t *names, const json_t *golden)
{
	json_t *values = json_object(), *name;
	size_t i;

	json_array_foreach((json_t *)names, i, name) {
		json_t *v = json_object_get(golden, json_string_value(name));

		json_object_set_new(values, json_string_value(name), v ? json_incref(v) : json_null());
	}
	return values;
}

json_t *query_refusal(struct query *q, int64_t id, struct err *e)
{
	AUTO(json_drop) json_t *row = NULL, *golden = NULL;
	struct ask a = ask(q, REFUSAL_COLUMNS ", s.key" REFUSAL_FROM
			      "LEFT JOIN shadow s ON s.entity = o.entity AND s.partner = o.partner AND s.state = ?1 "
			      "WHERE o.state = ?2 AND o.id = ?3 LIMIT 1");

	ask_int(&a, SHADOW_LIVE);
	ask_int(&a, OUTBOX_DEAD);
	ask_int(&a, id);
	row = ask_one(&a, "refused change", e);
	if (!row)
		return NULL;
	golden = json_incref(json_object_get(row, "golden"));
	name_fields(row);
	json_object_set_new(row, "values", values_of(json_object_get(row, "fields"), golden));
	return steal(row);
}
