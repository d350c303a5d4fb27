#include "store/sql.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"

static uint64_t key_hash(int partner, enum record_type type, const char *key)
{
	return hash_text(key, (uint64_t)partner * RECORD_TYPES + type);
}

/* --- reading -------------------------------------------------------------------------------------------- */

/* What became part of another record is referred to by the survivor's id. */
static void follow(struct store *s, struct arena *arena, const char **ref)
{
	if (*ref && **ref && **ref != '?')
		*ref = store_ref_follow(s, arena, *ref);
}

static void follow_references(struct store *s, struct arena *arena, struct shadow *x)
{
	const unsigned n = field_count(x->type);

	for (unsigned f = 0; f < n; f++) {
		struct cell *c = &x->cell[f];

		if (field_at(x->type, f)->kind != VALUE_REF)
			continue;
		follow(s, arena, &c->base);
		follow(s, arena, &c->own);
		for (unsigned i = 0; i < c->nsent; i++)
			follow(s, arena, &c->sent[i].value);
	}
}

/* The row as the columns of SQL_SHADOW stand. NULL, and damage as *e, if its cells cannot be read. */
static struct shadow *read_row(struct sql *q, struct arena *arena, struct err *e)
{
	struct shadow *x;
	const int64_t id = sql_get_int(q);
	const int partner = sql_get_small(q);
	const enum record_type type = (enum record_type)sql_get_small(q);
	const char *cells;
	size_t len;

	x = shadow_new(arena, partner, type, sql_get_text(q, arena));
	x->id = id;
	x->version = sql_get_text(q, arena);
	x->state = (enum shadow_state)sql_get_small(q);
	x->alias_of = sql_get_int(q);
	x->entity = sql_get_int(q);
	x->hash = sql_get_hash(q);
	x->fence = sql_get_int(q);
	x->fence_ms = sql_get_int(q);
	x->epoch = sql_get_int(q);
	cells = sql_get_view(q, &len);
	if (shadow_parse_cells(arena, x, cells, len, e)) {
		follow_references(q->store, arena, x);
		return x;
	}
	err_set(e, ERR_BROKEN, "store: the fields of shadow %lld cannot be read: put a backup in its place",
		(long long)id);
	return NULL;
}

static bool read_one(struct sql *q, struct arena *arena, struct shadow **out, struct err *e)
{
	struct err damage = { 0 };

	*out = NULL;
	if (sql_row(q))
		*out = read_row(q, arena, &damage);
	if (!sql_end(q, e))
		return false;
	if (damage.kind != ERR_NONE)
		*e = damage;
	return damage.kind == ERR_NONE;
}

static bool read_all(struct sql *q, struct arena *arena, struct shadow ***out, size_t *n, struct err *e)
{
	struct rows rows = { .arena = arena };
	struct err damage = { 0 };

	while (damage.kind == ERR_NONE && sql_row(q)) {
		struct shadow *x = read_row(q, arena, &damage);

		if (x)
			*rows_add_of(&rows, struct shadow *) = x;
	}
	*out = rows.item;
	*n = rows.n;
	if (!sql_end(q, e))
		return false;
	if (damage.kind != ERR_NONE)
		*e = damage;
	return damage.kind == ERR_NONE;
}

/* Puts the row with that key under *q, among those whose keys still wait in memory or those in the table. Two keys may
 * share a hash, so the key itself decides. */
static bool find(struct store *s, enum sql_statement by_id, enum sql_statement by_key, int partner,
	enum record_type type, const char *key, struct sql *q)
{
	const uint64_t hash = key_hash(partner, type, key);
	uint32_t cursor = 0;
	int64_t id;

	while ((id = keys_next(&s->shadow_keys, hash, &cursor))) {
		size_t len;

		*q = sql(s, by_id);
		sql_int(q, id);
		if (sql_row(q)) {
			q->at = 1;
			if (sql_get_small(q) == partner && sql_get_small(q) == (int)type &&
				!strcmp(sql_get_view(q, &len), key)) {
				q->at = 0;
				return true;
			}
		}
		if (q->rc != SQLITE_ROW && q->rc != SQLITE_DONE)
			return false;
		sqlite3_reset(q->statement);
	}
	*q = sql(s, by_key);
	sql_hash(q, hash);
	sql_int(q, partner);
	sql_int(q, type);
	sql_text(q, key);
	return sql_row(q);
}

bool store_shadow_by_key(struct store *s, struct arena *arena, int partner, enum record_type type, const char *key,
	struct shadow **out, struct err *e)
{
	struct err damage = { 0 };
	struct sql q;

	*out = find(s, SQL_SHADOW, SQL_SHADOW_BY_KEY, partner, type, key, &q) ? read_row(&q, arena, &damage) : NULL;
	if (!sql_end(&q, e))
		return false;
	if (damage.kind != ERR_NONE)
		*e = damage;
	return damage.kind == ERR_NONE;
}

bool store_shadow_glance(struct store *s, struct arena *arena, int partner, enum record_type type, const char *key,
	struct shadow_glance *out, struct err *e)
{
	struct sql q;

	*out = (struct shadow_glance){ 0 };
	if (find(s, SQL_SHADOW_GLANCE, SQL_SHADOW_GLANCE_BY_KEY, partner, type, key, &q)) {
		out->id = sql_get_int(&q);
		q.at = 4;
		out->version = sql_get_text(&q, arena);
		out->state = (enum shadow_state)sql_get_small(&q);
		out->alias_of = sql_get_int(&q);
		out->entity = sql_get_int(&q);
		out->hash = sql_get_hash(&q);
		out->fence = sql_get_int(&q);
		out->fence_ms = sql_get_int(&q);
	}
	return sql_end(&q, e);
}

bool store_shadow(struct store *s, struct arena *arena, int64_t id, struct shadow **out, struct err *e)
{
	struct sql q = sql(s, SQL_SHADOW);

	sql_int(&q, id);
	return read_one(&q, arena, out, e);
}

bool store_shadows_of(
	struct store *s, struct arena *arena, int64_t entity, struct shadow ***out, size_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_SHADOWS_OF);

	sql_int(&q, entity);
	return read_all(&q, arena, out, n, e);
}

bool store_shadows_pending(struct store *s, struct arena *arena, int partner, enum record_type type,
	struct shadow ***out, size_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_SHADOWS_PENDING);

	sql_int(&q, partner);
	sql_int(&q, type);
	return read_all(&q, arena, out, n, e);
}

bool store_shadows_unseen(struct store *s, struct arena *arena, int partner, enum record_type type, int64_t epoch,
	int64_t written_ms, int64_t after, size_t max, struct shadow ***out, size_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_SEEN_NOT);

	sql_int(&q, after);
	sql_int(&q, (int64_t)partner * RECORD_TYPES + type);
	sql_int(&q, epoch);
	sql_int(&q, written_ms);
	sql_int(&q, (int64_t)max);
	return read_all(&q, arena, out, n, e);
}

bool store_count_unseen(struct store *s, int partner, enum record_type type, int64_t epoch, int64_t written_ms,
	int64_t *unseen, int64_t *live, struct err *e)
{
	struct sql q = sql(s, SQL_SEEN_COUNT_NOT);

	*live = store_live(s, partner, type);
	*unseen = 0;
	sql_int(&q, (int64_t)partner * RECORD_TYPES + type);
	sql_int(&q, epoch);
	sql_int(&q, written_ms);
	if (sql_row(&q))
		*unseen = sql_get_int(&q);
	return sql_end(&q, e);
}

/* --- writing -------------------------------------------------------------------------------------------- */

bool store_shadow_seen(struct store *s, int64_t id, int64_t epoch, struct err *e)
{
	struct sql q = sql(s, SQL_SEEN);

	sql_int(&q, id);
	sql_int(&q, epoch);
	return sql_run(&q, e);
}

/* A row in `seen` for each live shadow: whether there was one tells whether the count of live ones changes. */
static bool keep_seen(struct store *s, const struct shadow *x, struct err *e)
{
	const bool live = x->state == SHADOW_LIVE;
	struct sql q = sql(s, live ? SQL_SEEN_ADD : SQL_SEEN_DROP);

	sql_int(&q, x->id);
	if (live) {
		sql_int(&q, (int64_t)x->partner * RECORD_TYPES + x->type);
		/* What becomes known outside a scan is as good as seen by the newest: it was there after that began. */
		sql_int(&q, x->epoch);
		sql_int(&q, x->partner);
		sql_int(&q, x->type);
	}
	if (!sql_run(&q, e))
		return false;
	if (sqlite3_changes(s->db))
		feed_add_live(s, x->partner, x->type, live ? 1 : -1);
	else if (live)
		return store_shadow_seen(s, x->id, x->epoch, e);
	return true;
}

static bool insert(struct store *s, struct shadow *x, struct err *e)
{
	struct sql q = sql(s, SQL_SHADOW_ADD);

	sql_int(&q, x->partner);
	sql_int(&q, x->type);
	sql_text(&q, x->key);
	sql_text(&q, x->version);
	sql_int(&q, x->state);
	sql_id(&q, x->alias_of);
	sql_id(&q, x->entity);
	sql_hash(&q, x->hash);
	sql_int(&q, x->fence);
	sql_int(&q, x->fence_ms);
	sql_buf(&q, &s->text);
	if (!sql_run(&q, e))
		return false;
	x->id = sqlite3_last_insert_rowid(s->db);
	return keys_add(s, &s->shadow_keys, key_hash(x->partner, x->type, x->key), x->id, e);
}

/* A pending one gets the partner's key. */
static bool keep_key(struct store *s, const struct shadow *x, struct err *e)
{
	struct sql q = sql(s, SQL_SHADOW_OTHER_KEY);
	uint64_t before = 0;
	bool other;
	size_t len;

	sql_int(&q, x->id);
	sql_text(&q, x->key);
	other = sql_row(&q);
	if (other)
		before = key_hash(x->partner, x->type, sql_get_view(&q, &len));
	if (!sql_end(&q, e))
		return false;
	if (!other)
		return true;
	q = sql(s, SQL_SHADOW_REKEY);
	sql_int(&q, x->id);
	sql_text(&q, x->key);
	return sql_run(&q, e) && keys_drop(s, &s->shadow_keys, before, x->id, e) &&
	       keys_add(s, &s->shadow_keys, key_hash(x->partner, x->type, x->key), x->id, e);
}

/* The link is set apart, so that its index is touched only when it changes. */
static bool update(struct store *s, const struct shadow *x, struct err *e)
{
	struct sql q = sql(s, SQL_SHADOW_SAVE);

	sql_int(&q, x->id);
	sql_text(&q, x->version);
	sql_int(&q, x->state);
	sql_id(&q, x->alias_of);
	sql_hash(&q, x->hash);
	sql_int(&q, x->fence);
	sql_int(&q, x->fence_ms);
	sql_buf(&q, &s->text);
	if (!sql_run(&q, e))
		return false;
	q = sql(s, SQL_SHADOW_LINK);
	sql_int(&q, x->id);
	sql_id(&q, x->entity);
	return sql_run(&q, e) && keep_key(s, x, e);
}

bool store_shadow_save(struct store *s, struct shadow *x, struct err *e)
{
	const bool fresh = x->id == 0;

	assert(s->in_transaction);
	buf_clear(&s->text);
	shadow_print_cells(&s->text, x);
	return (fresh ? insert(s, x, e) : update(s, x, e)) && keep_seen(s, x, e);
}

bool store_shadow_forget(struct store *s, int64_t id, struct err *e)
{
	struct sql q = sql(s, SQL_SHADOW_GLANCE);
	uint64_t hash = 0;
	bool pending = false;

	assert(s->in_transaction);
	sql_int(&q, id);
	if (sql_row(&q)) {
		int partner;
		enum record_type type;
		size_t len;

		q.at = 1;
		partner = sql_get_small(&q);
		type = (enum record_type)sql_get_small(&q);
		hash = key_hash(partner, type, sql_get_view(&q, &len));
		q.at = 5;
		pending = sql_get_small(&q) == SHADOW_PENDING;
	}
	if (!sql_end(&q, e))
		return false;
	assert(pending);
	q = sql(s, SQL_SHADOW_FORGET);
	sql_int(&q, id);
	return sql_run(&q, e) && keys_drop(s, &s->shadow_keys, hash, id, e);
}

/* --- at start ------------------------------------------------------------------------------------------- */

bool shadow_keys_load(struct store *s, struct err *e)
{
	struct keys *k = &s->shadow_keys;
	struct sql q;

	k->name = "shadow_key";
	k->model = "1";
	k->add = SQL_SHADOW_KEY_ADD;
	k->drop = SQL_SHADOW_KEY_DROP;
	k->clear = SQL_SHADOW_KEY_CLEAR;
	if (!keys_open(s, k, e))
		return false;
	q = sql(s, SQL_SHADOW_AFTER);
	sql_int(&q, k->upto);
	while (sql_row(&q)) {
		const int64_t id = sql_get_int(&q);
		const int partner = sql_get_small(&q);
		const enum record_type type = (enum record_type)sql_get_small(&q);
		size_t len;

		if (!keys_spill(s, k, e)) {
			sqlite3_reset(q.statement);
			return false;
		}
		keys_load(k, key_hash(partner, type, sql_get_view(&q, &len)), id);
	}
	return sql_end(&q, e);
}
