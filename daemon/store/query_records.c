/*
 * query_records.c - questions about single records and lists of them.
 */
#include "store/query_parts.h"

#include <stdlib.h>
#include <string.h>

#define HISTORY_MAX 20000

/* Takes the row id out of an entity's row, adds its name. */
static void finish_row(json_t *row)
{
	enum record_type type;
	const char *name = json_string_value(json_object_get(row, "type"));

	if (name && record_type_parse(name, &type))
		json_object_set_new(row, "name", query_label(type, json_object_get(row, "golden")));
}

bool query_links(struct query *q, json_t *row, const char *as, int64_t entity, struct err *e)
{
	struct ask a =
		ask(q, "SELECT p.name AS partner, s.key, CASE WHEN s.state = 0 AND s.alias_of IS NOT NULL THEN "
		       "'duplicate' ELSE s.state END AS \"state:shadow\" FROM shadow s JOIN partner p ON "
		       "p.id = s.partner WHERE s.entity = ? ORDER BY s.partner, s.id");
	json_t *links;

	ask_int(&a, entity);
	links = ask_all(&a, e);
	return links && !json_object_set_new(row, as, links);
}

json_t *query_records(struct query *q, const char *type, const char *after, int64_t limit, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	AUTO(json_drop) json_t *out = json_object();
	AUTO(json_drop) json_t *rows = NULL;
	json_t *row;
	size_t i;
	int64_t wanted, from = 0;
	struct ask a;
	char cursor[24];

	if (!query_type(type, &wanted, e))
		return NULL;
	if (after)
		from = strtoll(after, NULL, 10);
	a = ask(q, "SELECT id, hub_id, type AS \"type:type\", state AS \"state:entity\", golden AS \"golden:json\" "
		   "FROM entity "
		   "WHERE id > ?1 AND state = 0 AND (?2 < 0 OR type = ?2) ORDER BY id LIMIT ?3");
	ask_int(&a, from);
	ask_int(&a, wanted);
	ask_int(&a, query_limit(limit));
	rows = ask_all(&a, e);
	if (!rows)
		return NULL;
	json_object_set_new(out, "records", json_array());
	json_array_foreach(rows, i, row) {
		AUTO(json_drop) json_t *line = json_object();

		from = json_integer_value(json_object_get(row, "id"));
		finish_row(row);
		json_object_set(line, "id", json_object_get(row, "hub_id"));
		json_object_set(line, "type", json_object_get(row, "type"));
		json_object_set(line, "name", json_object_get(row, "name"));
		if (!query_links(q, line, "links", from, e))
			return NULL;
		json_array_append(json_object_get(out, "records"), line);
	}
	snprintf(cursor, sizeof(cursor), "%lld", (long long)from);
	json_object_set_new(
		out, "next", (int64_t)json_array_size(rows) == query_limit(limit) ? json_string(cursor) : json_null());
	return steal(out);
}

/* --- search -------------------------------------------------------------------------------------------------- */

/* Whether one of the words of the golden record has it: a hit in a field's name or in a hub id is none. */
static bool value_has(const json_t *v, const char *text)
{
	size_t i;
	const json_t *one;

	if (json_is_string(v))
		return strcasestr(json_string_value(v), text) != NULL;
	json_array_foreach(v, i, one) {
		if (value_has(one, text))
			return true;
	}
	return false;
}

static bool golden_has(enum record_type type, const json_t *golden, const char *text, json_t *fields)
{
	bool found = false;

	for (unsigned f = 0; f < field_count(type); f++) {
		const struct field *field = field_at(type, f);

		if (field->kind == VALUE_REF || !value_has(json_object_get(golden, field->name), text))
			continue;
		json_array_append_new(fields, json_string(field->name));
		found = true;
	}
	return found;
}

/* The text as it stands in a golden record, as LIKE wants it. */
static char *pattern_of(const char *text)
{
	BUF_AUTO struct buf json = { 0 }, b = { 0 };

	buf_add_json(&json, text);
	buf_addc(&b, '%');
	for (size_t i = 1; i + 1 < json.len; i++) {   /* without its quotes */
		if (strchr("%_\\", json.data[i]))
			buf_addc(&b, '\\');
		buf_addc(&b, json.data[i]);
	}
	buf_addc(&b, '%');
	return buf_steal(&b);
}

json_t *query_search(struct query *q, const char *text, const char *type, int64_t limit, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	AUTO(json_drop) json_t *out = json_object();
	AUTO(free) char *pattern = pattern_of(text);
	json_t *hits = json_array();
	int64_t wanted;
	struct ask a;

	json_object_set_new(out, "records", hits);
	if (!query_type(type, &wanted, e))
		return NULL;
	if (!*text) {
		err_set(e, ERR_ITEM, "nothing to search for");
		return NULL;
	}
	a = ask(q, "SELECT id, hub_id, type AS \"type:type\", golden AS \"golden:json\", type AS n FROM entity WHERE "
		   "golden LIKE "
		   "?1 ESCAPE '\\' AND state = 0 AND (?2 < 0 OR type = ?2)");
	ask_text(&a, pattern);
	ask_int(&a, wanted);
	while ((int64_t)json_array_size(hits) <= query_limit(limit) && ask_row(&a)) {
		AUTO(json_drop) json_t *row = ask_object(&a);
		AUTO(json_drop) json_t *fields = json_array();
		AUTO(json_drop) json_t *hit = NULL;

		if (!golden_has((enum record_type)json_integer_value(json_object_get(row, "n")),
			    json_object_get(row, "golden"), text, fields))
			continue;
		finish_row(row);
		hit = json_pack("{sO,sO,sO,sO}", "id", json_object_get(row, "hub_id"), "type",
			json_object_get(row, "type"), "name", json_object_get(row, "name"), "fields", fields);
		if (!query_links(q, hit, "links", json_integer_value(json_object_get(row, "id")), e))
			break;
		json_array_append(hits, hit);
	}
	json_object_set_new(out, "more", json_boolean(json_cut(hits, (size_t)query_limit(limit))));
	return ask_end(&a, e) && e->kind == ERR_NONE ? steal(out) : NULL;
}

/* --- one record ---------------------------------------------------------------------------------------------- */

static json_t *entity_row(struct query *q, int64_t id, struct err *e)
{
	struct ask a = ask(q,
		"SELECT n.hub_id AS id, n.type AS \"type:type\", n.state AS \"state:entity\", n.changed, n.held, "
		"n.pins AS \"pins:json\", n.golden AS \"golden:json\", v.at AS changed_at FROM entity n LEFT JOIN "
		"event v ON v.seq = n.changed WHERE n.id = ?");
	json_t *row;

	ask_int(&a, id);
	row = ask_one(&a, "record", e);
	if (row)
		finish_row(row);
	return row;
}

/* The mask of held fields as their names. */
static void name_held(json_t *row, enum record_type type)
{
	const uint64_t held = (uint64_t)json_integer_value(json_object_get(row, "held"));
	json_t *names = json_array();

	for (unsigned f = 0; f < field_count(type); f++)
		if (held & FIELD_BIT(f))
			json_array_append_new(names, json_string(field_at(type, f)->name));
	json_object_set_new(row, "held", names);
}

static json_t *shadows_of(struct query *q, int64_t entity, struct err *e)
{
	struct ask a =
		ask(q, "SELECT p.name AS partner, s.type AS t, s.type AS \"type:type\", s.key, s.version, s.state AS "
		       "\"state:shadow\", s.cells FROM shadow s JOIN partner p ON p.id = s.partner WHERE s.entity = ? "
		       "ORDER BY p.name, s.id");
	json_t *rows, *row;
	size_t i;

	ask_int(&a, entity);
	rows = ask_all(&a, e);
	json_array_foreach(rows, i, row)
		query_cells(row);
	return rows;
}

static json_t *outbox_of(struct query *q, int64_t entity, struct err *e)
{
	struct ask a = ask(q,
		"SELECT p.name AS partner, o.kind AS \"kind:push\", o.state AS \"state:outbox\", o.attempts, "
		"o.not_before, o.error, o.since, l.hash AS plan FROM outbox o JOIN partner p ON p.id = o.partner "
		"LEFT JOIN plan l ON l.id = o.plan WHERE o.entity = ? ORDER BY p.name");

	ask_int(&a, entity);
	return ask_all(&a, e);
}

static json_t *suppressed_of(struct query *q, int64_t entity, struct err *e)
{
	struct ask a =
		ask(q, "SELECT p.name AS partner, x.reason, x.since FROM suppress x JOIN partner p ON p.id = x.partner "
		       "WHERE x.entity = ? ORDER BY p.name");

	ask_int(&a, entity);
	return ask_all(&a, e);
}

/* Those records that refer to it, as id, type, name. */
static json_t *referring_of(struct query *q, int64_t entity, struct err *e)
{
	struct ask a =
		ask(q, "SELECT DISTINCT n.hub_id AS id, n.type AS \"type:type\", n.golden AS \"golden:json\" FROM "
		       "reference r JOIN entity n ON n.id = r.entity WHERE r.target = ? AND n.state = 0 LIMIT 100");
	json_t *rows, *row;
	size_t i;

	ask_int(&a, entity);
	rows = ask_all(&a, e);
	json_array_foreach(rows, i, row) {
		finish_row(row);
		json_object_del(row, "golden");
	}
	return rows;
}

/* Adds what make() gives, or drops everything on its failure. */
static bool put(json_t *out, const char *name, json_t *value)
{
	return value && !json_object_set_new(out, name, value);
}

static json_t *record_of(struct query *q, const char *record, struct record_found *found, struct err *e)
{
	AUTO(json_drop) json_t *out = json_object();
	json_t *row;

	if (!query_record(q, record, found, e) || !put(out, "record", row = entity_row(q, found->id, e)) ||
		!put(out, "shadows", shadows_of(q, found->id, e)) || !put(out, "outbox", outbox_of(q, found->id, e)) ||
		!put(out, "suppressed", suppressed_of(q, found->id, e)))
		return NULL;
	name_held(row, found->type);
	query_labels(q, found->type, json_object_get(row, "golden"), out);
	return steal(out);
}

json_t *query_show(struct query *q, const char *record, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	struct record_found found;
	AUTO(json_drop) json_t *out = record_of(q, record, &found, e);

	return out && put(out, "referring", referring_of(q, found.id, e)) ? steal(out) : NULL;
}

static bool has_event(const json_t *events, int64_t seq)
{
	const json_t *event;
	size_t i;

	json_array_foreach(events, i, event) {
		if (json_integer_value(json_object_get(event, "seq")) == seq)
			return true;
	}
	return false;
}

/* The event behind a contribution that was made while its shadow belonged to another record, before a split. */
static bool add_event(struct query *q, json_t *events, int64_t seq, struct err *e)
{
	json_t *row;
	size_t at = 0;
	struct ask a;

	if (!seq || has_event(events, seq))
		return true;
	a = ask(q, "SELECT v.seq, v.at, v.kind AS \"kind:event\", p.name AS partner, s.key, v.data AS \"data:json\" "
		   "FROM event v "
		   "LEFT JOIN partner p ON p.id = v.partner LEFT JOIN shadow s ON s.id = v.shadow WHERE v.seq = ?");
	ask_int(&a, seq);
	row = ask_row(&a) ? ask_object(&a) : NULL;
	if (row) {
		while (at < json_array_size(events) &&
			json_integer_value(json_object_get(json_array_get(events, at), "seq")) < seq)
			at++;
		json_array_insert_new(events, at, row);
	}
	return ask_end(&a, e);
}

static bool add_origins(struct query *q, json_t *events, const json_t *shadows, struct err *e)
{
	const json_t *shadow, *line;
	const char *field;
	json_t *cell;
	size_t i, k;

	json_array_foreach(shadows, i, shadow) {
		json_object_foreach(json_object_get(shadow, "fields"), field, cell) {
			if (!add_event(q, events, json_integer_value(json_object_get(cell, "seq")), e))
				return false;
			json_array_foreach(json_object_get(cell, "says"), k, line) {
				if (!add_event(q, events, json_integer_value(json_object_get(line, "seq")), e))
					return false;
			}
		}
	}
	return true;
}

json_t *query_history(struct query *q, const char *record, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	struct record_found found;
	AUTO(json_drop) json_t *out = record_of(q, record, &found, e);
	struct ask a;

	if (!out)
		return NULL;
	a = ask(q, QUERY_SAME
		"SELECT * FROM (SELECT v.seq, v.at, v.kind AS \"kind:event\", p.name AS partner, n.hub_id AS record, "
		"s.key, v.data AS \"data:json\" FROM event v JOIN entity n ON n.id = v.entity LEFT JOIN partner p ON "
		"p.id = v.partner LEFT JOIN shadow s ON s.id = v.shadow WHERE v.entity IN (SELECT id FROM same) ORDER "
		"BY "
		"v.seq DESC LIMIT ?3) ORDER BY seq");
	ask_int(&a, found.id);
	ask_int(&a, EVENT_MERGE);
	ask_int(&a, HISTORY_MAX);
	if (!put(out, "events", ask_all(&a, e)) ||
		!add_origins(q, json_object_get(out, "events"), json_object_get(out, "shadows"), e))
		return NULL;
	return steal(out);
}

json_t *query_disclosures(struct query *q, const char *record, struct err *e)
{
	QUERY_HELD held = query_hold(q);
	struct record_found found;
	AUTO(json_drop) json_t *out = json_object();
	AUTO(json_drop) json_t *row = NULL;
	struct ask a;

	if (!query_record(q, record, &found, e))
		return NULL;
	row = entity_row(q, found.id, e);
	if (!row)
		return NULL;
	json_object_set(out, "id", json_object_get(row, "id"));
	json_object_set(out, "type", json_object_get(row, "type"));
	json_object_set(out, "name", json_object_get(row, "name"));
	/* What was sent for a record that later became part of this one was a disclosure of this one. */
	a = ask(q, QUERY_SAME
		", settled (intent) AS (SELECT o.data ->> 'intent' FROM event o WHERE o.entity IN (SELECT id FROM same) AND "
		"(o.kind = ?3 OR (o.kind IN (?5, ?6) AND o.data ->> 'left' = 0)) AND o.data ->> 'intent' IS NOT NULL) "
		"SELECT v.seq, v.at, p.name AS partner, s.key, v.kind = ?3 AS \"acknowledged:bool\", v.data AS \"data:json\" FROM "
		"event v LEFT JOIN partner p ON p.id = v.partner LEFT JOIN shadow s ON s.id = v.shadow WHERE v.entity IN (SELECT id "
		"FROM same) AND (v.kind = ?3 OR (v.kind = ?4 AND v.seq NOT IN (SELECT intent FROM settled))) ORDER BY v.seq");
	ask_int(&a, found.id);
	ask_int(&a, EVENT_MERGE);
	ask_int(&a, EVENT_SENT);
	ask_int(&a, EVENT_INTENT);
	ask_int(&a, EVENT_RETRY);
	ask_int(&a, EVENT_REFUSED);
	return put(out, "disclosures", ask_all(&a, e)) ? steal(out) : NULL;
}
