#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/fact.h"
#include "store/sql.h"

const char *entity_state_name(enum entity_state state)
{
	static const char *const names[] = { "live", "deleted", "merged" };

	return names[state];
}

/* --- reading -------------------------------------------------------------------------------------------- */

struct entity *entity_row(struct sql *q, struct arena *arena, struct err *e)
{
	struct entity *x = arena_new_of(arena, struct entity);
	const char *text;
	bool ok;
	size_t len;

	x->id = sql_get_int(q);
	ok = sql_get_uuid(q, &x->hub_id);
	x->type = (enum record_type)sql_get_small(q);
	x->state = (enum entity_state)sql_get_small(q);
	x->into = sql_get_int(q);
	x->held = sql_get_hash(q);
	x->changed = sql_get_int(q);
	text = sql_get_view(q, &len);
	if (text)
		ok = (x->pins = golden_parse(arena, x->type, text, len)) && ok;
	text = sql_get_view(q, &len);
	ok = (x->golden = golden_parse(arena, x->type, text, len)) && ok;
	if (ok)
		return x;
	err_set(e, ERR_BROKEN, "store: record %lld cannot be read: put a backup in its place", (long long)x->id);
	return NULL;
}

bool store_entity_itself(struct store *s, struct arena *arena, int64_t id, struct entity **out, struct err *e)
{
	struct err damage = { 0 };
	struct sql q = sql(s, SQL_ENTITY);

	sql_int(&q, id);
	*out = sql_row(&q) ? entity_row(&q, arena, &damage) : NULL;
	if (!sql_end(&q, e))
		return false;
	if (damage.kind != ERR_NONE)
		*e = damage;
	return damage.kind == ERR_NONE;
}

bool store_entity(struct store *s, struct arena *arena, int64_t id, struct entity **out, struct err *e)
{
	for (int hops = 0; hops < MERGES_MAX; hops++) {
		if (!store_entity_itself(s, arena, id, out, e))
			return false;
		if (!*out || (*out)->state != ENTITY_MERGED)
			return true;
		id = (*out)->into;
	}
	*out = NULL;
	return err_set(e, ERR_BROKEN, "store: record %lld was merged in a circle", (long long)id);
}

int64_t entity_survivor(struct store *s, int64_t id, struct uuid *hub_id)
{
	for (int hops = 0; id && hops < MERGES_MAX; hops++) {
		struct sql q = sql(s, SQL_ENTITY_HUB_ID);
		struct err kept;
		bool merged, found;

		sql_int(&q, id);
		found = sql_row(&q) && sql_get_uuid(&q, hub_id);
		merged = found && sql_get_small(&q) == ENTITY_MERGED;
		if (!found || merged)
			id = found ? sql_get_int(&q) : 0;
		if (!sql_end(&q, &kept))
			return 0;
		if (!merged)
			return id;
	}
	return 0;
}

bool store_entity_id(struct store *s, const struct uuid *hub_id, int64_t *id, struct err *e)
{
	struct sql q = sql(s, SQL_ENTITY_BY_HUB_ID);

	sql_uuid(&q, hub_id);
	*id = sql_row(&q) ? sql_get_int(&q) : 0;
	return sql_end(&q, e);
}

int64_t entity_id(struct store *s, const struct uuid *hub_id)
{
	struct err kept;
	int64_t id;

	return store_entity_id(s, hub_id, &id, &kept) ? id : 0;
}

bool store_entity_by_hub_id(
	struct store *s, struct arena *arena, const struct uuid *hub_id, struct entity **out, struct err *e)
{
	int64_t id;

	*out = NULL;
	return store_entity_id(s, hub_id, &id, e) && (!id || store_entity(s, arena, id, out, e));
}

/* --- keys and references: what a golden record is found by ---------------------------------------------- */

struct key_set {
	uint64_t key[MATCH_KEYS_MAX];
	size_t n;
};

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorted, each once; NULL has none. */
static void keys_of(const struct match_features *f, struct key_set *out)
{
	out->n = f ? match_keys(f, out->key) : 0;
	qsort(out->key, out->n, sizeof *out->key, by_value);
}

/* The features that it is compared by, and the keys of them; NULL: none. */
static bool keep_features(struct store *s, int64_t id, const struct match_features *before, const struct match_features *now,
	struct err *e)
{
	struct key_set old, new;
	size_t i = 0, j = 0;

	if (!features_save(s, id, now, e))
		return false;
	keys_of(before, &old);
	keys_of(now, &new);
	while (i < old.n || j < new.n) {
		if (j == new.n || (i < old.n && old.key[i] < new.key[j])) {
			if (!keys_drop(s, &s->match_keys, old.key[i++], id, e))
				return false;
		} else if (i == old.n || new.key[j] < old.key[i]) {
			if (!keys_add(s, &s->match_keys, new.key[j++], id, e))
				return false;
		} else {
			i++;
			j++;
		}
	}
	return true;
}

bool entity_keys_drop(struct store *s, struct arena *arena, int64_t id, struct err *e)
{
	struct entity *x;

	return store_entity_itself(s, arena, id, &x, e) && (!x || keep_features(s, id, store_features(s, arena, x->golden), NULL, e));
}

bool entity_keys_add(struct store *s, struct arena *arena, int64_t id, struct err *e)
{
	struct entity *x;

	return store_entity_itself(s, arena, id, &x, e) && (!x || keep_features(s, id, NULL, store_features(s, arena, x->golden), e));
}

static bool keep_reference(struct store *s, int64_t id, unsigned f, const char *before, const char *now, struct err *e)
{
	struct uuid hub_id;
	struct sql q;
	int64_t target = 0;

	if (before == now || (before && now && !strcmp(before, now)))
		return true;
	if (now && uuid_parse(now, &hub_id) && !store_entity_id(s, &hub_id, &target, e))
		return false;
	if (!target && !before)
		return true;
	q = sql(s, target ? SQL_REFERENCE_SET : SQL_REFERENCE_DROP);
	sql_int(&q, id);
	sql_int(&q, f);
	if (target)
		sql_int(&q, target);
	return sql_run(&q, e);
}

/* before NULL: it pointed at nothing; now NULL: it is no longer to. */
static bool keep_references(struct store *s, int64_t id, const struct record *before, const struct record *now,
	struct err *e)
{
	const enum record_type type = now ? now->type : before ? before->type : RECORD_ORGANIZATION;
	const unsigned n = field_count(type);

	for (unsigned f = 0; f < n; f++)
		if (field_at(type, f)->kind == VALUE_REF &&
			!keep_reference(s, id, f, before ? before->v[f] : NULL, now ? now->v[f] : NULL, e))
			return false;
	return true;
}

/* --- writing -------------------------------------------------------------------------------------------- */

/* What the store has of it. */
struct before {
	struct record *golden;          /* NULL: it was not there, or has not changed */
	enum entity_state state;
	int64_t into;
};

/* *same: with that text, and found in the same way. */
static bool stored(struct store *s, struct arena *arena, const struct entity *x, const struct buf *text, struct before *out,
	bool *same, struct err *e)
{
	struct sql q = sql(s, SQL_ENTITY_GOLDEN);
	struct err damage = { 0 };

	*same = false;
	sql_int(&q, x->id);
	if (sql_row(&q)) {
		const enum record_type type = (enum record_type)sql_get_small(&q);
		const bool merged = (out->state = (enum entity_state)sql_get_small(&q)) == ENTITY_MERGED;
		const int64_t into = sql_get_int(&q);
		size_t len;
		const char *golden = sql_get_view(&q, &len);

		out->into = merged ? into : 0;
		*same = merged == (x->state == ENTITY_MERGED) && len == text->len && !memcmp(golden, text->data, len);
		if (!*same && !(out->golden = golden_parse(arena, type, golden, len)))
			err_set(&damage, ERR_BROKEN, "store: record %lld cannot be read", (long long)x->id);
	} else if (q.rc == SQLITE_DONE) {
		err_set(&damage, ERR_BROKEN, "store: record %lld is not there to be changed", (long long)x->id);
	}
	if (!sql_end(&q, e))
		return false;
	if (damage.kind != ERR_NONE)
		*e = damage;
	return damage.kind == ERR_NONE;
}

static bool insert(struct store *s, struct entity *x, const char *pins, struct err *e)
{
	struct sql q = sql(s, SQL_ENTITY_ADD);

	sql_uuid(&q, &x->hub_id);
	sql_int(&q, x->type);
	sql_int(&q, x->state);
	sql_id(&q, x->into);
	sql_hash(&q, x->held);
	sql_text(&q, pins);
	sql_buf(&q, &s->text);
	sql_int(&q, x->changed);
	if (!sql_run(&q, e))
		return false;
	x->id = sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool update(struct store *s, const struct entity *x, const char *pins, struct err *e)
{
	struct sql q = sql(s, SQL_ENTITY_SAVE);

	sql_int(&q, x->id);
	sql_int(&q, x->state);
	sql_id(&q, x->into);
	sql_hash(&q, x->held);
	sql_text(&q, pins);
	sql_buf(&q, &s->text);
	sql_int(&q, x->changed);
	return sql_run(&q, e);
}

/* What it is found by. One that became part of another refers to nothing, and is compared as it was: who was like it before
 * is like it still, whoever is read first. */
static bool keep_found(struct store *s, struct arena *arena, const struct entity *x, const struct before *before, struct err *e)
{
	const struct match_features *features = x->features ? x->features : store_features(s, arena, x->golden);
	const bool merged = x->state == ENTITY_MERGED, was_merged = before->state == ENTITY_MERGED;

	return keep_references(s, x->id, was_merged ? NULL : before->golden, merged ? NULL : x->golden, e) &&
		keep_features(s, x->id, before->golden ? store_features(s, arena, before->golden) : NULL, features, e);
}

bool store_entity_save(struct store *s, struct arena *arena, struct entity *x, struct err *e)
{
	BUF_AUTO struct buf pins = { 0 };
	struct before before = { .state = ENTITY_LIVE };
	const bool fresh = x->id == 0;
	const int64_t since = x->changed > s->seq ? x->changed : s->seq;
	const int64_t into = x->state == ENTITY_MERGED ? x->into : 0;
	bool same = false;

	assert(s->in_transaction);
	buf_clear(&s->text);
	record_print(&s->text, x->golden);
	if (x->pins)
		record_print(&pins, x->pins);
	if (!fresh && !stored(s, arena, x, &s->text, &before, &same, e))
		return false;
	if (!(fresh ? insert(s, x, pins.data, e) : update(s, x, pins.data, e)))
		return false;
	if (into != before.into)
		survivors_note(s, x->id, into);
	if (!same && !keep_found(s, arena, x, &before, e))
		return false;
	return (same && before.state == x->state && before.into == into) || fact_save(s, x, before.into, fresh, since, e);
}

/* --- finding -------------------------------------------------------------------------------------------- */

static bool ids(struct sql *q, struct arena *arena, int64_t **out, size_t *n, struct err *e)
{
	struct rows rows = { .arena = arena };

	while (sql_row(q))
		*rows_add_of(&rows, int64_t) = sql_get_int(q);
	*out = rows.item;
	*n = rows.n;
	return sql_end(q, e);
}

bool store_referring(struct store *s, struct arena *arena, int64_t target, int64_t **entity, size_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_REFERRING);

	sql_int(&q, target);
	return ids(&q, arena, entity, n, e);
}

bool store_entity_aliases(struct store *s, struct arena *arena, int64_t entity, int64_t **id, size_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_ENTITY_ALIASES);

	sql_int(&q, entity);
	return ids(&q, arena, id, n, e);
}

bool store_entities(struct store *s, struct arena *arena, int64_t after, int without, size_t max, int64_t **entity,
	size_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_ENTITY_LACKED);

	sql_int(&q, after);
	sql_int(&q, without);
	sql_int(&q, (int64_t)max);
	return ids(&q, arena, entity, n, e);
}

/* --- at start ------------------------------------------------------------------------------------------- */

bool match_keys_load(struct store *s, struct err *e)
{
	struct keys *k = &s->match_keys;
	struct sql q;
	bool ok = true;

	k->name = "match_key";
	k->model = match_keys_version(s->model);
	k->add = SQL_MATCH_KEY_ADD;
	k->drop = SQL_MATCH_KEY_DROP;
	k->clear = SQL_MATCH_KEY_CLEAR;
	k->find = SQL_MATCH_KEY;
	k->all = SQL_MATCH_KEY_ALL;
	k->packs = true;
	if (!keys_open(s, k, e))
		return false;
	/* Who only reads looks for no candidates. */
	if (s->read_only)
		return true;
	q = sql(s, SQL_ENTITY_AFTER);
	sql_int(&q, k->upto);
	while (ok && sql_row(&q)) {
		const int64_t id = sql_get_int(&q);
		const enum record_type type = (enum record_type)sql_get_small(&q);
		const struct record *golden;
		struct key_set keys;
		const char *text;
		size_t len;

		text = sql_get_view(&q, &len);
		golden = golden_parse(s->scratch, type, text, len);
		ok = golden || err_set(e, ERR_BROKEN, "store: record %lld cannot be read", (long long)id);
		ok = ok && keys_spill(s, k, e);
		keys_of(golden ? store_features(s, s->scratch, golden) : NULL, &keys);
		for (size_t i = 0; ok && i < keys.n; i++)
			keys_load(k, keys.key[i], id);
		arena_reset(s->scratch);
	}
	if (!ok) {
		sqlite3_reset(q.statement);
		return false;
	}
	return sql_end(&q, e);
}
