#include "io/uvloop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "io/wait.h"

static struct uvloop *uvloop_of(struct loop *l)
{
	return container_of(l, struct uvloop, loop);
}

static uint64_t now_ms(struct loop *l)
{
	(void)l;
	return uv_hrtime() / 1000000;
}

static int64_t wall_ms(struct loop *l)
{
	struct timespec t;

	(void)l;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fill_random(struct loop *l, void *p, size_t n)
{
	(void)l;
	for (size_t done = 0; done < n;) {
		ssize_t got = getrandom((char *)p + done, n - done, 0);

		if (got < 0 && errno != EINTR)
			abort();
		done += got > 0 ? (size_t)got : 0;
	}
}

static void on_work(uv_work_t *req)
{
	struct work *w = req->data;

	w->run(w);
}

static void on_worked(uv_work_t *req, int status)
{
	struct work *w = req->data;

	free(req);
	w->handle = NULL;
	if (status == UV_ECANCELED)
		err_set(&w->op.err, ERR_CANCELED, "canceled");
	op_finish(&w->op);
}

static void work_cancel(struct op *op)
{
	struct work *w = container_of(op, struct work, op);

	uv_cancel(w->handle); /* refused once it has begun, and then it runs to its end */
}

static void queue_work(struct loop *l, struct work *w)
{
	uv_work_t *req = malloc(sizeof *req);

	if (!req)
		abort();
	req->data = w;
	w->handle = req;
	w->op.cancel = work_cancel;
	if (uv_queue_work(uvloop_of(l)->uv, req, on_work, on_worked) != 0)
		abort();
}

static void on_alarm(uv_timer_t *h)
{
	struct uvloop *u = h->data;

	loop_turn(&u->loop);
}

/* Keeps uv from sleeping until the check phase has had its turn. */
static void on_awake(uv_idle_t *h)
{
	(void)h;
}

/* A question to the kernel costs more than most turns; it is asked again before the others have waited long. */
enum { TURNS_PER_ROUND = 8 };

static void on_drain(uv_check_t *h)
{
	struct uvloop *u = h->data;

	for (unsigned n = 0; n < TURNS_PER_ROUND && uv_is_active((uv_handle_t *)&u->awake); n++)
		loop_turn(&u->loop);
}

static void wake(struct loop *l, uint64_t at_ms)
{
	struct uvloop *u = uvloop_of(l);
	uint64_t now = uv_now(u->uv);

	if (at_ms <= now) {
		uv_timer_stop(&u->alarm);
		uv_idle_start(&u->awake, on_awake);
		return;
	}
	uv_idle_stop(&u->awake);
	if (at_ms == LOOP_NEVER)
		uv_timer_stop(&u->alarm);
	else
		uv_timer_start(&u->alarm, on_alarm, at_ms - now, 0);
}

static const struct loop_ops ops = {
	.now_ms = now_ms,
	.wall_ms = wall_ms,
	.random = fill_random,
	.work = queue_work,
	.wake = wake,
};

void uvloop_init(struct uvloop *u, uv_loop_t *uv)
{
	signal(SIGPIPE,
		SIG_IGN); /* a partner or helper that hangs up is an error of a write, not the end of the daemon */
	loop_init(&u->loop, &ops);
	u->uv = uv;
	uv_timer_init(uv, &u->alarm);
	uv_idle_init(uv, &u->awake);
	uv_check_init(uv, &u->drain);
	u->alarm.data = u->drain.data = u;
	uv_check_start(&u->drain, on_drain);
	uv_unref((uv_handle_t *)&u->drain); /* alone, it keeps nothing alive */
}

void uvloop_fini(struct uvloop *u)
{
	loop_fini(&u->loop);
	uv_close((uv_handle_t *)&u->alarm, NULL);
	uv_close((uv_handle_t *)&u->awake, NULL);
	uv_close((uv_handle_t *)&u->drain, NULL);
}
