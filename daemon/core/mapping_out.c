/* Writing: values of a record to a partner's JSON, and what they will look like when they come back. */
#include "core/mapping_parts.h"

#include <string.h>

const char *row_out(const struct row *row, struct arena *arena, const char *value, struct err *e)
{
	if (row->separator && *value && strstr(value, row->separator)) {
		err_set(e, ERR_ITEM, "an element that holds the separator of its set");
		return NULL;
	}
	for (size_t i = row->uses; i-- > 0 && value && *value;)
		value = codec_out(&row->use[i], arena, value, e);
	if (!value || !*value)
		return value;
	if (row->row_loss)
		value = loss_apply(arena, row->row_loss, row->loss_most, value);
	if (!scalar_fits(row->json, value)) {
		err_set(e, ERR_ITEM,
			row->json == CODEC_NUMBER ? "a value that is no number" : "a value that is no boolean");
		return NULL;
	}
	return value;
}

/* --- JSON --------------------------------------------------------------------------------------------------- */

struct writing {
	struct arena *arena;
	const struct mapping *mapping;
	const struct record *record;
	json_t *body;
	bool at;	/* to where it is read, whatever writeto says */
	uint64_t lines; /* address rows already written with another */
};

static const struct path *target(const struct writing *w, const struct row *row)
{
	return row->writeto && !w->at ? row->writeto : &row->at[0];
}

static bool put(json_t *doc, const struct path *path, json_t *value, struct err *e)
{
	return json_put(doc, path->text, value) || err_set(e, ERR_ITEM, "something else stands where it is written");
}

/* What says "none" at the path. */
static bool put_none(const struct row *row, json_t *doc, const struct path *path, struct err *e)
{
	json_t *none = literal_json(&row->empty);

	if (none)
		return put(doc, path, none, e);
	path_remove(path, doc);
	return true;
}

static bool put_text(const struct row *row, json_t *doc, const struct path *path, const char *text, struct err *e)
{
	return *text ? put(doc, path, scalar_json(row->json, text), e) : put_none(row, doc, path, e);
}

/* The texts of the elements of a set, none for those that cannot be said there. */
static bool texts_out(
	const struct row *row, struct arena *arena, const char *set, const char ***out, size_t *n, struct err *e)
{
	size_t len, most = 1;

	for (const char *s = set; *s; s++)
		most += *s == '\n';
	*out = arena_array(arena, const char *, most);
	*n = 0;
	for (const char *s; (s = set_next(&set, &len));) {
		const char *text = row_out(row, arena, arena_strndup(arena, s, len), e);

		if (!text)
			return false;
		if (*text)
			(*out)[(*n)++] = text;
	}
	return true;
}

static bool has_text(const char *const *text, size_t n, const char *want)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] && !strcmp(text[i], want))
			return true;
	return false;
}

/* Scalars of a set: those that hold a wanted element already keep it, so that a telephone stays where it is. */
static bool slots_out(const struct row *row, const struct writing *w, const char **text, size_t n, struct err *e)
{
	const char **slot = arena_array(w->arena, const char *, row->ats);

	n = n < row->ats ? n : row->ats;
	for (size_t i = 0; i < row->ats; i++) {
		json_t *stopped, *now = path_find(&row->at[i], w->body, &stopped);
		const char *have = now && !row_says_none(row, now) ? scalar_text(w->arena, now) : NULL, *value;
		struct err ignored;

		value = have ? row_in(row, w->arena, have, &ignored) : NULL;
		have = value && *value ? row_out(row, w->arena, value, &ignored) : NULL;
		if (have && has_text(text, n, have) && !has_text(slot, row->ats, have))
			slot[i] = have;
	}
	for (size_t i = 0, k = 0; i < row->ats; i++) {
		if (slot[i])
			continue;
		while (k < n && has_text(slot, row->ats, text[k]))
			k++;
		slot[i] = k < n ? text[k] : "";
	}
	for (size_t i = 0; i < row->ats; i++)
		if (!put_text(row, w->body, row->ats > 1 ? &row->at[i] : target(w, row), slot[i], e))
			return false;
	return true;
}

static bool joined_out(const struct row *row, const struct writing *w, const char *const *text, size_t n, struct err *e)
{
	BUF_AUTO struct buf all = {0};

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_adds(&all, row->separator);
		buf_adds(&all, text[i]);
	}
	return put_text(row, w->body, target(w, row), n ? arena_strndup(w->arena, all.data, all.len) : "", e);
}

/* The text an element of an array holds, in the form in which it would be written; NULL if it is not one of ours. */
static const char *element_text(const struct row *row, struct arena *arena, json_t *element)
{
	json_t *stopped, *j = row->each ? path_find(row->each, element, &stopped) : element;
	const char *text;
	struct err ignored;

	if (row->each && !with_matches(row, element))
		return NULL;
	text = j ? scalar_text(arena, j) : NULL;
	text = text ? row_in(row, arena, text, &ignored) : "";
	return text && *text ? row_out(row, arena, text, &ignored) : "";
}

static json_t *element_new(const struct row *row, const char *text, struct err *e)
{
	json_t *element;

	if (!row->each || !row->each->n)
		return scalar_json(row->json, text);
	element = json_object();
	for (size_t i = 0; i < row->withs; i++)
		put(element, &row->with[i].path, literal_json(&row->with[i].value[0]), e);
	put(element, row->each, scalar_json(row->json, text), e);
	return element;
}

/* The array at the target, made if there is none; NULL if something else is there. */
static json_t *array_at(const struct writing *w, const struct row *row, struct err *e)
{
	json_t *stopped, *array = path_find(target(w, row), w->body, &stopped);

	if (!array || (!json_is_array(array) && row_says_none(row, array))) {
		array = json_array();
		return put(w->body, target(w, row), array, e) ? array : NULL;
	}
	if (!json_is_array(array)) {
		err_set(e, ERR_ITEM, "something else stands where it is written");
		return NULL;
	}
	return array;
}

/* Elements of others stay, those with a wanted value stay with all they hold, the rest goes, what is missing comes. */
static bool array_out(const struct row *row, const struct writing *w, const char **text, size_t n, struct err *e)
{
	json_t *array = array_at(w, row, e);

	if (!array)
		return false;
	for (size_t i = json_array_size(array); i-- > 0;) {
		const char *have = element_text(row, w->arena, json_array_get(array, i));
		bool kept = !have;

		for (size_t k = 0; !kept && k < n; k++) {
			if (text[k] && !strcmp(text[k], have)) {
				text[k] = NULL;
				kept = true;
			}
		}
		if (!kept)
			json_array_remove(array, i);
	}
	for (size_t k = 0; k < n; k++)
		if (text[k])
			json_array_append_new(array, element_new(row, text[k], e));
	return true;
}

/* A single value in an array of objects: in the first element that counts, which is made if there is none. */
static bool element_out(const struct row *row, const struct writing *w, const char *text, struct err *e)
{
	json_t *array = array_at(w, row, e), *element;
	size_t i;

	if (!array)
		return false;
	json_array_foreach (array, i, element) {
		if (!with_matches(row, element))
			continue;
		if (row->each->n)
			return put_text(row, element, row->each, text, e);
		if (*text)
			return !json_array_set_new(array, i, scalar_json(row->json, text));
		return !json_array_remove(array, i);
	}
	if (*text)
		json_array_append_new(array, element_new(row, text, e));
	return true;
}

static bool same_target(const struct writing *w, const struct row *a, const struct row *b)
{
	return b->part && b->write && !strcmp(target(w, a)->text, target(w, b)->text) && !a->each == !b->each &&
	       (!a->each || (!strcmp(a->each->text, b->each->text)));
}

/* The text that stands there now, for the parts of it that the record does not have. */
static const char *line_now(const struct row *row, const struct writing *w)
{
	json_t *stopped, *j = path_find(&row->at[0], w->body, &stopped), *element = NULL;
	const char *text;
	size_t i;

	if (row->each && json_is_array(j)) {
		json_t *array = j;

		j = NULL;
		json_array_foreach (array, i, element) {
			if (with_matches(row, element)) {
				j = path_find(row->each, element, &stopped);
				break;
			}
		}
	}
	text = j && !row_says_none(row, j) ? scalar_text(w->arena, j) : NULL;
	return text ? text : "";
}

static bool line_out(const struct row *row, struct writing *w, struct err *e)
{
	struct err ignored;
	const char *clean = normalise(w->arena, VALUE_TEXT, line_now(row, w), NULL, &ignored), *text;
	struct address_line parts = split_address_line(w->arena, clean ? clean : "");

	for (size_t i = 0; i < w->mapping->n; i++) {
		const struct row *r = &w->mapping->row[i];
		const char *value = w->record->v[r->index];

		if (!same_target(w, row, r))
			continue;
		w->lines |= FIELD_BIT(r->index);
		if (value && r->part == ADDRESS_STREET)
			parts.street = value;
		else if (value && r->part == ADDRESS_NUMBER)
			parts.house_number = value;
		else if (value)
			parts.box = value;
	}
	text = join_address_line(w->arena, &parts);
	if (row->row_loss)
		text = loss_apply(w->arena, row->row_loss, row->loss_most, text);
	return row->each ? element_out(row, w, text, e) : put_text(row, w->body, target(w, row), text, e);
}

static bool row_write(const struct row *row, struct writing *w, struct err *e)
{
	const char *value = w->record->v[row->index], *text, **texts;
	size_t n;

	if (row->part)
		return w->lines & FIELD_BIT(row->index) || line_out(row, w, e);
	if (!row->field->set) {
		text = row_out(row, w->arena, value, e);
		if (!text)
			return false;
		return row->each ? element_out(row, w, text, e) : put_text(row, w->body, target(w, row), text, e);
	}
	if (!texts_out(row, w->arena, value, &texts, &n, e))
		return false;
	if (row->separator)
		return joined_out(row, w, texts, n, e);
	return row->each ? array_out(row, w, texts, n, e) : slots_out(row, w, texts, n, e);
}

/* With those that live in the same array: a partner that replaces arrays whole must get all that is known of one. */
static uint64_t with_neighbours(const struct mapping *m, uint64_t fields)
{
	uint64_t all = fields;

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; m->row[i].each && fields & FIELD_BIT(m->row[i].index) && k < m->n; k++)
			if (m->row[k].each && !strcmp(m->row[i].at[0].text, m->row[k].at[0].text))
				all |= FIELD_BIT(m->row[k].index);
	return all;
}

static bool write_all(
	const struct mapping *m, const struct record *r, uint64_t fields, json_t *body, bool at, struct err *e)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct writing w = {.arena = arena, .mapping = m, .record = r, .body = body, .at = at};

	fields = with_neighbours(m, fields);
	for (size_t i = 0; i < m->n; i++) {
		const struct row *row = &m->row[i];

		if (row->write && fields & FIELD_BIT(row->index) && r->v[row->index] && !row_write(row, &w, e))
			return mapping_fail(e, row);
	}
	return true;
}

bool mapping_out(const struct mapping *m, const struct record *r, uint64_t fields, json_t *body, struct err *e)
{
	return write_all(m, r, fields, body, false, e);
}

bool mapping_out_at(const struct mapping *m, const struct record *r, uint64_t fields, json_t *body, struct err *e)
{
	return write_all(m, r, fields, body, true, e);
}

/* --- images ------------------------------------------------------------------------------------------------- */

/* A part of an address line, between parts that cannot be mistaken for it. */
static const char *part_image(const struct row *row, struct arena *arena, const char *value)
{
	struct address_line line = {"Straat", "1", ""};
	const char *text;

	if (row->part == ADDRESS_STREET)
		line.street = value;
	else if (row->part == ADDRESS_NUMBER)
		line.house_number = value;
	else
		line.box = value;
	text = join_address_line(arena, &line);
	if (row->row_loss)
		text = loss_apply(arena, row->row_loss, row->loss_most, text);
	line = split_address_line(arena, text);
	return row->part == ADDRESS_STREET ? line.street : row->part == ADDRESS_NUMBER ? line.house_number : line.box;
}

static const char *one_image(const struct row *row, struct arena *arena, const char *value)
{
	struct err ignored;
	const char *text = row->part ? NULL : row_out(row, arena, value, &ignored);

	if (row->part)
		return part_image(row, arena, value);
	return text && *text ? row_in(row, arena, text, &ignored) : text;
}

const char *mapping_image(const struct mapping *m, struct arena *arena, unsigned field, const char *value)
{
	const struct row *row = m->of[field];
	const char **image;
	size_t n = 0, len, most = 1;

	if (!row || !row->write || !value)
		return NULL;
	if (!*value || row->identity)
		return value;
	if (!row->field->set)
		return one_image(row, arena, value);
	for (const char *s = value; *s; s++)
		most += *s == '\n';
	image = arena_array(arena, const char *, most);
	for (const char *s; (s = set_next(&value, &len));) {
		const char *one = one_image(row, arena, arena_strndup(arena, s, len));

		if (!one)
			return NULL;
		if (*one && (row->each || row->separator || n < row->ats))
			image[n++] = one;
	}
	return set_make(arena, image, n);
}
