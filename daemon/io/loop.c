#include "io/loop.h"

#include <assert.h>
#include <stdlib.h>

#include "io/op.h"

void loop_init(struct loop *l, const struct loop_ops *ops)
{
	*l = (struct loop){.ops = ops};
	list_init(&l->ready);
}

void loop_fini(struct loop *l)
{
	assert(list_empty(&l->ready) && !l->turning);
	for (size_t i = 1; i <= l->ntimers; i++)
		l->heap[i]->slot = 0;
	free(l->heap);
	l->heap = NULL;
	l->ntimers = l->cap = 0;
}

/* During a turn nothing need be said: its end says it. */
static void rewake(struct loop *l)
{
	if (l->turning)
		return;
	if (!list_empty(&l->ready))
		l->ops->wake(l, 0);
	else
		l->ops->wake(l, l->ntimers ? l->heap[1]->due_ms : LOOP_NEVER);
}

void loop_ready(struct loop *l, struct list *node)
{
	bool first = list_empty(&l->ready);

	list_append(&l->ready, node);
	if (first)
		rewake(l);
}

static bool sooner(const struct timer *a, const struct timer *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->seq < b->seq;
}

static void place(struct loop *l, struct timer *t, size_t slot)
{
	l->heap[slot] = t;
	t->slot = slot;
}

static void sift_up(struct loop *l, struct timer *t, size_t slot)
{
	for (; slot > 1 && sooner(t, l->heap[slot / 2]); slot /= 2)
		place(l, l->heap[slot / 2], slot);
	place(l, t, slot);
}

static void sift_down(struct loop *l, struct timer *t, size_t slot)
{
	for (;;) {
		size_t below = 2 * slot;

		if (below < l->ntimers && sooner(l->heap[below + 1], l->heap[below]))
			below++;
		if (below > l->ntimers || !sooner(l->heap[below], t))
			break;
		place(l, l->heap[below], slot);
		slot = below;
	}
	place(l, t, slot);
}

static void take_out(struct loop *l, struct timer *t)
{
	size_t slot = t->slot;
	struct timer *last = l->heap[l->ntimers--];

	t->slot = 0;
	if (last == t)
		return;
	if (slot > 1 && sooner(last, l->heap[slot / 2]))
		sift_up(l, last, slot);
	else
		sift_down(l, last, slot);
}

void timer_arm(struct loop *l, struct timer *t, uint64_t delay_ms)
{
	uint64_t now = loop_now(l);

	if (t->slot)
		take_out(l, t);
	if (l->ntimers + 2 > l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->heap = realloc(l->heap, l->cap * sizeof *l->heap);
		if (!l->heap)
			abort();
	}
	t->due_ms = delay_ms < LOOP_NEVER - 1 - now ? now + delay_ms : LOOP_NEVER - 1;
	t->seq = ++l->seq;
	sift_up(l, t, ++l->ntimers);
	/* An early wake-up costs nothing, so a move backwards need not be told. */
	if (l->heap[1] == t)
		rewake(l);
}

void timer_disarm(struct loop *l, struct timer *t)
{
	bool first = t->slot == 1;

	if (!t->slot)
		return;
	take_out(l, t);
	if (first)
		rewake(l);
}

static void deliver_ready(struct loop *l)
{
	struct list mark;

	list_append(&l->ready, &mark);
	while (l->ready.next != &mark) {
		struct list *first = l->ready.next;

		list_remove(first);
		op_deliver(container_of(first, struct op, in_ready));
	}
	list_remove(&mark);
}

static void fire_due(struct loop *l)
{
	uint64_t now = loop_now(l), newest = l->seq;

	while (l->ntimers && l->heap[1]->due_ms <= now && l->heap[1]->seq <= newest) {
		struct timer *t = l->heap[1];

		take_out(l, t);
		t->fire(t);
	}
}

void loop_turn(struct loop *l)
{
	assert(!l->turning);
	l->turning = true;
	deliver_ready(l);
	fire_due(l);
	l->turning = false;
	rewake(l);
}
