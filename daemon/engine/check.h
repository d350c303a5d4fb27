/*
 * check.h - whether an endpoint keeps what its adapter promises for it: `doorstroom adapter check`.
 *
 * Opens a remote of its own and goes through the table of trials (check_table.c): each proves one thing the engine
 * builds on, for one record type. Nothing is stored. Without `write` nothing is written there; with it, records named
 * "Doorstroom check <12 hex digits>" are made, changed and removed, and no other record is touched: one left over by a
 * check that was interrupted is known by the digits, of which the last six follow from the first, and is removed by
 * the next check that may write.
 *
 * An endpoint whose refresh token rotates must not be tried while the daemon uses it: two holders of one token void it
 * for each other.
 */
#pragma once
#include "adapters/adapter.h"
#include "engine/config.h"

struct check {
	struct op op;                   /* caller's loop and done */
	const struct adapter_env *env;  /* outlives the op */
	const struct partner_config *partner;
	bool offline;                   /* no I/O: configuration and field maps only */
	bool write;
	bool leave;                     /* also where records cannot be deleted: what is made there stays */
	unsigned types;                 /* only these; 0: all, but for writing only companies and persons */
	/* Out: {"partner","adapter","ok","faults":[..],"can":[..],"class","seen_class","types":[{"type","items","unusable",
	 * "gone","pages","total","fields":{name:count},"faults":[{"key","field","reason"}],"error","kind"}],"checks":[{"check",
	 * "type","proves","writes","outcome","why","change"}],"counts":{outcome:n}}; the caller's reference. Values are left
	 * out. seen_class: left out where only --write could tell. outcome: passed, failed, not applicable, not tried. */
	json_t *out;
};
void check_start(struct check *);

/* What `adapter check` was asked for, into the check; ERR_ITEM: writing without --yes, or no such type. */
bool check_asked(struct check *, const json_t *args, struct err *);

/* Whether the daemon leaves a partner in that state alone (engine.h), so that a check may write there; or ERR_CONFLICT. */
bool check_left_alone(const char *partner, const char *state, struct err *);

/* Whether a record is one of those that checks make. */
bool check_made(const struct record *);
