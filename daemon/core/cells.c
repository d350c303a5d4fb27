#include "core/cells.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/room.h"
#include "core/idmap.h"

struct cell {
	json_t *object;
	const char *key;
	int64_t value;
	bool there, hidden;
};

struct cells {
	struct idmap at;                         /* (object, key) to its number */
	struct cell *cell;
	size_t n, cap;
	size_t *member, members, members_cap;    /* of all sums, one after the other */
	size_t *start, sums, sums_cap;           /* where each begins */
};

struct cells *cells_new(void)
{
	struct cells *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	return c;
}

void cells_free(struct cells *c)
{
	if (!c)
		return;
	idmap_fini(&c->at);
	free(c->cell);
	free(c->member);
	free(c->start);
	free(c);
}

size_t cells_add(struct cells *c, json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	const uint32_t at = idmap_number(&c->at, hash_text(key, (uint64_t)(uintptr_t)object) >> 1);

	if (at < c->n)
		return at;
	c->cell = room(c->cell, c->n, &c->cap, sizeof *c->cell);
	c->cell[c->n] = (struct cell){ object, key, json_integer_value(v), json_is_integer(v), !json_is_integer(v) };
	return c->n++;
}

void cells_sum(struct cells *c)
{
	c->start = room(c->start, c->sums, &c->sums_cap, sizeof *c->start);
	c->start[c->sums++] = c->members;
}

void cells_of_sum(struct cells *c, size_t cell)
{
	c->member = room(c->member, c->members, &c->members_cap, sizeof *c->member);
	c->member[c->members++] = cell;
}

/* The smallest that shows, zeroes only where there is nothing else. NULL: none shows. */
static struct cell *next(struct cells *c, size_t from, size_t to)
{
	struct cell *best = NULL;

	for (size_t i = from; i < to; i++) {
		struct cell *x = &c->cell[c->member[i]];

		if (!x->hidden && (!best || (x->value && (!best->value || x->value < best->value))))
			best = x;
	}
	return best;
}

static bool complete(struct cells *c, size_t sum)
{
	const size_t from = c->start[sum], to = sum + 1 < c->sums ? c->start[sum + 1] : c->members;
	size_t hidden = 0;
	struct cell *also;

	for (size_t i = from; i < to; i++)
		hidden += c->cell[c->member[i]].hidden;
	also = hidden == 1 ? next(c, from, to) : NULL;
	if (also)
		also->hidden = true;
	return !also;
}

size_t cells_hide(struct cells *c, int64_t min)
{
	size_t hidden = 0;
	bool done = false;

	for (size_t i = 0; i < c->n; i++)
		c->cell[i].hidden |= c->cell[i].value > 0 && c->cell[i].value < min;
	while (!done) {
		done = true;
		for (size_t s = 0; s < c->sums; s++)
			done &= complete(c, s);
	}
	for (size_t i = 0; i < c->n; i++)
		if (c->cell[i].hidden && c->cell[i].there) {
			json_object_set_new(c->cell[i].object, c->cell[i].key, json_null());
			hidden++;
		}
	return hidden;
}
