#include "store/sql.h"

#include <assert.h>

const char *event_kind_name(enum event_kind kind)
{
	static const char *const names[] = {
#define X(kind, name, meaning) [EVENT_##kind] = name,
		EVENT_LIST(X)
#undef X
	};
	return names[kind];
}

int64_t store_event(struct store *s, int64_t at_ms, enum event_kind kind, int partner, int64_t entity, int64_t shadow,
	const char *data)
{
	struct sql q = sql(s, SQL_EVENT_ADD);
	struct err kept;

	assert(s->in_transaction);
	sql_int(&q, ++s->seq);
	sql_int(&q, at_ms);
	sql_int(&q, kind);
	sql_id(&q, partner);
	sql_id(&q, entity);
	sql_id(&q, shadow);
	sql_text(&q, data);
	sql_run(&q, &kept);
	return s->seq;
}

int64_t store_event_at(struct store *s, int64_t seq)
{
	struct sql q = sql(s, SQL_EVENT_AT);
	struct err ignored;
	int64_t at_ms = 0;

	sql_int(&q, seq);
	if (sql_row(&q))
		at_ms = sql_get_int(&q);
	sql_end(&q, &ignored);
	return at_ms;
}

int64_t store_seq(struct store *s)
{
	return s->seq;
}
