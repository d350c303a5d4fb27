/* liar.c - the adapter; its lies are in lies.c. */
#include "conform/liar.h"

#include <stdlib.h>
#include <string.h>

struct liar_plan liar_plan;

struct call {
	struct liar *liar;
	struct op *outer;
	struct pull *pull;
	struct get *get;
	struct push *push;
	struct pull inner_pull;
	struct get inner_get;
	struct push inner_push;
	struct op *inner;
	struct timer timer;
};

#define SECOND_MS 1000

static void whole_seconds(struct item *item)
{
	if (liar_plan.whole_seconds)
		item->modified_ms -= item->modified_ms % (100 * SECOND_MS);
}

static void finish(struct call *c)
{
	struct op *op = c->outer;

	free(c);
	op_finish(op);
}

static void on_pulled(struct op *op)
{
	struct call *c = container_of(op, struct call, inner_pull.op);
	const struct op outer = c->pull->op;

	for (size_t i = 0; i < c->inner_pull.n; i++)
		whole_seconds(&c->inner_pull.item[i]);
	if (liar_plan.lie && liar_plan.lie->pulled)
		liar_plan.lie->pulled(c->liar, &c->inner_pull);
	*c->pull = c->inner_pull;
	c->pull->op = outer;
	c->pull->op.err = c->inner_pull.op.err;
	finish(c);
}

static void on_got(struct op *op)
{
	struct call *c = container_of(op, struct call, inner_get.op);
	const struct op outer = c->get->op;

	whole_seconds(&c->inner_get.item);
	if (liar_plan.lie && liar_plan.lie->got)
		liar_plan.lie->got(c->liar, &c->inner_get);
	*c->get = c->inner_get;
	c->get->op = outer;
	c->get->op.err = c->inner_get.op.err;
	finish(c);
}

static void on_pushed(struct op *op)
{
	struct call *c = container_of(op, struct call, inner_push.op);
	const struct op outer = c->push->op;

	c->liar->pushes++;
	if (liar_plan.lie && liar_plan.lie->pushed)
		liar_plan.lie->pushed(c->liar, &c->inner_push);
	*c->push = c->inner_push;
	c->push->op = outer;
	c->push->op.err = c->inner_push.op.err;
	finish(c);
}

static void on_cancel(struct op *op)
{
	struct call *c = op->impl;

	op_cancel(c->inner);
}

static void on_refused(struct timer *t)
{
	finish(container_of(t, struct call, timer));
}

static void on_cancel_refused(struct op *op)
{
	struct call *c = op->impl;

	timer_disarm(op->loop, &c->timer);
	err_set(&op->err, ERR_CANCELED, "canceled");
	finish(c);
}

static struct call *begin(struct remote *r, struct op *op)
{
	struct call *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->liar = container_of(r, struct liar, remote);
	c->outer = op;
	op_begin(op, on_cancel);
	op->impl = c;
	return c;
}

static bool refuses(struct call *c)
{
	struct op *op = c->outer;

	if (c->liar->stranger) {
		err_set(&op->err, ERR_DENIED, "the key is wrong");
	} else if (c->liar->refused < liar_plan.refusals) {
		c->liar->refused++;
		err_set(&op->err, ERR_AGAIN, "wait");
		op->err.wait_ms = SECOND_MS;
	} else {
		return false;
	}
	op->cancel = on_cancel_refused;
	c->timer.fire = on_refused;
	timer_arm(op->loop, &c->timer, 1);
	return true;
}

static void liar_pull(struct remote *r, struct pull *p)
{
	struct call *c = begin(r, &p->op);

	c->pull = p;
	p->n = 0;
	if (refuses(c))
		return;
	c->inner_pull = *p;
	c->inner_pull.op = (struct op){.loop = p->op.loop, .done = on_pulled};
	c->inner = &c->inner_pull.op;
	if (liar_plan.lie && liar_plan.lie->pull)
		liar_plan.lie->pull(c->liar, &c->inner_pull);
	remote_pull(c->liar->inner, &c->inner_pull);
}

static void liar_get(struct remote *r, struct get *g)
{
	struct call *c = begin(r, &g->op);

	c->get = g;
	if (refuses(c))
		return;
	c->inner_get = *g;
	c->inner_get.op = (struct op){.loop = g->op.loop, .done = on_got};
	c->inner = &c->inner_get.op;
	if (liar_plan.lie && liar_plan.lie->get)
		liar_plan.lie->get(c->liar, &c->inner_get);
	remote_get(c->liar->inner, &c->inner_get);
}

static bool too_long(const struct push *p)
{
	for (unsigned f = 0; p->record && f < field_count(p->type); f++)
		if (p->fields & FIELD_BIT(f) && strlen(p->record->v[f]) > LIAR_TEXT_MAX)
			return true;
	return false;
}

static void refuse_push(struct call *c, enum err_kind kind)
{
	err_set(&c->outer->err, kind, "a text is too long");
	c->outer->cancel = on_cancel_refused;
	c->timer.fire = on_refused;
	timer_arm(c->outer->loop, &c->timer, 1);
}

static void liar_push(struct remote *r, struct push *p)
{
	struct call *c = begin(r, &p->op);

	c->push = p;
	p->sent = false;
	if (refuses(c))
		return;
	if (too_long(p)) {
		refuse_push(c, liar_plan.lie && !strcmp(liar_plan.lie->check, "refusal") ? ERR_BROKEN : ERR_ITEM);
		return;
	}
	c->inner_push = *p;
	c->inner_push.op = (struct op){.loop = p->op.loop, .done = on_pushed};
	c->inner = &c->inner_push.op;
	if (liar_plan.lie && liar_plan.lie->push)
		liar_plan.lie->push(c->liar, &c->inner_push);
	remote_push(c->liar->inner, &c->inner_push);
}

static const char *liar_image(
	struct remote *r, struct arena *arena, enum record_type type, unsigned field, const char *value)
{
	(void)r;
	(void)type;
	return liar_plan.lie && liar_plan.lie->image ? liar_plan.lie->image(arena, field, value) : value;
}

static struct remote *liar_open(
	const struct adapter_env *env, const char *partner, const struct yaml *conf, struct diags *diags)
{
	struct liar *liar = calloc(1, sizeof *liar);
	const struct yaml *key = yaml_get(conf, "key");
	struct err e;

	if (!liar)
		abort();
	liar->inner = mem_adapter.open(env, partner, conf, diags);
	liar->remote = *liar->inner;
	liar->remote.adapter = &liar_adapter;
	liar->stranger = strcmp(env->secret(diags->arena, key, &e), LIAR_KEY) != 0;
	if (liar_plan.lie) {
		liar->remote.caps = (liar->remote.caps & ~liar_plan.lie->without) | liar_plan.lie->with;
		liar->stranger = liar->stranger && !liar_plan.lie->open_to_all;
	}
	return &liar->remote;
}

static void liar_close(struct remote *r, struct op *op)
{
	struct liar *liar = container_of(r, struct liar, remote);

	remote_close(liar->inner, op);
	free(liar);
}

const struct adapter liar_adapter = {
	.name = "liar",
	.help = "a partner in memory that breaks one promise at a time, for tests",
	.open = liar_open,
	.pull = liar_pull,
	.get = liar_get,
	.push = liar_push,
	.image = liar_image,
	.close = liar_close,
};
