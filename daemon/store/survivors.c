/*
 * survivors.c - entities that became part of others. They stay in the index of the matcher as they were then, and each step
 * from one to what it is part of now must cost nothing while a record is looked up: few, so they are in memory.
 */
#include <stdlib.h>

#include "base/room.h"
#include "store/sql.h"

void survivors_fini(struct survivors *m)
{
	idmap_fini(&m->at);
	free(m->into);
	*m = (struct survivors){ 0 };
}

static void put(struct survivors *m, int64_t entity, int64_t into)
{
	bool fresh;
	uint32_t *at = idmap_at(&m->at, (uint64_t)entity, &fresh);

	if (fresh) {
		if (m->n == m->cap) {
			m->cap = m->cap ? 2 * m->cap : 64;
			m->into = room_for(m->into, m->cap, sizeof *m->into);
		}
		*at = (uint32_t)m->n++;
	}
	m->into[*at] = into;
}

void survivors_note(struct store *s, int64_t entity, int64_t into)
{
	put(&s->survivors, entity, into);
	s->survivors_dirty = true;
}

int64_t survivors_of(const struct store *s, int64_t entity)
{
	for (int hops = 0; s->survivors.n && hops < MERGES_MAX; hops++) {
		const uint32_t *at = idmap_find(&s->survivors.at, (uint64_t)entity);

		if (!at || !s->survivors.into[*at])
			break;
		entity = s->survivors.into[*at];
	}
	return entity;
}

bool survivors_load(struct store *s, struct err *e)
{
	struct sql q;

	survivors_fini(&s->survivors);
	/* Who only reads looks for no candidates. */
	if (s->read_only)
		return true;
	q = sql(s, SQL_ENTITY_MERGED);
	while (sql_row(&q)) {
		const int64_t entity = sql_get_int(&q);

		put(&s->survivors, entity, sql_get_int(&q));
	}
	return sql_end(&q, e);
}
