/* decision.c - what people decided about two records at partners, and where a record was before a merge. */
#include "store/sql.h"

#include <string.h>

/* Of one key, so many records are looked at. */
#define PER_KEY 16

/* --- decisions ------------------------------------------------------------------------------------------ */

static bool add_keys_of(struct store *s, struct arena *arena, int64_t shadow, const struct record *r, struct err *e)
{
	uint64_t key[MATCH_KEYS_MAX];
	const size_t n = match_keys(store_features(s, arena, r), key);

	for (size_t i = 0; i < n; i++) {
		struct sql q = sql(s, SQL_DECISION_KEY_ADD);

		sql_int(&q, shadow);
		sql_hash(&q, key[i]);
		if (!sql_run(&q, e))
			return false;
	}
	return true;
}

/* By what it said there in the end, and by what its people had entered. */
static bool add_keys(struct store *s, struct arena *arena, const struct shadow *x, struct err *e)
{
	struct sql q = sql(s, SQL_DECISION_KEY_DROP);
	struct record now, said;

	sql_int(&q, x->id);
	if (!sql_run(&q, e))
		return false;
	shadow_record(x, &now);
	merge_said(arena, x, &said);
	return add_keys_of(s, arena, x->id, &now, e) && add_keys_of(s, arena, x->id, &said, e);
}

bool store_decide(struct store *s, struct arena *arena, const struct shadow *a, const struct shadow *b,
	enum decision decision, const char *by, int64_t at_ms, struct err *e)
{
	struct sql q = sql(s, SQL_DECISION);

	sql_int(&q, a->id < b->id ? a->id : b->id);
	sql_int(&q, a->id < b->id ? b->id : a->id);
	sql_int(&q, decision);
	sql_int(&q, at_ms);
	sql_text(&q, by);
	s->decisions = true;
	return sql_run(&q, e) && add_keys(s, arena, a, e) && add_keys(s, arena, b, e);
}

static bool read_all(struct sql *q, struct arena *arena, struct decided **out, size_t *n, struct err *e)
{
	struct rows rows = { .arena = arena };

	while (sql_row(q)) {
		struct decided *d = rows_add_of(&rows, struct decided);

		d->decision = (enum decision)sql_get_small(q);
		d->at_ms = sql_get_int(q);
		d->by = sql_get_text(q, arena);
		d->shadow = sql_get_int(q);
		d->other = sql_get_int(q);
	}
	*out = rows.item;
	*n = rows.n;
	return sql_end(q, e);
}

bool store_decisions(struct store *s, struct arena *arena, int64_t shadow, int64_t entity, struct decided **out, size_t *n,
	struct err *e)
{
	struct sql q;

	*out = NULL;
	*n = 0;
	if (!s->decisions)
		return true;
	q = sql(s, SQL_DECISION_WITH);
	sql_int(&q, shadow);
	sql_int(&q, entity);
	return read_all(&q, arena, out, n, e);
}

bool store_decisions_all(struct store *s, struct arena *arena, struct decided **out, size_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_DECISION_ALL);

	return read_all(&q, arena, out, n, e);
}

bool store_forbidden(struct store *s, int64_t shadow, int64_t entity)
{
	struct sql q;
	struct err kept;
	bool found = false;

	if (!s->decisions)
		return false;
	q = sql(s, SQL_DECISION_WITH);
	sql_int(&q, shadow);
	sql_int(&q, entity);
	while (!found && sql_row(&q))
		found = sql_get_small(&q) == DECISION_APART;
	return sql_end(&q, &kept) && found;
}

bool store_decision_keys(struct store *s, struct arena *arena, const struct shadow *x, struct err *e)
{
	struct sql q;
	bool any;

	if (!s->decisions)
		return true;
	q = sql(s, SQL_DECISION_ON);
	sql_int(&q, x->id);
	any = sql_row(&q);
	return sql_end(&q, e) && (!any || add_keys(s, arena, x, e));
}

bool store_decision_inherit(struct store *s, struct arena *arena, int64_t from, const struct shadow *to, struct err *e)
{
	struct sql q = sql(s, SQL_DECISION_INHERIT);

	sql_int(&q, from);
	sql_int(&q, to->id);
	return sql_run(&q, e) && add_keys(s, arena, to, e);
}

static bool listed(const struct rows *rows, int64_t id)
{
	struct shadow *const *x = rows->item;

	for (size_t i = 0; i < rows->n; i++)
		if (x[i]->id == id)
			return true;
	return false;
}

bool store_decided_like(struct store *s, struct arena *arena, int partner, const uint64_t *key, size_t nkeys, size_t max,
	struct shadow ***out, size_t *n, struct err *e)
{
	struct rows rows = { .arena = arena };

	for (size_t i = 0; s->decisions && i < nkeys; i++) {
		int64_t id[PER_KEY];
		size_t found = 0;
		struct sql q = sql(s, SQL_DECISION_KEY);

		sql_hash(&q, key[i]);
		sql_int(&q, partner);
		sql_int(&q, PER_KEY);
		while (sql_row(&q))
			id[found++] = sql_get_int(&q);
		if (!sql_end(&q, e))
			return false;
		for (size_t j = 0; j < found && rows.n < max; j++) {
			struct shadow *x;

			if (listed(&rows, id[j]))
				continue;
			if (!store_shadow(s, arena, id[j], &x, e))
				return false;
			if (x)
				*rows_add_of(&rows, struct shadow *) = x;
		}
	}
	*out = rows.item;
	*n = rows.n;
	return true;
}

/* --- where a shadow was before a merge ------------------------------------------------------------------ */

bool store_came_with(struct store *s, int64_t shadow, int64_t seq, int64_t entity, struct err *e)
{
	struct sql q = sql(s, SQL_CAME_WITH_ADD);

	sql_int(&q, shadow);
	sql_int(&q, seq);
	sql_int(&q, entity);
	return sql_run(&q, e);
}

bool store_came_back(struct store *s, int64_t shadow, int64_t seq, struct err *e)
{
	struct sql q = sql(s, SQL_CAME_WITH_DROP);

	sql_int(&q, shadow);
	sql_int(&q, seq);
	return sql_run(&q, e);
}

bool store_formers(struct store *s, struct arena *arena, int64_t shadow, struct former **out, size_t *n, struct err *e)
{
	struct rows rows = { .arena = arena };
	struct sql q = sql(s, SQL_CAME_WITH);

	sql_int(&q, shadow);
	while (sql_row(&q)) {
		struct former *f = rows_add_of(&rows, struct former);

		f->entity = sql_get_int(&q);
		f->seq = sql_get_int(&q);
	}
	*out = rows.item;
	*n = rows.n;
	return sql_end(&q, e);
}

static bool ids(struct sql *q, struct arena *arena, int64_t **out, size_t *n, struct err *e)
{
	struct rows rows = { .arena = arena };

	while (sql_row(q))
		*rows_add_of(&rows, int64_t) = sql_get_int(q);
	*out = rows.item;
	*n = rows.n;
	return sql_end(q, e);
}

bool store_came_from(struct store *s, struct arena *arena, int64_t entity, int64_t **shadow, size_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_CAME_WITH_SHADOWS);

	sql_int(&q, entity);
	return ids(&q, arena, shadow, n, e);
}

/* --- at start ------------------------------------------------------------------------------------------- */

/* Where keys are made in another way, all are made again. There are as many as people made decisions. */
static bool make_keys(struct store *s, struct err *e)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct sql q = sql(s, SQL_DECIDED);
	int64_t *id;
	size_t n;

	if (!ids(&q, arena, &id, &n, e))
		return false;
	q = sql(s, SQL_DECISION_KEY_CLEAR);
	if (!sql_run(&q, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct shadow *x;

		arena_reset(s->scratch);
		if (!store_shadow(s, s->scratch, id[i], &x, e) || (x && !add_keys(s, s->scratch, x, e)))
			return false;
	}
	q = sql(s, SQL_KEYED_SAVE);
	sql_text(&q, "decision_key");
	sql_int(&q, 0);
	sql_text(&q, match_keys_version(s->model));
	return sql_run(&q, e);
}

bool decisions_load(struct store *s, struct err *e)
{
	struct sql q = sql(s, SQL_DECISION_ANY);
	bool current;
	size_t len;

	s->decisions = sql_row(&q);
	if (!sql_end(&q, e))
		return false;
	q = sql(s, SQL_KEYED);
	sql_text(&q, "decision_key");
	current = sql_row(&q) && (q.at++, !strcmp(sql_get_view(&q, &len), match_keys_version(s->model)));
	if (!sql_end(&q, e))
		return false;
	if (current || s->read_only || !s->decisions)
		return true;
	return store_begin(s, e) && store_end(s, make_keys(s, e), e);
}
