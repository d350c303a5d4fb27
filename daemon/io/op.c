#include "io/op.h"

#include <assert.h>

#include "io/task.h"

void op_begin(struct op *op, void (*cancel)(struct op *))
{
	assert(op->loop && op->state == OP_IDLE);
	op->state = OP_PENDING;
	op->cancel = cancel;
	op->err = (struct err){.kind = ERR_NONE};
}

void op_finish(struct op *op)
{
	assert(op->state == OP_PENDING);
	op->state = OP_READY;
	op->cancel = NULL;
	op->impl = NULL;
	loop_ready(op->loop, &op->in_ready);
}

void op_cancel(struct op *op)
{
	void (*cancel)(struct op *) = op->cancel;

	if (op->state != OP_PENDING || !cancel)
		return;
	op->cancel = NULL; /* at most once */
	cancel(op);
}

void op_deliver(struct op *op)
{
	struct task *task = op->task;

	op->state = OP_IDLE;
	if (task)
		task_left(task, op);
	/* done() may reuse or free the op; the task outlives it, because it is not ticked before. */
	if (op->done)
		op->done(op);
	else if (task && op->err.kind != ERR_NONE)
		task_fail(task, &op->err);
	if (task)
		task_tick(task);
}
