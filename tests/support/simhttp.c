#include "support/simhttp.h"

#include <stdlib.h>
#include <string.h>

struct call {
	struct timer timer;
	struct simhttp *sim;
	struct http_exchange *ex;
};

static void end(struct call *c)
{
	struct http_exchange *ex = c->ex;

	c->sim->inflight--;
	free(c);
	op_finish(&ex->op);
}

static void on_answer(struct timer *t)
{
	struct call *c = container_of(t, struct call, timer);

	c->ex->sent = true;
	c->sim->serve(c->sim, c->ex);
	end(c);
}

static void call_cancel(struct op *op)
{
	struct call *c = op->impl;

	timer_disarm(op->loop, &c->timer);
	err_set(&op->err, ERR_CANCELED, "canceled");
	c->ex->sent = true;
	end(c);
}

static void start(struct http *http, struct http_exchange *ex)
{
	struct simhttp *s = container_of(http, struct simhttp, http);
	struct call *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	*c = (struct call){.timer.fire = on_answer, .sim = s, .ex = ex};
	op_begin(&ex->op, call_cancel);
	ex->op.impl = c;
	s->started++;
	if (++s->inflight > s->most)
		s->most = s->inflight;
	timer_arm(ex->op.loop, &c->timer, s->delay_ms ? s->delay_ms(s, ex) : 1);
}

void simhttp_init(struct simhttp *s, void (*serve)(struct simhttp *, struct http_exchange *), void *ctx)
{
	*s = (struct simhttp){.http.start = start, .serve = serve, .ctx = ctx};
}

void simhttp_answer(struct http_exchange *ex, unsigned status, const char *body)
{
	ex->status = status;
	ex->answer_body = arena_strdup(ex->arena, body);
	ex->answer_len = strlen(body);
}

void simhttp_header(struct http_exchange *ex, const char *name, const char *value)
{
	struct http_header *more = arena_array(ex->arena, struct http_header, ex->nanswer + 1);

	if (ex->nanswer)
		memcpy(more, ex->answer, ex->nanswer * sizeof *more);
	more[ex->nanswer++] = (struct http_header){arena_strdup(ex->arena, name), arena_strdup(ex->arena, value)};
	ex->answer = more;
}
