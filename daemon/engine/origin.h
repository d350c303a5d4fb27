/*
 * origin.h - the hub as one who contributes. On the store's lane, inside a transaction of the caller's; see hub.h.
 */
#pragma once
#include "engine/hub.h"

#define ORIGIN_NAME "hub"   /* in the store's table of partners; no partner may be called so */

/* Finds the hub's own row, once. */
bool origin_open(struct hub *, struct err *);
/* The hub's among an entity's shadows, or NULL. */
struct shadow *origin_shadow(const struct hub *, struct shadow *const *shadow, size_t n);
/* A new entity that nobody has yet; references in values are hub ids. */
bool origin_make(struct hub *, struct arena *, const struct record *values, struct entity **out, struct tally *, struct err *);
/* The hub says those values of an entity, which is to be decided by the caller then. before: what its golden record said. */
bool origin_say(struct hub *, struct arena *, const struct entity *, const struct record *before, const struct record *values,
	struct err *);
