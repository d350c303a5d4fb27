/*
 * loop.h - the one door to time, chance and threads. Two implementations: libuv (uvloop.c) for production, and
 * virtual time from a seed (tests/support/simloop.c). Everything above includes this header and never uv.h.
 *
 * Timers live in a heap here, so that an implementation need only say what time it is and wake up in time.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

struct loop;
struct work;

#define LOOP_NEVER UINT64_MAX

struct loop_ops {
	uint64_t (*now_ms)(struct loop *);                     /* monotonic */
	int64_t (*wall_ms)(struct loop *);                     /* since 1970; may jump: for people and for HTTP dates only */
	void (*random)(struct loop *, void *, size_t);
	void (*work)(struct loop *, struct work *);            /* run work->run() off the loop, then op_finish() it on the loop */
	/* Call loop_turn() at that time, or on the next round if it has passed; replaces the time said before. */
	void (*wake)(struct loop *, uint64_t at_ms);           /* LOOP_NEVER: there is nothing to wake up for */
};

struct timer {
	uint64_t due_ms;
	uint64_t seq;                                          /* timers due at the same time fire as they were armed */
	size_t slot;                                           /* in the heap, from 1; 0: not armed */
	void (*fire)(struct timer *);
};

struct loop {
	const struct loop_ops *ops;
	struct list ready;                                     /* ops that have finished, in order */
	struct timer **heap;
	size_t ntimers, cap;
	uint64_t seq;
	bool turning;
};

void loop_init(struct loop *, const struct loop_ops *);
void loop_fini(struct loop *);   /* asserts that nothing is ready; forgets armed timers */

/* Delivers what was ready when the turn began and fires what is due; whatever becomes ready meanwhile waits for
 * the next turn, for which it wakes the implementation. Called by implementations only. */
void loop_turn(struct loop *);

/* For op.c only. */
void loop_ready(struct loop *, struct list *node);

static inline uint64_t loop_now(struct loop *l)
{
	return l->ops->now_ms(l);
}

static inline int64_t loop_wall(struct loop *l)
{
	return l->ops->wall_ms(l);
}

static inline void loop_random(struct loop *l, void *p, size_t n)
{
	l->ops->random(l, p, n);
}

/* A timer belongs to whoever embeds it; arming an armed one moves it; it is disarmed before fire() is called. */
void timer_arm(struct loop *, struct timer *, uint64_t delay_ms);
void timer_disarm(struct loop *, struct timer *);
