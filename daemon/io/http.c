#include "io/http.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/time.h"
#include "io/http_quota.h"

#define DAY_MS ((int64_t)86400000)

struct http_peer {
	struct loop *loop;
	struct http *http;
	struct arena *arena; /* the options' texts */
	struct http_peer_options options;
	struct list waiting;
	unsigned inflight;
	struct timer timer; /* when the first in the queue may go */
	double tokens;
	uint64_t counted_ms; /* when the tokens were */
	uint64_t paused_until;
	struct http_quota quota;
	uint64_t requests;
};

/* From http_start() to done(). The transport gets a copy when it may go, so that its end is seen here first. */
struct pending {
	struct http_exchange inner;
	struct http_exchange *outer;
	struct list in_queue;
};

static void pump(struct http_peer *);
static bool exchange_ok(const struct http_exchange *, struct err *);

static void on_timer(struct timer *t)
{
	pump(container_of(t, struct http_peer, timer));
}

struct http_peer *http_peer_new(struct loop *loop, struct http *http, const struct http_peer_options *o)
{
	struct http_peer *p = calloc(1, sizeof *p);
	struct arena *a = arena_new();

	if (!p)
		abort();
	*p = (struct http_peer){.loop = loop, .http = http, .arena = a, .options = *o, .timer.fire = on_timer};
	p->options.name = arena_strdup(a, o->name ? o->name : "");
	p->options.origin = arena_strdup(a, o->origin);
	p->options.ca_file = arena_strdup(a, o->ca_file);
	p->options.cert_file = arena_strdup(a, o->cert_file);
	p->options.key_file = arena_strdup(a, o->key_file);
	p->options.quota_file = arena_strdup(a, o->quota_file);
	p->quota = (struct http_quota){.most = o->daily_quota, .path = p->options.quota_file};
	if (!o->connections)
		p->options.connections = 4;
	if (!o->timeout_ms)
		p->options.timeout_ms = 60000;
	if (!o->connect_timeout_ms)
		p->options.connect_timeout_ms = 10000;
	if (!o->max_body)
		p->options.max_body = (size_t)64 << 20;
	if (!o->burst)
		p->options.burst = 1;
	list_init(&p->waiting);
	p->tokens = p->options.burst;
	p->counted_ms = loop_now(loop);
	return p;
}

void http_peer_free(struct http_peer *p)
{
	if (!p)
		return;
	assert(!p->inflight && list_empty(&p->waiting));
	timer_disarm(p->loop, &p->timer);
	http_quota_save(&p->quota);
	arena_free(p->arena);
	free(p);
}

const struct http_peer_options *http_peer_options(const struct http_peer *p)
{
	return &p->options;
}

struct http *http_peer_transport(const struct http_peer *p)
{
	return p->http;
}

void http_peer_pause(struct http_peer *p, uint64_t ms)
{
	uint64_t until = loop_now(p->loop) + ms;

	if (until > p->paused_until)
		p->paused_until = until;
}

uint64_t http_peer_requests(const struct http_peer *p)
{
	return p->requests;
}

/* Takes one token, or says how long until there is one. */
static uint64_t take_token(struct http_peer *p)
{
	const struct http_peer_options *o = &p->options;
	uint64_t now = loop_now(p->loop);

	if (o->rate <= 0)
		return 0;
	p->tokens = fmin(p->tokens + (double)(now - p->counted_ms) * o->rate / 1000, o->burst);
	p->counted_ms = now;
	if (p->tokens < 1)
		return 1 + (uint64_t)((1 - p->tokens) * 1000 / o->rate);
	p->tokens -= 1;
	return 0;
}

static struct pending *dequeue(struct http_peer *p)
{
	struct list *first = p->waiting.next;

	list_remove(first);
	return container_of(first, struct pending, in_queue);
}

static void end(struct pending *w)
{
	struct http_exchange *ex = w->outer;

	free(w);
	op_finish(&ex->op);
}

static void inner_done(struct op *op)
{
	struct pending *w = container_of(op, struct pending, inner.op);
	const struct http_exchange *in = &w->inner;
	struct http_exchange *ex = w->outer;
	struct http_peer *p = ex->peer;

	ex->op.err = op->err;
	ex->status = in->status;
	ex->answer = in->answer;
	ex->nanswer = in->nanswer;
	ex->answer_body = in->answer_body;
	ex->answer_len = in->answer_len;
	ex->sent = in->sent;
	end(w);
	p->inflight--;
	pump(p);
}

/* What leaves is known for certain only now. */
static bool pending_compose(struct pending *w)
{
	struct http_exchange *ex = w->outer;

	if (ex->compose) {
		ex->compose(ex);
		if (ex->op.err.kind || !exchange_ok(ex, &ex->op.err))
			return false;
	}
	w->inner = *ex;
	w->inner.op = (struct op){.loop = ex->peer->loop, .done = inner_done};
	return true;
}

/* Lets go whatever may go now, and arms the timer for the next one if only time keeps it back. */
static void pump(struct http_peer *p)
{
	while (!list_empty(&p->waiting) && p->inflight < p->options.connections) {
		uint64_t now = loop_now(p->loop), wait_ms;
		uint32_t quota_ms;
		struct pending *w;

		if (now < p->paused_until) {
			timer_arm(p->loop, &p->timer, p->paused_until - now);
			return;
		}
		quota_ms = http_quota_wait(&p->quota, loop_wall(p->loop));
		if (quota_ms) {
			w = dequeue(p);
			err_set(&w->outer->op.err, ERR_AGAIN, "%s: the daily quota of %llu requests is spent",
				p->options.name, (unsigned long long)p->options.daily_quota);
			w->outer->op.err.wait_ms = quota_ms;
			end(w);
			continue;
		}
		wait_ms = take_token(p);
		if (wait_ms) {
			timer_arm(p->loop, &p->timer, wait_ms);
			return;
		}
		w = dequeue(p);
		if (!pending_compose(w)) {
			end(w);
			continue;
		}
		p->inflight++;
		http_quota_take(&p->quota);
		p->requests++;
		p->http->start(p->http, &w->inner);
	}
}

static void exchange_cancel(struct op *op)
{
	struct pending *w = op->impl;

	if (w->inner.op.state != OP_IDLE) {
		op_cancel(&w->inner.op);
		return;
	}
	list_remove(&w->in_queue);
	err_set(&op->err, ERR_CANCELED, "canceled");
	end(w);
}

/* A token of RFC 9110, section 5.6.2. */
static bool is_token(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++) {
		if (!isalnum((unsigned char)*s) && !strchr("!#$%&'*+-.^_`|~", *s))
			return false;
	}
	return true;
}

/* A line break in a value would be a header of its own. */
static bool header_value_ok(const char *s)
{
	for (; *s; s++) {
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return false;
	}
	return true;
}

static bool url_ok(const char *s)
{
	for (; *s; s++) {
		if (*s <= ' ' || *s >= 0x7f)
			return false;
	}
	return true;
}

static bool exchange_ok(const struct http_exchange *ex, struct err *e)
{
	const struct http_peer_options *o = http_peer_options(ex->peer);

	if (!is_token(ex->method))
		return err_set(e, ERR_BROKEN, "%s: the method is no word", o->name);
	if (!url_ok(ex->url))
		return err_set(e, ERR_BROKEN, "%s: the URL holds a character that must be escaped", o->name);
	if (o->origin && !http_same_origin(ex->url, o->origin))
		return err_set(e, ERR_BROKEN, "%s: the URL leads away from %s", o->name, o->origin);
	if (!o->allow_http && strncasecmp(ex->url, "https:", 6) != 0)
		return err_set(e, ERR_BROKEN, "%s: only https is allowed", o->name);
	for (size_t i = 0; i < ex->nheader; i++) {
		if (!is_token(ex->header[i].name))
			return err_set(e, ERR_BROKEN, "%s: a header name is no word", o->name);
		if (!header_value_ok(ex->header[i].value))
			return err_set(
				e, ERR_BROKEN, "%s: header %s holds a control character", o->name, ex->header[i].name);
	}
	return true;
}

void http_start(struct http_exchange *ex)
{
	struct http_peer *p = ex->peer;
	struct pending *w;

	op_begin(&ex->op, exchange_cancel);
	ex->status = 0;
	ex->answer = NULL;
	ex->nanswer = 0;
	ex->answer_body = NULL;
	ex->answer_len = 0;
	ex->sent = false;
	if (!ex->compose && !exchange_ok(ex, &ex->op.err)) {
		op_finish(&ex->op);
		return;
	}
	w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->outer = ex;
	ex->op.impl = w;
	list_append(&p->waiting, &w->in_queue);
	pump(p);
}

const char *http_answer_header(const struct http_exchange *ex, const char *name)
{
	for (size_t i = 0; i < ex->nanswer; i++) {
		if (strcmp(ex->answer[i].name, name) == 0)
			return ex->answer[i].value;
	}
	return NULL;
}

uint64_t http_retry_after_ms(const struct http_exchange *ex, int64_t wall_ms)
{
	const char *text = http_answer_header(ex, "retry-after");
	int64_t wait = 0, until;

	if (!text)
		return 0;
	if (*text && strspn(text, "0123456789") == strlen(text))
		wait = strlen(text) > 6 ? DAY_MS : atoll(text) * 1000;
	else if (time_parse_http(text, &until))
		wait = until - wall_ms;
	return (uint64_t)(wait < 0 ? 0 : wait > DAY_MS ? DAY_MS : wait);
}
