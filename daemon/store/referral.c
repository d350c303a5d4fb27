#include "store/sql.h"

bool store_referrals_open(struct store *s, struct arena *arena, int64_t since, int64_t after, size_t max, struct referral_open **out, size_t *n,
	struct err *e)
{
	struct sql q = sql(s, SQL_REFERRALS_OPEN);
	struct rows rows = { .arena = arena };
	struct err damage = { 0 };

	sql_int(&q, since);
	sql_int(&q, after);
	sql_int(&q, (int64_t)max);
	while (sql_row(&q)) {
		struct referral_open *r = rows_add_of(&rows, struct referral_open);
		const char *text;
		size_t len;

		r->entity = sql_get_int(&q);
		text = sql_get_view(&q, &len);
		r->golden = golden_parse(arena, RECORD_REFERRAL, text, len);
		r->known_ms = sql_get_int(&q);
		r->overdue_ms = sql_get_int(&q);
		r->asked = sql_get_int(&q) != 0;
		if (!r->golden)
			err_set(&damage, ERR_BROKEN, "store: record %lld cannot be read", (long long)r->entity);
	}
	*out = rows.item;
	*n = rows.n;
	if (!sql_end(&q, e))
		return false;
	if (damage.kind != ERR_NONE)
		*e = damage;
	return damage.kind == ERR_NONE;
}

bool store_overdue(struct store *s, int64_t entity, int64_t since_ms, struct err *e)
{
	struct sql q = sql(s, since_ms ? SQL_OVERDUE_SET : SQL_OVERDUE_DROP);

	sql_int(&q, entity);
	if (since_ms)
		sql_int(&q, since_ms);
	return sql_run(&q, e);
}

bool store_overdue_settled(struct store *s, struct arena *arena, int64_t **entity, size_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_OVERDUE_SETTLED);
	struct rows rows = { .arena = arena };

	while (sql_row(&q))
		*rows_add_of(&rows, int64_t) = sql_get_int(&q);
	*entity = rows.item;
	*n = rows.n;
	return sql_end(&q, e);
}
