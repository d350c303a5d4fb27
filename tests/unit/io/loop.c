#include "io/loop.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/uvloop.h"
#include "io/wait.h"
#include "support/simloop.h"

struct alarm {
	struct timer timer;
	uint64_t asked;
	struct simloop *sim;
	unsigned fired, order;
};

static unsigned fired;

static void on_alarm(struct timer *t)
{
	struct alarm *a = container_of(t, struct alarm, timer);

	assert_int_equal(t->slot, 0);
	assert_int_equal(a->sim->now, a->asked);
	a->fired++;
	a->order = fired++;
}

/* Against the simplest model: every armed timer fires once, at its time, in order of time and then of arming. */
static void the_heap_keeps_order(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct simloop s;
		struct alarm a[200];
		unsigned armed = 0;

		simloop_init(&s, seed);
		fired = 0;
		for (size_t i = 0; i < 200; i++) {
			a[i] = (struct alarm){.timer.fire = on_alarm, .sim = &s};
			a[i].asked = simloop_draw(&s) % 50;
			timer_arm(&s.loop, &a[i].timer, a[i].asked);
		}
		for (size_t i = 0; i < 200; i++) {
			switch (simloop_draw(&s) % 3) {
			case 0:
				timer_disarm(&s.loop, &a[i].timer);
				timer_disarm(&s.loop, &a[i].timer);
				a[i].asked = UINT64_MAX;
				break;
			case 1:
				a[i].asked = simloop_draw(&s) % 50;
				timer_arm(&s.loop, &a[i].timer, a[i].asked);
				armed++;
				break;
			default:
				armed++;
			}
		}
		assert_false(simloop_run(&s, NULL, NULL));
		assert_int_equal(fired, armed);
		for (size_t i = 0; i < 200; i++) {
			assert_int_equal(a[i].fired, a[i].asked != UINT64_MAX);
			for (size_t j = 0; a[i].fired && j < 200; j++) {
				if (a[j].fired && (a[j].asked < a[i].asked || (a[j].asked == a[i].asked &&
										      a[j].timer.seq < a[i].timer.seq)))
					assert_true(a[j].order < a[i].order);
			}
		}
		simloop_fini(&s);
	}
}

struct chain {
	struct timer timer;
	struct simloop *sim;
	unsigned times;
	uint64_t turn;
};

static void on_link(struct timer *t)
{
	struct chain *c = container_of(t, struct chain, timer);

	assert_true(c->sim->turns > c->turn);
	c->turn = c->sim->turns;
	if (++c->times < 10)
		timer_arm(&c->sim->loop, t, 0);
}

static void a_timer_armed_for_now_waits_for_the_next_turn(void **state)
{
	struct simloop s;
	struct chain c = {.timer.fire = on_link, .sim = &s};

	(void)state;
	simloop_init(&s, 1);
	timer_arm(&s.loop, &c.timer, 0);
	assert_false(simloop_run(&s, NULL, NULL));
	assert_int_equal(c.times, 10);
	assert_int_equal(s.now, 0);
	simloop_fini(&s);
}

static void a_disarmed_timer_is_not_waited_for(void **state)
{
	struct simloop s;
	struct timer t = {.fire = on_link};

	(void)state;
	simloop_init(&s, 1);
	timer_arm(&s.loop, &t, 1000);
	timer_disarm(&s.loop, &t);
	assert_false(simloop_run(&s, NULL, NULL));
	assert_int_equal(s.now, 0);
	simloop_fini(&s);
}

static void far_away_is_not_never(void **state)
{
	struct simloop s;
	struct chain c = {.timer.fire = on_link, .sim = &s, .times = 9};

	(void)state;
	simloop_init(&s, 1);
	s.now = 5;
	timer_arm(&s.loop, &c.timer, UINT64_MAX);
	assert_false(simloop_run(&s, NULL, NULL));
	assert_int_equal(c.times, 10);
	simloop_fini(&s);
}

static void the_same_seed_gives_the_same_randomness(void **state)
{
	unsigned char first[37], second[37], other[37];
	struct simloop s;

	(void)state;
	simloop_init(&s, 7);
	loop_random(&s.loop, first, sizeof first);
	simloop_fini(&s);
	simloop_init(&s, 7);
	loop_random(&s.loop, second, sizeof second);
	loop_random(&s.loop, other, sizeof other);
	simloop_fini(&s);
	assert_memory_equal(first, second, sizeof first);
	assert_memory_not_equal(first, other, sizeof first);
}

struct ticking {
	struct timer timer;
	struct uvloop *u;
	unsigned times;
	uint64_t last;
};

static void on_tick(struct timer *t)
{
	struct ticking *c = container_of(t, struct ticking, timer);
	uint64_t now = loop_now(&c->u->loop);

	assert_true(now >= c->last + (c->times ? 2 : 0));
	c->last = now;
	if (++c->times < 20)
		timer_arm(&c->u->loop, t, 2);
}

static void uv_fires_timers_not_too_early_and_then_ends(void **state)
{
	uv_loop_t uv;
	struct uvloop u;
	struct ticking c = {.timer.fire = on_tick, .u = &u};
	struct timer never = {.fire = on_tick};
	int64_t wall;
	unsigned char r[8] = {0}, zero[8] = {0};

	(void)state;
	uv_loop_init(&uv);
	uvloop_init(&u, &uv);
	wall = loop_wall(&u.loop);
	assert_true(wall > 1700000000000);
	loop_random(&u.loop, r, sizeof r);
	assert_memory_not_equal(r, zero, sizeof r);
	timer_arm(&u.loop, &never, 1000000);
	timer_arm(&u.loop, &c.timer, 0);
	timer_disarm(&u.loop, &never);
	uv_run(&uv, UV_RUN_DEFAULT);
	assert_int_equal(c.times, 20);
	uvloop_fini(&u);
	uv_run(&uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&uv), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_heap_keeps_order),
		cmocka_unit_test(a_timer_armed_for_now_waits_for_the_next_turn),
		cmocka_unit_test(a_disarmed_timer_is_not_waited_for),
		cmocka_unit_test(far_away_is_not_never),
		cmocka_unit_test(the_same_seed_gives_the_same_randomness),
		cmocka_unit_test(uv_fires_timers_not_too_early_and_then_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
