/*
 * remote.c - the adapter of the simulated partners: every request arrives after a moment and is answered after another,
 * unless a fault says otherwise.
 */
#include "remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/hook.h"

static struct world *world;

void remote_use(struct world *w)
{
	world = w;
}

static uint64_t draw(uint64_t from, uint64_t to)
{
	return from + simloop_draw(&world->sim) % (to - from + 1);
}

/* --- one request ------------------------------------------------------------------------------------------------ */

static struct sim_call *call_of(struct timer *t)
{
	return container_of(t, struct sim_call, timer);
}

static void told(struct sim_call *c);

static void finish(struct sim_call *c)
{
	struct op *op = c->op;

	if (!world_dying(world))
		oracle_answered(world, c->remote->place, c->kind, &op->err, c->kind == SIM_PULL ? c->pull : NULL);
	if (!world_dying(world) && c->kind == SIM_PUSH && op->err.kind == ERR_CONFLICT)
		oracle_refused(world, c->remote->place, c->push);
	if (!op->err.kind && !world_dying(world))
		told(c);
	c->remote->calls--;
	free(c);
	op_finish(op);
}

static void on_answered(struct timer *t)
{
	finish(call_of(t));
}

static bool arrives(struct sim_call *c, struct err *e)
{
	switch (c->kind) {
	case SIM_PULL:
		return read_list(c->remote->place, c->pull, e);
	case SIM_GET:
		return read_one(c->remote->place, c->get, e);
	case SIM_PUSH:
		world->seen_ms = c->seen_ms;
		return write_arrives(c->remote->place, c->push, e);
	}
	return false;
}

/* An answer to somebody who was told something else meanwhile. */
static void forget_answer(struct sim_call *c, enum err_kind kind, const char *why)
{
	err_set(&c->op->err, kind, "%s", why);
	if (c->kind == SIM_PUSH) {
		c->push->out_key = c->push->out_version = NULL;
		c->push->answer = NULL;
	}
}

static void busy(struct sim_call *c)
{
	const uint64_t wait_ms = 10000 + c->fault->nonce % (10 * MINUTE_MS);

	err_set(&c->op->err, ERR_AGAIN, "too many requests");
	c->op->err.wait_ms = (uint32_t)wait_ms;
	if (c->kind != SIM_GET)
		oracle_busy(world, c->remote->place, c->kind == SIM_PUSH ? c->push : NULL, wait_ms);
}

/* One that the hub knows of, and that no list has left out yet. */
static void leave_out(struct pull *pull, struct place *p, const struct fault *f)
{
	for (size_t i = 0; i < pull->n; i++) {
		const size_t at = (i + f->nonce) % pull->n;
		struct rec *r = place_at(p, pull->type, pull->item[at].key);

		if (!r || !r->told_ms || r->skipped)
			continue;
		r->skipped = f;
		memmove(&pull->item[at], &pull->item[at + 1], (--pull->n - at) * sizeof *pull->item);
		world_tell(p->w, "%s leaves out %s", p->is->name, r->key);
		return;
	}
}

/* Somebody who waits for a page or an answer may wait for minutes. */
static void arrive_meanwhile(struct sim_call *c)
{
	struct place *p = c->remote->place;
	const uint64_t nonce = c->fault->nonce;

	c->answer_ms += draw(20000, 150000);
	if (!arrives(c, &c->op->err))
		return;
	if (c->kind == SIM_PULL && c->pull->n)
		people_meanwhile(place_at(p, c->pull->type, c->pull->item[nonce % c->pull->n].key), nonce >> 8);
	if (c->kind != SIM_PUSH)
		return;
	if (c->push->kind == PUSH_UPDATE)
		people_overtake(p, c->push, nonce);
	else if (c->push->kind == PUSH_CREATE)
		people_edit(place_at(p, c->push->type, c->push->out_key), nonce);
	forget_answer(c, ERR_AGAIN, "no answer");
}

static void arrive_at_fault(struct sim_call *c)
{
	struct err *e = &c->op->err;

	switch (c->fault->kind) {
	case FAULT_REFUSE:
	case FAULT_ERROR_500:
		err_set(e, ERR_AGAIN, "no luck");
		return;
	case FAULT_LOSE_ANSWER:
		if (arrives(c, e))
			forget_answer(c, ERR_AGAIN, "no answer");
		c->answer_ms += draw(1000, 30000);
		return;
	case FAULT_LATE_PAGE:
	case FAULT_OVERTAKEN:
		arrive_meanwhile(c);
		return;
	case FAULT_SKIP:
		if (arrives(c, e))
			leave_out(c->pull, c->remote->place, c->fault);
		return;
	case FAULT_LATE_EFFECT:
		if (c->kind == SIM_PUSH)
			write_later(c->remote->place, c->push, draw(1000, 40000));
		err_set(e, ERR_AGAIN, "no answer");
		return;
	case FAULT_SLOW:
		arrives(c, e);
		c->answer_ms += draw(1000, 120000);
		return;
	case FAULT_TWICE:
		/* A create that nothing tells from another would be made twice by whatever doubled it. */
		if (arrives(c, e) && c->kind == SIM_PUSH &&
			(c->push->kind != PUSH_CREATE || c->remote->place->is->caps & ADAPTER_CAN_IDEMPOTENT))
			arrives(c, e);
		return;
	case FAULT_BUSY_429:
		busy(c);
		return;
	case FAULT_DENIED:
		err_set(e, ERR_DENIED, "who are you?");
		return;
	case FAULT_GARBLED:
		if (arrives(c, e))
			forget_answer(c, ERR_BROKEN, "cut off");
		return;
	case FAULT_CURSOR:
		err_set(e, ERR_GONE, "that cursor has expired");
		return;
	case FAULT_REJECT:
		err_set(e, ERR_ITEM, "not like this");
		return;
	default:
		arrives(c, e);
	}
}

static void nobody_there(struct sim_call *c)
{
	err_set(&c->op->err, ERR_AGAIN, "the partner is down");
	oracle_knock(world, c->remote->place);
}

static void hang(struct sim_call *c)
{
	err_set(&c->op->err, ERR_AGAIN, "no answer");
	c->answer_ms = HOUR_MS;
}

static void on_arrive(struct timer *t)
{
	struct sim_call *c = call_of(t);
	struct place *p = c->remote->place;

	c->arrived_ms = world_now(world);
	if (world_dying(world))
		err_set(&c->op->err, ERR_AGAIN, "nobody is there any more");
	else if (world_now(world) < p->down_until_ms)
		nobody_there(c);
	else if (p->hangs)
		hang(c);
	else if (c->fault)
		arrive_at_fault(c);
	else
		arrives(c, &c->op->err);
	if (c->kind == SIM_PUSH && world->kill_effect && !world_dying(world)) {
		world->kill_effect = false;
		world->out->faults[FAULT_KILL_EFFECT]++;
		world_kill(world, END_KILL);
	}
	c->timer.fire = on_answered;
	timer_arm(c->op->loop, &c->timer, c->answer_ms);
}

static void on_cancel(struct op *op)
{
	struct sim_call *c = op->impl;

	timer_disarm(op->loop, &c->timer);
	err_set(&op->err, ERR_CANCELED, "canceled");
	finish(c);
}

/* pull NULL: it is not one. */
static struct sim_call *start(struct remote *r, struct op *op, enum sim_op kind, struct pull *pull)
{
	struct sim_call *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	op_begin(op, on_cancel);
	op->impl = c;
	*c = (struct sim_call){
		.remote = container_of(r, struct sim_remote, remote),
		.op = op,
		.kind = kind,
		.answer_ms = draw(1, 300),
		.timer.fire = on_arrive,
	};
	c->remote->calls++;
	world->out->requests++;
	if (!world_dying(world)) {
		oracle_request(world, c->remote->place, kind, pull);
		c->fault = faults_take(world, c->remote->place, kind, pull && pull->cursor);
	}
	timer_arm(op->loop, &c->timer, draw(1, 200));
	return c;
}

/* --- what the hub has heard ------------------------------------------------------------------------------------- */

/* The answer is with the hub. */
static void told_of(const struct place *p, const struct item *item)
{
	struct rec *r = item->key ? place_at((struct place *)p, item->type, item->key) : NULL;

	if (r && !r->told_ms)
		r->told_ms = world_now(world);
}

static void told(struct sim_call *c)
{
	const struct place *p = c->remote->place;
	struct rec *r;

	switch (c->kind) {
	case SIM_PULL:
		for (size_t i = 0; i < c->pull->n; i++)
			told_of(p, &c->pull->item[i]);
		return;
	case SIM_GET:
		if (c->get->found)
			told_of(p, &c->get->item);
		r = c->get->found && c->get->key ? place_at(c->remote->place, c->get->type, c->get->key) : NULL;
		if (r)
			r->got[r->ngot++ % 4] = (struct got){c->arrived_ms, world_now(world)};
		return;
	case SIM_PUSH:
		if (c->push->kind == PUSH_CREATE && c->push->out_key)
			told_of(p, &(struct item){.type = c->push->type, .key = c->push->out_key});
		return;
	}
}

/* --- as the engine sees it -------------------------------------------------------------------------------------- */

static void sim_pull(struct remote *r, struct pull *pull)
{
	pull->n = 0;
	pull->item = NULL;
	pull->next = NULL;
	pull->more = false;
	pull->total = -1;
	start(r, &pull->op, SIM_PULL, pull)->pull = pull;
}

static void sim_get(struct remote *r, struct get *get)
{
	get->found = false;
	start(r, &get->op, SIM_GET, NULL)->get = get;
}

static void sim_push(struct remote *r, struct push *push)
{
	struct place *p = container_of(r, struct sim_remote, remote)->place;
	struct sim_call *c;

	push->out_key = push->out_version = NULL;
	push->answer = NULL;
	if (world->kill_send && !world_dying(world)) {
		world->kill_send = false;
		world->out->faults[FAULT_KILL_SEND]++;
		world_kill(world, END_KILL);
	}
	c = start(r, &push->op, SIM_PUSH, NULL);
	c->push = push;
	c->seen_ms = oracle_seen(world, p, push);
	if (!world_dying(world)) {
		oracle_send(world, p, push);
		oracle_version(world, p, push);
	}
	push->sent = world_now(world) >= p->down_until_ms &&
		!(c->fault && c->fault->kind == FAULT_REFUSE && c->fault->nonce & 1);
}

static const char *sim_image(struct remote *r, struct arena *arena, enum record_type type, unsigned field, const char *value)
{
	struct place *p = container_of(r, struct sim_remote, remote)->place;

	if (!p->is->foretells || field >= SIM_FIELDS || p->is->quirk[type][field] == QUIRK_PLAIN)
		return value;
	return arena_strdup(arena, place_renders(p, type, field, value));
}

static struct remote *sim_open(
	const struct adapter_env *env, const char *partner, const struct yaml *conf, struct diags *diags)
{
	struct sim_remote *r = calloc(1, sizeof *r);

	(void)conf;
	(void)diags;
	if (!r)
		abort();
	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		if (!strcmp(world->place[i].is->name, partner))
			r->place = &world->place[i];
	r->remote = (struct remote){
		.adapter = &sim_adapter,
		.env = env,
		.partner = r->place->is->name,
		.caps = r->place->is->caps,
		.types = r->place->is->types,
		.map_version = 1,
	};
	for (unsigned t = 0; t < RECORD_TYPES; t++)
		r->remote.readable[t] = r->remote.writable[t] = FIELD_BIT(field_count((enum record_type)t)) - 1;
	return &r->remote;
}

static void sim_close(struct remote *remote, struct op *op)
{
	struct sim_remote *r = container_of(remote, struct sim_remote, remote);

	if (r->calls)
		world_violated(world, "contract", "%s was closed with requests in flight", r->place->is->name);
	free(r);
	op_begin(op, NULL);
	op_finish(op);
}

const struct adapter sim_adapter = {
	.name = "sim",
	.help = "a simulated partner",
	.open = sim_open,
	.pull = sim_pull,
	.get = sim_get,
	.push = sim_push,
	.image = sim_image,
	.webhook = hook_read,
	.close = sim_close,
};
