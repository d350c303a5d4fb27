/*
 * keys_packed.h - inside the store only: the table of an index once more in memory, five bytes a key.
 *
 * A look-up in the table costs microseconds, and a record is looked up under a dozen keys of which most are nobody's.
 * Here a key is 32 of its hash's 64 bits, so that among a million records one look-up in a thousand finds an entity
 * that has another key: who looks up compares what he finds anyway. What is in the table is found here; what was taken
 * out of it may be found for a while, or not.
 *
 * It is bounded: beyond PACKED_MAX keys there is none, and the table is asked.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKED_MAX 16000000 /* 84 MB */

struct packed_key {
	int64_t hash, id;
};

struct packed {
	uint32_t *first; /* by the first bits of the hash: where its entries begin; NULL: there is none */
	uint8_t *entry;
	size_t n, cap;
	size_t bucket; /* while it is filled: the one filled last */
	bool given_up;
};

void packed_fini(struct packed *);
static inline bool packed_ready(const struct packed *p)
{
	return p->first != NULL;
}

/* Filling it from nothing: keys in ascending order of hash. */
void packed_begin(struct packed *);
void packed_append(struct packed *, struct packed_key);
void packed_end(struct packed *);

/* More keys, in ascending order of hash. */
void packed_merge(struct packed *, const struct packed_key *, size_t n);
void packed_drop(struct packed *, struct packed_key);
/* Ids with these hashes are going to be asked for. */
void packed_expect(const struct packed *, const uint64_t *hash, size_t n);
/* Ids with that hash: *cursor from 0; 0 ends. */
int64_t packed_next(const struct packed *, int64_t hash, uint32_t *cursor);
