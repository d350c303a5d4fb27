/*
 * wait.h - the simplest ops: a sleep, and work off the loop.
 *
 * A lane runs its works one at a time and in order: the store's writer is a lane, so that no two transactions
 * ever meet. A work that has not begun can be cancelled; one that has runs to its end.
 */
#pragma once
#include "io/op.h"

struct sleep {
	struct op op;
	struct timer timer;
};
void sleep_start(struct sleep *, uint64_t ms);   /* fill in op.loop, op.done before */

struct work {
	struct op op;
	void (*run)(struct work *);   /* on some thread: touches only what hangs on the work; may set op.err */
	struct list in_lane;
	void *handle;                 /* the loop implementation's */
};
void work_start(struct work *);   /* fill in op.loop, op.done, run before */

struct lane {
	struct loop *loop;
	struct work *running;
	struct list waiting;
	size_t depth;                 /* running and waiting */
	struct work turn;             /* carries the running one through the loop */
};
void lane_init(struct lane *, struct loop *);
void lane_start(struct lane *, struct work *);
