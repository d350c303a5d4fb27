#include "io/wait.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/uvloop.h"
#include "support/simloop.h"

#define JOBS 20

struct job {
	struct work work;
	unsigned number, ran, done;
	bool fail;
};

static unsigned order[JOBS], runs;

static void job_run(struct work *w)
{
	struct job *j = container_of(w, struct job, work);

	j->ran++;
	order[__atomic_fetch_add(&runs, 1, __ATOMIC_SEQ_CST)] = j->number;
	if (j->fail)
		err_set(&w->op.err, ERR_BROKEN, "job %u", j->number);
}

static void job_done(struct op *op)
{
	container_of(op, struct job, work.op)->done++;
}

static void start(struct job *jobs, struct loop *loop, struct lane *lane)
{
	runs = 0;
	for (unsigned i = 0; i < JOBS; i++) {
		jobs[i] = (struct job){.work = {.op = {.loop = loop, .done = job_done}, .run = job_run},
			.number = i,
			.fail = i % 5 == 3};
		if (lane)
			lane_start(lane, &jobs[i].work);
		else
			work_start(&jobs[i].work);
	}
}

static void check(const struct job *jobs, bool ordered)
{
	for (unsigned i = 0; i < JOBS; i++) {
		enum err_kind kind = jobs[i].work.op.err.kind;

		assert_int_equal(jobs[i].done, 1);
		assert_int_equal(jobs[i].ran, kind != ERR_CANCELED);
		if (kind != ERR_CANCELED)
			assert_int_equal(kind, jobs[i].fail ? ERR_BROKEN : ERR_NONE);
	}
	for (unsigned i = 1; ordered && i < runs; i++)
		assert_true(order[i - 1] < order[i]);
}

static void on_uv(bool with_lane, unsigned cancel)
{
	struct job jobs[JOBS];
	struct lane lane;
	uv_loop_t uv;
	struct uvloop u;

	uv_loop_init(&uv);
	uvloop_init(&u, &uv);
	lane_init(&lane, &u.loop);
	start(jobs, &u.loop, with_lane ? &lane : NULL);
	for (unsigned i = 0; i < JOBS; i++) {
		if (cancel >> i & 1)
			op_cancel(&jobs[i].work.op);
	}
	uv_run(&uv, UV_RUN_DEFAULT);
	check(jobs, with_lane);
	assert_int_equal(lane.depth, 0);
	uvloop_fini(&u);
	uv_run(&uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&uv), 0);
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

static void on_sim(bool with_lane, unsigned cancel, uint64_t turn)
{
	struct job jobs[JOBS];
	struct lane lane;
	struct simloop s;

	simloop_init(&s, turn + cancel);
	lane_init(&lane, &s.loop);
	start(jobs, &s.loop, with_lane ? &lane : NULL);
	simloop_run(&s, turn_reached, &(struct at){&s, turn});
	for (unsigned i = 0; i < JOBS; i++) {
		if (cancel >> i & 1)
			op_cancel(&jobs[i].work.op);
	}
	simloop_run(&s, NULL, NULL);
	check(jobs, with_lane);
	assert_int_equal(lane.depth, 0);
	simloop_fini(&s);
}

static void works_end_once_and_in_a_lane_in_order(void **state)
{
	(void)state;
	for (int lane = 0; lane < 2; lane++) {
		on_uv(lane, 0);
		on_uv(lane, 0x5a5a5);
		on_uv(lane, UINT32_MAX);
		on_sim(lane, 0, 0);
		assert_int_equal(runs, JOBS);
		for (uint64_t turn = 0; turn < 50; turn++) {
			on_sim(lane, 0x5a5a5, turn);
			on_sim(lane, UINT32_MAX, turn);
		}
	}
	on_sim(true, UINT32_MAX, 0);
	assert_int_equal(runs, 0);
}

static unsigned awoken;

static void sleep_done(struct op *op)
{
	(void)op;
	awoken++;
}

static void sleeps(void **state)
{
	struct simloop s;
	struct sleep a = {.op.done = sleep_done}, b = {.op.done = sleep_done};

	(void)state;
	simloop_init(&s, 1);
	a.op.loop = b.op.loop = &s.loop;
	awoken = 0;
	sleep_start(&a, 86400000);
	sleep_start(&b, 1000);
	op_cancel(&b.op);
	op_cancel(&b.op);
	assert_int_equal(awoken, 0);
	simloop_run(&s, NULL, NULL);
	assert_int_equal(awoken, 2);
	assert_int_equal(a.op.err.kind, ERR_NONE);
	assert_int_equal(b.op.err.kind, ERR_CANCELED);
	assert_int_equal(s.now, 86400000);
	simloop_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(works_end_once_and_in_a_lane_in_order),
		cmocka_unit_test(sleeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
