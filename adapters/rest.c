/*
 * rest.c - any JSON-over-HTTP API, described by a manifest: pulls, gets and pushes as calls (rest_call.h).
 *
 * A push says in `sent` whether it may have had an effect. It may share its request with others (rest_batch.c).
 */
#include <inttypes.h>
#include <string.h>

#include "adapters/rest_call.h"

/* --- pull ----------------------------------------------------------------------------------------------------- */

#define DAY_MS INT64_C(86400000)

static bool two_lists(const struct rest_call *c)
{
	return c->type->request[REQUEST_DELETIONS].method;
}

/* The cursor of the list, or of the deletions: which of them this page is of. */
static const char *begin_walk(struct rest_call *c, struct err *e)
{
	struct walk *w = &c->walk;

	if (!two_lists(c))
		return c->pull->cursor;
	walk_read(c->scratch, c->pull->cursor, loop_wall(c->task.op.loop), w, e);
	return w->deletions ? w->gone : w->list;
}

/* The first time it is not known since when: a day before the list was begun, so that the two clocks do not matter. */
static void since_at_first(struct rest_call *c)
{
	struct cursor *k = &c->cursor;

	if (!c->walk.deletions || k->has_since || k->walking || c->listing->cursor.kind->keep != KEEP_SINCE)
		return;
	k->has_since = true;
	k->since_ms = c->walk.began_ms - DAY_MS;
}

static bool begin_pull(struct rest_call *c, struct err *e)
{
	struct pull *p = c->pull;
	struct fill *f = &c->fill;
	const char *text = begin_walk(c, e);

	p->total = -1;
	c->listing = c->walk.deletions ? &c->type->deletions : &c->type->list;
	c->request = &c->type->request[c->walk.deletions ? REQUEST_DELETIONS : REQUEST_LIST];
	if (e->kind || !cursor_read(c->scratch, &c->listing->cursor, text, p->limit, &c->cursor, e))
		return false;
	since_at_first(c);
	f->has_since = c->cursor.has_since;
	f->since_ms = c->cursor.since_ms;
	f->text[SLOT_CURSOR] = c->cursor.opaque;
	f->text[SLOT_PAGE] = arena_printf(c->scratch, "%" PRId64, c->cursor.page);
	f->text[SLOT_OFFSET] = arena_printf(c->scratch, "%" PRId64, c->cursor.offset);
	f->text[SLOT_LIMIT] = arena_printf(c->scratch, "%" PRId64, c->cursor.limit);
	if (c->cursor.link)
		c->link = request_link(c->rest, c->scratch, c->cursor.link, e);
	return !e->kind;
}

static void parse_pull(struct rest_call *c)
{
	answer_page(c->type, c->request, &c->answer, c->arena, c->scratch, &c->item, &c->page, &c->failure);
}

/* After the list's last page come the deletions; a list that keeps nothing has no cursor at rest. */
static const char *next_walk(struct rest_call *c, const char *next, bool *more)
{
	struct walk *w = &c->walk;

	if (w->deletions)
		w->gone = next;
	else
		w->list = next;
	if (w->deletions && !*more && c->type->list.cursor.kind->keep == KEEP_NOTHING)
		return NULL;
	if (!*more) {
		w->deletions = !w->deletions;
		*more = w->deletions;
	}
	return walk_print(c->pull->arena, w, *more);
}

static bool judge_pull(struct rest_call *c, const struct step **next, struct err *e)
{
	const struct cursor_spec *spec = &c->listing->cursor;
	struct pull *p = c->pull;

	(void)next;
	if (c->verdict == VERDICT_EMPTY)
		c->page = (struct page){.more = 0, .total = -1, .pages = -1};
	if (c->page.next && spec->kind->walk == WALK_LINK)
		c->page.next = request_link(c->rest, c->scratch, c->page.next, e);
	if (!e->kind && c->page.delta)
		c->page.delta = request_link(c->rest, c->scratch, c->page.delta, e);
	if (e->kind || !cursor_advance(spec, &c->cursor, &c->page, &p->more, e))
		return false;
	p->item = c->item;
	p->n = c->page.n;
	p->total = c->walk.deletions ? -1 : c->page.total;
	p->next = cursor_print(p->arena, spec, &c->cursor);
	if (two_lists(c))
		p->next = next_walk(c, p->next, &p->more);
	return true;
}

static const struct call_kind kind_pull = {
	.first = &call_token, .begin = begin_pull, .compose = call_compose, .parse = parse_pull, .judge = judge_pull};

/* --- get ------------------------------------------------------------------------------------------------------ */

static bool begin_get(struct rest_call *c, struct err *e)
{
	(void)e;
	c->request = &c->type->request[c->get->key ? REQUEST_GET : REQUEST_FIND];
	c->fill.text[SLOT_KEY] = c->get->key;
	c->fill.text[SLOT_HUB_ID] = c->get->hub_id;
	return true;
}

/* "No such record" is null, false or nothing in a place that is there: an answer of another shape must not be taken for
 * a deletion. */
static void parse_get(struct rest_call *c)
{
	static const struct locate whole = {LOCATE_POINTER, "", NULL, NULL};
	const struct locate *where = c->request->item.from ? &c->request->item : &whole;
	const json_t *row = locate_json(where, &c->answer, c->answer.doc);
	const char *last = strrchr(where->what, '/');
	const bool none = row ? json_is_null(row) || json_is_false(row) || (json_is_array(row) && !json_array_size(row))
			      : last && json_at(c->answer.doc,
						arena_strndup(c->scratch, where->what, (size_t)(last - where->what)));

	call_item_at(c, where);
	if (!c->item && !none)
		err_set(&c->failure, ERR_BROKEN, "%s %s: no record at %s", request_names[c->request->kind],
			c->type->name, where->what[0] ? where->what : "the top of the answer");
}

static bool judge_get(struct rest_call *c, const struct step **next, struct err *e)
{
	struct get *g = c->get;

	(void)next;
	(void)e;
	g->found = c->verdict == VERDICT_OK && c->item && c->item->state != ITEM_GONE;
	if (g->found)
		g->item = *c->item;
	return true;
}

static const struct call_kind kind_get = {
	.first = &call_token, .begin = begin_get, .compose = call_compose, .parse = parse_get, .judge = judge_get};

/* --- push ----------------------------------------------------------------------------------------------------- */

/* Puts into what is sent what is no field. */
static bool object_set(struct rest_call *c, struct err *e)
{
	const struct request *q = c->request;

	for (size_t i = 0; i < q->nset; i++) {
		json_t *value = template_json(q->set[i].json, &c->fill);

		if (value && !json_put(c->object, q->set[i].name, value))
			return err_set(e, ERR_BROKEN, "set: %s is in the way", q->set[i].name);
	}
	return true;
}

static bool create_object(struct rest_call *c, struct err *e)
{
	if (!mapping_out(c->type->mapping, c->push->record, c->push->fields, c->object, e))
		return false;
	if (c->type->hub_id_to && c->push->hub_id &&
		!json_put(c->object, c->type->hub_id_to, json_string(c->push->hub_id)))
		return err_set(e, ERR_BROKEN, "hub_id: %s is in the way", c->type->hub_id_to);
	return object_set(c, e);
}

static bool begin_push(struct rest_call *c, struct err *e)
{
	static const enum request_kind kind[] = {
		[PUSH_CREATE] = REQUEST_CREATE, [PUSH_UPDATE] = REQUEST_UPDATE, [PUSH_DELETE] = REQUEST_DELETE};
	struct push *p = c->push;

	p->sent = false;
	c->request = &c->type->request[kind[p->kind]];
	c->fill.text[SLOT_KEY] = p->key;
	c->fill.text[SLOT_VERSION] = p->version;
	c->fill.text[SLOT_HUB_ID] = p->hub_id;
	c->fill.text[SLOT_TOKEN] = p->token;
	if (p->kind == PUSH_DELETE)
		return true;
	if (c->request->replace) {
		c->merging = true;
		c->request = &c->type->request[REQUEST_GET];
		return true;
	}
	c->object = json_object();
	if (p->kind == PUSH_CREATE)
		return create_object(c, e);
	return mapping_out(c->type->mapping, p->record, p->fields, c->object, e) && object_set(c, e);
}

static void parse_push(struct rest_call *c)
{
	if (c->merging)
		parse_get(c);
	else if (c->request->kind != REQUEST_DELETE)
		call_item_at(c, &c->request->item);
}

/* The record as it is there, with our fields put over it: everything else survives. */
static bool judge_merge(struct rest_call *c, struct err *e)
{
	struct push *p = c->push;
	json_t *row = locate_json(&c->request->item, &c->answer, c->answer.doc);

	if (!c->request->item.from)
		row = c->answer.doc;
	if (c->verdict == VERDICT_EMPTY || !json_is_object(row) || (c->item && c->item->state == ITEM_GONE))
		return err_set(e, ERR_GONE, "update %s: the record is not there", c->type->name);
	if (p->version && c->item->version && strcmp(p->version, c->item->version))
		return err_set(e, ERR_CONFLICT, "update %s: the record is another version", c->type->name);
	c->object = json_deep_copy(row);
	if (!mapping_out(c->type->mapping, p->record, p->fields, c->object, e))
		return false;
	c->item = NULL;
	c->request = &c->type->request[REQUEST_UPDATE];
	if (!object_set(c, e))
		return false;
	c->merging = false;
	c->http.sent = false;
	return true;
}

/* Results in another order than the changes would be taken for one another's. */
static bool own_result(struct rest_call *c, struct err *e)
{
	const struct push *p = c->push;
	const char *key = c->item && c->item->key[0] ? c->item->key
						     : locate_text(&c->request->key, &c->answer, c->answer.doc, c->scratch);

	if (p->key && key && strcmp(p->key, key))
		return err_set(e, ERR_BROKEN, "%s %s in a batch: a result is of another record", request_names[c->request->kind],
			c->type->name);
	if (p->hub_id && c->item && c->item->hub_id && strcmp(p->hub_id, c->item->hub_id))
		return err_set(e, ERR_BROKEN, "%s %s in a batch: a result has another external id",
			request_names[c->request->kind], c->type->name);
	return true;
}

static bool judge_written(struct rest_call *c, struct err *e)
{
	const struct request *q = c->request;
	struct push *p = c->push;

	if (c->answer.part && !own_result(c, e))
		return false;
	if (c->item && !c->item->err.kind)
		p->answer = c->item;
	p->out_version = locate_text(&q->version, &c->answer, c->answer.doc, p->arena);
	if (!p->out_version && c->item)
		p->out_version = c->item->version;
	if (p->kind != PUSH_CREATE)
		return true;
	p->out_key = locate_text(&q->key, &c->answer, c->answer.doc, p->arena);
	if (!p->out_key && c->item && c->item->key[0])
		p->out_key = c->item->key;
	if (!p->out_key && !q->key.from)
		p->out_key = json_text(p->arena, c->answer.doc ? json_at(c->answer.doc, c->type->id) : NULL);
	return p->out_key || err_set(e, ERR_BROKEN, "create %s: the answer does not tell its id", c->type->name);
}

static bool judge_push(struct rest_call *c, const struct step **next, struct err *e)
{
	if (!c->merging)
		return judge_written(c, e);
	*next = &batch_seat;
	return judge_merge(c, e);
}

static void end_push(struct rest_call *c, const struct err *e)
{
	(void)e;
	if (!c->merging)
		c->push->sent = c->http.sent || c->seat.sent;
	batch_back(&c->seat);
}

static const struct call_kind kind_push = {.first = &batch_seat,
	.begin = begin_push,
	.compose = call_compose,
	.parse = parse_push,
	.judge = judge_push,
	.end = end_push};

/* --- the adapter ---------------------------------------------------------------------------------------------- */

static void rest_pull(struct remote *r, struct pull *p)
{
	call_start(container_of(r, struct rest, remote), &p->op, p->type,
		(struct rest_call){.kind = &kind_pull, .pull = p, .arena = p->arena});
}

static void rest_get(struct remote *r, struct get *g)
{
	call_start(container_of(r, struct rest, remote), &g->op, g->type,
		(struct rest_call){.kind = &kind_get, .get = g, .arena = g->arena});
}

static void rest_push(struct remote *r, struct push *p)
{
	call_start(container_of(r, struct rest, remote), &p->op, p->type,
		(struct rest_call){.kind = &kind_push, .push = p, .arena = p->arena});
}

static const char *rest_image(
	struct remote *r, struct arena *arena, enum record_type type, unsigned field, const char *value)
{
	const struct rest *rest = container_of(r, struct rest, remote);

	return rest->type[type] ? mapping_image(rest->type[type]->mapping, arena, field, value) : NULL;
}

static bool rest_webhook(struct remote *r, const struct http_exchange *call, int64_t wall_ms, struct arena *arena,
	struct hint **hint, size_t *n, struct err *e)
{
	const struct rest *rest = container_of(r, struct rest, remote);

	return webhook_read(&rest->webhook, r->types, call, wall_ms, arena, hint, n, e);
}

static struct remote *rest_open(
	const struct adapter_env *env, const char *partner, const struct yaml *conf, struct diags *diags)
{
	struct rest *rest = rest_read(env, partner, conf, NULL, diags);

	if (!rest)
		return NULL;
	if (rest->peer_options.daily_quota && env->state_dir)
		rest->peer_options.quota_file = arena_printf(rest->arena, "%s/%s.quota", env->state_dir, partner);
	rest->peer = http_peer_new(env->loop, env->http, &rest->peer_options);
	auth_open(rest);
	return &rest->remote;
}

static void rest_close(struct remote *r, struct op *op)
{
	struct rest *rest = container_of(r, struct rest, remote);

	op_begin(op, NULL);
	op_finish(op);
	oauth_free(rest->oauth);
	http_peer_free(rest->auth_peer);
	http_peer_free(rest->peer);
	arena_free(rest->arena);
}

const struct adapter rest_adapter = {
	.name = "rest",
	.help = "any JSON-over-HTTP API, described by a manifest",
	.open = rest_open,
	.pull = rest_pull,
	.get = rest_get,
	.push = rest_push,
	.image = rest_image,
	.webhook = rest_webhook,
	.close = rest_close,
};
