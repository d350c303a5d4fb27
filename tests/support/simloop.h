/*
 * simloop.h - io/loop.h in virtual time, from a seed: the same seed gives the same history. The clock stands still
 * while anything is ready, and then jumps to the next timer. Work runs on the loop itself, some turns later.
 */
#pragma once
#include "io/loop.h"
#include "io/op.h"

struct simloop {
	struct loop loop;
	uint64_t now;
	int64_t wall;	/* at now = 0; may be moved, to let the wall clock jump */
	uint64_t turns; /* so far */
	uint64_t wake_at;
	uint64_t random; /* state of what orders things */
	uint64_t chance; /* state of what the daemon draws itself, so that one does not disturb the other */
};

void simloop_init(struct simloop *, uint64_t seed);
/* Turns until the predicate holds (asked before every turn; NULL: never) or nothing is left to do. True if it holds. */
bool simloop_run(struct simloop *, bool (*until)(void *), void *ctx);
void simloop_fini(struct simloop *);

/* An operation that is waited for: begun anew each time. */
struct simloop_op {
	struct op op;
	bool ended;
};
struct op *simloop_begin(struct simloop *, struct simloop_op *);
/* False if nothing is left to do, and it has not ended. */
bool simloop_ends(struct simloop *, struct simloop_op *);

uint64_t simloop_draw(struct simloop *); /* 64 random bits */
uint64_t simloop_next(uint64_t *state);  /* the same from any stream: splitmix64 */
