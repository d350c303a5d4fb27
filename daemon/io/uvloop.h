/* uvloop.h - the production loop: libuv's clock and thread pool, the kernel's randomness. */
#pragma once
#include <uv.h>

#include "io/loop.h"

struct uvloop {
	struct loop loop;
	uv_loop_t *uv;
	uv_timer_t alarm;
	uv_idle_t awake;
	uv_check_t drain;
};

void uvloop_init(struct uvloop *, uv_loop_t *);
void uvloop_fini(struct uvloop *);   /* closes its handles: run uv until it is empty */
