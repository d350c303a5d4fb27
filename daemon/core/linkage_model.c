/* A model of one schema as JSON. */
#include "core/linkage_parts.h"

#include <stdlib.h>
#include <string.h>

static int by_share(const void *a, const void *b)
{
	const struct linkage_frequency *x = *(struct linkage_frequency *const *)a;
	const struct linkage_frequency *y = *(struct linkage_frequency *const *)b;

	return x->share != y->share ? (x->share > y->share ? -1 : 1) : strcmp(x->text, y->text);
}

/* Those of one field, most frequent first. */
static json_t *frequencies_json(const struct linkage_model *m, unsigned field)
{
	AUTO(free) struct linkage_frequency **sorted = calloc(m->nfrequency + 1, sizeof *sorted);
	json_t *out = json_object();
	size_t n = 0;

	if (!sorted)
		abort();
	for (size_t i = 0; i < m->slots; i++) {
		struct linkage_frequency *at = &m->frequency[i];

		if (at->hash && at->hash == linkage_frequency_hash(field, at->text, strlen(at->text)))
			sorted[n++] = at;
	}
	qsort(sorted, n, sizeof(struct linkage_frequency *), by_share);
	for (size_t i = 0; i < n; i++)
		json_object_set_new(out, sorted[i]->text, json_real((double)sorted[i]->share));
	return out;
}

/* Of each class its share and, field by field, the shares of the levels in their order. */
static json_t *near_json(const struct linkage_model *m)
{
	json_t *out = json_array();

	for (size_t k = 0; k < m->nnear; k++) {
		json_t *fields = json_object();

		for (unsigned f = 0; f < m->schema->nfields; f++) {
			const struct linkage_field *field = &m->schema->field[f];
			json_t *levels = json_array();

			for (size_t l = 0; !field->part && l < linkage_level_count(field->kind); l++)
				json_array_append_new(levels, json_real(m->near[k].r[f][l]));
			if (field->part)
				json_decref(levels);
			else
				json_object_set_new(fields, field->name, levels);
		}
		json_array_append_new(out, json_pack("{sfso}", "share", m->near[k].share, "fields", fields));
	}
	return out;
}

json_t *linkage_model_json(const struct linkage_model *m)
{
	json_t *fields = json_object();

	for (unsigned f = 0; f < m->schema->nfields; f++) {
		const struct linkage_field *field = &m->schema->field[f];
		const struct linkage_weights *w = &m->field[f];
		json_t *levels = json_object(), *out;

		for (unsigned l = 0; l < linkage_level_count(field->kind); l++)
			json_object_set_new(
				levels, linkage_level_name(field->kind, l), json_pack("[ff]", w->m[l], w->u[l]));
		out = field->part ? json_object() : json_pack("{so}", "levels", levels);
		if (field->part)
			json_decref(levels);
		if (w->floor > 0) {
			json_object_set_new(out, "rarest", json_real(w->floor));
			json_object_set_new(out, "frequent", frequencies_json(m, f));
		}
		json_object_set_new(fields, field->name, out);
	}
	return json_pack("{sfsfsfsoso}", "prior", m->prior, "link", m->link, "review", m->review, "fields", fields, "near",
		near_json(m));
}

static bool bad(struct err *e, const char *field, const char *member, const char *what)
{
	return err_set(e, ERR_BROKEN, "%s%s%s: %s", field, *member ? ": " : "", member, what);
}

static bool read_number(json_t *in, const char *name, double least, double most, double *out, struct err *e)
{
	json_t *value = json_object_get(in, name);

	*out = json_number_value(value);
	return (json_is_number(value) && *out >= least && *out <= most) ||
	       err_set(e, ERR_BROKEN, "%s: must be a number from %g to %g", name, least, most);
}

static bool read_probability(json_t *value, double *out)
{
	*out = json_number_value(value);
	return json_is_number(value) && *out > 0 && *out <= 1;
}

static bool read_levels(const struct linkage_field *field, json_t *in, struct linkage_weights *w, struct err *e)
{
	const size_t n = linkage_level_count(field->kind);

	if (json_object_size(in) != n)
		return bad(e, field->name, "levels", "must have each of its levels once");
	for (unsigned l = 0; l < n; l++) {
		const char *name = linkage_level_name(field->kind, l);
		json_t *pair = json_object_get(in, name);

		if (json_array_size(pair) != 2 || !read_probability(json_array_get(pair, 0), &w->m[l]) ||
			!read_probability(json_array_get(pair, 1), &w->u[l]))
			return bad(e, field->name, name, "must be [m, u], each over 0 and at most 1");
	}
	return true;
}

static bool read_frequencies(struct linkage_model *m, unsigned f, json_t *in, struct err *e)
{
	const struct linkage_field *field = &m->schema->field[f];
	json_t *frequent = json_object_get(in, "frequent"), *share;
	const char *text;
	double value, floor;

	if (!frequent && !json_object_get(in, "rarest"))
		return true;
	if (!read_probability(json_object_get(in, "rarest"), &floor))
		return bad(e, field->name, "rarest", "must be a share over 0 and at most 1");
	linkage_frequency_floor(m, f, floor);
	if (!json_is_object(frequent) || json_object_size(frequent) > LINKAGE_FREQUENT_MAX)
		return bad(e, field->name, "frequent", "must be an object of at most 4096 texts and their shares");
	json_object_foreach (frequent, text, share) {
		if (!read_probability(share, &value) || !*text || strlen(text) > LINKAGE_TEXT_MAX)
			return bad(e, field->name, "frequent", "must have texts of 1 to 64 bytes and shares over 0 and at most 1");
		linkage_frequency_add(m, f, text, strlen(text), value);
	}
	return true;
}

static bool read_field(struct linkage_model *m, unsigned f, json_t *in, struct err *e)
{
	const struct linkage_field *field = &m->schema->field[f];
	const char *name;
	json_t *value;

	if (!json_is_object(in))
		return bad(e, field->name, "", "is missing");
	json_object_foreach (in, name, value)
		if (strcmp(name, "levels") && strcmp(name, "rarest") && strcmp(name, "frequent"))
			return bad(e, field->name, name, "is not known");
	if (!field->part && !read_levels(field, json_object_get(in, "levels"), &m->field[f], e))
		return false;
	return read_frequencies(m, f, in, e);
}

static bool read_near(struct linkage_model *m, json_t *in, struct err *e)
{
	const size_t n = json_array_size(in);

	if (in && (!json_is_array(in) || n > LINKAGE_NEAR_MAX))
		return bad(e, "near", "", "must be an array of at most 12 classes");
	for (m->nnear = 0; m->nnear < n; m->nnear++) {
		struct linkage_near *near = &m->near[m->nnear];
		json_t *class = json_array_get(in, m->nnear), *fields = json_object_get(class, "fields");

		if (!read_probability(json_object_get(class, "share"), &near->share))
			return bad(e, "near", "share", "must be over 0 and at most 1");
		for (unsigned f = 0; f < m->schema->nfields; f++) {
			const struct linkage_field *field = &m->schema->field[f];
			const size_t levels = linkage_level_count(field->kind);
			json_t *share = json_object_get(fields, field->name);

			if (!field->part && json_array_size(share) != levels)
				return bad(e, "near", field->name, "must have a share for each level");
			for (size_t l = 0; !field->part && l < levels; l++)
				if (!read_probability(json_array_get(share, l), &near->r[f][l]))
					return bad(e, "near", field->name, "shares must be over 0 and at most 1");
			for (size_t l = 0; field->part && l < levels; l++)
				near->r[f][l] = m->field[f].u[l];
		}
	}
	return true;
}

struct linkage_model *linkage_model_read(const struct linkage_schema *schema, json_t *in, struct err *e)
{
	AUTO(linkage_model_free) struct linkage_model *m = linkage_model_new(schema);
	json_t *fields = json_object_get(in, "fields");

	if (!read_number(in, "prior", -100, 0, &m->prior, e) || !read_number(in, "link", -100, 200, &m->link, e) ||
		!read_number(in, "review", -100, 200, &m->review, e))
		return NULL;
	if (m->review > m->link) {
		bad(e, "review", "", "must not be over link");
		return NULL;
	}
	if (json_object_size(fields) != schema->nfields) {
		bad(e, "fields", "", "must have each field once");
		return NULL;
	}
	for (unsigned f = 0; f < schema->nfields; f++)
		if (!read_field(m, f, json_object_get(fields, schema->field[f].name), e))
			return NULL;
	if (!read_near(m, json_object_get(in, "near"), e))
		return NULL;
	linkage_weigh(m);
	return steal(m);
}
