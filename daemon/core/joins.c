#include "core/joins.h"

#include <stdlib.h>

#include "base/room.h"

void joins_fini(struct joins *j)
{
	idmap_fini(&j->node);
	free(j->parent);
	*j = (struct joins){ 0 };
}

uint32_t joins_node(struct joins *j, uint64_t id)
{
	const uint32_t i = idmap_number(&j->node, id);

	j->parent = room(j->parent, i, &j->cap, sizeof *j->parent);
	if (i == j->n)
		j->parent[j->n++] = i;
	return i;
}

uint32_t joins_top(struct joins *j, uint32_t i)
{
	while (j->parent[i] != i)
		i = j->parent[i] = j->parent[j->parent[i]];
	return i;
}

void joins_pair(struct joins *j, uint32_t a, uint32_t b)
{
	const uint32_t x = joins_top(j, a), y = joins_top(j, b);

	/* The earlier one leads: the same pairs in the same order give the same tops. */
	if (x < y)
		j->parent[y] = x;
	else
		j->parent[x] = y;
}

bool joins_root(struct joins *j, uint64_t id, uint32_t *top)
{
	const uint32_t *i = idmap_find(&j->node, id);

	if (i)
		*top = joins_top(j, *i);
	return i != NULL;
}
