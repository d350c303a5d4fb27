#include "store/sql.h"

_Static_assert(OUTBOX_NEW == 0 && OUTBOX_COUNTED == 1 && OUTBOX_HELD == 2 && OUTBOX_READY == 3 && OUTBOX_UNCERTAIN == 5,
	"the index outbox_due and the statements name these states by number");

const char *outbox_state_name(enum outbox_state state)
{
	static const char *const names[] = {
#define X(state, name, meaning) [OUTBOX_##state] = name,
		OUTBOX_STATE_LIST(X)
#undef X
	};
	return names[state];
}

const char *outbox_kind_name(enum outbox_kind kind)
{
	static const char *const names[] = {
		[OUTBOX_CREATE] = "create", [OUTBOX_UPDATE] = "update", [OUTBOX_DELETE] = "delete"
	};

	return names[kind];
}

/* --- reading -------------------------------------------------------------------------------------------- */

static struct outbox *read_row(struct sql *q, struct arena *arena)
{
	struct outbox *o = arena_new_of(arena, struct outbox);

	o->id = sql_get_int(q);
	o->partner = sql_get_small(q);
	o->entity = sql_get_int(q);
	o->type = (enum record_type)sql_get_small(q);
	o->kind = (enum outbox_kind)sql_get_small(q);
	o->state = (enum outbox_state)sql_get_small(q);
	o->cause = sql_get_small(q);
	o->plan = sql_get_int(q);
	o->attempts = (unsigned)sql_get_small(q);
	o->not_before = sql_get_int(q);
	o->token = sql_get_text(q, arena);
	o->intent = sql_get_int(q);
	o->fields = sql_get_hash(q);
	o->again = sql_get_small(q) != 0;
	o->misses = (unsigned)sql_get_small(q);
	o->error = sql_get_text(q, arena);
	o->since = sql_get_int(q);
	return o;
}

static bool read_one(struct sql *q, struct arena *arena, struct outbox **out, struct err *e)
{
	*out = sql_row(q) ? read_row(q, arena) : NULL;
	return sql_end(q, e);
}

bool store_outbox(struct store *s, struct arena *arena, int partner, int64_t entity, struct outbox **out, struct err *e)
{
	struct sql q = sql(s, SQL_OUTBOX);

	sql_int(&q, entity);
	sql_int(&q, partner);
	return read_one(&q, arena, out, e);
}

bool store_outbox_by_id(struct store *s, struct arena *arena, int64_t id, struct outbox **out, struct err *e)
{
	struct sql q = sql(s, SQL_OUTBOX_BY_ID);

	sql_int(&q, id);
	return read_one(&q, arena, out, e);
}

static bool add_all(struct sql *q, struct rows *rows, struct err *e)
{
	while (sql_row(q))
		*rows_add_of(rows, struct outbox *) = read_row(q, rows->arena);
	return sql_end(q, e);
}

bool store_outbox_in(struct store *s, struct arena *arena, int partner, enum outbox_state state, int64_t after,
	size_t max, struct outbox ***out, size_t *n, struct err *e)
{
	struct rows rows = { .arena = arena };
	struct sql q = sql(s, SQL_OUTBOX_IN);
	bool ok;

	sql_int(&q, partner);
	sql_int(&q, state);
	sql_int(&q, after);
	sql_int(&q, (int64_t)max);
	ok = add_all(&q, &rows, e);
	*out = rows.item;
	*n = rows.n;
	return ok;
}

/* Types are numbered in the order in which they depend on each other. */
bool store_outbox_due(struct store *s, struct arena *arena, int partner, int64_t now_ms, size_t max,
	struct outbox ***out, size_t *n, struct err *e)
{
	struct rows rows = { .arena = arena };
	bool ok = true;

	for (int type = 0; ok && type < RECORD_TYPES && rows.n < max; type++) {
		struct sql q = sql(s, SQL_OUTBOX_DUE);

		sql_int(&q, partner);
		sql_int(&q, type);
		sql_int(&q, now_ms);
		sql_int(&q, (int64_t)(max - rows.n));
		ok = add_all(&q, &rows, e);
	}
	*out = rows.item;
	*n = rows.n;
	return ok;
}

bool store_outbox_next(struct store *s, int partner, int64_t *at_ms, struct err *e)
{
	*at_ms = INT64_MAX;
	for (int type = 0; type < RECORD_TYPES; type++) {
		struct sql q = sql(s, SQL_OUTBOX_NEXT);

		sql_int(&q, partner);
		sql_int(&q, type);
		if (sql_row(&q) && sqlite3_column_type(q.statement, 0) != SQLITE_NULL) {
			const int64_t at = sql_get_int(&q);

			*at_ms = at < *at_ms ? at : *at_ms;
		}
		if (!sql_end(&q, e))
			return false;
	}
	return true;
}

bool store_outbox_count(struct store *s, int partner, enum outbox_state state, int64_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_OUTBOX_COUNT);

	sql_int(&q, partner);
	sql_int(&q, state);
	*n = sql_row(&q) ? sql_get_int(&q) : 0;
	return sql_end(&q, e);
}

bool store_outbox_held(struct store *s, int partner, int cause, int64_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_OUTBOX_HELD);

	sql_int(&q, partner);
	sql_int(&q, cause);
	*n = sql_row(&q) ? sql_get_int(&q) : 0;
	return sql_end(&q, e);
}

bool store_outbox_open(struct store *s, int partner, int64_t *n, struct err *e)
{
	struct sql q = sql(s, SQL_OUTBOX_OPEN);

	sql_int(&q, partner);
	*n = sql_row(&q) ? sql_get_int(&q) : 0;
	return sql_end(&q, e);
}

/* --- writing -------------------------------------------------------------------------------------------- */

/* What changes while a row lives: all but whom and what it is about. */
static void bind_changing(struct sql *q, const struct outbox *o)
{
	sql_int(q, o->kind);
	sql_int(q, o->state);
	sql_id(q, o->cause);
	sql_id(q, o->plan);
	sql_int(q, o->attempts);
	sql_int(q, o->not_before);
	sql_text(q, o->token);
	sql_int(q, o->intent);
	sql_hash(q, o->fields);
	sql_int(q, o->again);
	sql_int(q, o->misses);
	sql_text(q, o->error ? o->error : "");
	sql_int(q, o->since);
}

static bool insert(struct store *s, struct outbox *o, struct err *e)
{
	struct sql q = sql(s, SQL_OUTBOX_ADD);

	sql_int(&q, o->partner);
	sql_int(&q, o->entity);
	sql_int(&q, o->type);
	bind_changing(&q, o);
	if (!sql_run(&q, e))
		return false;
	o->id = sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool update(struct store *s, const struct outbox *o, struct err *e)
{
	struct sql q = sql(s, SQL_OUTBOX_SAVE);

	sql_int(&q, o->id);
	bind_changing(&q, o);
	return sql_run(&q, e);
}

bool store_outbox_save(struct store *s, struct outbox *o, struct err *e)
{
	return o->id ? update(s, o, e) : insert(s, o, e);
}

bool store_outbox_delete(struct store *s, int64_t id, struct err *e)
{
	struct sql q = sql(s, SQL_OUTBOX_DELETE);

	sql_int(&q, id);
	return sql_run(&q, e);
}

bool store_outbox_forget(struct store *s, int64_t entity, struct err *e)
{
	struct sql q = sql(s, SQL_OUTBOX_FORGET);

	sql_int(&q, entity);
	return sql_run(&q, e);
}

bool store_outbox_move(struct store *s, int partner, enum outbox_state from, enum outbox_state to, int64_t plan,
	int64_t set_plan, struct err *e)
{
	struct sql q = sql(s, SQL_OUTBOX_MOVE);

	sql_int(&q, partner);
	sql_int(&q, from);
	sql_int(&q, to);
	sql_int(&q, plan);
	sql_id(&q, set_plan);
	return sql_run(&q, e);
}
