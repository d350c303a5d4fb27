/*
 * task.h - straight-line code over ops.
 *
 * A task is a chain of named steps. A step starts any number of ops and returns the step that will look at their
 * results; the task sleeps while an op is in flight. Returning NULL ends the task. A task is itself an op, so it
 * can be waited for, cancelled, and owned by another task.
 *
 * An op without a done() fails the task when it fails. An op with a done() leaves that to it: call task_fail(), or
 * swallow the error and go on. Failing cancels what is in flight, waits for it, then runs the fail step.
 */
#pragma once
#include "io/op.h"

struct step {
	const char *name;
	const struct step *(*run)(struct task *);
};

struct task {
	struct op op;
	const struct step *step;   /* runs next */
	const struct step *fail;   /* runs once, after the first failure; may be NULL */
	struct err err;            /* that failure */
	bool failing;
	struct list ops;           /* in flight */
};

/* Fill in op.loop, op.done and fail before. */
void task_start(struct task *, const struct step *first);
void task_own(struct task *, struct op *);   /* just before starting the op */
void task_fail(struct task *, const struct err *);

/* For op.c only. */
void task_left(struct task *, struct op *);
void task_tick(struct task *);
