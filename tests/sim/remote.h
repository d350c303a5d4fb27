/* remote.h - between remote.c, which carries requests and reads, and writes.c. */
#pragma once
#include "sim.h"

struct sim_remote {
	struct remote remote;
	struct place *place;
	unsigned calls;
};

/* One request: it arrives at the partner, and is answered. */
struct sim_call {
	struct sim_remote *remote;
	struct op *op;
	struct timer timer;
	enum sim_op kind;
	const struct fault *fault;
	uint64_t answer_ms, arrived_ms;
	uint64_t seen_ms; /* a push: see world->seen_ms */
	union {
		struct pull *pull;
		struct get *get;
		struct push *push;
	};
};

/* One record in one of its states, as that system shows it; told: the record's, for the oracle. */
void remote_show(struct place *, struct arena *, const struct rec *, const struct state *, struct item *);

bool read_list(struct place *, struct pull *, struct err *);
bool read_one(struct place *, struct get *, struct err *);

/* The write happens. False and err: it was refused. */
bool write_arrives(struct place *, struct push *, struct err *);
/* A copy of a push that outlives its op, to happen later. */
void write_later(struct place *, const struct push *, uint64_t delay_ms);
