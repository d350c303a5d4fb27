/*
 * op.h - the one shape of everything that takes time.
 *
 * An HTTP exchange, a sleep, a page's transaction, a helper's answer: each is a struct with a struct op in it.
 * The caller owns the memory.
 *
 *   idle --op_begin--> pending --op_finish--> ready --loop--> done() --> idle
 *
 * Promises to the caller:
 *  - starting an op cannot fail; every failure arrives in done(), in op->err;
 *  - done() is called exactly once, from the loop, never from inside the call that started, finished or
 *    cancelled the op;
 *  - once done() begins, nobody but the caller touches the op: it may be reused or freed there;
 *  - op_cancel() is legal at any time and any number of times. The op still ends through done(): with
 *    ERR_CANCELED, or with its real outcome if that came first.
 */
#pragma once
#include "base/err.h"
#include "base/list.h"
#include "io/loop.h"

struct task;

enum op_state { OP_IDLE, OP_PENDING, OP_READY };

struct op {
	struct loop *loop;             /* caller's, set before the start */
	void (*done)(struct op *);     /* caller's; NULL: the task will look */
	void (*cancel)(struct op *);   /* starter's; NULL: cannot be hurried */
	void *impl;                    /* starter's, while pending */
	struct err err;                /* outcome, from done() on */
	enum op_state state;
	struct task *task;             /* whose op this is, or NULL */
	struct list in_task;           /* task->ops, from start until done() */
	struct list in_ready;          /* loop->ready, from finish until done() */
};

/* For whoever implements an op. */
void op_begin(struct op *, void (*cancel)(struct op *));
void op_finish(struct op *);

/* For whoever waits for one. */
void op_cancel(struct op *);

/* For loop.c only: ends it towards its caller and its task. */
void op_deliver(struct op *);
