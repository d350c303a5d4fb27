/* Reading: a partner's JSON to a record. */
#include "core/mapping_parts.h"

#include <stdio.h>
#include <string.h>

/* The elements one row finds in one item. */
struct found {
	struct arena *arena;
	const char **value;
	size_t n, cap;
	bool said; /* the partner says something, be it that there is none */
};

/* Rows of one address line stand together, so the last one split is kept. */
struct line {
	const char *raw;
	struct address_line parts;
};

static bool found_add(struct found *f, const char *value)
{
	if (!*value)
		return true;
	if (f->n == f->cap) {
		const char **more = arena_array(f->arena, const char *, f->cap ? f->cap * 2 : 8);

		if (f->n)
			memcpy(more, f->value, f->n * sizeof(*more));
		f->value = more;
		f->cap = f->cap ? f->cap * 2 : 8;
	}
	f->value[f->n++] = value;
	return true;
}

bool mapping_fail(struct err *e, const struct row *row)
{
	snprintf(e->field, sizeof(e->field), "%s", row->field->name);
	return false;
}

const char *row_in(const struct row *row, struct arena *arena, const char *raw, struct err *e)
{
	for (size_t i = 0; i < row->uses && raw && *raw; i++)
		raw = codec_in(&row->use[i], arena, raw, e);
	if (!raw || !*raw)
		return raw;
	return row->canonical ? raw : normalise(arena, row->field->kind, raw, NULL, e);
}

static const char *part_in(
	const struct row *row, struct arena *arena, const char *raw, struct line *line, struct err *e)
{
	if (line->raw != raw) {
		const char *clean = normalise(arena, VALUE_TEXT, raw, NULL, e);

		if (!clean)
			return NULL;
		*line = (struct line){raw, split_address_line(arena, clean)};
	}
	switch (row->part) {
	case ADDRESS_STREET:
		return line->parts.street;
	case ADDRESS_NUMBER:
		return line->parts.house_number;
	case ADDRESS_BOX:
		return line->parts.box;
	case ADDRESS_NO_PART:
		break;
	}
	return raw;
}

static bool split_in(const struct row *row, struct found *f, const char *raw, struct err *e)
{
	size_t sep = strlen(row->separator);

	for (const char *end; raw; raw = end ? end + sep : NULL) {
		const char *one;

		end = strstr(raw, row->separator);
		one = arena_strndup(f->arena, raw, end ? (size_t)(end - raw) : strlen(raw));
		one = row_in(row, f->arena, one, e);
		if (!one)
			return false;
		found_add(f, one);
	}
	return true;
}

bool row_says_none(const struct row *row, const json_t *j)
{
	return json_is_null(j) || (!row->empty_is_value && literal_is(&row->empty, j));
}

static bool scalar_in(const struct row *row, struct found *f, const json_t *j, struct line *line, struct err *e)
{
	const char *text, *value;

	f->said = true;
	if (row_says_none(row, j))
		return true;
	text = scalar_text(f->arena, j);
	if (!text)
		return err_set(e, ERR_ITEM, "a value that is not a text, number or boolean");
	if (row->separator)
		return split_in(row, f, text, e);
	value = row->part ? part_in(row, f->arena, text, line, e) : row_in(row, f->arena, text, e);
	return value && found_add(f, value);
}

bool with_matches(const struct row *row, json_t *element)
{
	for (size_t i = 0; i < row->withs; i++) {
		const struct with *w = &row->with[i];
		json_t *stopped, *have = path_find(&w->path, element, &stopped);
		bool any = false;

		for (size_t k = 0; have && k < w->n && !any; k++)
			any = literal_is(&w->value[k], have);
		if (!any)
			return false;
	}
	return true;
}

static bool elements_in(const struct row *row, struct found *f, json_t *array, struct line *line, struct err *e)
{
	json_t *element, *stopped;
	size_t i;

	f->said = true;
	json_array_foreach (array, i, element) {
		json_t *j = with_matches(row, element) ? path_find(row->each, element, &stopped) : NULL;

		if (j && !scalar_in(row, f, j, line, e))
			return false;
		if (!row->field->set && f->n)
			break;
	}
	return true;
}

static bool path_in(
	const struct row *row, struct found *f, const struct path *at, json_t *item, struct line *line, struct err *e)
{
	json_t *stopped, *j = path_find(at, item, &stopped);

	if (!j) {
		f->said = f->said || row->absent_is_empty || (stopped && row_says_none(row, stopped));
		return true;
	}
	if (row->each && json_is_array(j))
		return elements_in(row, f, j, line, e);
	if (row->each && !row_says_none(row, j))
		return err_set(e, ERR_ITEM, "not an array");
	return scalar_in(row, f, j, line, e);
}

static bool row_read(
	const struct row *row, struct arena *arena, json_t *item, struct line *line, const char **out, struct err *e)
{
	struct found f = {.arena = arena};

	if (row->constant) {
		*out = row->constant;
		return true;
	}
	for (size_t i = 0; i < row->ats && (row->field->set || !f.n); i++)
		if (!path_in(row, &f, &row->at[i], item, line, e))
			return mapping_fail(e, row);
	if (!f.said)
		return true;
	*out = row->field->set ? set_make(arena, f.value, f.n) : f.n ? f.value[0] : "";
	if (row->field->set && f.n > 1 && strlen(*out) > VALUE_MAX) {
		err_set(e, ERR_ITEM, "set of more than %d bytes", VALUE_MAX);
		return mapping_fail(e, row);
	}
	return true;
}

struct record *mapping_in(const struct mapping *m, struct arena *arena, json_t *item, struct err *e)
{
	struct record *r = record_new(arena, m->type);
	struct line line = {0};

	if (!json_is_object(item)) {
		err_set(e, ERR_ITEM, "record is not an object");
		return NULL;
	}
	for (size_t i = 0; i < m->n; i++)
		if (!row_read(&m->row[i], arena, item, &line, &r->v[m->row[i].index], e))
			return NULL;
	return r;
}
