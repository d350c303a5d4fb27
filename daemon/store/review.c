#include "store/sql.h"

/* Whether the statement gives a row; a failure surfaces at commit. */
static bool any(struct sql *q)
{
	const bool yes = sql_row(q);
	struct err kept;

	return sql_end(q, &kept) && yes;
}

/* --- suppression ---------------------------------------------------------------------------------------- */

bool store_suppress(struct store *s, int partner, int64_t entity, const char *reason, int64_t at_ms, struct err *e)
{
	struct sql q = sql(s, SQL_SUPPRESS);

	sql_int(&q, partner);
	sql_int(&q, entity);
	sql_text(&q, reason);
	sql_int(&q, at_ms);
	return sql_run(&q, e);
}

bool store_unsuppress(struct store *s, int partner, int64_t entity, struct err *e)
{
	struct sql q = sql(s, SQL_UNSUPPRESS);

	sql_int(&q, partner);
	sql_int(&q, entity);
	return sql_run(&q, e);
}

bool store_suppressed(struct store *s, int partner, int64_t entity)
{
	struct sql q = sql(s, SQL_SUPPRESSED);

	sql_int(&q, partner);
	sql_int(&q, entity);
	return any(&q);
}

bool store_suppress_take(struct store *s, int64_t entity, int64_t from, struct err *e)
{
	struct sql q = sql(s, SQL_SUPPRESS_TAKE);

	sql_int(&q, entity);
	sql_int(&q, from);
	return sql_run(&q, e);
}

bool store_suppress_give_back(struct store *s, int64_t entity, int64_t from, struct err *e)
{
	struct sql q = sql(s, SQL_SUPPRESS_GIVE_BACK);

	sql_int(&q, entity);
	sql_int(&q, from);
	return sql_run(&q, e);
}

/* --- reviews -------------------------------------------------------------------------------------------- */

static bool open_review(struct store *s, const char *kind, int64_t shadow, int64_t entity, int64_t *id, struct err *e)
{
	struct sql q = sql(s, SQL_REVIEW_OPEN);

	sql_int(&q, shadow);
	sql_int(&q, entity);
	sql_text(&q, kind);
	*id = sql_row(&q) ? sql_get_int(&q) : 0;
	return sql_end(&q, e);
}

int64_t store_review_open(struct store *s, const char *kind, int64_t shadow, int64_t entity)
{
	struct err kept;
	int64_t id;

	return open_review(s, kind, shadow, entity, &id, &kept) ? id : 0;
}

bool store_review_on(struct store *s, int64_t entity)
{
	struct sql q = sql(s, SQL_REVIEW_ON);

	sql_int(&q, entity);
	return any(&q);
}

bool store_review_between(struct store *s, int64_t entity, int64_t other)
{
	struct sql q = sql(s, SQL_REVIEW_BETWEEN);

	sql_int(&q, entity);
	sql_int(&q, other);
	return any(&q);
}

bool store_review_stands(struct store *s, int64_t entity, int partner)
{
	struct sql q = sql(s, SQL_REVIEW_STANDS);

	sql_int(&q, entity);
	sql_int(&q, partner);
	return any(&q);
}

bool store_review_about(struct store *s, int64_t shadow)
{
	struct sql q = sql(s, SQL_REVIEW_ABOUT);

	sql_int(&q, shadow);
	return any(&q);
}

bool store_review_ask(struct store *s, const struct review *r, int64_t *id, struct err *e)
{
	struct sql q;

	if (!open_review(s, r->kind, r->shadow, r->entity, id, e))
		return false;
	if (*id)
		return true;
	q = sql(s, SQL_REVIEW_ADD);
	sql_text(&q, r->kind);
	sql_int(&q, r->type);
	sql_int(&q, r->shadow);
	sql_int(&q, r->entity);
	sql_int(&q, r->other);
	sql_text(&q, r->evidence);
	sql_int(&q, r->made_at);
	if (!sql_run(&q, e))
		return false;
	*id = sqlite3_last_insert_rowid(s->db);
	return true;
}

bool store_review(struct store *s, struct arena *arena, int64_t id, struct review **out, struct err *e)
{
	struct sql q = sql(s, SQL_REVIEW);

	*out = NULL;
	sql_int(&q, id);
	if (sql_row(&q)) {
		struct review *r = *out = arena_new_of(arena, struct review);

		r->id = sql_get_int(&q);
		r->kind = sql_get_text(&q, arena);
		r->type = (enum record_type)sql_get_small(&q);
		r->shadow = sql_get_int(&q);
		r->entity = sql_get_int(&q);
		r->other = sql_get_int(&q);
		r->evidence = sql_get_text(&q, arena);
		r->state = sql_get_text(&q, arena);
		r->made_at = sql_get_int(&q);
		r->decided_by = sql_get_text(&q, arena);
	}
	return sql_end(&q, e);
}

bool store_review_decide(struct store *s, int64_t id, const char *state, const char *by, int64_t at_ms, struct err *e)
{
	struct sql q = sql(s, SQL_REVIEW_DECIDE);

	sql_int(&q, id);
	sql_text(&q, state);
	sql_text(&q, by);
	sql_int(&q, at_ms);
	return sql_run(&q, e);
}

static bool move(struct store *s, enum sql_statement which, int64_t from, int64_t to, struct err *e)
{
	struct sql q = sql(s, which);

	sql_int(&q, from);
	sql_int(&q, to);
	return sql_run(&q, e);
}

bool store_reviews_merge(struct store *s, int64_t from, int64_t into, const char *by, int64_t at_ms, struct err *e)
{
	struct sql q;

	if (!move(s, SQL_REVIEW_MOVE_ENTITY, from, into, e) || !move(s, SQL_REVIEW_MOVE_OTHER, from, into, e))
		return false;
	q = sql(s, SQL_REVIEW_MOOT);
	sql_int(&q, into);
	sql_text(&q, by);
	sql_int(&q, at_ms);
	return sql_run(&q, e);
}

bool store_reviews_follow(struct store *s, int64_t shadow, int64_t entity, struct err *e)
{
	return move(s, SQL_REVIEW_FOLLOW, shadow, entity, e);
}

bool store_reviews_like(struct store *s, struct arena *arena, int64_t review, size_t max, int64_t **id, size_t *n,
	struct err *e)
{
	struct rows rows = { .arena = arena };
	struct sql q = sql(s, SQL_REVIEWS_LIKE);

	sql_int(&q, review);
	sql_int(&q, (int64_t)max);
	while (sql_row(&q))
		*rows_add_of(&rows, int64_t) = sql_get_int(&q);
	*id = rows.item;
	*n = rows.n;
	return sql_end(&q, e);
}
