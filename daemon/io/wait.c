#include "io/wait.h"

#include <assert.h>

static void on_due(struct timer *t)
{
	op_finish(&container_of(t, struct sleep, timer)->op);
}

static void sleep_cancel(struct op *op)
{
	timer_disarm(op->loop, &container_of(op, struct sleep, op)->timer);
	err_set(&op->err, ERR_CANCELED, "canceled");
	op_finish(op);
}

void sleep_start(struct sleep *s, uint64_t ms)
{
	op_begin(&s->op, sleep_cancel);
	s->timer = (struct timer){.fire = on_due};
	timer_arm(s->op.loop, &s->timer, ms);
}

void work_start(struct work *w)
{
	op_begin(&w->op, NULL); /* the loop fills in cancel while the work has not begun */
	w->op.loop->ops->work(w->op.loop, w);
}

static void turn_run(struct work *turn)
{
	struct work *w = container_of(turn, struct lane, turn)->running;

	w->run(w);
}

static void lane_next(struct lane *);

static void turn_done(struct op *op)
{
	struct lane *lane = container_of(op, struct lane, turn.op);
	struct work *w = lane->running;

	lane->running = NULL;
	lane->depth--;
	if (op->err.kind != ERR_NONE)
		w->op.err = op->err; /* cancelled before it began */
	lane_next(lane);
	op_finish(&w->op);
}

static void lane_next(struct lane *lane)
{
	struct list *first = lane->waiting.next;

	if (lane->running || list_empty(&lane->waiting))
		return;
	list_remove(first);
	lane->running = container_of(first, struct work, in_lane);
	lane->turn = (struct work){.op = {.loop = lane->loop, .done = turn_done}, .run = turn_run};
	work_start(&lane->turn);
}

static void lane_cancel(struct op *op)
{
	struct work *w = container_of(op, struct work, op);
	struct lane *lane = op->impl;

	if (lane->running == w) {
		op_cancel(&lane->turn.op);
		return;
	}
	list_remove(&w->in_lane);
	lane->depth--;
	err_set(&op->err, ERR_CANCELED, "canceled");
	op_finish(op);
}

void lane_init(struct lane *lane, struct loop *loop)
{
	*lane = (struct lane){.loop = loop};
	list_init(&lane->waiting);
}

void lane_start(struct lane *lane, struct work *w)
{
	op_begin(&w->op, lane_cancel);
	w->op.impl = lane;
	lane->depth++;
	list_append(&lane->waiting, &w->in_lane);
	lane_next(lane);
}
