#include "store/keys.h"

#include <stdlib.h>
#include <string.h>

#include "store/sql.h"

static void *grown(void *p, size_t n, size_t size)
{
	void *bigger = reallocarray(p, n, size);

	if (!bigger)
		abort();
	return bigger;
}

/* Hashes are well mixed already. */
static uint32_t *bucket(const struct keys *k, int64_t hash)
{
	return &k->bucket[(uint64_t)hash & (k->nbuckets - 1)];
}

static void enter(struct keys *k, uint32_t at)
{
	uint32_t *first = bucket(k, k->entry[at].hash);

	k->entry[at].next = *first;
	*first = at + 1;
}

static void rehash(struct keys *k)
{
	k->nbuckets = k->cap;
	k->bucket = grown(k->bucket, k->nbuckets, sizeof *k->bucket);
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
			k->entry = grown(k->entry, k->cap, sizeof *k->entry);
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
	if (!k->n)
		return false;
	for (uint32_t *link = bucket(k, hash); *link; link = &k->entry[*link - 1].next) {
		const uint32_t at = *link - 1;

		if (k->entry[at].hash == hash && k->entry[at].id == id) {
			*link = k->entry[at].next;
			k->entry[at].next = k->unused;
			k->unused = at + 1;
			k->n--;
			return true;
		}
	}
	return false;
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
}

static void remember(struct keys *k, int64_t hash, int64_t id, bool added)
{
	if (k->nundo == k->undo_cap) {
		k->undo_cap = k->undo_cap ? 2 * k->undo_cap : 1024;
		k->undo = grown(k->undo, k->undo_cap, sizeof *k->undo);
	}
	k->undo[k->nundo++] = (struct keys_undo){ .hash = hash, .id = id, .added = added };
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
	if (id <= k->upto)
		return in_table(s, k->add, (int64_t)hash, id, e);
	insert(k, (int64_t)hash, id);
	if (id > k->last)
		k->last = id;
	if (s->in_transaction)
		remember(k, (int64_t)hash, id, true);
	return true;
}

bool keys_drop(struct store *s, struct keys *k, uint64_t hash, int64_t id, struct err *e)
{
	if (id <= k->upto)
		return in_table(s, k->drop, (int64_t)hash, id, e);
	if (erase(k, (int64_t)hash, id))
		remember(k, (int64_t)hash, id, false);
	return true;
}

int64_t keys_next(const struct keys *k, uint64_t hash, uint32_t *cursor)
{
	uint32_t at;

	if (!k->n)
		return 0;
	for (at = *cursor ? k->entry[*cursor - 1].next : *bucket(k, (int64_t)hash); at; at = k->entry[at - 1].next)
		if (k->entry[at - 1].hash == (int64_t)hash)
			break;
	*cursor = at;
	return at ? k->entry[at - 1].id : 0;
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
	const struct keys_undo *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

bool keys_flush(struct store *s, struct keys *k, struct err *e)
{
	AUTO(free) struct keys_undo *sorted = NULL;
	size_t n = 0;

	if (!k->n)
		return true;
	sorted = grown(NULL, k->n, sizeof *sorted);
	for (uint32_t b = 0; b < k->nbuckets; b++)
		for (uint32_t at = k->bucket[b]; at; at = k->entry[at - 1].next)
			sorted[n++] = (struct keys_undo){ .hash = k->entry[at - 1].hash, .id = k->entry[at - 1].id };
	qsort(sorted, n, sizeof *sorted, by_hash);
	for (size_t i = 0; i < n; i++)
		if (!in_table(s, k->add, sorted[i].hash, sorted[i].id, e))
			return false;
	k->flushed = true;
	return save_state(s, k, k->last, e);
}

void keys_committed(struct keys *k)
{
	if (k->flushed) {
		clear(k);
		k->upto = k->last;
	}
	k->flushed = false;
	k->nundo = 0;
	k->last_committed = k->last;
}

static void undo(struct keys *k, size_t until)
{
	while (k->nundo > until) {
		const struct keys_undo *u = &k->undo[--k->nundo];

		if (u->added)
			erase(k, u->hash, u->id);
		else
			insert(k, u->hash, u->id);
	}
}

void keys_rolled_back(struct keys *k)
{
	undo(k, 0);
	k->flushed = false;
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
