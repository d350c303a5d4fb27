#include "store/sql.h"

static void bind_record(struct sql *q, int partner, enum record_type type, const char *key)
{
	sql_int(q, partner);
	sql_int(q, type);
	sql_text(q, key);
}

bool store_quarantine(struct store *s, const struct quarantine *x, bool *fresh, struct err *e)
{
	struct sql q = sql(s, SQL_QUARANTINE_HASH);

	bind_record(&q, x->partner, x->type, x->key);
	*fresh = !sql_row(&q) || sql_get_hash(&q) != x->raw_hash;
	if (!sql_end(&q, e))
		return false;
	q = sql(s, SQL_QUARANTINE_SAVE);
	bind_record(&q, x->partner, x->type, x->key);
	sql_text(&q, x->field ? x->field : "");
	sql_text(&q, x->reason);
	sql_text(&q, x->raw);
	sql_hash(&q, x->raw_hash);
	sql_hash(&q, x->map_version);
	sql_int(&q, x->since);
	return sql_run(&q, e);
}

bool store_quarantine_get(struct store *s, struct arena *arena, int64_t id, struct quarantine **out, struct err *e)
{
	struct sql q = sql(s, SQL_QUARANTINE);

	*out = NULL;
	sql_int(&q, id);
	if (sql_row(&q)) {
		struct quarantine *x = *out = arena_new_of(arena, struct quarantine);

		x->id = sql_get_int(&q);
		x->partner = sql_get_small(&q);
		x->type = (enum record_type)sql_get_small(&q);
		x->key = sql_get_text(&q, arena);
		x->field = sql_get_text(&q, arena);
		x->reason = sql_get_text(&q, arena);
		x->raw = sql_get_text(&q, arena);
		x->raw_hash = sql_get_hash(&q);
		x->map_version = sql_get_hash(&q);
		x->since = sql_get_int(&q);
		x->tries = sql_get_int(&q);
	}
	return sql_end(&q, e);
}

bool store_quarantine_drop(
	struct store *s, int partner, enum record_type type, const char *key, bool *was_there, struct err *e)
{
	struct sql q = sql(s, SQL_QUARANTINE_DROP);

	bind_record(&q, partner, type, key);
	if (!sql_run(&q, e))
		return false;
	*was_there = sqlite3_changes(s->db) > 0;
	return true;
}
