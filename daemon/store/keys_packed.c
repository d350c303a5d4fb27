/*
 * An entry is 12 bits of the hash and 28 of the id, 0 for a key taken out. The bits before these 12 are the bucket's
 * number; the entries of a bucket stand together, in no order, and those of all buckets in theirs.
 */
#include "store/keys_packed.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKET_BITS = 20, BUCKETS = 1 << BUCKET_BITS, HASH_BITS = 12, ID_BITS = 28, BYTES = 5, LINE = 64 };

/* Signed, as SQLite sorts them. */
static uint64_t ordered(int64_t hash)
{
	return (uint64_t)hash ^ UINT64_C(1) << 63;
}

static size_t bucket_of(int64_t hash)
{
	return (size_t)(ordered(hash) >> (64 - BUCKET_BITS));
}

static uint64_t entry_of(struct packed_key k)
{
	const uint64_t bits = ordered(k.hash) << BUCKET_BITS >> (64 - HASH_BITS);

	return bits << ID_BITS | (uint64_t)k.id;
}

static uint64_t get(const struct packed *p, size_t at)
{
	uint64_t entry;

	memcpy(&entry, p->entry + at * BYTES, sizeof entry); /* three bytes too many: there is room behind the last */
	return entry & ((UINT64_C(1) << (BYTES * 8)) - 1);
}

static void put(struct packed *p, size_t at, uint64_t entry)
{
	memcpy(p->entry + at * BYTES, &entry, BYTES);
}

static uint64_t id_of(uint64_t entry)
{
	return entry & ((UINT64_C(1) << ID_BITS) - 1);
}

void packed_fini(struct packed *p)
{
	free(p->first);
	free(p->entry);
	*p = (struct packed){.given_up = p->given_up};
}

static void give_up(struct packed *p)
{
	packed_fini(p);
	p->given_up = true;
}

/* Whether there is room for so many more. */
static bool grow(struct packed *p, size_t n)
{
	if (p->n + n > PACKED_MAX) {
		give_up(p);
		return false;
	}
	if (p->n + n > p->cap || !p->entry) {
		/* Not doubled: a large block is moved by the kernel's page tables, not by copying. */
		p->cap = p->n + n + (p->n + n) / 16 + 1024;
		p->entry = realloc(p->entry, p->cap * BYTES + sizeof(uint64_t));
		if (!p->entry)
			abort();
	}
	return true;
}

/* --- filling ---------------------------------------------------------------------------------------------- */

void packed_begin(struct packed *p)
{
	packed_fini(p);
	p->first = calloc(BUCKETS + 1, sizeof *p->first);
	if (!p->first)
		abort();
}

void packed_append(struct packed *p, struct packed_key k)
{
	const size_t bucket = bucket_of(k.hash);

	if (p->given_up)
		return;
	if (k.id >> ID_BITS) {
		give_up(p);
		return;
	}
	if (!grow(p, 1))
		return;
	while (p->bucket < bucket)
		p->first[++p->bucket] = (uint32_t)p->n;
	put(p, p->n++, entry_of(k));
}

void packed_end(struct packed *p)
{
	while (p->first && p->bucket < BUCKETS)
		p->first[++p->bucket] = (uint32_t)p->n;
}

/* From the last bucket on, each moves up by as many as come into it and before it, and the new ones go to its end. */
void packed_merge(struct packed *p, const struct packed_key *more, size_t n)
{
	size_t end = p->n + n;

	for (size_t i = 0; i < n; i++)
		if (more[i].id >> ID_BITS) {
			give_up(p);
			return;
		}
	if (!grow(p, n))
		return;
	p->n += n;
	for (size_t b = BUCKETS; n;) {
		const size_t from = p->first[--b], count = p->first[b + 1] - from;

		p->first[b + 1] = (uint32_t)end;
		while (n && bucket_of(more[n - 1].hash) == b)
			put(p, --end, entry_of(more[--n]));
		end -= count;
		memmove(p->entry + end * BYTES, p->entry + from * BYTES, count * BYTES);
	}
}

/* --- asking ----------------------------------------------------------------------------------------------- */

void packed_drop(struct packed *p, struct packed_key k)
{
	const size_t bucket = bucket_of(k.hash);

	for (size_t at = p->first[bucket]; at < p->first[bucket + 1]; at++)
		if (get(p, at) == entry_of(k)) {
			put(p, at, 0);
			return;
		}
}

void packed_expect(const struct packed *p, const uint64_t *hash, size_t n)
{
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(&p->first[bucket_of((int64_t)hash[i])]);
	for (size_t i = 0; i < n; i++) {
		const size_t bucket = bucket_of((int64_t)hash[i]);
		const uint8_t *entry = p->entry + (size_t)p->first[bucket] * BYTES, *end = p->entry + (size_t)p->first[bucket + 1] * BYTES;

		for (; entry < end; entry += LINE)
			__builtin_prefetch(entry);
	}
}

int64_t packed_next(const struct packed *p, int64_t hash, uint32_t *cursor)
{
	const size_t bucket = bucket_of(hash);
	const uint64_t wanted = entry_of((struct packed_key){hash, 0}) >> ID_BITS;

	for (size_t at = *cursor ? *cursor : p->first[bucket]; at < p->first[bucket + 1]; at++) {
		const uint64_t entry = get(p, at);

		if (entry >> ID_BITS == wanted && id_of(entry)) {
			*cursor = (uint32_t)at + 1;
			return (int64_t)id_of(entry);
		}
	}
	return 0;
}
