/* Who shares enough keys with a record to be looked at. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/room.h"
#include "store/sql.h"

/* --- who is known to be another --------------------------------------------------------------------------- */

/* Four bytes for each entity, up to this one. */
#define DECISIVE_MAX ((size_t)4 << 20)

static void note(struct decisive *d, int64_t entity, const struct match_features *f)
{
	const size_t at = (size_t)entity;

	if (at >= DECISIVE_MAX)
		return;
	if (at >= d->n) {
		const size_t n = d->n;

		d->n = at < 1024 ? 1024 : at + at / 2 < DECISIVE_MAX ? at + at / 2 : DECISIVE_MAX;
		d->of = room_for(d->of, d->n, sizeof *d->of);
		memset(d->of + n, 0, (d->n - n) * sizeof *d->of);
	}
	d->of[at] = f ? match_decisive(f) : 0;
}

static void note_saved(struct decisive *d, int64_t entity, const struct match_features *f)
{
	note(d, entity, f);
	if (d->nsaved == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 1024;
		d->saved = room_for(d->saved, d->cap, sizeof *d->saved);
	}
	d->saved[d->nsaved++] = entity;
}

void decisive_forget(struct decisive *d)
{
	if (d->n)
		memset(d->of, 0, d->n * sizeof *d->of);
}

void decisive_undo(struct decisive *d, size_t until)
{
	while (d->nsaved > until)
		note(d, d->saved[--d->nsaved], NULL);
}

/* Without reading it. */
static bool is_another(const struct decisive *d, int64_t entity, const struct match_features *record)
{
	const uint32_t said = match_decisive(record), is = (size_t)entity < d->n ? d->of[entity] : 0;

	return said && is && said != is;
}

/* --- who shares keys --------------------------------------------------------------------------------------- */

/* Of one key, so many entities are looked at. */
enum { PER_KEY = 256 };
/* A key that n entities have is, at best, one n-th of a reason that this is the one. Who shares only keys that many have is
 * no candidate, unless they are most of what the record is looked up by: with the index, the work on each record would grow.
 * Several such keys may say the same thing twice. */
#define REASON_ENOUGH 0.25
/* What adding up reasons in another order may make of a difference. */
#define ROUNDING 1e-9

struct tally {
	int64_t entity;
	double reason;
	size_t keys;
};

struct search {
	struct store *store;
	const uint64_t *key;
	size_t nkeys;
	struct shared {
		int64_t *by;            /* entities */
		int n;                  /* of them, at most PER_KEY */
		bool common;            /* all of these together are no reason to look at anybody */
	} shared[MATCH_KEYS_MAX];       /* keys that anybody has */
	size_t nshared;
	struct tally *found;            /* by entity, each once */
	size_t n;
	struct name {
		int64_t entity, into;
		size_t keys;
	} *name;                        /* merged ones that have keys, the likest first, and what they are part of */
	size_t nnames;
};

static bool find_all(struct search *x, int64_t id[MATCH_KEYS_MAX * PER_KEY], struct err *e)
{
	keys_expect(&x->store->match_keys, x->key, x->nkeys);
	for (size_t i = 0; i < x->nkeys; i++) {
		const int n = keys_find(x->store, &x->store->match_keys, x->key[i], id, PER_KEY, e);

		if (n < 0)
			return false;
		if (n)
			x->shared[x->nshared++] = (struct shared){ .by = id, .n = n };
		id += n;
	}
	return true;
}

/* Ids, and whatever begins with the one of an entity. */
static int by_entity(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int each_once(int64_t *id, int n)
{
	int kept = 0;

	qsort(id, (size_t)n, sizeof *id, by_entity);
	for (int i = 0; i < n; i++)
		if (!i || id[i] != id[kept - 1])
			id[kept++] = id[i];
	return kept;
}

static int by_keys(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return x->keys != y->keys ? (x->keys > y->keys ? -1 : 1) : by_entity(a, b);
}

static size_t names_each_once(struct name *name, size_t n)
{
	size_t kept = 0;

	if (n > 1)
		qsort(name, n, sizeof *name, by_entity);
	for (size_t i = 0; i < n; i++)
		if (i && name[i].entity == name[kept - 1].entity)
			name[kept - 1].keys++;
		else
			name[kept++] = name[i];
	if (kept > 1)
		qsort(name, kept, sizeof *name, by_keys);
	return kept;
}

/* What was merged counts as what it is part of, once for each key: together they are one reason to look at that one, and
 * names that were given up make no key common. */
static void follow_merged(struct search *x, struct arena *arena)
{
	struct rows rows = { .arena = arena };

	for (size_t i = 0; i < x->nshared; i++) {
		struct shared *of = &x->shared[i];
		const size_t before = rows.n;

		for (int k = 0; k < of->n; k++) {
			const int64_t entity = of->by[k];

			of->by[k] = survivors_of(x->store, entity);
			if (of->by[k] != entity)
				*rows_add_of(&rows, struct name) = (struct name){ entity, of->by[k], 1 };
		}
		if (rows.n > before)
			of->n = each_once(of->by, of->n);
	}
	x->name = rows.item;
	x->nnames = names_each_once(rows.item, rows.n);
}

/* The most frequent of those not set apart yet; NULL: there is none. */
static struct shared *most_frequent(struct search *x)
{
	struct shared *most = NULL;

	for (size_t i = 0; i < x->nshared; i++)
		if (!x->shared[i].common && (!most || x->shared[i].n > most->n))
			most = &x->shared[i];
	return most;
}

static void set_common_apart(struct search *x)
{
	struct shared *most;
	double reason = 0;

	for (size_t n = 1; (most = most_frequent(x)); n++) {
		reason += 1.0 / most->n;
		if (reason >= REASON_ENOUGH - ROUNDING || 2 * n > x->nkeys)
			return;
		most->common = true;
	}
}

static int by_reason(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	return x->reason != y->reason ? (x->reason > y->reason ? -1 : 1) : by_entity(a, b);
}

/* Everybody with a key that is not common. */
static void gather(struct search *x, struct arena *arena)
{
	struct rows rows = { .arena = arena };

	for (size_t i = 0; i < x->nshared; i++)
		for (int k = 0; k < x->shared[i].n && !x->shared[i].common; k++)
			*rows_add_of(&rows, struct tally) = (struct tally){ .entity = x->shared[i].by[k] };
	if (rows.n > 1)
		qsort(rows.item, rows.n, sizeof *x->found, by_entity);
	x->found = rows.item;
	for (size_t i = 0; i < rows.n; i++)
		if (!i || x->found[i].entity != x->found[x->n - 1].entity)
			x->found[x->n++] = x->found[i];
}

/* The reasons to look at those. */
static void weigh(struct search *x)
{
	uint64_t ends = 0;   /* the last bits of those found: few keys lead to any of them */

	for (size_t i = 0; i < x->n; i++)
		ends |= UINT64_C(1) << (x->found[i].entity & 63);
	for (size_t i = 0; i < x->nshared; i++)
		for (int k = 0; k < x->shared[i].n; k++) {
			const struct tally sought = { .entity = x->shared[i].by[k] };
			struct tally *of = ends >> (sought.entity & 63) & 1
				? bsearch(&sought, x->found, x->n, sizeof sought, by_entity) : NULL;

			if (!of)
				continue;
			of->reason += 1.0 / x->shared[i].n;
			of->keys++;
		}
}

static bool is_enough(const struct search *x, const struct tally *t)
{
	return t->reason >= REASON_ENOUGH || 2 * t->keys > x->nkeys;
}

static void choose(struct search *x)
{
	size_t enough = 0;

	weigh(x);
	for (size_t i = 0; i < x->n; i++)
		if (is_enough(x, &x->found[i]))
			x->found[enough++] = x->found[i];
	x->n = enough;
	if (x->n > 1)
		qsort(x->found, x->n, sizeof *x->found, by_reason);
}

/* By a name that was given up. */
static bool may_be(const struct search *x, int64_t entity, const struct match_features *record)
{
	for (size_t i = 0; i < x->nnames; i++)
		if (x->name[i].into == entity && !is_another(&x->store->decisive, x->name[i].entity, record))
			return true;
	return false;
}

static void leave_out_others(struct search *x, const struct match_features *record)
{
	size_t kept = 0;

	for (size_t i = 0; i < x->n; i++)
		if (!is_another(&x->store->decisive, x->found[i].entity, record) || may_be(x, x->found[i].entity, record))
			x->found[kept++] = x->found[i];
	x->n = kept;
}

/* What was found, and behind it the names that were given up. */
static void list(const struct search *x, const struct match_features *record, size_t max, int64_t *entity, size_t *n)
{
	for (size_t i = 0; i < x->n; i++)
		entity[i] = x->found[i].entity;
	*n = x->n;
	for (size_t i = 0; i < x->n; i++)
		for (size_t k = 0; k < x->nnames && *n < x->n + max; k++)
			if (x->name[k].into == x->found[i].entity &&
				!(record && is_another(&x->store->decisive, x->name[k].entity, record)))
				entity[(*n)++] = x->name[k].entity;
}

bool store_candidates(struct store *s, struct arena *arena, const struct match_features *record, const uint64_t *key,
	size_t nkeys, size_t max, int64_t **entity, size_t *n, struct err *e)
{
	struct search x = { .store = s, .key = key, .nkeys = nkeys };
	int64_t id[MATCH_KEYS_MAX * PER_KEY];

	assert(nkeys <= MATCH_KEYS_MAX);
	*entity = NULL;
	*n = 0;
	if (!find_all(&x, id, e))
		return false;
	if (s->survivors.n)
		follow_merged(&x, arena);
	set_common_apart(&x);
	gather(&x, arena);
	/* Others take places as well where there are not enough. */
	if (record && x.n <= max)
		leave_out_others(&x, record);
	if (!x.n)
		return true;
	choose(&x);
	x.n = x.n < max ? x.n : max;
	if (record)
		leave_out_others(&x, record);
	*entity = arena_array(arena, int64_t, x.n + (x.nnames < max ? x.nnames : max));
	list(&x, record, max, *entity, n);
	return true;
}

/* --- what of one is compared ------------------------------------------------------------------------------ */

static bool kept(struct store *s, struct arena *arena, int64_t id, const struct match_features **out, struct err *e)
{
	struct sql q = sql(s, SQL_FEATURE);

	*out = NULL;
	sql_int(&q, id);
	if (sql_row(&q)) {
		size_t n;
		const void *block = sql_get_blob(&q, arena, &n);

		*out = match_features_at(s->model, block, n);
	}
	return sql_end(&q, e);
}

static bool keep(struct store *s, int64_t id, const struct match_features *f, struct err *e)
{
	struct sql q = sql(s, f ? SQL_FEATURE_SAVE : SQL_FEATURE_DROP);

	sql_int(&q, id);
	if (f)
		sql_blob(&q, f, match_features_size(f));
	return sql_run(&q, e);
}

bool features_save(struct store *s, int64_t entity, const struct match_features *f, struct err *e)
{
	note_saved(&s->decisive, entity, f);
	return keep(s, entity, f, e);
}

/* It is not kept yet, or is of another model. */
static bool make(struct store *s, struct arena *arena, int64_t id, const struct match_features **out, struct err *e)
{
	struct entity *x;

	if (!store_entity_itself(s, arena, id, &x, e))
		return false;
	if (!x)
		return true;
	*out = store_features(s, arena, x->golden);
	return !s->in_transaction || keep(s, id, *out, e);
}

bool store_candidate(struct store *s, struct arena *arena, int64_t id, struct candidate *out, struct err *e)
{
	*out = (struct candidate){ .entity = survivors_of(s, id) };
	if (!kept(s, arena, id, &out->features, e) || (!out->features && !make(s, arena, id, &out->features, e)))
		return false;
	if (out->features)
		note(&s->decisive, id, out->features);
	return true;
}

/* --- how many have what it has ------------------------------------------------------------------------------ */

enum { LOOKED_AT = 16 };   /* of those that have it, merged ones included */

struct holders {
	struct store *store;
	int64_t but;
	struct err *err;
	bool failed;
};

static unsigned holders_of(void *ctx, uint64_t key)
{
	struct holders *h = ctx;
	int64_t id[LOOKED_AT];
	int n = h->failed ? 0 : keys_find(h->store, &h->store->match_keys, key, id, LOOKED_AT, h->err);
	unsigned others = 0;

	h->failed |= n < 0;
	for (int i = 0; i < n; i++)
		id[i] = survivors_of(h->store, id[i]);
	n = n > 1 ? each_once(id, n) : n;
	for (int i = 0; i < n; i++)
		others += id[i] != h->but;
	return others;
}

bool store_held(struct store *s, struct arena *arena, const struct match_features *f, int64_t but, const struct match_features **out,
	struct err *e)
{
	struct holders h = { .store = s, .but = but, .err = e };

	*out = match_held(arena, f, holders_of, &h);
	return !h.failed;
}
