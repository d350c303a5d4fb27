/*
 * rest_call.c - the steps of one request.
 *
 * Failure modes: the exchange fails below HTTP (its own kind: AGAIN, BROKEN); the partner refuses (kind by the
 * manifest's rules or the status); the answer makes no sense (BROKEN).
 */
#include "adapters/rest_call.h"

#define CALL_STEPS(X) X(send) X(read) X(judge)
#define X(s)                                                                                                           \
	static const struct step *call_##s(struct task *);                                                             \
	static const struct step step_##s = {"rest." #s, call_##s};
CALL_STEPS(X)
#undef X

static struct rest_call *call_of(struct task *t)
{
	return container_of(t, struct rest_call, task);
}

const struct step *call_fail(struct rest_call *c, const struct err *e)
{
	task_fail(&c->task, e);
	return NULL;
}

/* --- token, send ---------------------------------------------------------------------------------------------- */

static const struct step *ask_token(struct task *t)
{
	struct rest_call *c = call_of(t);

	if (!c->rest->oauth)
		return &step_send;
	c->token = (struct oauth_get){.op.loop = t->op.loop};
	task_own(t, &c->token.op);
	oauth_start(c->rest->oauth, &c->token);
	return &step_send;
}

const struct step call_token = {"rest.token", ask_token};

bool call_compose(struct rest_call *c, struct err *e)
{
	c->fill.record = c->merging ? NULL : c->object;
	return request_compose(c->rest, c->request, &c->fill, c->link, c->bearer, c->scratch, &c->http, e);
}

static void compose(struct http_exchange *x)
{
	struct rest_call *c = container_of(x, struct rest_call, http);

	c->fill.now_ms = loop_wall(c->task.op.loop);
	c->fill.text[SLOT_REQUEST_ID] = arena_printf(c->scratch, "%llu", (unsigned long long)++c->rest->requests);
	c->kind->compose(c, &x->op.err);
}

static const struct step *call_send(struct task *t)
{
	struct rest_call *c = call_of(t);

	if (c->token.token && !c->bearer)
		c->bearer = arena_strdup(c->scratch, c->token.token);
	c->http = (struct http_exchange){
		.op.loop = t->op.loop, .peer = c->rest->peer, .arena = c->scratch, .compose = compose};
	task_own(t, &c->http.op);
	http_start(&c->http);
	return &step_read;
}

/* --- read: on the thread pool, unless there is little to read --------------------------------------------------- */

/* So few bytes are parsed in less time than it takes to hand them to another thread and back. */
enum { LITTLE = 4096 };

void call_item_at(struct rest_call *c, const struct locate *where)
{
	json_t *row = locate_json(where, &c->answer, c->answer.doc);

	if (!json_is_object(row))
		return;
	c->item = arena_new_of(c->arena, struct item);
	answer_item(c->type, row, c->arena, c->item);
	if (c->get && c->get->raw)
		answer_raw(c->item, row, c->arena);
	if (c->request->version.from && !c->item->version)
		c->item->version = locate_text(&c->request->version, &c->answer, c->answer.doc, c->arena);
}

static void call_parse(struct work *w)
{
	struct rest_call *c = container_of(w, struct rest_call, work);

	c->verdict = answer_judge(c->rest, c->type, c->request, &c->answer, c->fill.text[SLOT_REQUEST_ID], &c->failure);
	if (c->verdict == VERDICT_OK)
		c->kind->parse(c);
}

const struct step *call_read_answer(struct rest_call *c)
{
	c->failure = (struct err){0};
	c->work = (struct work){.op.loop = c->task.op.loop, .run = call_parse};
	if (c->answer.len <= LITTLE) {
		call_parse(&c->work);
		return &step_judge;
	}
	task_own(&c->task, &c->work.op);
	work_start(&c->work);
	return &step_judge;
}

static const struct step *call_read(struct task *t)
{
	struct rest_call *c = call_of(t);
	const uint64_t pause_ms = answer_pause_ms(c->rest, &c->http, loop_wall(t->op.loop));

	if (pause_ms)
		http_peer_pause(c->rest->peer, pause_ms);
	json_decref(c->answer.doc);
	c->answer = (struct answer){.status = c->http.status,
		.header = c->http.answer,
		.nheader = c->http.nanswer,
		.body = c->http.answer_body,
		.len = c->http.answer_len};
	return call_read_answer(c);
}

/* --- judge ---------------------------------------------------------------------------------------------------- */

static const struct step *call_judge(struct task *t)
{
	struct rest_call *c = call_of(t);
	const struct step *next = NULL;
	struct err e = c->failure;

	if (c->http.status == 401 && c->rest->oauth && !c->renewed) {
		oauth_refused(c->rest->oauth, c->bearer);
		c->renewed = true;
		c->bearer = NULL;
		c->token.token = NULL;
		return &call_token;
	}
	if (e.kind == ERR_AGAIN)
		e.wait_ms = (uint32_t)answer_pause_ms(c->rest, &c->http, loop_wall(t->op.loop));
	if (e.kind == ERR_GONE && c->get)
		return NULL;
	if (e.kind || !c->kind->judge(c, &next, &e))
		return call_fail(c, &e);
	return next;
}

/* --- beginning and end ------------------------------------------------------------------------------------------ */

static void call_end(struct rest_call *c, const struct err *e)
{
	if (c->kind->end)
		c->kind->end(c, e);
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

	call_end(c, &op->err);
}

static void call_cancel(struct op *op)
{
	struct rest_call *c = op->impl;

	op_cancel(&c->task.op);
}

void call_start(struct rest *rest, struct op *op, enum record_type type, struct rest_call call)
{
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
	else if (c->kind->begin(c, &e) && !c->request->method)
		err_set(&e, ERR_BROKEN, "the manifest has no %s for %s", request_names[c->request->kind],
			c->type->name);
	if (e.kind)
		call_end(c, &e);
	else
		task_start(&c->task, c->kind->first);
}
