/*
 * oracle_decided.c - I8: what the log says about decisions, folded, is every golden record: a first sight, then what each
 * decision changed. Now and then while the history runs, and at its end.
 */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

enum { BETWEEN_SAMPLES_MS = 20 * 60000 };

struct told {
	bool known;
	enum entity_state state;
	struct record *golden;
};

/* Folded so far. A new process begins anew: what was told of before its predecessor died is in the log still. */
struct decisions {
	struct arena *arena;
	struct told *entity; /* by id */
	size_t n;
	int64_t seq;
	uint64_t next_ms;
};

void oracle_forget(struct world *w)
{
	if (!w->decisions)
		return;
	arena_free(w->decisions->arena);
	free(w->decisions->entity);
	free(w->decisions);
	w->decisions = NULL;
}

static struct decisions *decisions_of(struct world *w)
{
	if (w->decisions)
		return w->decisions;
	w->decisions = calloc(1, sizeof *w->decisions);
	if (!w->decisions)
		abort();
	w->decisions->arena = arena_new();
	return w->decisions;
}

static struct told *told_at(struct decisions *d, int64_t entity)
{
	const size_t id = (size_t)entity;

	if (id >= d->n) {
		const size_t n = id + 64;

		d->entity = realloc(d->entity, n * sizeof *d->entity);
		if (!d->entity)
			abort();
		memset(d->entity + d->n, 0, (n - d->n) * sizeof *d->entity);
		d->n = n;
	}
	return &d->entity[id];
}

/* --- folding ------------------------------------------------------------------------------------------------------ */

/* What cannot be read is as if it had not been said; a reference to what nobody knew yet is part of no golden record. */
static void put(struct decisions *d, struct record *golden, const char *name, json_t *value)
{
	const int f = field_find(golden->type, name);
	struct err ignored;

	if (f < 0 || (json_is_string(value) && *json_string_value(value) == '?'))
		return;
	golden->v[f] = value_parse(d->arena, field_at(golden->type, (unsigned)f), value, &ignored);
}

static void first_sight(struct decisions *d, struct told *t, json_t *data)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(data, "values"), name, value)
		if (!json_is_null(value))
			put(d, t->golden, name, value);
	merge_derive(d->arena, t->golden);
}

static void decision(struct decisions *d, struct told *t, json_t *data)
{
	const char *state = json_string_value(json_object_get(data, "state")), *name;
	json_t *change;

	json_object_foreach(json_object_get(data, "fields"), name, change)
		put(d, t->golden, name, json_object_get(change, "to"));
	for (int s = ENTITY_LIVE; state && s <= ENTITY_MERGED; s++)
		if (!strcmp(state, entity_state_name((enum entity_state)s)))
			t->state = (enum entity_state)s;
}

static bool read_on(struct decisions *d, sqlite3 *db, struct err *e)
{
	sqlite3_stmt *q = NULL;
	int rc;

	sqlite3_prepare_v2(db, "SELECT v.seq, v.kind, v.data, x.id, x.type FROM event v JOIN entity x ON x.id = v.entity "
		"WHERE v.seq > ?1 AND v.kind IN (?2, ?3) ORDER BY v.seq", -1, &q, NULL);
	sqlite3_bind_int64(q, 1, d->seq);
	sqlite3_bind_int(q, 2, EVENT_SEEN);
	sqlite3_bind_int(q, 3, EVENT_DECIDE);
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		struct told *t = told_at(d, sqlite3_column_int64(q, 3));
		json_t *data = json_loads((const char *)sqlite3_column_text(q, 2), 0, NULL);

		d->seq = sqlite3_column_int64(q, 0);
		if (!t->golden)
			t->golden = record_new(d->arena, (enum record_type)sqlite3_column_int(q, 4));
		if (sqlite3_column_int(q, 1) == EVENT_DECIDE)
			decision(d, t, data);
		else if (!t->known)
			first_sight(d, t, data);
		t->known = true;
		json_decref(data);
	}
	sqlite3_finalize(q);
	return rc == SQLITE_DONE || err_set(e, ERR_BROKEN, "the event log: %s", sqlite3_errmsg(db));
}

/* --- comparing ---------------------------------------------------------------------------------------------------- */

/* The log knows one way to say that there is nothing. A reference means the same by any name its record has had. */
static bool same_value(struct store *s, struct arena *arena, const struct field *field, const char *told, const char *kept)
{
	told = told ? told : "";
	kept = kept ? kept : "";
	if (!strcmp(told, kept))
		return true;
	return field->kind == VALUE_REF && *told && *kept && !strcmp(store_ref_follow(s, arena, told), store_ref_follow(s, arena, kept));
}

static void compare(struct world *w, struct arena *arena, const struct entity *x, const struct told *t)
{
	struct store *store = engine_store(w->engine);

	if (!t->known)
		world_violated(w, "I8 explainability", "entity %lld: the log does not tell where it is from", (long long)x->id);
	else if (t->state != x->state)
		world_violated(w, "I8 explainability", "entity %lld: by its decisions it is %s, in the store %s", (long long)x->id,
			entity_state_name(t->state), entity_state_name(x->state));
	for (unsigned f = 0; t->known && f < field_count(x->type); f++)
		if (!same_value(store, arena, field_at(x->type, f), t->golden->v[f], x->golden->v[f]))
			world_violated(w, "I8 explainability", "entity %lld %s: its decisions make it \"%s\", golden is \"%s\"",
				(long long)x->id, field_at(x->type, f)->name, t->golden->v[f] ? t->golden->v[f] : "",
				x->golden->v[f] ? x->golden->v[f] : "");
}

static bool compare_all(struct world *w, struct err *e)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct store *store = engine_store(w->engine);
	struct decisions *d = decisions_of(w);
	sqlite3_stmt *q = NULL;
	bool ok = read_on(d, store->db, e);

	sqlite3_prepare_v2(store->db, "SELECT id FROM entity ORDER BY id", -1, &q, NULL);
	while (ok && sqlite3_step(q) == SQLITE_ROW) {
		struct entity *x;

		ok = store_entity_itself(store, arena, sqlite3_column_int64(q, 0), &x, e);
		if (ok && x)
			compare(w, arena, x, told_at(d, x->id));
		arena_reset(arena);
	}
	sqlite3_finalize(q);
	return ok;
}

void oracle_decided(struct world *w)
{
	struct err e = {0};

	faults_spare(true);
	if (!compare_all(w, &e))
		world_violated(w, "I7 crash safety", "the store cannot be read: %s", e.text);
	faults_spare(false);
}

void oracle_sample(struct world *w)
{
	if (!w->engine || w->closing || world_dying(w) || w->refused_until_ms || world_now(w) < decisions_of(w)->next_ms)
		return;
	oracle_decided(w);
	w->decisions->next_ms = world_now(w) + BETWEEN_SAMPLES_MS;
}
