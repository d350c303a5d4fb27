/* replaced.c - enterprise numbers that were replaced by others; few, so they are in memory. */
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

#include "core/normalise.h"

/* Replacements of replacements; more would be a circle. */
#define HOPS_MAX 16

static int by_old(const void *a, const void *b)
{
	const struct replaced *x = a, *y = b;

	return strcmp(x->old, y->old);
}

static const char *next(const struct store *s, const char *number)
{
	const struct replaced wanted = { .old = number };
	const struct replaced *r = s->nreplaced ? bsearch(&wanted, s->replaced, s->nreplaced, sizeof wanted, by_old) : NULL;

	return r ? r->new : NULL;
}

static const char *present(const struct store *s, const char *number)
{
	const char *then = number;

	for (int hops = 0; then && hops < HOPS_MAX; hops++) {
		number = then;
		then = next(s, number);
	}
	return number;
}

const struct match_features *store_features(struct store *s, struct arena *arena, const struct record *r)
{
	return store_features_by(s, s->model, arena, r);
}

const struct match_features *store_features_by(struct store *s, const struct match_model *model, struct arena *arena,
	const struct record *r)
{
	const char *number = r->type == RECORD_ORGANIZATION ? r->v[ORGANIZATION_ENTERPRISE_NUMBER] : NULL;
	const char *now = number && s->nreplaced ? present(s, number) : number;
	struct record *with;

	if (now == number)
		return match_prepare(arena, model, r);
	with = arena_copy(arena, r, sizeof *r);
	with->v[ORGANIZATION_ENTERPRISE_NUMBER] = now;
	return match_prepare(arena, model, with);
}

static bool valid(const char *number, struct err *e)
{
	return enterprise_number_valid(number) ||
	       err_set(e, ERR_ITEM, "%.20s: no valid enterprise number (ten digits, the last two a check)", number);
}

/* Entities with that number, as golden record or as a key. */
static bool with_number(struct store *s, struct arena *arena, const char *number, int64_t **id, size_t *n, struct err *e)
{
	struct record r = { .type = RECORD_ORGANIZATION };
	uint64_t key[MATCH_KEYS_MAX];

	r.v[ORGANIZATION_ENTERPRISE_NUMBER] = number;
	return store_candidates(s, arena, NULL, key, match_keys(match_prepare(arena, s->model, &r), key), 256, id, n, e);
}

bool store_replace(struct store *s, struct arena *arena, const char *old, const char *new, const char *by, int64_t at_ms,
	int64_t **entity, size_t *n, struct err *e)
{
	struct sql q;

	if (!valid(old, e) || !valid(new, e))
		return false;
	if (!strcmp(present(s, new), old) || !strcmp(old, new))
		return err_set(e, ERR_CONFLICT, "%.20s replaces %.20s already: they would stand for each other", old, new);
	if (!with_number(s, arena, old, entity, n, e))
		return false;
	for (size_t i = 0; i < *n; i++)
		if (!entity_keys_drop(s, arena, (*entity)[i], e))
			return false;
	q = sql(s, SQL_REPLACED_ADD);
	sql_text(&q, old);
	sql_text(&q, new);
	sql_int(&q, at_ms);
	sql_text(&q, by);
	s->replaced_dirty = true;
	if (!sql_run(&q, e) || !replaced_load(s, e))
		return false;
	for (size_t i = 0; i < *n; i++)
		if (!entity_keys_add(s, arena, (*entity)[i], e))
			return false;
	return true;
}

bool store_same_number(const struct store *s, const char *a, const char *b)
{
	return !strcmp(present(s, a), present(s, b));
}

const struct replaced *store_replaced(const struct store *s, size_t *n)
{
	*n = s->nreplaced;
	return s->replaced;
}

bool replaced_load(struct store *s, struct err *e)
{
	struct arena *arena = arena_new();
	struct rows rows = { .arena = arena };
	struct sql q = sql(s, SQL_REPLACED);

	while (sql_row(&q)) {
		struct replaced *r = rows_add_of(&rows, struct replaced);

		r->old = sql_get_text(&q, arena);
		r->new = sql_get_text(&q, arena);
		r->at_ms = sql_get_int(&q);
		r->by = sql_get_text(&q, arena);
	}
	arena_free(s->numbers);
	s->numbers = arena;
	s->replaced = rows.item;
	s->nreplaced = rows.n;
	decisive_forget(&s->decisive);
	return sql_end(&q, e);
}
