#include "store/sql.h"

#include <string.h>

/* --- plans ---------------------------------------------------------------------------------------------- */

bool store_plan_add(struct store *s, struct plan_row *p, struct err *e)
{
	struct sql q = sql(s, SQL_PLAN_ADD);

	sql_int(&q, p->partner);
	sql_text(&q, p->state);
	sql_text(&q, p->hash);
	sql_text(&q, p->reason);
	sql_text(&q, p->counts);
	sql_int(&q, p->made_at);
	if (!sql_run(&q, e))
		return false;
	p->id = sqlite3_last_insert_rowid(s->db);
	return true;
}

/* NULL: there are no more. */
static struct plan_row *read_row(struct sql *q, struct arena *arena)
{
	struct plan_row *p;

	if (!sql_row(q))
		return NULL;
	p = arena_new_of(arena, struct plan_row);
	p->id = sql_get_int(q);
	p->partner = sql_get_small(q);
	p->state = sql_get_text(q, arena);
	p->hash = sql_get_text(q, arena);
	p->reason = sql_get_text(q, arena);
	p->counts = sql_get_text(q, arena);
	p->made_at = sql_get_int(q);
	return p;
}

static bool read_one(struct sql *q, struct arena *arena, struct plan_row **out, struct err *e)
{
	*out = read_row(q, arena);
	return sql_end(q, e);
}

bool store_plan(struct store *s, struct arena *arena, int64_t id, struct plan_row **out, struct err *e)
{
	struct sql q = sql(s, SQL_PLAN);

	sql_int(&q, id);
	return read_one(&q, arena, out, e);
}

bool store_plan_by_hash(
	struct store *s, struct arena *arena, const char *hash_prefix, struct plan_row **out, struct err *e)
{
	struct sql q = sql(s, SQL_PLAN_BY_HASH);
	const struct plan_row *next;

	sql_text(&q, hash_prefix);
	*out = read_row(&q, arena);
	next = *out ? read_row(&q, arena) : NULL;
	if (!sql_end(&q, e))
		return false;
	return !next || strcmp(next->state, "held") || !strcmp(next->hash, (*out)->hash) ||
	       err_set(e, ERR_ITEM, "two plans that wait begin with %.64s: give more of it", hash_prefix);
}

bool store_plan_held(struct store *s, struct arena *arena, int partner, const char *reason, struct plan_row **out, struct err *e)
{
	struct sql q = sql(s, SQL_PLAN_HELD);

	sql_int(&q, partner);
	sql_text(&q, reason);
	return read_one(&q, arena, out, e);
}

bool store_plan_forget(struct store *s, int64_t id, struct err *e)
{
	struct sql q = sql(s, SQL_PLAN_FORGET);

	sql_int(&q, id);
	return sql_run(&q, e);
}

bool store_plan_decide(struct store *s, int64_t id, const char *state, const char *by, int64_t at_ms, struct err *e)
{
	struct sql q = sql(s, SQL_PLAN_DECIDE);

	sql_int(&q, id);
	sql_text(&q, state);
	sql_text(&q, by);
	sql_int(&q, at_ms);
	return sql_run(&q, e);
}

/* --- what guards have let through ----------------------------------------------------------------------- */

/* Counts older than this are dropped when newer ones are added: the longest window is days. */
#define KEPT_HOURS (31 * 24)

static void bind_counter(struct sql *q, int partner, enum guard guard, enum record_type type, unsigned field)
{
	sql_int(q, partner);
	sql_int(q, guard);
	sql_int(q, type);
	sql_int(q, field);
}

int64_t store_guard_count(
	struct store *s, int partner, enum guard guard, enum record_type type, unsigned field, int64_t hour, int hours)
{
	struct sql q = sql(s, SQL_GUARD_COUNT);
	struct err kept;
	int64_t n = 0;

	bind_counter(&q, partner, guard, type, field);
	sql_int(&q, hour - hours);
	sql_int(&q, hour);
	if (sql_row(&q))
		n = sql_get_int(&q);
	sql_end(&q, &kept);
	return n;
}

bool store_guard_add(struct store *s, int partner, enum guard guard, enum record_type type, unsigned field,
	int64_t hour, int64_t n, struct err *e)
{
	struct sql q = sql(s, SQL_GUARD_ADD);

	bind_counter(&q, partner, guard, type, field);
	sql_int(&q, hour);
	sql_int(&q, n);
	if (!sql_run(&q, e))
		return false;
	q = sql(s, SQL_GUARD_PRUNE);
	bind_counter(&q, partner, guard, type, field);
	sql_int(&q, hour - KEPT_HOURS);
	return sql_run(&q, e);
}
