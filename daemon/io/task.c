#include "io/task.h"

#include <assert.h>

static void task_cancel(struct op *op)
{
	struct err e;

	err_set(&e, ERR_CANCELED, "canceled");
	task_fail(container_of(op, struct task, op), &e);
}

void task_start(struct task *t, const struct step *first)
{
	list_init(&t->ops);
	t->err = (struct err){.kind = ERR_NONE};
	t->failing = false;
	t->step = first;
	op_begin(&t->op, task_cancel);
	task_tick(t);
}

void task_own(struct task *t, struct op *op)
{
	assert(op->state == OP_IDLE && !op->task);
	op->task = t;
	list_append(&t->ops, &op->in_task);
}

void task_left(struct task *t, struct op *op)
{
	assert(op->task == t);
	op->task = NULL;
	list_remove(&op->in_task);
}

void task_fail(struct task *t, const struct err *e)
{
	if (t->err.kind != ERR_NONE)
		return; /* the first failure is the story */
	t->err = *e;
	/* Cancelling ends no op at once, so the list stands still meanwhile. */
	for (struct list *l = t->ops.next; l != &t->ops; l = l->next)
		op_cancel(container_of(l, struct op, in_task));
}

void task_tick(struct task *t)
{
	while (list_empty(&t->ops) && (t->step || (t->err.kind != ERR_NONE && !t->failing))) {
		if (t->err.kind != ERR_NONE && !t->failing) {
			t->failing = true;
			t->step = t->fail;
			continue;
		}
		t->step = t->step->run(t);
	}
	if (list_empty(&t->ops) && t->op.state == OP_PENDING) {
		t->op.err = t->err;
		op_finish(&t->op);
	}
}
