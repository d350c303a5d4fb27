#include "store/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/room.h"
#include "store/sql.h"

/* Where the newest entry with that hash is linked from, or would be. Hashes are well mixed already. */
static uint32_t *link_of(const struct keys *k, int64_t hash)
{
	uint32_t *link = &k->bucket[(uint64_t)hash & (k->nbuckets - 1)];

	while (*link && k->entry[*link - 1].hash != hash)
		link = &k->entry[*link - 1].next;
	return link;
}

static void enter(struct keys *k, uint32_t at)
{
	struct keys_entry *x = &k->entry[at];
	uint32_t *link = link_of(k, x->hash);

	x->older = *link;
	x->next = *link ? k->entry[*link - 1].next : 0;
	*link = at + 1;
}

static void rehash(struct keys *k)
{
	k->nbuckets = k->cap;
	k->bucket = room_for(k->bucket, k->nbuckets, sizeof *k->bucket);
	memset(k->bucket, 0, k->nbuckets * sizeof *k->bucket);
	for (uint32_t at = 0; at < k->used; at++)
		enter(k, at);
}

static void insert(struct keys *k, int64_t hash, int64_t id)
{
	uint32_t at = k->unused;

	if (at) {
		k->unused = k->entry[--at].next;
	} else {
		if (k->used == k->cap) {
			/* Only when none is free, so that every entry is in a bucket. */
			k->cap = k->cap ? 2 * k->cap : 1024;
			k->entry = room_for(k->entry, k->cap, sizeof *k->entry);
			rehash(k);
		}
		at = k->used++;
	}
	k->entry[at] = (struct keys_entry){ .hash = hash, .id = id };
	enter(k, at);
	k->n++;
}

static bool erase(struct keys *k, int64_t hash, int64_t id)
{
	uint32_t *head, *link, at;
	struct keys_entry *x;

	if (!k->n)
		return false;
	head = link = link_of(k, hash);
	while (*link && k->entry[*link - 1].id != id)
		link = &k->entry[*link - 1].older;
	at = *link;
	if (!at)
		return false;
	x = &k->entry[at - 1];
	if (link != head) {
		*link = x->older;
	} else if (x->older) {
		k->entry[x->older - 1].next = x->next;
		*head = x->older;
	} else {
		*head = x->next;
	}
	x->next = k->unused;
	k->unused = at;
	k->n--;
	return true;
}

static void clear(struct keys *k)
{
	if (k->nbuckets)
		memset(k->bucket, 0, k->nbuckets * sizeof *k->bucket);
	k->used = k->unused = k->n = 0;
}

void keys_fini(struct keys *k)
{
	free(k->entry);
	free(k->bucket);
	free(k->undo);
	free(k->sorted);
	packed_fini(&k->packed);
}

static void remember(struct keys *k, int64_t hash, int64_t id, bool added)
{
	if (k->nundo == k->undo_cap) {
		k->undo_cap = k->undo_cap ? 2 * k->undo_cap : 1024;
		k->undo = room_for(k->undo, k->undo_cap, sizeof *k->undo);
	}
	k->undo[k->nundo++] = (struct keys_undo){ .key = { hash, id }, .added = added };
}

static bool in_table(struct store *s, enum sql_statement how, int64_t hash, int64_t id, struct err *e)
{
	struct sql q = sql(s, how);

	sql_int(&q, hash);
	sql_int(&q, id);
	return sql_run(&q, e);
}

bool keys_add(struct store *s, struct keys *k, uint64_t hash, int64_t id, struct err *e)
{
	if (id <= k->upto && !in_table(s, k->add, (int64_t)hash, id, e))
		return false;
	/* What is packed cannot be added to one by one: until the next flush the key waits as well, in the table already. */
	if (id <= k->upto && !packed_ready(&k->packed))
		return true;
	insert(k, (int64_t)hash, id);
	if (id > k->last)
		k->last = id;
	if (s->in_transaction)
		remember(k, (int64_t)hash, id, true);
	return true;
}

bool keys_drop(struct store *s, struct keys *k, uint64_t hash, int64_t id, struct err *e)
{
	const struct packed_key key = { (int64_t)hash, id };
	bool was_there = erase(k, key.hash, id);

	if (id <= k->upto && !in_table(s, k->drop, key.hash, id, e))
		return false;
	if (id <= k->upto && packed_ready(&k->packed)) {
		packed_drop(&k->packed, key);
		was_there = true;
	}
	/* Back in memory, not in what is packed, if it comes to that. */
	if (was_there && s->in_transaction)
		remember(k, key.hash, id, false);
	return true;
}

/* Index + 1 of the newest that waits with that hash. */
static uint32_t newest(const struct keys *k, uint64_t hash)
{
	return k->n ? *link_of(k, (int64_t)hash) : 0;
}

int64_t keys_next(const struct keys *k, uint64_t hash, uint32_t *cursor)
{
	*cursor = *cursor ? k->entry[*cursor - 1].older : newest(k, hash);
	return *cursor ? k->entry[*cursor - 1].id : 0;
}

/* The table as it is, with what this transaction has changed. Were that undone, a key taken out comes back to wait in
 * memory, and one added may be found by nobody's leave: both are within what is promised. */
static bool pack(struct store *s, struct keys *k, struct err *e)
{
	struct sql q = sql(s, k->all);

	packed_begin(&k->packed);
	while (sql_row(&q)) {
		const int64_t hash = sql_get_int(&q), id = sql_get_int(&q);

		packed_append(&k->packed, (struct packed_key){ hash, id });
		if (k->packed.given_up)
			break;
	}
	packed_end(&k->packed);
	if (sql_end(&q, e))
		return true;
	packed_fini(&k->packed);
	return false;
}

static bool packed_or_not(struct store *s, struct keys *k, struct err *e)
{
	return !k->upto || !k->packs || packed_ready(&k->packed) || k->packed.given_up || pack(s, k, e);
}

static int find_in_table(struct store *s, const struct keys *k, uint64_t hash, int64_t *id, int max, struct err *e)
{
	struct sql q = sql(s, k->find);
	int n = 0;

	sql_hash(&q, hash);
	sql_int(&q, max);
	while (sql_row(&q))
		id[n++] = sql_get_int(&q);
	return sql_end(&q, e) ? n : -1;
}

int keys_find(struct store *s, struct keys *k, uint64_t hash, int64_t *id, int max, struct err *e)
{
	uint32_t cursor = 0;
	int64_t one;
	int n = 0;

	if (!packed_or_not(s, k, e))
		return -1;
	if (packed_ready(&k->packed))
		while (n < max && (one = packed_next(&k->packed, (int64_t)hash, &cursor)))
			id[n++] = one;
	else if (k->upto && (n = find_in_table(s, k, hash, id, max, e)) < 0)
		return -1;
	cursor = 0;
	while (n < max && (one = keys_next(k, hash, &cursor)))
		id[n++] = one;
	return n;
}

void keys_expect(const struct keys *k, const uint64_t *hash, size_t n)
{
	for (size_t i = 0; i < n && k->n; i++)
		__builtin_prefetch(&k->bucket[hash[i] & (k->nbuckets - 1)]);
	if (packed_ready(&k->packed))
		packed_expect(&k->packed, hash, n);
	for (size_t i = 0; i < n && k->n; i++) {
		const uint32_t first = k->bucket[hash[i] & (k->nbuckets - 1)];

		if (first)
			__builtin_prefetch(&k->entry[first - 1]);
	}
}

static bool save_state(struct store *s, const struct keys *k, int64_t upto, struct err *e)
{
	struct sql q = sql(s, SQL_KEYED_SAVE);

	sql_text(&q, k->name);
	sql_int(&q, upto);
	sql_text(&q, k->model);
	return sql_run(&q, e);
}

bool keys_open(struct store *s, struct keys *k, struct err *e)
{
	struct sql q = sql(s, SQL_KEYED);
	bool known = false, same = false;

	k->max = s->keys_max;
	sql_text(&q, k->name);
	if (sql_row(&q)) {
		size_t len;

		known = true;
		k->upto = sql_get_int(&q);
		same = !strcmp(sql_get_view(&q, &len), k->model);
	}
	if (!sql_end(&q, e))
		return false;
	if (known && !same && !s->read_only) {
		k->upto = 0;
		if (!store_begin(s, e))
			return false;
		q = sql(s, k->clear);
		if (!sql_run(&q, e) || !save_state(s, k, 0, e) || !store_commit(s, e)) {
			store_rollback(s);
			return false;
		}
	}
	k->last = k->last_committed = k->upto;
	return true;
}

void keys_load(struct keys *k, uint64_t hash, int64_t id)
{
	insert(k, (int64_t)hash, id);
	k->last = k->last_committed = id;
}

bool keys_spill(struct store *s, struct keys *k, struct err *e)
{
	if (!keys_full(k) || s->read_only)
		return true;
	if (!store_begin(s, e))
		return false;
	if (keys_flush(s, k, e))
		return store_commit(s, e);
	store_rollback(s);
	return false;
}

static int by_hash(const void *a, const void *b)
{
	const struct packed_key *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

bool keys_flush(struct store *s, struct keys *k, struct err *e)
{
	if (!k->n)
		return true;
	k->sorted = room_for(k->sorted, k->n, sizeof *k->sorted);
	k->nsorted = 0;
	for (uint32_t b = 0; b < k->nbuckets; b++)
		for (uint32_t head = k->bucket[b]; head; head = k->entry[head - 1].next)
			for (uint32_t at = head; at; at = k->entry[at - 1].older)
				k->sorted[k->nsorted++] = (struct packed_key){ k->entry[at - 1].hash, k->entry[at - 1].id };
	qsort(k->sorted, k->nsorted, sizeof *k->sorted, by_hash);
	for (size_t i = 0; i < k->nsorted; i++)
		if (!in_table(s, k->add, k->sorted[i].hash, k->sorted[i].id, e))
			return false;
	k->flushed = true;
	return save_state(s, k, k->last, e);
}

static void forget_sorted(struct keys *k)
{
	free(k->sorted);
	k->sorted = NULL;
	k->nsorted = 0;
	k->flushed = false;
}

void keys_committed(struct keys *k)
{
	if (k->flushed) {
		if (packed_ready(&k->packed))
			packed_merge(&k->packed, k->sorted, k->nsorted);
		clear(k);
		k->upto = k->last;
	}
	forget_sorted(k);
	k->nundo = 0;
	k->last_committed = k->last;
}

static void undo(struct keys *k, size_t until)
{
	while (k->nundo > until) {
		const struct keys_undo *u = &k->undo[--k->nundo];

		if (u->added)
			erase(k, u->key.hash, u->key.id);
		else
			insert(k, u->key.hash, u->key.id);
	}
}

void keys_rolled_back(struct keys *k)
{
	undo(k, 0);
	forget_sorted(k);
	k->last = k->last_committed;
}

void keys_inner_begun(struct keys *k)
{
	k->nundo_before = k->nundo;
	k->last_before = k->last;
}

void keys_inner_rolled_back(struct keys *k)
{
	undo(k, k->nundo_before);
	k->last = k->last_before;
}
