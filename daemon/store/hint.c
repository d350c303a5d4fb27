#include "store/sql.h"

#define INBOX_MS (INT64_C(7) * 24 * 3600 * 1000)

bool store_hint(struct store *s, int partner, enum record_type type, const char *key, int64_t at_ms, struct err *e)
{
	struct sql q = sql(s, SQL_HINT_ADD);

	sql_int(&q, partner);
	sql_int(&q, type);
	sql_text(&q, key);
	sql_int(&q, at_ms);
	return sql_run(&q, e);
}

bool store_hints(struct store *s, struct arena *arena, int partner, size_t max, enum record_type **type,
	const char ***key, size_t *n, struct err *e)
{
	struct rows types = { .arena = arena }, keys = { .arena = arena };
	struct sql q = sql(s, SQL_HINTS);

	sql_int(&q, partner);
	sql_int(&q, (int64_t)max);
	while (sql_row(&q)) {
		*rows_add_of(&types, enum record_type) = (enum record_type)sql_get_small(&q);
		*rows_add_of(&keys, const char *) = sql_get_text(&q, arena);
	}
	*type = types.item;
	*key = keys.item;
	*n = keys.n;
	return sql_end(&q, e);
}

bool store_hint_done(struct store *s, int partner, enum record_type type, const char *key, struct err *e)
{
	struct sql q = sql(s, SQL_HINT_DROP);

	sql_int(&q, partner);
	sql_int(&q, type);
	sql_text(&q, key);
	return sql_run(&q, e);
}

bool store_inbox(struct store *s, int partner, const char *id, int64_t at_ms, bool *fresh, struct err *e)
{
	struct sql q = sql(s, SQL_INBOX_PRUNE);

	*fresh = false;
	sql_int(&q, at_ms - INBOX_MS);
	if (!sql_run(&q, e))
		return false;
	q = sql(s, SQL_INBOX_ADD);
	sql_int(&q, partner);
	sql_text(&q, id);
	sql_int(&q, at_ms);
	if (!sql_run(&q, e))
		return false;
	*fresh = sqlite3_changes(s->db) > 0;
	return true;
}
