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

void decisive_save(struct store *s, int64_t entity, const struct match_features *f)
{
	struct decisive *d = &s->decisive;

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
	int count[MATCH_KEYS_MAX];      /* entities with it, at most PER_KEY */
	bool common[MATCH_KEYS_MAX];    /* all of these together are no reason to look at anybody */
	struct tally *found;            /* by entity, each once */
	size_t n;
};

static bool count_all(struct search *x, struct err *e)
{
	for (size_t i = 0; i < x->nkeys; i++)
		if ((x->count[i] = keys_count(x->store, &x->store->match_keys, x->key[i], PER_KEY, e)) < 0)
			return false;
	return true;
}

/* The most frequent of those not set apart yet; nkeys: there is none. */
static size_t most_frequent(const struct search *x)
{
	size_t most = x->nkeys;

	for (size_t i = 0; i < x->nkeys; i++)
		if (x->count[i] && !x->common[i] && (most == x->nkeys || x->count[i] > x->count[most]))
			most = i;
	return most;
}

static void set_common_apart(struct search *x)
{
	double reason = 0;

	for (size_t n = 1, i; (i = most_frequent(x)) < x->nkeys; n++) {
		reason += 1.0 / x->count[i];
		if (reason >= REASON_ENOUGH - ROUNDING || 2 * n > x->nkeys)
			return;
		x->common[i] = true;
	}
}

static int by_entity(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	return x->entity < y->entity ? -1 : x->entity > y->entity;
}

static int by_reason(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	return x->reason != y->reason ? (x->reason > y->reason ? -1 : 1) : by_entity(a, b);
}

/* Everybody with a key that is not common. */
static bool gather(struct search *x, struct arena *arena, struct err *e)
{
	struct rows rows = { .arena = arena };
	int64_t id[PER_KEY];

	for (size_t i = 0; i < x->nkeys; i++) {
		int n = 0;

		if (x->count[i] && !x->common[i] && (n = keys_find(x->store, &x->store->match_keys, x->key[i], id, PER_KEY, e)) < 0)
			return false;
		for (int k = 0; k < n; k++)
			*rows_add_of(&rows, struct tally) = (struct tally){ .entity = id[k] };
	}
	if (rows.n)
		qsort(rows.item, rows.n, sizeof *x->found, by_entity);
	x->found = rows.item;
	for (size_t i = 0; i < rows.n; i++)
		if (!i || x->found[i].entity != x->found[x->n - 1].entity)
			x->found[x->n++] = x->found[i];
	return true;
}

/* The reasons to look at those: all, or those that are not common. */
static bool weigh(struct search *x, bool all, struct err *e)
{
	int64_t id[PER_KEY];

	for (size_t i = 0; i < x->n; i++)
		x->found[i] = (struct tally){ .entity = x->found[i].entity };
	for (size_t i = 0; i < x->nkeys; i++) {
		int n = 0;

		if (x->count[i] && (all || !x->common[i]) &&
			(n = keys_find(x->store, &x->store->match_keys, x->key[i], id, PER_KEY, e)) < 0)
			return false;
		for (int k = 0; k < n; k++) {
			const struct tally sought = { .entity = id[k] };
			struct tally *of = bsearch(&sought, x->found, x->n, sizeof sought, by_entity);

			if (!of)
				continue;
			of->reason += 1.0 / n;
			of->keys++;
		}
	}
	return true;
}

static bool is_enough(const struct search *x, const struct tally *t)
{
	return t->reason >= REASON_ENOUGH || 2 * t->keys > x->nkeys;
}

static bool choose(struct search *x, struct err *e)
{
	size_t enough = 0;

	/* Of a single one, only whether it is enough counts. */
	if ((x->n == 1 && !weigh(x, false, e)) || ((x->n > 1 || !is_enough(x, x->found)) && !weigh(x, true, e)))
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (is_enough(x, &x->found[i]))
			x->found[enough++] = x->found[i];
	x->n = enough;
	qsort(x->found, x->n, sizeof *x->found, by_reason);
	return true;
}

static void leave_out_others(struct search *x, const struct match_features *record)
{
	size_t kept = 0;

	for (size_t i = 0; i < x->n; i++)
		if (!is_another(&x->store->decisive, x->found[i].entity, record))
			x->found[kept++] = x->found[i];
	x->n = kept;
}

bool store_candidates(struct store *s, struct arena *arena, const struct match_features *record, const uint64_t *key,
	size_t nkeys, size_t max, int64_t **entity, size_t *n, struct err *e)
{
	struct search x = { .store = s, .key = key, .nkeys = nkeys };

	assert(nkeys <= MATCH_KEYS_MAX);
	*entity = NULL;
	*n = 0;
	if (!count_all(&x, e))
		return false;
	set_common_apart(&x);
	if (!gather(&x, arena, e))
		return false;
	/* Others take places as well where there are not enough. */
	if (record && x.n <= max)
		leave_out_others(&x, record);
	if (!x.n)
		return true;
	if (!choose(&x, e))
		return false;
	x.n = x.n < max ? x.n : max;
	if (record)
		leave_out_others(&x, record);
	*n = x.n;
	*entity = arena_array(arena, int64_t, x.n);
	for (size_t i = 0; i < x.n; i++)
		(*entity)[i] = x.found[i].entity;
	return true;
}

/* --- one of them ------------------------------------------------------------------------------------------ */

bool store_candidate(struct store *s, struct arena *arena, int64_t id, struct candidate *out, struct err *e)
{
	struct entity *x;

	*out = (struct candidate){ .entity = id };
	if (!store_entity(s, arena, id, &x, e))
		return false;
	if (!x)
		return true;
	*out = (struct candidate){ x->id, x->type, x->state, store_features(s, arena, x->golden) };
	note(&s->decisive, x->id, out->features);
	return true;
}
