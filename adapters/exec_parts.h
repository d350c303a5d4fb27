/* exec_parts.h - between exec.c and exec_helper.c. */
#pragma once
#include "adapters/exec_wire.h"
#include "io/child.h"

enum exec_state { EXEC_DOWN, EXEC_GREETING, EXEC_READY, EXEC_LEAVING };

struct exec {
	struct remote remote;
	struct arena *arena;
	const char *const *argv;
	json_t *config, *secrets;
	uint64_t timeout_ms;
	unsigned types; /* configured; a program may do fewer of them at one start and more at the next */

	enum exec_state state;
	struct child *child;
	struct op leaving;
	struct timer greeting;
	uint64_t not_before_ms;
	unsigned failures; /* in a row */
	uint64_t next_id;
	struct list requests;
	unsigned works;
	struct op *closing; /* close()'s */
};

/* From the start of an op until it is answered; an op that was cancelled leaves it behind, to know its late answer. */
struct exec_request {
	struct list in_exec;
	struct exec *exec;
	struct timer timer;
	uint64_t id;
	struct op *op; /* NULL: given up */
	struct pull *pull;
	struct get *get;
	struct push *push;
	bool sent, answering;
};

/* It asks nothing: it ends as soon as there is somebody to ask. */
static inline bool exec_only_waits(const struct exec_request *q)
{
	return !q->pull && !q->get && !q->push;
}

/* Starts the helper and greets it; EXEC_DOWN only. */
void exec_greet(struct exec *);
/* Sends what asks something; EXEC_READY only. */
void exec_send(struct exec_request *);
void exec_request_free(struct exec_request *);
/* The cancel function of every op here. */
void exec_cancel(struct op *);
/* When a request was not answered in time. */
void exec_silent(struct timer *);
/* Ends the helper for good; close()'s op ends when nothing is left of it. */
void exec_stop(struct exec *);
