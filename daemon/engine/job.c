/*
 * job.c - work on the store's lane, several at a time under one commit: waiting for the disk is most of the cost of a
 * small transaction.
 */
#include "engine/partner.h"
#include "engine/watch.h"

enum { TOGETHER_MAX = 64 };

static struct job *job_at(struct list *l)
{
	return container_of(l, struct job, in_jobs);
}

static void run_one(struct job *job)
{
	struct hub *hub = &job->engine->hub;
	struct err e = { .kind = ERR_NONE };

	hub->now_ms = job->now_ms;
	if (!job->run(job, hub, &e))
		job->op.err = e;
}

static void run_together(struct list *running, struct store *store)
{
	struct err e;
	bool ok = store_group_begin(store, &e);

	for (struct list *l = running->next; ok && l != running; l = l->next)
		run_one(job_at(l));
	if (ok && store_group_end(store, &e))
		return;
	for (struct list *l = running->next; l != running; l = l->next)
		if (!job_at(l)->op.err.kind)
			job_at(l)->op.err = e;
}

static void run_batch(struct work *w)
{
	struct engine *engine = container_of(w, struct engine, jobs.batch);
	struct list *running = &engine->jobs.running;

	if (running->next == running->prev)
		run_one(job_at(running->next));
	else
		run_together(running, engine->store);
	engine->seq = store_seq(engine->store);
}

static void next_batch(struct engine *engine);

static void batch_done(struct op *op)
{
	struct engine *engine = container_of(op, struct engine, jobs.batch.op);

	while (!list_empty(&engine->jobs.running)) {
		struct job *job = job_at(engine->jobs.running.next);

		list_remove(&job->in_jobs);
		if (op->err.kind && !job->op.err.kind)
			job->op.err = op->err;
		op_finish(&job->op);
	}
	watch_changed(engine);
	next_batch(engine);
}

static void next_batch(struct engine *engine)
{
	struct jobs *jobs = &engine->jobs;

	if (!list_empty(&jobs->running) || list_empty(&jobs->waiting))
		return;
	for (int n = 0; n < TOGETHER_MAX && !list_empty(&jobs->waiting); n++) {
		struct list *first = jobs->waiting.next;

		list_remove(first);
		list_append(&jobs->running, first);
		job_at(first)->op.cancel = NULL;
	}
	jobs->batch = (struct work){ .op = { .loop = engine->options.loop, .done = batch_done }, .run = run_batch };
	lane_start(&engine->writer, &jobs->batch);
}

static void turn_over(struct op *op)
{
	struct engine *engine = container_of(op, struct engine, jobs.turn);

	next_batch(engine);
	if (jobs_idle(engine))
		engine_idle(engine);
}

/* What else begins in this turn of the loop comes along. */
static void next_turn(struct engine *engine)
{
	struct op *turn = &engine->jobs.turn;

	if (turn->state != OP_IDLE)
		return;
	*turn = (struct op){ .loop = engine->options.loop, .done = turn_over };
	op_begin(turn, NULL);
	op_finish(turn);
}

static void job_cancel(struct op *op)
{
	struct job *job = container_of(op, struct job, op);

	list_remove(&job->in_jobs);
	err_set(&op->err, ERR_CANCELED, "canceled");
	op_finish(op);
}

void job_start(struct engine *engine, struct job *job, bool (*run)(struct job *, struct hub *, struct err *))
{
	job->engine = engine;
	job->run = run;
	job->now_ms = loop_wall(engine->options.loop);
	job->op.loop = engine->options.loop;
	op_begin(&job->op, job_cancel);
	list_init(&job->in_jobs);
	list_append(&engine->jobs.waiting, &job->in_jobs);
	next_turn(engine);
}

void job_own(struct task *task, struct engine *engine, struct job *job, bool (*run)(struct job *, struct hub *, struct err *))
{
	job->op = (struct op){ .loop = engine->options.loop };
	task_own(task, &job->op);
	job_start(engine, job, run);
}

void jobs_init(struct engine *engine)
{
	list_init(&engine->jobs.waiting);
	list_init(&engine->jobs.running);
}

bool jobs_idle(const struct engine *engine)
{
	return list_empty(&engine->jobs.waiting) && list_empty(&engine->jobs.running) && !engine->writer.depth &&
		engine->jobs.turn.state == OP_IDLE;
}

size_t jobs_waiting(const struct engine *engine)
{
	size_t n = engine->writer.depth;

	for (const struct list *l = engine->jobs.waiting.next; l != &engine->jobs.waiting; l = l->next)
		n++;
	return n;
}
