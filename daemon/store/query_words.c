/*
 * query_words.c - what records are called, and what shadows hold, as JSON.
 */
#include "store/query_parts.h"

#include <stdlib.h>
#include <string.h>

/* --- labels -------------------------------------------------------------------------------------------------- */

static const char *text_at(const json_t *golden, const char *field)
{
	const json_t *v = json_object_get(golden, field);

	if (json_is_array(v))
		v = json_array_get(v, 0);
	return json_is_string(v) ? json_string_value(v) : "";
}

json_t *query_label(enum record_type type, const json_t *golden)
{
	const char *a = "", *b = "";

	switch (type) {
	case RECORD_ORGANIZATION:
		a = text_at(golden, "preferred_name");
		if (!*a)
			a = text_at(golden, "legal_name");
		if (!*a)
			a = text_at(golden, "enterprise_number");
		break;
	case RECORD_CONTACT:
		a = text_at(golden, "given_name");
		b = text_at(golden, "family_name");
		if (!*a && !*b)
			a = text_at(golden, "emails");
		break;
	case RECORD_REFERRAL:
		return json_sprintf("%s to %s, %s", text_at(golden, "from_partner"), text_at(golden, "to_partner"),
			text_at(golden, "state"));
	case RECORD_PARTICIPATION:
		a = text_at(golden, "activity_title");
		b = text_at(golden, "held_on");
		break;
	case RECORD_TYPES:
		break;
	}
	return json_sprintf("%s%s%s", a, *a && *b ? " " : "", b);
}

json_t *query_label_of(struct query *q, int64_t entity)
{
	struct ask a = ask(q, "SELECT type, golden AS \"golden:json\" FROM entity WHERE id = ?");
	struct err ignored = { 0 };
	json_t *label = NULL;

	ask_int(&a, entity);
	if (ask_row(&a)) {
		AUTO(json_drop) json_t *row = ask_object(&a);

		label = query_label((enum record_type)json_integer_value(json_object_get(row, "type")),
			json_object_get(row, "golden"));
	}
	ask_end(&a, &ignored);
	return label ? label : json_null();
}

void query_labels(struct query *q, enum record_type type, const json_t *golden, json_t *into)
{
	json_t *labels = json_object();

	for (unsigned f = 0; f < field_count(type); f++) {
		const char *id = json_string_value(json_object_get(golden, field_at(type, f)->name));
		struct record_found found;
		struct err ignored = { 0 };

		if (field_at(type, f)->kind == VALUE_REF && id && query_record(q, id, &found, &ignored))
			json_object_set_new(labels, id, query_label_of(q, found.id));
	}
	json_object_set_new(into, "labels", labels);
}

/* --- what a shadow holds ------------------------------------------------------------------------------------- */

/* Lines "+seq element" and "-seq element". */
static json_t *set_says(const char *own)
{
	json_t *lines = json_array();

	while (*own) {
		const size_t len = strcspn(own, "\n");
		char *element;
		const int64_t seq = strtoll(own + 1, &element, 10);

		if (*element == ' ' && element < own + len)
			json_array_append_new(
				lines, json_pack("{ss#,sb,sI}", "element", element + 1, (int)(own + len - element - 1),
					       "add", *own == '+', "seq", (json_int_t)seq));
		own += len + (own[len] == '\n');
	}
	return lines;
}

static json_t *cell_json(const struct field *field, const struct cell *c)
{
	json_t *cell = json_object();

	if (c->base)
		json_object_set_new(cell, "shows", value_json(field, c->base));
	if (c->own) {
		json_object_set_new(cell, "says", field->set ? set_says(c->own) : value_json(field, c->own));
		json_object_set_new(cell, "seq", json_integer(c->own_seq));
	}
	for (unsigned i = 0; i < c->nsent; i++) {
		if (!i)
			json_object_set_new(cell, "sent", json_array());
		json_array_append_new(json_object_get(cell, "sent"),
			json_pack("{so,sI}", "value", value_json(field, c->sent[i].value), "seq",
				(json_int_t)c->sent[i].seq));
	}
	return cell;
}

void query_cells(json_t *row)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const enum record_type type = (enum record_type)json_integer_value(json_object_get(row, "t"));
	const char *cells = json_string_value(json_object_get(row, "cells"));
	json_t *fields = json_object();
	struct err ignored = { 0 };
	struct shadow *s;

	json_object_set_new(row, "fields", fields);
	if (cells && type < RECORD_TYPES) {
		s = shadow_new(arena, 0, type, "");
		/* What cannot be read is left out here; the daemon itself will say that the store is damaged. */
		const bool ok = shadow_parse_cells(arena, s, cells, strlen(cells), &ignored);

		for (unsigned f = 0; ok && f < field_count(type); f++)
			if (s->cell[f].base || s->cell[f].own || s->cell[f].nsent)
				json_object_set_new(
					fields, field_at(type, f)->name, cell_json(field_at(type, f), &s->cell[f]));
	}
	json_object_del(row, "t");
	json_object_del(row, "cells");
}
