#include "base/hash.h"
#include "store/sql.h"

/* Two keys with one hash wake each other's shadows, which then find nothing new and wait again. */
static void bind_key(struct sql *q, int partner, enum record_type target, const char *key)
{
	sql_int(q, partner);
	sql_int(q, target);
	sql_hash(q, hash_text(key, 0));
}

bool store_wait(struct store *s, int partner, enum record_type target, const char *key, int64_t shadow, struct err *e)
{
	struct sql q = sql(s, SQL_WAITING_ADD);

	bind_key(&q, partner, target, key);
	sql_int(&q, shadow);
	return sql_run(&q, e);
}

bool store_waiting(struct store *s, struct arena *arena, int partner, enum record_type target, const char *key,
	int64_t **shadow, size_t *n, struct err *e)
{
	struct rows rows = { .arena = arena };
	struct sql q = sql(s, SQL_WAITING);

	*shadow = NULL;
	*n = 0;
	bind_key(&q, partner, target, key);
	while (sql_row(&q))
		*rows_add_of(&rows, int64_t) = sql_get_int(&q);
	if (!sql_end(&q, e))
		return false;
	if (!rows.n)
		return true;
	*shadow = rows.item;
	*n = rows.n;
	q = sql(s, SQL_WAITING_DROP);
	bind_key(&q, partner, target, key);
	return sql_run(&q, e);
}
