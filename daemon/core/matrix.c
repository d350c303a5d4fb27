#include "core/matrix.h"

#include <stdlib.h>

#include "base/room.h"
#include "core/idmap.h"
#include "core/spans.h"

struct matrix {
	struct idmap at;                 /* (from, to) */
	struct matrix_cell *cell;
	struct spans *answer;
	size_t n, cap;
};

struct matrix *matrix_new(void)
{
	struct matrix *m = calloc(1, sizeof *m);

	if (!m)
		abort();
	return m;
}

void matrix_free(struct matrix *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		spans_fini(&m->answer[i]);
	idmap_fini(&m->at);
	free(m->cell);
	free(m->answer);
	free(m);
}

static uint64_t key(int64_t from, int64_t to)
{
	return (uint64_t)from << 32 | (uint32_t)to;
}

static size_t cell_at(struct matrix *m, int64_t from, int64_t to)
{
	const size_t i = idmap_number(&m->at, key(from, to));

	if (i == m->cap) {
		m->cell = room(m->cell, i, &m->cap, sizeof *m->cell);
		m->answer = room_for(m->answer, m->cap, sizeof *m->answer);
	}
	if (i == m->n) {
		m->cell[i] = (struct matrix_cell){ .from = from, .to = to };
		m->answer[i] = (struct spans){ 0 };
		m->n++;
	}
	return i;
}

void matrix_add(struct matrix *m, int64_t from, int64_t to, const struct journey *j, uint64_t level_ms, int64_t now_ms)
{
	static const enum referral_state answers[] = { REFERRAL_IS_ACCEPTED, REFERRAL_IS_DECLINED, REFERRAL_STATES };
	const size_t i = cell_at(m, from, to);
	struct matrix_cell *c = &m->cell[i];
	const int64_t sent = journey_at(j, REFERRAL_IS_SENT), answered = journey_first(j, answers);

	c->made++;
	c->accepted += journey_at(j, REFERRAL_IS_ACCEPTED) != JOURNEY_NEVER;
	c->declined += journey_at(j, REFERRAL_IS_DECLINED) != JOURNEY_NEVER;
	c->sent += sent != JOURNEY_NEVER;
	if (answered != JOURNEY_NEVER) {
		c->answered++;
		c->late += answered >= referral_due(journey_owed_since(j), level_ms);
		if (sent != JOURNEY_NEVER)
			spans_add(&m->answer[i], answered > sent ? answered - sent : 0);
	} else if (journey_waits(j)) {
		c->waiting++;
		c->overdue += now_ms >= journey_due(j, level_ms);
	}
}

static double reciprocity(const struct matrix *m, const struct matrix_cell *c)
{
	const uint32_t *back = idmap_find(&m->at, key(c->to, c->from));
	const int64_t there = c->sent, here = back ? m->cell[*back].sent : 0;

	if (c->from == c->to || (!there && !here))
		return -1;
	return (double)(there < here ? there : here) / (double)(there < here ? here : there);
}

const struct matrix_cell *matrix_cells(struct matrix *m, size_t *n)
{
	for (size_t i = 0; i < m->n; i++) {
		m->cell[i].answer_median_ms = spans_median(&m->answer[i]);
		m->cell[i].reciprocity = reciprocity(m, &m->cell[i]);
	}
	*n = m->n;
	return m->cell;
}
