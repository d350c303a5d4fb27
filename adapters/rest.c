/*
 * rest.c - any JSON-over-HTTP API, described by a manifest.
 *
 * Every op is one call, a task of these steps:
 *
 *   token --> send --> read --> judge --> done
 *     ^                           |
 *     +---- 401, once ------------+    the access token may have been withdrawn early
 *              ^------- send -----+    update by replacing: the record was read, now it is written
 *
 * token   asks io/oauth for an access token; nothing for other credentials
 * send    composes the request and starts the exchange
 * read    parses, judges and maps the answer on the thread pool
 * judge   back on the loop: takes the results over, or fails
 *
 * Failure modes: the exchange fails below HTTP (its own kind: AGAIN, BROKEN); the partner refuses (kind by the
 * manifest's rules or the status); the answer makes no sense (BROKEN). A push says in `sent` whether it may have had an
 * effect.
 */
#include "adapters/rest.h"

#include <inttypes.h>
#include <string.h>

#include "io/task.h"

struct rest_call {
	struct task task;
	struct rest *rest;
	const struct rest_type *type;
	const struct request *request;
	struct op *op;	   /* the caller's, */
	struct pull *pull; /* and which of these it is in */
	struct get *get;
	struct push *push;
	struct arena *arena; /* the caller's, for what comes out */
	struct arena *scratch;
	struct fill fill;
	const char *link;
	struct cursor cursor;
	json_t *object; /* create, update: what is sent; owned */
	bool merging;	/* update by replacing: reading what is there */
	struct oauth_get token;
	const char *bearer;
	bool renewed;
	struct http_exchange http;
	struct work work;
	struct answer answer;
	enum verdict verdict;
	struct err failure; /* of the answer; work.op.err is for the op itself */
	struct item *item;
	struct page page;
};

#define REST_STEPS(X) X(token) X(send) X(read) X(judge)
#define X(s)                                                                                                           \
	static const struct step *call_##s(struct task *);                                                             \
	static const struct step step_##s = {"rest." #s, call_##s};
REST_STEPS(X)
#undef X

static const struct step *fail(struct rest_call *c, const struct err *e)
{
	task_fail(&c->task, e);
	return NULL;
}

/* --- token, send ---------------------------------------------------------------------------------------------- */

static const struct step *call_token(struct task *t)
{
	struct rest_call *c = container_of(t, struct rest_call, task);

	if (!c->rest->oauth)
		return &step_send;
	c->token = (struct oauth_get){.op.loop = t->op.loop};
	task_own(t, &c->token.op);
	oauth_start(c->rest->oauth, &c->token);
	return &step_send;
}

static const struct step *call_send(struct task *t)
{
	struct rest_call *c = container_of(t, struct rest_call, task);
	struct rest *rest = c->rest;
	struct err e = {0};

	if (c->token.token && !c->bearer)
		c->bearer = arena_strdup(c->scratch, c->token.token);
	c->fill.now_ms = loop_wall(t->op.loop);
	c->fill.record = c->merging ? NULL : c->object;
	c->fill.text[SLOT_REQUEST_ID] = arena_printf(c->scratch, "%llu", (unsigned long long)++rest->requests);
	c->http = (struct http_exchange){.op.loop = t->op.loop, .peer = rest->peer, .arena = c->scratch};
	if (!request_compose(rest, c->request, &c->fill, c->link, c->bearer, c->scratch, &c->http, &e))
		return fail(c, &e);
	task_own(t, &c->http.op);
	http_start(&c->http);
	return &step_read;
}

/* --- read: on the thread pool ---------------------------------------------------------------------------------- */

static void item_at(struct rest_call *c, const struct locate *where)
{
	json_t *row = locate_json(where, &c->answer, c->answer.doc);

	if (!json_is_object(row))
		return;
	c->item = arena_new_of(c->arena, struct item);
	answer_item(c->type, row, c->arena, c->item);
	if (c->request->version.from && !c->item->version)
		c->item->version = locate_text(&c->request->version, &c->answer, c->answer.doc, c->arena);
}

/* "No such record" is null, false or nothing in a place that is there: an answer of another shape must not be taken for
 * a deletion. */
static void found_at(struct rest_call *c)
{
	static const struct locate whole = {LOCATE_POINTER, "", NULL, NULL};
	const struct locate *where = c->request->item.from ? &c->request->item : &whole;
	const json_t *row = locate_json(where, &c->answer, c->answer.doc);
	const char *last = strrchr(where->what, '/');
	const bool none = row ? json_is_null(row) || json_is_false(row) || (json_is_array(row) && !json_array_size(row))
			      : last && json_at(c->answer.doc,
						arena_strndup(c->scratch, where->what, (size_t)(last - where->what)));

	item_at(c, where);
	if (!c->item && !none)
		err_set(&c->failure, ERR_BROKEN, "%s %s: no record at %s", request_names[c->request->kind],
			c->type->name, where->what[0] ? where->what : "the top of the answer");
}

static void call_parse(struct work *w)
{
	struct rest_call *c = container_of(w, struct rest_call, work);

	c->verdict = answer_judge(c->rest, c->type, c->request, &c->answer, c->fill.text[SLOT_REQUEST_ID], &c->failure);
	if (c->verdict != VERDICT_OK)
		return;
	switch (c->request->kind) {
	case REQUEST_LIST:
		answer_page(c->type, &c->answer, c->arena, c->scratch, &c->item, &c->page, &c->failure);
		return;
	case REQUEST_GET:
	case REQUEST_FIND:
		found_at(c);
		return;
	case REQUEST_CREATE:
	case REQUEST_UPDATE:
		item_at(c, &c->request->item);
		return;
	case REQUEST_DELETE:
		return;
	}
}

static const struct step *call_read(struct task *t)
{
	struct rest_call *c = container_of(t, struct rest_call, task);
	const uint64_t pause_ms = answer_pause_ms(c->rest, &c->http, loop_wall(t->op.loop));

	if (pause_ms)
		http_peer_pause(c->rest->peer, pause_ms);
	json_decref(c->answer.doc);
	c->answer = (struct answer){.status = c->http.status,
		.header = c->http.answer,
		.nheader = c->http.nanswer,
		.body = c->http.answer_body,
		.len = c->http.answer_len};
	c->failure = (struct err){0};
	c->work = (struct work){.op.loop = t->op.loop, .run = call_parse};
	task_own(t, &c->work.op);
	work_start(&c->work);
	return &step_judge;
}

/* --- judge ---------------------------------------------------------------------------------------------------- */

static bool judge_pull(struct rest_call *c, struct err *e)
{
	const struct cursor_spec *spec = &c->type->cursor;
	struct pull *p = c->pull;

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
	p->total = c->page.total;
	p->next = cursor_print(p->arena, spec, &c->cursor);
	return true;
}

static bool judge_get(struct rest_call *c)
{
	struct get *g = c->get;

	g->found = c->verdict == VERDICT_OK && c->item && c->item->state != ITEM_GONE;
	if (g->found)
		g->item = *c->item;
	return true;
}

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
	return true;
}

static bool judge_push(struct rest_call *c, struct err *e)
{
	const struct request *q = c->request;
	struct push *p = c->push;

	p->sent = true;
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

static const struct step *call_judge(struct task *t)
{
	struct rest_call *c = container_of(t, struct rest_call, task);
	struct err e = c->failure;
	bool ok;

	if (c->http.status == 401 && c->rest->oauth && !c->renewed) {
		oauth_refused(c->rest->oauth, c->bearer);
		c->renewed = true;
		c->bearer = NULL;
		c->token.token = NULL;
		return &step_token;
	}
	if (e.kind == ERR_AGAIN)
		e.wait_ms = (uint32_t)answer_pause_ms(c->rest, &c->http, loop_wall(t->op.loop));
	if (e.kind == ERR_GONE && c->get)
		return NULL;
	if (e.kind)
		return fail(c, &e);
	if (c->merging) {
		if (!judge_merge(c, &e))
			return fail(c, &e);
		return &step_send;
	}
	ok = c->pull ? judge_pull(c, &e) : c->get ? judge_get(c) : judge_push(c, &e);
	return ok ? NULL : fail(c, &e);
}

/* --- beginning and end ------------------------------------------------------------------------------------------ */

static void call_end(struct rest_call *c, const struct err *e)
{
	c->op->err = *e;
	op_finish(c->op);
	json_decref(c->answer.doc);
	json_decref(c->object);
	arena_free(c->scratch);
	free(c);
}

static void call_done(struct op *op)
{
	struct rest_call *c = container_of(op, struct rest_call, task.op);

	if (c->push && !c->merging)
		c->push->sent = c->http.sent;
	call_end(c, &op->err);
}

static void call_cancel(struct op *op)
{
	struct rest_call *c = op->impl;

	op_cancel(&c->task.op);
}

/* begin: fills in what the request needs; on failure the op ends with e. */
static void call_start(struct remote *r, struct op *op, enum record_type type, struct rest_call call,
	bool (*begin)(struct rest_call *, struct err *))
{
	struct rest *rest = container_of(r, struct rest, remote);
	struct rest_call *c = calloc(1, sizeof *c);
	struct err e = {0};

	if (!c)
		abort();
	*c = call;
	c->rest = rest;
	c->op = op;
	c->type = type < RECORD_TYPES ? rest->type[type] : NULL;
	c->scratch = arena_new();
	c->task.op.loop = op->loop;
	c->task.op.done = call_done;
	op_begin(op, call_cancel);
	op->impl = c;
	if (!c->type)
		err_set(&e, ERR_BROKEN, "this endpoint has no records of that type");
	else if (rest->auth.kind == AUTH_REFRESH_TOKEN && !rest->oauth)
		err_set(&e, ERR_BROKEN, "auth: the next refresh token could not be kept here, and this one is used up by asking");
	else if (begin(c, &e) && !c->request->method)
		err_set(&e, ERR_BROKEN, "the manifest has no %s for %s", request_names[c->request->kind],
			c->type->name);
	if (e.kind)
		call_end(c, &e);
	else
		task_start(&c->task, &step_token);
}

static bool begin_pull(struct rest_call *c, struct err *e)
{
	const struct cursor_spec *spec = &c->type->cursor;
	struct pull *p = c->pull;
	struct fill *f = &c->fill;

	p->total = -1;
	c->request = &c->type->request[REQUEST_LIST];
	if (!cursor_read(c->scratch, spec, p->cursor, p->limit, &c->cursor, e))
		return false;
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

static bool begin_get(struct rest_call *c, struct err *e)
{
	(void)e;
	c->request = &c->type->request[c->get->key ? REQUEST_GET : REQUEST_FIND];
	c->fill.text[SLOT_KEY] = c->get->key;
	c->fill.text[SLOT_HUB_ID] = c->get->hub_id;
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

static void rest_pull(struct remote *r, struct pull *p)
{
	call_start(r, &p->op, p->type, (struct rest_call){.pull = p, .arena = p->arena}, begin_pull);
}

static void rest_get(struct remote *r, struct get *g)
{
	call_start(r, &g->op, g->type, (struct rest_call){.get = g, .arena = g->arena}, begin_get);
}

static void rest_push(struct remote *r, struct push *p)
{
	call_start(r, &p->op, p->type, (struct rest_call){.push = p, .arena = p->arena}, begin_push);
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
