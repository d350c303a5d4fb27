#include "support/simloop.h"

#include <stdlib.h>
#include <string.h>

#include "io/wait.h"

static struct simloop *simloop_of(struct loop *l)
{
	return container_of(l, struct simloop, loop);
}

uint64_t simloop_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t simloop_draw(struct simloop *s)
{
	return simloop_next(&s->random);
}

static uint64_t now_ms(struct loop *l)
{
	return simloop_of(l)->now;
}

static int64_t wall_ms(struct loop *l)
{
	return simloop_of(l)->wall + (int64_t)simloop_of(l)->now;
}

static void fill_random(struct loop *l, void *p, size_t n)
{
	for (size_t i = 0; i < n; i += sizeof(uint64_t)) {
		uint64_t bits = simloop_next(&simloop_of(l)->chance);

		memcpy((char *)p + i, &bits, n - i < sizeof bits ? n - i : sizeof bits);
	}
}

/* The thread pool's stand-in: begins after a delay, until which it can be cancelled, and then is done at once. */
struct job {
	struct timer timer;
	struct work *work;
};

static void on_job(struct timer *t)
{
	struct job *job = container_of(t, struct job, timer);
	struct work *w = job->work;

	free(job);
	w->handle = NULL;
	w->run(w);
	op_finish(&w->op);
}

static void job_cancel(struct op *op)
{
	struct work *w = container_of(op, struct work, op);
	struct job *job = w->handle;

	timer_disarm(op->loop, &job->timer);
	free(job);
	w->handle = NULL;
	err_set(&op->err, ERR_CANCELED, "canceled");
	op_finish(op);
}

static void queue_job(struct loop *l, struct work *w)
{
	struct job *job = calloc(1, sizeof *job);

	if (!job)
		abort();
	*job = (struct job){.timer.fire = on_job, .work = w};
	w->handle = job;
	w->op.cancel = job_cancel;
	timer_arm(l, &job->timer, simloop_draw(simloop_of(l)) % 4);
}

static void wake(struct loop *l, uint64_t at_ms)
{
	simloop_of(l)->wake_at = at_ms;
}

static const struct loop_ops ops = {
	.now_ms = now_ms,
	.wall_ms = wall_ms,
	.random = fill_random,
	.work = queue_job,
	.wake = wake,
};

void simloop_init(struct simloop *s, uint64_t seed)
{
	*s = (struct simloop){.wall = 1767225600000, .wake_at = LOOP_NEVER, .random = seed, .chance = ~seed};
	loop_init(&s->loop, &ops);
}

bool simloop_run(struct simloop *s, bool (*until)(void *), void *ctx)
{
	for (;;) {
		if (until && until(ctx))
			return true;
		if (s->wake_at == LOOP_NEVER)
			return false;
		if (s->wake_at > s->now)
			s->now = s->wake_at;
		s->turns++;
		loop_turn(&s->loop);
	}
}

void simloop_fini(struct simloop *s)
{
	loop_fini(&s->loop);
}

/* --- an operation ---------------------------------------------------------------------------------------------------------- */

static void on_end(struct op *op)
{
	container_of(op, struct simloop_op, op)->ended = true;
}

static bool has_ended(void *ctx)
{
	return ((const struct simloop_op *)ctx)->ended;
}

struct op *simloop_begin(struct simloop *s, struct simloop_op *o)
{
	*o = (struct simloop_op){.op = {.loop = &s->loop, .done = on_end}};
	return &o->op;
}

bool simloop_ends(struct simloop *s, struct simloop_op *o)
{
	return simloop_run(s, has_ended, o);
}
