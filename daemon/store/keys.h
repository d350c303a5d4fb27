/*
 * keys.h - inside the store only: an index of hashes that is written in sorted batches.
 *
 * A hash lands on a random page of its index, so at a million rows each insert would rewrite a page of its own: that
 * alone costs ten times the rest. Keys of new rows therefore wait in memory, where they are found as well, and are
 * written in order of hash once there are enough of them. They need no log: they are taken from the rows they index
 * again at the next start (`keyed` in schema.sql says from which row on). Keys of rows already covered go straight
 * to the table.
 *
 * An index that has `all`, the statement that reads its whole table, keeps the table in memory as well, packed: read at the
 * first look-up, and then brought up to date with every write.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/keys_packed.h"
#include "store/statements.h"

struct store;

#define KEYS_MAX 200000   /* some 8 MB per index */

/* Links are index + 1, 0 ends. Of entries with one hash, only the newest is in the bucket. */
struct keys_entry {
	int64_t hash, id;
	uint32_t older;    /* the next one with the same hash */
	uint32_t next;     /* the newest: in its bucket; a free one: in the list of those */
};

struct keys_undo {
	struct packed_key key;
	bool added;
};

struct keys {
	const char *name, *model;
	enum sql_statement add, drop, clear, find, all;
	bool packs;                 /* `all` is set */
	int64_t upto, last;         /* rows up to `upto` are in the table; the newest row noted */
	int64_t last_committed;
	struct keys_entry *entry;
	uint32_t *bucket;           /* a power of two of them */
	uint32_t used, cap, unused, nbuckets;
	uint32_t n, max;            /* how many wait, and before they are written */
	struct keys_undo *undo;     /* of the transaction under way */
	size_t nundo, undo_cap;
	size_t nundo_before;        /* of them, when the inner transaction began */
	int64_t last_before;
	bool flushed;               /* in the transaction under way */
	struct packed_key *sorted;  /* flushed: those that were written */
	size_t nsorted;
	struct packed packed;
};

void keys_fini(struct keys *);

/* The row has that key now, or no longer. Within a transaction. */
bool keys_add(struct store *, struct keys *, uint64_t hash, int64_t id, struct err *);
bool keys_drop(struct store *, struct keys *, uint64_t hash, int64_t id, struct err *);
/* Ids with that hash that wait in memory: *cursor from 0; 0 ends. */
int64_t keys_next(const struct keys *, uint64_t hash, uint32_t *cursor);
/* All ids with that hash, in memory or in the table, at most max; some may have another key (keys_packed.h). Returns how
 * many, or -1 and err. */
int keys_find(struct store *, struct keys *, uint64_t hash, int64_t *id, int max, struct err *);

/* These are going to be looked up: what is in memory of them comes nearer meanwhile. */
void keys_expect(const struct keys *, const uint64_t *hash, size_t n);

/* Where the table stands; empties it if its keys were made by another model (then *upto is 0). */
bool keys_open(struct store *, struct keys *, struct err *);
/* At start: a row that the table does not have yet. */
void keys_load(struct keys *, uint64_t hash, int64_t id);
/* At start, between rows: if enough wait, they go into the table in a transaction of their own. */
bool keys_spill(struct store *, struct keys *, struct err *);
/* All that wait go into the table; within a transaction. */
bool keys_flush(struct store *, struct keys *, struct err *);
static inline bool keys_full(const struct keys *k)
{
	return k->n >= k->max;
}
void keys_committed(struct keys *);
void keys_rolled_back(struct keys *);
/* The same for one transaction of a group; nothing is flushed in it. */
void keys_inner_begun(struct keys *);
void keys_inner_rolled_back(struct keys *);
