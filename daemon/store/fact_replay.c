/*
 * fact_replay.c - the facts as a fold of the events: what each record said, from its first sight through every decision.
 *
 * Run once at the start over a store whose facts were made by another model, or never. A record that the events do not
 * tell to its end (a store from before decisions told states and splits) gets one more row, as it is now, from the event
 * that changed it last.
 */
#include <string.h>

#include "base/log.h"
#include "core/merge.h"
#include "store/fact.h"
#include "store/sql.h"

static bool run(struct store *s, enum sql_statement n, struct err *e)
{
	struct sql q = sql(s, n);

	return sql_run(&q, e);
}

static bool clear(struct store *s, struct err *e)
{
	return run(s, SQL_FACT_ORGANIZATION_CLEAR, e) && run(s, SQL_FACT_CONTACT_CLEAR, e) &&
	       run(s, SQL_FACT_REFERRAL_CLEAR, e) && run(s, SQL_FACT_PARTICIPATION_CLEAR, e) &&
	       run(s, SQL_FACT_MERGED_CLEAR, e);
}

struct told {
	int64_t seq;
	int kind, partner;
	const char *data;
};

/* A value as events have it; what cannot be read is as if it had not been said. */
static void put(struct arena *arena, struct record *golden, const char *name, json_t *value)
{
	const int f = field_find(golden->type, name);
	struct err ignored;

	if (f < 0)
		return;
	/* A reference to what was not known yet: part of no golden record. */
	if (field_at(golden->type, (unsigned)f)->kind == VALUE_REF && json_is_string(value) &&
		*json_string_value(value) == '?')
		return;
	golden->v[f] = value_parse(arena, field_at(golden->type, (unsigned)f), value, &ignored);
}

/* Its first reading; what was empty there said nothing yet. */
static void first(struct arena *arena, struct record *golden, json_t *data)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(data, "values"), name, value)
		if (!json_is_null(value))
			put(arena, golden, name, value);
	merge_derive(arena, golden);
}

static void decided(struct arena *arena, struct entity *x, json_t *data)
{
	const char *state = json_string_value(json_object_get(data, "state")), *name;
	json_t *change;

	json_object_foreach(json_object_get(data, "fields"), name, change)
		put(arena, x->golden, name, json_object_get(change, "to"));
	for (int n = ENTITY_LIVE; state && n <= ENTITY_MERGED; n++)
		if (!strcmp(state, entity_state_name((enum entity_state)n)))
			x->state = (enum entity_state)n;
	x->into = x->state == ENTITY_MERGED ? json_integer_value(json_object_get(data, "into")) : 0;
}

static bool told_of(struct store *s, struct arena *arena, int64_t id, struct rows *out, struct err *e)
{
	struct sql q = sql(s, SQL_FACT_TOLD);

	sql_int(&q, id);
	while (sql_row(&q)) {
		struct told *t = rows_add_of(out, struct told);

		t->seq = sql_get_int(&q);
		t->kind = sql_get_small(&q);
		t->partner = sql_get_small(&q);
		t->data = sql_get_text(&q, arena);
	}
	return sql_end(&q, e);
}

static bool merge_of(struct store *s, const struct entity *x, int64_t *seq, struct err *e)
{
	struct sql q = sql(s, SQL_FACT_MERGE_OF);

	sql_int(&q, x->into);
	sql_int(&q, x->id);
	*seq = sql_row(&q) ? sql_get_int(&q) : 0;
	return sql_end(&q, e);
}

/* now: as the store has it. */
static bool replay(struct store *s, struct arena *arena, struct entity *now, struct err *e)
{
	struct rows rows = { .arena = arena };
	struct entity then = *now;
	const struct told *told;
	int64_t seq = now->changed;
	int64_t was_into = 0;

	then.state = ENTITY_LIVE;
	then.golden = record_new(arena, now->type);
	if (!told_of(s, arena, now->id, &rows, e))
		return false;
	told = rows.item;
	for (size_t i = 0; i < rows.n; i++) {
		AUTO(json_drop) json_t *data = told[i].data ? json_loads(told[i].data, 0, NULL) : NULL;

		if (told[i].kind == EVENT_DECIDE)
			decided(arena, &then, data);
		else if (!i)
			first(arena, then.golden, data);
		else
			continue;
		if (!i && told[i].partner)
			then.origin = told[i].partner;
		if (!fact_save(s, &then, was_into, !i, told[i].seq, e))
			return false;
		was_into = then.state == ENTITY_MERGED ? then.into : 0;
		seq = told[i].seq > seq ? told[i].seq : seq;
	}
	now->origin = then.origin;
	if (now->state == ENTITY_MERGED && !merge_of(s, now, &seq, e))
		return false;
	return fact_save(s, now, was_into, false, seq, e);
}

static bool replay_all(struct store *s, struct err *e)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct sql q = sql(s, SQL_FACT_ENTITIES);
	struct err damage = { 0 };
	bool ok = true;

	sql_int(&q, 0);
	while (ok && sql_row(&q)) {
		struct entity *x = entity_row(&q, arena, &damage);

		ok = x && replay(s, arena, x, &damage);
		arena_reset(arena);
	}
	if (!sql_end(&q, e))
		return false;
	if (!ok)
		*e = damage;
	return ok;
}

static bool made_by_this_model(struct store *s, bool *out, struct err *e)
{
	struct sql q = sql(s, SQL_KEYED);
	size_t len;

	sql_text(&q, "fact");
	*out = false;
	if (sql_row(&q)) {
		sql_get_int(&q);
		*out = !strcmp(sql_get_view(&q, &len), FACT_MODEL);
	}
	return sql_end(&q, e);
}

static bool note_model(struct store *s, struct err *e)
{
	struct sql q = sql(s, SQL_KEYED_SAVE);

	sql_text(&q, "fact");
	sql_int(&q, 0);
	sql_text(&q, FACT_MODEL);
	return sql_run(&q, e);
}

bool fact_replay(struct store *s, struct err *e)
{
	bool made;

	if (!made_by_this_model(s, &made, e))
		return false;
	if (made)
		return true;
	if (s->seq)
		log_event(LOG_LEVEL_NOTICE, "store_facts", "reason=made_again events=%lld", (long long)s->seq);
	if (!store_begin(s, e))
		return false;
	return store_end(s, clear(s, e) && replay_all(s, e) && note_model(s, e), e);
}
