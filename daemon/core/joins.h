/*
 * joins.h - things that belong together because pairs of them do (union-find): records that may be one, sessions of one
 * activity.
 */
#pragma once
#include "core/idmap.h"

struct joins {
	struct idmap node;       /* id to index */
	uint32_t *parent;
	size_t n, cap;
};

void joins_fini(struct joins *);
uint32_t joins_node(struct joins *, uint64_t id);                     /* its index; alone, unless it was there */
uint32_t joins_top(struct joins *, uint32_t node);                    /* the index that stands for all it is joined with */
void joins_pair(struct joins *, uint32_t a, uint32_t b);              /* two indices */
bool joins_root(struct joins *, uint64_t id, uint32_t *top);          /* false: no such id */
