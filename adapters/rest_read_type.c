/* rest_read_type.c - one record type of a manifest, and the rules for errors. */
#include "adapters/rest_read.h"

#include <string.h>

struct type_conf {
	const struct yaml *vars, *fields, *id, *version, *modified, *hub_id, *merged, *deleted, *envelope, *cursor;
	struct option_list derived;
	const struct yaml *request[REQUESTS];
};

static const struct option type_options[] = {
	OPTION("vars", NODE, type_conf, vars, "variables of this type"),
	OPTION("fields", NODE, type_conf, fields, "the field map"),
	OPTION("id", NODE, type_conf, id, "pointer to an item's id"),
	OPTION("version", NODE, type_conf, version, "pointer to what changes with every edit"),
	OPTION("modified", NODE, type_conf, modified,
		"pointer to the time of the last edit, or { at, as: strftime form }"),
	OPTION("derived", LIST, type_conf, derived, "pointers to what the partner itself changes with an edit"),
	OPTION("hub_id", NODE, type_conf, hub_id, "pointer to the external id, or { at, to: where it is written }"),
	OPTION("merged", NODE, type_conf, merged, "pointer to the id of the record this one was merged into"),
	OPTION("deleted", NODE, type_conf, deleted,
		"pointer to the deletion mark, or { at, is: [values], has: text, id: pointer }"),
	OPTION("envelope", NODE, type_conf, envelope, "JSON around every request's body, which is ${body}"),
	OPTION("cursor", NODE, type_conf, cursor, "how to walk and resume"),
#define X(kind, name) OPTION(name, NODE, type_conf, request[REQUEST_##kind], "request"),
	REQUEST_LIST(X)
#undef X
		{0},
};

struct cursor_conf {
	const char *kind;
	uint64_t overlap_ms;
	int64_t first, limit, limit_max;
};

static const struct option cursor_options[] = {
	OPTION("kind", TEXT, cursor_conf, kind,
		"delta-link, cursor, page-cursor, since+page, since+keyset, since+cursor, since+link, offset, link",
		.required = true),
	OPTION("overlap", SPAN, cursor_conf, overlap_ms,
		"how far before the newest modification seen the next poll begins", .fallback = "2min"),
	OPTION("first", INT, cursor_conf, first, "number of the first page", .fallback = "1", .min = 0, .max = 1),
	OPTION("limit", INT, cursor_conf, limit, "items per page", .fallback = "100", .min = 1, .max = REST_ITEMS_MAX),
	OPTION("max", INT, cursor_conf, limit_max, "most items per page that the partner allows; limit if not given",
		.min = 0, .max = REST_ITEMS_MAX),
	{0},
};

bool read_cursor(struct reader *r, const struct yaml *y, const struct yaml *where, const char *list, unsigned slots,
	struct listing *l)
{
	static const char *const table[] = {
		"delta-link", "cursor", "page-cursor", "since+page", "since+keyset", "since+cursor", "since+link", "offset", "link"};
	struct cursor_conf c = {0};
	const struct cursor_kind *k = cursor_kinds;
	const char *lacks = NULL;

	if (!y) {
		diag_add(r->diags, where, "cursor: is needed: how to walk through pages and resume");
		return false;
	}
	if (!options_read(r->arena, cursor_options, y, &c, r->diags))
		return false;
	for (; k->name && strcmp(k->name, c.kind);)
		k++;
	if (!k->name) {
		const char *near = nearest_word(c.kind, table, sizeof table / sizeof *table);

		diag_add(r->diags, y, "kind: no cursor is of kind %s%s%s%s", c.kind, near ? " (did you mean " : "",
			near ? near : "", near ? "?)" : "");
		return false;
	}
	l->cursor = (struct cursor_spec){k, c.overlap_ms, c.first, c.limit, c.limit_max ? c.limit_max : c.limit};
	if (k->keep == KEEP_SINCE && !(slots & SLOT_BIT(SINCE)))
		lacks = "${since}";
	else if (k->keep == KEEP_SINCE && !l->modified && !l->high.from)
		lacks = "modified, or high";
	else if (k->walk == WALK_KEYSET && !l->modified)
		lacks = "modified";
	else if (k->walk == WALK_PAGE && !(slots & (SLOT_BIT(PAGE) | SLOT_BIT(OFFSET))))
		lacks = "${page} or ${offset}";
	else if (k->walk == WALK_CURSOR && (!(slots & SLOT_BIT(CURSOR)) || !l->next.from))
		lacks = "${cursor}, and next";
	else if (k->walk == WALK_LINK && !l->next.from)
		lacks = "next";
	else if (k->keep == KEEP_LINK && !l->delta.from)
		lacks = "delta";
	if (lacks)
		diag_add(r->diags, y, "kind: %s needs %s for %s", k->name, lacks, list);
	return !lacks;
}

struct deleted_conf {
	const struct yaml *at, *id;
	const char *has;
	struct option_list is;
};

static const struct option deleted_options[] = {
	OPTION("at", NODE, deleted_conf, at, "pointer", .required = true),
	OPTION("is", LIST, deleted_conf, is, "values that mean deleted"),
	OPTION("has", TEXT, deleted_conf, has, "or hold this text"),
	OPTION("id", NODE, deleted_conf, id, "pointer to the id where a deleted row has it elsewhere"),
	{0},
};

static bool read_deleted(struct reader *r, const struct yaml *y, struct rest_type *t)
{
	struct deleted_conf c = {0};

	if (!y || y->kind == YAML_SCALAR)
		return read_pointer(r, y, &t->deleted);
	if (!options_read(r->arena, deleted_options, y, &c, r->diags))
		return false;
	t->deleted_is = c.is.item;
	t->ndeleted_is = c.is.n;
	t->deleted_has = c.has;
	return read_pointer(r, c.at, &t->deleted) && read_pointer(r, c.id, &t->deleted_id);
}

struct pair_conf {
	const struct yaml *at, *to;
	const char *form;
};

static const struct option modified_options[] = {
	OPTION("at", NODE, pair_conf, at, "pointer", .required = true),
	OPTION("as", TEXT, pair_conf, form, "strftime form"),
	{0},
};

static const struct option hub_id_options[] = {
	OPTION("at", NODE, pair_conf, at, "pointer", .required = true),
	OPTION("to", NODE, pair_conf, to, "pointer in what is sent"),
	{0},
};

static bool read_pair(struct reader *r, const struct yaml *y, const struct option *options, const char **at,
	const char **to, const char **form)
{
	struct pair_conf c = {0};

	if (!y || y->kind == YAML_SCALAR)
		return read_pointer(r, y, at);
	if (!options_read(r->arena, options, y, &c, r->diags))
		return false;
	if (form)
		*form = c.form;
	return read_pointer(r, c.at, at) && (!to || read_pointer(r, c.to, to));
}

bool read_modified(struct reader *r, const struct yaml *y, struct listing *l)
{
	return read_pair(r, y, modified_options, &l->modified, NULL, &l->modified_form);
}

/* x.self.<name> is x.<partner>.<name>, so that a manifest serves any partner. */
static const struct yaml *own_fields(struct reader *r, const struct yaml *y)
{
	struct yaml *out;

	if (y->kind != YAML_MAPPING)
		return y;
	out = arena_copy(r->arena, y, sizeof *y);
	out->child = arena_array(r->arena, struct yaml *, y->n + 1);
	for (size_t i = 0; i < y->n; i++) {
		out->child[i] = y->child[i];
		if (!strncmp(y->child[i]->key, "x.self.", 7)) {
			out->child[i] = arena_copy(r->arena, y->child[i], sizeof *y);
			out->child[i]->key = arena_printf(r->arena, "x.%s.%s", r->partner, y->child[i]->key + 7);
		}
	}
	return out;
}

/* What one part of the type needs of another. */
static bool type_whole(struct reader *r, const struct rest_type *t, const struct yaml *where)
{
	const size_t before = r->diags->n;

	if (!t->id)
		diag_add(r->diags, where, "id: is needed: where an item's id is");
	if (!t->request[REQUEST_LIST].method)
		diag_add(r->diags, where, "list: is needed");
	if (t->request[REQUEST_FIND].method && !t->hub_id)
		diag_add(r->diags, where, "find: needs hub_id: where the external id is");
	if (t->request[REQUEST_UPDATE].replace && !t->request[REQUEST_GET].method)
		diag_add(r->diags, where, "update: mode replace needs get");
	return r->diags->n == before;
}

static const char *const *volatiles_of(struct reader *r, const struct rest_type *t, const struct option_list *derived)
{
	const char **out = arena_array(r->arena, const char *, derived->n + 3);
	size_t n = 0;

	if (t->version)
		out[n++] = t->version;
	if (t->list.modified)
		out[n++] = t->list.modified;
	for (size_t i = 0; i < derived->n; i++)
		out[n++] = derived->item[i];
	out[n] = NULL;
	return out;
}

struct rest_type *read_type(struct reader *r, enum record_type type, const struct yaml *defaults,
	const struct yaml *node, const struct yaml *where)
{
	struct rest_type *t = arena_new_of(r->arena, struct rest_type);
	const struct yaml *y = read_overlay(r->arena, defaults, node);
	struct type_conf c = {0};
	struct template_vars vars;
	bool ok;

	t->type = type;
	t->name = record_type_name(type);
	if (!options_read(r->arena, type_options, y, &c, r->diags))
		return NULL;
	vars = read_vars(r, &r->vars, c.vars);
	ok = read_pointer(r, c.id, &t->id);
	ok &= read_pointer(r, c.version, &t->version);
	ok &= read_pointer(r, c.merged, &t->merged);
	ok &= read_deleted(r, c.deleted, t);
	ok &= read_modified(r, c.modified, &t->list);
	t->volatiles = volatiles_of(r, t, &c.derived);
	ok &= read_pair(r, c.hub_id, hub_id_options, &t->hub_id, &t->hub_id_to, NULL);
	if (!t->hub_id_to)
		t->hub_id_to = t->hub_id;
	for (unsigned k = 0; k < REQUESTS; k++)
		if (c.request[k] && !yaml_is_null(c.request[k]))
			ok &= read_request(r, (enum request_kind)k, c.request[k], c.envelope, &vars, t);
	if (!c.fields) {
		diag_add(r->diags, where, "fields: are needed");
		return NULL;
	}
	t->mapping = mapping_compile(r->arena, type, own_fields(r, c.fields), r->diags);
	ok &= t->mapping && mapping_check(t->mapping, r->diags);
	ok &= type_whole(r, t, where);
	return ok && read_cursor(r, c.cursor, where, "list", t->request[REQUEST_LIST].slots, &t->list) ? t : NULL;
}

/* --- errors ------------------------------------------------------------------------------------------------- */

struct error_conf {
	const char *status, *has;
	const struct yaml *at;
	struct option_list is;
	int verdict;
};

static const char *const verdict_words[] = {
#define X(verdict, name, meaning) name,
	VERDICT_LIST(X)
#undef X
		NULL};

static const struct option error_options[] = {
	OPTION("status", TEXT, error_conf, status, "404, 4xx, 500-599"),
	OPTION("at", NODE, error_conf, at, "pointer or header:Name that must be there, and neither null nor false"),
	OPTION("is", LIST, error_conf, is, "and be one of these"),
	OPTION("has", TEXT, error_conf, has, "and contain this"),
	OPTION("kind", ENUM, error_conf, verdict, "what it means", .words = verdict_words, .required = true),
	{0},
};

static bool read_status(const char *text, unsigned *from, unsigned *to)
{
	unsigned a, b;
	int end = 0;

	if (strlen(text) == 3 && text[0] >= '1' && text[0] <= '5' && !strcmp(text + 1, "xx")) {
		*from = (unsigned)(text[0] - '0') * 100;
		*to = *from + 99;
		return true;
	}
	if (sscanf(text, "%3u-%3u%n", &a, &b, &end) == 2 && !text[end] && a >= 100 && a <= b) {
		*from = a;
		*to = b;
		return true;
	}
	end = 0;
	if (sscanf(text, "%3u%n", &a, &end) == 1 && !text[end] && a >= 100) {
		*from = *to = a;
		return true;
	}
	return false;
}

bool read_errors(struct reader *r, const struct yaml *y, struct error_rule **out, size_t *n)
{
	bool ok = true;

	if (y->kind != YAML_SEQUENCE) {
		diag_add(r->diags, y, "errors: a list of rules is wanted");
		return false;
	}
	*out = arena_array(r->arena, struct error_rule, y->n + 1);
	for (*n = 0; *n < y->n; (*n)++) {
		struct error_rule *rule = &(*out)[*n];
		struct error_conf c = {0};

		rule->where = y->child[*n];
		if (!options_read(r->arena, error_options, rule->where, &c, r->diags)) {
			ok = false;
			continue;
		}
		rule->is = c.is.item;
		rule->nis = c.is.n;
		rule->has = c.has;
		rule->verdict = (enum verdict)c.verdict;
		ok &= read_locate(r, c.at, &rule->at);
		if (c.status && !read_status(c.status, &rule->status_from, &rule->status_to)) {
			diag_add(r->diags, rule->where, "status: 404, 4xx or 500-599 is the form");
			ok = false;
		}
		if (!c.status && !c.at) {
			diag_add(r->diags, rule->where, "status or at is needed");
			ok = false;
		}
	}
	return ok;
}
