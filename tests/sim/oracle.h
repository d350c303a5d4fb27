/* oracle.h - between the oracle's files, which judge the end of a history. */
#pragma once
#include "sim.h"
#include "store/sql.h"

/* What the store holds at the end, with the truth beside it. */
struct link {
	struct shadow *shadow;
	struct place *place;
	struct rec *rec;       /* what the shadow's key stands for there by now, or NULL */
	struct shadow *told;   /* the same as the event log alone tells it */
};

struct ledger {
	struct world *w;
	struct hub *hub;
	struct arena *arena;
	struct link **link;    /* by shadow id */
	size_t n;
	struct entity **entity;
	size_t nentities;
};

/* Text of an event's value for that field. */
const char *ledger_text(struct ledger *, const struct field *, json_t *);
struct link *ledger_link(struct ledger *, int64_t shadow); /* or NULL */
bool ledger_is(const struct link *, const char *key); /* has or had that key */
size_t ledger_links_of(struct ledger *, int64_t entity, struct link **out, size_t max);

bool oracle_beliefs(struct ledger *, struct err *);  /* oracle_end.c: I1, I4, I5 */
bool oracle_log(struct ledger *, struct err *);      /* oracle_log.c: I2, I3, I8 */
