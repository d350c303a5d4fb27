#include "io/task.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/uvloop.h"
#include "io/wait.h"
#include "support/simloop.h"

/*
 * A run as the engine has them: two reads at once, then writes, two at a time, each of which starts the next, then
 * one more step. Every op can be made to fail, and the run cancelled at every turn, on both loops; whatever happens,
 * it ends once, through its last step, with nothing left in flight.
 */

/* ---- a call that takes a while and can fail ---- */
struct call {
	struct op op;
	struct sleep sleep;
	int *done;
};

static int fail_at, calls;

static void call_done(struct op *sleep)
{
	struct call *c = container_of(sleep, struct call, sleep.op);

	if (sleep->err.kind == ERR_NONE)
		++*c->done;
	c->op.err = sleep->err;
	op_finish(&c->op);
}

static void call_cancel(struct op *op)
{
	op_cancel(&container_of(op, struct call, op)->sleep.op);
}

static void call_start(struct call *c)
{
	if (++calls == fail_at) {
		op_begin(&c->op, NULL);
		err_set(&c->op.err, ERR_AGAIN, "injected fault %d", fail_at);
		op_finish(&c->op);
		return;
	}
	op_begin(&c->op, call_cancel);
	c->sleep = (struct sleep){.op = {.loop = c->op.loop, .done = call_done}};
	sleep_start(&c->sleep, (uint64_t)calls % 3);
}

/* ---- the run ---- */
#define WRITES 6
struct run;
struct slot {
	struct call call;
	struct run *run;
};
struct run {
	struct task task;
	struct call read[2];
	struct slot slot[2];
	int todo, done;
	char trace[64];
};

#define STEPS(X) X(read) X(plan) X(write) X(commit) X(fail) X(closed)
#define X(name)                                                                                                        \
	static const struct step *run_##name(struct task *);                                                           \
	static const struct step step_##name = {#name, run_##name};
STEPS(X)
#undef X

static struct run *begin(struct task *t, const struct step *s)
{
	struct run *r = container_of(t, struct run, task);
	size_t n = strlen(r->trace);

	snprintf(r->trace + n, sizeof r->trace - n, "%s ", s->name);
	return r;
}

static const struct step *run_read(struct task *t)
{
	struct run *r = begin(t, &step_read);

	for (int i = 0; i < 2; i++) {
		r->read[i] = (struct call){.op.loop = t->op.loop, .done = &r->done};
		task_own(t, &r->read[i].op);
		call_start(&r->read[i]);
	}
	return &step_plan;
}

static const struct step *run_plan(struct task *t)
{
	begin(t, &step_plan)->todo = WRITES;
	return &step_write;
}

static void write_next(struct slot *);

static void write_done(struct op *op)
{
	struct slot *s = container_of(op, struct slot, call.op);

	if (op->err.kind != ERR_NONE)
		task_fail(&s->run->task, &op->err);
	else
		write_next(s);
}

static void write_next(struct slot *s)
{
	struct run *r = s->run;

	if (!r->todo || r->task.err.kind != ERR_NONE)
		return;
	r->todo--;
	s->call = (struct call){.op = {.loop = r->task.op.loop, .done = write_done}, .done = &r->done};
	task_own(&r->task, &s->call.op);
	call_start(&s->call);
}

static const struct step *run_write(struct task *t)
{
	struct run *r = begin(t, &step_write);

	for (int i = 0; i < 2; i++) {
		r->slot[i].run = r;
		write_next(&r->slot[i]);
	}
	return &step_commit;
}

static const struct step *run_commit(struct task *t)
{
	begin(t, &step_commit);
	return &step_closed;
}

static const struct step *run_fail(struct task *t)
{
	begin(t, &step_fail);
	return &step_closed;
}

static const struct step *run_closed(struct task *t)
{
	begin(t, &step_closed);
	return NULL;
}

/* ---- driving it ---- */
static int ended;
static bool starting;

static void run_done(struct op *op)
{
	(void)op;
	assert(!starting);
	ended++;
}

static void start(struct run *r, struct loop *loop, int fail)
{
	*r = (struct run){.task = {.op = {.loop = loop, .done = run_done}, .fail = &step_fail}};
	fail_at = fail;
	calls = ended = 0;
	starting = true;
	task_start(&r->task, &step_read);
	starting = false;
}

static enum err_kind check(const struct run *r)
{
	enum err_kind kind = r->task.op.err.kind;
	const char *tail = kind == ERR_NONE ? "commit closed " : "fail closed ";

	assert_int_equal(ended, 1);
	assert_int_equal(r->task.op.state, OP_IDLE);
	assert_true(list_empty(&r->task.ops));
	assert_string_equal(r->trace + strlen(r->trace) - strlen(tail), tail);
	if (kind == ERR_NONE) {
		assert_string_equal(r->trace, "read plan write commit closed ");
		assert_int_equal(r->done, 2 + WRITES);
	}
	return kind;
}

struct at {
	struct simloop *sim;
	uint64_t turn;
};

static bool turn_reached(void *ctx)
{
	const struct at *at = ctx;

	return at->sim->turns >= at->turn;
}

static enum err_kind once_sim(int fail, uint64_t cancel_turn)
{
	struct simloop s;
	struct run r;

	simloop_init(&s, 1);
	start(&r, &s.loop, fail);
	if (simloop_run(&s, turn_reached, &(struct at){&s, cancel_turn})) {
		op_cancel(&r.task.op);
		op_cancel(&r.task.op);
	}
	simloop_run(&s, NULL, NULL);
	simloop_fini(&s);
	return check(&r);
}

static enum err_kind once_uv(int fail, int cancel_round)
{
	uv_loop_t uv;
	struct uvloop u;
	struct run r;
	int round = 0;

	uv_loop_init(&uv);
	uvloop_init(&u, &uv);
	start(&r, &u.loop, fail);
	do {
		if (round++ == cancel_round) {
			op_cancel(&r.task.op);
			op_cancel(&r.task.op);
		}
	} while (uv_run(&uv, UV_RUN_ONCE));
	uvloop_fini(&u);
	uv_run(&uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&uv), 0);
	return check(&r);
}

static void plain(void **state)
{
	(void)state;
	assert_int_equal(once_sim(0, UINT64_MAX), ERR_NONE);
	assert_int_equal(calls, 2 + WRITES);
	assert_int_equal(once_uv(0, -1), ERR_NONE);
}

static void every_op_fails_in_turn(void **state)
{
	(void)state;
	for (int i = 1; i <= 2 + WRITES; i++) {
		assert_int_equal(once_sim(i, UINT64_MAX), ERR_AGAIN);
		assert_int_equal(once_uv(i, -1), ERR_AGAIN);
	}
}

static void cancelled_at_every_turn(void **state)
{
	unsigned seen[ERR_CANCELED + 1] = {0};

	(void)state;
	for (int fail = 0; fail <= 2 + WRITES; fail++) {
		for (int turn = 0; turn < 60; turn++)
			seen[once_sim(fail, (uint64_t)turn)]++;
	}
	for (int fail = 0; fail <= 2 + WRITES; fail += 4) {
		for (int round = 0; round < 40; round++)
			seen[once_uv(fail, round)]++;
	}
	assert_true(seen[ERR_NONE] > 10);
	assert_true(seen[ERR_AGAIN] > 10);
	assert_true(seen[ERR_CANCELED] > 10);
}

/* ---- small print ---- */
static const struct step *fails_at_once(struct task *t)
{
	struct err e;

	err_set(&e, ERR_BROKEN, "no");
	task_fail(t, &e);
	err_set(&e, ERR_ITEM, "a later failure is not the story");
	task_fail(t, &e);
	return NULL;
}

static void failing_in_the_last_step_still_runs_the_fail_step(void **state)
{
	static const struct step only = {"only", fails_at_once};
	struct simloop s;
	struct run r = {0};

	(void)state;
	simloop_init(&s, 1);
	ended = 0;
	r.task = (struct task){.op = {.loop = &s.loop, .done = run_done}, .fail = &step_fail};
	task_start(&r.task, &only);
	simloop_run(&s, NULL, NULL);
	assert_int_equal(ended, 1);
	assert_int_equal(r.task.op.err.kind, ERR_BROKEN);
	assert_string_equal(r.trace, "fail closed ");
	simloop_fini(&s);
}

static int cancels;

static void count_cancel(struct op *op)
{
	(void)op;
	cancels++;
}

static void the_starter_hears_of_a_cancellation_once(void **state)
{
	struct simloop s;
	struct op op = {.loop = &s.loop};

	(void)state;
	simloop_init(&s, 1);
	cancels = 0;
	op_cancel(&op);
	op_begin(&op, count_cancel);
	op_cancel(&op);
	op_cancel(&op);
	op_finish(&op);
	op_cancel(&op);
	simloop_run(&s, NULL, NULL);
	op_cancel(&op);
	assert_int_equal(cancels, 1);
	assert_int_equal(op.err.kind, ERR_NONE);
	simloop_fini(&s);
}

static struct sleep nap;

static const struct step *naps(struct task *t)
{
	nap = (struct sleep){.op.loop = t->op.loop};
	task_own(t, &nap.op);
	sleep_start(&nap, 86400000);
	return &step_closed;
}

static void cancelling_does_not_wait_for_what_can_be_cancelled(void **state)
{
	static const struct step first = {"naps", naps};
	struct simloop s;
	struct run r = {0};

	(void)state;
	simloop_init(&s, 1);
	ended = 0;
	r.task = (struct task){.op = {.loop = &s.loop, .done = run_done}, .fail = &step_fail};
	task_start(&r.task, &first);
	op_cancel(&r.task.op);
	assert_int_equal(ended, 0);
	simloop_run(&s, NULL, NULL);
	assert_int_equal(ended, 1);
	assert_int_equal(s.now, 0);
	assert_string_equal(r.trace, "fail closed ");
	simloop_fini(&s);
}

struct nest {
	struct task task;
	struct run run;
};

static const struct step *nest_end(struct task *t)
{
	(void)t;
	return NULL;
}

static const struct step *nest_begin(struct task *t)
{
	static const struct step end = {"end", nest_end};
	struct nest *n = container_of(t, struct nest, task);

	n->run.task = (struct task){.op.loop = t->op.loop, .fail = &step_fail};
	task_own(t, &n->run.task.op);
	task_start(&n->run.task, &step_read);
	return &end;
}

/* A task within a task: its failure, and cancelling the outer one, go where they should. */
static void tasks_nest(void **state)
{
	static const struct step first = {"first", nest_begin};

	(void)state;
	for (int fail = 0; fail <= 2 + WRITES; fail++) {
		for (uint64_t turn = 0; turn < 40; turn++) {
			struct simloop s;
			struct nest n = {.task.op.done = run_done};

			simloop_init(&s, 1);
			n.task.op.loop = &s.loop;
			fail_at = fail;
			calls = ended = 0;
			task_start(&n.task, &first);
			if (simloop_run(&s, turn_reached, &(struct at){&s, turn}))
				op_cancel(&n.task.op);
			simloop_run(&s, NULL, NULL);
			assert_int_equal(ended, 1);
			assert_int_equal(n.run.task.op.state, OP_IDLE);
			/* Cancelled between the ends of the two, only the outer one knows. */
			if (n.run.task.op.err.kind != ERR_NONE && n.task.op.err.kind != ERR_CANCELED)
				assert_int_equal(n.task.op.err.kind, n.run.task.op.err.kind);
			simloop_fini(&s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(every_op_fails_in_turn),
		cmocka_unit_test(cancelled_at_every_turn),
		cmocka_unit_test(failing_in_the_last_step_still_runs_the_fail_step),
		cmocka_unit_test(the_starter_hears_of_a_cancellation_once),
		cmocka_unit_test(cancelling_does_not_wait_for_what_can_be_cancelled),
		cmocka_unit_test(tasks_nest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
