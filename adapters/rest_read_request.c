/* rest_read_request.c - one request of a manifest. */
#include "adapters/rest_read.h"

#include <string.h>

struct request_conf {
	struct request_rows rows;
	const struct yaml *item, *key, *version, *set, *batch;
	int mode;
	/* list */
	const struct yaml *items, *tombstones, *next, *delta, *more, *pages, *total, *high;
	/* deletions */
	const struct yaml *id, *modified, *cursor;
};

/* Of every list. */
#define LIST_ROWS                                                                                                      \
	REQUEST_ROWS(request_conf),                                                                                    \
		OPTION("path", NODE, request_conf, rows.path, "after the base URL", .required = true),                 \
		OPTION("items", NODE, request_conf, items, "pointer to the array of items", .required = true),         \
		OPTION("next", NODE, request_conf, next, "next link or cursor"),                                       \
		OPTION("delta", NODE, request_conf, delta, "link for another day"),                                    \
		OPTION("more", NODE, request_conf, more, "true: there is more"),                                       \
		OPTION("pages", NODE, request_conf, pages, "number of pages"),                                         \
		OPTION("total", NODE, request_conf, total, "number of items"),                                         \
		OPTION("high", NODE, request_conf, high, "the partner's own time up to which this list is complete")

static const struct option deletions_options[] = {
	LIST_ROWS,
	OPTION("id", NODE, request_conf, id, "pointer in an item to the id of what was deleted; the type's if not given"),
	OPTION("modified", NODE, request_conf, modified, "pointer to the time of the deletion, or { at, as }"),
	OPTION("cursor", NODE, request_conf, cursor, "how to walk and resume"),
	{0},
};

static const struct option list_options[] = {
	LIST_ROWS,
	OPTION("tombstones", NODE, request_conf, tombstones,
		"pointer to an array of deleted ids, or { at, id: pointer }"),
	{0},
};

static const char *const mode_words[] = {"patch", "replace", NULL};

static const struct option request_options[] = {
	REQUEST_ROWS(request_conf),
	OPTION("path", NODE, request_conf, rows.path, "after the base URL", .required = true),
	OPTION("item", NODE, request_conf, item, "pointer to the record in the answer"),
	OPTION("key", NODE, request_conf, key, "id of what was created"),
	OPTION("version", NODE, request_conf, version, "its version"),
	OPTION("set", NODE, request_conf, set, "create, update: pointer -> value, besides the fields"),
	OPTION("mode", ENUM, request_conf, mode, "update: patch sends what changed, replace the whole record",
		.fallback = "patch", .words = mode_words),
	OPTION("batch", NODE, request_conf, batch, "create, update, delete: how several travel in one request"),
	{0},
};

const unsigned request_slots[] = {
	[REQUEST_LIST] = SLOT_BIT(CURSOR) | SLOT_BIT(SINCE) | SLOT_BIT(PAGE) | SLOT_BIT(OFFSET) | SLOT_BIT(LIMIT),
	[REQUEST_GET] = SLOT_BIT(KEY),
	[REQUEST_FIND] = SLOT_BIT(HUB_ID),
	[REQUEST_CREATE] = SLOT_BIT(HUB_ID) | SLOT_BIT(TOKEN) | SLOT_BIT(RECORD),
	[REQUEST_UPDATE] = SLOT_BIT(KEY) | SLOT_BIT(VERSION) | SLOT_BIT(HUB_ID) | SLOT_BIT(TOKEN) | SLOT_BIT(RECORD),
	[REQUEST_DELETE] = SLOT_BIT(KEY) | SLOT_BIT(VERSION) | SLOT_BIT(TOKEN),
	[REQUEST_DELETIONS] = SLOT_BIT(CURSOR) | SLOT_BIT(SINCE) | SLOT_BIT(PAGE) | SLOT_BIT(OFFSET) | SLOT_BIT(LIMIT),
};

static const char *const default_method[] = {
	[REQUEST_LIST] = "GET",
	[REQUEST_GET] = "GET",
	[REQUEST_FIND] = "GET",
	[REQUEST_CREATE] = "POST",
	[REQUEST_UPDATE] = "PATCH",
	[REQUEST_DELETE] = "DELETE",
	[REQUEST_DELETIONS] = "GET",
};

unsigned read_slots(const struct parameter *p, size_t n)
{
	unsigned slots = 0;

	for (size_t i = 0; i < n; i++)
		slots |= template_slots(p[i].text) | template_json_slots(p[i].json);
	return slots;
}

static bool read_method(struct reader *r, const struct yaml *y, struct request *q, const char *method, const char *otherwise)
{
	static const char *const known[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

	q->method = method ? method : otherwise;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(known[i], q->method))
			return true;
	diag_add(r->diags, y, "method: one of GET, POST, PUT, PATCH, DELETE");
	return false;
}

bool read_rows(struct reader *r, const struct yaml *y, const struct request_rows *c, const char *method, unsigned slots,
	const struct yaml *envelope, const struct template_vars *vars, struct request *q)
{
	const unsigned json = SLOT_BIT(RECORD) | SLOT_BIT(ITEMS);
	bool ok;

	slots |= SLOT_BIT(NOW) | SLOT_BIT(REQUEST_ID);
	q->path = template_compile(r->arena, c->path, slots & ~json, vars, r->diags);
	ok = q->path && read_method(r, y, q, c->method, method);
	ok &= read_parameters(r, c->query, slots & ~json, vars, &q->query, &q->nquery);
	ok &= read_parameters(r, c->headers, (slots & ~json) | r->auth_slots, vars, &q->header, &q->nheader);
	ok &= read_parameters(r, c->form, slots | r->auth_slots, vars, &q->form, &q->nform);
	if (c->body)
		ok &= (q->body = template_json_compile(r->arena, c->body, slots | r->auth_slots, vars, r->diags)) !=
		      NULL;
	if (envelope && !c->form)
		ok &= (q->envelope = template_json_compile(
			       r->arena, envelope, slots | r->auth_slots | SLOT_BIT(BODY), vars, r->diags)) != NULL;
	q->slots |= template_slots(q->path) | read_slots(q->query, q->nquery) |
		    read_slots(q->header, q->nheader) | read_slots(q->form, q->nform) |
		    template_json_slots(q->body) | template_json_slots(q->envelope);
	return ok;
}

/* Pointer -> constant; the name of a parameter is the pointer. */
bool read_set(struct reader *r, const struct yaml *y, unsigned slots, const struct template_vars *vars, struct request *q)
{
	if (!read_parameters(r, y, slots, vars, &q->set, &q->nset))
		return false;
	for (size_t i = 0; i < q->nset; i++) {
		if (!json_pointer_valid(q->set[i].name) || !q->set[i].name[0]) {
			diag_add(r->diags, y, "set: %s is no JSON Pointer", q->set[i].name);
			return false;
		}
		if (!q->set[i].json)
			q->set[i].json = template_json_compile(r->arena, y->child[i], slots, vars, r->diags);
		q->slots |= template_json_slots(q->set[i].json);
	}
	return true;
}

static bool read_list(struct reader *r, const struct request_conf *c, struct listing *l)
{
	const struct yaml *at = c->tombstones ? yaml_get(c->tombstones, "at") : NULL;

	return read_locate(r, c->items, &l->items) && read_locate(r, at ? at : c->tombstones, &l->tombstones) &&
	       read_locate(r, c->next, &l->next) && read_locate(r, c->delta, &l->delta) &&
	       read_locate(r, c->more, &l->more) && read_locate(r, c->pages, &l->pages) &&
	       read_locate(r, c->total, &l->total) && read_locate(r, c->high, &l->high) &&
	       read_pointer(r, at ? yaml_get(c->tombstones, "id") : NULL, &l->tombstone_id);
}

/* Of what is deleted, a row's id is all that counts. */
static bool read_deletions(struct reader *r, const struct request_conf *c, const struct yaml *y, struct rest_type *t)
{
	struct listing *l = &t->deletions;

	l->tombstone_id = t->id;
	if (!read_list(r, c, l) || !read_pointer(r, c->id, &l->tombstone_id) || !read_modified(r, c->modified, l) ||
		!read_cursor(r, c->cursor, y, "deletions", t->request[REQUEST_DELETIONS].slots, l))
		return false;
	/* Each is told once unless the manifest wants otherwise. */
	if (!yaml_get(c->cursor, "overlap"))
		l->cursor.overlap_ms = 0;
	return true;
}

static const struct option *options_of(enum request_kind kind)
{
	return kind == REQUEST_LIST ? list_options : kind == REQUEST_DELETIONS ? deletions_options : request_options;
}

bool read_request(struct reader *r, enum request_kind kind, const struct yaml *y, const struct yaml *envelope,
	const struct template_vars *vars, struct rest_type *t)
{
	const unsigned set_slots = SLOT_BIT(KEY) | SLOT_BIT(VERSION) | SLOT_BIT(HUB_ID);
	struct request *q = &t->request[kind];
	struct request_conf c = {0};
	bool ok;

	q->kind = kind;
	if (!options_read(r->arena, options_of(kind), y, &c, r->diags))
		return false;
	ok = read_rows(r, y, &c.rows, default_method[kind], request_slots[kind], envelope, vars, q);
	q->replace = kind == REQUEST_UPDATE && c.mode == 1;
	ok &= read_locate(r, c.item, &q->item) && read_locate(r, c.key, &q->key) &&
	      read_locate(r, c.version, &q->version);
	ok &= read_set(r, c.set, set_slots, vars, q);
	if (c.batch && !yaml_is_null(c.batch))
		ok &= read_batch(r, c.batch, &c.rows, envelope, vars, t, q);
	if (kind == REQUEST_LIST)
		ok &= read_list(r, &c, &t->list);
	if (kind == REQUEST_DELETIONS && ok)
		ok = read_deletions(r, &c, y, t);
	return ok;
}
