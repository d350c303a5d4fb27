/*
 * rest_batch.c - pushes that share a request.
 *
 *   push:   seat ------------------------------------------> seated --> read its own part of the answer
 *             |                                                ^  \--> token: it travels alone after all
 *   batch:  gather --> gathered --> cleared --> token ... judge
 *
 * Pushes of one record type and kind that begin in the same turn of the loop sit in one batch. It leaves at once if no
 * request of that kind is under way, else when those are back or it is full (so the busier a partner, the fuller its
 * batches, and nothing waits for a clock); until its turn at the peer has come it still takes more. Who sits alone sends
 * the plain request.
 *
 * Failure modes: whatever a batch without an answer ends with, its pushes end with. A batch that the partner refuses for
 * what is in it is halved until the culprit travels alone, if nothing of it was carried out for certain; else nobody
 * knows what became of them, and for a while every change travels alone, where the partner's answer is about itself. A
 * change that the answer does not tell of is open (ERR_AGAIN, sent). A push that is cancelled leaves its seat; the last
 * one takes the batch with it and ends when that has, so that no batch outlives its pushes.
 */
#include <string.h>

#include "adapters/rest_call.h"

#define ALONE_MS 3600000 /* longer than the engine waits between two attempts */

struct batch {
	struct op op;
	struct rest *rest;
	const struct batch_spec *spec;
	const struct request *single;
	struct batch_queue *queue;
	struct list seats;
	size_t live;
	struct op turn, clear; /* the rest of this turn; the others are back */
	bool waiting;          /* for clear */
	bool counted;          /* in queue->in_flight */
	bool alone;            /* one seat is taken, and it is sent away to travel by itself */
	bool composed;
	/* The changes in the request, in order; in the call's arena. NULL: has left. */
	struct seat **seat;
	struct told *told;
	size_t n;
};

static const struct call_kind kind_batch, kind_half;

static struct seat *seat_at(struct list *l)
{
	return container_of(l, struct seat, in_batch);
}

static struct rest_call *call_at(struct seat *s)
{
	return container_of(s, struct rest_call, seat);
}

static void close_doors(struct batch *b)
{
	if (b->queue->open == b)
		b->queue->open = NULL;
}

static void wake(struct batch_queue *q)
{
	if (q->in_flight || !q->open || !q->open->waiting)
		return;
	q->open->waiting = false;
	op_finish(&q->open->clear);
}

static void back(struct batch_queue *q)
{
	q->in_flight--;
	wake(q);
}

void batch_back(struct seat *s)
{
	if (s->queue)
		back(s->queue);
	s->queue = NULL;
	json_decref(steal(s->answer.doc));
}

/* --- seats ---------------------------------------------------------------------------------------------------- */

static void leave(struct seat *s)
{
	struct batch *b = s->batch;

	list_remove(&s->in_batch);
	b->live--;
	if (b->composed)
		b->seat[s->at] = NULL;
	s->batch = NULL;
}

static void stand_up(struct seat *s)
{
	leave(s);
	op_finish(&s->op);
}

static void fail_seat(struct seat *s, const struct err *e, bool sent)
{
	s->op.err = *e;
	s->sent = sent;
	stand_up(s);
}

static void seat_cancel(struct op *op)
{
	struct seat *s = container_of(op, struct seat, op);
	struct batch *b = s->batch;
	struct err e;

	if (b->live == 1) {
		close_doors(b);
		op_cancel(&b->op);
		return;
	}
	err_set(&e, ERR_CANCELED, "canceled");
	fail_seat(s, &e, b->composed);
}

static void sit(struct seat *s, struct batch *b)
{
	s->batch = b;
	list_append(&b->seats, &s->in_batch);
	b->live++;
}

static void batch_done(struct op *op)
{
	free(container_of(op, struct batch, op));
}

static struct batch *batch_new(struct rest *rest, const struct request *single, struct batch_queue *queue)
{
	struct batch *b = calloc(1, sizeof *b);

	if (!b)
		abort();
	*b = (struct batch){.rest = rest, .spec = single->batch, .single = single, .queue = queue};
	b->op = (struct op){.loop = rest->remote.env->loop, .done = batch_done};
	list_init(&b->seats);
	return b;
}

static bool travels(const struct rest_call *c)
{
	const struct batch_spec *spec = c->request->batch;
	const struct batch_queue *q = &c->rest->queue[c->type->type][c->request->kind];

	return spec && !c->merging && (!c->push->version || spec->carries & SLOT_BIT(VERSION)) &&
	       loop_now(c->task.op.loop) >= q->alone_until_ms;
}

static const struct step *seated(struct task *);
static const struct step step_seated = {"rest.seated", seated};

static const struct step *take_seat(struct task *t)
{
	struct rest_call *c = container_of(t, struct rest_call, task);
	struct batch_queue *q = &c->rest->queue[c->type->type][c->request->kind];
	struct batch *b;

	if (!travels(c))
		return &call_token;
	b = q->open;
	if (!b)
		b = batch_new(c->rest, c->request, q);
	c->seat = (struct seat){.op.loop = t->op.loop};
	task_own(t, &c->seat.op);
	op_begin(&c->seat.op, seat_cancel);
	sit(&c->seat, b);
	if (!q->open) {
		q->open = b;
		call_start(c->rest, &b->op, c->type->type, (struct rest_call){.kind = &kind_batch, .batch = b});
	}
	if (b->live >= b->spec->max) {
		q->open = NULL;
		if (b->waiting)
			op_finish(&b->clear);
		b->waiting = false;
	}
	return &step_seated;
}

const struct step batch_seat = {"rest.seat", take_seat};

static const struct step *seated(struct task *t)
{
	struct rest_call *c = container_of(t, struct rest_call, task);

	if (c->seat.alone)
		return &call_token;
	json_decref(c->answer.doc);
	c->answer = c->seat.answer;
	c->seat.answer.doc = NULL;
	c->http = (struct http_exchange){.sent = c->seat.sent};
	c->request = &c->request->batch->request;
	return call_read_answer(c);
}

/* --- the batch: who comes along ------------------------------------------------------------------------------- */

static const struct step *gathered(struct task *);
static const struct step *cleared(struct task *);
static const struct step step_gathered = {"batch.gathered", gathered}, step_cleared = {"batch.cleared", cleared};

static struct batch *batch_of(struct task *t)
{
	return container_of(t, struct rest_call, task)->batch;
}

static const struct step *gather(struct task *t)
{
	struct batch *b = batch_of(t);

	b->turn = (struct op){.loop = t->op.loop};
	task_own(t, &b->turn);
	op_begin(&b->turn, NULL);
	op_finish(&b->turn);
	return &step_gathered;
}

static void clear_cancel(struct op *op)
{
	container_of(op, struct batch, clear)->waiting = false;
	err_set(&op->err, ERR_CANCELED, "canceled");
	op_finish(op);
}

static const struct step *gathered(struct task *t)
{
	struct batch *b = batch_of(t);

	if (b->queue->open == b && b->queue->in_flight) {
		b->clear = (struct op){.loop = t->op.loop};
		task_own(t, &b->clear);
		op_begin(&b->clear, clear_cancel);
		b->waiting = true;
	}
	return &step_cleared;
}

static const struct step *cleared(struct task *t)
{
	struct batch *b = batch_of(t);

	b->alone = b->live == 1;
	if (b->alone) {
		close_doors(b);
		return NULL;
	}
	b->counted = true;
	b->queue->in_flight++;
	return &call_token;
}

/* --- the request ---------------------------------------------------------------------------------------------- */

static bool begin_batch(struct rest_call *c, struct err *e)
{
	(void)e;
	c->request = &c->batch->spec->request;
	return true;
}

/* The mapped object, and in it what only a batch wants there. */
static json_t *own_record(const struct batch_spec *spec, json_t *object, const struct fill *fill, struct err *e)
{
	AUTO(json_drop) json_t *record = spec->request.nset ? json_deep_copy(object) : json_incref(object);

	for (size_t i = 0; record && i < spec->request.nset; i++) {
		const struct parameter *set = &spec->request.set[i];
		json_t *value = template_json(set->json, fill);

		if (value && !json_put(record, set->name, value)) {
			err_set(e, ERR_BROKEN, "set: %s is in the way", set->name);
			return NULL;
		}
	}
	return steal(record);
}

/* One change of the list: a new reference, or NULL. */
static json_t *change(struct rest_call *c, struct seat *s, struct told *told, struct err *e)
{
	const struct batch *b = c->batch;
	struct fill f = call_at(s)->fill;
	AUTO(json_drop) json_t *record = NULL, *body = NULL, *headers = NULL;
	BUF_AUTO struct buf match = {0};
	json_t *out;

	f.now_ms = c->fill.now_ms;
	f.text[SLOT_REQUEST_ID] = c->fill.text[SLOT_REQUEST_ID];
	f.text[SLOT_INDEX] = arena_printf(c->scratch, "%zu", s->at);
	record = own_record(b->spec, call_at(s)->object, &f, e);
	f.record = record;
	if (!e->kind)
		request_part(b->rest, b->single, &f, template_json_slots(b->spec->each), c->scratch, e);
	body = f.body;
	headers = f.headers;
	if (e->kind)
		return NULL;
	if (b->spec->match_is && template_text(b->spec->match_is, &f, TEMPLATE_VERBATIM, &match))
		told->match = arena_strdup(c->scratch, match.data ? match.data : "");
	out = template_json(b->spec->each, &f);
	if (!out)
		err_set(e, ERR_BROKEN, "batch: a change has nothing to send");
	return out;
}

static bool compose_batch(struct rest_call *c, struct err *e)
{
	struct batch *b = c->batch;
	AUTO(json_drop) json_t *items = json_array();
	BUF_AUTO struct buf keys = {0};
	bool ok;

	close_doors(b);
	b->seat = arena_array(c->scratch, struct seat *, b->live);
	b->told = arena_array(c->scratch, struct told, b->live);
	b->n = 0;
	b->composed = true;
	for (struct list *l = b->seats.next; l != &b->seats; l = l->next) {
		struct seat *s = seat_at(l);
		const char *key = call_at(s)->fill.text[SLOT_KEY];
		json_t *item;

		s->at = b->n;
		b->seat[b->n] = s;
		b->told[b->n] = (struct told){0};
		item = change(c, s, &b->told[b->n++], e);
		if (!item)
			return false;
		json_array_append_new(items, item);
		buf_addf(&keys, "%s%s", keys.len ? "," : "", key ? key : "");
	}
	c->fill.items = items;
	c->fill.text[SLOT_KEYS] = keys.data;
	ok = request_compose(b->rest, c->request, &c->fill, NULL, c->bearer, c->scratch, &c->http, e);
	c->fill.items = NULL;
	c->fill.text[SLOT_KEYS] = NULL;
	return ok;
}

/* --- the answer ----------------------------------------------------------------------------------------------- */

static void parse_batch(struct rest_call *c)
{
	const struct batch *b = c->batch;

	results_match(b->spec, &c->answer, b->told, b->n, &c->failure);
}

static bool judge_batch(struct rest_call *c, const struct step **next, struct err *e)
{
	(void)c;
	(void)next;
	(void)e;
	return true;
}

/* Every push gets its own part. */
static void deal_out(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct seat *s = b->seat[i];
		struct err e = {0};

		if (!s)
			continue;
		if (results_answer(b->spec, &b->told[i], call_at(s)->scratch, &s->answer, &e)) {
			s->sent = true;
			stand_up(s);
		} else {
			fail_seat(s, &e, true);
		}
	}
}

static void fail_all(struct batch *b, const struct err *e, bool sent)
{
	while (!list_empty(&b->seats))
		fail_seat(seat_at(b->seats.next), e, sent);
}

static void start_half(struct batch *b, size_t n)
{
	struct batch *half = batch_new(b->rest, b->single, b->queue);
	const enum record_type type = call_at(seat_at(b->seats.next))->type->type;

	while (n--) {
		struct seat *s = seat_at(b->seats.next);

		leave(s);
		sit(s, half);
	}
	call_start(b->rest, &half->op, type, (struct rest_call){.kind = &kind_half, .batch = half});
}

/* Refused for what is in it, not for who asks or when. */
static bool about_a_record(const struct err *e)
{
	return e->kind == ERR_ITEM || e->kind == ERR_CONFLICT || e->kind == ERR_GONE;
}

static void refused(struct batch *b, struct rest_call *c, const struct err *e)
{
	const bool none = b->spec->refused_none || !c->http.sent;
	struct err open;

	if (none && b->live > 1) {
		start_half(b, b->live / 2);
		start_half(b, b->live);
	} else if (none) {
		fail_all(b, e, c->http.sent);
	} else {
		b->queue->alone_until_ms = loop_now(b->op.loop) + ALONE_MS;
		err_set(&open, ERR_AGAIN, "in a batch that was refused: %s", e->text);
		fail_all(b, &open, true);
	}
}

static void end_batch(struct rest_call *c, const struct err *e)
{
	struct batch *b = c->batch;

	close_doors(b);
	if (b->alone && !e->kind) {
		struct seat *s = seat_at(b->seats.next);

		s->alone = true;
		s->queue = b->queue;
		b->queue->in_flight++;
		stand_up(s);
	} else if (!e->kind) {
		deal_out(b);
	} else if (about_a_record(e)) {
		refused(b, c, e);
	} else {
		fail_all(b, e, c->http.sent);
	}
	if (b->counted)
		back(b->queue);
}

static const struct step step_gather = {"batch.gather", gather};
static const struct call_kind kind_batch = {.first = &step_gather,
	.begin = begin_batch,
	.compose = compose_batch,
	.parse = parse_batch,
	.judge = judge_batch,
	.end = end_batch};
/* What is left of a refused batch: nobody comes along. */
static const struct call_kind kind_half = {.first = &step_cleared,
	.begin = begin_batch,
	.compose = compose_batch,
	.parse = parse_batch,
	.judge = judge_batch,
	.end = end_batch};
