/* exec_helper.c - the helper program's life, what it is asked, and what it answers. exec.c has the picture. */
#include "adapters/exec_parts.h"

#include <string.h>

#include "base/log.h"
#include "core/backoff.h"
#include "io/wait.h"

#define RESTART_BASE_MS 1000
#define RESTART_CAP_MS (5 * 60 * 1000)
#define LONG_LINE (32 * 1024)

/* One line from the helper. */
struct exec_answer {
	struct work work;
	struct exec *exec;
	char *text;
	size_t len;
	json_t *doc;
	struct err err;
	struct exec_request *request;
};

static void exec_leave(struct exec *, const struct err *why);

/* --- requests -------------------------------------------------------------------------------------------------- */

void exec_request_free(struct exec_request *q)
{
	timer_disarm(q->exec->remote.env->loop, &q->timer);
	list_remove(&q->in_exec);
	free(q);
}

static void request_finish(struct exec_request *q, const struct err *e)
{
	if (q->push)
		q->push->sent = q->sent;
	if (q->op) {
		q->op->err = *e;
		op_finish(q->op);
	}
	exec_request_free(q);
}

void exec_cancel(struct op *op)
{
	struct exec_request *q = op->impl;
	AUTO(free) char *line = NULL;

	/* Being read on the thread pool, into the caller's arena: it ends in a moment. */
	if (q->answering)
		return;
	if (q->push)
		q->push->sent = q->sent;
	err_set(&op->err, ERR_CANCELED, "canceled");
	op_finish(op);
	q->op = NULL;
	q->pull = NULL;
	q->get = NULL;
	q->push = NULL;
	if (!q->sent) {
		exec_request_free(q);
		return;
	}
	line = exec_cancel_line(q->id);
	if (q->exec->child)
		child_send(q->exec->child, line, strlen(line));
}

void exec_silent(struct timer *t)
{
	struct exec_request *q = container_of(t, struct exec_request, timer);
	struct err e;

	err_set(&e, ERR_AGAIN, "the helper did not answer in time");
	exec_leave(q->exec, &e);
}

void exec_send(struct exec_request *q)
{
	struct exec *x = q->exec;
	AUTO(free)
	char *line = q->pull  ? exec_pull_line(q->id, q->pull)
		     : q->get ? exec_get_line(q->id, q->get)
			      : exec_push_line(q->id, q->push);

	timer_arm(x->remote.env->loop, &q->timer, x->timeout_ms);
	q->sent = line && child_send(x->child, line, strlen(line));
	if (!q->sent) {
		struct err e;

		err_set(&e, ERR_AGAIN, "the helper does not read");
		exec_leave(x, &e);
	}
}

static struct exec_request *request_find(struct exec *x, uint64_t id)
{
	for (struct list *l = x->requests.next; l != &x->requests; l = l->next) {
		struct exec_request *q = container_of(l, struct exec_request, in_exec);

		if (q->id == id && q->sent)
			return q;
	}
	return NULL;
}

/* --- the helper's life ------------------------------------------------------------------------------------------ */

static void exec_closed(struct exec *x)
{
	if (!x->closing || x->child || x->works)
		return;
	op_finish(x->closing);
	json_decref(x->config);
	json_decref(x->secrets);
	arena_free(x->arena);
}

static void exec_left(struct op *op)
{
	struct exec *x = container_of(op, struct exec, leaving);

	x->child = NULL;
	x->state = EXEC_DOWN;
	exec_closed(x);
}

/* Ends the helper and fails what waits for it. */
static void exec_leave(struct exec *x, const struct err *why)
{
	struct loop *loop = x->remote.env->loop;
	uint64_t random, wait_ms;
	struct list *l, *next;

	if (x->state == EXEC_LEAVING || x->state == EXEC_DOWN)
		return;
	timer_disarm(loop, &x->greeting);
	loop_random(loop, &random, sizeof random);
	/* Half of the delay at least, so that a helper that dies at once is not started at once. */
	wait_ms = RESTART_BASE_MS + backoff_ms(RESTART_BASE_MS, RESTART_CAP_MS, x->failures, random);
	x->failures++;
	x->not_before_ms = loop_now(loop) + wait_ms;
	x->state = EXEC_LEAVING;
	log_event(LOG_LEVEL_WARN, "helper_ended", "partner=%s why=%s restart_ms=%llu", x->remote.partner, why->text,
		(unsigned long long)wait_ms);
	for (l = x->requests.next; l != &x->requests; l = next) {
		struct exec_request *q = container_of(l, struct exec_request, in_exec);
		struct err e = *why;

		next = l->next;
		if (q->answering)
			continue;
		if (e.kind == ERR_AGAIN)
			e.wait_ms = (uint32_t)wait_ms;
		request_finish(q, &e);
	}
	x->leaving = (struct op){.loop = loop, .done = exec_left};
	child_close(x->child, &x->leaving);
}

static void helper_exited(void *ctx, const struct err *why)
{
	struct err e = *why;

	/* A helper that dies may do better the next time. */
	if (e.kind != ERR_BROKEN)
		e.kind = ERR_AGAIN;
	exec_leave(ctx, &e);
}

static void greeting_silent(struct timer *t)
{
	struct err e;

	err_set(&e, ERR_AGAIN, "the helper was not ready in time");
	exec_leave(container_of(t, struct exec, greeting), &e);
}

/* Of an item as a program tells it. */
static const char *const volatiles[] = {"/version", "/modified", NULL};

static void exec_ready(struct exec *x, json_t *ready, struct err *e)
{
	struct remote *r = &x->remote;
	struct exec_ready told;
	struct list *l, *next;

	if (!exec_ready_parse(ready, &told, e)) {
		exec_leave(x, e);
		return;
	}
	timer_disarm(r->env->loop, &x->greeting);
	x->state = EXEC_READY;
	r->caps = told.caps;
	r->types = x->types & told.types;
	r->map_version = told.version;
	memcpy(r->readable, told.readable, sizeof r->readable);
	for (unsigned t = 0; t < RECORD_TYPES; t++)
		r->volatiles[t] = volatiles;
	memcpy(r->writable, told.writable, sizeof r->writable);
	for (l = x->requests.next; l != &x->requests && x->state == EXEC_READY; l = next) {
		struct exec_request *q = container_of(l, struct exec_request, in_exec);

		next = l->next;
		if (exec_only_waits(q))
			request_finish(q, &(struct err){0});
		else
			exec_send(q);
	}
}

/* --- answers --------------------------------------------------------------------------------------------------- */

static void answer_free(struct exec_answer *a)
{
	json_decref(a->doc);
	free(a->text);
	free(a);
}

static void answer_parse(struct work *w)
{
	struct exec_answer *a = container_of(w, struct exec_answer, work);

	a->doc = json_parse(a->text, a->len, &a->err);
}

static void answer_convert(struct work *w)
{
	struct exec_answer *a = container_of(w, struct exec_answer, work);
	struct exec_request *q = a->request;
	json_t *done = json_object_get(a->doc, "done");

	if (!done)
		exec_fail_parse(json_object_get(a->doc, "fail"), &a->err);
	else if (q->pull)
		exec_pull_parse(done, q->pull, &a->err);
	else if (q->get)
		exec_get_parse(done, q->get, &a->err);
	else
		exec_push_parse(done, q->push, &a->err);
}

static void answer_converted(struct exec_answer *a)
{
	if (a->err.kind == ERR_NONE)
		a->exec->failures = 0;
	request_finish(a->request, &a->err);
	answer_free(a);
}

static void answer_converted_done(struct op *op)
{
	struct exec_answer *a = container_of(op, struct exec_answer, work.op);
	struct exec *x = a->exec;

	answer_converted(a);
	x->works--;
	exec_closed(x);
}

static void answer_nonsense(struct exec_answer *a, const char *what)
{
	struct err e;

	err_set(&e, ERR_BROKEN, "the helper talks nonsense: %s", what);
	exec_leave(a->exec, &e);
	answer_free(a);
}

/* On the pool or here, by its length. */
static void answer_work(struct exec_answer *a, void (*run)(struct work *), void (*done)(struct op *))
{
	a->work = (struct work){.op.loop = a->exec->remote.env->loop, .op.done = done, .run = run};
	a->exec->works++;
	work_start(&a->work);
}

static void answer_read(struct exec_answer *a)
{
	struct exec *x = a->exec;
	json_t *id = json_object_get(a->doc, "id"), *ready = json_object_get(a->doc, "ready");
	json_t *fail = json_object_get(a->doc, "fail");
	struct exec_request *q;

	if (x->state == EXEC_LEAVING || x->state == EXEC_DOWN) {
		answer_free(a);
		return;
	}
	if (x->state == EXEC_GREETING) {
		if (!a->err.kind && !ready && !fail)
			err_set(&a->err, ERR_BROKEN, "the helper talks nonsense: ready is wanted first");
		if (!a->err.kind && fail)
			exec_fail_parse(fail, &a->err);
		if (a->err.kind)
			exec_leave(x, &a->err);
		else
			exec_ready(x, ready, &a->err);
		answer_free(a);
		return;
	}
	if (a->err.kind || !json_is_integer(id)) {
		answer_nonsense(a, "a line that is no answer");
		return;
	}
	q = request_find(x, (uint64_t)json_integer_value(id));
	if (!q || q->answering) {
		answer_nonsense(a, "an answer to nothing");
		return;
	}
	if (!json_is_object(json_object_get(a->doc, "done")) == !json_is_object(fail)) {
		answer_nonsense(a, "an answer that is not exactly one of done and fail");
		return;
	}
	if (!q->op) {
		exec_request_free(q);
		answer_free(a);
		return;
	}
	a->request = q;
	q->answering = true;
	timer_disarm(x->remote.env->loop, &q->timer);
	if (a->len > LONG_LINE) {
		answer_work(a, answer_convert, answer_converted_done);
		return;
	}
	answer_convert(&a->work);
	answer_converted(a);
}

static void answer_parsed_done(struct op *op)
{
	struct exec_answer *a = container_of(op, struct exec_answer, work.op);
	struct exec *x = a->exec;

	answer_read(a);
	x->works--;
	exec_closed(x);
}

static void on_line(void *ctx, char *line, size_t len)
{
	struct exec *x = ctx;
	struct exec_answer *a = calloc(1, sizeof *a);

	if (!a)
		abort();
	a->exec = x;
	a->len = len;
	a->text = strndup(line, len);
	if (!a->text)
		abort();
	if (len > LONG_LINE) {
		answer_work(a, answer_parse, answer_parsed_done);
		return;
	}
	answer_parse(&a->work);
	answer_read(a);
}

/* --- beginning and end ------------------------------------------------------------------------------------------ */

void exec_greet(struct exec *x)
{
	const struct adapter_env *env = x->remote.env;
	const struct child_options options = {
		.name = x->remote.partner, .argv = x->argv, .on_line = on_line, .on_exit = helper_exited, .ctx = x};
	AUTO(free) char *hello = exec_hello_line(x->remote.partner, x->config, x->secrets, x->types);

	x->child = child_start(env->loop, env->uv, &options);
	x->state = EXEC_GREETING;
	x->greeting.fire = greeting_silent;
	timer_arm(env->loop, &x->greeting, x->timeout_ms);
	child_send(x->child, hello, strlen(hello));
}

void exec_stop(struct exec *x)
{
	/* Only requests that were given up can be left. */
	while (!list_empty(&x->requests))
		exec_request_free(container_of(x->requests.next, struct exec_request, in_exec));
	if (x->child && x->state != EXEC_LEAVING) {
		timer_disarm(x->remote.env->loop, &x->greeting);
		x->state = EXEC_LEAVING;
		x->leaving = (struct op){.loop = x->remote.env->loop, .done = exec_left};
		child_close(x->child, &x->leaving);
	}
	exec_closed(x);
}
