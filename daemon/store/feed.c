#include <stdlib.h>
#include <string.h>

#include "store/sql.h"

#include "base/room.h"

/* --- live counts, kept in memory and written with the transaction that changes them --------------------- */

struct feed_state *feed_state(struct store *s, int partner, enum record_type type)
{
	const size_t at = (size_t)partner * RECORD_TYPES + type;

	if (at >= s->nfeeds) {
		const size_t n = 2 * at + RECORD_TYPES;

		s->feed = room_for(s->feed, n, sizeof *s->feed);
		memset(s->feed + s->nfeeds, 0, (n - s->nfeeds) * sizeof *s->feed);
		s->nfeeds = n;
	}
	return &s->feed[at];
}

void feed_add_live(struct store *s, int partner, enum record_type type, int by)
{
	struct feed_state *f = feed_state(s, partner, type);

	f->live += by;
	f->dirty = true;
	s->feeds_dirty = true;
}

bool feed_load(struct store *s, struct err *e)
{
	struct sql q = sql(s, SQL_FEED_ALL);

	for (size_t i = 0; i < s->nfeeds; i++) {
		s->feed[i].live = 0;
		s->feed[i].dirty = false;
	}
	s->feeds_dirty = false;
	while (sql_row(&q)) {
		const int partner = sql_get_small(&q);
		const enum record_type type = (enum record_type)sql_get_small(&q);

		feed_state(s, partner, type)->live = sql_get_int(&q);
	}
	return sql_end(&q, e);
}

bool feed_flush(struct store *s, struct err *e)
{
	for (size_t i = 0; s->feeds_dirty && i < s->nfeeds; i++) {
		struct sql q;

		if (!s->feed[i].dirty)
			continue;
		q = sql(s, SQL_FEED_LIVE_SAVE);
		sql_int(&q, (int64_t)(i / RECORD_TYPES));
		sql_int(&q, (int64_t)(i % RECORD_TYPES));
		sql_int(&q, s->feed[i].live);
		if (!sql_run(&q, e))
			return false;
		s->feed[i].dirty = false;
	}
	s->feeds_dirty = false;
	return true;
}

int64_t store_live(struct store *s, int partner, enum record_type type)
{
	return feed_state(s, partner, type)->live;
}

/* --- partners ------------------------------------------------------------------------------------------- */

static bool find(
	struct store *s, struct arena *arena, const char *name, struct store_partner *p, bool *found, struct err *e)
{
	struct sql q = sql(s, SQL_PARTNER);

	sql_text(&q, name);
	*found = sql_row(&q);
	if (*found) {
		p->id = sql_get_small(&q);
		p->name = arena_strdup(arena, name);
		p->state = sql_get_text(&q, arena);
		p->reason = sql_get_text(&q, arena);
		p->onboarded = sql_get_small(&q) != 0;
		p->shared = sql_get_hash(&q);
	}
	return sql_end(&q, e);
}

bool store_partner(struct store *s, struct arena *arena, const char *name, struct store_partner *p, struct err *e)
{
	bool found = false;

	*p = (struct store_partner){ 0 };
	if (!find(s, arena, name, p, &found, e))
		return false;
	if (!found) {
		struct sql q = sql(s, SQL_PARTNER_ADD);

		sql_text(&q, name);
		if (!sql_run(&q, e) || !find(s, arena, name, p, &found, e))
			return false;
	}
	for (int type = 0; type < RECORD_TYPES; type++)
		p->live += store_live(s, p->id, (enum record_type)type);
	return true;
}

bool store_partner_save(struct store *s, const struct store_partner *p, struct err *e)
{
	struct sql q = sql(s, SQL_PARTNER_SAVE);

	sql_int(&q, p->id);
	sql_text(&q, p->state);
	sql_text(&q, p->reason);
	sql_int(&q, p->onboarded);
	sql_hash(&q, p->shared);
	return sql_run(&q, e);
}

/* --- feeds ---------------------------------------------------------------------------------------------- */

bool store_feed(struct store *s, struct arena *arena, int partner, enum record_type type, struct feed *f, struct err *e)
{
	struct sql q = sql(s, SQL_FEED);

	*f = (struct feed){ 0 };
	sql_int(&q, partner);
	sql_int(&q, type);
	if (sql_row(&q)) {
		f->cursor = sql_get_text(&q, arena);
		f->scan_cursor = sql_get_text(&q, arena);
		f->epoch = sql_get_int(&q);
		f->epoch_done = sql_get_int(&q);
		f->scanned_at = sql_get_int(&q);
		f->map_version = sql_get_hash(&q);
	}
	return sql_end(&q, e);
}

bool store_feed_save(struct store *s, int partner, enum record_type type, const struct feed *f, struct err *e)
{
	struct sql q = sql(s, SQL_FEED_SAVE);

	sql_int(&q, partner);
	sql_int(&q, type);
	sql_text(&q, f->cursor);
	sql_text(&q, f->scan_cursor);
	sql_int(&q, f->epoch);
	sql_int(&q, f->epoch_done);
	sql_int(&q, f->scanned_at);
	sql_hash(&q, f->map_version);
	return sql_run(&q, e);
}
